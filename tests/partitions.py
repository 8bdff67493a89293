"""Tables cut in hash partitions by record, and which of them each statement touches (house 6, shards).

`captured_statements(engine)` collects what anything does with a store on the
fixture `partitioned_store`; `partitions_touched` then asks the planner about
each statement, with the parameters it had.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from alembic import command
from psycopg import sql
from psycopg.rows import scalar_row
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.schema import CreateIndex, CreateTable

from dmp.store import dialect, migrate, schema
from dmp.store.lane import Lane

PARTITIONS = 8
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Statement:
    """One statement as the driver received it, with one set of parameters."""

    text: str
    parameters: Mapping[str, Any]


def create_partitioned(engine: Engine) -> None:
    """Make the schema of this release with every patient table cut in partitions by the hash of `record`."""
    with engine.begin() as connection:
        for statement in partitioned_ddl(engine):
            connection.exec_driver_sql(statement)
        for trigger in dialect.append_only_triggers(engine.dialect.name):
            connection.execute(trigger)
        command.stamp(migrate.configuration(connection), "head")


def partitioned_ddl(engine: Engine) -> Iterator[str]:
    """The statements that make the tables, their partitions and their indexes."""
    metadata = MetaData()
    for original in schema.metadata.sorted_tables:
        table = original.to_metadata(metadata)
        if table.name in schema.PATIENT_TABLES:
            table.dialect_options["postgresql"]["partition_by"] = "HASH (record)"
        yield str(CreateTable(table).compile(engine))
        if table.name in schema.PATIENT_TABLES:
            yield from (_partition_of(table.name, number) for number in range(PARTITIONS))
        yield from (str(CreateIndex(index).compile(engine)) for index in sorted(table.indexes, key=lambda i: i.name))


def _partition_of(table: str, number: int) -> str:
    bounds = f"WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
    return f"CREATE TABLE {_partition(table, number)} PARTITION OF {table} FOR VALUES {bounds}"


def _partition(table: str, number: int) -> str:
    return f"{table}_part_{number}"


@contextmanager
def captured_statements(engine: Engine) -> Iterator[list[Statement]]:
    """Collect every statement that reads or writes rows, once per set of parameters."""
    captured: list[Statement] = []

    def note(connection, _cursor, text, parameters, _context, executemany) -> None:
        # Heard of every engine: a service of another test, on SQLite, may look at its jobs meanwhile.
        if connection.dialect.name == "postgresql" and text.lstrip().upper().startswith(VERBS):
            captured.extend(Statement(text, dict(given)) for given in (parameters if executemany else [parameters]))

    def note_lane(text: str, parameters: Mapping[str, Any]) -> None:
        if not parameters or "%(" in text:  # for the same reason: SQLite writes `:name`
            captured.append(Statement(text, dict(parameters)))

    event.listen(engine, "before_cursor_execute", note)
    Lane.notice = note_lane
    try:
        yield captured
    finally:
        Lane.notice = None
        event.remove(engine, "before_cursor_execute", note)


def partitions_touched(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> dict[str, set[str]]:
    """The partitions that a statement would touch, by patient table; nothing is run but the planner.

    An INSERT has no plan that names its partition: the row goes where the hash of its `record` says.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    touched: dict[str, set[str]] = {}
    with psycopg.ClientCursor(driver, row_factory=scalar_row) as cursor:
        (plan,) = cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchone()
        for node in _nodes(plan["Plan"]):
            table, _, number = node.get("Relation Name", "").partition("_part_")
            if number:
                touched.setdefault(table, set()).add(node["Relation Name"])
            elif table in schema.PATIENT_TABLES and node.get("Operation") == "Insert":
                touched.setdefault(table, set()).add(_routed(cursor, table, parameters))
    return touched


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in (*plan.get("Plans", ()), *plan.get("Target Tables", ())):
        yield from _nodes(part)


def _routed(cursor: psycopg.Cursor[Any], table: str, parameters: Mapping[str, Any]) -> str:
    """Where PostgreSQL puts a new row of a partitioned table."""
    belongs = sql.SQL("SELECT satisfies_hash_partition({}::regclass, {}, n, {}::varchar) FROM generate_series(0, {}) n")
    asked = belongs.format(table, PARTITIONS, parameters["record"], PARTITIONS - 1)
    return _partition(table, [bool(yes) for yes in cursor.execute(asked)].index(True))
