"""What is asked of the rights, and what they answer."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from dmp.access.column import ATTENDING, Column, column_of
from dmp.access.ownership import owns
from dmp.record.actor import Caller, Mode
from dmp.record.entry import DocumentEntry
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility

_NOTHING_HIDDEN = Visibility()


@dataclass(frozen=True)
class Question:
    """May this caller do this, to this record or to this document of it, at this instant?

    `record` is None when there is none, `entry` when the record itself is
    asked about. `lot` is needed for the signature of a lot alone: the other
    documents that came with it (DEC-12).
    """

    caller: Caller
    verb: Verb
    record: Record | None
    entry: DocumentEntry | None
    at: datetime
    lot: tuple[DocumentEntry, ...] = ()

    @cached_property
    def column(self) -> Column | None:
        """The caller's column of the matrix."""
        return column_of(self.caller, self.record)

    @cached_property
    def own(self) -> bool:
        """The document is the caller's own (DEC-6)."""
        return self.entry is not None and owns(self.caller.actor, self.entry)

    @cached_property
    def visibility(self) -> Visibility:
        """What hides the document: its own marks and those of its chain, the strictest of both (DEC-2)."""
        entry, record = self.entry, self.record
        if entry is None:
            return _NOTHING_HIDDEN
        chain = record.visibility.get(entry.chain) if record is not None and entry.chain else None
        if chain is None or chain == entry.visibility:
            return entry.visibility
        return entry.visibility.strictest(chain)

    @property
    def confirmed_attending(self) -> bool:
        """The caller is the attending doctor, confirmed by the holder or by the insurer's feed (DEC-1)."""
        if self.column not in ATTENDING or self.record is None:
            return False
        doctor = getattr(self.caller.actor, "id", "")
        role = self.record.attending_of(doctor)
        return role is not None and role.confirmed

    @property
    def in_emergency(self) -> bool:
        """Break-glass, or regulation centre."""
        return self.caller.mode is not Mode.NORMAL


@dataclass(frozen=True)
class Decision:
    """An answer and the rule that gave it; `conceal` hides that there was anything to refuse."""

    allowed: bool
    rule: str
    conceal: bool = False
