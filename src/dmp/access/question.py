"""What is asked of the rights, and what they answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from dmp.access.column import ATTENDING, OCCUPATIONAL, Column, column_of
from dmp.access.matrix import FEED_BY_STAFF
from dmp.access.once import once
from dmp.access.ownership import deposited_by_a_citizen, owns
from dmp.record.actor import Caller, Mode, Professional, Staff, facility_of, person_id
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.record import Authorisation, Record
from dmp.record.subject import Subject
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.record.visit import NOT_COUNTED, Day

_NOTHING_HIDDEN = Visibility()
_OF_CALLER_AND_RECORD = (
    "column",
    "row",
    "blocked",
    "attending",
    "confirmed_attending",
    "authorised",
    "in_care_team",
    "in_emergency",
)


class Facets(NamedTuple):
    """All that the rules look at in a document: two documents that have the same get the same answer."""

    own: bool
    """It is the caller's (DEC-6)."""
    by_citizen: bool
    """The holder or a representative put it in (DEC-17)."""
    status: EntryStatus
    visibility: Visibility
    """What hides it: its own marks and those of its chain, the strictest of both (DEC-2)."""
    signature: bool
    """It is the signature of a lot (DEC-12)."""
    class_code: str
    type_code: str


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
    subject: Subject | None = None
    """Whom the act lets in or keeps out, when it is about somebody (PT-10)."""
    day: Day = NOT_COUNTED
    """How many patients the caller read today, when the act counts (security 10)."""

    @once
    def column(self) -> Column | None:
        """The caller's column of the matrix."""
        return column_of(self.caller, self.record, self.at)

    @once
    def row(self) -> str:
        """The row of the matrix; staff feed through a row of their own."""
        by_staff = self.verb is Verb.SUBMIT and isinstance(self.caller.actor, Staff)
        return FEED_BY_STAFF if by_staff else self.verb.value

    @once
    def facets(self) -> Facets | None:
        """What the rules look at in the document; None when the record itself is asked about."""
        return None if self.entry is None else self.facets_of(self.entry)

    def facets_of(self, entry: DocumentEntry) -> Facets:
        """What the rules would look at in a document of the record."""
        return Facets(
            owns(self.caller.actor, entry),
            deposited_by_a_citizen(entry),
            entry.status,
            self._visibility_of(entry),
            entry.is_signature,
            entry.class_code.code,
            entry.type_code.code,
        )

    def _visibility_of(self, entry: DocumentEntry) -> Visibility:
        record = self.record
        chain = record.visibility.get(entry.chain) if record is not None and entry.chain else None
        if chain is None or chain == entry.visibility:
            return entry.visibility
        return entry.visibility.strictest(chain)

    @property
    def own(self) -> bool:
        """The document is the caller's own (DEC-6)."""
        return self.facets is not None and self.facets.own

    @property
    def visibility(self) -> Visibility:
        """What hides the document (DEC-2); nothing when the record itself is asked about."""
        return _NOTHING_HIDDEN if self.facets is None else self.facets.visibility

    @once
    def confirmed_attending(self) -> bool:
        """The caller is the attending doctor, confirmed by the holder or by the insurer's feed (DEC-1)."""
        actor, record = self.caller.actor, self.record
        if record is None or not self.attending or not isinstance(actor, Professional):
            return False
        role = record.attending_of(actor.id)
        return role is not None and role.confirmed

    def asking(self, verb: Verb) -> "Question":
        """The same question of another act: whatever was worked out of caller, record and document is kept."""
        other = object.__new__(Question)
        kept = {name: value for name, value in self.__dict__.items() if name != "row"}
        object.__setattr__(other, "__dict__", {**kept, "verb": verb})
        return other

    def about(self, entry: DocumentEntry, facets: Facets) -> "Question":
        """The same question about a document whose facets are known; what tells of caller and record is kept."""
        known = {name: getattr(self, name) for name in _OF_CALLER_AND_RECORD}
        other = object.__new__(Question)
        about_it = {"entry": entry, "facets": facets, "lot": ()}
        object.__setattr__(other, "__dict__", {**self.__dict__, **known, **about_it})
        return other

    @once
    def authorisations(self) -> tuple[Authorisation, ...]:
        """What the holder gave to the professional or to his structure, lapsed or not (AR-1)."""
        actor, record = self.caller.actor, self.record
        if record is None or not isinstance(actor, Professional):
            return ()
        subjects = (actor.id, actor.facility.id)
        return tuple([given for given in record.authorisations if given.subject in subjects and given.subject])

    @once
    def authorised(self) -> bool:
        """One of them is in force; the occupational doctor needs one that the holder gave himself (DEC-21)."""
        by_holder, at = self.column in OCCUPATIONAL, self.at
        for given in self.authorisations:
            if given.start <= at < given.until and (given.by_holder or not by_holder):
                return True
        return False

    @once
    def in_care_team(self) -> bool:
        """The caller is of a team that cares for the holder, who was told and did not oppose it (AR-3, DEC-26).

        Not in an emergency mode, and not for an occupational doctor, who needs the holder himself (DEC-21).
        """
        caller, record = self.caller, self.record
        if record is None or not record.care or self.in_emergency or self.column in OCCUPATIONAL:
            return False
        return isinstance(caller.actor, Professional) and record.is_cared_for_by(caller.teams, self.at)

    @once
    def blocked(self) -> bool:
        """The holder blocked the caller or his structure; a regulation centre is stopped by name only (DEC-8)."""
        record, actor = self.record, self.caller.actor
        if record is None or not record.blocked:
            return False
        facility = facility_of(actor)
        if facility is None:
            return False
        if person_id(actor) in record.blocked:
            return True
        return facility.id in record.blocked and self.caller.mode is not Mode.EMERGENCY_DISPATCH

    @once
    def attending(self) -> bool:
        """The caller stands in a column of the attending doctor, confirmed or not."""
        return self.column in ATTENDING

    @once
    def in_emergency(self) -> bool:
        """Break-glass, or regulation centre."""
        return self.caller.mode is not Mode.NORMAL


@dataclass(frozen=True)
class Decision:
    """An answer and the rule that gave it; `conceal` hides that there was anything to refuse."""

    allowed: bool
    rule: str
    conceal: bool = False
