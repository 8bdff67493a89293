from datetime import date
from decimal import Decimal

import pytest

from dmp.record.patient import Sex
from dmp.services.biology.estimates import estimates_of
from dmp.services.biology.kidney import estimated_gfr
from dmp.services.biology.units import UnitNotSupported
from dmp.services.chart import Person
from result_builders import WOMAN, only, report, result


# Computed apart from the article (Levey 2009), one row for each of its four cases.
@pytest.mark.parametrize(
    ("umol", "age", "sex", "expected"),
    [
        (53.04, 40, Sex.FEMALE, 114.0),
        (106.08, 60, Sex.FEMALE, 49.2),
        (70.72, 50, Sex.MALE, 104.1),
        (176.8, 75, Sex.MALE, 31.6),
    ],
)
def test_filtration_follows_ckd_epi_2009(umol, age, sex, expected):
    assert estimated_gfr(Decimal(str(umol)), "umol/L", age, sex) == pytest.approx(expected, abs=0.2)


def test_the_three_units_of_creatinine_give_the_same():
    told = [
        estimated_gfr(Decimal(value), unit, 60, Sex.MALE)
        for value, unit in (("10", "mg/L"), ("1", "mg/dL"), ("88.4", "umol/L"))
    ]
    assert told == pytest.approx([told[0]] * 3)


def test_a_child_an_unknown_sex_and_no_creatinine_have_none():
    for given in (
        (Decimal(8), "mg/L", 17, Sex.MALE),
        (Decimal(8), "mg/L", 30, Sex.UNDETERMINED),
        (Decimal(0), "mg/L", 30, Sex.MALE),
    ):
        with pytest.raises(ValueError, match="CKD-EPI"):
            estimated_gfr(*given)
    with pytest.raises(UnitNotSupported):
        estimated_gfr(Decimal(8), "g/L", 30, Sex.MALE)


def test_it_is_computed_for_each_creatinine_with_the_age_of_that_day():
    group = only(
        report(result("2160-0", "10", "mg/L", "20110101"), result("14682-9", "88.4", "umol/L", "20260101")),
        report(result("2160-0", "<3", "mg/L", "20250101", comparator=""), result("2160-0", "7", "mg/L", "2024")),
    )
    found = list(estimates_of(group, WOMAN))
    assert [one.line.when for one in found] == ["20260101", "20110101"]
    assert found[1].value > found[0].value


def test_nobody_is_given_an_age():
    group = only(report(result("2160-0", "10", "mg/L", "20110101")))
    assert list(estimates_of(group, Person(Sex.FEMALE))) == []
    assert list(estimates_of(group, Person(Sex.FEMALE, date(2000, 1, 1)))) == []
