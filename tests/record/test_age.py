from datetime import date

import pytest

from dmp.record.age import is_minor, latest_birth

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
