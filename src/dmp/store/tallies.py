"""Tallies («compteurs»): how often something happened lately, by a keyed hash of what it is about.

To be counted on, one is read in a held transaction and written in the same:
of two failures at once both count.
"""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import instant, microseconds
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

_tally = schema.tally.c
_token = bindparam("key")
READ_TALLY = Prepared(select(_tally.count, _tally.until).where(_tally.token == _token))
HOLD_TALLY = Prepared(select(_tally.count, _tally.until).where(_tally.token == _token).with_for_update())
ADD_TALLY = into(schema.tally)
CHANGE_TALLY = Prepared(
    update(schema.tally)
    .where(_tally.token == _token)
    .values(count=bindparam("new_count"), until=bindparam("new_until"))
)
FORGET_TALLIES = Prepared(delete(schema.tally).where(_tally.until < bindparam("before")))


class Tallies:
    """The tallies inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._kept: set[str] = set()

    def of(self, name: str) -> tuple[int, datetime] | None:
        """How often, and until when that is remembered; nobody else reads it meanwhile when the transaction is held."""
        rows = self._lane.read(HOLD_TALLY if self._lane.held else READ_TALLY, key=self._token(name))
        if not rows:
            return None
        self._kept.add(name)
        return rows[0][0], instant(rows[0][1])

    def write(self, name: str, count: int, until: datetime) -> None:
        """Write one that was looked for in this transaction; two that are new at once end as a conflict."""
        token = self._token(name)
        if name in self._kept:
            self._batch.add(CHANGE_TALLY, {"key": token, "new_count": count, "new_until": microseconds(until)})
        else:
            self._kept.add(name)
            self._batch.add(ADD_TALLY, {"token": token, "count": count, "until": microseconds(until)})

    def forget(self, *, before: datetime) -> None:
        """Drop what was over by then."""
        self._batch.add(FORGET_TALLIES, {"before": microseconds(before)})

    def _token(self, name: str) -> bytes:
        return self._vault.digest(f"tally {name}")
