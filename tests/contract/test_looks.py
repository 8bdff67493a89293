"""The days on which reminders are worked out, on both engines: kept with each record, in their order (RM-9)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.record.retention import Ground
from dmp.store import schema
from dmp.store.erasures import Order
from dmp.store.look_queue import LookQueue
from dmp.store.looks import START
from dmp.store.tx import Store
from store_builders import NOW, PERSON, a_record, another_record, opened

TODAY = date(2026, 11, 22)


def due(store: Store, day: date = TODAY) -> list[str]:
    return [record for _, record in LookQueue(store).due(day, START)]


def rows(store: Store) -> int:
    with store.connection() as connection:
        return connection.execute(select(func.count()).select_from(schema.health_look)).scalar_one()


def again(store: Store, key: str, day: date, **how) -> None:
    with store.begin() as tx:
        tx.looks.again(key, day, **how)


@pytest.fixture
def two(store: Store) -> Store:
    opened(store, a_record(), another_record())
    return store


def test_a_record_is_due_from_its_opening_on(two: Store):
    assert due(two) == ["rec-1", "rec-2"]


def test_a_record_waits_until_its_day(two: Store):
    LookQueue(two).put_off("rec-1", TODAY + timedelta(days=1))
    assert due(two) == ["rec-2"]
    assert due(two, TODAY + timedelta(days=1)) == ["rec-2", "rec-1"]


def test_those_that_have_waited_longest_come_first_and_a_place_leads_on(two: Store):
    opened(two, *[a_record(key=f"rec-{n}", identifiers=()) for n in range(3, 8)])
    for number in range(1, 8):
        again(two, f"rec-{number}", TODAY - timedelta(days=number % 3))
    queue = LookQueue(two)
    places = queue.due(TODAY, START)
    assert [record for _, record in places] == ["rec-2", "rec-5", "rec-1", "rec-4", "rec-7", "rec-3", "rec-6"]
    for number, place in enumerate(places, start=1):
        assert queue.due(TODAY, place) == places[number:]


def test_more_than_one_handful_is_given_in_several(two: Store):
    opened(two, *[a_record(key=f"many-{n:04d}", identifiers=()) for n in range(600)])
    queue, place, seen = LookQueue(two), START, []
    while found := queue.due(TODAY, place):
        seen += [record for _, record in found]
        place = found[-1]
    assert len(seen) == len(set(seen)) == 602


def test_the_rules_of_the_last_time_stay_until_others_are_said(two: Store):
    def rules() -> str:
        with two.begin() as tx:
            return tx.looks.rules("rec-1")

    assert rules() == ""
    again(two, "rec-1", TODAY, rules="0123456789abcdef")
    again(two, "rec-1", TODAY + timedelta(days=1))
    assert rules() == "0123456789abcdef"


def test_the_last_day_that_there_is_fits(two: Store):
    again(two, "rec-1", date.max)
    assert due(two, date.max) == ["rec-2", "rec-1"]


def test_what_is_undone_moves_no_day(two: Store):
    with pytest.raises(ZeroDivisionError), two.begin() as tx:
        tx.looks.again("rec-1", TODAY + timedelta(days=9))
        raise ZeroDivisionError
    assert due(two) == ["rec-1", "rec-2"]


def test_the_day_goes_with_a_record_that_is_destroyed(two: Store):
    with two.begin() as tx:
        closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
        tx.records.change(replace(tx.records.get("rec-1"), state=RecordState.CLOSED, closure=closure), at=NOW)
    with two.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        tx.erasures.destroy(record, Order("end-1", Ground.REQUEST, "anne", "basile"), at=NOW)
    assert due(two) == ["rec-2"]
    assert rows(two) == 1


def test_a_record_that_is_closed_keeps_its_day(two: Store):
    with two.begin() as tx:
        tx.records.change(replace(tx.records.get("rec-1"), state=RecordState.CLOSED), at=NOW)
    assert rows(two) == 2
