"""Seals opened a moment ago: a token that is asked for each act would set the pace of the service."""

from collections import OrderedDict

from dmp.store.keys.seal import Seal


class SealCache:
    """The seals used last, found by their wrapped keys; the least recently used one makes room.

    Threads share it without a lock: each step is one operation of the
    dictionary, and a seal that another thread just dropped counts as not found.
    """

    def __init__(self, size: int):
        """Keep at most `size` seals; 0 keeps none."""
        self._size = size
        self._seals: OrderedDict[bytes, Seal] = OrderedDict()

    def get(self, record: str, wrapped: bytes) -> Seal | None:
        """The seal of a record, if its wrapped key was met; a key that was moved to another record is not found."""
        try:
            seal = self._seals[wrapped]
            self._seals.move_to_end(wrapped)
        except KeyError:
            return None
        return seal if seal.scope == record else None

    def keep(self, wrapped: bytes, seal: Seal) -> None:
        """Remember a seal."""
        self._seals[wrapped] = seal
        while len(self._seals) > self._size:
            try:
                self._seals.popitem(last=False)
            except KeyError:
                return

    def clear(self) -> None:
        """Forget all."""
        self._seals.clear()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._seals)
