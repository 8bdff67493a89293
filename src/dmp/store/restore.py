"""«dmp restore»: a backup comes back into an empty service, what was erased or removed stays so (security 13.9, 12.5).

Nothing is written before the whole backup has been read once. Blobs first,
then all rows in one transaction; then the journal of the keys is replayed, and
all of it is verified.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from dmp.record.errors import StorageUnavailable
from dmp.store import dialect, erasure, migrate, removal, schema
from dmp.store.backup import DamagedBlob, backups_in, copied_together, copy_blob
from dmp.store.backup_file import BLOBS, End, Header, Rows, frames_of, verified
from dmp.store.backup_keys import keys_in
from dmp.store.blobs import Blobs, FileBlobs
from dmp.store.check import Report, check
from dmp.store.tx import Store


@dataclass
class Restored:
    """What came back, from which file and moment; what was erased and removed again; what the verification found."""

    file: Path
    header: Header
    rows: int
    blobs: int
    without: frozenset[str]
    erased: int = 0
    removed: int = 0
    report: Report = field(default_factory=Report)

    @property
    def sentence(self) -> str:
        """One line for people."""
        told = f"dmp: restored as of {self.header.at.isoformat()}: {self.rows} rows, {self.blobs} blobs"
        lost = f"; {len(self.without)} blobs were damaged when the backup was made" if self.without else ""
        return f"{told}, {self.erased} records erased again, {self.removed} documents and objects removed again{lost}"


def newest(source: Path) -> Path:
    """The backup to restore: the one named, or the newest of a destination.

    Raises:
        StorageUnavailable: there is none.
    """
    if source.is_file():
        return source
    files = backups_in(source)
    if not files:
        raise StorageUnavailable(f"no finished backup in {source}")
    return files[-1]


def restore(store: Store, source: Path, *, keys: Path) -> Restored:
    """Restore a backup into a migrated database without rows; blobs that are there already are kept.

    Raises:
        StorageUnavailable: the backup is cut short, altered, incomplete, of another service or of another
            release, and the file at fault is named; or the service is not empty. The database is as it was.
    """
    file = newest(source)
    header, end = verified(file, keys_in(keys))
    _refuse_foreign(store, header, file)
    _refuse_full(store)
    blobs = _restore_blobs(store.blobs, file, keys, end)
    _restore_rows(store, file, keys)
    restored = Restored(file, header, sum(end.rows.values()), blobs, end.without)
    restored.erased = erasure.replay(store, store.vault.journal.lines())
    restored.removed = removal.replay(store, store.vault.journal.lines())
    restored.report = check(store)
    return restored


def verify(source: Path, *, keys: Path) -> Restored:
    """Read a backup and the blobs it names, whole, and restore nothing.

    Raises:
        StorageUnavailable: naming the file at fault.
    """
    file = newest(source)
    header, end = verified(file, keys_in(keys))
    copies, count = _copies(file), 0
    for name, stored_sha256 in _documents(file, keys, end):
        count += 1
        if copies.stored_sha256(name) != stored_sha256:
            raise StorageUnavailable(f"{_place(name)} is damaged")
    return Restored(file, header, sum(end.rows.values()), count, end.without)


def _refuse_foreign(store: Store, header: Header, file: Path) -> None:
    if header.service != store.vault.heads.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw):
        raise StorageUnavailable(f"{file.name} is the backup of another service than that of this vault")
    found = migrate.current(store.engine)
    if header.schema != found:
        wanted = f"{header.schema} (release {header.release})"
        raise StorageUnavailable(
            f"{file.name} has the schema {wanted}, the database {found}: restore with that release"
        )


def _refuse_full(store: Store) -> None:
    with store.connection() as connection:
        for table in schema.metadata.sorted_tables:
            if connection.execute(select(*table.primary_key).limit(1)).first() is not None:
                raise StorageUnavailable(f"the database is not empty: {table.name} has rows; restore into a new one")


def _restore_blobs(blobs: Blobs, file: Path, keys: Path, end: End) -> int:
    """Copy the blobs, each verified; what a restore that was cut has left is written again."""
    copies = _copies(file)

    def copy(blob: tuple[str, bytes]) -> int:
        name, stored_sha256 = blob
        try:
            return copy_blob(copies, blobs, name, stored_sha256)
        except DamagedBlob as error:
            raise StorageUnavailable(f"{_place(name)} of the backup is missing or damaged") from error

    return sum(1 for _ in copied_together(_documents(file, keys, end), copy))


def _restore_rows(store: Store, file: Path, keys: Path) -> None:
    """All rows in one transaction: until it ends, the database is empty."""
    with store.connection() as connection:
        for frame in frames_of(file, keys_in(keys)):
            if isinstance(frame, Rows):
                dialect.load(connection, schema.metadata.tables[frame.table], frame.columns, frame.rows)


def _documents(file: Path, keys: Path, end: End) -> Iterator[tuple[str, bytes]]:
    """Each blob of the backup, once: its name and its SHA-256. Those that were already lost are left out."""
    last = ""
    for frame in frames_of(file, keys_in(keys)):
        if isinstance(frame, Rows) and frame.table == schema.document.name:
            table = schema.document.c
            place, digest = frame.columns.index(table.id.name), frame.columns.index(table.stored_sha256.name)
            for row in frame.rows:
                name, stored_sha256 = row[place], row[digest]
                if (
                    isinstance(name, str)
                    and isinstance(stored_sha256, bytes)
                    and name != last
                    and name not in end.without
                ):
                    yield name, stored_sha256
                    last = name


def _copies(file: Path) -> FileBlobs:
    folder = file.parent / BLOBS
    if not folder.is_dir():
        raise StorageUnavailable(f"{file.parent} has no folder {BLOBS}")
    return FileBlobs(folder)


def _place(name: str) -> str:
    return f"{BLOBS}/{name[:2]}/{name}"
