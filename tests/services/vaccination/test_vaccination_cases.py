"""Would a clinician agree? Cases of `cases.toml`, each one person on one day."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from dmp.record.choice import ChoiceKind
from dmp.record.patient import Sex
from dmp.services.chart import Chart
from dmp.services.vaccination.evaluate import Situation, evaluate
from dmp.services.vaccination.states import State
from vaccination_builders import a_certificate, a_chart, a_choice, a_dose, a_problem, a_refusal, a_sheet

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["cases"]
KEYS = {
    "say",
    "born",
    "today",
    "sex",
    "doses",
    "declared",
    "flags",
    "problems",
    "refused",
    "not_given",
    "declined",
    "expect",
    "uncounted",
}


def _digits(day: str) -> str:
    return "" if day == "undated" else day.replace("-", "")


def _pairs(lines: list[str]) -> list[tuple[str, str]]:
    return [(_digits(day), name) for day, name in (line.split(maxsplit=1) for line in lines)]


def _day(text: str) -> date | None:
    return None if text == "undated" else date.fromisoformat(text)


def _chart(case: dict) -> Chart:
    doses = [a_dose(day, name) for day, name in _pairs(case.get("doses", []))]
    refusals = [a_refusal(day, name) for day, name in _pairs(case.get("refused", []))]
    problems = tuple(a_problem(*line.split()) for line in case.get("problems", []))
    sheets = [a_sheet(*doses, *refusals, problems=problems)] if doses or refusals or problems else []
    sheets += [a_certificate(a_refusal(day, name)) for day, name in _pairs(case.get("not_given", []))]
    choices = [_flag(line, case["today"]) for line in case.get("flags", [])]
    for line in case.get("declared", []):
        day, subject = line.split()
        choices.append(a_choice(ChoiceKind.DONE, subject, _day(day)))
    choices += [a_choice(ChoiceKind.DECLINED, subject) for subject in case.get("declined", [])]
    sex = Sex(case.get("sex", "U"))
    return a_chart(case["born"], case["today"], *sheets, sex=sex, choices=tuple(choices))


def _flag(line: str, today: date):
    name, _, since = line.partition(" since ")
    return a_choice(ChoiceKind.CONDITION, name, date.fromisoformat(since) if since else None, written=today)


def _said(situation: Situation, rule: str, wanted: str) -> str:
    """What the situation says of a rule, in as many words as are wanted."""
    status = situation.status(rule)
    if status is None:
        return "-"
    told = [status.state.value]
    for word in wanted.split()[1:]:
        key, _, value = word.rpartition(":")
        if key == "step":
            told.append(f"step:{status.step}/{status.steps}" if "/" in value else f"step:{status.step}")
        elif key == "for":
            told.append(f"for:{'+'.join(sorted(status.antigens))}")
        elif key == "why":
            whys = [reason.why.value for reason in status.reasons]
            told.append(f"why:{value}" if value in whys else f"why:{whys}")
        elif key == "mandatory":
            told.append(f"mandatory:{'yes' if status.mandatory else 'no'}")
        else:
            days = {
                "": status.recommended,
                "from": status.earliest,
                "late": status.overdue_from,
                "closes": status.closes,
            }
            told.append(f"{key}:{days[key]}" if key else f"{days[key]}")
    return " ".join(told)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"])
def test_the_case(case):
    assert set(case) <= KEYS
    situation = evaluate(_chart(case))
    expected = case["expect"]
    assert {rule: _said(situation, rule, wanted) for rule, wanted in expected.items()} == expected
    if "uncounted" in case:
        told = [f"{one.dose.day} {one.dose.lead.label} {one.reason.why}" for one in situation.uncounted]
        assert told == case["uncounted"]


def test_the_cases_are_many_and_speak_of_every_rule_and_state():
    assert len(CASES) >= 75
    assert len({case["say"] for case in CASES}) == len(CASES)
    rules = {rule for case in CASES for rule in case["expect"]}
    states = {wanted.split()[0] for case in CASES for wanted in case["expect"].values()}
    situation = evaluate(_chart(CASES[0]))
    assert {rule.id for rule in situation.calendar.rules} - rules == set()
    assert {state.value for state in State} - states == set()
