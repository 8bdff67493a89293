"""What is asked of the rights, and what they answer."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from dmp.access.column import ATTENDING, OCCUPATIONAL, Column, column_of
from dmp.access.matrix import FEED_BY_STAFF
from dmp.access.ownership import owns
from dmp.record.actor import Caller, Mode, Professional, Staff
from dmp.record.entry import DocumentEntry
from dmp.record.record import Authorisation, Record
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
    def row(self) -> str:
        """The row of the matrix; staff feed through a row of their own."""
        by_staff = self.verb is Verb.SUBMIT and isinstance(self.caller.actor, Staff)
        return FEED_BY_STAFF if by_staff else self.verb.value

    @cached_property
    def own(self) -> bool:
        """The document is the caller's own (DEC-6)."""
        return self.entry is not None and owns(self.caller.actor, self.entry)

    @property
    def visibility(self) -> Visibility:
        """What hides the document: its own marks and those of its chain, the strictest of both (DEC-2)."""
        entry, record = self.entry, self.record
        if entry is None:
            return _NOTHING_HIDDEN
        chain = record.visibility.get(entry.chain) if record is not None and entry.chain else None
        if chain is None or chain == entry.visibility:
            return entry.visibility
        return entry.visibility.strictest(chain)

    @cached_property
    def confirmed_attending(self) -> bool:
        """The caller is the attending doctor, confirmed by the holder or by the insurer's feed (DEC-1)."""
        actor, record = self.caller.actor, self.record
        if record is None or self.column not in ATTENDING or not isinstance(actor, Professional):
            return False
        role = record.attending_of(actor.id)
        return role is not None and role.confirmed

    def about(self, entry: DocumentEntry, lot: tuple[DocumentEntry, ...] = ()) -> "Question":
        """The same question about a document; what was worked out of caller and record is not worked out again."""
        other = object.__new__(Question)
        other.__dict__.update(self.__dict__, entry=entry, lot=lot)
        other.__dict__.pop("own", None)
        return other

    @cached_property
    def authorisations(self) -> tuple[Authorisation, ...]:
        """What the holder gave to the professional or to his structure, lapsed or not (AR-1)."""
        actor, record = self.caller.actor, self.record
        if record is None or not isinstance(actor, Professional):
            return ()
        subjects = (actor.id, actor.facility.id)
        return tuple(given for given in record.authorisations if given.subject and given.subject in subjects)

    @cached_property
    def authorised(self) -> bool:
        """One of them is in force; the occupational doctor needs one that the holder gave himself (DEC-21)."""
        by_holder = self.column in OCCUPATIONAL
        return any(
            given.start <= self.at < given.until and (given.by_holder or not by_holder) for given in self.authorisations
        )

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
