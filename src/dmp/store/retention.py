"""Closed records whose time is over (LC-11): opened one by one, since only its key tells when a record was closed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from dmp.record.record import Record, RecordState
from dmp.record.retention import destruction_due
from dmp.store import statements
from dmp.store.lane import Lane
from dmp.store.packing import unpack_record
from dmp.store.records import sealed_name
from dmp.store.vault import Vault

FIRST = ""
"""Before every key."""


@dataclass(frozen=True)
class Due:
    """A closed record and the first day on which it may be destroyed; it names nobody.

    `person` is the keyed hash of the current identifier. `held`: a legal hold
    keeps it. `asked`: its holder wants it destroyed before that day.
    """

    day: date
    record: str
    person: bytes
    held: bool = field(default=False, kw_only=True)
    asked: date | None = field(default=None, kw_only=True)


class Retention:
    """The closed records, inside one transaction."""

    def __init__(self, lane: Lane, vault: Vault):
        """Read on a lane."""
        self._lane = lane
        self._vault = vault

    def due(self, *, by: date) -> list[Due]:
        """The closed records that may be destroyed on that day or before, those due first at the head.

        Those whose holder asks for it are among them, whatever their day.
        """
        known = [due for record in self._closed() if (due := self._due(record)) is not None]
        found = [due for due in known if due.day <= by or due.asked is not None]
        return sorted(found, key=lambda due: (due.day, due.record))

    def _closed(self) -> Iterator[Record]:
        after = FIRST
        while rows := self._lane.read(statements.LIST_CLOSED, closed=RecordState.CLOSED, after=after):
            for key, version, master, wrapped, sealed in rows:
                seal = self._vault.open_key(key, master, bytes(wrapped), passing=True)
                yield unpack_record(seal.open("record", sealed_name(key, version), bytes(sealed)))
            after = rows[-1][0]

    def _due(self, record: Record) -> Due | None:
        if record.closure is None:
            return None
        day, person = destruction_due(record.closure), self._vault.person(record.patient)
        asked = record.destruction_asked.date() if record.destruction_asked is not None else None
        return Due(day, record.key, person, held=record.legal_hold is not None, asked=asked)
