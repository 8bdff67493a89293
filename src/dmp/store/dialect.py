"""All that differs between SQLite and PostgreSQL, in one place."""

from typing import Any

from sqlalchemy import DDL, Connection, Engine, Select, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from dmp.record.errors import StorageUnavailable
from dmp.store import schema


def open_engine(url: str, *, connections: int) -> Engine:
    """Open a database; refuses one that would lose acknowledged rows at a power cut (security 13.1)."""
    parsed = make_url(url)
    engine = _sqlite(parsed, connections) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed, connections)
    _refuse_unsafe_durability(engine)
    return engine


def _sqlite(url: URL, connections: int) -> Engine:
    engine = create_engine(
        url, pool_size=connections, max_overflow=0, connect_args={"timeout": 30, "isolation_level": None}
    )

    @event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = dbapi.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once: a trace is written in every act, and an upgrade later could deadlock.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, connections: int) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"), pool_size=connections, max_overflow=0, pool_pre_ping=True
    )


def _refuse_unsafe_durability(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.exec_driver_sql(f"SHOW {setting}").scalar_one()
            if value == "off":
                raise StorageUnavailable(f"PostgreSQL runs with {setting}=off: acknowledged documents could be lost")


def locked(statement: Select[*tuple[Any, ...]], engine_name: str) -> Select[*tuple[Any, ...]]:
    """Hold the row until the end of the transaction; SQLite already holds its write lock."""
    return statement if engine_name == "sqlite" else statement.with_for_update()


def append_only_triggers(engine_name: str) -> list[DDL]:
    """Statements that make the tables of `schema.APPEND_ONLY` refuse UPDATE and DELETE."""
    if engine_name == "sqlite":
        return [
            DDL(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            for table in schema.APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ]
    function = DDL(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"
    )
    triggers = [
        DDL(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        for table in schema.APPEND_ONLY
    ]
    return [function, *triggers]
