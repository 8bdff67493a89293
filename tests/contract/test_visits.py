"""What somebody read on a day, counted in the database and remembered by each worker (security 10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from dmp.record.visit import Clearance
from dmp.store.lane import Lane
from dmp.store.tx import Store
from dmp.store.visits import Diary, Known, Visits
from store_builders import at_once
from stores import opened_store

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOCTOR = "899900000101"


def visit(store: Store, record: str, at: datetime = AT, *, person: str = DOCTOR, slack: int = 1) -> int | None:
    """Read a record, whatever the number; gives how many others were read before."""
    with store.begin() as tx:
        day = tx.visits.day(person, record, at, slack=slack)
        tx.visits.begin(person, record, at)
    return day.others


def let_in(store: Store, record: str, limit: int) -> bool:
    """Read a record unless it would be the patient of that number."""
    with store.begin() as tx:
        day = tx.visits.day(DOCTOR, record, AT, slack=1)
        if day.others is not None and day.others + 1 >= limit:
            tx.visits.drop(DOCTOR, record, AT)
            return False
        tx.visits.begin(DOCTOR, record, AT)
    return True


@contextmanager
def another_worker(store: Store) -> Iterator[Store]:
    """The same database, seen by a process that remembers nothing of the first one."""
    mine, store._diary = store._diary, Diary()
    yield store
    store._diary = mine


@contextmanager
def statements() -> Iterator[list[str]]:
    told: list[str] = []
    Lane.notice = lambda text, _values: told.append(text)
    try:
        yield told
    finally:
        Lane.notice = None


def test_each_other_patient_of_the_day_counts_once(store: Store):
    assert [visit(store, record) for record in ("a", "b", "a", "c", "b")] == [0, 1, None, 2, None]


def test_days_and_persons_are_apart(store: Store):
    visit(store, "a")
    assert visit(store, "b", person="somebody else") == 0
    assert visit(store, "b", AT + timedelta(days=1)) == 0


def test_a_day_ends_at_midnight_in_france(store: Store):
    visit(store, "a", datetime(2026, 3, 2, 22, 59, tzinfo=UTC))
    assert visit(store, "b", datetime(2026, 3, 2, 23, 1, tzinfo=UTC)) == 0


def test_a_second_act_on_the_same_record_asks_nothing_of_the_database(store: Store):
    visit(store, "a")
    with statements() as told:
        assert visit(store, "a") is None
    assert told == []


def test_where_the_brake_is_far_a_worker_goes_on_with_what_it_counted(store: Store):
    visit(store, "a", slack=10)
    with statements() as told:
        assert visit(store, "b", slack=10) == 1
    assert [text.split()[0] for text in told] == ["INSERT"]


def test_what_another_worker_let_in_is_in_the_number(store: Store):
    visit(store, "a")
    with another_worker(store):
        assert visit(store, "b") == 1
        assert visit(store, "a") is None
    assert visit(store, "c") == 2


def test_an_act_that_was_undone_does_not_count_for_long(store: Store):
    with store.begin() as tx:
        tx.visits.day(DOCTOR, "a", AT, slack=1)
    assert visit(store, "b") == 1
    assert visit(store, "c", AT + timedelta(minutes=2)) == 1


def test_an_act_that_was_undone_is_forgotten_by_who_reads_without_a_pause(store: Store):
    with store.begin() as tx:
        tx.visits.day(DOCTOR, "undone", AT, slack=1)
    counts = [visit(store, f"rec-{n}", AT + timedelta(seconds=25 * n)) for n in range(1, 5)]
    assert counts == [1, 2, 2, 3]


def test_workers_at_once_pass_the_limit_by_no_more_than_their_number(store: Store, tmp_path):
    url = store.engine.url.render_as_string(hide_password=False)
    records = [f"rec-{number}" for number in range(24)]

    def read_all(worker: Store, mine: list[str]) -> list[str]:
        return [record for record in mine if let_in(worker, record, limit=10)]

    with opened_store(url, tmp_path) as second:
        let = at_once(lambda: read_all(store, records[::2]), lambda: read_all(second, records[1::2]))

    total = sum(len(read) for read in let if isinstance(read, list))
    assert all(isinstance(read, list) for read in let), let
    assert 9 <= total <= 9 + 2


def test_a_visit_that_is_committed_while_another_thread_counts_is_not_lost(store: Store, monkeypatch):
    count, met = Visits._read, []

    def counted_too_early(visits: Visits, *about) -> Known:
        known = count(visits, *about)
        if not met:
            met.append("rec-a")
            assert let_in(store, "rec-a", limit=10)
        return known

    monkeypatch.setattr(Visits, "_read", counted_too_early)
    with store.begin() as tx:
        assert tx.visits.day(DOCTOR, "rec-b", AT, slack=1).others == 1


def test_threads_of_one_worker_never_pass_the_limit(store: Store):
    def read_all(mine: list[str]) -> int:
        return sum(let_in(store, record, limit=10) for record in mine)

    records = [f"rec-{number}" for number in range(24)]
    counts = at_once(lambda: read_all(records[::2]), lambda: read_all(records[1::2]))

    assert sum(count for count in counts if isinstance(count, int)) == 9, counts


def test_visits_of_days_that_are_over_are_forgotten(store: Store):
    visit(store, "a")
    store.forget_visits(AT + timedelta(days=1))
    with another_worker(store):
        assert visit(store, "b") == 0


def test_what_two_operators_decided_goes_with_the_day(store: Store):
    until = AT + timedelta(hours=3)
    with store.begin() as tx:
        tx.clearances.set(Clearance(DOCTOR, until=until))
    with store.begin() as tx:
        day = tx.visits.day(DOCTOR, "a", AT, slack=1)
        assert tx.clearances.of(DOCTOR) == Clearance(DOCTOR, until=until)
        assert [known.person for known in tx.clearances.all()] == [DOCTOR]
    assert (day.approved(AT), day.approved(until), day.stopped) == (True, False, False)


def test_a_decision_is_known_to_a_worker_within_a_minute(store: Store):
    visit(store, "a")
    with store.begin() as tx:
        tx.clearances.set(Clearance(DOCTOR, stopped=AT))
    with store.begin() as tx:
        known = [tx.visits.day(DOCTOR, "a", AT + timedelta(seconds=s), slack=1).stopped for s in (59, 61)]
    assert known == [False, True]
