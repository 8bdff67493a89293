"""How an act is written: one message to the server, all or nothing, also when another act came first."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select

from dmp.gate import ATTEMPTS
from dmp.record.errors import StorageUnavailable
from dmp.store import schema, statements
from dmp.store.lane import MOST_JOINED, Batch
from dmp.store.snapshot import reading, snapshot
from dmp.store.statements import Prepared, joined
from dmp.store.tx import Conflict, Store
from store_builders import NOW, PERSON, a_record, an_entry, at_once, deposit, deposited, opened


def test_the_writes_of_an_act_become_one_statement_with_their_own_parameters():
    whole = joined((statements.ADD_PLACE, statements.ADD_IDENTIFIER))

    assert " ".join(whole.sql.split()) == (
        "WITH part_0 AS (INSERT INTO place (token, record) VALUES (%(0_token)s, %(0_record)s::VARCHAR)) "
        "INSERT INTO identifier (token, record) VALUES (%(1_token)s, %(1_record)s::VARCHAR)"
    )
    assert whole.values([{"token": b"a", "record": "r", "more": 1}, {"token": b"b", "record": "s"}]) == {
        "0_token": b"a",
        "0_record": "r",
        "1_token": b"b",
        "1_record": "s",
    }


def test_a_row_of_a_record_is_written_once_and_first():
    batch = Batch()
    batch.add(statements.ADD_PLACE, {"token": b"a"})
    batch.touch("rec-2", statements.TOUCH_RECORD, {"key": "rec-2", "seen": 1})
    batch.touch("rec-1", statements.TOUCH_RECORD, {"key": "rec-1", "seen": 1})
    batch.touch("rec-1", statements.CHANGE_RECORD, {"key": "rec-1", "seen": 1, "new_state": "x"})

    keys = [rows[0].get("key") for _, rows in batch.in_order()]

    assert keys == ["rec-1", "rec-2", None]
    assert next(iter(batch.in_order()))[0] is statements.CHANGE_RECORD


def test_an_act_of_more_writes_than_one_statement_takes_is_written_too(store: Store):
    opened(store, a_record())
    count = MOST_JOINED + 5

    with store.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        for number in range(1, count):
            deposit(contents, an_entry(number), number=number)

    with store.begin() as tx:
        assert len(tx.inside(tx.records.get("rec-1")).entries()) == count - 1


def test_two_acts_of_which_one_came_first_the_other_writes_nothing_at_all(store: Store):
    opened(store, a_record())

    with pytest.raises(Conflict), store.begin() as late:
        record = late.records.get("rec-1")
        late.replays.first("urn:uuid:late", until=NOW)
        late.records.change(replace(record, deceased=True), at=NOW)
        deposited(store, an_entry())

    with store.begin(held=True) as tx:
        assert not tx.records.get("rec-1").deceased
        assert tx.replays.first("urn:uuid:late", until=NOW)


def test_acts_that_hold_what_they_read_come_one_after_the_other(store: Store):
    opened(store, a_record())

    def block(number: int) -> None:
        with store.begin(held=True) as tx:
            record = tx.records.of(PERSON)
            assert record is not None
            tx.records.change(replace(record, blocked=record.blocked | {str(number)}), at=NOW)

    assert at_once(*(partial(block, number) for number in range(6))) == [None] * 6
    with store.begin() as tx:
        assert tx.records.get("rec-1").blocked == {str(number) for number in range(6)}


def test_a_reading_sees_a_record_and_its_contents_of_one_moment(store: Store):
    """What hides a document is read with the document: a deposit that comes between can be in neither or in both."""
    opened(store, a_record())

    with store.begin() as tx:
        record = tx.records.get("rec-1")
        deposited(store, an_entry())
        assert tx.inside(record).entries() == ()


def test_an_identifier_that_leads_elsewhere_now_is_looked_up_again(store: Store):
    opened(store, a_record())
    with store.begin() as tx:
        assert tx.records.of(PERSON) is not None
    with store.connection() as connection:
        connection.execute(schema.identifier.delete())
        connection.execute(schema.record.delete())

    with store.begin() as tx:
        assert tx.records.of(PERSON) is None


def test_a_statement_that_cannot_be_run_is_told_and_writes_nothing(store: Store):
    broken = Prepared(select(func.no_such_function()))

    with pytest.raises(Exception, match="no_such_function") as caught, store.begin() as tx:
        tx._lane.read(broken)

    assert not isinstance(caught.value, StorageUnavailable)


def deposited_like_the_gate(store: Store, number: int) -> int:
    """A deposit run again as the gate does; gives the attempt that succeeded."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with store.begin(held=attempt > 1) as tx:
                record = tx.records.of(PERSON)
                assert record is not None
                deposit(tx.inside(record), an_entry(number), number=number)
        except Conflict:
            continue
        return attempt
    raise AssertionError("an act was undone each time")


