"""Searches of every kind (ITI-18) and retrieval (ITI-43), with full knowledge of what is hidden (security 7)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from dmp.assure.two_worlds.asking import Endpoint, Make, Probe, message
from dmp.assure.two_worlds.scene import ALL
from dmp.assure.two_worlds.viewers import Seen
from dmp.record.entry import EntryStatus, Relation
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    FindFolders,
    FindSubmissionSets,
    FolderCriteria,
    FolderIds,
    GetAll,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    GetFolderAndContents,
    GetFolders,
    GetFoldersForDocument,
    GetRelatedDocuments,
    GetSubmissionSetAndContents,
    GetSubmissionSets,
    LotIds,
    Question,
    RecordCriteria,
    StoredQuery,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.record.visibility import MASKED
from dmp.wire import soap
from dmp.wire.xds import iti18_request, iti43

REPOSITORY = "1.2.250.1.213.4.1.1.1.2"
"""The repositoryUniqueId of a sandbox."""
UNKNOWN_ID = "2.25.404"
"""A uniqueId of nothing."""
UNKNOWN = "urn:uuid:ffffffff-ffff-4fff-bfff-fffffffffff0"
FIRST_UNKNOWN = "urn:uuid:00000000-0000-4000-8000-000000000000"
"""Ids of nothing, after and before all the others."""
LINKS = frozenset({Relation.REPLACES, Relation.APPENDS, Relation.TRANSFORMS_AND_REPLACES})
SEARCH = Endpoint("registry", soap.Action.STORED_QUERY)
RETRIEVE = Endpoint("repository", soap.Action.RETRIEVE)


def searches(seen: Seen) -> list[Make]:
    """Every stored query."""
    return [partial(_search, seen, question) for question in _questions(seen)]


def _search(seen: Seen, question: Question) -> Probe:
    dice = seen.scene.dice
    query = StoredQuery(question, full_objects=dice.random() < 0.7, all_versions=dice.random() < 0.5)
    finds = isinstance(question, FindDocuments | FindSubmissionSets | FindFolders)
    alone = isinstance(question, GetDocuments | GetFolders | GetFoldersForDocument)
    if not (finds or alone) and dice.random() < 0.5:
        query = replace(query, association_statuses=ALL)
    body = iti18_request.write_request(query, patient_type="NH")
    return message(f"ITI-18 {type(question).__name__}", SEARCH, body, seen.message_id())


def retrievals(seen: Seen) -> list[Make]:
    """Hidden documents alone, and among others."""
    secrets = [paper.unique_id for paper in seen.scene.secrets]
    mixed = [*[paper.unique_id for paper in seen.papers], UNKNOWN_ID, *secrets[:1]]
    seen.scene.dice.shuffle(mixed)
    return [partial(_retrieve, seen, unique_ids) for unique_ids in (secrets, mixed)]


def _retrieve(seen: Seen, unique_ids: list[str]) -> Probe:
    body = iti43.write_request([iti43.DocumentRequest(REPOSITORY, unique_id) for unique_id in unique_ids])
    return message(f"ITI-43 of {len(unique_ids)}", RETRIEVE, body, seen.message_id())


def _questions(seen: Seen) -> Iterator[Question]:
    patient, entry, dice = seen.scene.patient, seen.a_secret().entry, seen.scene.dice
    yield FindDocuments(DocumentCriteria(patient, ALL))
    yield FindDocuments(DocumentCriteria(patient, frozenset({dice.choice(sorted(ALL))})))
    yield FindDocuments(DocumentCriteria(patient, ALL, confidentiality=(frozenset({(MASKED.code, MASKED.system)}),)))
    yield FindDocuments(
        DocumentCriteria(patient, ALL, type_codes=frozenset({(entry.type_code.code, entry.type_code.system)}))
    )
    yield FindDocuments(DocumentCriteria(patient, ALL, authors=("%ARNOUX%",)))
    yield FindDocuments(DocumentCriteria(patient, ALL, created=TimeRange(start=entry.creation_time)))
    lots = frozenset({EntryStatus.APPROVED, EntryStatus.ARCHIVED})
    yield FindSubmissionSets(SubmissionSetCriteria(patient, lots))
    yield FindSubmissionSets(SubmissionSetCriteria(patient, frozenset({dice.choice(sorted(lots))})))
    secrets = [paper.uuid for paper in seen.scene.secrets]
    shown = [paper.uuid for paper in seen.scene.shown]
    every = frozenset({*seen.ids, *shown, *secrets})
    yield GetDocuments(DocumentIds(logical_ids=frozenset({*shown, *secrets})))
    for ids in (
        DocumentIds(uuids=every),
        DocumentIds(uuids=frozenset(secrets)),
        DocumentIds(unique_ids=frozenset(paper.unique_id for paper in seen.papers)),
        DocumentIds(unique_ids=frozenset({entry.unique_id})),
    ):
        yield GetDocuments(ids)
        yield GetDocumentsAndAssociations(ids)
    yield GetAssociations(every)
    yield GetAssociations(frozenset(secrets))
    yield GetSubmissionSets(every)
    yield from _about_folders(seen)
    yield GetAll(RecordCriteria(patient, ALL, ALL, ALL))
    for paper in (seen.a_secret(), *seen.scene.shown[:1]):
        yield GetFoldersForDocument(DocumentIds(uuids=frozenset({paper.uuid})))
        yield GetRelatedDocuments(DocumentIds(unique_ids=frozenset({paper.unique_id})), LINKS)
    yield GetSubmissionSetAndContents(LotIds(unique_ids=frozenset({seen.a_lot()})))


def _about_folders(seen: Seen) -> Iterator[Question]:
    yield FindFolders(FolderCriteria(seen.scene.patient, ALL))
    folders = [*seen.scene.secret_folders, *seen.scene.shown_folders]
    uuids, unique_ids = [folder.uuid for folder in folders] or [UNKNOWN], [folder.unique_id for folder in folders]
    yield GetFolders(FolderIds(unique_ids=frozenset(unique_ids or [UNKNOWN_ID])))
    yield GetFolders(FolderIds(logical_ids=frozenset(uuids)))
    yield GetFolderAndContents(FolderIds(uuids=frozenset({seen.scene.dice.choice(uuids)})))
    yield GetFolderAndContents(FolderIds(unique_ids=frozenset({seen.scene.dice.choice(unique_ids or [UNKNOWN_ID])})))
