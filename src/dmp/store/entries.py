"""Entries, lots, links and documents of one record (XDS registry and repository)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Row, insert, select, update

from dmp.record.entry import Association, DocumentEntry, EntryStatus, Relation, SubmissionSet, unique_key
from dmp.record.record import Record
from dmp.record.submission import Content
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.blobs import BlobRef, Blobs
from dmp.store.packing import pack, unpack_entry, unpack_link, unpack_lot
from dmp.store.vault import Seal


@dataclass(frozen=True)
class StoredDocument:
    """What is kept, sealed, about the octets of a document."""

    key: bytes = field(repr=False)
    size: int
    sha1: str
    sha256: str


_unpack_document = msgspec.msgpack.Decoder(StoredDocument).decode

_BATCH = 1000
"""Values in one list of a statement: engines limit them, and a caller may name tens of thousands."""


class RecordContents:
    """Everything inside one record, for one transaction: every statement names the record."""

    def __init__(self, connection: Connection, blobs: Blobs, record: Record, seal: Seal, *, written_blobs: list[str]):
        """Work inside one record that this transaction has met; the names of new blobs join `written_blobs`."""
        self._connection = connection
        self._blobs = blobs
        self._record = record
        self._seal = seal
        self._written_blobs = written_blobs

    # -- entries

    def entries(self) -> tuple[DocumentEntry, ...]:
        """Every entry of the record, all versions, in the order of their ids."""
        return self._read_entries()

    def by_uuid(self, uuids: Iterable[str]) -> tuple[DocumentEntry, ...]:
        """The entries with these entryUUIDs; unknown ones are absent."""
        return self._entries_among(schema.entry.c.uuid, uuids)

    def by_logical_id(self, logical_id: str) -> tuple[DocumentEntry, ...]:
        """Every version of one logical object."""
        return self._read_entries(schema.entry.c.logical_id == logical_id)

    def by_unique_id(self, unique_ids: Iterable[str]) -> tuple[DocumentEntry, ...]:
        """Every entry that has one of these document uniqueIds."""
        tokens = [self._seal.token("document", unique_key(unique_id)) for unique_id in unique_ids]
        return self._entries_among(schema.entry.c.unique_token, tokens)

    def lot_of(self, uuid: str) -> tuple[DocumentEntry, ...]:
        """Every entry that came with this one, itself included."""
        table = schema.entry.alias("one")
        lot = select(table.c.lot).where(table.c.record == self._record.key, table.c.uuid == uuid).scalar_subquery()
        return self._read_entries(schema.entry.c.lot == lot)

    def by_chain(self, chain: str) -> tuple[DocumentEntry, ...]:
        """Every entry of a replacement chain."""
        return self._read_entries(schema.entry.c.chain == chain)

    def _entries_among(self, column: Column[Any], values: Iterable[str | bytes]) -> tuple[DocumentEntry, ...]:
        found = (entry for batch in _batches(values) for entry in self._read_entries(column.in_(batch)))
        return tuple(sorted(found, key=attrgetter("uuid")))

    def _read_entries(self, *conditions: ColumnElement[bool]) -> tuple[DocumentEntry, ...]:
        table = schema.entry.c
        query = (
            select(table.uuid, table.status, table.chain, table.sealed)
            .where(table.record == self._record.key, *conditions)
            .order_by(table.uuid)
        )
        return tuple(self._entry(row) for row in self._connection.execute(query))

    def _entry(self, row: Row[*tuple[Any, ...]]) -> DocumentEntry:
        entry = unpack_entry(self._seal.open("entry", row.uuid, row.sealed))
        return replace(
            entry,
            status=EntryStatus(row.status),
            chain=row.chain,
            visibility=self._hidden_by(entry, row.chain),
        )

    def _hidden_by(self, entry: DocumentEntry, chain: str) -> Visibility:
        """What hides a chain is kept in the record; a signature's marks are always the same (xds-wire 4.6)."""
        if entry.is_signature and entry.deposit is not None:
            return Visibility(masked=True, hidden_from_patient_since=entry.deposit.at)
        return self._record.visibility.get(chain, Visibility())

    def add_entry(self, entry: DocumentEntry, *, lot: str, document: str) -> None:
        """Insert an entry; what hides it lives in the record, not here."""
        plain = replace(entry, visibility=Visibility())
        self._connection.execute(
            insert(schema.entry),
            {
                "record": self._record.key,
                "uuid": entry.uuid,
                "logical_id": entry.logical_id,
                "version": entry.version,
                "status": entry.status,
                "unique_token": self._seal.token("document", unique_key(entry.unique_id)),
                "chain": entry.chain,
                "lot": lot,
                "document": document,
                "sealed": self._seal.close("entry", entry.uuid, pack(plain)),
            },
        )

    def set_status(self, uuid: str, status: EntryStatus) -> None:
        """Change the availabilityStatus of an entry."""
        self._update_entry(uuid, status=status)

    def set_chain(self, chain: str, new: str) -> None:
        """Join a replacement chain to another one."""
        self._connection.execute(
            update(schema.entry)
            .where(schema.entry.c.record == self._record.key, schema.entry.c.chain == chain)
            .values(chain=new)
        )

    def _update_entry(self, uuid: str, **values: object) -> None:
        self._connection.execute(
            update(schema.entry)
            .where(schema.entry.c.record == self._record.key, schema.entry.c.uuid == uuid)
            .values(**values)
        )

    def taken(self, uuids: Iterable[str]) -> frozenset[str]:
        """Which of these ids an entry, a lot or a link of the record already has."""
        found: set[str] = set()
        for batch in _batches(uuids):
            for table in (schema.entry.c, schema.lot.c, schema.link.c):
                query = select(table.uuid).where(table.record == self._record.key, table.uuid.in_(batch))
                found.update(self._connection.execute(query).scalars())
        return frozenset(found)

    # -- lots

    def lots(self) -> tuple[SubmissionSet, ...]:
        """Every lot of the record."""
        return self._read_lots()

    def lots_by_uuid(self, uuids: Iterable[str]) -> tuple[SubmissionSet, ...]:
        """The lots with these ids."""
        return tuple(lot for batch in _batches(uuids) for lot in self._read_lots(schema.lot.c.uuid.in_(batch)))

    def _read_lots(self, *conditions: ColumnElement[bool]) -> tuple[SubmissionSet, ...]:
        table = schema.lot.c
        query = (
            select(table.uuid, table.sealed).where(table.record == self._record.key, *conditions).order_by(table.uuid)
        )
        return tuple(
            unpack_lot(self._seal.open("lot", row.uuid, row.sealed)) for row in self._connection.execute(query)
        )

    def lots_called(self, unique_id: str) -> dict[str, bytes]:
        """The lots that have this uniqueId, id to fingerprint, to recognise a retry (DEC-3).

        Several when their senders could not be told of one another (DEC-4).
        """
        table = schema.lot.c
        query = select(table.uuid, table.fingerprint).where(
            table.record == self._record.key, table.unique_token == self._seal.token("lot", unique_id)
        )
        return {row.uuid: bytes(row.fingerprint) for row in self._connection.execute(query)}

    def subjects_of_lots(self, uuids: Iterable[str]) -> tuple[DocumentEntry, ...]:
        """The entries that came with these lots, and those whose status they changed."""
        lots = sorted(set(uuids))
        changes = (link for link in self.links_touching(lots) if link.type is Relation.UPDATES_STATUS)
        changed = {link.target for link in changes if link.source in lots}
        entries = (*self._entries_among(schema.entry.c.lot, lots), *self.by_uuid(changed))
        return tuple({entry.uuid: entry for entry in entries}.values())

    def fingerprint(self, text: str) -> bytes:
        """Keyed hash that a retry of the same lot gives again."""
        return self._seal.token("fingerprint", text)

    def add_lot(self, lot: SubmissionSet, fingerprint: bytes) -> None:
        """Insert a lot; the same one from the same sender fails the transaction (xds-wire 2.6)."""
        self._connection.execute(
            insert(schema.lot),
            {
                "record": self._record.key,
                "uuid": lot.uuid,
                "unique_token": self._seal.token("lot", lot.unique_id),
                "fingerprint": fingerprint,
                "sealed": self._seal.close("lot", lot.uuid, pack(lot)),
            },
        )

    def entries_of_lots(self) -> dict[str, set[str]]:
        """Which lot each entry came with: lot id to entry ids."""
        table, found = schema.entry.c, dict[str, set[str]]()
        query = select(table.lot, table.uuid).where(table.record == self._record.key)
        for row in self._connection.execute(query):
            found.setdefault(row.lot, set()).add(row.uuid)
        return found

    # -- links

    def links_touching(self, uuids: Iterable[str]) -> tuple[Association, ...]:
        """Every association that has one of these ids at an end."""
        table, found = schema.link.c, dict[str, Association]()
        for batch in _batches(uuids):
            for end in (table.source, table.target):
                query = select(table.uuid, table.sealed).where(table.record == self._record.key, end.in_(batch))
                rows = self._connection.execute(query)
                found |= {row.uuid: unpack_link(self._seal.open("link", row.uuid, row.sealed)) for row in rows}
        return tuple(found[uuid] for uuid in sorted(found))

    def add_links(self, links: Iterable[Association]) -> None:
        """Insert associations."""
        rows = [
            {
                "record": self._record.key,
                "uuid": link.uuid,
                "source": link.source,
                "target": link.target,
                "sealed": self._seal.close("link", link.uuid, pack(link)),
            }
            for link in links
        ]
        if rows:
            self._connection.execute(insert(schema.link), rows)

    # -- documents

    def add_document(self, name: str, content: Content) -> None:
        """Write the octets durably, then the row that names them."""
        ref = self._blobs.put(content.chunks())
        self._written_blobs.append(ref.name)
        kept = StoredDocument(ref.key, ref.size, content.sha1, content.sha256)
        self._connection.execute(
            insert(schema.document),
            {
                "record": self._record.key,
                "id": name,
                "blob": ref.name,
                "stored_sha256": ref.stored_sha256,
                "sealed": self._seal.close("document", name, pack(kept)),
            },
        )

    def document_of(self, uuid: str) -> str:
        """The document behind an entry: several entries may share one."""
        query = select(schema.entry.c.document).where(
            schema.entry.c.record == self._record.key, schema.entry.c.uuid == uuid
        )
        return self._connection.execute(query).scalar_one()

    def read_document(self, uuid: str) -> bytes:
        """The octets behind an entry, exactly as they were deposited."""
        row, kept = self._stored(uuid)
        return self._blobs.get(BlobRef(row.blob, kept.key, kept.size, bytes(row.stored_sha256)))

    def sha256_of(self, uuid: str) -> str:
        """SHA-256 of the octets behind an entry: unlike the `hash` of XDS, nobody makes two documents share it."""
        return self._stored(uuid)[1].sha256

    def size_of(self, uuid: str) -> int:
        """Count of the octets behind an entry."""
        return self._stored(uuid)[1].size

    def _stored(self, uuid: str) -> tuple[Row[*tuple[Any, ...]], StoredDocument]:
        name, table = self.document_of(uuid), schema.document.c
        query = select(table.blob, table.stored_sha256, table.sealed).where(
            table.record == self._record.key, table.id == name
        )
        row = self._connection.execute(query).one()
        return row, _unpack_document(self._seal.open("document", name, row.sealed))


def _batches(values: Iterable[str | bytes]) -> Iterator[list[str | bytes]]:
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]
