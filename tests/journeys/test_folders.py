"""Folders: made, filled, found, and seen through their documents only (xds-wire 2.3, 2.7, 4.4, 6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp.client import CallRefused, DmpClient, lots
from dmp.record.codes import Code
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, RegistryObjects, Relation
from dmp.record.patient import PatientId
from dmp.record.query import (
    ContentFilter,
    DocumentIds,
    FindFolders,
    FolderCriteria,
    FolderIds,
    GetAssociations,
    GetFolderAndContents,
    GetFolders,
    GetFoldersForDocument,
    GetSubmissionSetAndContents,
    GetSubmissionSets,
    LotIds,
    Question,
    StoredQuery,
    TimeRange,
)
from dmp.record.submission import MetadataUpdate, Submission, UpdateStatus
from dmp.record.visibility import Visibility
from journey_builders import Story, problems
from plain_builders import CODE, OCTETS, ROOT, a_set, current, cx, described, fed, opened, urn

APPROVED = frozenset({EntryStatus.APPROVED})
MASKED = Visibility(masked=True)


@pytest.fixture
def story(plain, person) -> Story:
    return opened(Story(plain, replace(person, patient=PatientId(f"F-{person.patient.number}", ROOT))))


def a_folder(story: Story, **changes) -> Folder:
    folder = Folder("Folder01", DmpClient.new_oid(), cx(story), (CODE,), title="Suivi", last_update="20041224000000")
    return replace(folder, **changes)


def filled(
    story: Story,
    folders: Sequence[Folder] = (),
    entries: Sequence[DocumentEntry] = (),
    *,
    puts: Sequence[tuple[str, str]] = (),
    links: Sequence[Association] = (),
) -> Submission:
    """A lot of folders and documents; `puts` says which document goes into which folder."""
    built = lots.build(a_set(story), [(entry, OCTETS) for entry in entries])
    lot = built.submission_set.uuid
    placed = [
        Association(f"put-{n}", Relation.HAS_MEMBER, folder, document) for n, (folder, document) in enumerate(puts)
    ]
    held = [*(folder.uuid for folder in folders), *(link.uuid for link in placed)]
    members = [Association(f"hold-{n}", Relation.HAS_MEMBER, lot, uuid) for n, uuid in enumerate(held)]
    return replace(built, folders=tuple(folders), associations=(*built.associations, *placed, *members, *links))


def made(story: Story, *entries: DocumentEntry, **changes) -> Folder:
    """A folder of new documents, as its depositor finds it."""
    folder = a_folder(story, **changes)
    puts = [(folder.uuid, entry.uuid) for entry in entries]
    assert story.doctor.submit_lot(story.patient, filled(story, [folder], entries, puts=puts)) == ()
    (found,) = asked(story, GetFolders(FolderIds(unique_ids=frozenset({folder.unique_id})))).folders
    return found


def asked(story: Story, question: Question, *, by: str = "doctor", all_versions: bool = False) -> RegistryObjects:
    query = StoredQuery(question, all_versions=all_versions)
    return story.by(by).search(query, story.patient).objects


def inside(story: Story, folder: Folder, *, by: str = "doctor", **wanted) -> RegistryObjects:
    ids = FolderIds(uuids=frozenset({folder.uuid}))
    return asked(story, GetFolderAndContents(ids, ContentFilter(**wanted)), by=by)


def titles(found: RegistryObjects) -> list[str]:
    return sorted(entry.title for entry in found.entries)


def put(story: Story, folder: str, *entries: DocumentEntry) -> None:
    known = [entry.uuid for entry in entries if entry.logical_id]
    new = [entry for entry in entries if not entry.logical_id]
    puts = [(folder, uuid) for uuid in (*known, *(entry.uuid for entry in new))]
    assert story.doctor.submit_lot(story.patient, filled(story, (), new, puts=puts)) == ()


def test_a_folder_is_given_its_time_its_version_and_its_own_id(story):
    before = datetime.now(UTC)
    folder = made(story, described(story), comments="Depuis mars", extra=(("couleur", ("bleu",)),))
    assert folder.uuid.startswith("urn:uuid:")
    assert (folder.logical_id, folder.version, folder.status) == (folder.uuid, 1, EntryStatus.APPROVED)
    assert (folder.title, folder.comments, folder.codes) == ("Suivi", "Depuis mars", (CODE,))
    assert folder.extra == (("couleur", ("bleu",)),)
    assert f"{before:%Y%m%d%H%M%S}" <= folder.last_update[:14] <= f"{datetime.now(UTC):%Y%m%d%H%M%S}"


def test_a_folder_keeps_the_uuid_it_came_with(story):
    uuid = urn()
    assert made(story, described(story), uuid=uuid).uuid == uuid


def test_folders_are_found_by_code_status_and_time(story):
    made(story, described(story), codes=(Code("A", "1.2"), Code("B", "1.2")))

    def found(**wanted) -> int:
        return len(asked(story, FindFolders(FolderCriteria(story.patient, APPROVED, **wanted))).folders)

    both = (frozenset({("A", "1.2"), ("Z", "1.2")}), frozenset({("B", "1.2")}))
    assert [found(), found(codes=both), found(codes=(*both, frozenset({("C", "1.2")})))] == [1, 1, 0]
    assert [found(updated=TimeRange("2026")), found(updated=TimeRange("", "2026"))] == [1, 0]
    gone = FolderCriteria(story.patient, frozenset({EntryStatus.DEPRECATED}))
    assert asked(story, FindFolders(gone)).folders == ()


def test_a_lot_answers_with_its_documents_its_folder_and_what_ties_them(story):
    lot = filled(story, [a_folder(story)], [described(story)], puts=[("Folder01", "Document01")])
    story.doctor.submit_lot(story.patient, lot)
    ids = LotIds(unique_ids=frozenset({lot.submission_set.unique_id}))

    found = asked(story, GetSubmissionSetAndContents(ids))
    ((entry,), (kept,), (folder,)) = found.entries, found.submission_sets, found.folders
    ends = sorted((link.source, link.target) for link in found.associations)
    placed = next(link for link in found.associations if link.source == folder.uuid)
    assert ends == sorted(
        [(kept.uuid, entry.uuid), (kept.uuid, folder.uuid), (kept.uuid, placed.uuid), (folder.uuid, entry.uuid)]
    )

    others = GetSubmissionSetAndContents(ids, ContentFilter(formats=frozenset({("none", "1.2")})))
    found = asked(story, others)
    assert (found.entries, len(found.folders)) == ((), 1)
    assert [(link.source, link.target) for link in found.associations] == [(kept.uuid, folder.uuid)]


def test_the_lot_that_brought_a_folder_is_found_by_it(story):
    folder = made(story, described(story))
    found = asked(story, GetSubmissionSets(frozenset({folder.uuid})))
    ((lot,), (link,)) = found.submission_sets, found.associations
    assert (link.type, link.source, link.target) == (Relation.HAS_MEMBER, lot.uuid, folder.uuid)


def test_new_and_registered_documents_are_added_to_a_folder(story):
    folder, entry = made(story, described(story, "One")), fed(story, "Two")
    put(story, folder.uuid, entry)
    put(story, folder.uuid, described(story, "Three"))
    found = inside(story, folder)
    assert titles(found) == ["One", "Three", "Two"]
    assert {link.source for link in found.associations} == {folder.uuid}
    holding = asked(story, GetFoldersForDocument(DocumentIds(unique_ids=frozenset({entry.unique_id}))))
    assert [held.uuid for held in holding.folders] == [folder.uuid]


def test_the_lot_that_only_fills_a_folder_holds_what_fills_it(story):
    folder, entry = made(story), fed(story)
    lot = filled(story, puts=[(folder.uuid, entry.uuid)])
    story.doctor.submit_lot(story.patient, lot)
    found = asked(story, GetSubmissionSetAndContents(LotIds(unique_ids=frozenset({lot.submission_set.unique_id}))))
    assert (len(found.submission_sets), found.entries, found.folders) == (1, (), ())
    placed = next(link for link in found.associations if link.source == folder.uuid)
    assert {link.target for link in found.associations} == {entry.uuid, placed.uuid}


def test_only_the_documents_wanted_of_a_folder(story):
    restricted = Code("R", "2.16.840.1.113883.5.25")
    other = described(story, "Restricted", uuid="Document02", confidentiality=(restricted,))
    folder = made(story, described(story, "Plain"), other)
    wanted = (frozenset({(restricted.code, restricted.system)}),)
    found = inside(story, folder, confidentiality=wanted)
    assert (titles(found), len(found.associations), len(found.folders)) == (["Restricted"], 1, 1)


@pytest.mark.parametrize("relation", [Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES])
def test_what_replaces_a_document_goes_into_its_folders(story, relation):
    one, two = made(story, described(story, "Old")), made(story)
    old = current(story, inside(story, one).entries[0])
    put(story, two.uuid, old)
    new = described(story, "New")
    link = Association("link-1", relation, new.uuid, old.uuid)
    # The sender may put it there himself: once is enough.
    lot = filled(story, (), [new], puts=[(two.uuid, new.uuid)], links=[link])
    story.doctor.submit_lot(story.patient, lot)
    for folder in (one, two):
        found = inside(story, folder)
        assert titles(found) == ["New", "Old"]
        assert len(found.associations) == 2
    assert {entry.title: entry.status.name for entry in found.entries} == {"New": "APPROVED", "Old": "DEPRECATED"}


def test_an_empty_folder_is_there_for_who_made_it_alone(story):
    folder = made(story)
    everything = FindFolders(FolderCriteria(story.patient, APPROVED))
    assert len(asked(story, everything).folders) == 1
    assert asked(story, everything, by="nurse") == RegistryObjects()
    put(story, folder.uuid, described(story))
    assert [held.uuid for held in asked(story, everything, by="nurse").folders] == [folder.uuid]


def test_a_folder_never_shows_what_is_masked_in_it(story):
    shown, hidden = described(story, "Shown"), described(story, "Masked", uuid="Document02", visibility=MASKED)
    folder = made(story, shown, hidden)
    alone = made(story, described(story, "Alone", visibility=MASKED))
    assert titles(inside(story, folder)) == ["Masked", "Shown"]

    found = inside(story, folder, by="nurse")
    assert (titles(found), len(found.associations)) == (["Shown"], 1)
    assert inside(story, alone, by="nurse") == RegistryObjects()
    masked = next(entry for entry in inside(story, folder).entries if entry.title == "Masked")
    ids = DocumentIds(uuids=frozenset({masked.uuid}))
    assert asked(story, GetFoldersForDocument(ids), by="nurse") == RegistryObjects()
    links = asked(story, GetAssociations(frozenset({folder.uuid, masked.uuid, alone.uuid})), by="nurse").associations
    assert not {masked.uuid, alone.uuid} & {end for link in links for end in (link.source, link.target)}


def test_a_folder_id_is_taken_once(story):
    folder = made(story, described(story))
    for taken, code in (
        ({"unique_id": folder.unique_id}, "XDSDuplicateUniqueIdInRegistry"),
        ({"uuid": folder.uuid}, "XDSRegistryMetadataError"),
    ):
        with story.refused(code):
            story.doctor.submit_lot(story.patient, filled(story, [a_folder(story, **taken)]))


def test_the_id_of_a_folder_that_one_may_not_know_of_is_free(story):
    folder = made(story)
    lot = filled(story, [a_folder(story, unique_id=folder.unique_id)])
    author = (lots.sender(story.nurse.credentials),)
    lot = replace(lot, submission_set=replace(lot.submission_set, authors=author))
    assert story.nurse.submit_lot(story.patient, lot) == ()


def test_a_folder_that_is_not_there_is_unresolved(story):
    with story.refused("UnresolvedReferenceException"):
        story.doctor.submit_lot(story.patient, filled(story, (), [described(story)], puts=[(urn(), "Document01")]))


def test_a_hidden_folder_is_unresolved_too(story):
    folder = made(story)
    entry = described(story, authors=(lots.sender(story.nurse.credentials),))
    lot = filled(story, (), [entry], puts=[(folder.uuid, "Document01")])
    with story.refused("UnresolvedReferenceException"):
        story.nurse.submit_lot(story.patient, lot)


def test_objects_of_another_patient_are_told_apart_in_plain_ihe(story):
    folder, entry = made(story), fed(story)
    other = replace(story, person=replace(story.person, patient=PatientId(f"X{story.patient.number}", ROOT)))
    opened(other)
    new = described(other)
    for lot in (
        filled(other, (), [new], puts=[(folder.uuid, new.uuid)]),
        filled(other, (), [new], links=[Association("link-1", Relation.APPENDS, new.uuid, entry.uuid)]),
        filled(other, [a_folder(other)], puts=[("Folder01", entry.uuid)]),
    ):
        with other.refused("XDSPatientIdDoesNotMatch"):
            other.doctor.submit_lot(other.patient, lot)
    assert other.titles("doctor") == []


def test_nothing_is_put_in_a_folder_that_ended(story):
    folder = made(story, described(story))
    ended = UpdateStatus(folder.uuid, EntryStatus.APPROVED, EntryStatus.DEPRECATED)
    story.doctor.update(story.patient, MetadataUpdate(a_set(story), (ended,)))
    with pytest.raises(CallRefused) as refusal:
        put(story, folder.uuid, described(story))
    assert problems(refusal) == ["XDSRegistryDeprecatedDocumentError"]


def test_a_lot_of_folders_sent_again_is_done_once_and_another_one_is_refused(story):
    lot = filled(story, [a_folder(story)])
    for _ in range(2):
        assert story.doctor.submit_lot(story.patient, lot) == ()
    assert len(asked(story, FindFolders(FolderCriteria(story.patient, APPROVED))).folders) == 1
    with story.refused("XDSDuplicateUniqueIdInRegistry"):
        story.doctor.submit_lot(story.patient, replace(lot, folders=(a_folder(story),)))
