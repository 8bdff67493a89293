"""The records that wait to be opened, for the worker who opens them (`jobs/openings.py`)."""

from dataclasses import dataclass
from datetime import datetime

from dmp.store.tx import Store


@dataclass(frozen=True)
class OpeningQueue:
    """The notices of one store; opening one takes it away, in the transaction of the act."""

    store: Store

    def due(self, at: datetime) -> list[bytes]:
        """Whose time to oppose is over, a bounded number of them."""
        with self.store.begin() as tx:
            return tx.openings.due(at)

    def refuse(self, token: bytes, said: str) -> None:
        """Set one aside that cannot be opened as it was told."""
        with self.store.begin() as tx:
            tx.openings.refuse(token, said)
