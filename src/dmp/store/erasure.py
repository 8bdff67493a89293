"""Erased stays erased: the journal of the keys says again what a backup does not know (security 12.5).

The journal is a file beside the keys. After a restore, `replay` destroys again
whatever it lists; `catch_up` writes into it what a crash kept it from learning.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, tuple_, update

from dmp.audit.canonical import InvalidTrace
from dmp.audit.erasure import ErasureCertificate, SignedErasure, trace_of
from dmp.record.errors import StorageUnavailable
from dmp.record.record import RecordState
from dmp.store import schema
from dmp.store.erasures import journal_line
from dmp.store.failures import told_apart
from dmp.store.keys.journal import Fate, Line
from dmp.store.packing import microseconds
from dmp.store.traces import NO_RECORD, SALT
from dmp.store.tx import Store
from dmp.store.vault import Vault

AT_ONCE = 500
"""Records of one transaction, where many are destroyed again."""


def catch_up(store: Store) -> int:
    """Write into the journal of the keys what the database knows was destroyed; returns how many lines.

    A crash between the two leaves the journal behind: called at each start,
    and before a backup.

    Raises:
        StorageUnavailable: the journal cannot be written, or the database cannot be used.
    """
    told = store.vault.journal.destroyed()
    with store.connection() as connection:
        lines = [journal_line(signed) for signed in erasures(connection) if signed.certificate.record not in told]
    if lines:
        store.vault.note_destroyed(*lines)
    return len(lines)


def settle(store: Store) -> int:
    """Make the database and the journal agree at a start, at the cost of two look-ups when they do.

    Returns how many records were destroyed again.

    Raises:
        StorageUnavailable: as `catch_up` and `replay`.
    """
    told = {line.key: line for line in store.vault.journal.lines() if line.fate is Fate.DESTROYED}
    with store.connection() as connection:
        known = set(connection.execute(select(schema.erasure.c.record)).scalars())
    if known - told.keys():
        catch_up(store)
    return replay(store, [line for key, line in told.items() if key not in known])


def replay(store: Store, journal: Iterable[Line]) -> int:
    """Destroy again, in a restored database, whatever the journal lists; returns how many records.

    `journal` is `store.vault.journal.lines()`, or the lines of a journal that
    was kept elsewhere (`KeyJournal(path).lines()`). Lines about master keys,
    records already destroyed and records that the database does not have are
    passed over, so that it may be run twice. Certificates that the restored
    database lacks are put back, and enter the tree again. To be called once
    the tables and the blobs are back, before the service starts.

    Raises:
        StorageUnavailable: a certificate of the journal is not signed with our key; or the database or the
            blobs cannot be used.
    """
    lines = (line for line in journal if line.fate is Fate.DESTROYED)
    count = 0
    while chunk := list(islice(lines, AT_ONCE)):
        count += _replay_some(store, {line.key: _signed(store, line) for line in chunk})
    return count


def scrub(store: Store) -> None:
    """Leave no former row of a destroyed record on the disk of the database, as far as it can be told to.

    PostgreSQL overwrites in the course of time what `VACUUM` frees, and keeps
    its log until the next base backup: renewing and retiring the master key
    ends both.

    Raises:
        StorageUnavailable: the database cannot be used now.
    """
    command = {"sqlite": "PRAGMA wal_checkpoint(TRUNCATE)", "postgresql": "VACUUM record, page, document, identifier"}
    with told_apart(), store.lanes.connect() as connection:
        connection.exec_driver_sql(command[store.engine.dialect.name])


def erasures(connection: Connection) -> Iterator[SignedErasure]:
    """Every certificate of the database."""
    table = schema.erasure.c
    for row in connection.execute(select(table.certificate, table.signature).order_by(table.record)).all():
        yield SignedErasure(ErasureCertificate.read(bytes(row.certificate)), bytes(row.signature))


def is_genuine(signed: SignedErasure, public_key: Ed25519PublicKey) -> bool:
    """Tell a certificate that was signed with the key of the tree heads."""
    try:
        public_key.verify(signed.signature, signed.certificate.text())
    except InvalidSignature:
        return False
    return True


def verify(connection: Connection, vault: Vault, faults: list[str]) -> frozenset[str]:
    """Check that each destroyed record has its certificate, signed and in the traces; adds what is not so to `faults`.

    Gives the destroyed records: the only ones whose traces need not open.
    """
    table, genuine = schema.record.c, set[str]()
    for signed in erasures(connection):
        if is_genuine(signed, vault.heads.public_key()) and _is_traced(connection, vault, signed.certificate):
            genuine.add(signed.certificate.record)
        else:
            faults.append(f"the certificate of erasure {signed.certificate.id} is not ours, or no trace holds it")
    query = select(table.record).where(table.state == RecordState.DESTROYED)
    destroyed = frozenset(connection.execute(query).scalars())
    faults += [f"record {key} was destroyed without a certificate" for key in sorted(destroyed - genuine)]
    faults += [f"record {key} has a certificate of erasure and is still there" for key in sorted(genuine - destroyed)]
    return destroyed


def _is_traced(connection: Connection, vault: Vault, certificate: ErasureCertificate) -> bool:
    table = schema.trace.c
    query = select(table.sealed).where(table.record == NO_RECORD, table.id == certificate.id)
    sealed = connection.execute(query).scalar_one_or_none()
    if sealed is None:
        return False
    return vault.service.open("trace", certificate.id, bytes(sealed))[SALT:] == trace_of(certificate).text()


def _signed(store: Store, line: Line) -> SignedErasure:
    """Read the certificate of a line: who can write in the journal must not be able to destroy a record with it."""
    try:
        signed = SignedErasure(ErasureCertificate.read(line.certificate.encode()), line.signature)
    except InvalidTrace as error:
        raise StorageUnavailable("a line of the journal of the keys holds no certificate") from error
    if signed.certificate.record != line.key or not is_genuine(signed, store.vault.heads.public_key()):
        raise StorageUnavailable("a certificate in the journal of the keys is not signed with our key")
    return signed


def _replay_some(store: Store, listed: dict[str, SignedErasure]) -> int:
    with store.connection() as connection:
        states = _states(connection, listed)
        alive = [key for key, state in states.items() if state != RecordState.DESTROYED]
        blobs = _destroy_rows(connection, alive)
        _put_back(connection, [listed[key] for key in states])
    for name in blobs:
        store.blobs.delete(name)
    with store.begin() as tx:
        for key in states:
            tx.erasures.certify(listed[key].certificate)
    return len(alive)


def _states(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """The state of those of these records that the database has."""
    table = schema.record.c
    rows = connection.execute(select(table.record, table.state).where(table.record.in_(keys)).order_by(table.record))
    return {row.record: row.state for row in rows}


def _destroy_rows(connection: Connection, keys: Collection[str]) -> list[str]:
    """Empty these records without opening them, in one pass over each table; gives the names of their blobs."""
    blobs = connection.execute(select(schema.document.c.id).where(_among(schema.document, keys))).scalars().all()
    _move_identifiers(connection, keys)
    own = (schema.page, schema.document, schema.projection, schema.health_look, schema.prescription)
    for table in (*own, schema.place, schema.lead, schema.reader, schema.case, schema.to_review):
        connection.execute(delete(table).where(_among(table, keys)))
    emptied = {"state": RecordState.DESTROYED.value, "master": "", "wrapped": b"", "sealed": b""}
    record = schema.record
    connection.execute(update(record).where(_among(record, keys)).values(revision=record.c.revision + 1, **emptied))
    return list(blobs)


def _move_identifiers(connection: Connection, keys: Collection[str]) -> None:
    """What led to a record now leads to its certificate."""
    known, former = schema.identifier, schema.former_identifier
    rows = connection.execute(select(known.c.token, known.c.record).where(_among(known, keys))).all()
    if not rows:
        return
    pairs = [(bytes(row.token), row.record) for row in rows]
    there = tuple_(former.c.token, former.c.record).in_(pairs)
    kept = {(bytes(row.token), row.record) for row in connection.execute(select(former).where(there))}
    new = [{"token": token, "record": key} for token, key in pairs if (token, key) not in kept]
    if new:
        connection.execute(insert(former), new)
    connection.execute(delete(known).where(_among(known, keys)))


def _put_back(connection: Connection, listed: list[SignedErasure]) -> None:
    table = schema.erasure
    query = select(table.c.record).where(_among(table, [signed.certificate.record for signed in listed]))
    known = set(connection.execute(query).scalars())
    rows = [
        {
            "record": signed.certificate.record,
            "at": microseconds(signed.certificate.at),
            "certificate": signed.certificate.text(),
            "signature": signed.signature,
        }
        for signed in listed
        if signed.certificate.record not in known
    ]
    if rows:
        connection.execute(insert(table), rows)


def _among(table: Table, keys: Collection[str]) -> ColumnElement[bool]:
    return table.c.record.in_(keys)
