"""Records: found by any identifier of the person, one per person (LC-1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from dmp.record.patient import PatientId
from dmp.record.record import Record, RecordState
from dmp.store import statements
from dmp.store.at_hand import NEVER, AtHand, Opened, Reach
from dmp.store.failures import Conflict
from dmp.store.lane import Batch, Lane, Row
from dmp.store.leads import write_leads
from dmp.store.packing import microseconds, pack, unpack_record
from dmp.store.pages import Page, Pages, Sheaf
from dmp.store.vault import Seal, Vault

Fact = TypeVar("Fact")


@dataclass
class Held:
    """A record as this transaction knows it: what was read, then what it made of it."""

    record: Record
    seal: Seal
    sealed: bytes
    revision: int | None
    """As it was read; None for a record that this transaction adds."""
    sheaf: Sheaf
    opened: Opened = field(default_factory=Opened)
    """What is at hand of it for who reads, or will be."""


class Addresses:
    """Which record an identifier leads to, remembered by a process: it changes when two records are merged or split.

    What is remembered is believed only when the record says the same.
    """

    def __init__(self, most: int = 200_000):
        """Remember up to `most` identifiers."""
        self._most = most
        self._known: dict[bytes, str] = {}

    def get(self, token: bytes) -> str | None:
        """The record, if it is remembered."""
        return self._known.get(token)

    def note(self, token: bytes, key: str) -> None:
        """Remember; when there are too many, all are forgotten."""
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[token] = key

    def forget(self, token: bytes) -> None:
        """It leads elsewhere."""
        self._known.pop(token, None)


class Records:
    """The records inside one transaction; remembers each that it met."""

    def __init__(
        self,
        lane: Lane,
        batch: Batch,
        vault: Vault,
        addresses: Addresses,
        *,
        at_hand: Reach | None = None,
        passing: bool = False,
    ):
        """Read on a lane, write into a batch; what is `at_hand` is not read again; `passing` as in `Vault.open_key`."""
        self._lane = lane
        self._at_hand = at_hand or AtHand().of("")
        self._batch = batch
        self._vault = vault
        self._passing = passing
        self._addresses = addresses
        self._held: dict[str, Held] = {}
        self._added: dict[bytes, str] = {}

    def of(self, patient: PatientId, *, listed_only: bool = False) -> Record | None:
        """Find the record of a person, whatever identifier of theirs is given; None when there is none.

        One that was absorbed leads to the record that absorbed it (LC-18).
        With `listed_only`, of what it holds only the entries that lists show
        are read now; the rest is read when somebody asks for it.
        """
        glance = listed_only and not self._lane.held
        record = self._named(patient, glance=glance)
        while record is not None and record.merged_into:
            record = self._found(record.merged_into, glance=glance)
        return record

    def _named(self, patient: PatientId, *, glance: bool) -> Record | None:
        token = self._vault.person(patient)
        remembered = self._addresses.get(token)
        if remembered is not None:
            record = self._found(remembered, glance=glance)
            if record is not None and patient in record.identifiers:
                return record
            self._addresses.forget(token)
        key = self._added.get(token) or self._look_up(token)
        return None if key is None else self._found(key, glance=glance)

    def _look_up(self, token: bytes) -> str | None:
        rows = self._lane.read(statements.FIND_IDENTIFIER, token=token)
        if not rows:
            return None
        self._addresses.note(token, rows[0][0])
        return rows[0][0]

    def get(self, key: str) -> Record:
        """Read one record by its key.

        Raises:
            LookupError: there is no such record.
        """
        record = self._found(key)
        if record is None:
            raise LookupError("no record has this key")
        return record

    def find(self, key: str, *, listed_only: bool = False) -> Record | None:
        """Read one record by its key; None when there is none, or it was destroyed. `listed_only` is as in `of`."""
        return self._found(key, glance=listed_only and not self._lane.held)

    def _found(self, key: str, *, glance: bool = False) -> Record | None:
        held = self._held.get(key) or self._read(key, glance=glance)
        return None if held is None else held.record

    def _read(self, key: str, *, glance: bool) -> Held | None:
        known = self._at_hand.get(key) or Opened()
        rows = self._rows(key, known, glance=glance)
        # A destroyed record has lost its key: it is no record (DEC-31).
        if not rows or not rows[0][3]:
            self._at_hand.forget(key)
            return None
        revision, version, master, wrapped, sealed = rows[0][:5]
        seal = self._vault.open_key(key, master, bytes(wrapped), passing=self._passing)
        record = unpack_record(seal.open("record", sealed_name(key, version), sealed))
        if known.seen(whole=not glance) != revision:
            known = _renewed(known, revision, _pages(rows, seal, {**known.former, **known.pages}), whole=not glance)
            self._keep(record, known)
        others = None if known.whole else partial(self._others, record, known)
        self._held[key] = Held(record, seal, sealed, revision, Sheaf(seal, known.pages, others), known)
        return self._held[key]

    def keep(self, key: str) -> None:
        """Keep at hand what has come to what was opened of a record."""
        held = self._held[key]
        self._keep(held.record, held.opened)

    def once(self, key: str, name: str, work: Callable[[], Fact]) -> Fact:
        """Something of the past of a record that nothing can change any more: worked out once while it is at hand."""
        facts = self._held[key].opened.facts
        if name not in facts:
            facts[name] = work()
            self.keep(key)
        return facts[name]

    def _keep(self, record: Record, opened: Opened) -> None:
        """Keep it at hand, while the record is open."""
        if record.state is RecordState.ACTIVE and not self._lane.held:
            self._at_hand.keep(record.key, opened)
        else:
            self._at_hand.forget(record.key)

    def _rows(self, key: str, known: Opened, *, glance: bool) -> list[Row]:
        if not self._lane.held:
            statement = statements.READ_LISTED if glance else statements.READ_RECORD
            return self._lane.read(statement, key=key, seen=known.seen(whole=not glance))
        # First the row, which waits for whoever writes in the record, then what that one has written.
        rows = self._lane.read(statements.HOLD_RECORD, key=key)
        pages = self._lane.read(statements.READ_PAGES, key=key) or [(None, None)]
        return [(*row, *page) for row in rows for page in pages]

    def _others(self, record: Record, opened: Opened) -> Pages:
        """The pages of the second shelf, as they were when the first was read.

        Raises:
            Conflict: another act wrote in the record in between.
        """
        rows = self._lane.read(statements.READ_OTHERS, key=record.key, seen=NEVER)
        if not rows or rows[0][0] != opened.revision:
            raise Conflict
        others = _pages(rows, self.seal(record.key), opened.former)
        opened.pages, opened.whole = {**opened.pages, **others}, True
        opened.former.clear()
        self._keep(record, opened)
        return others

    def met(self) -> list[str]:
        """The keys of the records that this transaction has read or added."""
        return sorted(self._held)

    def has_changed(self, key: str) -> bool:
        """Tell whether another act wrote in a record since this transaction read it."""
        rows = self._lane.read(statements.READ_REVISION, key=key)
        return not rows or rows[0][0] != self._held[key].revision

    def seal(self, key: str) -> Seal:
        """The seal of a record already met in this transaction."""
        return self._held[key].seal

    def held(self, key: str) -> Held:
        """All that is known of a record already met in this transaction."""
        return self._held[key]

    def add(self, record: Record) -> None:
        """Add a new record with its own key and all its identifiers.

        A clash on an identifier fails the transaction: one record per person.
        """
        # In one order for everybody: two transactions that open the same person's record cannot deadlock.
        tokens = sorted({self._vault.person(patient) for patient in record.identifiers})
        self._batch.add(statements.ADD_IDENTIFIER, *({"token": token, "record": record.key} for token in tokens))
        self._added |= dict.fromkeys(tokens, record.key)
        write_leads(self._batch, self._vault, before=None, after=record)
        seal, master, wrapped = self._vault.new_key(record.key)
        sealed = _close(seal, record)
        row = {
            "record": record.key,
            "state": record.state,
            "revision": 1,
            "version": record.version,
            "master": master,
            "wrapped": wrapped,
            "sealed": sealed,
        }
        self._batch.touch(record.key, statements.ADD_RECORD, row)
        self._batch.add(statements.ADD_LOOK, {"record": record.key, "day": 0, "rules": ""})
        self._held[record.key] = Held(record, seal, sealed, None, Sheaf(seal, {}))

    def change(self, record: Record, *, at: datetime) -> Record:
        """Write the next version of a record and keep the one before (xds-wire 9.3: each change is versioned).

        `record` must come from the version that is there: an act that changes
        twice passes on what the first change gave.

        Raises:
            ValueError: it comes from another version.
        """
        held = self._held[record.key]
        if held.record.version != record.version:
            raise ValueError("a record is changed from the version that is there")
        changed = replace(record, version=record.version + 1)
        kept = {"record": record.key, "version": record.version, "at": microseconds(at), "sealed": held.sealed}
        self._batch.add(statements.KEEP_VERSION, kept)
        write_leads(self._batch, self._vault, before=held.record, after=changed)
        held.record, held.sealed = changed, _close(held.seal, changed)
        self._batch.touch(record.key, *self._row_of(held))
        return changed

    def touch(self, key: str) -> None:
        """Say that something inside the record changes: another act that meets this one is run again."""
        held = self._held[key]
        if held.revision is not None and key not in self._batch.touched:
            self._batch.touch(key, statements.TOUCH_RECORD, {"key": key, "seen": held.revision})

    def _row_of(self, held: Held) -> tuple[statements.Prepared, Mapping[str, object]]:
        record = held.record
        if held.revision is None:
            return statements.ADD_RECORD, self._batch.touched[record.key][1] | _decided(held)  # type: ignore[operator]
        values = {f"new_{name}": value for name, value in _decided(held).items()}
        return statements.CHANGE_RECORD, {"key": record.key, "seen": held.revision, **values}


def _pages(rows: list[Row], seal: Seal, known: Pages) -> Pages:
    """The pages as they were read; those that are at hand just as they were stay opened."""
    read = (Page(seal, row[5], row[6]) for row in rows if row[5] is not None)
    return {page.number: _same(known.get(page.number), page) for page in read}


def _renewed(known: Opened, revision: int, pages: Pages, *, whole: bool) -> Opened:
    """What is at hand of the next revision; the shelf that is not read now may still be what it was."""
    former = {number: page for number, page in {**known.former, **known.pages}.items() if number not in pages}
    said = known.said if known.revision == revision else {}
    return Opened(revision, pages, whole, {} if whole else former, known.known, known.made, known.facts, said)


def _same(known: Page | None, read: Page) -> Page:
    return known if known is not None and known.mark == read.mark else read


def _decided(held: Held) -> dict[str, object]:
    return {"version": held.record.version, "state": held.record.state, "sealed": held.sealed}


def _close(seal: Seal, record: Record) -> bytes:
    return seal.close("record", sealed_name(record.key, record.version), pack(record))


def sealed_name(key: str, version: int) -> str:
    """A version is sealed as itself, so that an older one cannot stand in for it (security 12.1)."""
    return f"{key} {version}"
