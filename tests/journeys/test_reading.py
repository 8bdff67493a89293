"""Reading documents: ITI-43, TD3.2 (xds-wire 6.6, DEC-7, DEC-11, DEC-23, DEC-41)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused
from dmp.record.entry import EntryStatus
from dmp.record.record import Record
from dmp.record.visibility import Visibility
from dmp.wire import soap
from dmp.wire.xds import iti43
from dmp.wire.xds.responses import ResponseStatus
from journey_builders import MASKED, Envelope, Sent, Story, post

NOT_FOUND, OURS = "XDSDocumentUniqueIdError", "1.2.250.1.213.4.1.1.1.2"


def answer_for(story: Story, holder: str, unique_id: str) -> str:
    """All that a refused reader learns, the id he gave left out."""
    with pytest.raises(CallRefused) as refusal:
        story.by(holder).read(story.patient, unique_id)
    return f"{refusal.value} {refusal.value.problems}".replace(unique_id, "ID")


def by_hand(story: Story, *requests: iti43.DocumentRequest, holder: str = "doctor") -> Sent:
    body = iti43.write_request(requests)
    return post(story, holder, "repository", Envelope(soap.Action.RETRIEVE, body))


def test_several_documents_come_at_once(story_on_both):
    story = story_on_both.opened("doctor", "nurse")
    documents = [story.note("Une"), story.letter("Deux")]
    story.doctor.submit(story.patient, documents)
    ids = [story.found("doctor", document).unique_id for document in documents]

    with story.one_trace() as seen:
        answer = story.nurse.retrieve(story.patient, ids)

    assert answer.status is ResponseStatus.SUCCESS
    assert [document.content.read() for document in answer.documents] == documents
    assert (seen.trace.verb, seen.trace.outcome, seen.trace.transaction) == ("TD3.2", "done", "ReadDocuments")
    assert {t.unique_id for t in seen.trace.touched if t.uuid} == set(ids)


def test_what_is_there_comes_with_an_error_for_what_is_not(story):
    story.opened("doctor")
    entry = story.fed()

    answer = story.doctor.retrieve(story.patient, [entry.unique_id, "1.2.3.4"])

    assert answer.status is ResponseStatus.PARTIAL
    assert [document.content.read() for document in answer.documents] == [story.documents[entry.unique_id]]
    assert [(str(problem.code), "1.2.3.4" in problem.context) for problem in answer.problems] == [(NOT_FOUND, True)]


def test_the_same_document_asked_twice_comes_twice(story):
    story.opened("doctor")
    entry = story.fed()
    assert len(story.doctor.retrieve(story.patient, [entry.unique_id] * 2).documents) == 2


def test_another_repository_is_unknown(story):
    story.opened("doctor")
    entry = story.fed()

    alone = by_hand(story, iti43.DocumentRequest("1.2.3.4", entry.unique_id))
    beside = by_hand(
        story, iti43.DocumentRequest("1.2.3.4", entry.unique_id), iti43.DocumentRequest(OURS, entry.unique_id)
    )

    assert (alone.status, alone.errors) == (200, ["XDSUnknownRepositoryId"])
    assert beside.errors == ["XDSUnknownRepositoryId"]
    assert [str(value).rpartition(":")[2] for value in beside.body.xpath("//@status")] == ["PartialSuccess"]


def test_the_entry_uuid_is_not_the_unique_id(story):
    story.opened("doctor")
    entry = story.fed()
    assert "no such document" in answer_for(story, "doctor", entry.uuid)


def test_deprecated_and_archived_documents_stay_readable(story):
    story.opened("doctor", "nurse")
    old, archived = story.fed("Ancienne"), story.fed("Archivée")
    story.doctor.submit(story.patient, [story.note("Nouvelle")], replaces=old.uuid)
    story.doctor.archive(story.patient, archived)

    for entry in (old, archived):
        assert story.nurse.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


def test_what_is_to_be_announced_is_read_by_professionals(story):
    story.opened("doctor", "nurse")
    entry = story.fed(visibility=Visibility(hidden_from_patient_since=datetime.now(UTC)))
    assert story.nurse.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


# -- refusals say nothing


def test_unknown_masked_foreign_and_deleted_are_told_word_for_word_alike(story, strict, child):
    story.opened("doctor", "nurse")
    masked, deleted = story.fed("Masquée", visibility=MASKED), story.fed("Supprimée")
    story.doctor.delete(story.patient, deleted)
    foreign = Story(strict, child).opened("doctor", "nurse").fed("D'un autre")

    unknown = answer_for(story, "nurse", "1.2.3.4")

    assert NOT_FOUND in unknown
    for entry in (masked, deleted, foreign):
        assert answer_for(story, "nurse", entry.unique_id) == unknown


def test_no_record_no_authorisation_and_a_shut_out_sector_too(story, strict, child):
    nobody = answer_for(story, "doctor", "1.2.3.4")
    other = Story(strict, child).opened("doctor")
    entry = other.fed()
    assert answer_for(other, "pharmacist", entry.unique_id) == nobody
    assert answer_for(other, "insurer", entry.unique_id) == nobody
    assert answer_for(other, "hospital", entry.unique_id) == nobody
    assert answer_for(other, "secretary", entry.unique_id) == nobody


@pytest.mark.parametrize(
    ("holder", "rule"),
    [("nurse", "masked-to-professionals"), ("pharmacist", "no-authorisation"), ("hospital", "outside-matrix")],
)
def test_the_trace_says_what_the_answer_does_not(story, holder, rule):
    story.opened("doctor", "nurse")
    entry = story.fed(visibility=MASKED)

    with story.refused(NOT_FOUND) as seen:
        story.by(holder).read(story.patient, entry.unique_id)

    assert rule in seen.said
    assert rule not in seen.told
    assert seen.trace.record == story.record().key
    assert [(t.uuid, t.unique_id) for t in seen.trace.touched] == [("", entry.unique_id)]


def test_a_partial_refusal_is_in_the_trace_too(story):
    story.opened("doctor", "nurse")
    masked, shown = story.fed("Masquée", visibility=MASKED), story.fed("Visible")

    with story.one_trace() as seen:
        answer = story.nurse.retrieve(story.patient, [masked.unique_id, shown.unique_id])

    assert answer.status is ResponseStatus.PARTIAL
    assert seen.trace.outcome == "done"
    assert seen.trace.detail == f"{masked.unique_id}: masked-to-professionals"


def test_the_author_reads_only_with_an_authorisation(story):
    story.opened()
    document = story.note()
    story.doctor.submit(story.patient, [document])
    unique_id = story.found("doctor", document).unique_id
    assert NOT_FOUND in answer_for(story, "doctor", unique_id)

    story.doctor.authorise(story.patient)

    assert story.doctor.read(story.patient, unique_id) == document


def test_a_structure_never_reads_even_what_it_sent(story):
    story.opened("doctor")
    hospital, at_home = story.by("hospital", standing_for="doctor2"), story.by("doctor2").credentials.facility.id
    document = story.note("Sortie", author="doctor2").replace(
        at_home.encode(), hospital.credentials.facility.id.encode()
    )
    hospital.submit(story.patient, [document])
    unique_id = story.found("doctor", document).unique_id
    with story.refused(NOT_FOUND):
        hospital.read(story.patient, unique_id)


def test_a_reader_in_air_reads(story):
    story.opened("doctor")
    entry = story.fed()
    colleague = story.by("hospital", standing_for="doctor2", air=True)
    colleague.authorise(story.patient)
    assert colleague.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


def test_the_occupational_doctor_finds_and_does_not_open(story):
    story.opened("doctor")
    entry = story.fed("Lettre")
    user = story.by("occupational_doctor").credentials.user
    story.change(lambda record: _given_by_holder(record, user))

    assert story.titles("occupational_doctor") == ["Lettre"]
    with story.refused(NOT_FOUND) as seen:
        story.by("occupational_doctor").read(story.patient, entry.unique_id)
    assert "outside-matrix" in seen.said


def _given_by_holder(record: Record, user: str) -> Record:
    given = replace(record.authorisations[0], subject=user, by_holder=True)
    return replace(record, authorisations=(*record.authorisations, given))


# -- deleted documents (DEC-23)


def test_a_deleted_document_is_for_its_author_and_the_attending_doctor_alone(story):
    story.opened("doctor", "doctor2", "nurse")
    entry = story.fed("Supprimée")
    story.doctor.delete(story.patient, entry)
    octets = story.documents[entry.unique_id]

    assert story.doctor.read(story.patient, entry.unique_id) == octets
    assert NOT_FOUND in answer_for(story, "doctor2", entry.unique_id)
    assert story.titles("doctor2", EntryStatus.DELETED) == []
    assert story.titles("doctor", EntryStatus.DELETED) == ["Supprimée"]

    story.by("doctor2").become_attending(story.patient)
    story.confirm_attending("doctor2")

    assert story.by("doctor2").read(story.patient, entry.unique_id) == octets
    assert story.titles("doctor2", EntryStatus.DELETED) == ["Supprimée"]


def test_deleting_takes_the_former_versions_of_the_metadata_too(story):
    story.opened("doctor", "nurse")
    entry = story.fed("Supprimée")
    story.doctor.mask(story.patient, entry)
    story.doctor.unmask(story.patient, story.entry("doctor", entry.unique_id))
    story.doctor.delete(story.patient, story.entry("doctor", entry.unique_id))

    assert NOT_FOUND in answer_for(story, "nurse", entry.unique_id)
    assert story.titles("nurse", *EntryStatus) == []
