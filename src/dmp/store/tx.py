"""The store and its transactions: all or nothing, acknowledged only when durable."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from dmp.record.errors import StorageUnavailable
from dmp.record.record import Record
from dmp.store import dialect, statements
from dmp.store.accounts import Accounts
from dmp.store.alerts import Alerts
from dmp.store.at_hand import AtHand, Reach
from dmp.store.blobs import Blobs, FileBlobs
from dmp.store.cases import Cases
from dmp.store.clearances import Clearances
from dmp.store.directory import Directory
from dmp.store.entries import RecordContents
from dmp.store.erasures import Erasures
from dmp.store.failures import Conflict, told_apart
from dmp.store.keys.token import Token
from dmp.store.lane import Batch, Lane
from dmp.store.leads import Leads
from dmp.store.looks import Looks
from dmp.store.moving import Moving
from dmp.store.openings import Openings
from dmp.store.operators import Operators
from dmp.store.outbox import Outbox
from dmp.store.personal import Personal
from dmp.store.places import Places
from dmp.store.prescriptions import Prescriptions
from dmp.store.projections import Projections
from dmp.store.proofs import Proofs
from dmp.store.questions import Questions
from dmp.store.readers import Readers
from dmp.store.records import Addresses, Records
from dmp.store.replay import Replays
from dmp.store.retention import Retention
from dmp.store.rule_editions import RuleEditions
from dmp.store.tallies import Tallies
from dmp.store.tickets import Tickets
from dmp.store.traces import Traces
from dmp.store.unread import UnreadDocuments
from dmp.store.vault import Vault
from dmp.store.visits import Diary, Visits
from dmp.store.watching import Watching

_log = logging.getLogger(__name__)

__all__ = ["Conflict", "Store", "Tx"]


class Tx:
    """One transaction: what an act may read and write. Nothing is written before its end."""

    def __init__(
        self,
        lane: Lane,
        vault: Vault,
        blobs: Blobs,
        addresses: Addresses,
        *,
        diary: Diary | None = None,
        at_hand: Reach | None = None,
        passing: bool = False,
    ):
        """Work on one lane; what is `at_hand` for who reads is not read and opened again; `passing` as in `begin`."""
        self._lane = lane
        self._vault = vault
        self._blobs = blobs
        self._diary = diary or Diary()
        self._batch = Batch()
        self._written_blobs: list[str] = []
        self._afterwards: list[Callable[[], None]] = []
        self.records = Records(lane, self._batch, vault, addresses, at_hand=at_hand, passing=passing)
        self.places = Places(lane, self._batch, vault)
        self.leads = Leads(lane, self._batch, vault)
        self.traces = Traces(lane, self._batch, vault, self.records)
        self.proofs = Proofs(lane, vault)
        self.replays = Replays(lane, self._batch, vault)
        self.directory = Directory(lane, self._batch)
        self.accounts = Accounts(lane, self._batch, vault)
        self.readers = Readers(lane, self._batch, vault)
        self.openings = Openings(lane, self._batch, vault)
        self.retention = Retention(lane, vault)
        self.outbox = Outbox(lane, self._batch, vault, self.records)
        self.erasures = Erasures(
            lane,
            self._batch,
            vault,
            records=self.records,
            places=self.places,
            traces=self.traces,
            blobs=blobs,
            after_commit=self.after_commit,
        )

    @property
    def moving(self) -> Moving:
        """What carries objects from one record into another."""
        return Moving(
            records=self.records,
            projections=self.projections,
            places=self.places,
            batch=self._batch,
            blobs=self._blobs,
            written_blobs=self._written_blobs,
        )

    @property
    def projections(self) -> Projections:
        """What was read from documents."""
        return Projections(self._lane, self._batch, self.records)

    @property
    def looks(self) -> Looks:
        """When reminders are worked out."""
        return Looks(self._lane, self._batch)

    @property
    def rule_editions(self) -> RuleEditions:
        """The rules that operators gave."""
        return RuleEditions(self._lane, self._batch, self._vault)

    @property
    def unread(self) -> UnreadDocuments:
        """How many documents could not be read."""
        return UnreadDocuments(self._lane, self._batch)

    @property
    def operators(self) -> Operators:
        """Those who run the service."""
        return Operators(self._lane, self._batch, self._vault)

    @property
    def tickets(self) -> Tickets:
        """Sessions, codes and links of those who sign in."""
        return Tickets(self._lane, self._batch, self._vault)

    @property
    def personal(self) -> Personal:
        """What holders write in their own space."""
        return Personal(self.records)

    @cached_property
    def tallies(self) -> Tallies:
        """How often something happened lately."""
        return Tallies(self._lane, self._batch, self._vault)

    @cached_property
    def visits(self) -> Visits:
        """Which patients people read today."""
        return Visits(self._lane, self._batch, self._vault, diary=self._diary, after_commit=self.after_commit)

    @cached_property
    def clearances(self) -> Clearances:
        """Who may read more than others, whose account is stopped."""
        return Clearances(self._lane, self._batch, self._vault)

    @cached_property
    def alerts(self) -> Alerts:
        """What the watch found."""
        return Alerts(self._lane, self._batch, self._vault)

    @cached_property
    def questions(self) -> Questions:
        """What patients ask about accesses."""
        return Questions(self.alerts, self.records)

    @property
    def cases(self) -> Cases:
        """The uses of emergency modes, until their structures have reviewed them."""
        return Cases(self._lane, self._batch, self._vault, self.records)

    @cached_property
    def prescriptions(self) -> Prescriptions:
        """Prescriptions that have a number."""
        return Prescriptions(self._lane, self._batch, self._vault, records=self.records, places=self.places)

    @cached_property
    def watching(self) -> Watching:
        """What the watch remembers."""
        return Watching(self._lane, self._batch, self._vault)

    def inside(self, record: Record) -> RecordContents:
        """The contents of a record met in this transaction, hidden as this value of it says."""
        return RecordContents(
            record,
            records=self.records,
            places=self.places,
            batch=self._batch,
            blobs=self._blobs,
            written_blobs=self._written_blobs,
            after_commit=self.after_commit,
        )

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something once all is written, never otherwise; what cannot be done then is logged."""
        self._afterwards.append(act)

    def commit(self) -> None:
        """Write everything."""
        for key in self.records.met():
            self._write_pages(key)
        if self._batch:
            self._lane.commit(self._batch)
        for act in self._afterwards:
            try:
                act()
            except Exception as error:  # all is written: nothing may undo that, nor deny it
                _log.error("what follows a commit could not be done", exc_info=error)

    def _write_pages(self, key: str) -> None:
        for number, sealed, new in self.records.held(key).sheaf.written():
            if new:
                self._batch.add(statements.ADD_PAGE, {"record": key, "number": number, "sealed": sealed})
            else:
                self._batch.add(statements.REWRITE_PAGE, {"key": key, "page": number, "new_sealed": sealed})

    def drop_written_blobs(self) -> None:
        """Remove the blobs of a transaction that was undone; one that cannot be removed is swept later."""
        for name in self._written_blobs:
            with suppress(StorageUnavailable):
                self._blobs.delete(name)


