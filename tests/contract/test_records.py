"""Records: found by any identifier, one per person, every version kept."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from dmp.record.errors import StorageUnavailable
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.record import (
    Attending,
    Authorisation,
    ClosingReason,
    Closure,
    Consent,
    Oppositions,
    Record,
    RecordState,
)
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.tx import Conflict, Store
from store_builders import (
    NIA,
    NOW,
    PERSON,
    SOMEBODY_ELSE,
    Rendezvous,
    a_record,
    another_record,
    at_once,
    opened,
)

WAITING_NUMBER = PatientId("899999999999999", NIA)

A_FULL_RECORD = Record(
    key="rec-1",
    identifiers=(PERSON, WAITING_NUMBER),
    state=RecordState.CLOSED,
    opened=NOW,
    traits=IdentityTraits("DUPUIS", "MARIE", "MARIE ANNE", "1979-00-00", Sex.FEMALE, "35238", "MARTIN", "ANNE"),
    contact=Contact((("postalCode", "75007"), ("city", "PARIS")), (("MC", "tel:0600000000"),)),
    guardians=(Guardian("MTH", "DUPUIS", "JEANNE", Contact(), SOMEBODY_ELSE),),
    consent=Consent(NOW, "899900012345"),
    closure=Closure(NOW, ClosingReason.DEATH, "constaté"),
    oppositions=Oppositions(break_glass=True),
    emergency_reads_masked=True,
    hide_everything=True,
    linked_to_portal=True,
    portal_account=True,
    deceased=True,
    authorisations=(Authorisation("899900012345", NOW, NOW + timedelta(days=365), "899900012345", last_action=NOW),),
    blocked=frozenset({"899900099999", "499900012345001"}),
    attending=(Attending("899900012345", NOW, confirmed=True),),
    visibility={"urn:uuid:chain": Visibility(masked=True, hidden_from_patient_since=NOW, hidden_from_guardians=True)},
)


def test_everything_a_record_holds_comes_back(store: Store):
    opened(store, A_FULL_RECORD)

    with store.begin() as tx:
        assert tx.records.get("rec-1") == A_FULL_RECORD


def test_a_record_is_found_by_any_identifier_the_person_ever_had(store: Store):
    opened(store, a_record(identifiers=(PERSON, WAITING_NUMBER)), another_record())

    with store.begin() as tx:
        found = [tx.records.of(patient) for patient in (PERSON, WAITING_NUMBER, SOMEBODY_ELSE)]
    assert [record and record.key for record in found] == ["rec-1", "rec-1", "rec-2"]


def test_an_unknown_person_has_no_record(store: Store):
    opened(store, a_record())

    with store.begin() as tx:
        assert tx.records.of(PatientId(PERSON.number, NIA)) is None
        assert tx.records.of(SOMEBODY_ELSE) is None


def test_an_identifier_given_twice_counts_once(store: Store):
    opened(store, a_record(identifiers=(PERSON, PERSON)))

    with store.begin() as tx:
        assert tx.records.of(PERSON) is not None


def test_a_second_record_for_an_identifier_of_the_same_person_is_a_conflict(store: Store):
    opened(store, a_record(identifiers=(PERSON, WAITING_NUMBER)))

    with pytest.raises(Conflict):
        opened(store, another_record(identifiers=(SOMEBODY_ELSE, WAITING_NUMBER)))

    with store.begin() as tx:
        assert tx.records.of(SOMEBODY_ELSE) is None


def test_of_two_transactions_that_open_the_record_of_one_person_one_wins(store: Store):
    meeting = Rendezvous()

    def open_one(key: str) -> str:
        with store.begin() as tx:
            known = tx.records.of(PERSON)
            meeting.wait()
            if known is not None:
                return "known"
            tx.records.add(a_record(key=key))
            return "opened"

    outcomes = at_once(partial(open_one, "rec-1"), partial(open_one, "rec-2"))

    assert outcomes.count("opened") == 1
    assert "known" in outcomes or any(isinstance(outcome, Conflict) for outcome in outcomes)
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.record)) == 1


def test_whoever_gives_the_identifiers_in_another_order_still_meets_the_same_record(store: Store):
    meeting = Rendezvous()

    def open_one(key: str, identifiers: tuple[PatientId, ...]) -> None:
        with store.begin() as tx:
            meeting.wait()
            tx.records.add(a_record(key=key, identifiers=identifiers))

    outcomes = at_once(
        partial(open_one, "rec-1", (PERSON, WAITING_NUMBER)), partial(open_one, "rec-2", (WAITING_NUMBER, PERSON))
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]


def test_a_change_is_the_next_version_and_the_one_before_is_kept(store: Store):
    opened(store, a_record())

    with store.begin() as tx:
        record = tx.records.get("rec-1")
        changed = tx.records.change(replace(record, state=RecordState.CLOSED), at=NOW)
        again = tx.records.change(replace(changed, deceased=True), at=NOW + timedelta(microseconds=1))

    assert (changed.version, again.version) == (2, 3)
    with store.begin() as tx:
        assert tx.records.of(PERSON) == again
    with store.engine.connect() as connection:
        kept = connection.execute(select(schema.record_history).order_by(schema.record_history.c.version)).all()
        state = connection.scalar(select(schema.record.c.state))
    assert [(row.version, row.at) for row in kept] == [(1, 1795339800000000), (2, 1795339800000001)]
    assert state == "FERME"


def test_a_change_of_a_version_that_is_no_longer_there_fails_the_transaction(store: Store):
    opened(store, a_record())

    with pytest.raises(ValueError, match="the version that is there"), store.begin() as tx:
        record = tx.records.get("rec-1")
        tx.records.change(replace(record, blocked=frozenset({"899900099999"})), at=NOW)
        tx.records.change(replace(record, deceased=True), at=NOW)

    with store.begin() as tx:
        assert tx.records.get("rec-1") == a_record()


def test_changes_made_at_once_wait_for_each_other_and_none_is_lost(store: Store):
    opened(store, a_record())

    def block(number: int) -> None:
        with store.begin(held=True) as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            tx.records.change(replace(record, blocked=record.blocked | {f"8999000{number:05d}"}), at=NOW)

    outcomes = at_once(*(partial(block, number) for number in range(8)))

    assert outcomes == [None] * 8
    with store.begin() as tx:
        record = tx.records.get("rec-1")
    assert record.version == 9
    assert record.blocked == {f"8999000{number:05d}" for number in range(8)}


def test_the_sealed_row_of_one_record_does_not_open_as_that_of_another(store: Store):
    opened(store, a_record(), another_record())
    with store.engine.begin() as connection:
        sealed = connection.scalar(select(schema.record.c.sealed).where(schema.record.c.record == "rec-1"))
        connection.execute(update(schema.record).where(schema.record.c.record == "rec-2").values(sealed=sealed))

    with store.begin() as tx, pytest.raises(StorageUnavailable, match="a sealed record does not open"):
        tx.records.get("rec-2")


def test_an_older_version_cannot_stand_in_for_the_current_one(store: Store):
    opened(store, a_record())
    with store.begin() as tx:
        record = tx.records.get("rec-1")
        tx.records.change(replace(record, blocked=frozenset({"899900099999"})), at=NOW)
    with store.engine.begin() as connection:
        connection.execute(
            update(schema.record).values(sealed=select(schema.record_history.c.sealed).scalar_subquery())
        )

    with store.begin() as tx, pytest.raises(StorageUnavailable, match="a sealed record does not open"):
        tx.records.get("rec-1")
