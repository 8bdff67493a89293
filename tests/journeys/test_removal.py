"""Removal by an administrator, on the internal listener: metadata (ITI-62), documents (ITI-86), legal hold."""

from dataclasses import replace

import pytest

from dmp.client import CallRefused, DmpClient
from dmp.record.actor import Authentication, Mode
from dmp.record.entry import Association, DocumentEntry, Relation, SubmissionSet
from dmp.record.errors import XdsCode
from dmp.record.patient import PatientId
from dmp.record.record import ClosingReason
from dmp.wire import soap
from dmp.wire.xds import iti62, iti86
from dmp.wire.xds.iti43 import DocumentRequest
from journey_builders import MASKED, UNKNOWN_UUID, Envelope, Story, post

REASON = "Dépôt au nom d'une autre personne, dossier 42"
POLICY = "LocalPolicyRestrictionError"


def administrator(story: Story, reason: str = REASON) -> DmpClient:
    return story.by("administrator").in_mode(Mode.NORMAL, reason)


def registered(story: Story) -> tuple[tuple[DocumentEntry, ...], tuple[SubmissionSet, ...], tuple[Association, ...]]:
    """Everything that the record holds."""
    with story.store() as store, store.begin() as tx:
        record = tx.records.of(story.patient)
        assert record is not None
        contents = tx.inside(record)
        return contents.entries(), contents.lots(), contents.links()


def everything(story: Story) -> list[str]:
    return [each.uuid for kind in registered(story) for each in kind]


def lot_of(story: Story, entry: DocumentEntry) -> list[str]:
    """The ids of an entry, of all that came with it and of their lot."""
    entries, lots, links = registered(story)
    (lot,) = [link.source for link in links if link.type is Relation.HAS_MEMBER and link.target == entry.uuid]
    members = [link for link in links if lot in (link.source, link.target)]
    held = {link.target for link in members if link.type is Relation.HAS_MEMBER}
    assert held <= {each.uuid for each in entries}
    assert lot in {each.uuid for each in lots}
    return [lot, *sorted(held), *(link.uuid for link in members)]


# -- metadata


def test_an_administrator_removes_a_whole_lot_and_the_trace_keeps_his_reason(story_on_both):
    story = story_on_both.opened("nurse")
    kept, removed = story.fed("Kept"), story.fed("Removed")
    ids = lot_of(story, removed)
    with story.one_trace() as seen:
        administrator(story).remove_metadata(story.patient, ids)
    assert story.titles("nurse") == ["Kept"]
    assert story.entry("doctor", removed.unique_id) is None
    assert not set(ids) & set(everything(story))
    trace = seen.trace
    assert (trace.verb, trace.outcome, trace.who.kind, trace.who.reason) == ("ITI-62", "done", "administrator", REASON)
    assert trace.who.person == story.by("administrator").credentials.user
    assert {touched.uuid for touched in trace.touched} == set(ids)
    assert story.nurse.read(story.patient, kept.unique_id) == story.documents[kept.unique_id]


def test_the_octets_stay_until_they_are_removed_too(story):
    story.opened()
    entry = story.fed("Removed")
    before = story.blobs()
    administrator(story).remove_metadata(story.patient, lot_of(story, entry))
    assert story.blobs() == before
    assert administrator(story).remove_documents(story.patient, [entry.unique_id]).problems == ()
    assert story.blobs() == before - 1
    with story.refused("XDSDocumentUniqueIdError"):
        administrator(story).remove_documents(story.patient, [entry.unique_id])


@pytest.mark.parametrize("named", [[UNKNOWN_UUID], "all and unknown"])
def test_an_unknown_object_removes_nothing(story, named):
    story.opened("doctor")
    story.fed("Kept")
    ids = [*everything(story), UNKNOWN_UUID] if named == "all and unknown" else named
    with story.refused("UnresolvedReferenceException") as seen:
        administrator(story).remove_metadata(story.patient, ids)
    assert UNKNOWN_UUID in seen.told
    assert story.titles("doctor") == ["Kept"]


def test_what_an_association_outside_the_request_refers_to_stays(story):
    story.opened()
    entry = story.fed("Kept")
    for alone in (entry.uuid, lot_of(story, entry)[0]):
        with story.refused("ReferencesExistException") as seen:
            administrator(story).remove_metadata(story.patient, [alone])
        assert alone in seen.told


def test_nothing_is_left_without_an_association(story):
    story.opened()
    entry = story.fed("Kept")
    lot, *rest = lot_of(story, entry)
    with story.refused("XDSUnreferencedObjectException") as seen:
        administrator(story).remove_metadata(story.patient, rest)
    assert lot in seen.told
    assert set(everything(story)) >= {lot, *rest}


