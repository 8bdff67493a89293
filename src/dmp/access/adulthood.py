"""Whether the holder of a record has come of age («majorité», LC-16, DEC-32)."""

from datetime import date, datetime

from dmp.record.age import MAJORITY
from dmp.record.dtm import PARIS
from dmp.record.record import Record


def is_of_age(record: Record, at: datetime) -> bool:
    """Tell that he surely is, on the French calendar; of somebody whose birth date is not known, nothing is sure."""
    return record.traits is not None and surely_adult(record.traits.birth_date, at.astimezone(PARIS).date())


def surely_adult(birth: str, today: date) -> bool:
    """Tell 18 years completed, from a partial ISO birth date: a lunar or missing part counts as the latest possible."""
    year, month, day = (*(int(part) if part.isdigit() else 0 for part in birth.split("-")), 0, 0, 0)[:3]
    month = month if 1 <= month <= 12 else 12
    day = day if 1 <= day <= 31 else 31
    return year > 0 and (year + MAJORITY, month, day) <= (today.year, today.month, today.day)
