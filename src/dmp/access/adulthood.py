"""Whether the holder of a record has come of age («majorité», LC-16, DEC-32)."""

from datetime import UTC, datetime
from functools import lru_cache

from dmp.record.age import coming_of_age, latest_birth
from dmp.record.record import Record


def is_of_age(record: Record, at: datetime) -> bool:
    """Tell that he surely is, on the French calendar; of somebody whose birth date is not known, nothing is sure."""
    come = None if record.traits is None else _surely_adult_from(record.traits.birth_date)
    return come is not None and at >= come


def known_minor(record: Record | None, at: datetime) -> bool | None:
    """Tell whether he may be under 18, as `is_minor` does; None where no birth date says it."""
    grown = None if record is None or record.traits is None else _no_minor_from(record.traits.birth_date)
    return None if grown is None else at < grown


# Worked out once for a birth date, and in UTC, in which instants are compared fastest.
@lru_cache(maxsize=4096)
def _surely_adult_from(birth: str) -> datetime | None:
    come = coming_of_age(birth)
    return None if come is None else come.astimezone(UTC)


@lru_cache(maxsize=4096)
def _no_minor_from(birth: str) -> datetime | None:
    """A day that no calendar has counts here as one that it has: 30 February is the 28th (`latest_birth`)."""
    latest = latest_birth(birth)
    return None if latest is None else _surely_adult_from(latest.isoformat())
