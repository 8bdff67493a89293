"""One moment of the whole database, read from end to end while the service goes on writing (security 13.4, 13.9)."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, collate, select

from dmp.store import schema
from dmp.store.failures import told_apart
from dmp.store.lane import Lane
from dmp.store.records import Addresses
from dmp.store.tx import Store, Tx

AT_ONCE = 1000
"""Rows that are in memory at a time."""


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """A connection whose every statement sees the same moment; it holds nothing that a writer waits for.

    Raises:
        StorageUnavailable: the database cannot be used now.
    """
    with told_apart():
        if store.engine.dialect.name == "sqlite":
            with store.lanes.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                _take(connection)
                yield connection
        else:
            with store.engine.connect() as connection:
                alone = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                with alone.begin():
                    _take(alone)
                    yield alone


def _take(connection: Connection) -> None:
    """Fix the moment: engines do at the first statement, which would be whenever the caller makes it."""
    connection.execute(select(schema.head.c.size).limit(1))


def reading(connection: Connection, store: Store) -> Tx:
    """What acts are given, on a snapshot: to read records as they do. Never to be committed."""
    raw = connection.connection
    lane = Lane(store.lanes, raw.driver_connection, alone=nullcontext(), known=raw.info)
    return Tx(lane, store.vault, store.blobs, Addresses(), passing=True)


def stream(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a query, however many, a thousand in memory at a time."""
    with connection.execution_options(yield_per=AT_ONCE).execute(query) as found:
        yield from found


def names_in_order(connection: Connection) -> ColumnElement[str]:
    """What to order `document` by, to meet the names of blobs in the order in which they are listed."""
    column = schema.document.c.id
    return column if connection.dialect.name == "sqlite" else collate(column, "C")
