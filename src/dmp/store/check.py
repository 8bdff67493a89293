"""«dmp check»: what must always be true of a service, verified while it serves (security 13.4).

Record by record, then the blobs beside the rows, then the tree of traces. What
looks wrong is read a second time, as of a later moment, before it is told: an
act may have been under way.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import Connection, select, true

from dmp.audit.canonical import InvalidTrace
from dmp.audit.tree import commitment
from dmp.record.errors import DmpError, StorageUnavailable
from dmp.store import erasure, schema
from dmp.store.check_beside import Beside, left_beside
from dmp.store.check_record import Fault, Inside, faults_inside, faults_of_blobs, opened, rows_of
from dmp.store.leads import missing_leads
from dmp.store.rebuild import Reading
from dmp.store.rule_editions import UnreadableEdition, edition_of
from dmp.store.sealing import verify_tree
from dmp.store.side_by_side import Pair, side_by_side
from dmp.store.snapshot import reading, snapshot, stream
from dmp.store.traces import NO_RECORD, SALT
from dmp.store.tx import Store

RECORDS_AT_ONCE = 200
"""Records of one snapshot: short ones let the database clean up behind the service."""

Progress = Callable[[str, Counter[str]], None]
"""Told the last record that was checked, where a check may be taken up again, and what was counted."""


@dataclass(frozen=True)
class Looking:
    """How far a check goes into each record."""

    blobs: bool
    reader: int
    reading: Reading | None


@dataclass
class Report:
    """What was counted, and what is wrong, in the order in which it was found."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing is wrong."""
        return not self.faults


def check(
    store: Store,
    *,
    read_blobs: bool = False,
    reader: int = 0,
    reading: Reading | None = None,
    after: str = "",
    progress: Progress | None = None,
) -> Report:
    """Verify everything, from the record that follows `after`; `read_blobs` reads and opens each document too.

    `reader` is the version of how documents are read today: what was read by
    another one is counted. With a `reading`, which leaves the PDF out, what is
    kept of each document is compared with what it says.

    Raises:
        StorageUnavailable: the database or the blobs cannot be used now.
    """
    report, at = Report(), after
    looking = Looking(read_blobs or reading is not None, reader, reading)
    while keys := _keys_after(store, at):
        _check_records(store, keys, report, looking)
        at = keys[-1]
        if progress is not None:
            progress(at, report.counts)
    report.faults += _twice(lambda: set(_lost_rows(store)))
    report.faults += _twice(lambda: set(_blobs_beside_rows(store, report.counts)))
    report.faults += _twice(lambda: set(_tree(store, report.counts)))
    report.faults += _twice(lambda: set(_rule_editions(store, report.counts)))
    return report


def _twice(look: Callable[[], set[Fault]]) -> list[Fault]:
    """What a first and a second look both find."""
    found = look()
    return sorted(found & look()) if found else []


def _keys_after(store: Store, key: str) -> list[str]:
    table = schema.record.c
    query = select(table.record).where(table.record > key).order_by(table.record).limit(RECORDS_AT_ONCE)
    with snapshot(store) as connection:
        return list(connection.execute(query).scalars())


def _check_records(store: Store, keys: list[str], report: Report, looking: Looking) -> None:
    suspect: dict[str, set[Fault]] = {}
    with snapshot(store) as connection:
        for key in keys:
            found = set(_check_record(store, connection, key, report.counts, looking))
            if found:
                suspect[key] = found
    if suspect:
        again, ignored = dict[str, set[Fault]](), Counter[str]()
        with snapshot(store) as connection:
            for key in suspect:
                again[key] = set(_check_record(store, connection, key, ignored, looking))
        report.faults += sorted(fault for key in suspect for fault in suspect[key] & again[key])


