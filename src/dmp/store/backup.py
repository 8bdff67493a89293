"""«dmp backup»: one moment of the service, sealed, taken while it serves (security 13.9).

A destination holds a file for each moment and, shared by them all, the blobs
that their rows name. Blobs are copied as they are: sealed, each with a key
that only a row holds, and the rows are sealed with the key of the month.
"""

import hashlib
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, Table, select

from dmp import __version__
from dmp.record.errors import StorageUnavailable
from dmp.store import erasure, migrate, schema
from dmp.store.backup_file import BLOBS, ENDING, End, Frame, Header, Rows, frames_of, packed
from dmp.store.backup_keys import key_of, keys_in
from dmp.store.blobs import Blobs, FileBlobs
from dmp.store.blobs.blob import noting
from dmp.store.durable import all_or_nothing, sync_folder, write_new
from dmp.store.sealed_file import sealed
from dmp.store.side_by_side import Named, Pair, side_by_side
from dmp.store.snapshot import AT_ONCE, names_in_order, snapshot, stream
from dmp.store.tx import Store

Given = TypeVar("Given")
Made = TypeVar("Made")

COPIES = 16
"""Blobs that are copied at the same time."""
ATTEMPTS = 5
"""Moments to try, when documents are destroyed while they are copied."""


@dataclass
class Taken:
    """A backup: its file, rows and blobs, those copied now, and those that could not be."""

    file: Path
    rows: int = 0
    blobs: int = 0
    copied: int = 0
    octets: int = 0
    without: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """One line for people."""
        told = f"dmp: {self.file}: {self.rows} rows, {self.blobs} blobs ({self.copied} new, {self.octets} octets)"
        return f"{told}; {len(self.without)} BLOBS COULD NOT BE COPIED: dmp check --blobs" if self.without else told


def backup(store: Store, destination: Path, *, keys: Path, at: datetime) -> Taken:
    """Back a service up; blobs that an earlier backup has brought there are not copied again.

    `keys` is the folder of the vault, which no backup contains. A blob that is
    damaged or missing is left out, and told.

    Raises:
        StorageUnavailable: database, blobs, vault or destination cannot be used; no file is left.
    """
    erasure.catch_up(store)
    file = destination / f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}{ENDING}"
    try:
        destination.mkdir(parents=True, exist_ok=True, mode=0o700)
        for _ in range(ATTEMPTS):
            with suppress(RemovedMeanwhile):
                return _taken(store, file, key_of(keys, at), at)
    except OSError as error:
        raise StorageUnavailable(f"{destination} cannot be written") from error
    raise StorageUnavailable("documents were removed each time while they were copied: try again")


def _taken(store: Store, file: Path, key: tuple[str, bytes], at: datetime) -> Taken:
    taken, part = Taken(file), file.with_suffix(".part")
    # Closed at once when writing fails: it holds a snapshot open.
    with all_or_nothing(part), closing(_frames(store, FileBlobs(file.parent / BLOBS), taken, at)) as frames:
        write_new(part, sealed(packed(frames), *key))
        os.rename(part, file)  # noqa: PTH104
        sync_folder(file.parent)
    return taken


def _frames(store: Store, copies: Blobs, taken: Taken, at: datetime) -> Generator[Frame, None, None]:
    """Everything, as of one moment; the blobs are copied before the end is written."""
    public_key = store.vault.heads.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    yield Header(at, migrate.current(store.engine), public_key, __version__)
    counts: dict[str, int] = {}
    with snapshot(store) as connection:
        for table in schema.metadata.sorted_tables:
            for rows in _rows(connection, table):
                counts[rows.table] = counts.get(rows.table, 0) + len(rows.rows)
                yield rows
        _copy_blobs(store, connection, copies, taken)
    taken.rows = sum(counts.values())
    yield End(counts, frozenset(taken.without))


def _rows(connection: Connection, table: Table) -> Iterator[Rows]:
    """The rows of a table; those of `document` in the order of the blobs, for `prune`."""
    query = select(table)
    if table is schema.document:
        query = query.order_by(names_in_order(connection))
    name, columns = str(table.name), tuple(str(column.name) for column in table.columns)
    waiting: list[tuple[object, ...]] = []
    for row in stream(connection, query):
        waiting.append(tuple(row))
        if len(waiting) == AT_ONCE:
            yield Rows(name, columns, waiting)
            waiting = []
    yield Rows(name, columns, waiting)


