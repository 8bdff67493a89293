"""The life of a record on the command line of the operator (functional 2, DEC-122)."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.client import CallRefused
from dmp.record.errors import (
    ConsentMissing,
    IncompleteRequest,
    InvalidIdentity,
    RecordClosed,
    RecordExists,
    RecordNotClosed,
    RecordNotFound,
)
from dmp.record.record import RecordState
from journey_builders import Story


def record(story: Story, command: str, *options: str, ins: str = "") -> Result:
    arguments = ["record", command, ins or story.patient.number, *options, "--dir", str(story.sandbox.folder)]
    return CliRunner().invoke(app, arguments)


def said(story: Story, command: str, *options: str) -> str:
    """What a command answers, with one trace."""
    with story.one_trace() as seen:
        result = record(story, command, *options)
    assert result.exit_code == 0, result.exception
    assert (seen.trace.who.kind, seen.trace.outcome) == ("operator", "done")
    return result.stdout.strip()


def refused(story: Story, error: type[Exception], command: str, *options: str) -> None:
    """A command that is refused leaves one trace too."""
    with story.one_trace() as seen:
        result = record(story, command, *options)
    assert isinstance(result.exception, error), result.exception
    assert (seen.trace.who.kind, seen.trace.outcome) == ("operator", "refused")


@pytest.fixture
def traits(story: Story, tmp_path):
    path = tmp_path / "traits.json"
    path.write_text(json.dumps(asdict(story.person.traits)))
    return str(path)


def test_a_record_lives_from_opening_to_reopening(story, traits):
    assert said(story, "test") == "dmp: no record"
    assert said(story, "open", "--consent", "--traits", traits) == "dmp: the record is open"
    assert said(story, "test") == "dmp: ACTIF"
    assert story.doctor.test_record(story.patient).traits.birth_name == story.person.traits.birth_name
    story.doctor.authorise(story.patient)
    entry = story.fed("Lettre")

    assert "out of reach" in said(story, "close", "--reason", "FERMETURE_DECES", "--text", "décès")
    assert "FERMETURE_DECES" in said(story, "test")
    with pytest.raises(CallRefused):
        story.doctor.read(story.patient, entry.unique_id)

    assert "given anew" in said(story, "reopen", "--consent")
    story.doctor.authorise(story.patient)
    assert story.doctor.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


def test_opening_needs_consent_and_happens_once(story):
    refused(story, ConsentMissing, "open")
    said(story, "open", "--consent")
    refused(story, RecordExists, "open", "--consent")
    key = story.record().key
    with story.one_trace() as seen:
        record(story, "open", "--consent")
    assert seen.trace.record == key, "what is refused about a record is in its own history"


def test_a_closed_record_is_reopened_with_consent_alone(story):
    refused(story, RecordNotFound, "reopen", "--consent")
    said(story, "open", "--consent")
    refused(story, RecordNotClosed, "reopen", "--consent")
    said(story, "close")
    refused(story, RecordClosed, "close")
    refused(story, RecordClosed, "open", "--consent")
    refused(story, ConsentMissing, "reopen")


def test_the_operator_reads_and_changes_administrative_data(story, traits, tmp_path):
    said(story, "open", "--consent", "--traits", traits)
    told = tmp_path / "change.json"
    told.write_text(json.dumps({"used_name": "AUTRE", "break_glass_opposed": True}))

    assert said(story, "change", str(told)) == "dmp: changed"

    data = json.loads(said(story, "identity"))
    assert data["traits"]["used_name"] == "AUTRE"
    assert data["oppositions"] == {"break_glass": True, "emergency_dispatch": False}


def test_an_identifier_that_this_instance_does_not_take_is_refused(story):
    wrong = story.patient.number[:-2] + f"{(int(story.patient.number[-2:]) % 97) + 1:02d}"
    result = record(story, "open", "--consent", ins=wrong)
    assert isinstance(result.exception, InvalidIdentity)
    assert wrong not in str(result.exception)
    assert story.doctor.test_record(story.patient).state is not RecordState.ACTIVE


# -- the people around a holder


def test_the_desk_declares_a_protection_and_ends_it_on_proof(story, traits):
    said(story, "open", "--consent", "--traits", traits)
    days = ("--since", "2026-01-01", "--until", "2040-12-31")
    by, proof = ("--operator", "claude"), ("--reason", "jugement du 2026-01-01")
    who = ("155017511111150", "--name", "FICTIF Paul")
    told = said(story, "protect", *who, "--measure", "tutelle", *days, *by, *proof)
    assert told == "dmp: declared; who is in charge acts for the holder"
    (protection,) = json.loads(said(story, "people", *by))["protections"]
    assert (protection["name"], protection["until"]) == ("FICTIF Paul", "2040-12-31 23:00:00+00:00")
    assert "assists" in said(story, "protect", *who, "--measure", "curatelle", *days, *by, *proof)
    assert said(story, "end-representation", who[0], *by, *proof) == "dmp: he does not represent the holder any more"
    refused(story, IncompleteRequest, "revoke-delegate", who[0], *by)
    refused(story, IncompleteRequest, "guardian", who[0], "--family", "FICTIF", "--given", "PAUL", *by, *proof)


def test_the_desk_answers_an_heir(story, traits):
    said(story, "open", "--consent", "--traits", traits)
    said(story, "close", "--reason", "FERMETURE_DECES")
    by, heir = ("--operator", "claude"), "155017511111150"
    asked = ("--name", "FICTIF Paul", "--quality", "ayant-droit", "--motive", "droits")
    assert said(story, "heir-request", heir, *asked, *by).startswith("dmp: noted")
    proof = ("--reason", "acte de notoriété du 2026-02-03")
    until = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    assert until in said(story, "heir-decide", heir, "--until", until, *by, *proof)
    assert said(story, "heir-decide", heir, *by, *proof) == "dmp: refused"
    (request,) = json.loads(said(story, "heirs", *by))["requests"]
    assert (request["answer"], request["operator"], request["proof"]) == ("refused", "claude", proof[1])
