"""Assertions and messages already used, shared by all the workers (DEC-50, xds-wire 1.4-8 and 8.4-12)."""

from datetime import datetime

from dmp.store import statements
from dmp.store.lane import Batch, Lane
from dmp.store.packing import microseconds
from dmp.store.vault import Vault


class Replays:
    """What was seen inside its window of validity."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._mine: dict[bytes, tuple[bytes, bytes]] = {}

    def first_or_same(self, name: str, *, content: str, holder: str, until: datetime) -> bool:
        """Remember `name`; false when it was already seen with other content or from another holder."""
        token = self._vault.digest(name)
        mine = (self._vault.digest(content), self._vault.digest(holder))
        known = self._known(token)
        if known is None:
            self._note(token, *mine, until)
        return known in (None, mine)

    def first(self, name: str, *, until: datetime) -> bool:
        """Remember `name`; false when it was already seen at all.

        A lane that holds nothing does not look: the act fails at its commit when
        the name is there, and is run again in one that does.
        """
        token = self._vault.digest(name)
        if (self._known(token) if self._lane.held else self._mine.get(token)) is not None:
            return False
        self._note(token, b"", b"", until)
        return True

    def was_seen(self, name: str) -> bool:
        """Tell whether `name` was seen by an act that is over; looks it up in any case."""
        return bool(self._lane.read(statements.FIND_SEEN, token=self._vault.digest(name)))

    def forget(self, *, before: datetime) -> None:
        """Drop what is past its window."""
        self._batch.add(statements.FORGET_SEEN, {"before": microseconds(before)})

    def _known(self, token: bytes) -> tuple[bytes, bytes] | None:
        if token in self._mine:
            return self._mine[token]
        rows = self._lane.read(statements.FIND_SEEN, token=token)
        return (bytes(rows[0][0]), bytes(rows[0][1])) if rows else None

    def _note(self, token: bytes, content: bytes, holder: bytes, until: datetime) -> None:
        self._mine[token] = (content, holder)
        row = {"token": token, "content": content, "holder": holder, "until": microseconds(until)}
        self._batch.add(statements.ADD_SEEN, row)
