"""Register metadata whose documents another repository keeps (ITI-42), in the `ihe` profile only."""

from dataclasses import replace

import pytest

from dmp.client import CallRefused, lots
from dmp.record.entry import DocumentEntry
from dmp.record.patient import PatientId
from dmp.record.submission import Submission
from dmp.wire import soap
from dmp.wire.xds import iti42
from journey_builders import Envelope, Story, post, problems
from plain_builders import OCTETS, ROOT, a_set, current, described, opened, urn

ELSEWHERE = "1.2.3.999"


@pytest.fixture
def story(plain, person) -> Story:
    return opened(Story(plain, replace(person, patient=PatientId(f"G-{person.patient.number}", ROOT))))


def registered(story: Story, **changes) -> DocumentEntry:
    return described(story, **{"repository_unique_id": ELSEWHERE, **changes})


def a_lot(story: Story, entry: DocumentEntry) -> Submission:
    return replace(lots.build(a_set(story), [(entry, OCTETS)]), documents={})


def register(story: Story, entry: DocumentEntry) -> DocumentEntry:
    assert story.doctor.register(story.patient, a_lot(story, entry)) == ()
    return current(story, entry)


def test_metadata_alone_are_found_as_they_were_sent_and_the_document_is_not_here(story):
    entry = registered(story, uuid=urn(), hash="a" * 40, size=12)
    blobs = story.blobs()
    with story.one_trace() as seen:
        found = story.doctor.register(story.patient, a_lot(story, entry))
    assert found == ()
    assert (seen.trace.verb, seen.trace.transaction, seen.trace.outcome) == ("TD2.1", "RegisterDocuments", "done")
    new = current(story, entry)
    assert (new.uuid, new.hash, new.size, new.repository_unique_id) == (entry.uuid, "a" * 40, 12, ELSEWHERE)
    assert story.blobs() == blobs
    with pytest.raises(CallRefused, match="XDSDocumentUniqueIdError"):
        story.doctor.read(story.patient, entry.unique_id)


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [({"hash": ""}, "hash"), ({"size": None}, "size"), ({"repository_unique_id": ""}, "repositoryUniqueId")],
)
def test_what_the_repository_must_tell_is_required(story, changes, attribute):
    with story.refused("XDSRegistryMetadataError") as seen:
        story.doctor.register(story.patient, a_lot(story, registered(story, **changes)))
    assert attribute in seen.told


def test_the_same_document_may_be_registered_again_and_no_other_one_under_its_id(story):
    entry = register(story, registered(story))
    again = registered(story, unique_id=entry.unique_id)
    story.doctor.register(story.patient, a_lot(story, again))
    for changes in ({"hash": "b" * 40}, {"size": 3}):
        with pytest.raises(CallRefused) as refusal:
            story.doctor.register(story.patient, a_lot(story, replace(again, **changes)))
        assert problems(refusal) == ["XDSNonIdenticalHash"]


def test_a_document_that_is_here_is_read_whatever_was_registered_beside_it(story):
    entry = described(story)
    story.doctor.submit_lot(story.patient, lots.build(a_set(story), [(entry, OCTETS)]))
    story.doctor.register(story.patient, a_lot(story, registered(story, unique_id=entry.unique_id)))
    assert story.doctor.read(story.patient, entry.unique_id) == OCTETS


def test_the_octets_may_come_later(story):
    entry = register(story, registered(story))
    described_again = described(story, unique_id=entry.unique_id)
    story.doctor.submit_lot(story.patient, lots.build(a_set(story), [(described_again, OCTETS)]))
    assert story.doctor.read(story.patient, entry.unique_id) == OCTETS


def test_who_may_not_feed_registers_nothing(story):
    with story.refused("LocalPolicyRestrictionError") as seen:
        story.by("insurer").register(story.patient, a_lot(story, registered(story)))
    assert seen.trace.rules == ("sector-shut-out",)


def test_an_unknown_patient_is_told_as_such(story):
    nobody = Story(story.sandbox, replace(story.person, patient=PatientId("NOBODY", ROOT)))
    with story.refused("XDSUnknownPatientId"):
        nobody.doctor.register(nobody.patient, a_lot(nobody, registered(nobody)))


def test_the_public_listener_does_not_know_the_action(story):
    body = iti42.write_request(a_lot(story, registered(story)))
    sent = post(story, "doctor", "registry", Envelope(soap.Action.REGISTER, body))
    assert (sent.status, sent.fault) == (400, "wsa:ActionNotSupported")


@pytest.mark.parametrize("service", ["registry", "admin-registry"])
def test_the_french_profile_does_not_know_the_action(strict, person, service):
    story = Story(strict, person).opened("doctor")
    submission = story.lot([story.note()])
    body = iti42.write_request(Submission(submission.submission_set, submission.entries, submission.associations))
    with story.one_trace() as seen:
        sent = post(story, "doctor", service, Envelope(soap.Action.REGISTER, body))
    assert (sent.status, sent.fault, seen.trace.outcome) == (400, "wsa:ActionNotSupported", "refused")
    assert story.titles("doctor") == []
