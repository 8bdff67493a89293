"""After a run: is every document that was acknowledged there, to the octet?"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from dmp.bench.installation import Ground
from dmp.bench.preparing import Prepared


@dataclass(frozen=True)
class Kept:
    """How many documents were acknowledged; of those, the uniqueIds that are not there as they were sent."""

    acknowledged: int
    lost: tuple[str, ...]

    @property
    def line(self) -> str:
        """What is told of it."""
        return f"kept    {self.acknowledged} documents acknowledged, {len(self.lost)} lost (each found and read again)"


def check(ground: Ground, prepared: Iterable[Prepared], acknowledged: Iterable[str]) -> Kept:
    """Look for each acknowledged document in the record it was sent to, with a store opened afresh."""
    told = set(acknowledged)
    missing = set(told)
    store = ground.store()
    try:
        for one in prepared:
            wanted = {lot.unique_id for lot in one.deposits} & told
            if not wanted:
                continue
            with store.begin() as tx:
                contents = tx.inside(tx.records.get(one.record))
                for entry in contents.by_unique_id(sorted(wanted)):
                    octets = contents.read_document(entry.uuid)
                    if hashlib.sha1(octets, usedforsecurity=False).hexdigest() == entry.hash:
                        missing.discard(entry.unique_id)
    finally:
        store.close()
    return Kept(len(told), tuple(sorted(missing)))
