"""What was seen once is not seen a first time again, by whichever worker."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dmp.access.policy import load_policy
from dmp.actions.record_life import CloseRecord, ReopenRecord
from dmp.gate import Gate
from dmp.record.actor import Caller, Operator
from dmp.record.errors import InvalidMessage
from dmp.record.record import ClosingReason
from dmp.store import schema
from dmp.store.tx import Conflict, Store
from store_builders import NOW, PERSON, Rendezvous, a_record, at_once, opened

LATER = NOW + timedelta(hours=1)


def test_a_message_is_seen_a_first_time_once(store: Store):
    with store.begin() as tx:
        assert tx.replays.first("urn:uuid:m1", until=LATER)
        assert not tx.replays.first("urn:uuid:m1", until=LATER)
    with pytest.raises(Conflict), store.begin() as tx:
        tx.replays.first("urn:uuid:m1", until=LATER)
    with store.begin(held=True) as tx:
        assert not tx.replays.first("urn:uuid:m1", until=LATER)
        assert tx.replays.first("urn:uuid:m2", until=LATER)


def test_an_assertion_serves_its_holder_again_and_nobody_else(store: Store):
    def seen(content: str, holder: str) -> bool:
        with store.begin() as tx:
            return tx.replays.first_or_same("_a1", content=content, holder=holder, until=LATER)

    assert seen("digest", "holder")
    assert seen("digest", "holder")
    assert not seen("digest", "somebody else")
    assert not seen("another digest", "holder")
    assert seen("digest", "holder")


def test_what_an_undone_act_saw_was_not_seen(store: Store):
    try:
        with store.begin() as tx:
            tx.replays.first("urn:uuid:m1", until=LATER)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass

    with store.begin() as tx:
        assert tx.replays.first("urn:uuid:m1", until=LATER)


def test_of_two_acts_that_bring_one_message_at_once_one_is_the_first(store: Store):
    meeting = Rendezvous()

    def bring() -> bool:
        with store.begin() as tx:
            first = tx.replays.first("urn:uuid:m1", until=LATER)
            meeting.wait()
            return first

    outcomes = at_once(bring, bring)

    assert outcomes.count(True) == 1
    assert outcomes.count(False) + sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1


def test_only_what_is_past_its_window_is_forgotten(store: Store):
    with store.begin() as tx:
        tx.replays.first("past", until=NOW - timedelta(microseconds=1))
        tx.replays.first("now", until=NOW)
        tx.replays.first("later", until=LATER)

    with store.begin() as tx:
        tx.replays.forget(before=NOW)
    with store.begin(held=True) as tx:
        assert [tx.replays.first(name, until=LATER) for name in ("past", "now", "later")] == [True, False, False]


def test_a_message_that_was_seen_is_told_so_whatever_its_act_would_have_answered(store: Store):
    """Also when the act refuses, which ends it before the commit that would have found the message."""
    numbers = iter(range(1, 100))
    gate = Gate(store, load_policy(), new_id=lambda: f"00000000-0000-7000-8000-{next(numbers):012d}", release="test")
    anne = Caller(Operator("anne"), message="urn:uuid:m1")
    opened(store, a_record())
    gate.perform(anne, CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST), NOW)

    for again in (CloseRecord(PERSON, ClosingReason.ERROR), ReopenRecord(PERSON, consent=None)):
        with pytest.raises(InvalidMessage) as refused:
            gate.perform(anne, again, NOW)
        assert refused.value.subcode == "dmp:DuplicateMessageID"

    with store.connection() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.trace)) == 3
