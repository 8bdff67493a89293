"""What was read from documents goes with them: kept, opened by kind, moved, removed, made again (house 7)."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from dmp.record.entry import SIGNATURE_TYPE
from dmp.record.facts import Allergy, Concept, Facts, Problem, Source
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.record.retention import Ground
from dmp.store import schema
from dmp.store.erasures import Order
from dmp.store.packing import pack
from dmp.store.projections import UNREAD, Projection, pack_facts, unpack_facts
from dmp.store.rebuild import rebuild
from dmp.store.tx import Store
from store_builders import (
    NOW,
    PERSON,
    SOMEBODY_ELSE,
    a_record,
    an_entry,
    another_record,
    deposit,
    deposited,
    opened,
    uuid,
)
from xds_builders import LETTER

PROBLEM = Problem(Source("1.2^3", "11450-4"), Concept("E11.9", "2.16.840.1.113883.6.3", "Diabète de type 2"))
SAID = Facts(problems=(PROBLEM,), allergies=(Allergy(Source(), agent=Concept(text="Pénicilline")),))


def reading(octets: bytes) -> Projection:
    """A reader for tests: letters say the same, anything else says nothing."""
    return Projection(pack_facts(SAID if octets == LETTER.read() else Facts()))


def said(store: Store, number: int = 1, patient=PERSON) -> Facts | None:
    with store.begin() as tx:
        record = tx.records.of(patient)
        documents = tx.inside(record).documents_of([uuid(number)])
        return next(iter(tx.projections.facts(record.key, documents.values()).values()), None)


def rows(store: Store) -> int:
    with store.connection() as connection:
        return connection.execute(select(func.count()).select_from(schema.projection)).scalar_one()


@pytest.fixture
def filled(store: Store) -> Store:
    opened(store, a_record(), another_record())
    with store.begin() as tx:
        deposit(tx.inside(tx.records.of(PERSON)), an_entry(1))
    rebuild(store, reading)
    return store


def test_facts_come_back_as_they_were_put():
    assert unpack_facts(pack_facts(SAID)) == SAID


def test_only_the_kinds_that_are_asked_for_are_opened():
    assert unpack_facts(pack_facts(SAID), ("allergies",)) == Facts(allergies=SAID.allergies)


def test_a_rebuild_reads_each_document_once_and_then_changes_nothing(filled: Store):
    assert said(filled) == SAID
    assert rebuild(filled, reading).counts == {"records": 2, "same": 1}


def test_a_rebuild_renews_what_reads_otherwise(filled: Store):
    other = replace(SAID, allergies=())

    assert rebuild(filled, lambda _: Projection(pack_facts(other))).counts["renewed"] == 1
    assert said(filled) == other


def test_a_rebuild_that_was_stopped_goes_on_after_a_record(filled: Store):
    assert rebuild(filled, reading, after="rec-1").counts == {"records": 1}


def test_a_document_that_says_nothing_has_no_row_and_counts_as_the_same(store: Store):
    opened(store, a_record())
    deposited(store, an_entry(1))

    assert rebuild(store, lambda _: Projection(pack_facts(Facts()))).counts == {"records": 1, "same": 1}
    assert rows(store) == 0


def test_the_signature_of_a_lot_is_not_read(store: Store):
    opened(store, a_record())
    signature = an_entry(2, type_code=replace(an_entry(1).type_code, code=SIGNATURE_TYPE))
    deposited(store, signature)

    assert rebuild(store, reading).counts == {"records": 1}


def test_a_damaged_document_is_told_and_the_others_are_read(filled: Store):
    deposited(filled, an_entry(2), number=2)
    with filled.begin() as tx:
        lost = tx.inside(tx.records.of(PERSON)).document_of(uuid(1))
    filled.blobs.delete(lost)

    found = rebuild(filled, reading)

    assert (found.counts["unreadable"], found.counts["new"]) == (1, 1)
    assert "1 DOCUMENTS COULD NOT BE READ" in found.sentence


def test_facts_go_with_the_document_when_it_is_removed(filled: Store):
    with filled.begin() as tx:
        contents = tx.inside(tx.records.of(PERSON))
        contents.remove_document(contents.document_of(uuid(1)))

    assert rows(filled) == 0


def test_facts_move_with_a_document_and_open_with_the_key_of_the_other_record(filled: Store):
    with filled.begin() as tx:
        source, target = tx.records.of(PERSON), tx.records.of(SOMEBODY_ELSE)
        tx.moving.move([uuid(1)], source=source.key, target=target.key)

    assert said(filled, patient=SOMEBODY_ELSE) == SAID
    assert rows(filled) == 1


def test_a_document_that_two_records_share_says_the_same_in_both(filled: Store):
    with filled.begin() as tx:
        source, target = tx.records.of(PERSON), tx.records.of(SOMEBODY_ELSE)
        tx.moving.move([], source=source.key, target=target.key, copied=[uuid(1)])

    assert said(filled) == said(filled, patient=SOMEBODY_ELSE) == SAID


def test_what_was_read_is_in_the_database_in_no_clear_octet(filled: Store):
    with filled.connection() as connection:
        (sealed,) = connection.execute(select(schema.projection.c.facts)).scalars()

    assert b"E11" not in bytes(sealed)


def damage(store: Store) -> None:
    """One bit of every row is another one."""
    table = schema.projection
    with store.connection() as connection:
        for row in list(connection.execute(select(table))):
            altered = bytes((*row.facts[:-1], row.facts[-1] ^ 1))
            connection.execute(update(table).where(table.c.document == row.document).values(facts=altered))
        connection.commit()


def test_facts_that_were_damaged_say_so_and_the_others_are_there(filled: Store):
    damage(filled)
    deposited(filled, an_entry(2), number=2)
    with filled.begin() as tx:
        tx.projections.keep("rec-1", tx.inside(tx.records.of(PERSON)).document_of(uuid(2)), reading(LETTER.read()))

    assert said(filled) == UNREAD
    assert said(filled, 2) == SAID


def test_facts_of_another_making_say_that_they_cannot_be_read(filled: Store):
    with filled.begin() as tx:
        name = tx.inside(tx.records.of(PERSON)).document_of(uuid(1))
        tx.projections.renew("rec-1", name, Projection(pack({"problems": [{"code": 3}]})))

    assert said(filled) == UNREAD


def test_a_rebuild_mends_what_was_damaged(filled: Store):
    damage(filled)

    assert rebuild(filled, reading).counts["renewed"] == 1
    assert said(filled) == SAID


def test_what_was_damaged_stops_no_move(filled: Store):
    damage(filled)

    with filled.begin() as tx:
        source, target = tx.records.of(PERSON), tx.records.of(SOMEBODY_ELSE)
        tx.moving.move([uuid(1)], source=source.key, target=target.key)

    assert said(filled, patient=SOMEBODY_ELSE) is None
    assert rebuild(filled, reading).counts["new"] == 1
    assert said(filled, patient=SOMEBODY_ELSE) == SAID


def test_a_document_that_comes_while_a_record_is_read_again_keeps_what_it_says(filled: Store):
    other = Facts(problems=(PROBLEM,))

    def meanwhile(octets: bytes) -> Projection:
        with filled.begin() as tx:
            contents = tx.inside(tx.records.of(PERSON))
            if not contents.by_uuid([uuid(2)]):
                deposit(contents, an_entry(2), number=2)
                tx.projections.keep("rec-1", contents.document_of(uuid(2)), Projection(pack_facts(other)))
        return reading(octets)

    assert rebuild(filled, meanwhile, after="rec-0").counts["same"] == 1
    assert (said(filled), said(filled, 2)) == (SAID, other)


def test_a_record_that_is_destroyed_while_it_is_read_again_leaves_nothing(filled: Store):
    def meanwhile(octets: bytes) -> Projection:
        with filled.begin() as tx:
            tx.looks.again("rec-1", NOW.date())
        with filled.begin() as tx:
            closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
            tx.records.change(replace(tx.records.get("rec-1"), state=RecordState.CLOSED, closure=closure), at=NOW)
        with filled.begin() as tx:
            tx.erasures.destroy(tx.records.get("rec-1"), Order("end-1", Ground.REQUEST, "anne", "basile"), at=NOW)
        return Projection(pack_facts(replace(SAID, allergies=())))

    found = rebuild(filled, meanwhile)

    assert (found.counts["renewed"], found.counts["unreadable"]) == (0, 0)
    with filled.connection() as connection:
        for table in (schema.projection, schema.health_look, schema.prescription):
            held = select(func.count()).select_from(table).where(table.c.record == "rec-1")
            assert connection.execute(held).scalar_one() == 0, table.name
