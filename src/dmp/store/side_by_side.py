"""Stored blobs beside the rows that name them, for who looks for what lacks the other (security 13.2, 13.4)."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby

from sqlalchemy import Connection, select

from dmp.store import schema
from dmp.store.blobs import Blobs, StoredBlob
from dmp.store.snapshot import names_in_order, stream


@dataclass(frozen=True)
class Named:
    """A row of `document`: a record names a blob."""

    record: str
    name: str
    size: int
    stored_sha256: bytes


@dataclass(frozen=True)
class Pair:
    """One name: the blob that has it, or None, and the rows that give it; two records may share a document."""

    name: str
    blob: StoredBlob | None
    rows: tuple[Named, ...]


def named(connection: Connection) -> Iterator[Named]:
    """Every row of `document`, in the order of the names of the blobs."""
    table = schema.document.c
    columns = (table.record, table.id, table.size, table.stored_sha256)
    for row in stream(connection, select(*columns).order_by(names_in_order(connection))):
        yield Named(row.record, row.id, row.size, bytes(row.stored_sha256))


def side_by_side(connection: Connection, blobs: Blobs) -> Generator[Pair, None, None]:
    """Every name that a blob or a row has, in order; neither side is ever whole in memory.

    To be closed before the connection is: it holds a query open.
    """
    both = merge(blobs.names(), named(connection), key=lambda one: one.name)
    for name, group in groupby(both, key=lambda one: one.name):
        found = list(group)
        blob = next((one for one in found if isinstance(one, StoredBlob)), None)
        yield Pair(name, blob, tuple(one for one in found if isinstance(one, Named)))
