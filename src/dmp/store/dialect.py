"""All that differs between SQLite and PostgreSQL, in one place."""

import sqlite3
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import DDL, Connection, Engine, Select, Table, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from dmp.record.errors import StorageUnavailable
from dmp.store import schema

PATIENCE = 30
"""Seconds to wait for a connection, or for what another transaction holds."""

_NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * PATIENCE,
}
"""A server that vanished without a word is noticed within a minute; the URL may say otherwise."""

_SCHEMA_LOCK = 0x646D70
"""Key of the advisory lock that migrations hold: `dmp` in ASCII."""

_CONFLICTS = frozenset(
    {
        "23505",  # unique_violation
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        sqlite3.SQLITE_CONSTRAINT_UNIQUE,
        sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    }
)


def open_engine(url: str, *, connections: int) -> Engine:
    """Open a database; SQLite gets a single connection, since each of its transactions holds the whole file.

    Raises:
        StorageUnavailable: it would lose acknowledged rows at a power cut (security 13.1), or does not answer.
    """
    parsed = make_url(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed, connections)
    try:
        _refuse_unsafe_durability(engine)
    except DBAPIError as error:
        engine.dispose()
        raise StorageUnavailable("the database does not answer") from error
    except StorageUnavailable:
        engine.dispose()
        raise
    return engine


def _sqlite(url: URL) -> Engine:
    # Waiting for the one connection is fair; waiting for the lock of the file is not.
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        connect_args={"timeout": PATIENCE, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = dbapi.cursor()
        _write_ahead(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once: a trace is written in every act, and an upgrade later could deadlock.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, connections: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_pre_ping=True,
        hide_parameters=True,
        # What waited for a record must then see what the other transaction wrote in it.
        isolation_level="READ COMMITTED",
        connect_args={name: value for name, value in _NETWORK.items() if name not in url.query},
    )

    @event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = dbapi.cursor()
        cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
        cursor.close()
        dbapi.commit()

    return engine


def _write_ahead(cursor: DBAPICursor) -> None:
    """Turn the write-ahead log on; SQLite does not wait by itself for another that turns it on at the same time."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _refuse_unsafe_durability(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            if mode != "wal":
                raise StorageUnavailable("SQLite cannot keep a write-ahead log here: give it a file on a local disk")
            return
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.exec_driver_sql(f"SHOW {setting}").scalar_one()
            if value == "off":
                raise StorageUnavailable(f"PostgreSQL runs with {setting}=off: acknowledged documents could be lost")


def is_conflict(error: DBAPIError) -> bool:
    """Tell a transaction that lost a race, and may simply be run again, from other failures."""
    return _native_code(error) in _CONFLICTS


def is_outage(error: DBAPIError) -> bool:
    """Tell a database that cannot be used now from a statement of ours that is wrong."""
    if _native_code(error) == sqlite3.SQLITE_ERROR:
        # SQLite's word for a wrong statement, though of the class of an outage.
        return False
    # A damaged file comes as the bare class.
    kinds = (OperationalError, InternalError, InterfaceError)
    return isinstance(error, kinds) or error.connection_invalidated or type(error) is DatabaseError


def _native_code(error: DBAPIError) -> object:
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorcode", None)


def locked(
    statement: Select[*tuple[Any, ...]], engine_name: str, *, of: Table | None = None
) -> Select[*tuple[Any, ...]]:
    """Hold the rows (of one table, when named) until the end of the transaction; SQLite already holds its lock."""
    return statement if engine_name == "sqlite" else statement.with_for_update(of=of)


def hold_schema(connection: Connection) -> None:
    """Let one migration run at a time, however many services start together; SQLite already holds its lock."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")


def append_only_triggers(engine_name: str, tables: Iterable[str] = schema.APPEND_ONLY) -> list[DDL]:
    """Statements that make tables refuse UPDATE, DELETE and, where it exists, TRUNCATE."""
    if engine_name == "sqlite":
        return [
            DDL(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            for table in tables
            for verb in ("UPDATE", "DELETE")
        ]
    function = DDL(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    triggers = [
        DDL(f"CREATE TRIGGER {table}_{name} BEFORE {verbs} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()")
        for table in tables
        for name, verbs, each in (
            ("no_change", "UPDATE OR DELETE", "ROW"),
            ("no_truncate", "TRUNCATE", "STATEMENT"),
        )
    ]
    return [function, *triggers]
