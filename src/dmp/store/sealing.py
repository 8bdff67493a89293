"""The tree of all traces: sealed every minute, verified at will (security 11.3, ADR 4)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, Table, and_, delete, func, insert, select

from dmp.audit.export import Leaf, write_log
from dmp.audit.heads import FIRST, SignedHead, TreeHead, seal
from dmp.audit.tree import Frontier, commitment, leaf_hash
from dmp.store import erasure, schema
from dmp.store.packing import instant, microseconds
from dmp.store.snapshot import snapshot, stream
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store

AT_ONCE = 1000
"""Leaves of one head at most (security 11.3)."""


def seal_traces(store: Store, at: datetime) -> int:
    """Give the queued traces their place in the tree and sign a head; returns how many were sealed.

    Two workers that seal at the same time cannot both succeed: the sequence
    numbers are a primary key.
    """
    total = 0
    while sealed := _seal_some(store, at):
        total += sealed
    return total


def _seal_some(store: Store, at: datetime) -> int:
    with store.connection() as connection:
        queue = schema.trace_queue
        waiting = connection.execute(select(queue).order_by(queue.c.position).limit(AT_ONCE)).all()
        if not waiting:
            return 0
        previous, frontier = _last(connection)
        rows = [
            {"sequence": frontier.size + n, "record": row.record, "trace": row.trace, "commitment": row.commitment}
            for n, row in enumerate(waiting)
        ]
        grown = frontier.grown(leaf_hash(row["sequence"], bytes(row["commitment"])) for row in rows)
        signed = seal(grown, at, previous, sign=store.vault.heads.sign)
        connection.execute(insert(schema.leaf), rows)
        connection.execute(insert(schema.head), _head_row(signed, grown))
        connection.execute(delete(queue).where(queue.c.position.in_([row.position for row in waiting])))
        return len(rows)


def _head_row(signed: SignedHead, grown: Frontier) -> dict[str, object]:
    head = signed.head
    return {
        "size": head.size,
        "at": microseconds(head.at),
        "root": head.root,
        "previous": head.previous,
        "signature": signed.signature,
        "frontier": grown.octets(),
    }


def _last(connection: Connection) -> tuple[TreeHead | None, Frontier]:
    row = connection.execute(select(schema.head).order_by(schema.head.c.size.desc()).limit(1)).one_or_none()
    if row is None:
        return None, Frontier()
    return TreeHead(row.size, bytes(row.root), instant(row.at), bytes(row.previous)), Frontier.read(row.frontier)


def latest_head(store: Store) -> SignedHead | None:
    """The newest signed head, for witnesses (security 11.4)."""
    with store.begin() as tx:
        return tx.proofs.newest_head()


@dataclass
class Verification:
    """What a verification of the whole log found."""

    traces: int = 0
    waiting: int = 0
    heads: int = 0
    erased: int = 0
    """Texts of destroyed records: nobody reads them any more, their commitments stand."""
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing was changed, lost or added."""
        return not self.faults

    @property
    def sentence(self) -> str:
        """One line for people; the first fault when there is one."""
        if self.faults:
            return f"dmp: traces NOT sound: {self.faults[0]} ({len(self.faults)} faults)"
        told = f"dmp: {self.traces} traces sound, {self.heads} signed heads, {self.waiting} waiting for the next one"
        return f"{told}, {self.erased} texts erased with their records" if self.erased else told


def verify(store: Store) -> Verification:
    """Check every trace: it opens, its commitment holds, it stands in the tree or in the queue, the heads follow."""
    found = verify_tree(store)
    with store.connection() as connection:
        records = connection.execute(select(schema.trace.c.record).distinct()).scalars().all()
        destroyed = erasure.verify(connection, store.vault, found.faults)
        found.erased = _count_of(connection, destroyed)
    for record in records:
        if record not in destroyed:
            _verify_texts(store, record, found)
    return found


def verify_tree(store: Store) -> Verification:
    """Check, as of one moment and without opening a text, that the tree and the traces are one another's."""
    found = Verification()
    with snapshot(store) as connection:
        _verify_heads(connection, store, found)
        _verify_places(connection, found)
    return found


