"""The store and its transactions: all or nothing, acknowledged only when durable."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from dmp.record.errors import StorageUnavailable
from dmp.record.record import Record
from dmp.store import dialect
from dmp.store.blobs import Blobs, FileBlobs
from dmp.store.directory import Directory
from dmp.store.entries import RecordContents
from dmp.store.failures import Conflict, told_apart
from dmp.store.records import Records
from dmp.store.replay import Replays
from dmp.store.traces import Traces
from dmp.store.vault import Vault

__all__ = ["Conflict", "Store", "Tx"]


class Tx:
    """One transaction: what an act may read and write."""

    def __init__(self, connection: Connection, vault: Vault, blobs: Blobs):
        """Work on one connection."""
        self._connection = connection
        self._blobs = blobs
        self._written_blobs: list[str] = []
        self.records = Records(connection, vault)
        self.traces = Traces(connection, vault, self.records)
        self.replays = Replays(connection, vault)
        self.directory = Directory(connection)

    def inside(self, record: Record) -> RecordContents:
        """The contents of a record met in this transaction, hidden as this value of it says."""
        seal = self.records.seal(record.key)
        return RecordContents(self._connection, self._blobs, record, seal, written_blobs=self._written_blobs)

    def drop_written_blobs(self) -> None:
        """Remove the blobs of a transaction that was undone; one that cannot be removed is swept later."""
        for name in self._written_blobs:
            with suppress(StorageUnavailable):
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
        """Open a store that exists.

        Raises:
            StorageUnavailable: the keys, the folder or the database cannot be used, or would not be safe.
        """
        vault, folder = Vault(keys), FileBlobs(blobs)
        return Store(dialect.open_engine(database_url, connections=connections), folder, vault)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Run a transaction: committed at the end, undone on any error.

        Raises:
            Conflict: another transaction won a race: run the act again.
            StorageUnavailable: the database cannot be used now.
        """
        with told_apart(), self.engine.connect() as connection, connection.begin() as transaction:
            tx = Tx(connection, self.vault, self.blobs)
            try:
                yield tx
            except BaseException:
                # Only here: a commit that fails may still have happened, so its blobs must stay.
                try:
                    transaction.rollback()
                finally:
                    tx.drop_written_blobs()
                raise

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A transaction on the tables that no single record owns: the trace tree, its queue; errors as `begin`."""
        with told_apart(), self.engine.begin() as connection:
            yield connection

    def forget_replays(self, before: datetime) -> int:
        """Drop the assertions and messages whose window is over; returns how many."""
        with self.begin() as tx:
            return tx.replays.forget(before=before)

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()
