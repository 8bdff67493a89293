"""How many documents could not be read whole, by kind and reason, since the last time that all were read: no identity.

A row tells of one arrival, or of as many documents as a whole reading found.
Its id is made of chance and of its time the day alone is kept, so that no row leads to a record.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import delete, func, select

from dmp.record.entry import DocumentEntry
from dmp.record.facts import Facts
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.statements import Prepared, into

_table = schema.unread.c
COUNT_UNREAD = Prepared(
    select(_table.kind, _table.reason, func.sum(_table.count), func.max(_table.day)).group_by(
        _table.kind, _table.reason
    )
)
ADD_UNREAD = into(schema.unread)
FORGET_UNREAD = Prepared(delete(schema.unread), alone=True)
FEWEST = 11
"""Of fewer documents, nobody is told how many: it could tell of a person."""
Told = tuple[str, str]
"""The code of a type of document, and why it was not read (`record.facts.Unread`)."""


STRUCTURED = frozenset({"text/xml", "application/xslt+xml", "application/dicom"})
"""Media types of documents that say something in entries: of a scan or a photograph nothing is missing."""


def unread_of(entry: DocumentEntry, facts: Facts) -> Counter[Told]:
    """What of a document is missing, to be counted."""
    if entry.mime_type not in STRUCTURED:
        return Counter()
    return Counter({(entry.type_code.code, why.value): 1 for why in facts.unread})


@dataclass(frozen=True)
class UnreadCount:
    """Documents of a type that were not read for a reason; the day of the last one."""

    kind: str
    reason: str
    count: int
    last: date

    @property
    def shown(self) -> int:
        """The count, and 0 where it could tell of a person."""
        return self.count if self.count >= FEWEST else 0


class UnreadDocuments:
    """The counts inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch

    def counts(self) -> tuple[UnreadCount, ...]:
        """All of them, the greatest first; those of a few by name, for their order would tell how many."""
        rows = self._lane.read(COUNT_UNREAD)
        found = (UnreadCount(kind, reason, int(count), date.fromordinal(day)) for kind, reason, count, day in rows)
        return tuple(sorted(found, key=lambda one: (-one.shown, one.kind, one.reason)))

    def add(self, told: Mapping[Told, int], day: date) -> None:
        """Count some more."""
        for (kind, reason), count in told.items():
            row = {"id": str(uuid4()), "kind": kind[:64], "reason": reason, "day": day.toordinal(), "count": count}
            self._batch.add(ADD_UNREAD, row)

    def replace(self, told: Mapping[Told, int], day: date) -> None:
        """What a reading of all documents found, in the place of what was known."""
        self._batch.add(FORGET_UNREAD, {})
        self.add(told, day)