def test_a_replacement_goes_with_the_link_to_what_it_replaces_and_leaves_that_alone(story):
    story.opened("nurse")
    first = story.fed("First")
    story.doctor.submit(story.patient, [story.note("Second")], replaces=first.uuid)
    (second,) = [entry for entry in registered(story)[0] if entry.title == "Second"]
    ids = lot_of(story, second)
    with story.refused("ReferencesExistException"):
        administrator(story).remove_metadata(story.patient, ids)
    (link,) = [link.uuid for link in registered(story)[2] if link.type is Relation.REPLACES]
    administrator(story).remove_metadata(story.patient, [*ids, link])
    assert [entry.title for entry in registered(story)[0] if not entry.is_signature] == ["First"]


def test_what_hid_a_removed_document_is_forgotten_with_it(story):
    story.opened()
    hidden, other = story.fed("Hidden", visibility=MASKED), story.fed("Other", visibility=MASKED)
    administrator(story).remove_metadata(story.patient, lot_of(story, hidden))
    assert list(story.record().visibility) == [story.kept(other).chain]


def test_an_object_of_another_patient_is_unknown(story, child):
    story.opened()
    other = Story(story.sandbox, child).opened("doctor")
    entry = other.fed("Not his")
    with story.refused("UnresolvedReferenceException"):
        administrator(story).remove_metadata(story.patient, [entry.uuid])
    assert other.titles("doctor") == ["Not his"]


@pytest.mark.parametrize("ids", [(), ("Document01",), ("urn:uuid:half",)])
def test_a_request_that_names_nothing_is_refused(story, ids):
    story.opened()
    sent = post(story, "administrator", "admin-registry", Envelope(soap.Action.DELETE, iti62.write_request(ids)))
    assert sent.registry_status == "Failure"
    assert sent.errors == ["UnresolvedReferenceException" if ids else "XDSRegistryError"]


def test_a_removal_by_query_is_a_fault(story):
    story.opened()
    body = iti62.write_request([UNKNOWN_UUID])
    body.insert(0, body.makeelement("{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}AdhocQuery"))
    with story.one_trace() as seen:
        sent = post(story, "administrator", "admin-registry", Envelope(soap.Action.DELETE, body))
    assert (sent.status, seen.trace.outcome) == (400, "refused")


# -- documents


def test_an_administrator_removes_the_octets_and_the_metadata_stay(story_on_both):
    story = story_on_both.opened("nurse")
    kept, removed = story.fed("Kept"), story.fed("Removed")
    before = story.blobs()
    with story.one_trace() as seen:
        administrator(story).remove_documents(story.patient, [removed.unique_id])
    assert story.blobs() == before - 1
    assert story.titles("nurse") == ["Kept", "Removed"]
    assert story.nurse.read(story.patient, kept.unique_id) == story.documents[kept.unique_id]
    with pytest.raises(CallRefused, match="XDSDocumentUniqueIdError"):
        story.nurse.read(story.patient, removed.unique_id)
    assert (seen.trace.verb, seen.trace.outcome, seen.trace.who.reason) == ("ITI-86", "done", REASON)
    assert [touched.unique_id for touched in seen.trace.touched] == [removed.unique_id]


def test_a_document_that_is_not_there_is_told_and_the_others_go(story):
    story.opened()
    entry = story.fed("Removed")
    answer = administrator(story).remove_documents(story.patient, [entry.unique_id, "1.2.3.4"])
    assert answer.status.value.endswith("PartialSuccess")
    assert [(problem.code, problem.context.split(":")[0]) for problem in answer.problems] == [
        (XdsCode.DOCUMENT_UNIQUE_ID_ERROR, "1.2.3.4")
    ]
    with story.refused("XDSDocumentUniqueIdError"):
        administrator(story).remove_documents(story.patient, [entry.unique_id])


def test_another_repository_is_unknown_and_ours_is_served(story):
    story.opened()
    entry = story.fed("Removed")
    ours = DocumentRequest(story.sandbox.operations.settings.repository_unique_id, entry.unique_id)
    others = DocumentRequest("1.2.3", entry.unique_id)
    sent = post(
        story,
        "administrator",
        "admin-repository",
        Envelope(
            soap.Action.REMOVE_DOCUMENTS, iti86.write_request([others]), administrator(story).security(story.patient)
        ),
    )
    assert (sent.registry_status, sent.errors) == ("Failure", ["XDSUnknownRepositoryId"])
    sent = post(
        story,
        "administrator",
        "admin-repository",
        Envelope(
            soap.Action.REMOVE_DOCUMENTS,
            iti86.write_request([others, ours]),
            administrator(story).security(story.patient),
        ),
    )
    assert (sent.registry_status, sent.errors) == ("PartialSuccess", ["XDSUnknownRepositoryId"])


