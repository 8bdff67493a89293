"""What people are told of, over the wire; and the commands of the operator about it (PT-9)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from dmp.cli import app
from dmp.record.actor import Mode
from dmp.record.errors import IncompleteRequest
from dmp.record.notice import Channel, Frequency, NoticeWishes
from dmp.record.visibility import Visibility
from dmp.store import schema
from journey_builders import Story

REASON = "Personne inconsciente, risque immédiat"


def jobs(story: Story) -> list[str]:
    """The kinds of the jobs that the acts on the record left."""
    key = story.record().key
    with story.store() as store, store.connection() as connection:
        return sorted(connection.scalars(select(schema.job.c.kind).where(schema.job.c.record == key)))


def said(story: Story, *arguments: str) -> list[str]:
    result = CliRunner().invoke(app, [*arguments, "--dir", str(story.sandbox.folder)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout.splitlines()


def test_breaking_the_glass_leaves_one_notice_however_much_is_read(story_on_both):
    story = story_on_both.opened()
    entry = story.fed("Lettre")
    assert jobs(story) == []
    glass = story.by("doctor2").in_mode(Mode.BREAK_GLASS, REASON)

    glass.find(story.patient)
    glass.read(story.patient, entry.unique_id)

    assert jobs(story) == ["notice"]


def test_feeding_a_hidden_document_and_authorising_leave_days_to_come_back(story):
    story.opened("doctor")
    assert jobs(story) == ["timer"]

    story.doctor.submit(
        story.patient, [story.note()], visibility=Visibility(hidden_from_patient_since=datetime.now(UTC))
    )

    assert jobs(story) == ["timer", "timer"]


def test_the_operator_sees_jobs_without_seeing_whose_they_are(story):
    story.opened("doctor")

    assert said(story, "job", "run")[0].startswith("dmp: ")
    lines = said(story, "job", "list")

    assert lines
    assert story.patient.number not in "".join(lines)
    assert all(len(line.split()[0]) == 32 and line.split()[1:3] == ["timer", "waiting"] for line in lines)
    with pytest.raises(IncompleteRequest, match="no dead job has this id"):
        said(story, "job", "retry", lines[0].split()[0])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_operator_has_reminders_worked_out_now(story, workers: str):
    story.opened()

    (line,) = said(story, "job", "remind", "--workers", workers)
    (again,) = said(story, "job", "remind", "--workers", workers)

    assert line.startswith("dmp: ")
    assert "reminder unasked" in line
    assert story.patient.number not in line
    assert again == "dmp: 0 records"


def test_the_desk_writes_what_the_holder_wants_to_be_told(story):
    story.opened()

    (line,) = said(story, "record", "notices", story.patient.number, "--frequency", "daily", "--channel", "sms")

    assert line == "dmp: told daily, by sms first; what is always told is told at once"
    assert story.record().notices == NoticeWishes(Frequency.DAILY, Channel.SMS)
