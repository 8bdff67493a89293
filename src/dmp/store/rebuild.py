"""Make the projections again from the documents: records one after the other, while the service runs (house 7)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select

from dmp.record.errors import StorageUnavailable
from dmp.record.record import RecordState
from dmp.store import schema
from dmp.store.blobs import BlobRef
from dmp.store.failures import Conflict
from dmp.store.pages import DocumentPiece
from dmp.store.projections import NO_FACTS, Projection, unpack_facts
from dmp.store.tx import Store, Tx
from dmp.store.unread import Told, unread_of

AT_ONCE = 500
"""Keys read at a time."""
ATTEMPTS = 5

Reading = Callable[[bytes], Projection]
"""Reads the octets of a document; never fails, whatever they are."""
Tell = Callable[[str, Counter[str]], None]


class Again(StrEnum):
    """What became of a document that was read again."""

    SAME = "same"
    RENEWED = "renewed"
    NEW = "new"
    GONE = "gone"
    """It was removed meanwhile, or moved into another record."""


@dataclass
class Rebuilt:
    """What was found: documents that read the same as before, those that were renewed, those that cannot be read."""

    counts: Counter[str] = field(default_factory=Counter[str])
    unread: Counter[Told] = field(default_factory=Counter[Told])
    """What could not be read whole, by kind of document and reason."""

    @property
    def sentence(self) -> str:
        """One line for people."""
        told = ", ".join(f"{self.counts[name]} {name}" for name in ("same", "renewed", "new"))
        lost = f"; {self.counts['unreadable']} DOCUMENTS COULD NOT BE READ: dmp check --blobs"
        records = f"dmp: {self.counts['records']} records, documents: {told}"
        return records + lost if self.counts["unreadable"] else records


def rebuild(store: Store, reading: Reading, *, after: str = "", tell: Tell = lambda _key, _counts: None) -> Rebuilt:
    """Read every document again; what reads otherwise than before is renewed.

    `after` is the key of the record after which to go on. A document that is
    damaged or missing is counted, and the others go on.

    Raises:
        StorageUnavailable: the database cannot be used.
    """
    rebuilt = Rebuilt()
    for key in _keys(store, after):
        rebuilt.counts += _of_record(store, key, reading, rebuilt.unread)
        rebuilt.counts["records"] += 1
        tell(key, rebuilt.counts)
    return rebuilt


def _keys(store: Store, after: str) -> Iterator[str]:
    table = schema.record.c
    while True:
        query = select(table.record).where(table.record > after, table.state != RecordState.DESTROYED.value)
        with store.connection() as connection:
            keys = list(connection.execute(query.order_by(table.record).limit(AT_ONCE)).scalars())
        if not keys:
            return
        yield from keys
        after = keys[-1]


def read_again(store: Store, key: str, document: str, reading: Reading) -> Again:
    """Read one document of a record again.

    Raises:
        StorageUnavailable: its octets, or the database, cannot be had now.
    """
    piece = next((piece for piece in _documents(store, key) if piece.uuid == document), None)
    if piece is None:
        return Again.GONE
    try:
        read = reading(_octets(store, piece))
    except StorageUnavailable:
        if any(piece.uuid == document for piece in _documents(store, key)):
            raise
        return Again.GONE
    return _written(store, key, {document: read})[document]


def _of_record(store: Store, key: str, reading: Reading, failed: Counter[Told]) -> Counter[str]:
    """Nothing is held, nor any transaction open, while documents are read: some take long."""
    read: dict[str, Projection] = {}
    unread: set[str] = set()
    for piece in _documents(store, key):
        try:
            read[piece.uuid] = reading(_octets(store, piece))
        except StorageUnavailable:
            unread.add(piece.uuid)
    failed += _failed(store, key, read)
    if unread:
        # What was removed meanwhile is not damaged.
        unread &= {piece.uuid for piece in _documents(store, key)}
    counts = Counter(str(again) for again in _written(store, key, read).values() if again is not Again.GONE)
    return counts + Counter({"unreadable": len(unread)})


def _failed(store: Store, key: str, read: Mapping[str, Projection]) -> Counter[Told]:
    """What of the documents of a record could not be read, by their kinds."""
    facts = {name: unpack_facts(one.facts or NO_FACTS, ("failures",)) for name, one in read.items()}
    found = {name: one for name, one in facts.items() if one.failures}
    if not found:
        return Counter()
    with store.begin() as tx:
        record = tx.records.find(key)
        entries = () if record is None else tuple(tx.inside(record).entries_but_signatures())
        names = {} if record is None else tx.inside(record).documents_of(entry.uuid for entry in entries)
    told = (unread_of(one, found[names[one.uuid]]) for one in entries if names.get(one.uuid) in found)
    return sum(told, Counter[Told]())


def _documents(store: Store, key: str) -> tuple[DocumentPiece, ...]:
    with store.begin() as tx:
        record = tx.records.find(key)
        return () if record is None else tx.inside(record).documents_but_signatures()


def _octets(store: Store, piece: DocumentPiece) -> bytes:
    return store.blobs.get(BlobRef(piece.uuid, piece.key, piece.size, piece.stored_sha256))


def _written(store: Store, key: str, read: Mapping[str, Projection]) -> dict[str, Again]:
    for _ in range(ATTEMPTS):
        try:
            with store.begin() as tx:
                return _write(tx, key, read)
        except Conflict:
            continue
    raise StorageUnavailable("others wrote in a record each time: try again")


def _write(tx: Tx, key: str, read: Mapping[str, Projection]) -> dict[str, Again]:
    """Renew what reads otherwise than before, of the documents that are still there."""
    record = tx.records.find(key)
    there = set() if record is None else {piece.uuid for piece in tx.inside(record).documents_but_signatures()}
    found = dict.fromkeys(read, Again.GONE)
    for document in there & read.keys():
        damaged, now = tx.projections.is_damaged(key, document), read[document]
        before = None if damaged else tx.projections.of(key, document)
        is_same = not damaged and (before == now or (before is None and now.is_empty))
        found[document] = Again.SAME if is_same else Again.NEW if before is None and not damaged else Again.RENEWED
        if not is_same:
            tx.projections.renew(key, document, now)
    return found
