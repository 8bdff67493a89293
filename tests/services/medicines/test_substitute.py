"""Whether a product that is handed out for another one is the same substance: cases in `substitute_cases.toml`."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dmp.record.codes import Code
from dmp.record.facts import Concept
from dmp.services.medicines import alert_rules
from dmp.services.medicines.compact import Origin
from dmp.services.medicines.product import ATC, CIP, CIS, Product, product_told
from dmp.services.medicines.substitute import Ground, Known, Likeness, compare
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.rule_set import SHIPPED

CASES = tomllib.loads(Path(__file__).with_name("substitute_cases.toml").read_text("utf-8"))
RULES = SHIPPED.of(alert_rules.RULES)


def a_database() -> Thesaurus:
    """The medicines of the cases, as they would be loaded."""
    told = sorted(CASES["medicine"], key=lambda each: each["cis"])
    names = sorted({name for each in told for name in each["substances"]})
    content = {
        "cis": [each["cis"] for each in told],
        "labels": [each["label"] for each in told],
        "groups": [each.get("group", 0) for each in told],
        "names": names,
        "substances": [[names.index(name) for name in each["substances"]] for each in told],
        "cip": [each["cip"] for each in told if "cip" in each],
        "cip_cis": [each["cis"] for each in told if "cip" in each],
        "terms": [],
        "classes": [],
        "pairs": [],
    }
    day = date(2026, 11, 1)
    return Thesaurus(Origin(day, day, (), day), content)


DATABASE = a_database()


def product(told: str, database: Thesaurus | None) -> Product:
    """By a CIS of 8 digits, a CIP of 13, or a name, with an ATC code after `@`."""
    name, _, atc = told.partition(" @ ")
    if name.isdigit():
        return product_told(Concept(name, CIS if len(name) == 8 else CIP[0]), database)
    return product_told(Concept(text=name, translations=(Code(atc, ATC),) if atc else ()), database)


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["say"])
def test_case(case: dict[str, Any]):
    database = DATABASE if case.get("database", True) else None
    found = compare(product(case["for"], database), product(case["given"], database), Known.of(database, RULES))

    assert [found.likeness.value, found.ground.value] == case["expect"]


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["say"])
def test_it_does_not_matter_which_of_two_is_prescribed(case: dict[str, Any]):
    database = DATABASE if case.get("database", True) else None
    one, other = product(case["for"], database), product(case["given"], database)
    known = Known.of(database, RULES)

    assert compare(one, other, known).likeness is compare(other, one, known).likeness


def test_there_are_enough_cases_each_with_its_sentence():
    assert len({case["say"] for case in CASES["case"]}) == len(CASES["case"]) >= 25
    assert {case["expect"][0] for case in CASES["case"]} == set(Likeness)
    assert {case["expect"][1] for case in CASES["case"]} == set(Ground)


def test_the_substances_are_told_as_people_read_them():
    known = Known.of(DATABASE, RULES)
    found = compare(product("60000001", DATABASE), product("Doliprane 1000 mg", DATABASE), known)

    assert (found.prescribed, found.handed) == (("RAMIPRIL",), ("PARACÉTAMOL",))
    assert found.rule == "substitute.other.names"
