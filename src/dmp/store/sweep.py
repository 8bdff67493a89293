"""Remove the blobs that no row names: what a crash left between a document and its commit (security 13.2)."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from dmp.record.errors import StorageUnavailable
from dmp.store import schema
from dmp.store.blobs import StoredBlob
from dmp.store.side_by_side import side_by_side
from dmp.store.snapshot import AT_ONCE, snapshot
from dmp.store.tx import Store

GARBAGE_AFTER = timedelta(hours=1)
"""Age from which a blob without a row is garbage: no act lasts as long, so its transaction is over."""
FEW = 1000
"""Garbage that looks suspicious beside no number of documents."""
MOST = 100_000
"""What one sweep removes at most, so that its memory is bounded; the next one goes on."""


@dataclass
class Swept:
    """What a sweep found: blobs that rows name, unnamed ones too young to tell, garbage removed and its octets."""

    named: int = 0
    young: int = 0
    removed: int = 0
    octets: int = 0
    garbage: list[StoredBlob] = field(default_factory=list, repr=False)

    @property
    def sentence(self) -> str:
        """One line for people."""
        left = f"{self.young} too young to tell"
        return f"dmp: {self.removed} blobs removed ({self.octets} octets), {self.named} named by records, {left}"


def sweep(store: Store, at: datetime) -> Swept:
    """Remove what nobody names since an hour; a transaction in flight keeps what it wrote.

    Rows are read as they are before the first blob is listed, and asked for
    once more before a blob is removed.

    Raises:
        StorageUnavailable: blobs or database cannot be used; or most blobs have no row, as with the database of
            another service: nothing was removed.
    """
    found = _look(store, at - GARBAGE_AFTER)
    if len(found.garbage) > max(FEW, found.named):
        raise StorageUnavailable("most blobs have no row: are they those of this database? nothing was removed")
    for start in range(0, len(found.garbage), AT_ONCE):
        _remove(store, found.garbage[start : start + AT_ONCE], found)
    return found


def _look(store: Store, before: datetime) -> Swept:
    found = Swept()
    with snapshot(store) as connection, closing(side_by_side(connection, store.blobs)) as pairs:
        for pair in pairs:
            if pair.rows:
                found.named += 1
            elif pair.blob is not None and pair.blob.modified >= before:
                found.young += 1
            elif pair.blob is not None and len(found.garbage) < MOST:
                found.garbage.append(pair.blob)
    return found


def _remove(store: Store, garbage: list[StoredBlob], found: Swept) -> None:
    names = [blob.name for blob in garbage]
    with snapshot(store) as connection:
        kept = set(connection.execute(select(schema.document.c.id).where(schema.document.c.id.in_(names))).scalars())
    for blob in garbage:
        if blob.name not in kept:
            store.blobs.delete(blob.name)
            found.removed += 1
            found.octets += blob.size