class Store:
    """A database, a folder of blobs and a vault of keys."""

    def __init__(self, engine: Engine, lanes: Engine, blobs: Blobs, vault: Vault):
        """Put them together: `engine` for what is written as statements, `lanes` for acts on records."""
        self.engine = engine
        self.lanes = lanes
        self.blobs = blobs
        self.vault = vault
        self._addresses = Addresses()
        self._diary = Diary()
        self.at_hand = AtHand()
        # SQLite has one writer; waiting for a lock of ours is fair, waiting for that of the file is not.
        one_writer = engine.dialect.name == "sqlite"
        self._alone: AbstractContextManager[Any] = threading.Lock() if one_writer else nullcontext()

    @staticmethod
    def open(
        database_url: str,
        *,
        blobs: Path | Blobs,
        keys: Path,
        connections: int = 4,
        token: Token | None = None,
        standby: bool = False,
    ) -> "Store":
        """Open a store that exists; `token` holds the master keys, when they are not in the folder of keys.

        With `standby`, a database is refused that acknowledges before a standby has what it acknowledges.

        Raises:
            StorageUnavailable: the keys, the folder or the database cannot be used, or would not be safe.
        """
        vault, kept = Vault(keys, token), FileBlobs(blobs) if isinstance(blobs, Path) else blobs
        engine = dialect.open_engine(database_url, standby=standby)
        lanes = dialect.open_lanes(database_url, connections=connections, standby=standby)
        return Store(engine, lanes, kept, vault)

    @contextmanager
    def begin(self, *, held: bool = False, reader: str = "", passing: bool = False) -> Iterator[Tx]:
        """Run a transaction: committed at the end, undone on any error.

        It reads snapshots and holds nothing, unless it is `held`: then nobody
        else writes in the records it has read. What a `reader` opens stays at
        hand for him for a minute (`store/at_hand.py`); for nobody, nothing does.
        Who is `passing`, on his way through all records, leaves no key in memory.

        Raises:
            Conflict: another transaction won a race: run the act again.
            StorageUnavailable: the database cannot be used now.
        """
        with told_apart(), self._lane() as lane, lane.holding() if held else nullcontext():
            at_hand = self.at_hand.of("" if held else reader)
            tx = Tx(
                lane,
                self.vault,
                self.blobs,
                self._addresses,
                diary=self._diary,
                at_hand=at_hand,
                passing=passing,
            )
            try:
                yield tx
            except BaseException:
                tx.drop_written_blobs()
                raise
            try:
                tx.commit()
            except Exception as error:
                # Any other failure may have come after the commit: its blobs must stay.
                if dialect.is_undone(error):
                    tx.drop_written_blobs()
                raise

    @contextmanager
    def _lane(self) -> Iterator[Lane]:
        connection = self.lanes.raw_connection()
        try:
            yield Lane(self.lanes, connection.driver_connection, alone=self._alone, known=connection.info)
        except Exception as error:
            if dialect.is_outage(error):
                # What answers next may be another server, which lacks what this one had last.
                self.at_hand.clear()
                raw = connection.driver_connection
                connection.invalidate()
                if getattr(raw, "broken", False):
                    # The server went away: the other connections of the pool went with it.
                    self.lanes.dispose()
            raise
        finally:
            connection.close()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A transaction on the tables that no single record owns: the trace tree, its queue; errors as `begin`."""
        with told_apart(), self._alone, self.engine.begin() as connection:
            yield connection

    def forget_replays(self, before: datetime) -> None:
        """Drop the assertions and messages whose window is over."""
        with self.begin() as tx:
            tx.replays.forget(before=before)

    def forget_visits(self, before: datetime) -> None:
        """Drop what the brake and the watch need no more."""
        with self.begin() as tx:
            tx.visits.forget(before=before)
            tx.watching.forget(before=before)

    def forget_tickets(self, before: datetime) -> None:
        """Drop the tickets and tallies that are over."""
        with self.begin() as tx:
            tx.tickets.forget(before=before)
            tx.tallies.forget(before=before)

    def close(self) -> None:
        """Close the connections, forget what is at hand."""
        self.at_hand.clear()
        self.lanes.dispose()
        self.engine.dispose()
