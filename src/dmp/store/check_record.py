"""What must be true of one record, whatever happened to the machine (security 13.4)."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, select

from dmp.audit.canonical import InvalidTrace
from dmp.audit.trace import Outcome, Trace
from dmp.audit.tree import commitment
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet, unique_key
from dmp.record.errors import StorageUnavailable
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store import schema
from dmp.store.blobs import Blobs
from dmp.store.blobs.seal import unseal
from dmp.store.pages import DocumentPiece
from dmp.store.projections import Projection
from dmp.store.rebuild import Reading
from dmp.store.side_by_side import Named
from dmp.store.tx import Tx

DEPOSITS = (Verb.SUBMIT, Verb.REPLACE)
MOVES = (Verb.CONFIRM_MERGE, Verb.CONFIRM_SPLIT)
"""Acts that bring entries from another record, where their deposit was traced."""
REPLACING = (Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES)


@dataclass(frozen=True, order=True)
class Fault:
    """Something that must not be; told by random ids only, which name nobody."""

    record: str
    subject: str
    what: str


@dataclass(frozen=True)
class Inside:
    """All of one record, opened."""

    record: Record
    entries: tuple[DocumentEntry, ...]
    lots: tuple[SubmissionSet, ...]
    folders: tuple[Folder, ...]
    links: tuple[Association, ...]
    documents: Mapping[str, DocumentPiece]
    document_of: Mapping[str, str]
    traces: tuple[Trace, ...]
    rows: Mapping[str, Named]
    kept: Mapping[str, Projection | None]
    """What was read from documents, by their names; None for what does not open."""

    @property
    def done(self) -> Iterator[Trace]:
        """The traces of acts that took effect."""
        return (trace for trace in self.traces if trace.outcome is Outcome.DONE)

    def told(self, *verbs: Verb) -> frozenset[str]:
        """The ids that acts of these kinds told in their traces."""
        touched = (one for trace in self.done if trace.verb in verbs for one in trace.touched)
        return frozenset(name for one in touched for name in (one.uuid, unique_key(one.unique_id)) if name)


def rows_of(connection: Connection, key: str) -> dict[str, Named]:
    """The rows of the documents of a record, by name of blob: readable without any key."""
    table = schema.document.c
    query = select(table.record, table.id, table.size, table.stored_sha256).where(table.record == key)
    found = (Named(row.record, row.id, row.size, bytes(row.stored_sha256)) for row in connection.execute(query))
    return {row.name: row for row in found}


def opened(tx: Tx, key: str, rows: Mapping[str, Named]) -> Inside:
    """Open everything of a record.

    Raises:
        StorageUnavailable: something does not open with its key.
        InvalidTrace: a trace is not the text that was committed to, or no trace at all.
    """
    record = tx.records.get(key)
    contents = tx.inside(record)
    entries = contents.entries()
    return Inside(
        record=record,
        entries=entries,
        lots=contents.lots(),
        folders=contents.folders(),
        links=contents.links(),
        documents={piece.uuid: piece for piece in contents.documents()},
        document_of={entry.uuid: contents.document_of(entry.uuid) for entry in entries},
        traces=tuple(traces_of(tx, key)),
        rows=rows,
        kept=tx.projections.kept(key),
    )


def traces_of(tx: Tx, key: str) -> Iterator[Trace]:
    """The traces of a record, each compared with its commitment.

    Raises:
        StorageUnavailable: one does not open.
        InvalidTrace: one is not what was committed to.
    """
    for name, committed, sealed in tx.traces.rows(key):
        disclosed = tx.traces.opened(key, name, sealed)
        if commitment(disclosed.salt, disclosed.text) != committed:
            raise InvalidTrace(f"the text of trace {name} is not the one that was committed to")
        yield Trace.read(disclosed.text)


def faults_inside(inside: Inside) -> Iterator[tuple[str, str]]:
    """What is wrong in a record: the id of what is at fault, and the fault."""
    yield from _documents(inside)
    yield from _entries(inside)
    yield from _chains(inside)
    yield from _masks(inside)
    yield from _audit(inside)


def _documents(inside: Inside) -> Iterator[tuple[str, str]]:
    """Pages and rows name the same documents, and each is named by an entry or awaits its removal."""
    rows, pieces = inside.rows, inside.documents
    for name in rows.keys() ^ pieces.keys():
        yield name, "a row names it and the record does not" if name in rows else "the record names it and no row does"
    for name in rows.keys() & pieces.keys():
        if rows[name].stored_sha256 != pieces[name].stored_sha256:
            yield name, "the SHA-256 of its row is not the one of the record"
    waiting = (name for names in inside.record.unlisted.values() for name in names)
    for name in pieces.keys() - {*inside.document_of.values(), *waiting}:
        yield name, "no entry has this document"


def _entries(inside: Inside) -> Iterator[tuple[str, str]]:
    """Every entry has its document, described as it is, unless it is elsewhere or was removed (ITI-42, ITI-86)."""
    removed = inside.told(Verb.REMOVE_DOCUMENTS)
    for entry in inside.entries:
        name = inside.document_of[entry.uuid]
        piece = inside.documents.get(name)
        if piece is None:
            if name and unique_key(entry.unique_id) not in removed:
                yield entry.uuid, "its document is not in the record"
        elif entry.size is not None and entry.size != piece.size:
            yield entry.uuid, "its size is not the one of its document"


def _chains(inside: Inside) -> Iterator[tuple[str, str]]:
    """Replacement goes one way, from one document to one, inside one chain; what is replaced is not current."""
    entries = {entry.uuid: entry for entry in inside.entries}
    standing = (link for link in inside.links if link.type in REPLACING and link.status is EntryStatus.APPROVED)
    known = (link for link in standing if link.source in entries and link.target in entries)
    ends = [(entries[link.source], entries[link.target]) for link in known]
    for uuid, count in Counter(target.uuid for _, target in ends).items():
        if count > 1:
            yield uuid, "two documents replace it"
    for source, target in ends:
        if source.chain != target.chain:
            yield target.uuid, "what replaces it is of another chain"
        if target.status is EntryStatus.APPROVED:
            yield target.uuid, "it is replaced and still current"
    yield from _circles({source.uuid: target.uuid for source, target in ends})


def _circles(replaces: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for start in replaces:
        met, at = {start}, start
        while (at := replaces.get(at, "")) and at not in met:
            met.add(at)
        if at == start:
            yield start, "it replaces itself, by way of others"


def _masks(inside: Inside) -> Iterator[tuple[str, str]]:
    """What hides a chain hides one that exists."""
    for chain in inside.record.visibility.keys() - {entry.chain for entry in inside.entries}:
        yield chain, "hidden, and no document is of this chain"


def _audit(inside: Inside) -> Iterator[tuple[str, str]]:
    """A trace tells the deposit of each document; one that came with another record, the act that brought it."""
    told, moved = inside.told(*DEPOSITS), any(trace.verb in MOVES for trace in inside.done)
    for entry in inside.entries:
        if not moved and not {entry.uuid, unique_key(entry.unique_id)} & told:
            yield entry.uuid, "no trace tells its deposit"


def faults_of_blobs(
    blobs: Blobs, rows: Mapping[str, Named], inside: Inside | None, reading: Reading | None = None
) -> Iterator[tuple[str, str]]:
    """What is wrong with the stored documents of a record, each read whole.

    Their rows are enough to find damage; with what the record keeps, they are
    opened too. With a `reading`, what is kept of each must be what it says.
    """
    for name, row in rows.items():
        try:
            stored = blobs.read(name)
        except StorageUnavailable:
            yield name, "its blob cannot be read"
            continue
        if hashlib.sha256(stored).digest() != row.stored_sha256:
            yield name, "its blob is damaged"
        elif inside is not None and name in inside.documents:
            yield from _fault_of_content(stored, inside.documents[name], inside, reading)


def _fault_of_content(
    stored: bytes, piece: DocumentPiece, inside: Inside, reading: Reading | None
) -> Iterator[tuple[str, str]]:
    try:
        plain = unseal(piece.key, stored, piece.size)
    except InvalidTag:
        yield piece.uuid, "its blob does not open with its key"
        return
    if hashlib.sha256(plain).digest() != piece.sha256:
        yield piece.uuid, "its blob is another document"
    sha1 = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
    for entry in inside.entries:
        if inside.document_of[entry.uuid] == piece.uuid and entry.hash != sha1:
            yield entry.uuid, "its hash is not the one of its document"
    signatures = (inside.document_of[entry.uuid] for entry in inside.entries if entry.is_signature)
    if reading is not None and piece.uuid not in set(signatures):
        yield from _fault_of_reading(reading(plain), piece, inside)


def _fault_of_reading(said: Projection, piece: DocumentPiece, inside: Inside) -> Iterator[tuple[str, str]]:
    """What is kept of a document is what it says; the words of its PDF come later, and are not compared."""
    if piece.uuid not in inside.kept:
        if not said.is_empty:
            yield piece.uuid, "nothing of what it says is kept: dmp rebuild-facts"
        return
    kept = inside.kept[piece.uuid]
    if kept is None or kept.version != said.version:
        return
    if kept.facts != said.facts or (said.terms and not kept.terms):
        yield piece.uuid, "what is kept of it is not what it says: dmp rebuild-facts"
