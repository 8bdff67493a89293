"""What a reader opened a moment ago, kept opened: pages of a record, and what was made of its traces (ADR 34).

Somebody who walks through a record asks for the same pages again and again.
What one reader opened is used for nobody else, so that nobody learns from the
time of an answer what another one does. Nothing here is an answer: rights are
decided anew in each act, on a record that is read anew.

Nothing here can be out of date either. Pages count only for the revision of
the record that the act has just read, in one statement; a page is what its
seal says, so that those that did not change are used again. Traces are only
ever added: as many as were kept must still be there, in the same order.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dmp.store.pages import OTHERS, Page
from dmp.store.sharing import Known

SECONDS = 60.0
"""How long something stays that nobody asks for."""
MOST = 96_000_000
"""Octets that a process keeps, about."""
LISTED, UNLISTED = 24, 8
"""Octets in memory for one of a sealed page of each shelf, about: entries written out, and what mostly stays packed."""
SAID = 7
"""Octets in memory for one of packed facts, about, once they are unpacked."""
PER_TRACE = 2000
"""Octets of what was made of one trace, about."""
NEVER = -1
"""The revision of no record."""


@dataclass
class Made:
    """What was made of the traces of a record, in the order of their ids, up to the last one."""

    last: str = ""
    values: tuple[Any, ...] = ()


@dataclass
class Opened:
    """What one reader opened of one record, as of a revision; `whole` once both shelves are there."""

    revision: int = NEVER
    pages: dict[int, Page] = field(default_factory=dict[int, Page])
    whole: bool = False
    former: dict[int, Page] = field(default_factory=dict[int, Page])
    """Those of the revision before, of a shelf that was not read since."""
    known: Known = field(default_factory=Known)
    """What its entries have in common."""
    made: dict[Callable[..., Any], Made] = field(default_factory=dict[Callable[..., Any], Made])
    """By what made it."""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of what is past for this reader, by their names."""
    said: dict[str, Any] = field(default_factory=dict[str, Any])
    """What its documents say, as of that revision (`projections.Said`); None for one that says nothing."""
    used: float = 0.0

    @property
    def octets(self) -> int:
        """What it takes, about."""
        held = [*self.pages.values(), *self.former.values()]
        pages = sum((LISTED if page.number < OTHERS else UNLISTED) * page.size for page in held)
        said = sum(SAID * getattr(one, "octets", 0) for one in list(self.said.values()))
        return pages + said + PER_TRACE * sum(len(made.values) for made in list(self.made.values()))

    def seen(self, *, whole: bool) -> int:
        """The revision of which nothing need be read again."""
        return self.revision if self.whole or not whole else NEVER


class AtHand:
    """What one process keeps for all its readers; the longest unused goes first."""

    def __init__(self, *, most: int = MOST, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic):
        """Keep nothing yet."""
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[Opened, int]] = OrderedDict()
        self._octets = 0
        self._timer: threading.Timer | None = None

    def of(self, reader: str) -> "Reach":
        """What one reader has; nobody in particular has nothing, and keeps nothing."""
        return Reach(self, reader)

    def get(self, reader: str, record: str) -> Opened | None:
        """What a reader opened of a record, unless it was too long ago."""
        with self._lock:
            self._drop_old()
            found = self._kept.get((reader, record))
            if found is None:
                return None
            self._use(found[0], (reader, record))
            return found[0]

    def keep(self, reader: str, record: str, opened: Opened) -> None:
        """Keep what a reader opened, or what has come to it."""
        name, octets = (reader, record), opened.octets
        with self._lock:
            self._drop(name)
            self._kept[name] = (opened, octets)
            self._octets += octets
            self._use(opened, name)
            while self._octets > self._most:
                self._drop(next(iter(self._kept)))
            self._watch()

    def forget(self, record: str) -> None:
        """Forget a record, whoever opened it."""
        with self._lock:
            for name in [name for name in self._kept if name[1] == record]:
                self._drop(name)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._octets = 0
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def sweep(self) -> None:
        """Forget what is too old, also when nobody asks any more; again later, while anything is left."""
        with self._lock:
            self._timer = None
            self._drop_old()
            self._watch()

    def __len__(self) -> int:
        """Of how many records something is kept, once for each reader."""
        return len(self._kept)

    def _use(self, opened: Opened, name: tuple[str, str]) -> None:
        opened.used = self._clock()
        self._kept.move_to_end(name)

    def _drop_old(self) -> None:
        oldest = self._clock() - self._seconds
        while self._kept and next(iter(self._kept.values()))[0].used <= oldest:
            self._drop(next(iter(self._kept)))

    def _drop(self, name: tuple[str, str]) -> None:
        self._octets -= self._kept.pop(name, (None, 0))[1]

    def _watch(self) -> None:
        if self._kept and self._timer is None:
            self._timer = threading.Timer(self._seconds, self.sweep)
            self._timer.daemon = True
            self._timer.start()


@dataclass(frozen=True)
class Reach:
    """What is at hand for one reader, within one transaction."""

    all: AtHand
    reader: str

    def get(self, record: str) -> Opened | None:
        """What he opened of a record."""
        return self.all.get(self.reader, record) if self.reader else None

    def keep(self, record: str, opened: Opened) -> None:
        """Keep what he opened."""
        if self.reader:
            self.all.keep(self.reader, record, opened)

    def forget(self, record: str) -> None:
        """Forget a record, whoever opened it."""
        self.all.forget(record)
