"""The desk writes down what people decide of others, and who was told that a record will be opened (PT-18, LC-5)."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.desk.errands import Errands
from dmp.desk.front_desk import Desk
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.record import Record, Regime
from dmp.record.verb import Verb
from dmp.sandbox.population import people
from journey_builders import Story
from sandboxes import Sandboxes


def run(story: Story, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--dir", str(story.sandbox.folder)])


def said(story: Story, command: str, *words: str) -> str:
    with story.one_trace() as seen:
        result = run(story, "record", command, story.patient.number, *words)
    assert result.exit_code == 0, result.exception
    assert (seen.trace.who.kind, seen.trace.outcome) == ("operator", "done")
    return result.stdout.strip()


def record(story: Story) -> Record:
    with story.sandbox.store.begin() as tx:
        found = tx.records.of(story.patient)
    assert found is not None
    return found


@pytest.fixture
def opened(story: Story) -> Story:
    assert run(story, "record", "open", story.patient.number, "--consent").exit_code == 0
    return story


def test_every_decision_is_written_down_by_the_desk(opened: Story):
    doctor = opened.doctor.professional.id
    assert said(opened, "authorise", doctor) == "dmp: fait"
    assert said(opened, "block", doctor) == "dmp: fait"
    assert "vaut de nouveau" in said(opened, "unblock", doctor)
    opened.doctor.become_attending(opened.patient)
    assert said(opened, "confirm-doctor", doctor) == "dmp: fait"
    assert record(opened).attending[0].confirmed
    assert said(opened, "remove-doctor", doctor) == "dmp: fait"
    assert said(opened, "withdraw", doctor) == "dmp: fait"
    assert said(opened, "emergencies", "--no-break-glass", "--call-centre", "--masked") == "dmp: fait"
    assert (record(opened).oppositions.break_glass, record(opened).emergency_reads_masked) == (True, True)
    assert said(opened, "hide", "--on") == "dmp: fait"
    assert record(opened).hide_everything
    assert "Aucun changement" in said(opened, "hide", "--on")


def test_what_cannot_be_is_refused_with_one_trace(opened: Story):
    for words in (("authorise", "899999999999"), ("authorise", opened.doctor.professional.id, "--until", "2020-01-01")):
        with opened.one_trace() as seen:
            result = run(opened, "record", words[0], opened.patient.number, *words[1:])
        assert isinstance(result.exception, (AccessRefused, IncompleteRequest))
        assert (seen.trace.outcome, seen.trace.verb) == ("refused", Verb.AUTHORISE_OTHER)


# -- opening for everybody


def test_who_was_told_gets_a_record_six_weeks_later_unless_he_opposed(start: Sandboxes, tmp_path: Path):
    opting_out = start(regime=Regime.OPT_OUT)
    told, opposed = [person for person in people(29, 40) if not person.guardians][:2]
    line = {"informed": "2026-01-02"}
    lines = [{**line, "ins": one.patient.number, "traits": asdict(one.traits)} for one in (told, opposed)]
    notices = tmp_path / "notices.jsonl"
    notices.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    desk = Desk(opting_out.settings)

    assert desk.load_notices(notices) == "dmp: 2 notices; records are opened 6 weeks after each"
    assert "written" in desk.oppose_opening(opposed.patient.number)
    assert [line.split() for line in desk.openings()] == [["2", "waiting"]]
    done = Errands(opting_out.settings).run()
    assert done.whole
    assert {name: count for name, count in done.outcomes.items() if name.startswith("opening")} == {
        "opening opened": 1,
        "opening opposed": 1,
    }
    assert list(desk.openings()) == []


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"ins": "279035121518989"}', '{"ins": "279035121518989", "informed": "soon", "traits": {}}'],
)
def test_a_line_that_says_too_little_stops_the_file_and_is_named(story: Story, tmp_path: Path, line: str):
    notices = tmp_path / "notices.jsonl"
    notices.write_text(f"\n{line}\n", encoding="utf-8")
    desk = Desk(story.sandbox.settings)
    with pytest.raises(IncompleteRequest) as told:
        desk.load_notices(notices)
    assert told.value.element == "line 2"
    assert list(desk.openings()) == []
