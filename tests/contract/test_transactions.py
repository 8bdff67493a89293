"""All or nothing: what an undone, failed or lost transaction leaves behind."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event, exc, func, insert, select, text

from dmp.record.errors import StorageUnavailable
from dmp.store import schema
from dmp.store.failures import told_apart
from dmp.store.lane import Lane
from dmp.store.tx import Conflict, Store
from store_builders import (
    NOW,
    PERSON,
    SOMEBODY_ELSE,
    Rendezvous,
    a_record,
    an_entry,
    another_record,
    at_once,
    deposit,
    deposited,
    opened,
)
from xds_builders import Octets

SCRIPT = """
import os, sys
from dmp.store.tx import Store
from store_builders import PERSON, an_entry, deposit
url, blobs, keys = sys.argv[1:]
from pathlib import Path
store = Store.open(url, blobs=Path(blobs), keys=Path(keys), connections=1)
with store.begin() as tx:
    deposit(tx.inside(tx.records.of(PERSON)), an_entry())
    os._exit(7)
"""


def blobs(store_folder: Path) -> list[Path]:
    return [path for path in (store_folder / "blobs").rglob("*") if path.is_file()]


def rows(store: Store) -> dict[str, int]:
    """How many rows each table of the contents holds."""
    with store.engine.connect() as connection:
        tables = (schema.page, schema.document, schema.place)
        return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}


NOTHING = {"page": 0, "document": 0, "place": 0}
ONE_LOT = {"page": 2, "document": 1, "place": 1}


@contextmanager
def files_no_larger_than(octets: int) -> Iterator[None]:
    """The disk refuses more, as a full one does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_act_that_fails_leaves_no_row_and_no_blob(store: Store, tmp_path: Path):
    opened(store, a_record())

    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        record = tx.records.get("rec-1")
        deposit(tx.inside(record), an_entry())
        assert len(blobs(tmp_path)) == 1
        raise ZeroDivisionError

    assert rows(store) == NOTHING
    assert blobs(tmp_path) == []


def test_an_interrupt_undoes_the_act_too(store: Store, tmp_path: Path):
    opened(store, a_record())

    with pytest.raises(KeyboardInterrupt), store.begin() as tx:
        deposit(tx.inside(tx.records.get("rec-1")), an_entry())
        raise KeyboardInterrupt

    assert rows(store) == NOTHING
    assert blobs(tmp_path) == []


def test_the_loser_of_a_conflict_leaves_no_blob(store: Store, tmp_path: Path):
    opened(store, a_record())
    deposited(store, an_entry())

    with pytest.raises(Conflict), store.begin() as tx:
        deposit(tx.inside(tx.records.get("rec-1")), an_entry(2), number=2)
        with store.begin() as other:
            record = other.records.get("rec-1")
            other.records.change(replace(record, deceased=True), at=NOW)

    assert rows(store) == ONE_LOT
    assert len(blobs(tmp_path)) == 1


def test_a_commit_that_fails_keeps_its_blobs_since_it_may_have_happened(store: Store, tmp_path: Path, monkeypatch):
    opened(store, a_record())

    def fail(_lane, _batch) -> None:
        raise sqlite3.OperationalError("the server is gone")

    with monkeypatch.context() as patched:
        patched.setattr(Lane, "commit", fail)
        with pytest.raises(StorageUnavailable):
            deposited(store, an_entry())

    assert rows(store) == NOTHING
    assert len(blobs(tmp_path)) == 1


def test_a_blob_that_cannot_be_removed_does_not_hide_why_the_act_failed(store: Store, tmp_path: Path):
    opened(store, a_record())

    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        deposit(tx.inside(tx.records.get("rec-1")), an_entry())
        (blob,) = blobs(tmp_path)
        blob.unlink()
        blob.mkdir()
        raise ZeroDivisionError

    assert rows(store) == NOTHING


def test_a_crash_before_the_commit_leaves_no_row(store: Store, database_url: str, tmp_path: Path):
    opened(store, a_record())
    arguments = (database_url, str(tmp_path / "blobs"), str(tmp_path / "keys"))

    crashed = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], cwd=Path(__file__).parents[1], check=False)

    assert crashed.returncode == 7
    assert rows(store) == NOTHING
    assert len(blobs(tmp_path)) == 1
    deposited(store, an_entry())
    assert rows(store) == ONE_LOT


def test_a_full_disk_of_documents_refuses_the_deposit_and_keeps_nothing(store: Store, tmp_path: Path):
    opened(store, a_record())

    with files_no_larger_than(1024 * 1024), pytest.raises(StorageUnavailable):
        deposited(store, an_entry(), content=Octets(b"x" * 3_000_000))

    assert rows(store) == NOTHING
    assert blobs(tmp_path) == []
    deposited(store, an_entry())
    assert rows(store) == ONE_LOT


def test_a_full_disk_of_the_database_refuses_the_act_and_keeps_nothing(sqlite_store: Store, tmp_path: Path):
    opened(sqlite_store, a_record())
    room = (tmp_path / "dmp.db-wal").stat().st_size + 8192

    with files_no_larger_than(room), pytest.raises(StorageUnavailable), sqlite_store.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        for number in range(1, 100):
            deposit(contents, an_entry(number, comments="x" * 2000), number=number)

    assert rows(sqlite_store) == NOTHING
    deposited(sqlite_store, an_entry())
    assert rows(sqlite_store) == ONE_LOT


