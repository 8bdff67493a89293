"""Where somebody stands in a programme: the cases of `cases.toml`."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dmp.services.screening.findings import findings, tasks
from dmp.services.screening.loading import shipped
from dmp.services.screening.state import Status
from dmp.services.screening.status import statuses
from sheet_builders import a_chart

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]


def _status(case: dict[str, Any]) -> Status:
    found = statuses(a_chart(case), shipped())
    return next(status for status in found if status.programme.id == case["programme"])


def _told(status: Status, asked: dict[str, Any]) -> dict[str, Any]:
    """What a case asks about, as the status tells it."""
    told = {"state": str(status.state), "reasons": [str(why) for why in status.reasons]}
    told |= {name: getattr(status, name) for name in ("due", "step", "until", "since", "invited")}
    told["aside"] = sorted(one.reason for one in status.set_aside)
    return {name: told[name] for name in asked}


@pytest.mark.parametrize("case", CASES, ids=[case["say"] for case in CASES])
def test_somebody_stands_where_the_texts_say(case):
    assert _told(_status(case), case["expect"]) == case["expect"]


@pytest.mark.parametrize("case", [case for case in CASES if "reminder" in case], ids=lambda case: case["say"])
def test_a_reminder_goes_out_when_it_should(case):
    rule = shipped().programme(case["programme"]).rule
    found = [finding for finding in findings(a_chart(case), shipped()) if finding.rule == rule]
    assert [finding.stage for finding in found] == ([case["reminder"]] if case["reminder"] else [])
    assert [finding.outside for finding in found] == [case.get("outside", True)] * len(found)


@pytest.mark.parametrize("case", [case for case in CASES if "task" in case], ids=lambda case: case["say"])
def test_the_attending_doctor_has_a_task_when_he_should(case):
    found = [task for task in tasks(a_chart(case), shipped()) if task.programme == case["programme"]]
    assert [str(task.kind) for task in found] == ([case["task"]] if case["task"] else [])


def test_there_are_enough_cases():
    assert sum("worked" in case for case in CASES) >= 7
    assert sum("worked" not in case for case in CASES) >= 25


def test_a_document_that_the_viewer_does_not_see_changes_nothing():
    case = next(case for case in CASES if case.get("task") == "no-work-up")
    without = {**case, "documents": []}
    hidden = replace(a_chart(case), sheets=())
    assert statuses(hidden, shipped()) == statuses(a_chart(without), shipped())


def test_nothing_is_said_of_the_dead():
    chart = a_chart({**CASES[2], "deceased": True})
    assert statuses(chart, shipped()) == ()
    assert findings(chart, shipped()) == ()


def test_the_keys_of_reminders_are_one_for_each_step():
    chart = a_chart(CASES[2])
    found = findings(chart, shipped())
    keys = {(one.service, one.rule, one.step, one.stage) for one in found}
    assert len(keys) == len(found) > 1
    assert {one.version for one in found} == {"FR-2025.1"}


def test_everything_that_is_put_off_at_once_stays_silent():
    told = {**CASES[2], "choices": [{"kind": "snoozed", "subject": "", "until": CASES[2]["today"].replace(year=2030)}]}
    assert findings(a_chart(told), shipped()) == ()
