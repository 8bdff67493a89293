"""Leads are written with each record, and say no word (TD0.4, TD0.5, security 12.3)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from dmp.record.leads import lead_to_birth, leads_to_readable
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import Authorisation, ClosingReason, Closure, Oppositions, Record, RecordState
from dmp.record.retention import Ground
from dmp.store import schema
from dmp.store.check import check
from dmp.store.erasures import Order
from dmp.store.lead_upkeep import complete_leads
from dmp.store.tx import Store
from store_builders import NOW, PERSON, a_record, another_record, at_once, opened

YEAR = timedelta(days=365)
DOCTOR = "899900000101"
GIVEN = Authorisation(DOCTOR, NOW, NOW + YEAR, DOCTOR, last_action=NOW)
TRAITS = IdentityTraits("LEGOFF", "ZOE", "ZOE", "1979-03-28", Sex.FEMALE)
ALL = {"authorisations": (GIVEN,), "traits": TRAITS}


def readable(store: Store, subject: str = DOCTOR) -> list[str]:
    with store.begin() as tx:
        return tx.leads.records_of(leads_to_readable(subject, at=NOW))


def alike(store: Store) -> list[str]:
    with store.begin() as tx:
        return tx.leads.records_of([lead_to_birth("LeGoff", "1979-03-28")])


def count(store: Store) -> int:
    with store.connection() as connection:
        return connection.execute(select(func.count()).select_from(schema.lead)).scalar_one()


def change(store: Store, **changes) -> None:
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.records.change(replace(record, **changes), at=NOW)


def test_a_record_is_found_by_whom_it_lets_in_and_by_the_traits_of_the_person(store: Store):
    opened(store, a_record(**ALL), another_record())
    assert (readable(store), alike(store)) == (["rec-1"], ["rec-1"])
    assert readable(store, "899900000102") == []


@pytest.mark.parametrize("place", [0, 15, 16, 39])
def test_however_many_leads_are_asked_for_none_is_left_out(store: Store, place: int):
    opened(store, a_record(**ALL), another_record())
    asked = [lead_to_birth("LeGoff", f"1950-01-{day:02d}") for day in range(40)]
    with store.begin() as tx:
        assert tx.leads.records_of(asked) == []
        assert tx.leads.records_of([]) == []
        assert tx.leads.records_of([*asked[:place], lead_to_birth("LeGoff", "1979-03-28"), *asked[place:]]) == ["rec-1"]


def test_leads_follow_every_change_of_the_record(store: Store):
    opened(store, a_record())
    assert count(store) == 0

    change(store, **ALL)
    assert (readable(store), alike(store), count(store)) == (["rec-1"], ["rec-1"], 3)

    change(store, authorisations=(replace(GIVEN, until=NOW),), oppositions=Oppositions(emergency_dispatch=True))
    assert (readable(store), alike(store), count(store)) == ([], [], 0)


def test_leads_follow_several_changes_of_one_transaction(store: Store):
    opened(store, a_record(**ALL))
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        without = tx.records.change(replace(record, authorisations=()), at=NOW)
        tx.records.change(replace(without, authorisations=(GIVEN,)), at=NOW)
    assert readable(store) == ["rec-1"]


def test_a_transaction_that_is_undone_leaves_no_lead(store: Store):
    opened(store, a_record())
    with pytest.raises(RuntimeError), store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.records.change(replace(record, authorisations=(GIVEN,)), at=NOW)
        raise RuntimeError
    assert count(store) == 0


def test_two_who_let_somebody_in_at_once_leave_one_lead(store: Store):
    opened(store, a_record())

    def let_in() -> None:
        change(store, authorisations=(GIVEN,))

    ended = at_once(let_in, let_in)

    assert readable(store) == ["rec-1"]
    assert count(store) == 1
    assert None in ended


def test_a_destroyed_record_has_no_lead(store: Store):
    closed = {"state": RecordState.CLOSED, "closure": Closure(NOW, ClosingReason.PATIENT_REQUEST)}
    opened(store, a_record(**ALL))
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        ended = tx.records.change(replace(record, **closed), at=NOW)
        tx.erasures.destroy(ended, Order("e-1", Ground.RETENTION, "op", "other"), at=NOW)
    assert count(store) == 0


def test_the_table_says_no_word(store: Store):
    opened(store, a_record(**ALL))
    with store.connection() as connection:
        rows = connection.execute(select(schema.lead)).all()
    said = b"".join(bytes(row.token) + row.record.encode() for row in rows)
    assert all(len(row.token) == 16 for row in rows)
    for word in (b"LEGOFF", b"ZOE", b"1979", DOCTOR.encode(), b"2026"):
        assert word not in said


def test_a_lead_that_is_missing_is_told_by_the_check_and_written_again(store: Store):
    opened(store, a_record(**ALL))
    assert check(store).sound
    with store.connection() as connection:
        connection.execute(delete(schema.lead))
    assert [fault.what for fault in check(store).faults] == ["a list or a search that should lead to it does not"]

    assert complete_leads(store) == 1

    assert check(store).sound
    assert readable(store) == ["rec-1"]
    assert complete_leads(store) == 0


def test_what_leads_to_no_record_is_told_by_the_check(store: Store):
    opened(store, a_record())
    with store.connection() as connection:
        connection.execute(schema.lead.insert(), {"token": b"x" * 16, "record": "rec-9"})
    assert [(fault.record, fault.what) for fault in check(store).faults] == [("rec-9", "a row of lead has no record")]


def test_a_record_that_opens_no_more_is_passed_over(store: Store):
    destroyed: Record = a_record(**ALL, state=RecordState.CLOSED, closure=Closure(NOW, ClosingReason.PATIENT_REQUEST))
    opened(store, destroyed)
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.erasures.destroy(record, Order("e-1", Ground.RETENTION, "op", "other"), at=NOW)
    assert complete_leads(store) == 0