def test_a_database_locked_for_too_long_is_unavailable_and_then_serves_again(sqlite_store: Store, tmp_path: Path):
    opened(sqlite_store, a_record())
    sqlite_store.lanes.dispose()

    @event.listens_for(sqlite_store.lanes, "connect")
    def be_impatient(connection, _entry) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    with sqlite3.connect(tmp_path / "dmp.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable):
            deposited(sqlite_store, an_entry())
        other.execute("ROLLBACK")
    other.close()

    deposited(sqlite_store, an_entry())


def test_a_record_held_for_too_long_is_unavailable_and_then_serves_again(postgresql_store: Store):
    opened(postgresql_store, a_record())
    postgresql_store.lanes.dispose()

    @event.listens_for(postgresql_store.lanes, "connect")
    def be_impatient(connection, _entry) -> None:
        connection.execute("SET lock_timeout = '50ms'")
        connection.commit()

    with postgresql_store.begin(held=True) as holder:
        holder.records.get("rec-1")
        with pytest.raises(StorageUnavailable), postgresql_store.begin(held=True) as tx:
            tx.records.get("rec-1")

    deposited(postgresql_store, an_entry())


def test_a_reader_of_one_record_does_not_wait_for_another(postgresql_store: Store):
    opened(postgresql_store, a_record(), another_record())

    with postgresql_store.begin() as one, postgresql_store.begin() as two:
        assert one.records.of(PERSON) == a_record()
        assert two.records.of(SOMEBODY_ELSE) == another_record()


def test_a_lost_connection_is_unavailable_and_the_next_act_finds_a_new_one(postgresql_store: Store, tmp_path: Path):
    opened(postgresql_store, a_record())

    with pytest.raises(StorageUnavailable), postgresql_store.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        deposit(contents, an_entry())
        end_all_but_mine(postgresql_store)
        tx.records.of(SOMEBODY_ELSE)

    assert blobs(tmp_path) == []
    deposited(postgresql_store, an_entry())
    assert rows(postgresql_store) == ONE_LOT


def test_a_connection_lost_at_the_commit_is_unavailable_and_keeps_the_blobs(postgresql_store: Store, tmp_path: Path):
    opened(postgresql_store, a_record())

    with pytest.raises(StorageUnavailable), postgresql_store.begin() as tx:
        deposit(tx.inside(tx.records.get("rec-1")), an_entry())
        end_all_but_mine(postgresql_store)

    assert len(blobs(tmp_path)) == 1
    assert rows(postgresql_store) == NOTHING


def test_an_act_refused_on_a_lost_connection_still_removes_its_blobs(postgresql_store: Store, tmp_path: Path):
    opened(postgresql_store, a_record())

    with pytest.raises((ZeroDivisionError, StorageUnavailable)), postgresql_store.begin() as tx:
        deposit(tx.inside(tx.records.get("rec-1")), an_entry())
        end_all_but_mine(postgresql_store)
        raise ZeroDivisionError

    assert blobs(tmp_path) == []


def end_all_but_mine(store: Store) -> None:
    """End every other connection to this database, as a restart of the server does."""
    ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with store.engine.connect() as connection:
        connection.execute(text(f"{ended} AND datname = current_database()"))


def test_two_acts_in_a_deadlock_end_with_one_conflict(postgresql_store: Store):
    opened(postgresql_store, a_record(), another_record())
    meeting = Rendezvous(seconds=20)

    def hold_both(first: str, second: str) -> str:
        with postgresql_store.begin(held=True) as tx:
            tx.records.get(first)
            meeting.wait()
            tx.records.get(second)
        return "done"

    outcomes = at_once(partial(hold_both, "rec-1", "rec-2"), partial(hold_both, "rec-2", "rec-1"))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "str"]


def test_many_threads_deposit_at_once_and_nothing_is_lost(store: Store):
    opened(store, a_record())

    outcomes = at_once(*(partial(deposited, store, an_entry(n), number=n, held=True) for n in range(1, 9)))

    assert outcomes == [None] * 8
    with store.begin() as tx:
        assert len(tx.inside(tx.records.get("rec-1")).entries()) == 8
    assert rows(store) == {"page": 2, "document": 8, "place": 8}


def test_a_damaged_database_is_unavailable(sqlite_store: Store, tmp_path: Path):
    sqlite_store.close()
    path = tmp_path / "dmp.db"
    path.write_bytes(b"\x00" * path.stat().st_size)
    for name in ("dmp.db-wal", "dmp.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)

    with pytest.raises(StorageUnavailable), sqlite_store.begin() as tx:
        tx.records.of(PERSON)


def test_no_free_connection_is_an_outage():
    with pytest.raises(StorageUnavailable, match="busy"), told_apart():
        raise exc.TimeoutError


def test_a_row_that_breaks_a_rule_of_the_schema_is_a_fault_of_ours_not_a_conflict(store: Store):
    with pytest.raises(exc.IntegrityError), store.connection() as connection:
        connection.execute(insert(schema.record), {"record": "rec-1", "version": 1, "sealed": b""})


def test_a_wrong_statement_is_a_fault_of_ours_not_an_outage(store: Store):
    with pytest.raises(exc.DBAPIError, match="nowhere"), store.connection() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))


def test_what_the_trace_tree_cannot_do_is_told_in_the_same_words(store: Store):
    row = {"sequence": 1, "record": "rec-1", "trace": "t", "commitment": b"c"}
    with store.connection() as connection:
        connection.execute(insert(schema.leaf), row)

    with pytest.raises(Conflict), store.connection() as connection:
        connection.execute(insert(schema.leaf), row)
