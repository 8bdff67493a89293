"""The records whose reminders are to be worked out, for the worker who does (`jobs/reminding.py`)."""

from dataclasses import dataclass
from datetime import date

from dmp.store.looks import Place
from dmp.store.tx import Store


@dataclass(frozen=True)
class LookQueue:
    """The days of one store; a look writes the next one, in the transaction of the act."""

    store: Store

    def due(self, today: date, after: Place) -> list[Place]:
        """Records whose day has come, a bounded number after a place."""
        with self.store.begin() as tx:
            return tx.looks.due(today, after=after)

    def put_off(self, record: str, day: date) -> None:
        """Not now, but then."""
        with self.store.begin() as tx:
            tx.looks.again(record, day)
