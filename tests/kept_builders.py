"""A service with documents, as acts leave it: for tests of what sweeps, checks, backs up and restores it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from dmp.audit.trace import Outcome, Touched, Trace, Who
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Relation
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.sealing import seal_traces
from dmp.store.tx import Store, Tx
from store_builders import NIR, NOW, a_link, a_lot_of, an_entry, uuid
from xds_builders import Octets

LATER = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def octets(number: int) -> bytes:
    """Octets of a document, different for each."""
    return hashlib.shake_128(str(number).encode()).digest(500 + 97 * (number % 50))


def patient(number: int) -> PatientId:
    return PatientId(f"{number:015d}", NIR)


def key(number: int) -> str:
    return f"rec-{number:06d}"


def filled(store: Store, *, records: int = 3, documents: int = 4) -> list[str]:
    """Open records, each with documents that acts deposited and traced; the first one replaced and hidden.

    Gives the keys. The traces are in the tree, but for those of the last record.
    """
    for number in range(records):
        if number == records - 1:
            seal_traces(store, NOW)
        with store.begin() as tx:
            _open_and_feed(tx, number, documents)
    return [key(number) for number in range(records)]


def _open_and_feed(tx: Tx, number: int, documents: int) -> None:
    entries = list(_entries(number, documents))
    record = Record(key(number), (patient(number),), opened=NOW, visibility={entries[0].chain: Visibility(masked=True)})
    tx.records.add(record)
    contents, lot = tx.inside(record), a_lot_of(number, uuid=uuid(500_000 + number))
    contents.add_lot(lot, contents.fingerprint("lot"))
    for place, entry in enumerate(entries):
        name = contents.add_document(Octets(octets(documents * number + place)))
        contents.add_entry(entry, lot=lot.uuid, document=name)
    replacement = Association(uuid(900_000 + number), Relation.REPLACES, entries[1].uuid, entries[0].uuid)
    members = (
        a_link(lot.uuid, entry.uuid, 10_000 + documents * number + place, type=Relation.HAS_MEMBER)
        for place, entry in enumerate(entries)
    )
    contents.add_links([replacement, *members])
    tx.traces.append(deposit_of(record.key, *entries, number=number))


def _entries(number: int, documents: int) -> Iterator[DocumentEntry]:
    first = uuid(documents * number)
    for place in range(documents):
        own = documents * number + place
        content = Octets(octets(own))
        yield an_entry(
            own,
            hash=content.sha1,
            size=content.size,
            chain=first if place < 2 else uuid(own),
            status=EntryStatus.DEPRECATED if place == 0 else EntryStatus.APPROVED,
        )


def deposit_of(record: str, *entries: DocumentEntry, number: int = 0, verb: Verb = Verb.SUBMIT) -> Trace:
    """The trace of the act that brought these entries."""
    return Trace(
        id=f"00000000-0000-4000-9000-{number:012d}",
        at=NOW,
        who=Who(kind="professional", person="899900000011"),
        verb=verb,
        record=record,
        outcome=Outcome.DONE,
        touched=tuple(Touched(unique_id=entry.unique_id) for entry in entries),
    )


def blob_file(folder: Path, name: str) -> Path:
    return folder / "blobs" / name[:2] / name


def damage(path: Path, *, at: int = 100) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@contextmanager
def older(store: Store) -> Iterator[None]:
    """Whatever happens inside is unknown to the database afterwards, as after a restore by its own means."""
    with store.connection() as connection:
        saved = {table: connection.execute(select(table)).all() for table in schema.metadata.sorted_tables}
        blobs = {stored.name: store.blobs.read(stored.name) for stored in store.blobs.names()}
    yield
    with store.connection() as connection:
        _without_triggers(connection)
        for table, rows in saved.items():
            connection.execute(delete(table))
            if rows:
                connection.execute(insert(table), [dict(row._mapping) for row in rows])
    for name in blobs.keys() - {stored.name for stored in store.blobs.names()}:
        store.blobs.write(name, [blobs[name]])


def _without_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
