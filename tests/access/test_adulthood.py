"""Coming of age at an instant, against an age counted on the French calendar of that day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from dmp.access.adulthood import is_of_age, known_minor
from dmp.record.age import is_minor, latest_birth
from dmp.record.dtm import PARIS
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import Record

BIRTHS = (
    "2008-07-01",
    "2008-12-31",
    "2008-01-01",
    "2004-02-29",
    "2007-02-30",
    "2008-02",
    "2008",
    "2008-31-99",
    "2008-00-00",
)
UNKNOWN = ("", "x", "0000-01-01")


def born(birth: str) -> Record:
    return Record("record-1", (), traits=IdentityTraits("PATIENT", "TEST", "TEST", birth, Sex.FEMALE))


def surely_adult(birth: str, today: date) -> bool:
    """18 years completed; a lunar or missing part counts as the latest possible."""
    year, month, day = (*(int(part) if part.isdigit() else 0 for part in birth.split("-")), 0, 0, 0)[:3]
    month = month if 1 <= month <= 12 else 12
    day = day if 1 <= day <= 31 else 31
    return year > 0 and (year + 18, month, day) <= (today.year, today.month, today.day)


def instants(birth: str) -> Iterator[datetime]:
    """Some days around the first of each month of the year of majority, around midnight in France and in UTC."""
    year = int(birth[:4]) + 18
    for month in (*(date(year, number, 1) for number in range(1, 13)), date(year + 1, 1, 1)):
        for days in range(-4, 4):
            midnight = datetime.combine(month, time(), PARIS) + timedelta(days=days)
            for minutes in (-1, 0, 1, 60, 119, 121):
                yield midnight + timedelta(minutes=minutes)
                yield (midnight + timedelta(minutes=minutes)).astimezone(UTC)


@pytest.mark.parametrize("birth", BIRTHS)
def test_a_holder_is_of_age_from_the_first_instant_of_the_day_in_france(birth: str):
    answers = set()
    for at in instants(birth):
        today = at.astimezone(PARIS).date()
        assert is_of_age(born(birth), at) is surely_adult(birth, today)
        assert known_minor(born(birth), at) is is_minor(birth, today)
        answers.add(is_of_age(born(birth), at))
    assert answers == {False, True}


@pytest.mark.parametrize("birth", UNKNOWN)
def test_of_an_unknown_birth_nothing_is_sure(birth: str):
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert latest_birth(birth) is None
    assert not is_of_age(born(birth), at)
    assert known_minor(born(birth), at) is None


def test_a_record_without_traits_or_no_record_tells_no_age():
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert not is_of_age(Record("record-1", ()), at)
    assert known_minor(Record("record-1", ()), at) is None
    assert known_minor(None, at) is None
