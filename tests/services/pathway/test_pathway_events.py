"""Events, stays and questions of a pathway: the cases of `cases.toml`; its filters and its grid."""

import time
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.services.chart import Chart
from dmp.services.pathway.due import due_of
from dmp.services.pathway.pathway import Filters, Pathway, Zoom, choices, grid_of, pathway_of
from dmp.services.pathway.planned import Planned
from dmp.services.pathway.rules import shipped
from dmp.services.vaccination.evaluate import evaluate
from dmp.services.vaccination.states import TO_DO
from sheet_builders import a_chart, a_sheet

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]
TODAY = date(2025, 12, 31)


def _pathway(case: dict[str, Any]) -> Pathway:
    return pathway_of(a_chart({"today": TODAY, **case}), shipped())


def _told(paths: Pathway) -> dict[str, Any]:
    return {
        "lanes": [event.lane for event in paths.events],
        "titles": [event.title for event in paths.events],
        "days": [event.day for event in paths.events],
        "merged": [str(event.merged or "") for event in paths.events],
        "stays": [[stay.start, stay.end, sum(event.stay == stay.id for event in paths.events)] for stay in paths.stays],
        "missing": [one.rule.id for one in paths.missing],
        "coming": [one.title for one in paths.to_come],
        "gaps": [[gap.start, gap.end] for gap in paths.gaps],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["say"] for case in CASES])
def test_a_pathway_is_what_the_documents_say(case):
    told = _told(_pathway(case))
    asked = {name: case[name] for name in told if name in case}
    assert asked
    assert {name: told[name] for name in asked} == asked


def test_no_document_is_lost_by_merging():
    for case in CASES:
        chart = a_chart({"today": TODAY, **case})
        told = {each.uuid for event in pathway_of(chart, shipped()).events for each in event.evidence}
        assert told == {sheet.uuid for sheet in chart.sheets}


def test_a_document_that_is_not_in_the_chart_is_named_nowhere():
    for case in CASES:
        chart = a_chart({"today": TODAY, **case})
        for left in range(len(chart.sheets)):
            without = replace(chart, sheets=chart.sheets[:left] + chart.sheets[left + 1 :])
            assert chart.sheets[left].uuid not in repr(pathway_of(without, shipped()))


MIXED = [
    {"type": "11502-2", "day": "20240110", "place": "Labo A", "events": ["ccam:QEQK004"]},
    {"type": "11488-4", "day": "20250110", "place": "Cabinet B"},
    {"type": "34112-3", "day": "20250210", "end": "20250215", "place": "CH A"},
    {"type": "11488-4", "day": "2024-13", "place": "Cabinet B"},
]


def _kept(**filters) -> list[str]:
    return [event.structure for event in _pathway({"documents": MIXED}).kept(Filters(**filters))]


def test_filters_keep_what_they_say():
    assert _kept(lane="biology") == ["Labo A"]
    assert _kept(structure="CH A") == ["CH A"]
    assert _kept(code="QEQK004") == ["Labo A"]
    assert _kept(since=date(2025, 1, 1)) == ["CH A", "Cabinet B"]
    assert _kept(until=date(2024, 12, 31)) == ["Labo A"]
    assert _kept(since=date(2025, 2, 14), until=date(2025, 2, 20)) == ["CH A"]
    assert len(_kept()) == 4


def test_the_stay_can_be_opened_by_itself():
    paths = _pathway({"documents": MIXED})
    assert [event.structure for event in paths.kept(Filters(stay=paths.stays[0].id))] == ["CH A"]


def test_the_grid_counts_only_what_is_there():
    paths = _pathway({"documents": MIXED})
    grid = grid_of(paths.events, shipped(), Zoom.YEAR)
    assert grid.columns == ("2024", "2025")
    assert {row.lane: row.counts for row in grid.rows} == {"stay": (0, 1), "visits": (0, 1), "biology": (1, 0)}


def test_the_grid_looks_nearer():
    paths = _pathway({"documents": MIXED})
    assert grid_of(paths.events, shipped(), Zoom.MONTH).columns == ("202401", "202501", "202502")
    assert grid_of(paths.events, shipped(), Zoom.DAY).columns == ("20240110", "20250110", "20250210")


