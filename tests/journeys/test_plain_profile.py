"""The `ihe` profile: plain XDS.b through the same door (DEC-101, DEC-108, DEC-118; ADR 6)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused, lots
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, EntryStatus, SubmissionSet
from dmp.record.patient import PatientId
from dmp.record.record import ClosingReason
from dmp.record.submission import MetadataUpdate, UpdateEntry
from dmp.wire.content import MemoryContent
from journey_builders import Story, problems

PLAIN = PatientId("IHERED-7", "1.3.6.1.4.1.21367.13.20.3000")
OCTETS = b"%PDF-1.4 as plain IHE sends it\n"


@pytest.fixture
def story(plain, person) -> Story:
    """A patient of any authority, whose record lets in every professional of the sandbox."""
    number = f"RED-{person.patient.number}"
    return Story(plain, replace(person, patient=PatientId(number, PLAIN.root)))


def opened(story: Story) -> Story:
    cx = f"{story.patient.number}^^^&{story.patient.root}&ISO"
    story.sandbox.operations.open(cx, traits=None, consent=True)
    return story


def described(story: Story, octets: bytes = OCTETS, **changes) -> DocumentEntry:
    content, code = MemoryContent(octets), Code("x", "1.3.6.1.4.1.21367.100.1", "Anything")
    entry = DocumentEntry(
        uuid="Document01",
        unique_id=story.doctor.new_oid(),
        patient_cx=f"{story.patient.number}^^^&{story.patient.root}&ISO",
        mime_type="application/pdf",
        class_code=code,
        type_code=code,
        format_code=code,
        facility_type=code,
        practice_setting=code,
        creation_time="20260302",
        language="en-us",
        source_patient_cx="89765a87b^^^&3.4.5&ISO",
        confidentiality=(code,),
        authors=(lots.sender(story.doctor.credentials),),
        title="Plain",
        hash=content.sha1,
        size=content.size,
    )
    return replace(entry, **changes)


def a_set(story: Story, entry: DocumentEntry) -> SubmissionSet:
    doctor = story.doctor
    lot = lots.new_set(story.patient, doctor.credentials, at=datetime.now(UTC), new_oid=doctor.new_oid)
    return replace(lot, patient_cx=entry.patient_cx)


def submit(story: Story, entry: DocumentEntry, *, replaces: str = "") -> DocumentEntry:
    submission = lots.build(a_set(story, entry), [(entry, OCTETS)], replaces=replaces)
    assert story.doctor.submit_lot(story.patient, submission) == ()
    found = story.entry("doctor", entry.unique_id)
    assert found is not None
    return found


def update(story: Story, entry: DocumentEntry, **changes) -> None:
    operation = UpdateEntry(replace(entry, uuid="Document01", **changes), entry.version)
    story.doctor.update(story.patient, MetadataUpdate(a_set(story, entry), (operation,)))


def test_any_document_and_any_codes_are_fed_found_and_read_without_signature(story):
    opened(story)
    with story.one_trace() as seen:
        story.doctor.test_record(story.patient)
    assert seen.trace.outcome == "done"

    entry = submit(story, described(story))

    assert story.titles("nurse") == ["Plain"]
    assert story.nurse.read(story.patient, entry.unique_id) == OCTETS


def test_a_wrong_hash_is_refused_here_too(story):
    opened(story)
    with pytest.raises(CallRefused) as refusal:
        submit(story, described(story, hash="0" * 40))
    assert problems(refusal) == ["XDSRepositoryMetadataError"]
    assert story.titles("doctor") == []


def test_any_attribute_but_those_that_identify_may_be_updated(story):
    opened(story)
    entry = submit(story, described(story))

    update(story, entry, title="Renamed", comments="New", creation_time="20260303")

    current = story.entry("nurse", entry.unique_id)
    assert (current.title, current.comments, current.creation_time) == ("Renamed", "New", "20260303")
    assert (current.version, current.logical_id) == (2, entry.uuid)
    assert current.hash == entry.hash
    assert story.nurse.read(story.patient, entry.unique_id) == OCTETS
    with pytest.raises(CallRefused) as refusal:
        update(story, current, unique_id="1.2.3.4")
    assert problems(refusal) == ["XDSMetadataIdentifierError"]


def test_a_replacement_names_the_current_version(story):
    opened(story)
    first = submit(story, described(story))
    update(story, first, title="Renamed")
    current = story.entry("doctor", first.unique_id)

    with pytest.raises(CallRefused) as refusal:
        submit(story, described(story, title="Replaced"), replaces=first.uuid)
    assert problems(refusal) == ["XDSRegistryDeprecatedDocumentError"]
    submit(story, described(story, title="Replaced"), replaces=current.uuid)
    assert story.titles("doctor") == ["Replaced"]
    assert story.titles("doctor", EntryStatus.DEPRECATED) == ["Renamed"]


def test_a_closed_record_is_an_unknown_patient(story):
    opened(story)
    submit(story, described(story))
    story.doctor.close_record(story.patient, ClosingReason.ADMINISTRATIVE)
    entry = described(story)
    with story.refused("XDSUnknownPatientId") as seen:
        story.doctor.submit_lot(story.patient, lots.build(a_set(story, entry), [(entry, OCTETS)]))
    assert "FERMETURE" not in seen.told


def test_a_refused_assertion_says_less_still(story):
    opened(story)
    with story.refused("wsse:InvalidSecurity") as seen:
        story.by("revoked").test_record(story.patient)
    assert "revoked" in seen.said
    assert "revoked" not in seen.told