def _verify_heads(connection: Connection, store: Store, found: Verification) -> None:
    frontier, previous = Frontier(), FIRST
    leaves = _leaves(connection)
    key = store.vault.heads.public_key()
    for signed in _heads(connection):
        head = signed.head
        grown = [next(leaves, None) for _ in range(head.size - frontier.size)]
        present = [leaf for leaf in grown if leaf is not None]
        frontier = frontier.grown(leaf_hash(leaf.sequence, leaf.commitment) for leaf in present)
        if len(present) != len(grown) or frontier.root != head.root or head.previous != previous:
            found.faults.append(f"the head of size {head.size} does not match the traces before it")
            return
        try:
            key.verify(signed.signature, head.octets())
        except InvalidSignature:
            found.faults.append(f"the head of size {head.size} is not signed with our key")
            return
        previous = head.digest
        found.heads += 1
    if next(leaves, None) is not None:
        found.faults.append("a leaf stands after the last head")


def _verify_places(connection: Connection, found: Verification) -> None:
    """Every trace is in the tree or in the queue, once, with its commitment; compared inside the database."""
    trace, leaf, queued = schema.trace.c, schema.leaf.c, schema.trace_queue.c
    sealed = and_(leaf.record == trace.record, leaf.trace == trace.id)
    waiting = and_(queued.record == trace.record, queued.trace == trace.id)
    everything = schema.trace.outerjoin(schema.leaf, sealed).outerjoin(schema.trace_queue, waiting)
    differs = func.coalesce(leaf.commitment, queued.commitment, b"") != trace.commitment
    for name in stream(connection, select(trace.id).select_from(everything).where(differs)):
        found.faults.append(f"trace {name.id} is not the one of the tree")
    for table, own in ((schema.leaf, sealed), (schema.trace_queue, waiting)):
        lost = select(table.c.trace).select_from(table.outerjoin(schema.trace, own)).where(trace.id.is_(None))
        found.faults += [f"trace {row.trace} is in the tree and nowhere else" for row in stream(connection, lost)]
    found.traces, found.waiting = _count(connection, schema.trace), _count(connection, schema.trace_queue)
    if found.traces != _count(connection, schema.leaf) + found.waiting and not found.faults:
        found.faults.append("a trace is in the tree twice")


def _count_of(connection: Connection, records: Collection[str]) -> int:
    """How many traces these records have."""
    query = select(func.count()).select_from(schema.trace)
    return sum(connection.execute(query.where(schema.trace.c.record == record)).scalar_one() for record in records)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _verify_texts(store: Store, record: str, found: Verification) -> None:
    """Every text opens with the key of its record and matches its commitment."""
    with store.begin() as tx:
        if record != NO_RECORD and tx.records.find(record) is None:
            found.faults.append(f"record {record} has traces and no key")
            return
        for name, committed, sealed in tx.traces.rows(record):
            disclosed = tx.traces.opened(record, name, sealed)
            if commitment(disclosed.salt, disclosed.text) != committed:
                found.faults.append(f"trace {name}: the text is not the one that was committed to")


def export_log(store: Store, *, at: datetime) -> Iterator[bytes]:
    """The whole log for the stand-alone verifier: commitments only, no text (security 11.5)."""
    key = store.vault.heads.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    with store.connection() as connection:
        yield from write_log(key, _leaves(connection), list(_heads(connection)), exported_at=at)


def _leaves(connection: Connection) -> Iterator[Leaf]:
    query = select(schema.leaf.c.sequence, schema.leaf.c.commitment).order_by(schema.leaf.c.sequence)
    for row in connection.execute(query):
        yield Leaf(row.sequence, bytes(row.commitment))


def _heads(connection: Connection) -> Iterator[SignedHead]:
    for row in connection.execute(select(schema.head).order_by(schema.head.c.size)).all():
        head = TreeHead(row.size, bytes(row.root), instant(row.at), bytes(row.previous))
        yield SignedHead(head, bytes(row.signature))


def waiting(store: Store) -> int:
    """How many traces wait for the next head."""
    with store.connection() as connection:
        return connection.execute(select(func.count()).select_from(schema.trace_queue)).scalar_one()
