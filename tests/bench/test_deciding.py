"""The rights are timed for every kind of caller and every way to an answer, in processor time."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from dmp.access.decide import GRANTS
from dmp.assure.oracle.situation import Kind
from dmp.bench import deciding
from dmp.bench.deciding_cases import CASES, LISTS, LONG, all_different, many
from dmp.cli import app
from dmp.record.actor import Authentication, Mode


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(deciding, "RUNS", 1)
    monkeypatch.setattr(deciding, "CHUNKS", 2)


def test_each_case_is_a_row_with_its_answer_and_the_worst_is_told():
    result = CliRunner().invoke(app, ["bench", "decide"])
    assert result.exit_code == 0, result.output
    heading, _, *rows, worst, worst_list = result.stdout.splitlines()
    assert heading == "| Asked | Answer | p50 | Least |"
    assert len(rows) == len(CASES) + 2 * len(LISTS)
    for case, row in zip(CASES, rows, strict=False):
        assert row.startswith(f"| {case.asked} | ")
        assert f", {case.rule} | " in row
    assert f" of {len(CASES)} decisions over 5 µs; the worst: " in worst
    assert f" of {2 * len(LISTS)} lists of 500 documents over 3 ms; the worst: " in worst_list


def test_a_row_that_names_another_rule_than_the_one_that_answers_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(deciding, "CASES", (replace(CASES[0], rule="care-team"),))
    with pytest.raises(ValueError, match="answered by holder-of-the-record, not by care-team"):
        list(deciding.table())


def test_every_kind_of_caller_and_every_mode_is_timed_allowed_and_refused():
    assert {case.who.kind for case in CASES} == set(Kind)
    modes = {(case.who.mode, allowed(case.rule)) for case in CASES if case.who.kind is Kind.PROFESSIONAL}
    assert modes == {(mode, answer) for mode in Mode for answer in (True, False)}
    assert {case.who.via for case in CASES} >= {Authentication.DIRECT, Authentication.REINFORCED}
    assert any(case.who.secret for case in CASES)
    assert {case.paper is None for case in CASES} == {True, False}


def allowed(rule: str) -> bool:
    return rule in {getattr(ground, "__name__", "").replace("_", "-") for ground in GRANTS}


def test_the_documents_of_a_list_share_answers_or_none():
    assert len({entry.uuid for entry in many()}) == len({entry.uuid for entry in all_different()}) == LONG
    assert len({entry.visibility for entry in all_different()}) == LONG
