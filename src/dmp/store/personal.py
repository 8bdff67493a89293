"""What the holder writes in his own space, in the sealed pages of his record: what he takes away is gone (PT-6).

Nothing of it is in the record itself, which every act reads and of which former
versions are kept. What stands in a record that was absorbed stays there, and is
read with the rest (LC-18).
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from dmp.record.choice import HealthChoice, Reminded, Shown, Told
from dmp.record.invitation import Invitation
from dmp.record.personal import Note, ProfileLine, Reading
from dmp.record.record import Record
from dmp.store.packing import pack
from dmp.store.pages import PersonalPiece
from dmp.store.records import Records

Item = Note | ProfileLine | Reading | HealthChoice | Reminded | Invitation
_NAMES: dict[type[Item], str] = {
    Note: "note",
    ProfileLine: "line",
    Reading: "reading",
    HealthChoice: "choice",
    Reminded: "reminded",
    Invitation: "invitation",
}
_DECODERS: dict[str, Any] = {name: msgspec.msgpack.Decoder(kind).decode for kind, name in _NAMES.items()}


class Personal:
    """The own space of a holder inside one transaction."""

    def __init__(self, records: Records):
        """Work on the pages of records that this transaction has met."""
        self._records = records

    def notes(self, record: Record) -> tuple[Note, ...]:
        """The notes, the one changed last first."""
        found = [item for item in self._items(record) if isinstance(item, Note)]
        return tuple(sorted(found, key=lambda note: (note.written, note.id), reverse=True))

    def lines(self, record: Record) -> tuple[ProfileLine, ...]:
        """The lines of the profile, in the order in which they were written."""
        found = [item for item in self._items(record) if isinstance(item, ProfileLine)]
        return tuple(sorted(found, key=lambda line: (line.written, line.id)))

    def readings(self, record: Record) -> tuple[Reading, ...]:
        """What was measured, newest first."""
        found = [item for item in self._items(record) if isinstance(item, Reading)]
        return tuple(sorted(found, key=lambda reading: (reading.day, reading.written, reading.id), reverse=True))

    def choices(self, record: Record) -> tuple[HealthChoice, ...]:
        """What was told or chosen about the services, in the order in which it was written."""
        found = [item for item in self._items(record) if isinstance(item, HealthChoice)]
        return tuple(sorted(found, key=lambda choice: (choice.written, choice.id)))

    def reminded(self, record: Record) -> tuple[Told, ...]:
        """What the holder was reminded of, in the records that this one absorbed too."""
        return tuple(told for item in self._items(record) if isinstance(item, Reminded) for told in item.told)

    def shown(self, record: Record) -> tuple[Shown, ...]:
        """What was due when it was last worked out, in this record alone: an absorbed one is worked out no more."""
        return next((item.shown for item in self._items(record) if isinstance(item, Reminded)), ())

    def invitations(self, record: Record) -> tuple[Invitation, ...]:
        """What the national insurer invited him to, in the order in which it came in."""
        found = [item for item in self._items(record) if isinstance(item, Invitation)]
        return tuple(sorted(found, key=lambda one: (one.received, one.day, one.id)))

    def put(self, record: Record, item: Item) -> None:
        """Add one, or write it anew where it stands."""
        key = self._home(record, item.id) or record.key
        self._records.touch(key)
        piece = PersonalPiece(item.id, _NAMES[type(item)], msgspec.Raw(pack(item)))
        self._records.held(key).sheaf.put(piece)

    def remove(self, record: Record, name: str) -> None:
        """Take one away; of what is not there, nothing is said."""
        key = self._home(record, name)
        if key is not None:
            self._records.touch(key)
            self._records.held(key).sheaf.remove(PersonalPiece, name)

    def _home(self, record: Record, name: str) -> str | None:
        """The record in whose pages something stands."""
        return next((key for key, piece in self._pieces(record) if piece.uuid == name), None)

    def _items(self, record: Record) -> Iterator[Item]:
        for _, piece in self._pieces(record):
            yield _DECODERS[piece.kind](piece.value)

    def _pieces(self, record: Record) -> Iterator[tuple[str, PersonalPiece]]:
        for key in record.history:
            if self._records.find(key) is not None:
                yield from [(key, piece) for piece in self._records.held(key).sheaf.all(PersonalPiece)]
