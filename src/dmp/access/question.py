"""What is asked of the rights, and what they answer."""

from dataclasses import dataclass, field
from datetime import datetime

from dmp.access.column import ATTENDING, HEALTH_ACTORS, NORMAL, OCCUPATIONAL, Column, column_of
from dmp.access.matrix import FEED_BY_STAFF
from dmp.access.once import once
from dmp.access.ownership import deposited_by_a_citizen, owns
from dmp.access.representation import is_guardian
from dmp.record.actor import Actor, Caller, FacilitySoftware, Mode, Professional, Representative, Staff
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.record import Authorisation, Record
from dmp.record.subject import Subject
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.record.visit import NOT_COUNTED, Day

_NOTHING_HIDDEN = Visibility()
_OF_CALLER_AND_RECORD = ("represents", "confirmed_attending", "authorised", "in_care_team")


FacetValues = tuple[bool, bool, EntryStatus, bool, datetime | None, bool, bool, str, str]
"""Of one document: whose, by whom, status, its three marks, signature, class, type (`Question.facet_values`)."""


class Facets:
    """All that the rules look at in a document: two documents whose values are the same get the same answer."""

    def __init__(self, actor: Actor, entry: DocumentEntry, visibility: Visibility):
        """Whose it is takes longest, and few rules ask: it is worked out when one does."""
        self._actor, self._entry = actor, entry
        self.status = entry.status
        self.visibility = visibility
        """What hides it: its own marks and those of its chain, the strictest of both (DEC-2)."""
        self.class_code = entry.class_code.code
        self.type_code = entry.type_code.code

    @once
    def own(self) -> bool:
        """It is the caller's (DEC-6)."""
        return owns(self._actor, self._entry)

    @property
    def by_citizen(self) -> bool:
        """The holder or a representative put it in (DEC-17)."""
        return deposited_by_a_citizen(self._entry)

    @property
    def signature(self) -> bool:
        """It is the signature of a lot (DEC-12)."""
        return self._entry.is_signature


@dataclass(frozen=True, init=False)
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
    column: Column | None = field(init=False, compare=False)
    """The caller's column of the matrix."""
    facets: Facets | None = field(init=False, compare=False, repr=False)
    """What the rules look at in the document; None when the record itself is asked about."""

    def __init__(  # noqa: PLR0917 - its fields
        self,
        caller: Caller,
        verb: Verb,
        record: Record | None,
        entry: DocumentEntry | None,
        at: datetime,
        lot: tuple[DocumentEntry, ...] = (),
        subject: Subject | None = None,
        day: Day = NOT_COUNTED,
    ):
        """As a frozen dataclass would keep them, three times faster: one is made for every decision."""
        known = self.__dict__
        known["caller"] = caller
        known["verb"] = verb
        known["record"] = record
        known["entry"] = entry
        known["at"] = at
        known["lot"] = lot
        known["subject"] = subject
        known["day"] = day
        known["column"] = column_of(caller, record, at)
        known["facets"] = None if entry is None else Facets(caller.actor, entry, self._visibility_of(entry))

    @property
    def row(self) -> str:
        """The row of the matrix; staff feed through a row of their own."""
        by_staff = isinstance(self.caller.actor, Staff) and self.verb is Verb.SUBMIT
        return FEED_BY_STAFF if by_staff else self.verb

    def facet_values(self, entry: DocumentEntry) -> FacetValues:
        """The values of all facets that a document of the record would have: it is as any other that has the same."""
        marks = self._visibility_of(entry)
        return (
            owns(self.caller.actor, entry),
            deposited_by_a_citizen(entry),
            entry.status,
            marks.masked,
            marks.hidden_from_patient_since,
            marks.hidden_from_guardians,
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
    def represents(self) -> bool:
        """The caller is the legal representative of the holder now (LC-16, LC-17)."""
        actor, record = self.caller.actor, self.record
        return record is not None and isinstance(actor, Representative) and is_guardian(actor.id, record, self.at)

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
        known = self.__dict__.copy()
        known["verb"] = verb
        return _made_of(known)

    def about(self, entry: DocumentEntry) -> "Question":
        """The same question about a document; what tells of caller and record is kept."""
        for name in _OF_CALLER_AND_RECORD:
            getattr(self, name)
        facets = Facets(self.caller.actor, entry, self._visibility_of(entry))
        known = self.__dict__.copy()
        known["entry"], known["facets"], known["lot"] = entry, facets, ()
        return _made_of(known)

    @property
    def authorisations(self) -> list[Authorisation]:
        """What the holder gave to the professional or to his structure, lapsed or not (AR-1)."""
        actor, record = self.caller.actor, self.record
        if record is None or not isinstance(actor, Professional):
            return []
        subjects = (actor.id, actor.facility.id)
        return [given for given in record.authorisations if given.subject in subjects and given.subject]

    @once
    def authorised(self) -> bool:
        """One of them is in force; the occupational doctor needs one that the holder gave himself (DEC-21)."""
        actor, record, at = self.caller.actor, self.record, self.at
        if record is None or not isinstance(actor, Professional):
            return False
        subjects = (actor.id, actor.facility.id)
        by_holder_alone = self.column in OCCUPATIONAL
        for given in record.authorisations:
            in_force = given.subject in subjects and given.subject and given.start <= at < given.until
            if in_force and (given.by_holder or not by_holder_alone):
                return True
        return False

    @once
    def in_care_team(self) -> bool:
        """The caller is of a team that cares for the holder, who was told and did not oppose it (AR-3, DEC-26).

        Not in an emergency mode, and not for an occupational doctor, who needs the holder himself (DEC-21).
        """
        caller, record = self.caller, self.record
        if record is None or not record.care or not caller.teams or not isinstance(caller.actor, Professional):
            return False
        if self.in_emergency or self.column in OCCUPATIONAL:
            return False
        return record.is_cared_for_by(caller.teams, self.at)

    @property
    def blocked(self) -> bool:
        """The holder blocked the caller or his structure; a regulation centre is stopped by name only (DEC-8)."""
        record, actor = self.record, self.caller.actor
        if record is None or not record.blocked or not isinstance(actor, HEALTH_ACTORS):
            return False
        if (actor.user if isinstance(actor, FacilitySoftware) else actor.id) in record.blocked:
            return True
        return actor.facility.id in record.blocked and self.caller.mode is not Mode.EMERGENCY_DISPATCH

    @property
    def attending(self) -> bool:
        """The caller stands in a column of the attending doctor, confirmed or not."""
        return self.column in ATTENDING

    @property
    def in_emergency(self) -> bool:
        """Break-glass, or regulation centre."""
        return self.caller.mode is not NORMAL


def _made_of(known: dict[str, object]) -> Question:
    """A question of these fields and facts, none of which is worked out again."""
    question = object.__new__(Question)
    object.__setattr__(question, "__dict__", known)
    return question


@dataclass(frozen=True)
class Decision:
    """An answer and the rule that gave it; `conceal` hides that there was anything to refuse."""

    allowed: bool
    rule: str
    conceal: bool = False
