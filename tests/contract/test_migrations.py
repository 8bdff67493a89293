"""Migrations give the schema of the code, once, whatever happened before."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from dmp.record.errors import StorageUnavailable
from dmp.store import dialect, migrate, schema
from dmp.store.tx import Store
from store_builders import at_once

HEAD = ScriptDirectory.from_config(migrate.configuration()).get_current_head() or ""
"""The schema of this release."""


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    """A database without a single table."""
    opened = dialect.open_engine(empty_database_url, connections=2)
    yield opened
    opened.dispose()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return compare_metadata(context, schema.metadata)


def shape(engine: Engine) -> object:
    """Everything that the engine tells of its tables, and of their triggers."""
    triggers = {
        "sqlite": "SELECT name, sql FROM sqlite_master ORDER BY name",
        "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 2, 1",
    }
    with engine.connect() as connection:
        told = connection.execute(text(triggers[engine.dialect.name])).all()
        tables = {name: repr(inspect(connection).get_columns(name)) for name in inspect(connection).get_table_names()}
    return tables, told


def test_an_empty_database_gets_the_schema_of_the_code(engine: Engine):
    migrate.upgrade(engine)

    with engine.connect() as connection:
        assert differences(connection) == []
        tables = set(inspect(connection).get_table_names())
    assert tables == {*schema.metadata.tables, "alembic_version"}


def test_a_schema_that_differs_would_be_seen(engine: Engine):
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE page ADD COLUMN more INTEGER"))

    with engine.connect() as connection:
        assert len(differences(connection)) == 1


def test_running_twice_changes_nothing(engine: Engine):
    migrate.upgrade(engine)
    before = shape(engine)

    migrate.upgrade(engine)

    assert shape(engine) == before


def test_services_that_start_together_migrate_once(empty_database_url: str):
    def start() -> None:
        opened = dialect.open_engine(empty_database_url, connections=1)
        try:
            migrate.upgrade(opened)
            migrate.check(opened)
        finally:
            opened.dispose()

    assert at_once(start, start, start) == [None, None, None]


def test_a_database_of_this_release_is_served(engine: Engine):
    migrate.upgrade(engine)

    migrate.check(engine)


def test_an_empty_database_is_not_served(engine: Engine):
    with pytest.raises(StorageUnavailable, match=f"the database is at nothing, this release wants {HEAD}: dmp migrate"):
        migrate.check(engine)


def test_a_database_of_a_later_release_is_neither_served_nor_migrated(engine: Engine):
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = shape(engine)

    with pytest.raises(
        StorageUnavailable, match=f"the database is at 9999, too new for this release, which is of {HEAD[:4]}"
    ):
        migrate.check(engine)
    with pytest.raises(StorageUnavailable, match="not of a release that this one knows"):
        migrate.upgrade(engine)

    assert shape(engine) == before


def test_a_migration_that_fails_leaves_the_database_as_it_was(engine: Engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE trace_queue (position INTEGER)"))
    before = shape(engine)

    with pytest.raises(DBAPIError, match="already exists"):
        migrate.upgrade(engine)

    assert shape(engine) == before


def a_row_in(connection: Connection, table: str) -> None:
    values = {c.name: 1 if c.type.python_type is int else c.type.python_type() for c in schema.metadata.tables[table].c}
    connection.execute(schema.metadata.tables[table].insert(), values)


CHANGES = ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "DELETE FROM {table} WHERE 1 = 1")
OF_ONE_ENGINE = {
    "sqlite": ("INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "UPDATE OR REPLACE {table} SET {column} = 0"),
    "postgresql": ("TRUNCATE {table}", "TRUNCATE {table} CASCADE"),
}


@pytest.mark.parametrize("table", schema.APPEND_ONLY)
def test_an_append_only_table_takes_rows_and_never_gives_them_back(store: Store, table: str):
    with store.connection() as connection:
        a_row_in(connection, table)
    column = schema.metadata.tables[table].columns.keys()[0]

    for change in (*CHANGES, *OF_ONE_ENGINE[store.engine.dialect.name]):
        with pytest.raises(IntegrityError, match=f"{table} is append-only"), store.connection() as connection:
            connection.execute(text(change.format(table=table, column=column)))

    with store.connection() as connection:
        assert len(connection.execute(schema.metadata.tables[table].select()).all()) == 1


def test_every_other_table_can_be_changed(store: Store):
    others = [name for name in schema.metadata.tables if name not in schema.APPEND_ONLY]

    with store.connection() as connection:
        for table in others:
            a_row_in(connection, table)
            connection.execute(schema.metadata.tables[table].delete())
    assert len(others) == len(schema.metadata.tables) - 5


@pytest.mark.parametrize("table", schema.PATIENT_TABLES)
def test_the_tables_of_patients_start_their_key_with_the_record(table: str):
    assert schema.metadata.tables[table].primary_key.columns.keys()[0] == "record"
    for index in schema.metadata.tables[table].indexes:
        assert index.columns.keys()[0] == "record"
