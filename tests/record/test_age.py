from datetime import date, timedelta

import pytest

from dmp.access.adulthood import is_of_age
from dmp.record.age import coming_of_age, is_minor, latest_birth
from dmp.record.ins import may_be_minor
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import Record

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("birth_date", "latest"),
    [
        ("1979-03-28", date(1979, 3, 28)),
        ("1979-02", date(1979, 2, 28)),
        ("1979-12", date(1979, 12, 28)),
        ("1979", date(1979, 12, 31)),
        ("1979-00-00", date(1979, 12, 31)),
        ("1979-20-40", date(1979, 12, 31)),
        ("", None),
    ],
)
def test_a_partial_or_lunar_date_means_its_last_day(birth_date, latest):
    assert latest_birth(birth_date) == latest


@pytest.mark.parametrize(
    ("birth_date", "minor"),
    [("2008-11-22", False), ("2008-11-23", True), ("2008", True), ("2007", False), ("2020-05-01", True), ("", False)],
)
def test_a_person_is_a_minor_until_he_is_surely_of_age(birth_date, minor):
    assert is_minor(birth_date, TODAY) is minor


@pytest.mark.parametrize(
    ("birth_date", "day"),
    [
        ("2008-11-22", "2026-11-22T00:00:00+01:00"),
        ("2008-07-01", "2026-07-01T00:00:00+02:00"),
        ("2008-02-29", "2026-03-01T00:00:00+01:00"),
        ("2008-02", "2026-03-01T00:00:00+01:00"),
        ("2008", "2026-12-31T00:00:00+01:00"),
        ("2008-31-99", "2026-12-31T00:00:00+01:00"),
    ],
)
def test_the_day_of_18_is_the_first_on_which_the_rights_take_a_person_for_an_adult(birth_date, day):
    come = coming_of_age(birth_date)
    assert come is not None
    assert come.isoformat() == day
    record = Record("record-1", (), traits=IdentityTraits("PATIENT", "TEST", "TEST", birth_date, Sex.FEMALE))
    assert is_of_age(record, come)
    assert not is_of_age(record, come - timedelta(seconds=1))


@pytest.mark.parametrize("birth_date", ["", "x", "0000-01-01", "9999-01-01"])
def test_without_a_year_there_is_no_such_day(birth_date):
    assert coming_of_age(birth_date) is None


@pytest.mark.parametrize(
    ("number", "minor"),
    [
        ("109057511199999", True),
        ("108117511199999", False),
        ("108127511199999", True),
        ("108507511199999", True),
        ("127057511199999", False),
        ("179035121518989", False),
        ("not a number at all", False),
    ],
)
def test_a_number_tells_who_may_be_a_minor_by_its_year_and_month(number, minor):
    assert may_be_minor(number, date(2026, 11, 30)) is minor
