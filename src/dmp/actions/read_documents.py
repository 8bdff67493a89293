"""Read documents («consultation», ITI-43, TD3.2): every right is asked again at each reading."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.find_documents import asks_about
from dmp.record.entry import DocumentEntry, EntryStatus, unique_key
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.profile import MIB
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx

MOST_OCTETS = 64 * MIB
"""Of one answer, a document asked for twice counted twice: as much as one request may hold (DEC-55)."""


@dataclass(frozen=True)
class ReadDocument:
    """One document that was read: its entry and its octets, as they were deposited."""

    entry: DocumentEntry
    octets: bytes


@dataclass(frozen=True)
class ReadDocuments:
    """Documents of one record, by uniqueId."""

    patient: PatientId
    unique_ids: tuple[str, ...]

    verb = Verb.READ

    @property
    def about(self) -> tuple[str, ...]:
        """The documents asked for."""
        return self.unique_ids

    def scope(self, tx: Tx) -> Scope:
        """The record and the entries that have these uniqueIds, whatever their status."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(Verb.READ),))
        contents = tx.inside(record)
        entries = contents.by_unique_id(self.unique_ids)
        asks = zip(asks_about(Verb.READ, entries, contents.lot_of), entries, strict=True)
        found = [replace(ask, named=entry.unique_id) for ask, entry in asks]
        return Scope(record, (Ask(Verb.READ), *found, *_absent(self.unique_ids, entries, contents)))

    def apply(self, turn: Turn) -> tuple[ReadDocument | None, ...]:
        """One answer per uniqueId asked, in order; None for what is not there or may not be read.

        Raises:
            Refused: all of it is more than one answer may hold.
        """
        best: dict[str, DocumentEntry] = {}
        # Octets that are kept elsewhere, or were removed, are not found here (ITI-42, ITI-86).
        held = (entry for entry in turn.entries if turn.contents.has_document(entry.uuid))
        for entry in sorted(held, key=_preference):
            best.setdefault(unique_key(entry.unique_id), entry)
        chosen = [best.get(unique_key(unique_id)) for unique_id in self.unique_ids]
        found = {entry.uuid: entry for entry in chosen if entry is not None}
        sizes = {uuid: turn.contents.size_of(uuid) for uuid in found}
        if sum(sizes[entry.uuid] for entry in chosen if entry is not None) > MOST_OCTETS:
            told = f"more than {MOST_OCTETS} octets in all: ask for fewer documents at a time"
            raise Refused(Problem(XdsCode.REPOSITORY_ERROR, told))
        read = {uuid: ReadDocument(entry, turn.contents.read_document(uuid)) for uuid, entry in found.items()}
        return tuple(None if entry is None else read[entry.uuid] for entry in chosen)


def _absent(unique_ids: Iterable[str], entries: Iterable[DocumentEntry], contents: RecordContents) -> Iterator[Ask]:
    """One ask for each document that is not there: it must cost what one does that the caller may not see (DEC-10)."""
    there = {unique_key(entry.unique_id) for entry in entries}
    for unique_id in unique_ids:
        if unique_key(unique_id) not in there:
            yield Ask(Verb.READ, contents.any_entry(), optional=True, absent=True, named=unique_id)


def _preference(entry: DocumentEntry) -> tuple[bool, int]:
    return entry.status is not EntryStatus.APPROVED, -entry.version
