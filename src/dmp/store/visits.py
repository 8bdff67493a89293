"""Which patients somebody read today: what the hard brake counts, and remembers so that it costs little (security 10).

A visit is a row `(person and day, record)`, written with the act that reads.
The worker remembers the visits that it has seen, so that the next act on the
same record asks nothing of the database. Before a record that is new to it, it
counts anew, so that the acts of other workers are in the number: what it knows
may lag by one visit of each of them, never by more.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.sql.expression import bindparam, cast

from dmp.record.dtm import PARIS
from dmp.record.visit import Day
from dmp.store import schema
from dmp.store.clearances import clearance_token
from dmp.store.lane import Batch, Lane
from dmp.store.packing import instant, microseconds
from dmp.store.statements import Prepared
from dmp.store.vault import Vault

AfterCommit = Callable[[Callable[[], None]], None]

REMEMBERED = timedelta(minutes=1)
"""How long a worker goes on with what it knows of an approval, of a stop, of what others read."""
MOST_VISITS = 200_000
"""Visits that a worker remembers; when there are more, all are forgotten, and counted again when they are asked for."""

_visit, _clearance = schema.visit, schema.clearance
_token = bindparam("token", type_=_visit.c.token.type)
_key = bindparam("key", type_=_visit.c.record.type)
_one = (_clearance.c.token == bindparam("person"),)
READ_DAY = Prepared(
    select(
        select(func.count()).select_from(_visit).where(_visit.c.token == _token).scalar_subquery(),
        select(func.count())
        .select_from(_visit)
        .where(_visit.c.token == _token, _visit.c.record == _key)
        .scalar_subquery(),
        select(_clearance.c.until).where(*_one).scalar_subquery(),
        select(_clearance.c.stopped).where(*_one).scalar_subquery(),
    )
)
_GIVEN = select(*(cast(bindparam(name), _visit.c[name].type).label(name) for name in ("token", "record", "until")))
ADD_VISIT = Prepared(
    insert(_visit).from_select(
        ("token", "record", "until"),
        _GIVEN.where(
            ~exists().where(
                _visit.c.token == cast(bindparam("token"), _visit.c.token.type),
                _visit.c.record == cast(bindparam("record"), _visit.c.record.type),
            )
        ),
    )
)
"""Add one that is not there; of two acts that add it at once, the second is run again."""
FORGET_VISITS = Prepared(delete(_visit).where(_visit.c.until < bindparam("before")))


@dataclass
class Known:
    """What a worker knows of one person and day."""

    at: datetime
    """When it was read."""
    others: int
    """Visits that were there then."""
    approved_until: datetime | None
    stopped: bool
    mine: set[str] = field(default_factory=set[str])
    """Records that are among them, or were visited since, here."""
    since: int = 0
    """How many were visited here since."""
    noted: int = 0
    """How many were visited here in all: it tells those that came while somebody counted."""
    going: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Records whose visit is not committed yet, and since when: each takes its place in the number all the same."""


class Diary:
    """What one process remembers, for all its threads."""

    def __init__(self, most: int = MOST_VISITS):
        """Remember up to `most` visits."""
        self.lock = threading.Lock()
        self._most = most
        self._known: dict[bytes, Known] = {}
        self._visits = 0

    def get(self, token: bytes) -> Known | None:
        """What is known of a person and day."""
        return self._known.get(token)

    def set(self, token: bytes, known: Known, *, noted: int) -> Known:
        """Know it from now on; visits that are on their way keep their place for a while.

        `noted` is what it was before the count: a visit that was committed since may be missing there, so that
        it is counted until the next look.
        """
        before = self._known.get(token)
        if before is not None:
            known.noted, known.since = before.noted, before.noted - noted
            known.mine |= before.mine
            known.going |= {record: at for record, at in before.going.items() if known.at - at < REMEMBERED}
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[token] = known
        return known

    def note(self, token: bytes, record: str) -> None:
        """A visit is committed."""
        with self.lock:
            known = self._known.get(token)
            if known is None:
                return
            known.going.pop(record, None)
            if record not in known.mine:
                known.mine.add(record)
                known.since += 1
                known.noted += 1
                self._visits += 1
            if self._visits > self._most:
                self._known.clear()
                self._visits = 0


class Visits:
    """The visits inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault, *, diary: Diary, after_commit: AfterCommit):
        """Read on a lane, write into a batch; `diary` is what the process remembers."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._diary = diary
        self._after_commit = after_commit

    def day(self, person: str, record: str, at: datetime, *, slack: int) -> Day:
        """What a person read today when this record is asked for now.

        `slack` is how many visits of this worker may pass before it counts
        again: 1 where each one matters.
        """
        token, diary = self._token(person, at), self._diary
        with diary.lock:
            known = diary.get(token)
            if known is not None and _suffices(known, record, at, slack):
                return _placed(known, record, at)
            noted = known.noted if known is not None else 0
        read = self._read(token, person, record, at)
        with diary.lock:
            return _placed(diary.set(token, read, noted=noted), record, at)

    def begin(self, person: str, record: str, at: datetime) -> None:
        """Write that a person reads a record today, when he had not yet."""
        token = self._token(person, at)
        known = self._diary.get(token)
        if known is not None and record in known.mine:
            return
        self._batch.add(ADD_VISIT, {"token": token, "record": record, "until": microseconds(day_end(at))})
        self._after_commit(lambda: self._diary.note(token, record))

    def drop(self, person: str, record: str, at: datetime) -> None:
        """The record is not read after all: its place in the number is free."""
        with self._diary.lock:
            known = self._diary.get(self._token(person, at))
            if known is not None:
                known.going.pop(record, None)

    def forget(self, *, before: datetime) -> None:
        """Drop the visits of days that are over."""
        self._batch.add(FORGET_VISITS, {"before": microseconds(before)})

    def _read(self, token: bytes, person: str, record: str, at: datetime) -> Known:
        ((others, mine, until, stopped),) = self._lane.read(
            READ_DAY, token=token, key=record, person=clearance_token(self._vault, person)
        )
        approved = instant(until) if until else None
        return Known(at, others, approved, bool(stopped), {record} if mine else set())

    def _token(self, person: str, at: datetime) -> bytes:
        day = at.astimezone(PARIS).date().isoformat()
        return self._vault.digest(f"visit {person} {day}")


def _suffices(known: Known, record: str, at: datetime, slack: int) -> bool:
    """Tell whether what a worker knows is good enough for one more record."""
    return at - known.at < REMEMBERED and (record in known.mine or known.since < slack)


def _placed(known: Known, record: str, at: datetime) -> Day:
    """The day of a person when he asks for a record, which takes its place in the number at once."""
    if record in known.mine:
        return Day(None, known.approved_until, known.stopped)
    others = known.others + known.since + len(known.going.keys() - known.mine - {record})
    known.going[record] = at
    return Day(others, known.approved_until, known.stopped)


def day_end(at: datetime) -> datetime:
    """The end of the French day of an instant."""
    return datetime.combine(at.astimezone(PARIS).date() + timedelta(days=1), time(), PARIS)
