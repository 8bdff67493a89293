"""Databases that would lose what was acknowledged are refused (security 13.1)."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from dmp.record.errors import StorageUnavailable
from dmp.store import dialect
from dmp.store.tx import Store


def value(store: Store, statement: str) -> object:
    with store.engine.connect() as connection:
        return connection.execute(text(statement)).scalar_one()


def test_sqlite_keeps_a_log_and_waits_for_the_disk(sqlite_store: Store):
    assert value(sqlite_store, "PRAGMA journal_mode") == "wal"
    assert value(sqlite_store, "PRAGMA synchronous") == 2
    assert value(sqlite_store, "PRAGMA foreign_keys") == 1
    assert value(sqlite_store, "PRAGMA recursive_triggers") == 1


def test_sqlite_in_memory_is_refused():
    with pytest.raises(StorageUnavailable, match="write-ahead log"):
        dialect.open_engine("sqlite://", connections=1)


def test_a_sqlite_file_that_cannot_be_made_is_unavailable(tmp_path: Path):
    with pytest.raises(StorageUnavailable, match="does not answer"):
        dialect.open_engine(f"sqlite:///{tmp_path}/no/such/folder/dmp.db", connections=1)


def test_a_postgresql_that_does_not_answer_is_unavailable():
    with pytest.raises(StorageUnavailable, match="does not answer"):
        dialect.open_engine("postgresql://dmp:dmp@127.0.0.1:1/dmp", connections=1)


def test_a_postgresql_that_does_not_wait_for_the_disk_is_refused(postgresql_database_url: str):
    name = sql.Identifier(postgresql_database_url.rpartition("/")[2])
    with psycopg.connect(postgresql_database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))

    with pytest.raises(StorageUnavailable, match="synchronous_commit=off"):
        dialect.open_engine(postgresql_database_url, connections=1)


def test_postgresql_reads_what_was_committed_whatever_its_default(postgresql_database_url: str):
    name = sql.Identifier(postgresql_database_url.rpartition("/")[2])
    with psycopg.connect(postgresql_database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_isolation = serializable").format(name))
    engine = dialect.open_engine(postgresql_database_url, connections=1)

    with engine.connect() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "30s"
    engine.dispose()


def test_the_address_may_ask_for_another_patience(postgresql_database_url: str):
    engine = dialect.open_engine(f"{postgresql_database_url}?connect_timeout=3", connections=1)

    with engine.connect() as connection:
        parameters = connection.connection.driver_connection.info.get_parameters()
    engine.dispose()
    assert parameters["connect_timeout"] == "3"
    assert parameters["tcp_user_timeout"] == "30000"
