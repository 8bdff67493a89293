"""Read one document by the id of its entry, as pages name it: the same rights as `ReadDocuments`, asked again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.find_documents import asks_about
from dmp.actions.read_documents import ReadDocument
from dmp.record.entry import DocumentEntry
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx


@dataclass(frozen=True)
class ReadEntry:
    """One document of one record, by entryUUID (`urn:uuid:…`).

    A document that the caller may not know of is refused as one that is not
    there: DocumentNotFound, after as much work (DEC-10). One that he may find
    and not read is refused in words.
    """

    patient: PatientId
    uuid: str

    verb = Verb.READ

    @property
    def about(self) -> tuple[str, ...]:
        """The document asked for."""
        return (self.uuid,)

    def scope(self, tx: Tx) -> Scope:
        """The record and this entry, whatever its status."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(Verb.READ),))
        return Scope(record, (Ask(Verb.READ), *_asks_to_read(self.uuid, tx.inside(record))))

    def apply(self, turn: Turn) -> ReadDocument | None:
        """Give the document; None when its octets are kept elsewhere, or were removed (ITI-42, ITI-86)."""
        return _read(self.uuid, turn)


@dataclass(frozen=True)
class OpenedDocument:
    """A document that was read, among those that its reader may find: what stands before and after it, its versions."""

    read: ReadDocument
    known: tuple[DocumentEntry, ...]
    """Every entry of the record that he may find, signatures left out, this one too."""
    at: datetime


@dataclass(frozen=True)
class OpenDocument:
    """Read one document as `ReadEntry` does, and know of the others that a search would find: one act, one trace."""

    patient: PatientId
    uuid: str

    verb = Verb.READ

    @property
    def about(self) -> tuple[str, ...]:
        """The document asked for."""
        return (self.uuid,)

    def scope(self, tx: Tx) -> Scope:
        """The record, this entry, and the right to find each of the others, before anything is counted."""
        alone = ReadEntry(self.patient, self.uuid).scope(tx)
        if alone.record is None:
            return alone
        entries = tx.inside(alone.record).entries_but_signatures()
        return replace(alone, asks=(*alone.asks, *[Ask(Verb.FIND, entry, optional=True) for entry in entries]))

    def apply(self, turn: Turn) -> OpenedDocument | None:
        """Give the document; None when its octets are kept elsewhere, or were removed."""
        read = _read(self.uuid, turn)
        return None if read is None else OpenedDocument(read, turn.entries, turn.at)


def _asks_to_read(uuid: str, contents: RecordContents) -> Iterator[Ask]:
    """The ask about an entry, or about one that is not there, which must cost what one does that is hidden (DEC-10)."""
    found = contents.by_uuid((uuid,))
    for ask in asks_about(Verb.READ, found, contents.lot_of):
        yield replace(ask, optional=False, named=uuid)
    if not found:
        yield Ask(Verb.READ, contents.any_entry(), absent=True, named=uuid)


def _read(uuid: str, turn: Turn) -> ReadDocument | None:
    entry = next(entry for entry in turn.entries if entry.uuid == uuid)
    if not turn.contents.has_document(uuid):
        return None
    return ReadDocument(entry, turn.contents.read_document(uuid))