def _check_record(
    store: Store, connection: Connection, key: str, counts: Counter[str], looking: Looking
) -> Iterator[Fault]:
    rows = rows_of(connection, key)
    counts.update({"records": 1, "documents": len(rows)})
    inside: Inside | None = None
    try:
        tx = reading(connection, store)
        inside = opened(tx, key, rows)
        found = list(faults_inside(inside))
        found += Beside(inside, tx, connection).faults(counts, version=looking.reader)
        if missing_leads(connection, store.vault, inside.record):
            found.append(("", "a list or a search that should lead to it does not"))
        _count(inside, counts)
    except LookupError:
        counts.update({"records": -1, "records destroyed": 1})
        left = {*rows, *left_beside(connection, key)}
        found = [(name, "its record was destroyed, and its row is left") for name in left]
    except (DmpError, InvalidTrace, ValueError) as error:
        found = [("", f"it does not open: {error}")]
    if looking.blobs:
        counts.update({"documents read": len(rows)})
        found += faults_of_blobs(store.blobs, rows, inside, looking.reading)
    yield from (Fault(key, subject, what) for subject, what in found)


def _count(inside: Inside, counts: Counter[str]) -> None:
    counts.update(
        {
            "entries": len(inside.entries),
            "lots": len(inside.lots),
            "folders": len(inside.folders),
            "links": len(inside.links),
        }
    )


def _lost_rows(store: Store) -> Iterator[Fault]:
    """Rows of a record that is not there."""
    with snapshot(store) as connection:
        for table in (
            schema.page,
            schema.document,
            schema.projection,
            schema.prescription,
            schema.health_look,
            schema.identifier,
            schema.lead,
        ):
            held = select(true()).where(schema.record.c.record == table.c.record).exists()
            query = select(table.c.record).where(~held).distinct().limit(RECORDS_AT_ONCE)
            for row in connection.execute(query):
                yield Fault(row.record, "", f"a row of {table.name} has no record")


def _blobs_beside_rows(store: Store, counts: Counter[str]) -> Iterator[Fault]:
    """Every row has its blob; blobs without a row are for the sweeper (security 13.2)."""
    unnamed = blobs = 0
    with snapshot(store) as connection, closing(side_by_side(connection, store.blobs)) as pairs:
        for pair in pairs:
            blobs += pair.blob is not None
            unnamed += not pair.rows
            if pair.blob is None and not _is_there(store, pair):
                yield from (Fault(row.record, row.name, "its blob is not there") for row in pair.rows)
            elif pair.blob is not None:
                wrong = (row for row in pair.rows if row.size != pair.blob.size)
                yield from (Fault(row.record, row.name, "its blob is cut short or grown") for row in wrong)
    counts["blobs"], counts["blobs without a row"] = blobs, unnamed


def _is_there(store: Store, pair: Pair) -> bool:
    """Ask for one blob: it may have been written after its neighbours were listed."""
    try:
        return any(True for _ in store.blobs.pieces(pair.name))
    except StorageUnavailable:
        return False


def _tree(store: Store, counts: Counter[str]) -> Iterator[Fault]:
    """The tree and the traces are one another's; what belongs to no record opens; destructions are certified."""
    found = verify_tree(store)
    counts["traces"], counts["traces waiting"], counts["heads"] = found.traces, found.waiting, found.heads
    with snapshot(store) as connection:
        erasure.verify(connection, store.vault, found.faults)
        yield from _traces_of_no_record(connection, store)
    yield from (Fault("", "", what) for what in found.faults)


def _traces_of_no_record(connection: Connection, store: Store) -> Iterator[Fault]:
    table = schema.trace.c
    for row in stream(connection, select(schema.trace).where(table.record == NO_RECORD)):
        try:
            plain = store.vault.service.open("trace", row.id, bytes(row.sealed))
            if commitment(plain[:SALT], plain[SALT:]) != bytes(row.commitment):
                yield Fault("", row.id, "the text of this trace is not the one that was committed to")
        except StorageUnavailable:
            yield Fault("", row.id, "this trace does not open")


def _rule_editions(store: Store, counts: Counter[str]) -> Iterator[Fault]:
    """The rules that operators gave open: those in force, and those before them."""
    table, found = schema.rule_edition, 0
    columns = (table.c.number, table.c.at, table.c.state, table.c.digest, table.c.sealed)
    with snapshot(store) as connection:
        for row in stream(connection, select(*columns).order_by(table.c.number)):
            found += 1
            try:
                edition_of(store.vault, tuple(row))
            except UnreadableEdition:
                yield Fault("", f"edition {row.number}", "the rules of this edition do not open")
    counts["editions of rules"] = found
