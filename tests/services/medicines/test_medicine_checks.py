"""Checks of medicines: advice from what is in the chart, and from nothing else."""

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dmp.record.facts import Concept, Facts, Observation, Quantity, Result, Source
from dmp.services.chart import Chart, Sheet
from dmp.services.medicines.alert import AlertKind
from dmp.services.medicines.alert_rules import read_rules
from dmp.services.medicines.checks import checked
from dmp.services.medicines.parameters import read_parameters
from dmp.services.medicines.product import Product
from dmp.services.tables import BrokenTable
from medicine_builders import chart, sheet

CASES = tomllib.loads(Path(__file__).with_name("alert_cases.toml").read_text("utf-8"))["case"]
DATA = Path("src/dmp/services/medicines")
RAMIPRIL = {"name": "Ramipril", "substance": "RAMIPRIL"}


def a_chart(case: dict[str, Any]) -> Chart:
    told = {"kind": "summary", "day": "20260201", "treatments": case["treatments"]}
    allergies = {"kind": "biology", "day": "20260101", "allergies": case.get("allergies", [])}
    return chart(told, allergies, **({"birth": case["birth"]} if "birth" in case else {}))


def rules(where: Chart, **more: Any) -> list[str]:
    return [alert.rule for alert in checked(where, **more)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"])
def test_case(case: dict[str, Any]):
    assert rules(a_chart(case)) == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"])
def test_an_allergy_that_is_masked_changes_no_alert(case: dict[str, Any]):
    whole = a_chart(case)
    seen = replace(whole, sheets=tuple(each for each in whole.sheets if not each.facts.allergies))
    never_there = a_chart(case | {"allergies": []})

    assert rules(seen) == rules(never_there)


def test_a_medicine_that_is_masked_changes_no_alert_and_no_order():
    masked = {"kind": "prescription", "day": "20260215", "lines": [{"name": "IZALGI", "substance": "PARACÉTAMOL"}]}
    shown = {"kind": "summary", "day": "20260201", "treatments": [{"name": "Ramipril", "substance": "RAMIPRIL"}]}
    whole = chart(shown, masked)
    seen = replace(whole, sheets=whole.sheets[1:])
    proposed = (Product("DOLIPRANE", substances=frozenset({"paracetamol"})),)

    assert "duplicate.substance" in rules(whole, proposed=proposed)
    assert checked(seen, proposed=proposed) == checked(chart(shown), proposed=proposed)


def test_only_pairs_with_what_is_proposed_are_told_at_the_time_of_prescribing():
    two = [{"name": "Ramipril", "atc": "C09AA05"}, {"name": "Périndopril", "atc": "C09AA04"}]
    where = chart({"kind": "summary", "day": "20260201", "treatments": two})

    assert rules(where) == ["duplicate.atc"]
    assert rules(where, proposed=(Product("Doliprane", atc=("N02BE01",)),)) == []


def test_two_prescribers_of_one_open_treatment_are_told():
    first = {"kind": "prescription", "day": "20260201", "by": "8011^A", "lines": [RAMIPRIL | {"id": "1"}]}
    second = {"kind": "prescription", "day": "20260220", "by": "8022^B", "lines": [RAMIPRIL | {"id": "2"}]}

    assert rules(chart(first, second)) == ["duplicate.prescribers"]
    assert rules(chart(first, second | {"by": "8011^A"})) == []


def with_facts(**facts: Any) -> Chart:
    where = chart({"kind": "summary", "day": "20260201", "treatments": [RAMIPRIL]})
    more = sheet({"kind": "biology", "day": facts.pop("day", "20260210")}, 9)
    return replace(where, sheets=(Sheet(more.entry, Facts(**facts)), *where.sheets))


def a_result(value: str, unit: str = "mL/min/{1.73_m2}", start: str = "20260210") -> Result:
    return Result(Source(), Concept("62238-1"), start=start, quantity=Quantity(value, unit))


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        ("59", "mL/min/{1.73_m2}", True),
        ("60", "mL/min/{1.73_m2}", False),
        ("-5", "mL/min", False),
        ("59", "g/L", False),
    ],
)
def test_a_low_filtration_rate_is_a_reminder(value: str, unit: str, told: bool):
    assert ("reminder.kidney" in rules(with_facts(results=(a_result(value, unit),)))) is told


def test_the_newest_filtration_rate_counts():
    both = (a_result("40", start="20260110"), a_result("70", start="20260210"))

    assert rules(with_facts(results=both)) == []


def test_a_pregnancy_is_a_reminder_for_as_long_as_one_lasts():
    pregnant = Observation(Source(), Concept("82810-3"), value=Concept("77386006"))

    assert rules(with_facts(observations=(pregnant,))) == ["reminder.pregnancy"]
    assert rules(with_facts(observations=(pregnant,), day="20250301")) == []


def test_every_alert_says_its_rule_its_version_its_day_and_its_documents():
    case = next(case for case in CASES if case["expect"] == ["allergy.penicillins"])
    (alert,) = checked(a_chart(case))

    assert alert.kind is AlertKind.ALLERGY
    assert alert.version
    assert alert.data <= date(2026, 11, 22)
    assert len(alert.evidence) == 2
    assert alert.mark == "recalled"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('id = "nsaid"', 'id = "penicillins"', "classes"),
        ('mark = "recalled"', 'mark = "sure"', "classes penicillins"),
        ('cross = ["beta_lactams"]', 'cross = ["betalactams"]', "classes penicillins"),
        ('when = "kidney"', 'when = "liver"', "reminders kidney"),
        ("years = 75", "years = 0", "reminders elderly"),
        ("[codes]", "[code]", "as a whole, codes"),
        ("version", "version = ", "as a whole"),
    ],
)
def test_broken_rules_are_refused_with_the_place(old: str, new: str, place: str):
    text = (DATA / "alerts.toml").read_text("utf-8").replace(old, new, 1)

    with pytest.raises(BrokenTable) as refused:
        read_rules(text, "mine.toml")
    assert refused.value.file == "mine.toml"
    assert re.sub(r"^line \d+, ", "", refused.value.place) == place


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("value = 30", "value = -30", "as a whole, days, not_collected"),
        ('mark = "decided"', 'mark = "yes"', "as a whole, days, not_collected"),
        ("archive = 276", "archive = 2", "windows"),
        ('atc = [""]', 'atc = ["A"]', "windows"),
        ("[months.validity]", "[months.valid]", "as a whole, months, validity"),
        ("[documents]", "[papers]", "as a whole, documents"),
        ("[days.pack]", "[days.pack", "as a whole"),
    ],
)
def test_broken_numbers_are_refused_with_the_place(old: str, new: str, place: str):
    text = (DATA / "parameters.toml").read_text("utf-8").replace(old, new, 1)

    with pytest.raises(BrokenTable) as refused:
        read_parameters(text, "mine.toml")
    assert refused.value.file == "mine.toml"
    assert re.sub(r"^line \d+, ", "", refused.value.place) == place
