"""The checker opens what stands beside the pages: facts, prescriptions, the day of the reminders; on both engines."""

from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement, Table, delete, insert, select, update

from dmp.record.facts import Allergy, Concept, Facts, Problem, Source
from dmp.store import schema
from dmp.store.check import check
from dmp.store.check_record import Fault
from dmp.store.packing import pack
from dmp.store.projections import Projection, pack_facts
from dmp.store.rebuild import rebuild
from dmp.store.tx import Store
from kept_builders import filled, key, octets, patient
from prescription_builders import a_prescription
from store_builders import uuid

SAID = Facts(
    problems=(Problem(Source("1.2^3", "11450-4"), Concept("E11.9", "2.16.840.1.113883.6.3", "Diabète de type 2")),),
    allergies=(Allergy(Source(), agent=Concept(text="Pénicilline")),),
)
VERSION = 7
FIRST, SECOND = 5, 6
"""Numbers of two documents of the second record."""


def reading(content: bytes) -> Projection:
    """A reader for tests: two documents say something, the others nothing."""
    says = content in (octets(FIRST), octets(SECOND))
    return Projection(pack_facts(SAID if says else Facts()), version=VERSION)


@pytest.fixture
def read(store: Store) -> Store:
    """Three records whose documents were read; a prescription that has a number."""
    filled(store)
    rebuild(store, reading)
    with store.begin() as tx:
        tx.prescriptions.add(tx.records.get(key(1)), a_prescription())
    return store


def name_of(store: Store, number: int) -> str:
    with store.begin() as tx:
        record = tx.records.of(patient(1))
        assert record is not None
        return tx.inside(record).document_of(uuid(number))


def faults(store: Store, **how) -> list[Fault]:
    return check(store, **how).faults


def alter(store: Store, table: Table, column: ColumnElement[bytes], change: Callable[[bytes], bytes]) -> None:
    """Change every row."""
    with store.connection() as connection:
        for row in connection.execute(select(*table.primary_key, column.label("kept"))).all():
            these = [name == row[place] for place, name in enumerate(table.primary_key)]
            connection.execute(update(table).where(*these).values({column.name: change(bytes(row.kept))}))


def flip(content: bytes) -> bytes:
    return bytes((*content[:-1], content[-1] ^ 1))


def test_what_stands_beside_is_sound_and_counted(read: Store):
    report = check(read, reading=reading, reader=VERSION)

    assert report.faults == []
    assert report.counts["documents that say something"] == 2
    assert report.counts["prescriptions"] == 1
    assert report.counts["read by another release"] == 0
    assert report.counts["documents read"] == 12, "to know what they say, they are read"


def test_what_another_release_read_is_counted_and_no_fault(read: Store):
    report = check(read, reader=VERSION + 1)

    assert report.sound
    assert report.counts["read by another release"] == 2


@pytest.mark.parametrize("change", [flip, lambda _: b"", lambda content: content[:20]])
def test_facts_that_were_damaged_are_found(read: Store, change):
    alter(read, schema.projection, schema.projection.c.facts, change)

    found = faults(read)

    assert {fault.subject for fault in found} == {name_of(read, FIRST), name_of(read, SECOND)}
    assert {fault.what for fault in found} == {"what was read from it does not open: dmp rebuild-facts"}
    rebuild(read, reading)
    assert faults(read) == []


def test_facts_that_nobody_can_use_are_found(read: Store):
    name = name_of(read, FIRST)
    with read.begin() as tx:
        tx.records.get(key(1))
        tx.projections.renew(key(1), name, Projection(pack({"problems": [{"code": 3}]}), version=VERSION))

    assert faults(read) == [Fault(key(1), name, "what was read from it does not open: dmp rebuild-facts")]


def test_facts_of_another_document_are_found(read: Store):
    """What was moved from one row to another opens nowhere."""
    one, two = name_of(read, FIRST), name_of(read, SECOND)
    table = schema.projection
    with read.connection() as connection:
        facts = connection.execute(select(table.c.facts).where(table.c.document == two)).scalar_one()
        connection.execute(update(table).where(table.c.document == one).values(facts=facts))

    assert [fault.subject for fault in faults(read)] == [one]


def test_facts_of_a_document_that_is_gone_are_found(read: Store):
    table = schema.projection
    with read.connection() as connection:
        row = dict(connection.execute(select(table)).mappings().first() or {})
        connection.execute(insert(table), [row | {"document": "gone"}])

    assert faults(read) == [
        Fault(key(1), "gone", "what was read from it is left, and the record has no such document"),
    ]


def test_facts_that_are_missing_are_found_where_documents_are_read_again(read: Store):
    name = name_of(read, FIRST)
    with read.connection() as connection:
        connection.execute(delete(schema.projection).where(schema.projection.c.document == name))

    assert faults(read, read_blobs=True) == []
    assert faults(read, reading=reading) == [
        Fault(key(1), name, "nothing of what it says is kept: dmp rebuild-facts"),
    ]


def test_facts_that_a_document_does_not_say_are_found_where_documents_are_read_again(read: Store):
    name = name_of(read, FIRST)
    with read.begin() as tx:
        tx.records.get(key(1))
        tx.projections.renew(key(1), name, Projection(pack_facts(Facts(problems=SAID.problems)), version=VERSION))

    assert faults(read) == []
    assert faults(read, reading=reading) == [
        Fault(key(1), name, "what is kept of it is not what it says: dmp rebuild-facts"),
    ]


def test_what_another_release_read_is_not_compared(read: Store):
    name = name_of(read, FIRST)
    with read.begin() as tx:
        tx.records.get(key(1))
        former = Projection(pack_facts(Facts(problems=SAID.problems)), version=VERSION - 1)
        tx.projections.renew(key(1), name, former)

    assert faults(read, reading=reading) == []


def test_a_prescription_that_was_damaged_is_found(read: Store):
    alter(read, schema.prescription, schema.prescription.c.sealed, flip)

    (fault,) = faults(read)

    assert (fault.record, fault.what) == (key(1), "this prescription does not open")


def test_a_prescription_of_a_former_moment_is_found(read: Store):
    """What was written before a delivery does not stand in for what came after."""
    with read.connection() as connection:
        connection.execute(update(schema.prescription).values(version=schema.prescription.c.version + 1))

    assert [fault.what for fault in faults(read)] == ["this prescription does not open"]


def test_a_prescription_that_its_number_does_not_lead_to_is_found(read: Store):
    with read.connection() as connection:
        (name,) = connection.execute(select(schema.prescription.c.id)).scalars()
        connection.execute(delete(schema.place).where(schema.place.c.token == bytes.fromhex(name)))

    assert faults(read) == [Fault(key(1), name, "its number does not lead to this prescription")]


def test_a_record_without_a_day_for_its_reminders_is_found(read: Store):
    with read.connection() as connection:
        connection.execute(delete(schema.health_look).where(schema.health_look.c.record == key(1)))

    assert faults(read) == [Fault(key(1), "", "its reminders have no day")]


def test_what_a_destroyed_record_left_is_found(read: Store):
    names = {name_of(read, FIRST), name_of(read, SECOND)}
    with read.connection() as connection:
        gone = {"wrapped": b"", "master": "", "sealed": b""}
        connection.execute(update(schema.record).where(schema.record.c.record == key(1)).values(**gone))
        (prescription,) = connection.execute(select(schema.prescription.c.id)).scalars()
        for table in (schema.page, schema.document):
            connection.execute(delete(table).where(table.c.record == key(1)))

    left = {fault.subject for fault in faults(read) if fault.what == "its record was destroyed, and its row is left"}

    assert left == {*names, prescription, key(1)}
