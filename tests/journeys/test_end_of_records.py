"""Keys and the end of a record on the command line of the operator (security 12, LC-11)."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dmp.audit import verify_traces
from dmp.cli import app
from dmp.record.errors import AccessRefused, IncompleteRequest, RecordNotClosed, RecordNotFound
from dmp.settings import InvalidSetting
from journey_builders import Story


def said(story: Story, *arguments: str) -> list[str]:
    result = CliRunner().invoke(app, [*arguments, "--dir", str(story.sandbox.folder)])
    if result.exception is not None:
        raise result.exception
    return result.stdout.splitlines()


def test_a_record_is_destroyed_for_good_and_proven(story, tmp_path):
    story.opened("doctor")
    story.fed("Lettre")
    number = story.patient.number
    with pytest.raises(RecordNotClosed):
        said(story, "record", "destroy", number, "--by", "anne", "--confirmed-by", "basile")
    said(story, "record", "close", number)
    with pytest.raises(AccessRefused, match="kept until its retention is over"):
        said(story, "record", "destroy", number, "--by", "anne", "--confirmed-by", "basile")
    with pytest.raises(IncompleteRequest, match="another operator confirms"):
        said(story, "record", "destroy", number, "--by", "anne", "--confirmed-by", "anne", "--ground", "request")
    with pytest.raises(RecordNotFound):
        said(story, "record", "certificate", number)

    pair = ("--by", "anne", "--confirmed-by", "basile")
    (line,) = said(story, "record", "destroy", number, *pair, "--ground", "request")

    assert "by anne, confirmed by basile: 2 documents" in line
    assert said(story, "record", "test", number) == ["dmp: no record"]
    assert not story.doctor.test_record(story.patient).found
    assert said(story, "record", "certificate", number, "--export", str(tmp_path / "end.jsonl")) == [line]
    assert verify_traces.main([str(tmp_path / "end.jsonl")]) == 0
    assert "texts erased with their records" in said(story, "verify-traces")[0]
    assert story.opened("doctor").doctor.test_record(story.patient).found


def test_what_is_due_is_listed_without_a_name(story):
    story.opened()
    said(story, "record", "close", story.patient.number)

    today = said(story, "retention", "list")
    later = said(story, "retention", "list", "--on", "2099-01-01")

    assert today == []
    assert len(later) >= 1
    assert story.patient.number not in "".join(later)
    assert said(story, "retention", "run") == []


def test_the_master_key_is_renewed_under_a_running_service(story):
    story.opened("doctor")
    entry = story.fed("Lettre")

    first = said(story, "keys", "rotate")
    listed = said(story, "keys", "list")

    assert "wraps new records from now on" in first[0]
    assert first[-1].startswith("dmp: done; in 5 minutes, `dmp keys retire` destroys")
    assert listed[0].startswith("dmp: 0001: 0 records")
    assert story.doctor.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]
    with pytest.raises(IncompleteRequest, match="not 5 minutes old yet"):
        said(story, "keys", "retire", "0001")


def test_keys_are_made_in_a_folder(tmp_path: Path):
    result = CliRunner().invoke(app, ["keys", "make", str(tmp_path / "keys")])

    assert result.stdout.startswith("dmp: the vault")
    assert (tmp_path / "keys/master-0001.key").exists()


def test_a_token_is_named_whole_or_not_at_all(tmp_path: Path):
    result = CliRunner().invoke(app, ["keys", "make", str(tmp_path / "keys")], env={"DMP_PKCS11_TOKEN": "dmp"})

    assert isinstance(result.exception, InvalidSetting)
    assert not (tmp_path / "keys").exists()


def test_the_journal_of_the_keys_names_nobody(story):
    story.opened()
    said(story, "record", "close", story.patient.number)
    pair = ("--by", "anne", "--confirmed-by", "basile")
    said(story, "record", "destroy", story.patient.number, *pair, "--ground", "request")

    text = (story.sandbox.folder / "keys/journal.jsonl").read_text()

    assert story.patient.number not in text
    assert json.loads(text.splitlines()[-1])["fate"] == "destroyed"
