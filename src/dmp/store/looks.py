"""When the reminders of each record are worked out next (RM-9): a day, and the mark of the rules it was last done by.

Of what a record holds, the day tells one thing at most: that something may
come to be due within a week (docs/adr/0037).
"""

from datetime import date

from dmp.store import statements
from dmp.store.lane import Batch, Lane

Place = tuple[int, str]
"""Where one is in the order of the days: the ordinal of a day, the key of a record."""
START: Place = (0, "")


class Looks:
    """The days inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch

    def due(self, today: date, *, after: Place = START) -> list[Place]:
        """The records to look at, those that have waited longest first, some hundreds of them after a place."""
        day, key = after
        rows = self._lane.read(statements.DUE_LOOKS, today=today.toordinal(), from_day=day, after_day=day, after=key)
        return [(row[0], row[1]) for row in rows]

    def rules(self, record: str) -> str:
        """The mark of the rules by which a record was last looked at; empty before the first time."""
        rows = self._lane.read(statements.READ_LOOK, key=record)
        return rows[0][0] if rows else ""

    def again(self, record: str, day: date, *, rules: str | None = None) -> None:
        """Come back on a day; `rules` are the mark of those that it was looked at by now."""
        values = {"key": record, "new_day": day.toordinal()}
        if rules is None:
            self._batch.add(statements.SET_LOOK, values)
        else:
            self._batch.add(statements.SET_LOOK_AND_RULES, {**values, "new_rules": rules})
