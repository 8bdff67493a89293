"""The queue of jobs: left with the act that makes them due, done at least once, by one worker at a time."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from dmp.record.errors import IncompleteRequest
from dmp.record.job import Job, JobKind, JobState
from dmp.record.notice import Address, Channel, Frequency, Message, Notice, NoticeKind, Timer, TimerKind
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.record.retention import Ground
from dmp.store import schema
from dmp.store.erasures import Order
from dmp.store.jobs import LEASE, MOST_ATTEMPTS, Jobs, wait_after
from dmp.store.outbox import next_digest
from dmp.store.tx import Conflict, Store
from store_builders import NOW, Rendezvous, a_record, at_once, opened

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ANNE = Address(Channel.EMAIL, "anne@example.org")
TOLD = Notice(NoticeKind.EMERGENCY_ACCESS, "session 1", ((ANNE,),))


def tell(store: Store, *notices: Notice, at=NOW, held: bool = False) -> None:
    with store.begin(held=held) as tx:
        tx.records.get("rec-1")
        for notice in notices or (TOLD,):
            tx.outbox.tell("rec-1", notice, at=at)


@pytest.fixture
def jobs(store: Store) -> Jobs:
    """The queue of a store with one record."""
    opened(store, a_record())
    return Jobs(store)


def rows(store: Store) -> list:
    with store.connection() as connection:
        return list(connection.execute(select(schema.job).order_by(schema.job.c.due)))


def taken(jobs: Jobs, worker: str = "w1", at=NOW) -> Job:
    job = jobs.take(worker, at)
    assert job is not None
    return job


# -- left with the act


def test_a_notice_is_a_job_that_is_due_at_once(jobs: Jobs):
    tell(jobs.store)

    job = taken(jobs)

    assert (job.kind, job.record, job.attempts, job.lease) == (JobKind.NOTICE, "rec-1", 1, NOW + LEASE)
    assert job.payload is not None
    assert msgspec.json.decode(job.payload, type=Message) == Message("emergency-access", (ANNE,))


def test_an_act_that_is_undone_leaves_nothing(jobs: Jobs):
    with pytest.raises(RuntimeError), jobs.store.begin() as tx:
        tx.records.get("rec-1")
        tx.outbox.tell("rec-1", TOLD, at=NOW)
        tx.outbox.remind("rec-1", [Timer(TimerKind.AUTHORISATION, "x", NOW)])
        raise RuntimeError

    assert rows(jobs.store) == []


def test_an_act_that_loses_a_race_leaves_nothing(jobs: Jobs):
    with pytest.raises(Conflict), jobs.store.begin() as tx:
        record = tx.records.get("rec-1")
        tx.outbox.tell("rec-1", TOLD, at=NOW)
        tx.records.change(replace(record, deceased=True), at=NOW)
        with jobs.store.begin() as other:
            other.records.change(replace(other.records.get("rec-1"), blocked=frozenset("x")), at=NOW)

    assert rows(jobs.store) == []


@pytest.mark.parametrize("held", [False, True])
def test_what_happens_twice_is_told_once(jobs: Jobs, held: bool):
    tell(jobs.store, TOLD, TOLD)
    tell(jobs.store, held=held)
    jobs.end(taken(jobs), "sent", NOW)
    tell(jobs.store, at=NOW + MINUTE, held=held)

    assert [row.state for row in rows(jobs.store)] == ["done"]


def test_two_acts_that_tell_the_same_at_once_tell_it_once(jobs: Jobs):
    meeting = Rendezvous()

    def act() -> None:
        for held in (False, True):
            try:
                with jobs.store.begin(held=held) as tx:
                    tx.records.get("rec-1")
                    tx.outbox.tell("rec-1", TOLD, at=NOW)
                    if not held:
                        meeting.wait()
            except Conflict:
                continue
            return
        raise AssertionError("an act run again fails no more")

    assert at_once(act, act) == [None, None]
    assert len(rows(jobs.store)) == 1


def test_each_person_is_told_by_a_job_of_his_own_and_who_has_no_address_by_one_that_says_so(jobs: Jobs):
    people = ((ANNE,), (Address(Channel.SMS, "+33612345678"),))
    tell(jobs.store, replace(TOLD, people=people), replace(TOLD, about="other", people=()))

    payloads = [taken(jobs).payload for _ in range(3)]

    told = Counter(len(msgspec.json.decode(payload or b"", type=Message).addresses) for payload in payloads)
    assert told == {1: 2, 0: 1}


def test_what_is_told_daily_makes_one_message_a_day(jobs: Jobs):
    daily = replace(TOLD, frequency=Frequency.DAILY)
    tell(jobs.store, daily, replace(daily, about="2"), replace(daily, kind=NoticeKind.AUTHORISATION_ENDED))
    tell(jobs.store, daily, at=NOW + DAY)

    first, second = rows(jobs.store)

    assert jobs.take("w1", NOW) is None
    job = taken(jobs, at=next_digest(NOW))
    assert job.id == first.id
    assert msgspec.json.decode(job.payload or b"", type=Message).text == "daily"
    assert second.due - first.due == DAY // timedelta(microseconds=1)


def test_the_message_of_the_day_leaves_at_six_in_france():
    assert next_digest(NOW).isoformat() == "2026-11-22T18:00:00+01:00"
    assert next_digest(NOW.replace(hour=17)).isoformat() == "2026-11-23T18:00:00+01:00"
    assert next_digest(NOW.replace(month=7)).isoformat() == "2026-07-22T18:00:00+02:00"


def test_a_timer_waits_for_its_day_and_comes_back_whole(jobs: Jobs):
    timer = Timer(TimerKind.ANNOUNCEMENT, "chain-1", due=NOW + 14 * DAY, over=NOW + 30 * DAY)
    with jobs.store.begin() as tx:
        tx.records.get("rec-1")
        tx.outbox.remind("rec-1", [timer])

    assert jobs.take("w1", NOW + 14 * DAY - MINUTE) is None
    job = taken(jobs, at=NOW + 14 * DAY)
    assert job.kind is JobKind.TIMER
    assert msgspec.json.decode(job.payload or b"", type=Timer) == timer


def test_nothing_of_anybody_is_in_clear_in_a_row(jobs: Jobs):
    tell(jobs.store)
    with jobs.store.begin() as tx:
        tx.records.get("rec-1")
        tx.outbox.remind("rec-1", [Timer(TimerKind.ANNOUNCEMENT, "chain-1", NOW)])

    told = b" ".join(v if isinstance(v, bytes) else str(v).encode() for row in rows(jobs.store) for v in row)

    for word in (b"anne", b"emergency", b"session", b"announcement", b"chain", b"email"):
        assert word not in told
    assert {len(row.sealed) for row in rows(jobs.store)} == {12 + 512 + 16}


def test_a_job_that_is_done_keeps_nothing_sealed(jobs: Jobs):
    tell(jobs.store)
    assert jobs.end(taken(jobs), "sent", NOW)
    (row,) = rows(jobs.store)
    assert (row.state, row.said, row.sealed, row.worker, row.lease) == ("done", "sent", b"", "", 0)


def test_what_was_to_be_said_of_a_destroyed_record_is_gone_with_it(jobs: Jobs):
    tell(jobs.store)
    with jobs.store.begin() as tx:
        closed = replace(
            tx.records.get("rec-1"), state=RecordState.CLOSED, closure=Closure(NOW, ClosingReason.PATIENT_REQUEST)
        )
        tx.erasures.destroy(tx.records.change(closed, at=NOW), Order("end-1", Ground.REQUEST, "a", "b"), at=NOW)

    assert taken(jobs).payload is None


# -- done by one worker at a time, at least once


def test_what_a_worker_holds_no_other_takes(jobs: Jobs):
    tell(jobs.store)
    taken(jobs, "w1")
    assert jobs.take("w2", NOW + LEASE - MINUTE) is None


def test_a_worker_that_dies_loses_its_job_and_its_word_counts_no_more(jobs: Jobs):
    tell(jobs.store)
    first = taken(jobs, "w1")
    later = NOW + LEASE

    second = taken(jobs, "w2", later)

    assert (second.id, second.attempts) == (first.id, 2)
    assert not jobs.end(first, "sent", later)
    assert jobs.fail(first, "late", later) is None
    assert jobs.end(second, "sent", later)
    assert not jobs.end(second, "sent", later)


def test_workers_that_take_at_once_never_take_the_same_job(jobs: Jobs):
    notices = [replace(TOLD, about=str(number)) for number in range(40)]
    tell(jobs.store, *notices)

    def work() -> list[str]:
        found = []
        while (job := jobs.take("w", NOW)) is not None:
            found.append(job.id)
        return found

    shares = at_once(work, work, work, work)

    every = Counter(name for share in shares for name in share)  # type: ignore[attr-defined]
    assert len(every) == 40
    assert set(every.values()) == {1}


def test_a_job_that_fails_waits_longer_each_time_and_is_dead_in_the_end(jobs: Jobs):
    tell(jobs.store)
    at, waits = NOW, []
    for _ in range(MOST_ATTEMPTS - 1):
        assert jobs.fail(taken(jobs, at=at), "TimeoutError", at) is JobState.WAITING
        waits.append(wait_after(len(waits) + 1))
        assert jobs.take("w1", at + waits[-1] - timedelta(seconds=1)) is None
        at += waits[-1]

    assert jobs.fail(taken(jobs, at=at), "TimeoutError", at) is JobState.DEAD
    assert [wait // MINUTE for wait in waits] == [1, 4, 16, 64, 256, 360, 360]
    assert jobs.take("w1", at + 365 * DAY) is None
    (line,) = jobs.listed(JobState.DEAD)
    assert (line.attempts, line.said, line.kind) == (MOST_ATTEMPTS, "TimeoutError", "notice")


def test_a_job_whose_workers_all_die_is_tried_a_bounded_number_of_times(jobs: Jobs):
    tell(jobs.store)
    at, times = NOW, 0
    while jobs.take("w1", at) is not None:
        times += 1
        at += LEASE

    assert times == MOST_ATTEMPTS
    (line,) = jobs.listed(JobState.DEAD)
    assert line.said == "worker-lost"


def test_what_is_not_worth_another_try_is_dead_at_once(jobs: Jobs):
    tell(jobs.store)
    assert jobs.fail(taken(jobs), "recipient-refused-550", NOW, again=False) is JobState.DEAD


def test_a_dead_job_can_be_tried_again_and_no_other(jobs: Jobs):
    tell(jobs.store)
    job = taken(jobs)
    with pytest.raises(IncompleteRequest, match="no dead job has this id"):
        jobs.retry(job.id, NOW)
    jobs.fail(job, "x", NOW, again=False)

    jobs.retry(job.id, NOW)

    again = taken(jobs)
    assert (again.id, again.attempts, again.payload) == (job.id, 1, job.payload)


def test_the_oldest_goes_first(jobs: Jobs):
    tell(jobs.store, replace(TOLD, about="late"), at=NOW + MINUTE)
    tell(jobs.store, replace(TOLD, about="early"))
    early, late = rows(jobs.store)

    assert [taken(jobs, at=NOW + DAY).id for _ in range(2)] == [early.id, late.id]


def test_what_is_over_for_long_is_forgotten_and_what_waits_is_not(jobs: Jobs):
    tell(jobs.store, *(replace(TOLD, about=str(number)) for number in range(3)))
    jobs.end(taken(jobs), "sent", NOW)
    jobs.fail(taken(jobs), "x", NOW, again=False)

    assert jobs.forget(NOW + 30 * DAY) == 0
    assert jobs.forget(NOW + 30 * DAY + MINUTE) == 1
    assert jobs.forget(NOW + 366 * DAY) == 1
    assert [row.state for row in rows(jobs.store)] == ["waiting"]
