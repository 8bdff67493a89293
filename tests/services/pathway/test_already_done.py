"""Already done: the last comparable examinations, the cases of `done_cases.toml`."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dmp.services.pathway.already_done import Wanted, already_done
from dmp.services.pathway.comparing import FILE, read_comparable, shipped
from dmp.services.tables import BrokenTable
from sheet_builders import SYSTEMS, a_chart

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "done_cases.toml").read_text(encoding="utf-8"))[
    "case"
]
TODAY = date(2025, 6, 1)
TEXT = FILE.text()


def _wanted(told: dict[str, str]) -> Wanted:
    system, _, code = told.get("code", "").partition(":")
    known = {name: told.get(name, "") for name in ("modality", "region", "label")}
    return Wanted(code, SYSTEMS.get(system, ""), **known)


@pytest.mark.parametrize("case", CASES, ids=[case["say"] for case in CASES])
def test_what_is_comparable_is_found(case):
    chart = a_chart({"today": TODAY, "documents": case["documents"]})
    told = already_done(chart, _wanted(case["wanted"]), shipped())
    assert [[one.day, one.recent] for one in told.done] == case["found"]
    assert told.label.french == case.get("label", told.label.french)


def test_each_leads_to_its_document_and_a_hidden_one_is_not_there():
    case = CASES[0]
    chart = a_chart({"today": TODAY, "documents": case["documents"]})
    told = already_done(chart, _wanted(case["wanted"]), shipped())
    assert [one.evidence.uuid for one in told.done] == [chart.sheets[0].uuid]
    assert already_done(replace(chart, sheets=()), _wanted(case["wanted"]), shipped()).done == ()


def test_copies_of_one_report_are_one_examination_told_by_the_first():
    told = {
        "day": "20250110",
        "type": "18748-4",
        "class": "31",
        "title": "Scanner du thorax de contrôle",
        "events": ["dcm:CT"],
    }
    scan = {**told, "type": "DOCPAT04", "class": "90", "place": "moi"}
    chart = a_chart({"today": TODAY, "documents": [scan, told, {**told, "place": "CH A"}]})
    (one,) = already_done(chart, Wanted(modality="CT"), shipped()).done
    kinds = {sheet.uuid: sheet.entry.type_code.code for sheet in chart.sheets}
    assert kinds[one.evidence.uuid] == "18748-4"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("months = 24", 'months = "two"', "months is not of the right kind"),
        ('codes = ["MG"]', 'codes = ["CT"]', "CT is in ct already"),
        ('label_en = "Mammogram"\n', "", "label_en is missing"),
        ('nabm = ["1577"]', 'nbam = ["1577"]', "unknown key nbam"),
    ],
)
def test_a_broken_table_is_refused_and_says_where(before, after, reason):
    with pytest.raises(BrokenTable, match=r"mine\.toml, line \d+") as refused:
        read_comparable(TEXT.replace(before, after, 1), "mine.toml")
    assert reason in str(refused.value)
