"""The answers of the stored queries, from what the caller may see and nothing else (xds-wire 6.3, 6.5)."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from dmp.actions.shown import Shown, current_versions
from dmp.record.criteria import ContentFilter, DocumentIds, FolderIds
from dmp.record.entry import Association, DocumentEntry, Folder, RegistryObjects, Relation, SubmissionSet
from dmp.record.query import (
    FindDocuments,
    FindFolders,
    FindSubmissionSets,
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
    Question,
    StoredQuery,
)


@dataclass(frozen=True)
class Search:
    """One stored query over what is shown. At metadata level 1 only current versions are, and what ties them."""

    query: StoredQuery
    shown: Shown

    @property
    def entries(self) -> Collection[DocumentEntry]:
        """The entries of this metadata level."""
        every = self.shown.entries.values()
        return every if self.query.all_versions else current_versions(every)

    @property
    def folders(self) -> Collection[Folder]:
        """The folders of this metadata level."""
        every = self.shown.folders.values()
        return every if self.query.all_versions else current_versions(every)

    def links(self, named: Collection[str] = ()) -> list[Association]:
        """The associations asked for, by status and by metadata level: a version `named` is never left out."""
        outdated = frozenset() if self.query.all_versions else self.shown.outdated.difference(named)
        return [
            link
            for link in self.shown.links.values()
            if link.status in self.query.association_statuses
            and link.source not in outdated
            and link.target not in outdated
        ]

    def documents_named(self, ids: DocumentIds) -> tuple[DocumentEntry, ...]:
        """An entryUUID names one version exactly, whatever the metadata level."""
        pool = self.shown.entries.values() if ids.uuids else self.entries
        return _newest_documents(entry for entry in pool if ids.holds(entry))

    def folders_named(self, ids: FolderIds) -> tuple[Folder, ...]:
        """An entryUUID names one version exactly, whatever the metadata level."""
        pool = self.shown.folders.values() if ids.uuids else self.folders
        return _newest_folders(folder for folder in pool if ids.holds(folder))

    def members(self, sources: Collection[str], named: Collection[str] = ()) -> list[Association]:
        """What makes members of lots or folders."""
        return [link for link in self.links(named) if link.type is Relation.HAS_MEMBER and link.source in sources]

    def wanted(self, uuids: Iterable[str], wanted: ContentFilter) -> dict[str, DocumentEntry]:
        """The entries among some ids that pass a filter."""
        found = (self.shown.entries.get(uuid) for uuid in uuids)
        return {entry.uuid: entry for entry in found if entry is not None and wanted.holds(entry)}


def answer(query: StoredQuery, shown: Shown) -> RegistryObjects:
    """Answer a stored query from what may be seen."""
    return _ANSWERS[type(query.question)](query.question, Search(query, shown))


def _find_documents(question: FindDocuments, search: Search) -> RegistryObjects:
    holds = question.criteria.holds
    found = [entry for entry in search.entries if not entry.is_signature and holds(entry)]
    return RegistryObjects(entries=_newest_documents(found))


def _find_submission_sets(question: FindSubmissionSets, search: Search) -> RegistryObjects:
    found = (lot for lot in search.shown.lots.values() if question.criteria.holds(lot))
    return RegistryObjects(submission_sets=_newest_lots(found))


def _find_folders(question: FindFolders, search: Search) -> RegistryObjects:
    return RegistryObjects(folders=_newest_folders(f for f in search.folders if question.criteria.holds(f)))


def _get_all(question: GetAll, search: Search) -> RegistryObjects:
    wanted = question.criteria
    entries = [e for e in search.entries if e.status in wanted.entries and wanted.filter.holds(e)]
    lots = [lot for lot in search.shown.lots.values() if lot.status in wanted.submission_sets]
    folders = [folder for folder in search.folders if folder.status in wanted.folders]
    ends = {found.uuid for kind in (entries, lots, folders) for found in kind}
    links = [link for link in search.links() if link.source in ends]
    between = {link.uuid for link in links if link.target in ends}
    tied = tuple(link for link in links if link.target in ends or link.target in between)
    return RegistryObjects(_newest_documents(entries), _newest_lots(lots), tied, _newest_folders(folders))


def _get_documents(question: GetDocuments, search: Search) -> RegistryObjects:
    return RegistryObjects(entries=search.documents_named(question.ids))


def _get_folders(question: GetFolders, search: Search) -> RegistryObjects:
    return RegistryObjects(folders=search.folders_named(question.ids))


def _get_associations(question: GetAssociations, search: Search) -> RegistryObjects:
    return RegistryObjects(associations=_touching(question.uuids, search))


def _get_documents_and_associations(question: GetDocumentsAndAssociations, search: Search) -> RegistryObjects:
    entries = search.documents_named(question.ids)
    return RegistryObjects(entries, associations=_touching({entry.uuid for entry in entries}, search))


def _get_submission_sets(question: GetSubmissionSets, search: Search) -> RegistryObjects:
    links = [link for link in search.members(search.shown.lots, question.uuids) if link.target in question.uuids]
    lots = {link.source: search.shown.lots[link.source] for link in links}
    return RegistryObjects(submission_sets=_newest_lots(lots.values()), associations=tuple(links))


def _get_submission_set_and_contents(question: GetSubmissionSetAndContents, search: Search) -> RegistryObjects:
    """The lot, its members that pass the filter, and what ties them.

    Something that puts a document in a folder, and that the lot holds, goes
    with the document: the folder may have come with another lot (xds-wire 2.7).
    """
    lots = {lot.uuid: lot for lot in search.shown.lots.values() if question.ids.holds(lot)}
    members = search.members(lots)
    targets = {link.target for link in members}
    entries = search.wanted(targets, question.filter)
    folders = [folder for folder in search.shown.folders.values() if folder.uuid in targets]
    placements = {link.uuid: link for link in search.links() if link.uuid in targets}
    kept = {
        uuid: link
        for uuid, link in placements.items()
        if link.target in entries or search.wanted([link.target], question.filter)
    }
    ends = entries.keys() | kept.keys() | {folder.uuid for folder in folders}
    tied = (*(link for link in members if link.target in ends), *kept.values())
    return RegistryObjects(_newest_documents(entries.values()), _newest_lots(lots.values()), tied, tuple(folders))


def _get_folder_and_contents(question: GetFolderAndContents, search: Search) -> RegistryObjects:
    folders = search.folders_named(question.ids)
    uuids = {folder.uuid for folder in folders}
    members = search.members(uuids, uuids)
    entries = search.wanted((link.target for link in members), question.filter)
    tied = tuple(link for link in members if link.target in entries)
    return RegistryObjects(_newest_documents(entries.values()), associations=tied, folders=folders)


def _get_folders_for_document(question: GetFoldersForDocument, search: Search) -> RegistryObjects:
    documents = {entry.uuid for entry in search.documents_named(question.ids)}
    links = search.members(search.shown.folders, documents)
    holding = {link.source for link in links if link.target in documents}
    return RegistryObjects(folders=_newest_folders(search.shown.folders[uuid] for uuid in holding))


def _get_related_documents(question: GetRelatedDocuments, search: Search) -> RegistryObjects:
    """Nothing at all when nothing is related, not even the document itself."""
    given = {entry.uuid for entry in search.documents_named(question.ids)}
    known = search.wanted(search.shown.entries, ContentFilter(object_types=question.object_types))
    links = tuple(
        link
        for link in search.links(given)
        if link.type in question.relations
        and (link.source in given or link.target in given)
        and link.source in known
        and link.target in known
    )
    related = {end: known[end] for link in links for end in (link.source, link.target)}
    return RegistryObjects(_newest_documents(related.values()), associations=links)


_ANSWERS: dict[type[Question], Callable[[Any, Search], RegistryObjects]] = {
    FindDocuments: _find_documents,
    FindSubmissionSets: _find_submission_sets,
    FindFolders: _find_folders,
    GetAll: _get_all,
    GetDocuments: _get_documents,
    GetFolders: _get_folders,
    GetAssociations: _get_associations,
    GetDocumentsAndAssociations: _get_documents_and_associations,
    GetSubmissionSets: _get_submission_sets,
    GetSubmissionSetAndContents: _get_submission_set_and_contents,
    GetFolderAndContents: _get_folder_and_contents,
    GetFoldersForDocument: _get_folders_for_document,
    GetRelatedDocuments: _get_related_documents,
}


def _touching(uuids: Collection[str], search: Search) -> tuple[Association, ...]:
    """The associations that have one of these ids at an end."""
    return tuple(link for link in search.links(uuids) if link.source in uuids or link.target in uuids)


def _newest_documents(entries: Iterable[DocumentEntry]) -> tuple[DocumentEntry, ...]:
    """Newest first, then by entryUUID: stable (xds-wire 6.5)."""
    by_id = sorted(entries, key=lambda entry: entry.uuid)
    return tuple(sorted(by_id, key=lambda entry: entry.creation_time, reverse=True))


def _newest_lots(lots: Iterable[SubmissionSet]) -> tuple[SubmissionSet, ...]:
    by_id = sorted(lots, key=lambda lot: lot.uuid)
    return tuple(sorted(by_id, key=lambda lot: lot.submission_time.ljust(14, "0"), reverse=True))


def _newest_folders(folders: Iterable[Folder]) -> tuple[Folder, ...]:
    by_id = sorted(folders, key=lambda folder: folder.uuid)
    return tuple(sorted(by_id, key=lambda folder: folder.last_update, reverse=True))
