"""Objects carried from one record into another: sealed anew, placed there, with their octets; or nothing at all."""

import pytest
from sqlalchemy import select

from dmp.access.policy import load_policy
from dmp.actions.destroy_record import DestroyRecord
from dmp.actions.merge_records import ConfirmMerge, ProposeMerge
from dmp.actions.record_life import CloseRecord
from dmp.gate import Gate
from dmp.record.actor import Caller, Operator
from dmp.record.errors import IncompleteRequest
from dmp.record.record import ClosingReason, RecordState
from dmp.record.retention import Ground
from dmp.store import schema
from dmp.store.tx import Store, Tx
from store_builders import (
    NOW,
    PERSON,
    SOMEBODY_ELSE,
    a_link,
    a_lot_of,
    a_record,
    an_entry,
    another_record,
    deposited,
    opened,
    uuid,
)
from xds_builders import Octets

ALICE, BOB = Caller(Operator("alice"), reason="x"), Caller(Operator("bob"), reason="x")
LETTER = Octets(b"a letter that moves")


@pytest.fixture
def two(store: Store) -> Store:
    """A record with two entries of one lot, and another one with one entry."""
    opened(store, a_record(), another_record())
    deposited(store, an_entry(1), an_entry(2), content=LETTER)
    deposited(store, an_entry(3), number=2, patient=SOMEBODY_ELSE)
    return store


@pytest.fixture
def gate(two: Store) -> Gate:
    names = iter(range(1, 1000))
    return Gate(two, load_policy(), new_id=lambda: f"00000000-0000-7000-8000-{next(names):012d}", release="test")


def inside(tx: Tx, key: str = "rec-1"):
    return tx.inside(tx.records.get(key))


def documents(store: Store) -> set[tuple[str, str]]:
    with store.connection() as connection:
        return {tuple(row) for row in connection.execute(select(schema.document.c.record, schema.document.c.id))}


def merged(gate: Gate) -> None:
    gate.perform(ALICE, ProposeMerge(PERSON, SOMEBODY_ELSE), NOW)
    gate.perform(BOB, ConfirmMerge(PERSON, SOMEBODY_ELSE), NOW)


def test_what_moves_is_there_with_its_octets_and_not_here_any_more(two: Store):
    with two.begin() as tx:
        source, target = inside(tx), inside(tx, "rec-2")
        everything = [each.uuid for each in (*source.entries(), *source.lots(), *source.links())]
        tx.moving.move(everything, source="rec-1", target="rec-2")

    with two.begin() as tx:
        source, target = inside(tx), inside(tx, "rec-2")
        assert (source.entries(), source.lots(), source.links(), source.documents()) == ((), (), (), ())
        assert [entry.uuid for entry in target.entries()] == [uuid(1), uuid(2), uuid(3)]
        assert target.read_document(uuid(1)) == LETTER.read()
        assert (tx.places.record_of(uuid(1)), tx.places.record_of(uuid(3))) == ("rec-2", "rec-2")
        assert target.entries_of_lots()[a_lot_of(1).uuid] == {uuid(1), uuid(2)}
    assert {record for record, _ in documents(two)} == {"rec-2"}


def test_octets_that_both_sides_share_become_each_ones_own(two: Store):
    with two.begin() as tx:
        source = inside(tx)
        source.add_entry(an_entry(4), lot=a_lot_of(1).uuid, document=source.document_of(uuid(1)))
    with two.begin() as tx:
        inside(tx), inside(tx, "rec-2")
        tx.moving.move([uuid(1)], source="rec-1", target="rec-2")

    with two.begin() as tx:
        source, target = inside(tx), inside(tx, "rec-2")
        assert source.read_document(uuid(4)) == target.read_document(uuid(1)) == LETTER.read()
        assert source.document_of(uuid(4)) != target.document_of(uuid(1))
    with two.begin() as tx:
        target = inside(tx, "rec-2")
        target.remove_document(target.document_of(uuid(1)))
    with two.begin() as tx:
        assert inside(tx).read_document(uuid(4)) == LETTER.read()


def test_a_lot_that_is_copied_is_in_both(two: Store):
    with two.begin() as tx:
        inside(tx), inside(tx, "rec-2")
        tx.moving.move([uuid(1)], source="rec-1", target="rec-2", copied=[a_lot_of(1).uuid])
    with two.begin() as tx:
        for key in ("rec-1", "rec-2"):
            assert a_lot_of(1).uuid in {lot.uuid for lot in inside(tx, key).lots()}


def test_a_merge_that_fails_leaves_both_as_they_were(gate: Gate):
    with gate.store.begin() as tx:
        inside(tx, "rec-2").add_links([a_link(uuid(3), uuid(3), number=100)])
    before = documents(gate.store)
    with pytest.raises(IncompleteRequest):
        merged(gate)
    with gate.store.begin() as tx:
        assert [entry.uuid for entry in inside(tx).entries()] == [uuid(1), uuid(2)]
        assert [entry.uuid for entry in inside(tx, "rec-2").entries()] == [uuid(3)]
        assert tx.records.of(PERSON) is not None
        assert tx.records.get("rec-1").state is RecordState.ACTIVE
    assert documents(gate.store) == before


def test_the_record_that_an_identifier_leads_to_is_the_one_that_absorbed_it(gate: Gate):
    merged(gate)
    with gate.store.begin() as tx:
        for patient in (PERSON, SOMEBODY_ELSE):
            record = tx.records.of(patient)
            assert record is not None
            assert (record.key, record.identifiers) == ("rec-2", (SOMEBODY_ELSE, PERSON))


def test_a_destroyed_record_takes_the_keys_of_those_it_absorbed_along(gate: Gate):
    merged(gate)
    gate.perform(ALICE, CloseRecord(SOMEBODY_ELSE, ClosingReason.PATIENT_REQUEST), NOW)
    gate.perform(ALICE, DestroyRecord(SOMEBODY_ELSE, confirmed_by="bob", ground=Ground.REQUEST), NOW)
    with gate.store.begin() as tx:
        assert tx.records.of(PERSON) is None
        assert tx.records.of(SOMEBODY_ELSE) is None
        assert (tx.records.find("rec-1"), tx.records.find("rec-2")) == (None, None)
        assert {each.certificate.record for each in tx.erasures.of(PERSON)} == {"rec-1", "rec-2"}
    assert documents(gate.store) == set()
    opened(gate.store, a_record(key="rec-3"), another_record(key="rec-4"))
    with gate.store.begin() as tx:
        assert tx.records.of(PERSON).key == "rec-3"
