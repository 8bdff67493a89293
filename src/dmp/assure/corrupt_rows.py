"""Bits that a disk changes in rows: what was read from documents, and prescriptions that have a number."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from sqlalchemy import ColumnElement, Table, select, update

from dmp.actions.open_chart import OpenChart
from dmp.actions.search_texts import SearchTexts
from dmp.assure.claim import Counter, Figure, Tally
from dmp.desk.upkeep import Upkeep
from dmp.main import build_gate, new_id, now, open_store
from dmp.record.actor import Caller
from dmp.record.facts import Concept
from dmp.record.prescription import Item, Prescription
from dmp.sandbox.people import holder
from dmp.sandbox.population import Person
from dmp.settings import Settings
from dmp.store import schema
from dmp.store.tx import Store

READER = "doctor"
COLUMNS: tuple[tuple[Table, ColumnElement[bytes], ColumnElement[str]], ...] = (
    (schema.projection, schema.projection.c.facts, schema.projection.c.document),
    (schema.projection, schema.projection.c.terms, schema.projection.c.document),
    (schema.prescription, schema.prescription.c.sealed, schema.prescription.c.id),
)
"""What is sealed in each row, and what names the row."""


def play(settings: Settings, cast: Sequence[Person], dice: Random, counter: Counter) -> None:
    """Flip a bit of everything that stands sealed in these rows; nothing of it is shown, and a rebuild mends it."""
    upkeep = Upkeep(settings)
    with closing(open_store(settings)) as store:
        for person in cast:
            _prescribe(store, person, dice)
        counter.add("shown before", _shown(store, settings, cast))
        names = flip_rows(store, dice)
        store.at_hand.clear()  # what was opened before the bits changed is as it was
        counter.add("rows", len(names))
        found = upkeep.check(read_blobs=False, after="", progress=lambda _: None).faults
        counter.add("rows found", len(names & {fault.subject for fault in found}))
        for _ in range(_shown(store, settings, cast)):
            counter.wrong("rows shown", "what a document says, from a row that has a wrong bit")
        _forget_prescriptions(store)
    upkeep.rebuild_facts(after="", progress=lambda _: None)
    for fault in upkeep.check(read_blobs=False, read_facts=True, after="", progress=lambda _: None).faults:
        counter.wrong("rows not mended", fault.what)


def flip_rows(store: Store, dice: Random) -> set[str]:
    """Change one bit of every sealed text of these tables; gives the names of the rows."""
    names: set[str] = set()
    with store.connection() as connection:
        for table, sealed, name in COLUMNS:
            for row in connection.execute(select(table.c.record, name.label("name"), sealed.label("sealed"))).all():
                if not row.sealed:
                    continue
                octets = bytearray(row.sealed)
                octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
                this = (table.c.record == row.record, name == row.name)
                connection.execute(update(table).where(*this).values({sealed.name: bytes(octets)}))
                names.add(row.name)
    return names


def _prescribe(store: Store, person: Person, dice: Random) -> None:
    """A prescription with a number, without the act that makes one: the row is all that is tried."""
    at, number = datetime.now(UTC), f"{dice.randrange(10**12):012d}"
    item = Item("1", Concept(text="Un médicament fictif"), "1 par jour", Decimal(30))
    with store.begin() as tx:
        record = tx.records.of(person.patient)
        assert record is not None, "the record was opened before"  # noqa: S101
        doctor = holder(READER).professional
        told = Prescription(new_id(), number, doctor.id, doctor.name, "1750000001", at.date(), (item,), signed=at)
        tx.prescriptions.add(record, told)


def _forget_prescriptions(store: Store) -> None:
    """Nothing makes a damaged one again: it is in the last backup."""
    with store.connection() as connection:
        connection.execute(schema.prescription.delete())


def _shown(store: Store, settings: Settings, cast: Sequence[Person]) -> int:
    """How many documents say something to who reads: in the chart, or in the search."""
    gate, count = build_gate(store, settings), 0
    for person in cast:
        caller = Caller(holder(READER).professional, patient=person.patient)
        chart = gate.perform(caller, OpenChart(person.patient), now())
        count += sum(1 for sheet in chart.sheets if not sheet.facts.failures)
        papers = gate.perform(caller, SearchTexts(person.patient), now()).papers
        count += sum(1 for paper in papers if paper.terms.length)
    return count


def judge(total: Tally) -> list[Figure]:
    """Every row found, nothing shown, all mended."""
    rows = total["rows"]
    return [
        Figure("rows with a flipped bit", rows, least=1),
        Figure("shown before of what documents say", total["shown before"], least=1),
        Figure("rows found by the checker", total["rows found"], least=rows, most=rows),
        Figure("shown from such rows", total["rows shown"], most=0),
        Figure("rows that a rebuild did not mend", total["rows not mended"], most=0),
    ]
