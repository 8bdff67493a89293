"""Which record holds an object, across records: for links that lead into another one (DEC-10, xds-wire 2.4)."""

from dmp.store import statements
from dmp.store.lane import Batch, Lane
from dmp.store.vault import Vault

_LENGTH = 16
"""Octets of a token: enough that two ids never share one, and half the index."""


class Places:
    """Look-ups by entryUUID; tells the record, never what is in it."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def record_of(self, uuid: str) -> str | None:
        """The key of a record that holds an entry or a folder of this id; None when none does."""
        rows = self._lane.read(statements.FIND_PLACE, token=self._token(uuid))
        return rows[0][0] if rows else None

    def note(self, uuid: str, record: str) -> None:
        """Remember where an object is."""
        self._batch.add(statements.ADD_PLACE, {"token": self._token(uuid), "record": record})

    def forget(self, uuid: str, record: str) -> None:
        """An object is no longer there."""
        self._batch.add(statements.DROP_PLACE, {"token": self._token(uuid), "key": record})

    def _token(self, uuid: str) -> bytes:
        return place_token(self._vault, uuid)


def place_token(vault: Vault, uuid: str) -> bytes:
    """Keyed hash by which the record of an entry or a folder is found."""
    return vault.digest(f"object {uuid}")[:_LENGTH]