def test_the_same_document_may_be_deposited_again_after_its_removal(story):
    story.opened()
    entry = story.fed("Again")
    administrator(story).remove_documents(story.patient, [entry.unique_id])
    story.doctor.authorise(story.patient)
    story.doctor.submit_lot(story.patient, story.lot([story.documents[entry.unique_id]]))
    assert story.doctor.read(story.patient, entry.unique_id) == story.documents[entry.unique_id]


# -- who


@pytest.mark.parametrize("holder", ["doctor", "nurse", "secretary", "hospital", "insurer"])
def test_nobody_else_removes_even_on_the_internal_listener(story, holder):
    story.opened("nurse")
    entry = story.fed("Kept", by="doctor")
    client = story.by(holder).in_mode(Mode.NORMAL, REASON)
    with story.refused(POLICY) as seen:
        client.remove_metadata(story.patient, lot_of(story, entry))
    assert seen.trace.rules == ("sector-shut-out",) if holder == "insurer" else ("outside-matrix",)
    with story.refused(POLICY):
        client.remove_documents(story.patient, [entry.unique_id])
    assert story.titles("nurse") == ["Kept"]


def test_the_administrator_calls_in_person_and_not_through_a_structure(story):
    story.opened()
    entry = story.fed("Kept")
    for how in ({}, {"air": True}):
        client = story.by("hospital", standing_for="administrator", **how).in_mode(Mode.NORMAL, REASON)
        assert client.credentials.authentication is not Authentication.DIRECT
        with story.refused(POLICY):
            client.remove_metadata(story.patient, lot_of(story, entry))


def test_a_removal_without_reason_is_refused(story):
    story.opened()
    entry = story.fed("Kept")
    with story.refused(POLICY) as seen:
        administrator(story, "").remove_metadata(story.patient, lot_of(story, entry))
    assert seen.trace.rules == ("removal-without-reason",)


def test_an_administrator_does_nothing_else(story):
    story.opened("nurse")
    entry = story.fed("Kept")
    assert administrator(story).find(story.patient) == ()
    with pytest.raises(CallRefused):
        administrator(story).read(story.patient, entry.unique_id)


@pytest.mark.parametrize(
    ("service", "action"), [("registry", soap.Action.DELETE), ("admin-registry", soap.Action.UPDATE)]
)
def test_each_listener_knows_its_own_services_alone(story, service, action):
    story.opened()
    body = iti62.write_request([UNKNOWN_UUID])
    with story.one_trace() as seen:
        sent = post(story, "administrator", service, Envelope(action, body))
    assert (sent.status, sent.fault) == (400, "wsa:ActionNotSupported")
    assert seen.trace.outcome == "refused"


def test_a_record_that_does_not_exist_holds_nothing_to_remove(story):
    with story.refused("XDSUnknownPatientId"):
        administrator(story).remove_metadata(story.patient, [UNKNOWN_UUID])


def test_a_closed_record_keeps_everything(story):
    story.opened()
    entry = story.fed("Kept")
    story.doctor.close_record(story.patient, ClosingReason.ADMINISTRATIVE)
    with story.refused("XDSUnknownPatientId"):
        administrator(story).remove_documents(story.patient, [entry.unique_id])


# -- legal hold


def test_a_legal_hold_refuses_removals_until_it_is_lifted(story):
    story.opened()
    entry = story.fed("Kept")
    ins, operations = story.patient.number, story.sandbox.operations
    with story.one_trace() as seen:
        operations.hold(ins, "réquisition 2026/17")
    assert (seen.trace.verb, seen.trace.outcome) == ("legal-hold", "done")
    for remove in (
        lambda: administrator(story).remove_metadata(story.patient, lot_of(story, entry)),
        lambda: administrator(story).remove_documents(story.patient, [entry.unique_id]),
    ):
        with story.refused(POLICY) as refused:
            remove()
        assert refused.trace.rules == ("under-legal-hold",)
    with story.one_trace() as lifted:
        operations.lift_hold(ins)
    assert lifted.trace.verb == "legal-hold-lift"
    administrator(story).remove_documents(story.patient, [entry.unique_id])


def test_a_hold_says_why_and_touches_a_closed_record_too(story):
    story.opened()
    ins, operations = story.patient.number, story.sandbox.operations
    with pytest.raises(Exception, match="why"):
        operations.hold(ins, "  ")
    story.doctor.close_record(story.patient, ClosingReason.DEATH)
    operations.hold(ins, "succession")
    assert story.record().legal_hold.reason == "succession"
    operations.lift_hold(ins)
    assert story.record() == replace(story.record(), legal_hold=None)


def test_the_patient_of_the_assertion_is_the_one_whose_record_is_touched(story):
    story.opened()
    entry = story.fed("Kept")
    nobody = PatientId("199017599912450", "1.2.250.1.213.1.4.10")
    with story.refused("XDSUnknownPatientId"):
        administrator(story).remove_documents(nobody, [entry.unique_id])