def test_a_crowd_of_deposits_into_one_record_needs_no_third_attempt_and_meets_no_deadlock(store: Store):
    opened(store, a_record())

    def feed(first: int) -> list[int]:
        return [deposited_like_the_gate(store, first + number) for number in range(5)]

    outcomes = at_once(*(partial(feed, 100 * worker) for worker in range(1, 5)))

    attempts = [attempt for outcome in outcomes if isinstance(outcome, list) for attempt in outcome]
    assert len(attempts) == 20
    assert max(attempts) <= 2
    with store.begin() as tx:
        assert len(tx.inside(tx.records.get("rec-1")).entries()) == 20
    if store.engine.dialect.name == "postgresql":
        with store.connection() as connection:
            connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
            counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            assert connection.exec_driver_sql(counted).scalar_one() == 0


def test_a_server_that_restarts_takes_one_act_and_not_one_for_each_connection(postgresql_store: Store):
    store = postgresql_store
    opened(store, a_record())
    at_once(*(partial(deposited_like_the_gate, store, number) for number in range(1, 4)))
    with store.engine.connect() as connection:
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.exec_driver_sql(f"{ended} AND datname = current_database()")

    with pytest.raises(StorageUnavailable), store.begin() as tx:
        tx.records.of(PERSON)
    for _ in range(5):
        with store.begin() as tx:
            assert tx.records.of(PERSON) is not None


def test_what_fails_after_a_commit_is_logged_and_hides_nothing_of_it(store: Store, caplog):
    done: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    with store.begin() as tx:
        tx.records.add(a_record())
        tx.after_commit(fail)
        tx.after_commit(lambda: done.append("the next one"))

    assert done == ["the next one"]
    assert "what follows a commit" in caplog.text
    with store.begin() as tx:
        assert tx.records.get("rec-1") == a_record()


def test_a_document_removed_while_it_is_read_is_a_race_and_not_a_damaged_disk(store: Store):
    opened(store, a_record())
    deposited(store, an_entry())

    with pytest.raises(Conflict), store.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        contents.entries()
        with store.begin() as other:
            inside = other.inside(other.records.get("rec-1"))
            inside.remove_document(inside.document_of(an_entry().uuid))
        contents.read_document(an_entry().uuid)


def test_many_snapshots_on_one_connection(store: Store):
    opened(store, a_record())

    for _ in range(3):
        with snapshot(store) as connection:
            for _ in range(2):
                assert reading(connection, store).records.get("rec-1") == a_record()


def test_what_is_prepared_survives_a_roll_back_and_is_made_again_when_the_server_dropped_it(postgresql_store: Store):
    store = postgresql_store
    opened(store, a_record())
    with pytest.raises(ZeroDivisionError), store.begin(held=True) as tx:
        tx.records.of(PERSON)
        raise ZeroDivisionError
    deposited(store, an_entry(), held=True)

    with store.begin() as tx:
        tx._lane._raw.execute("DEALLOCATE ALL")
        assert tx.records.of(PERSON) is not None
