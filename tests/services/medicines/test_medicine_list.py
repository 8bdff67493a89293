"""The list of treatments: cases in `cases.toml` and `supply_cases.toml`, and what holds for all of them."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dmp.services.chart import Chart
from dmp.services.medicines.deliveries import deliveries_of, shown_deliveries
from dmp.services.medicines.parameters import shipped
from dmp.services.medicines.treatment import Treatment
from dmp.services.medicines.treatments import reconciled
from medicine_builders import TODAY, chart

CASES = [
    case
    for name in ("cases.toml", "supply_cases.toml")
    for case in tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))["case"]
]


def key(treatment: Treatment) -> str:
    return " + ".join(sorted(treatment.product.substances)) or treatment.product.label


def told(treatment: Treatment) -> dict[str, Any]:
    return {
        "bases": [each.value for each in treatment.bases],
        "stopped": treatment.stopped,
        "marks": sorted(each.value for each in treatment.marks),
        "changes": [each.kind.value for each in treatment.changes],
        "sources": [each.value for each in treatment.sources if each.value != "dispensed"],
        "states": [each.state.value for each in treatment.lines],
        "renewable": [each.renewable for each in treatment.lines],
        "left": [str(each.left) for each in treatment.lines],
        "doses": [each.words for each in treatment.doses],
        "estimated": treatment.supply.estimated,
        "at_least": treatment.supply.at_least,
        "left_out": treatment.supply.left_out,
        "supplied": treatment.supplied_until or "",
        "ties": [each.value for each in treatment.ties],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"])
def test_case(case: dict[str, Any]):
    found = reconciled(chart(*case["sheets"], today=case["today"]))

    by_name = {key(each): each for each in found.treatments}
    for name, expected in case.get("expect", {}).items():
        assert {what: told(by_name[name])[what] for what in expected} == expected
    if "count" in case:
        assert len(found.treatments) == case["count"]


def test_there_are_at_least_thirty_cases_each_with_its_sentence():
    assert len({case["say"] for case in CASES}) == len(CASES) >= 30


def a_delivery(day: str, **more: Any) -> dict[str, Any]:
    return {"kind": "pharmacy", "day": day, "deliveries": [{"name": "Ramipril", "substance": "RAMIPRIL", **more}]}


def shown(where: Chart, *, holder: bool) -> int:
    return len(shown_deliveries(deliveries_of(where, None), today=TODAY, holder=holder, parameters=shipped()))


@pytest.mark.parametrize(
    ("atc", "day", "professional", "holder"),
    [
        ("", "20250301", 1, 1),
        ("", "20250228", 0, 1),
        ("", "20230301", 0, 1),
        ("", "20230228", 0, 0),
        ("L04AB02", "20230301", 1, 1),
        ("L04AB02", "20210228", 0, 0),
        ("J07BB02", "20050301", 1, 1),
    ],
)
def test_a_delivery_past_its_window_leaves_the_view(atc: str, day: str, professional: int, holder: int):
    where = chart(a_delivery(day, **({"atc": atc} if atc else {})))

    assert shown(where, holder=False) == professional
    assert shown(where, holder=True) == holder


def test_a_delivery_without_a_day_stays_in_view():
    assert shown(chart(a_delivery("", start="19")), holder=False) == 1


def test_a_document_without_a_coded_line_is_listed_beside():
    where = chart({"kind": "prescription", "day": "20260201"}, {"kind": "biology", "day": "20260202"})

    assert [each.entry.type_code.code for each in reconciled(where).unstructured] == ["57833-6"]


def test_a_statement_that_there_is_none_is_no_treatment():
    none = {"kind": "summary", "day": "20260201", "treatments": [{"stated": "absent", "name": ""}]}

    found = reconciled(chart(none))

    assert not found.treatments
    assert len(found.stated_none) == 1


def test_a_document_that_the_viewer_may_not_read_changes_nothing():
    case = next(case for case in CASES if case["say"].startswith("a summary and a line"))
    whole = chart(*case["sheets"], today=case["today"])
    without = replace(whole, sheets=whole.sheets[1:])

    assert [each.words for each in reconciled(without).treatments[0].doses] == ["5 mg par jour"]
    assert not reconciled(without).treatments[0].marks


ODD = ("", "0", "-1", "1E+29", "1E-29", "1-0", "NaN", "x", "0.001")


@pytest.mark.parametrize("odd", ODD)
def test_no_posology_however_odd_gives_a_day_that_cannot_be(odd: str):
    steps = (
        [{"dose": f"{odd} {{tbl}}", "every": "1 d"}],
        [{"dose": "1 {tbl}", "every": f"{odd} d"}],
        [{"dose": "1 {tbl}", "every": "1 d", "for": f"{odd} d"}, {"dose": f"{odd} {{tbl}}", "every": "1 d"}],
        [{"dose": "1 {tbl}", "every": "1 d", "start": odd, "end": "99991231"}, {"dose": "1 {tbl}", "every": "1 d"}],
    )
    for told in steps:
        for most in (f"{odd} {{tbl}} / 1 d", f"1 {{tbl}} / {odd} d", ""):
            line = {"id": "L", "name": "Ramipril", "substance": "RAMIPRIL", "steps": told, "ceiling": most}
            where = chart(
                {"kind": "prescription", "day": "20260201", "lines": [line]},
                a_delivery("20260201", line="L", quantity="30 {tbl}"),
            )
            (found,) = reconciled(where).treatments
            days = found.supply.days
            assert days is None or 0 <= days <= 3660
            assert (days is None) is (found.supplied_until is None)


def test_every_line_names_its_documents():
    for case in CASES:
        for treatment in reconciled(chart(*case["sheets"], today=case["today"])).treatments:
            assert treatment.evidence
            assert all(change.evidence for change in treatment.changes)