def test_choices_offer_only_what_occurs():
    paths = _pathway({"documents": MIXED})

    places = ((event.structure, (event.structure, event.structure)) for event in paths.events)
    assert [(one.value, one.count) for one in choices(places)] == [
        ("CH A", 1), ("Cabinet B", 2), ("Labo A", 1),
    ]  # fmt: skip


def test_what_other_services_say_is_due_stands_among_what_is_to_come():
    due = Planned("Rappel de vaccin", "vaccination", "", date(2026, 1, 5), "20260105", ())
    paths = pathway_of(a_chart({"today": TODAY, "documents": MIXED}), shipped(), (due,))
    assert [one.title for one in paths.to_come] == ["Rappel de vaccin"]


MAN = {"sex": "M", "birth": date(1965, 1, 10), "today": TODAY}
TESTED = {"day": "20250303", "results": [{"code": "loinc:29771-3", "value": "snomed:260385009"}]}


def due(kind: str, told: dict) -> list[Planned]:
    return [one for one in due_of(a_chart(told)) if one.kind == kind]


def test_the_next_test_of_a_screening_stands_among_what_is_to_come():
    (test,) = (one for one in due("screening", {**MAN, "documents": [TESTED]}) if one.code == "colorectal")
    assert (test.day, test.now) == (date(2027, 3, 3), False)
    assert "colorectal" in test.title


def test_what_is_due_today_has_no_day_and_comes_first():
    chart = a_chart({**MAN, "documents": [{"day": "20250303"}]})
    (test,) = (one for one in due_of(chart) if one.code == "colorectal")
    assert (test.day, test.now) == (None, True)
    assert pathway_of(chart, shipped(), due_of(chart)).to_come[0].now


def test_what_one_does_not_want_is_not_there():
    chart = replace(a_chart(MAN), choices=(_choice("screening", ChoiceKind.DECLINED, "colorectal"),))
    assert "colorectal" not in {one.code for one in due_of(chart)}


INFANT = {"sex": "F", "birth": date(2025, 11, 20), "today": date(2026, 2, 1)}


def test_vaccines_that_are_due_and_to_come_stand_there_by_the_rules_of_their_page():
    chart = a_chart(INFANT)
    found = {one.code: one for one in due("vaccination", INFANT)}
    told = {one.id: one for one in evaluate(chart).statuses}
    now = [one for one in found.values() if one.now]
    assert now
    assert all(told[one.code].state in TO_DO for one in now)
    later = [one for one in found.values() if not one.now]
    assert later
    assert all(one.day == told[one.code].recommended > INFANT["today"] for one in later if one.day)


def test_a_vaccine_that_is_not_wanted_is_not_there():
    (first, *_) = due("vaccination", INFANT)
    chart = replace(a_chart(INFANT), choices=(_choice("vaccination", ChoiceKind.DECLINED, first.code),))
    assert first.code not in {one.code for one in due_of(chart)}


def _choice(service: str, kind: ChoiceKind, subject: str) -> HealthChoice:
    return HealthChoice("1", service, kind, subject, datetime(2026, 1, 1, tzinfo=UTC))


def _many(count: int) -> Chart:
    types = ("11502-2", "11488-4", "34112-3", "18748-4", "57833-6")
    told = [
        {
            "type": types[number % len(types)],
            "day": f"{2000 + number % 25}{number % 12 + 1:02}{number % 28 + 1:02}",
            "end": f"{2000 + number % 25}{number % 12 + 1:02}28",
            "place": f"CH {number % 40}",
            "sector": "SA01",
        }
        for number in range(count)
    ]
    chart = a_chart({"today": TODAY})
    return replace(chart, sheets=tuple(a_sheet(number, one) for number, one in enumerate(told, start=1)))


def test_two_thousand_events_are_ready_at_once():
    """300 ms are asked for (cda-and-services 4.9); a busy machine may take three times as long."""
    chart = _many(2000)
    begun = time.process_time()
    paths = pathway_of(chart, shipped())
    grid_of(paths.events, shipped(), Zoom.YEAR)
    spent = time.process_time() - begun
    assert len(paths.events) > 1000
    assert spent < 0.9, spent
