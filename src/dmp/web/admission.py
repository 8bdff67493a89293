"""Who is worked on next when there is more to do than can be done (security 13.6).

A request that is here whole asks for a place; there are as many places as
threads. Those that find none wait, in four classes served in strict order,
the oldest of a class first. When the waiting room is full, the oldest of the
lowest class below the newcomer's leaves for him; without one, he is refused at
once (`glimpse`): a refusal must cost much less than an answer.

**What is believed before anybody is authenticated.** The class is read off the
path and the action of the Content-Type; an action that is not the one of the
envelope is refused later, so nothing is won by a wrong one. That a reading is
for an emergency stands inside the assertion, whose signature is not verified
yet: the word alone is looked for. It is a claim of the holder of a verified
TLS certificate, and of no more weight: one certificate has at most a quarter
of the waiting room for its emergencies, what is beyond waits with the other
readings; and an emergency that is none is refused, or stands in the log that
the patient reads.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from dmp.record.actor import Mode
from dmp.web import metrics
from dmp.wire.soap import Action

WORTH = 0.3
"""Seconds that the waiting room is worth: beyond, a newcomer is refused rather than let wait."""
LEAST = 32
"""Who may always wait, however slow the service is at the moment."""
SWEEP = 0.02
LOOKED_AT = 64 * 1024
"""Octets of an envelope that are searched for a word: the assertion stands in its header."""
RETRY_AFTER = b"1"


class Kind(IntEnum):
    """What a request is for, the most urgent first."""

    EMERGENCY = 0
    READING = 1
    DEPOSIT = 2
    OTHER = 3


KINDS = {
    Action.STORED_QUERY: Kind.READING,
    Action.RETRIEVE: Kind.READING,
    Action.READ_RECORD: Kind.READING,
    Action.FIND_PATIENTS: Kind.READING,
    Action.LIST_AUTHORIZATIONS: Kind.READING,
    Action.SET_AUTHORIZATION: Kind.DEPOSIT,
    Action.PROVIDE_AND_REGISTER: Kind.DEPOSIT,
    Action.REGISTER: Kind.DEPOSIT,
    Action.UPDATE: Kind.DEPOSIT,
    Action.CREATE_RECORD: Kind.DEPOSIT,
    Action.CHANGE_RECORD: Kind.DEPOSIT,
}
"""The others, removals and lists of patients for instance, come last."""

_OPERATIONS = {action.encode(): (KINDS.get(action, Kind.OTHER), action.name.lower()) for action in Action}
_UNNAMED = {
    b"/repository": (Kind.DEPOSIT, "unnamed"),
    b"/registry": (Kind.READING, "unnamed"),
    b"/patients": (Kind.READING, "unnamed"),
    b"/habilitations": (Kind.DEPOSIT, "unnamed"),
}
"""A Content-Type need not tell the action: then the path decides."""
_WAITING = tuple(metrics.WAITING.labels(kind.name.lower()) for kind in Kind)
_SHED = tuple(metrics.SHED.labels(kind.name.lower()) for kind in Kind)
_EMERGENCIES = (Mode.BREAK_GLASS.encode(), Mode.EMERGENCY_DISPATCH.encode())


def classified(path: bytes, content_type: bytes) -> tuple[Kind, str]:
    """The class of a request and the name of its operation, from its head alone."""
    _, found, told = content_type.partition(b"action=")
    action = told[1:].partition(b'"')[0] if told[:1] == b'"' else told.partition(b";")[0].strip()
    known = _OPERATIONS.get(action) if found else None
    return known or _UNNAMED.get(path, (Kind.OTHER, "unnamed"))


def claims_emergency(envelope: bytes | bytearray) -> bool:
    """Whether the words of an emergency mode stand where the assertion is."""
    return any(envelope.find(word, 0, LOOKED_AT) >= 0 for word in _EMERGENCIES)


@dataclass(eq=False, slots=True)
class Ticket:
    """One request that asks for a place: exactly one of `admit` and `shed` is called, unless it withdraws."""

    kind: Kind
    holder: bytes
    """The certificate of the caller."""
    admit: Callable[[], None]
    shed: Callable[[], None]
    since: float = 0.0
    working: bool = False


@dataclass(frozen=True)
class Room:
    """`places` are worked on at once, `queue` more may wait, none longer than the seconds of `patience`."""

    places: int = 4
    queue: int = 128
    patience: tuple[float, float, float, float] = (10.0, 2.0, 5.0, 5.0)


@dataclass
class Admission:
    """The waiting room of one worker; lives in its event loop, and only there."""

    room: Room = field(default_factory=Room)
    clock: Callable[[], float] = time.monotonic
    _waiting: tuple[deque[Ticket], ...] = field(default_factory=lambda: tuple(deque[Ticket]() for _ in Kind))
    _claims: Counter[bytes] = field(default_factory=Counter[bytes])
    _working: int = 0
    _count: int = 0
    _interval: float = 0.0
    """Seconds between two places that become free while somebody waits, on average."""
    _last_left: float | None = None
    """When a place last became free with somebody waiting for it."""
    _sweeper: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._count

    @property
    def full(self) -> bool:
        """Whether the waiting room is full: a newcomer takes the place of somebody less urgent, or is refused."""
        return self._count >= self._most()

    def would_refuse(self, kind: Kind) -> bool:
        """Whether a newcomer of a class is refused now: so that his body need not even be read."""
        return self.full and not any(self._waiting[kind + 1 :])

    def refuse_unseen(self, kind: Kind) -> None:
        """Count one who is refused without having asked for a place."""
        _SHED[kind].inc()

    def enter(self, ticket: Ticket) -> None:
        """Give a place, now or later, or refuse, now or later."""
        if not self._count and self._working < self.room.places:
            self._admit(ticket)
            return
        if ticket.kind is Kind.EMERGENCY and self._claims[ticket.holder] >= self.room.queue // 4:
            ticket.kind = Kind.READING
        if self.full:
            lowest = next((line for line in reversed(self._waiting[ticket.kind + 1 :]) if line), None)
            if lowest is None:
                self._shed(ticket)
                return
            self._shed(self._out(lowest))
        self._wait(ticket)

    def leave(self, ticket: Ticket) -> None:
        """Give the place back: the next one comes in."""
        if not ticket.working:
            return
        ticket.working = False
        self._working -= 1
        metrics.WORKING.dec()
        now = self.clock()
        if self._last_left is not None:
            took = now - self._last_left
            self._interval = took if not self._interval else 0.95 * self._interval + 0.05 * took
        self._last_left = now if self._count else None
        self._call_in(now)

    def withdraw(self, ticket: Ticket) -> None:
        """Forget a request whose caller has gone; one that is being worked on keeps its place until it leaves."""
        line = self._waiting[ticket.kind]
        if ticket in line:
            line.remove(ticket)
            self._noted(ticket, -1)

    def _most(self) -> int:
        return min(self.room.queue, max(LEAST, int(WORTH / self._interval))) if self._interval else self.room.queue

    def _wait(self, ticket: Ticket) -> None:
        ticket.since = self.clock()
        self._waiting[ticket.kind].append(ticket)
        self._noted(ticket, +1)
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)

    def _out(self, line: deque[Ticket]) -> Ticket:
        ticket = line.popleft()
        self._noted(ticket, -1)
        return ticket

    def _noted(self, ticket: Ticket, change: int) -> None:
        self._count += change
        _WAITING[ticket.kind].inc(change)
        if ticket.kind is Kind.EMERGENCY:
            self._claims[ticket.holder] += change
            if not self._claims[ticket.holder]:
                del self._claims[ticket.holder]

    def _admit(self, ticket: Ticket) -> None:
        ticket.working = True
        self._working += 1
        metrics.WORKING.inc()
        ticket.admit()

    def _shed(self, ticket: Ticket) -> None:
        _SHED[ticket.kind].inc()
        ticket.shed()

    def _call_in(self, now: float) -> None:
        self._drop_late(now)
        while self._count and self._working < self.room.places:
            self._admit(self._out(next(line for line in self._waiting if line)))

    def _drop_late(self, now: float) -> None:
        """Whoever waited too long is dropped without work: nobody reads that answer any more."""
        for kind, line in zip(Kind, self._waiting, strict=True):
            while line and now - line[0].since > self.room.patience[kind]:
                self._shed(self._out(line))

    def _sweep(self) -> None:
        self._sweeper = None
        self._drop_late(self.clock())
        if self._count:
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)
