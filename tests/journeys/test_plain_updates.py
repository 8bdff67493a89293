"""Every operation of ITI-57 in the `ihe` profile: versions, statuses, folders, new links (xds-wire 7.1)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused, DmpClient, lots
from dmp.record.codes import Code
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet
from dmp.record.patient import PatientId
from dmp.record.submission import (
    MetadataUpdate,
    Submission,
    SubmitAssociation,
    UpdateEntry,
    UpdateFolder,
    UpdateOperation,
    UpdateStatus,
)
from dmp.wire.content import MemoryContent
from journey_builders import UNKNOWN_UUID, Story, problems
from plain_builders import CODE, OCTETS, ROOT, a_set, current, cx, described, fed, opened, urn

APPROVED, DEPRECATED = EntryStatus.APPROVED, EntryStatus.DEPRECATED


@pytest.fixture
def story(plain, person) -> Story:
    return opened(Story(plain, replace(person, patient=PatientId(f"U-{person.patient.number}", ROOT))))


def in_a_folder(story: Story) -> tuple[DocumentEntry, Folder]:
    """A document in a folder, deposited together."""
    entry, lot = described(story, "In a folder"), a_set(story)
    folder = Folder("Folder01", DmpClient.new_oid(), cx(story), (CODE,), "Folder")
    links = (
        Association("m1", Relation.HAS_MEMBER, lot.uuid, entry.uuid, membership="Original"),
        Association("m2", Relation.HAS_MEMBER, lot.uuid, folder.uuid),
        Association("in", Relation.HAS_MEMBER, folder.uuid, entry.uuid),
        Association("m3", Relation.HAS_MEMBER, lot.uuid, "in"),
    )
    documents = {entry.uuid: MemoryContent(OCTETS)}
    story.doctor.submit_lot(story.patient, Submission(lot, (entry,), links, documents, folders=(folder,)))
    return current(story, entry), folders(story)[-1]


def update(story: Story, *operations: UpdateOperation, lot: SubmissionSet | None = None) -> None:
    story.doctor.update(story.patient, MetadataUpdate(lot or a_set(story), operations))


def refused(story: Story, *operations: UpdateOperation) -> list[str]:
    """The codes of a refusal, which changed nothing and left one trace."""
    before = kept(story)
    with story.one_trace() as seen, pytest.raises(CallRefused) as refusal:
        update(story, *operations)
    assert seen.trace.outcome == "refused"
    assert kept(story) == before
    return problems(refusal)


def kept(story: Story) -> tuple[object, ...]:
    with story.store() as store, store.begin() as tx:
        record = tx.records.of(story.patient)
        assert record is not None
        contents = tx.inside(record)
        return contents.entries(), contents.folders(), contents.links(), contents.lots()


def entries(story: Story) -> tuple[DocumentEntry, ...]:
    return tuple(sorted(kept(story)[0], key=lambda entry: entry.version))


def folders(story: Story) -> list[Folder]:
    return sorted(kept(story)[1], key=lambda folder: folder.version)


def links(story: Story, *types: Relation) -> list[Association]:
    return [link for link in kept(story)[2] if link.type in types]


def a_version(entry: DocumentEntry, previous: int | None = None, **changes) -> UpdateEntry:
    new = replace(entry, **{"uuid": "Document01", **changes})
    return UpdateEntry(new, entry.version if previous is None else previous)


def a_folder_version(folder: Folder, **changes) -> UpdateFolder:
    return UpdateFolder(replace(folder, **{"uuid": "Folder01", **changes}), folder.version)


def a_link(source: str, target: str, relation: Relation = Relation.APPENDS) -> SubmitAssociation:
    return SubmitAssociation(Association("Association01", relation, source, target))


# -- document entries

CHANGES = {
    "title": "Renamed",
    "comments": "New",
    "creation_time": "20261224",
    "class_code": Code("y", "1.2.3", "Other"),
    "type_code": Code("y", "1.2.3", "Other"),
    "format_code": Code("urn:ihe:rad:TEXT", "1.2.3", "Other"),
    "facility_type": Code("y", "1.2.3", "Other"),
    "practice_setting": Code("y", "1.2.3", "Other"),
    "event_codes": (Code("e", "1.2.3", "Event"),),
    "language": "en-GB",
    "mime_type": "text/plain",
    "legal_authenticator": "^Welby^Marcus^^^Dr^MD",
    "service_start": "20260101",
    "service_stop": "20260102",
    "source_patient_info": ("PID-8|F",),
    "reference_ids": ("1^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:order",),
    "hash": "0" * 40,
    "size": 7,
    "uri": "http://x",
    "confidentiality": (Code("U", "1.2.3", "Unrestricted"),),
    "authors": (),
    "extra": (("more", ("1",)),),
}


@pytest.mark.parametrize("attribute", CHANGES)
def test_each_attribute_may_change(story, attribute):
    entry = fed(story)
    with story.one_trace() as seen:
        update(story, a_version(entry, **{attribute: CHANGES[attribute]}))
    new = current(story, entry)
    assert getattr(new, attribute) == CHANGES[attribute]
    assert (new.version, new.logical_id, new.status) == (2, entry.uuid, APPROVED)
    assert (seen.trace.verb, seen.trace.outcome) == ("TD3.3a-mask", "done")
    old = next(e for e in entries(story) if e.uuid == entry.uuid)
    assert (old.version, old.logical_id, old.status) == (1, entry.uuid, DEPRECATED)
    assert story.doctor.read(story.patient, entry.unique_id) == OCTETS


def test_ids_given_by_the_sender_are_kept(story):
    entry, lot, new, link = fed(story), a_set(story, urn()), urn(), urn()
    operation = replace(a_version(entry, uuid=new), link=link)
    update(story, operation, lot=lot)
    assert current(story, entry).uuid == new
    (member,) = [each for each in links(story, Relation.HAS_MEMBER) if each.source == lot.uuid]
    assert (member.uuid, member.target, member.extra) == (link, new, (("PreviousVersion", ("1",)),))


def test_an_id_that_is_taken_is_refused(story):
    entry, other = fed(story), fed(story, "Other")
    assert refused(story, a_version(entry, uuid=other.uuid)) == ["XDSMetadataUpdateError"]


@pytest.mark.parametrize(
    ("attribute", "value", "code"),
    [("unique_id", "1.2.3.4", "XDSMetadataIdentifierError"), ("object_type", "urn:uuid:x", "XDSMetadataUpdateError")],
)
def test_what_identifies_a_document_stays(story, attribute, value, code):
    assert code in refused(story, a_version(fed(story), **{attribute: value}))


def test_another_patient_is_refused(story):
    stranger = f"OTHER^^^&{ROOT}&ISO"
    assert refused(story, a_version(fed(story), patient_cx=stranger)) == ["XDSPatientIDReconciliationError"]


def test_another_identifier_of_the_same_person_is_taken(plain, person):
    first, second = (PatientId(f"{letter}-{person.patient.number}", ROOT) for letter in "FS")
    story = Story(plain, replace(person, patient=first))
    story.doctor.open_record(first, person.traits, others=(second,))
    story.doctor.authorise(first)
    entry = fed(story)
    other = f"{second.number}^^^&{second.root}&ISO"
    lot = replace(a_set(story), patient_cx=other)
    story.doctor.update(second, MetadataUpdate(lot, (a_version(entry, patient_cx=other),)))
    assert (current(story, entry).patient_cx, current(story, entry).version) == (other, 2)


def test_only_the_current_version_is_updated(story):
    entry = fed(story)
    update(story, a_version(entry, title="Second"))
    assert refused(story, a_version(entry, previous=1)) == ["XDSMetadataVersionError"]
    assert refused(story, a_version(current(story, entry), previous=3)) == ["XDSMetadataVersionError"]


def test_an_unknown_document_has_no_version(story):
    entry = replace(fed(story), logical_id=UNKNOWN_UUID, unique_id="1.2.3.4")
    assert refused(story, a_version(entry)) == ["XDSMetadataVersionError"]


def test_who_may_not_change_a_document_finds_no_version_of_it(story):
    update_of_his = MetadataUpdate(a_set(story), (a_version(fed(story), title="No"),))
    with story.refused("XDSMetadataVersionError") as seen:
        story.by("secretary").update(story.patient, update_of_his)
    assert "outside-matrix" in seen.said


def test_two_versions_of_one_document_in_a_message_are_refused(story):
    entry = fed(story)
    both = (a_version(entry), a_version(entry, uuid="Document02"))
    assert "XDSMetadataUpdateError" in refused(story, *both)


def test_links_follow_the_new_version_unless_they_are_told_to_stay(story):
    first, second = fed(story, "First"), fed(story, "Second")
    update(story, a_link(second.uuid, first.uuid))
    update(story, a_version(first, title="Propagated"))
    newer = current(story, first)
    ends = [(link.source, link.target) for link in links(story, Relation.APPENDS)]
    assert sorted(ends) == sorted([(second.uuid, first.uuid), (second.uuid, newer.uuid)])

    update(story, replace(a_version(newer, title="Alone"), propagate=False))
    assert current(story, first).uuid not in {target for _, target in ends}
    assert len(links(story, Relation.APPENDS)) == 2
    (member,) = [m for m in links(story, Relation.HAS_MEMBER) if m.target == current(story, first).uuid]
    assert ("AssociationPropagation", ("no",)) in member.extra


# -- statuses


def test_a_document_is_deprecated_and_brought_back(story):
    entry = fed(story)
    with story.one_trace() as seen:
        update(story, UpdateStatus(entry.uuid, APPROVED, DEPRECATED))
    assert seen.trace.outcome == "done"
    assert story.titles("doctor") == []
    update(story, UpdateStatus(entry.uuid, DEPRECATED, APPROVED))
    assert story.titles("doctor") == ["Plain"]


def test_what_was_replaced_does_not_come_back(story):
    entry = fed(story)
    story.doctor.submit_lot(
        story.patient, lots.build(a_set(story), [(described(story, "New"), OCTETS)], replaces=entry.uuid)
    )
    assert refused(story, UpdateStatus(entry.uuid, DEPRECATED, APPROVED)) == ["XDSMetadataUpdateError"]


@pytest.mark.parametrize(
    "operation",
    [
        lambda e: UpdateStatus(e.uuid, DEPRECATED, APPROVED),
        lambda e: UpdateStatus(e.uuid, EntryStatus.ARCHIVED, DEPRECATED),
    ],
)
def test_a_status_that_is_not_the_stored_one_is_refused(story, operation: Callable[[DocumentEntry], UpdateStatus]):
    assert refused(story, operation(fed(story))) == ["XDSMetadataUpdateError"]


def test_the_status_of_an_unknown_object_is_unresolved(story):
    assert refused(story, UpdateStatus(UNKNOWN_UUID, APPROVED, DEPRECATED)) == ["UnresolvedReferenceException"]


def test_a_new_version_and_its_status_come_in_one_message(story):
    entry = fed(story)
    update(story, a_version(entry, title="Both"), UpdateStatus("Document01", APPROVED, DEPRECATED))
    new = next(e for e in entries(story) if e.version == 2)
    assert (new.title, new.status) == ("Both", DEPRECATED)


def test_a_link_is_deprecated_and_brought_back(story):
    first, second = fed(story, "First"), fed(story, "Second")
    update(story, a_link(second.uuid, first.uuid))
    (link,) = links(story, Relation.APPENDS)
    update(story, UpdateStatus(link.uuid, APPROVED, DEPRECATED))
    assert links(story, Relation.APPENDS)[0].status is DEPRECATED
    assert refused(story, UpdateStatus(link.uuid, APPROVED, DEPRECATED)) == ["XDSMetadataUpdateError"]
    update(story, UpdateStatus(link.uuid, DEPRECATED, APPROVED))
    assert links(story, Relation.APPENDS)[0].status is APPROVED


def test_the_links_of_a_lot_keep_their_status(story):
    fed(story)
    (member,) = links(story, Relation.HAS_MEMBER)
    assert refused(story, UpdateStatus(member.uuid, APPROVED, DEPRECATED)) == ["XDSMetadataUpdateError"]


# -- folders


def test_a_folder_gets_a_new_version_that_holds_the_same_documents(story):
    entry, folder = in_a_folder(story)
    with story.one_trace() as seen:
        update(story, a_folder_version(folder, title="Renamed"))
    assert seen.trace.outcome == "done"
    old, new = folders(story)
    assert (old.version, old.status, new.version, new.status) == (1, DEPRECATED, 2, APPROVED)
    assert (new.title, new.logical_id, new.unique_id) == ("Renamed", folder.uuid, folder.unique_id)
    placed = [link.source for link in links(story, Relation.HAS_MEMBER) if link.target == entry.uuid]
    assert {old.uuid, new.uuid} < set(placed)


def test_a_new_version_of_a_document_stays_in_its_folder(story):
    entry, folder = in_a_folder(story)
    update(story, a_version(entry, title="Second"))
    newer = current(story, entry)
    holders = {link.source for link in links(story, Relation.HAS_MEMBER) if link.target == newer.uuid}
    assert folder.uuid in holders


def test_a_folder_is_deprecated_and_brought_back(story):
    _, folder = in_a_folder(story)
    update(story, UpdateStatus(folder.uuid, APPROVED, DEPRECATED))
    assert folders(story)[0].status is DEPRECATED
    assert refused(story, a_folder_version(folder)) == ["XDSMetadataUpdateError"]
    update(story, UpdateStatus(folder.uuid, DEPRECATED, APPROVED))
    assert folders(story)[0].status is APPROVED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"logical_id": ""}, "XDSMetadataUpdateError"),
        ({"logical_id": UNKNOWN_UUID}, "XDSMetadataVersionError"),
        ({"unique_id": "1.2.3.4"}, "XDSMetadataIdentifierError"),
        ({"patient_cx": f"OTHER^^^&{ROOT}&ISO"}, "XDSPatientIDReconciliationError"),
    ],
)
def test_a_folder_version_that_is_wrong_is_refused(story, changes, code):
    _, folder = in_a_folder(story)
    assert code in refused(story, a_folder_version(folder, **changes))


def test_an_old_version_of_a_folder_is_not_updated(story):
    _, folder = in_a_folder(story)
    update(story, a_folder_version(folder))
    assert refused(story, a_folder_version(folder)) == ["XDSMetadataVersionError"]


def test_who_has_no_authorisation_changes_no_folder(story):
    _, folder = in_a_folder(story)
    story.change(lambda record: replace(record, authorisations=()))
    with story.refused("LocalPolicyRestrictionError"):
        update(story, a_folder_version(folder, title="No"))


# -- new links


def test_a_document_is_put_into_a_folder_afterwards(story):
    _, folder = in_a_folder(story)
    other = fed(story, "Other")
    with story.one_trace() as seen:
        update(story, a_link(folder.uuid, other.uuid, Relation.HAS_MEMBER))
    assert {touched.uuid for touched in seen.trace.touched} == {folder.uuid, other.uuid}
    placed = {link.target for link in links(story, Relation.HAS_MEMBER) if link.source == folder.uuid}
    assert other.uuid in placed
    assert refused(story, a_link(folder.uuid, other.uuid, Relation.HAS_MEMBER)) == ["XDSMetadataUpdateError"]


@pytest.mark.parametrize("relation", [Relation.APPENDS, Relation.TRANSFORMS])
def test_two_documents_are_related_afterwards(story, relation):
    first, second = fed(story, "First"), fed(story, "Second")
    update(story, a_link(second.uuid, first.uuid, relation))
    (link,) = links(story, relation)
    assert (link.source, link.target, link.status) == (second.uuid, first.uuid, APPROVED)
    assert [entry.status for entry in entries(story)] == [APPROVED, APPROVED]


@pytest.mark.parametrize("relation", [Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES])
def test_a_replacement_comes_with_its_document(story, relation):
    first, second = fed(story, "First"), fed(story, "Second")
    assert refused(story, a_link(second.uuid, first.uuid, relation)) == ["XDSMetadataUpdateError"]


def test_an_end_that_is_deprecated_is_refused(story):
    first, second = fed(story, "First"), fed(story, "Second")
    update(story, UpdateStatus(first.uuid, APPROVED, DEPRECATED))
    assert refused(story, a_link(second.uuid, first.uuid)) == ["XDSRegistryDeprecatedDocumentError"]


def test_an_end_that_is_unknown_is_unresolved(story):
    assert refused(story, a_link(fed(story).uuid, UNKNOWN_UUID)) == ["UnresolvedReferenceException"]


def test_an_end_that_is_another_patients_is_told_as_such(story):
    other = opened(Story(story.sandbox, replace(story.person, patient=PatientId(f"V-{story.patient.number}", ROOT))))
    theirs = fed(other)
    assert refused(story, a_link(fed(story).uuid, theirs.uuid)) == ["XDSPatientIDReconciliationError"]


def test_an_end_of_the_wrong_kind_is_refused(story):
    entry, folder = in_a_folder(story)
    other = fed(story, "Other")
    assert refused(story, a_link(folder.uuid, entry.uuid, Relation.APPENDS)) == ["XDSMetadataUpdateError"]
    assert refused(story, a_link(entry.uuid, other.uuid, Relation.HAS_MEMBER)) == ["XDSMetadataUpdateError"]


def test_a_link_to_a_new_version_is_added_by_hand_or_carried_over_not_both(story):
    first, second = fed(story, "First"), fed(story, "Second")
    link = a_link("Document01", second.uuid)
    assert refused(story, a_version(first, title="Both"), link) == ["XDSMetadataUpdateOperationError"]
    update(story, replace(a_version(first, title="By hand"), propagate=False), link)
    (added,) = links(story, Relation.APPENDS)
    assert (added.source, added.target) == (current(story, first).uuid, second.uuid)


def test_one_operation_that_fails_undoes_the_others(story):
    first, second = fed(story, "First"), fed(story, "Second")
    wrong = UpdateStatus(second.uuid, DEPRECATED, APPROVED)
    assert refused(story, a_version(first, title="No"), wrong) == ["XDSMetadataUpdateError"]


def test_the_french_profile_knows_neither_folders_nor_new_links(strict, person):
    french = Story(strict, person).opened("doctor")
    first, second = french.fed("First"), french.fed("Second")
    lot = lots.new_set(french.patient, french.doctor.credentials, at=datetime.now(UTC), new_oid=DmpClient.new_oid)
    with french.refused("XDSMetadataUpdateOperationError"):
        french.doctor.update(french.patient, MetadataUpdate(lot, (a_link(second.uuid, first.uuid),)))