def _copy_blobs(store: Store, connection: Connection, copies: Blobs, taken: Taken) -> None:
    with closing(side_by_side(connection, copies)) as pairs:
        for copied in copied_together(_new(pairs, taken), lambda row: _copy(store, copies, row)):
            taken.copied += copied.lost is None
            taken.octets += copied.octets
            taken.without += [copied.lost] if copied.lost is not None else []


def _new(pairs: Iterator[Pair], taken: Taken) -> Iterator[Named]:
    """What no earlier backup has brought; counts all that rows name."""
    for pair in pairs:
        taken.blobs += bool(pair.rows)
        if pair.rows and pair.blob is None:
            yield pair.rows[0]


@dataclass(frozen=True)
class Copied:
    """One blob that was copied, or the name of one that could not be."""

    octets: int = 0
    lost: str | None = None


def _copy(store: Store, copies: Blobs, row: Named) -> Copied:
    try:
        return Copied(copy_blob(store.blobs, copies, row.name, row.stored_sha256))
    except DamagedBlob as error:
        if not _is_named(store, row):
            raise RemovedMeanwhile from error
        return Copied(lost=row.name)


def copied_together(what: Iterator[Given], copy: Callable[[Given], Made]) -> Iterator[Made]:
    """Copy several blobs at a time: each waits for a disk or a network, and disks write for all who wait."""
    with ThreadPoolExecutor(COPIES) as pool:
        while batch := list(islice(what, AT_ONCE)):
            yield from pool.map(copy, batch)


def _is_named(store: Store, row: Named) -> bool:
    table = schema.document.c
    query = select(table.id).where(table.record == row.record, table.id == row.name)
    with snapshot(store) as connection:
        return connection.execute(query).one_or_none() is not None


class RemovedMeanwhile(Exception):
    """A document was destroyed between the moment of the backup and its copy: another moment must be taken."""


class DamagedBlob(StorageUnavailable):
    """A blob is not there, or not what its row says."""


def copy_blob(source: Blobs, target: Blobs, name: str, stored_sha256: bytes) -> int:
    """Copy one sealed blob, verified on its way; gives its size.

    Raises:
        DamagedBlob: the source has not what the row says; nothing is left at the target.
        StorageUnavailable: the target cannot be written.
    """
    digest, size = hashlib.sha256(), 0

    def checked() -> Iterator[bytes]:
        nonlocal size
        try:
            for piece in noting(source.pieces(name), digest.update):
                size += len(piece)
                yield piece
        except StorageUnavailable as error:
            raise DamagedBlob(f"{name} cannot be read") from error
        if digest.digest() != stored_sha256:
            raise DamagedBlob(f"{name} is damaged")

    target.write(name, checked())
    return size


# -- forgetting


def prune(destination: Path, *, keys: Path, keep: int) -> tuple[int, int]:
    """Keep the newest backups of a destination; gives how many files and blobs were removed.

    A blob goes when no remaining backup names it: what was destroyed is gone
    from the destination once the last backup that knew it is.

    Raises:
        StorageUnavailable: a remaining backup cannot be read to its end; nothing was removed then.
    """
    files = backups_in(destination)
    kept, dropped = files[-keep:], files[:-keep]
    copies = FileBlobs(destination / BLOBS)
    unnamed = [name for name, group in _by_name(kept, copies, keys) if group == {_STORED}]
    for file in dropped:
        file.unlink()
    sync_folder(destination)
    for name in unnamed:
        copies.delete(name)
    return len(dropped), len(unnamed)


def backups_in(destination: Path) -> list[Path]:
    """The backups of a destination, oldest first; one that was not finished is none."""
    return sorted(destination.glob(f"*{ENDING}"))


_STORED, _NAMED = "stored", "named"


def _by_name(kept: list[Path], copies: Blobs, keys: Path) -> Iterator[tuple[str, set[str]]]:
    """Each name, with who has it."""
    stored = ((blob.name, _STORED) for blob in copies.names())
    streams = [((name, _NAMED) for name in _names(file, keys)) for file in kept]
    for name, group in groupby(merge(stored, *streams), key=lambda one: one[0]):
        yield name, {who for _, who in group}


def _names(file: Path, keys: Path) -> Iterator[str]:
    for frame in frames_of(file, keys_in(keys)):
        if isinstance(frame, Rows) and frame.table == schema.document.name:
            place = frame.columns.index(schema.document.c.id.name)
            yield from (str(row[place]) for row in frame.rows)
