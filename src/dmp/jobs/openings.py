"""Open what is due in the OPT_OUT regime, through the gate as any other act (LC-5)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dmp.actions.action import Perform
from dmp.actions.open_informed import Opened, OpenInformed
from dmp.record.actor import Caller, Operator
from dmp.record.errors import DmpError, RecordExists, StorageUnavailable

JOB = Caller(Operator("opening-job"))
"""Who opens when the six weeks are over, without being asked."""


class Waiting(Protocol):
    """Where notices wait (`store/opening_queue.py`)."""

    def due(self, at: datetime) -> list[bytes]:
        """Whose time to oppose is over, a bounded number of them."""
        ...

    def refuse(self, token: bytes, said: str) -> None:
        """Set one aside."""
        ...


@dataclass(frozen=True)
class Opener:
    """One worker on the notices; two may meet, since a notice goes with the act that does what it says."""

    waiting: Waiting
    perform: Perform
    clock: Callable[[], datetime]

    def run_due(self) -> Counter[str]:
        """Open what is due, a bounded number; gives how many came to what. What cannot be opened is set aside.

        Raises:
            StorageUnavailable: the store cannot be used now; what is left waits.
        """
        return Counter(self._open(token) for token in self.waiting.due(self.clock()))

    def _open(self, token: bytes) -> str:
        try:
            return f"opening {self.perform(JOB, OpenInformed(token))}"
        except StorageUnavailable:
            raise
        except RecordExists:  # opened at this very moment, by another worker or at the desk: looked at again if need be
            return f"opening {Opened.GONE}"
        except DmpError as error:
            self.waiting.refuse(token, error.code)
            return f"failed: opening-{error.code}"
