"""Look at the records whose day has come, through the gate as any other act (RM-9)."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zlib import crc32

from dmp.actions.action import Perform
from dmp.actions.remind import JOB, RESTING, RemindOfHealth
from dmp.record.dtm import PARIS
from dmp.record.errors import AccessRefused, RecordClosed, RecordNotFound
from dmp.services import SERVICES
from dmp.services.service import Service

AT_ONCE = 500
"""Records of one turn of the service, about: a turn ends, and the others have theirs."""
TOMORROW = timedelta(days=1)
Place = tuple[int, str]


class Waiting(Protocol):
    """Where the days are kept (`store/look_queue.py`)."""

    def due(self, today: date, after: Place) -> list[Place]:
        """Records whose day has come, each with that day, a bounded number after one of them."""
        ...

    def put_off(self, record: str, day: date) -> None:
        """Not now, but then."""
        ...


@dataclass(frozen=True)
class Share:
    """The part of the records that one of several workers looks at, by their keys."""

    number: int = 0
    of: int = 1

    def has(self, record: str) -> bool:
        """Whether a record is in it."""
        return self.of == 1 or crc32(record.encode()) % self.of == self.number


WHOLE = Share()


@dataclass(frozen=True)
class Reminder:
    """One worker on the days; two may meet, since a look tells nothing twice."""

    waiting: Waiting
    perform: Perform
    clock: Callable[[], datetime]
    services: tuple[Service, ...] = SERVICES

    def run_due(self, *, most: int = AT_ONCE, share: Share = WHOLE) -> Counter[str]:
        """Look at records whose day has come, those that have waited longest first; counts what looks came to.

        Raises:
            StorageUnavailable: the store cannot be used now; what is left waits.
        """
        today, outcomes = self.clock().astimezone(PARIS).date(), Counter[str]()
        for count, record in enumerate(self._due(today, share), start=1):
            outcomes[self._look(record, today)] += 1
            if count == most:
                break
        return outcomes

    def _due(self, today: date, share: Share) -> Iterator[str]:
        place: Place = (0, "")
        while places := self.waiting.due(today, place):
            yield from (record for _, record in places if share.has(record))
            place = places[-1]

    def _look(self, record: str, today: date) -> str:
        """One look; a record that breaks it waits, and the others go on.

        A store that is gone says so again when the record is put off, and ends the turn.
        """
        try:
            return f"reminder {self.perform(JOB, RemindOfHealth(record, self.services))}"
        except (AccessRefused, RecordClosed, RecordNotFound):
            self.waiting.put_off(record, today + RESTING)
            return "reminder refused"
        except Exception as error:  # a process edge: the gate has traced it, `clockwork` tells how many there were
            self.waiting.put_off(record, today + TOMORROW)
            return f"failed: reminder-{type(error).__name__}"
