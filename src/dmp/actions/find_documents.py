"""Search a record («recherche», ITI-18, TD3.1): what the caller may not see does not exist."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.entry import Association, DocumentEntry, EntryStatus, RegistryObjects, SubmissionSet
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.query import (
    DocumentIds,
    FindDocuments,
    FindSubmissionSets,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    StoredQuery,
)
from dmp.record.verb import Verb
from dmp.store.tx import Tx

MOST_OBJECTS = 5000
"""Over this many full objects the answer is XDSTooManyResults, never a silent cut (xds-wire 6.5)."""


LotOf = Callable[[str], Iterable[DocumentEntry]]
"""Every entry that came with one."""


@dataclass(frozen=True)
class SearchRecord:
    """One stored query, inside one record."""

    patient: PatientId
    query: StoredQuery

    about = NOTHING

    @property
    def verb(self) -> Verb:
        """Ids alone, or a document already known by its uniqueId, are a mere reference (xds-wire 9.5)."""
        question = self.query.question
        by_unique_id = isinstance(question, GetDocuments) and bool(question.ids.unique_ids)
        return Verb.FIND_REFERENCE if by_unique_id or not self.query.full_objects else Verb.FIND

    def scope(self, tx: Tx) -> Scope:
        """The record and every entry of it: each is decided before anything is compared or counted."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(self.verb),))
        contents = tx.inside(record)
        entries = contents.entries()
        lots = _companions(entries, contents.entries_of_lots())
        return Scope(record, (Ask(self.verb), *asks_about(self.verb, entries, lots.__getitem__)))

    def apply(self, turn: Turn) -> RegistryObjects:
        """Answer from what may be seen.

        Raises:
            Refused: too many results.
        """
        found = self._answer(turn)
        if self.query.full_objects and len(found.entries) > MOST_OBJECTS:
            raise Refused(Problem(XdsCode.TOO_MANY_RESULTS, f"more than {MOST_OBJECTS} documents: narrow the search"))
        return found

    def _answer(self, turn: Turn) -> RegistryObjects:
        shown = turn.entries if self.query.all_versions else current_versions(turn.entries)
        match self.query.question:
            case FindDocuments(criteria):
                listed = [entry for entry in shown if not entry.is_signature and criteria.holds(entry)]
                return RegistryObjects(entries=_sorted(listed))
            case FindSubmissionSets(criteria):
                lots = [lot for lot in _lots(turn) if criteria.holds(lot)]
                return RegistryObjects(submission_sets=tuple(sorted(lots, key=_newest_lot)))
            case GetDocuments(ids):
                return RegistryObjects(entries=self._named(ids, turn, shown))
            case GetAssociations(uuids):
                return RegistryObjects(associations=self._links(uuids, turn))
            case GetDocumentsAndAssociations(ids):
                entries = self._named(ids, turn, shown)
                links = self._links({entry.uuid for entry in entries}, turn)
                return RegistryObjects(entries=entries, associations=links)

    def _named(self, ids: DocumentIds, turn: Turn, shown: Iterable[DocumentEntry]) -> tuple[DocumentEntry, ...]:
        """An entryUUID names one version exactly, whatever the metadata level."""
        pool = turn.entries if ids.uuids else shown
        return _sorted(entry for entry in pool if ids.holds(entry))

    def _links(self, uuids: Iterable[str], turn: Turn) -> tuple[Association, ...]:
        """Links touching these ids, both ends of which may be seen (AR-17)."""
        seen = {entry.uuid for entry in turn.entries} | {lot.uuid for lot in _lots(turn)}
        return tuple(
            link
            for link in turn.contents.links_touching(uuids)
            if link.source in seen and link.target in seen and link.status in self.query.association_statuses
        )


def asks_about(verb: Verb, entries: Iterable[DocumentEntry], lot_of: LotOf) -> Iterable[Ask]:
    """One optional ask for each entry; the signature of a lot is asked about with its lot (DEC-12)."""
    for entry in entries:
        lot = lot_of(entry.uuid) if entry.is_signature else ()
        companions = tuple(other for other in lot if other.uuid != entry.uuid)
        yield Ask(verb, entry, optional=True, lot=companions)


def _companions(
    entries: Iterable[DocumentEntry], lots: Mapping[str, Collection[str]]
) -> Mapping[str, tuple[DocumentEntry, ...]]:
    """What came with each entry, itself included."""
    known = {entry.uuid: entry for entry in entries}
    groups = (tuple(known[uuid] for uuid in sorted(held)) for held in lots.values())
    return {entry.uuid: group for group in groups for entry in group}


def current_versions(entries: Iterable[DocumentEntry]) -> tuple[DocumentEntry, ...]:
    """The newest version of each logical object (`$MetadataLevel` 1, xds-wire 7.5)."""
    newest: dict[str, DocumentEntry] = {}
    for entry in entries:
        known = newest.get(entry.logical_id)
        if known is None or known.version < entry.version:
            newest[entry.logical_id] = entry
    return tuple(newest.values())


def _lots(turn: Turn) -> tuple[SubmissionSet, ...]:
    """The lots of which at least one document may be seen; the signature does not count (DEC-12).

    A lot is Archived when all its documents are (xds-wire 4.3): all that may
    be seen of them, or its status would tell of the others (AR-17).
    """
    newest = {entry.logical_id: entry.status for entry in current_versions(turn.entries)}
    seen = {entry.uuid: newest[entry.logical_id] for entry in turn.entries if not entry.is_signature}
    statuses = {
        lot: {seen[uuid] for uuid in held if uuid in seen} for lot, held in turn.contents.entries_of_lots().items()
    }
    lots = turn.contents.lots_by_uuid(lot for lot, found in statuses.items() if found)
    archived = {EntryStatus.ARCHIVED}
    return tuple(replace(lot, status=EntryStatus.ARCHIVED) if statuses[lot.uuid] == archived else lot for lot in lots)


def _sorted(entries: Iterable[DocumentEntry]) -> tuple[DocumentEntry, ...]:
    """Newest first, then by entryUUID: stable (xds-wire 6.5)."""
    by_id = sorted(entries, key=lambda entry: entry.uuid)
    return tuple(sorted(by_id, key=lambda entry: entry.creation_time, reverse=True))


def _newest_lot(lot: SubmissionSet) -> tuple[int, str]:
    return -int(lot.submission_time.ljust(14, "0")), lot.uuid
