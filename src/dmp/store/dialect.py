"""All that differs between SQLite and PostgreSQL, in one place."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import DDL, Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from dmp.record.errors import StorageUnavailable
from dmp.store import schema
from dmp.store.hosts import address

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
_OUTAGES = frozenset({"OperationalError", "InternalError", "InterfaceError"})
"""Names of the classes of DB-API 2.0 by which a driver says that the database cannot be used."""


def open_engine(url: str, *, connections: int = 2, standby: bool = False) -> Engine:
    """Open a database for what is written as statements: migrations, the trace tree, operators.

    SQLite gets a single connection, since each of its transactions holds the whole file. With `standby`, a
    server is refused that would acknowledge what no synchronous standby has on its disk.

    Raises:
        StorageUnavailable: it would lose acknowledged rows at a power cut (security 13.1), or does not answer.
    """
    parsed = address(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and standby:
        raise StorageUnavailable("SQLite has no standby")
    engine = _sqlite(parsed) if sqlite else _postgresql(parsed, connections, standby=standby)
    try:
        _refuse_unsafe_durability(engine)
    except DBAPIError as error:
        engine.dispose()
        raise StorageUnavailable("the database does not answer") from error
    except StorageUnavailable:
        engine.dispose()
        raise
    return engine


def open_lanes(url: str, *, connections: int, standby: bool = False) -> Engine:
    """Open a database for acts on records: connections that commit each statement (store/lane.py)."""
    parsed = address(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_connections(parsed, connections)
    engine = _postgresql_connections(parsed, connections, standby=standby, isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def leave_preparing_to_us(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # psycopg would drop ours with its own at a roll-back (store/direct.py).
        dbapi.prepare_threshold = None  # type: ignore[attr-defined]

    return engine


def _sqlite(url: URL) -> Engine:
    # Waiting for the one connection is fair; waiting for the lock of the file is not.
    engine = _sqlite_connections(url, 1)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once: an upgrade later could deadlock.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _sqlite_connections(url: URL, connections: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        connect_args={"timeout": PATIENCE, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = dbapi.cursor()
        _write_ahead(cursor)
        # What is deleted is overwritten where that costs no write of its own: the key of a destroyed record is.
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=FAST"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _postgresql(url: URL, connections: int, *, standby: bool) -> Engine:
    # What waited for a row must then see what the other transaction wrote in it.
    kept = {"isolation_level": "READ COMMITTED", "pool_pre_ping": True}
    return _postgresql_connections(url, connections, standby=standby, **kept)


def _postgresql_connections(url: URL, connections: int, *, standby: bool, **options: Any) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        connect_args={name: value for name, value in _NETWORK.items() if name not in url.query},
        **options,
    )

    @event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = dbapi.cursor()
        try:
            _refuse_unsafe_server(cursor, standby=standby)
        except StorageUnavailable:
            dbapi.close()
            raise
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
    with engine.connect() as connection:  # PostgreSQL is looked at when a connection is made
        if engine.dialect.name == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            if mode != "wal":
                raise StorageUnavailable("SQLite cannot keep a write-ahead log here: give it a file on a local disk")


def _refuse_unsafe_server(cursor: DBAPICursor, *, standby: bool) -> None:
    """Look at each connection, not at start alone: after a fail-over it is another server, with its own settings."""
    names = ("fsync", "synchronous_commit", "full_page_writes", "synchronous_standby_names")
    cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    (row,) = cursor.fetchall()
    values = dict(zip(names, row, strict=True))
    for name in names[:3]:
        if values[name] == "off":
            raise StorageUnavailable(f"PostgreSQL runs with {name}=off: acknowledged documents could be lost")
    if not standby:
        return
    if values["synchronous_commit"] not in ("on", "remote_apply"):
        waits = f"PostgreSQL runs with synchronous_commit={values['synchronous_commit']}"
        raise StorageUnavailable(f"{waits}: DMP_SYNCHRONOUS_STANDBY needs on or remote_apply")
    if not values["synchronous_standby_names"]:
        raise StorageUnavailable("DMP_SYNCHRONOUS_STANDBY: PostgreSQL runs with empty synchronous_standby_names")


def is_conflict(error: BaseException) -> bool:
    """Tell a transaction that lost a race, and may simply be run again, from other failures."""
    code = _native_code(error)
    if code in ("23502", sqlite3.SQLITE_CONSTRAINT_NOTNULL):
        # The revision of a record was not the one that was read (store/statements.py).
        return "revision" in str(getattr(error, "orig", None) or error)
    return code in _CONFLICTS


is_undone = is_conflict
"""Tell a commit that surely left nothing from one of which nobody knows."""


def is_outage(error: BaseException) -> bool:
    """Tell a database that cannot be used now from a statement of ours that is wrong."""
    native = getattr(error, "orig", None) or error
    if _native_code(native) == sqlite3.SQLITE_ERROR:
        # SQLite's word for a wrong statement, though of the class of an outage.
        return False
    if getattr(error, "connection_invalidated", False):
        return True
    if type(native).__module__.partition(".")[0] not in ("sqlite3", "psycopg"):
        return False
    # A damaged file comes as the bare class.
    names = {kind.__name__ for kind in type(native).__mro__}
    return bool(names & _OUTAGES) or type(native).__name__ == "DatabaseError"


def _native_code(error: BaseException) -> object:
    native = getattr(error, "orig", None) or error
    return getattr(native, "sqlstate", None) or getattr(native, "sqlite_errorcode", None)


def hold_schema(connection: Connection) -> None:
    """Let one migration run at a time, however many services start together; SQLite already holds its lock."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")


def load(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert many rows, the fastest way there is; an id that the engine counts goes on after the highest of them."""
    if connection.dialect.name == "sqlite":
        if rows:
            connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    names = ", ".join(columns)
    with connection.connection.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    counted = table.autoincrement_column
    if counted is not None and isinstance(counted.autoincrement, bool) and rows:
        sequence = func.pg_get_serial_sequence(table.name, counted.name)
        connection.execute(select(func.setval(sequence, select(func.max(counted)).scalar_subquery())))


def kept_in_the_row(engine_name: str) -> list[DDL]:
    """Statements that keep sealed texts in their row: one block read instead of three; they cannot be compressed."""
    if engine_name == "sqlite":
        return []
    return [
        DDL(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE MAIN, SET (toast_tuple_target = 8160)")
        for table in ("page", "record", "trace")
    ]


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
