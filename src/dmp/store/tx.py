"""The store and its transactions: all or nothing, acknowledged only when durable."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from dmp.record.errors import StorageUnavailable
from dmp.record.record import Record
from dmp.store import dialect
from dmp.store.blobs import Blobs, FileBlobs
from dmp.store.directory import Directory
from dmp.store.entries import RecordContents
from dmp.store.records import Records
from dmp.store.replay import Replays
from dmp.store.traces import Traces
from dmp.store.vault import Vault


class Conflict(Exception):
    """Another transaction took the same unique key meanwhile: run the act again on what is there now."""


class Tx:
    """One transaction: what an act may read and write."""

    def __init__(self, connection: Connection, vault: Vault, blobs: Blobs):
        """Work on one connection."""
        self._connection = connection
        self._blobs = blobs
        self._contents: dict[str, RecordContents] = {}
        self.records = Records(connection, vault)
        self.traces = Traces(connection, vault)
        self.replays = Replays(connection, vault)
        self.directory = Directory(connection)

    def inside(self, record: Record) -> RecordContents:
        """The contents of a record met in this transaction."""
        if record.key not in self._contents:
            seal = self.records.seal(record.key)
            self._contents[record.key] = RecordContents(self._connection, self._blobs, record, seal)
        return self._contents[record.key]

    def drop_written_blobs(self) -> None:
        """Remove the blobs of a transaction that was undone; one that stays is swept later."""
        for contents in self._contents.values():
            for name in contents.written_blobs:
                self._blobs.delete(name)


class Store:
    """A database, a folder of blobs and a vault of keys."""

    def __init__(self, engine: Engine, blobs: Blobs, vault: Vault):
        """Put the three together."""
        self.engine = engine
        self.blobs = blobs
        self.vault = vault

    @staticmethod
    def open(database_url: str, *, blobs: Path, keys: Path, connections: int = 4) -> "Store":
        """Open a store that exists."""
        return Store(dialect.open_engine(database_url, connections=connections), FileBlobs(blobs), Vault(keys))

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Run a transaction: committed at the end, undone on any error.

        Raises:
            Conflict: a unique key was taken meanwhile.
            StorageUnavailable: the database cannot be used now.
        """
        try:
            with self.engine.connect() as connection, connection.begin() as transaction:
                tx = Tx(connection, self.vault, self.blobs)
                try:
                    yield tx
                except BaseException:
                    # Only here: a commit that fails may still have happened, so its blobs must stay.
                    transaction.rollback()
                    tx.drop_written_blobs()
                    raise
        except IntegrityError as error:
            raise Conflict from error
        except OperationalError as error:
            raise StorageUnavailable("the database cannot be used now") from error

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()
