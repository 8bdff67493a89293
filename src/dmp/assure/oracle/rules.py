"""The rules AR-1 to AR-24 with what `decisions.md` settles, asked one caller and one record at a time."""

from functools import cache, cached_property

from dmp.assure.oracle.columns import DOCTOR, column_of
from dmp.assure.oracle.sectors import FEED, left_in_sector
from dmp.assure.oracle.situation import Announced, Answer, Attending, Block, Given, Kind, Paper, Person, Standing, Whose
from dmp.assure.oracle.transactions import (
    HOLDER_ALONE,
    HOLDER_DECIDES,
    MATRIX,
    RUNNING,
    UNTOLD,
    WITHOUT_RECORD,
    Cell,
    Column,
)
from dmp.assure.oracle.types import (
    PROFESSIONS,
    REIMBURSEMENT,
    has_column,
    may_open,
    of_the_holder,
    will_of_the_holder,
)
from dmp.record.actor import Mode
from dmp.record.entry import EntryStatus
from dmp.record.record import RecordState
from dmp.record.verb import Verb

ROLES = frozenset({"SECRETARIAT_MEDICAL", "AUTOMATE", "ALIM_AM", "DISPOSITIF", "SNR", "EXP_PATIENT"})
"""Roles of those who are no health professionals (functional 1.4, A00)."""
MIDWIFE = "50"
IN_FORCE = frozenset({Given.TO_HIM, Given.TO_HIS_STRUCTURE, Given.BY_THE_HOLDER})
ATTENDING = frozenset({Column.ATTENDING_NORMAL, Column.ATTENDING_BREAK_GLASS})
READING = frozenset({Verb.READ_IDENTITY, Verb.FIND, Verb.FIND_REFERENCE, Verb.READ})
"""What reads, and stops where the holder opposed the emergency mode (DEC-27)."""
WHEN_BLOCKED = frozenset(
    {
        Verb.TEST_RECORD,
        Verb.RENOUNCE,
        Verb.LEAVE_ATTENDING,
        Verb.SUBMIT,
        Verb.REPLACE,
        Verb.FIND_REFERENCE,
        Verb.DELETE,
    }
)
"""What a block leaves: existence, feeding, reference and deletion of one's own (DEC-8, xds-wire 9.4).

Read so: of TD0.3 only what adds is refused, since DEC-8 names the addition alone.
"""
WHEN_ABSENT = frozenset({Verb.TEST_RECORD, Verb.OPEN_RECORD}) | WITHOUT_RECORD
WHEN_CLOSED = frozenset({Verb.TEST_RECORD, Verb.REOPEN_RECORD})
ACCOUNTS = (Verb.CREATE_ACCOUNT, Verb.CHANGE_CHANNEL, Verb.RENEW_ACCOUNT)
"""TD1.5. Read so: who hands out the key to the whole record is himself let in by the patient."""
NEEDING_RELATION = frozenset(
    {
        Verb.FIND,
        Verb.READ,
        Verb.MASK,
        Verb.UNMASK,
        Verb.RELEASE,
        Verb.HIDE_FROM_GUARDIANS,
        Verb.RELEASE_TO_GUARDIANS,
        Verb.ARCHIVE,
        Verb.UNARCHIVE,
    }
)
"""TD3.1, TD3.2, TD3.3a, b, d (DEC-5)."""
OF_THE_PATIENT = frozenset({Verb.ARCHIVE, Verb.UNARCHIVE, Verb.DELETE})
"""Of a document that the patient put in: the attending doctor or the patient, deletion the patient (DEC-17)."""
UPDATING = frozenset(
    {
        Verb.MASK,
        Verb.UNMASK,
        Verb.RELEASE,
        Verb.HIDE_FROM_GUARDIANS,
        Verb.RELEASE_TO_GUARDIANS,
        Verb.DELETE,
        Verb.ARCHIVE,
        Verb.UNARCHIVE,
    }
)
ABSENT = frozenset({None, RecordState.DESTROYED})
"""No record, or one that answers as if it did not exist (DEC-31)."""


def _no(clause: str) -> Answer:
    return Answer(False, clause)


@cache
def _unseen(clause: str, *, hidden: bool | None) -> Answer:
    return Answer(False, f"DEC-10, AR-17; {clause}", hidden)


class Carer:
    """What the rules give to a professional, to staff, or to a structure, towards one record."""

    def __init__(self, person: Person, standing: Standing, *, every_professional_releases: bool = False):
        """Settle what does not depend on the document."""
        self.person, self.standing = person, standing
        self.column = column_of(person, standing)
        self.rows = MATRIX[person.via]
        self.blocked = self._blocked()
        self.confirmed = standing.attending is Attending.CONFIRMED
        self.emergency = person.mode is not Mode.NORMAL
        self.opposed = (person.mode is Mode.BREAK_GLASS and standing.opposed_break_glass) or (
            person.mode is Mode.EMERGENCY_DISPATCH and standing.opposed_dispatch
        )
        self.related = self._related()
        self.releases = every_professional_releases or person.code in (DOCTOR, MIDWIFE)

    @cached_property
    def shut(self) -> str:
        """Why nothing at all is answered, whatever the record; empty when something may be."""
        person = self.person
        known = PROFESSIONS if person.kind is Kind.PROFESSIONAL else PROFESSIONS | ROLES
        if person.code not in known:
            return "security 6.5: unknown role"
        if self.column is None:
            return "DEC-20, DEC-21, security 6.5: no column for this mode"
        if person.mode is Mode.BREAK_GLASS and person.unreasoned:
            return "AR-9, xds-wire 9.5: break-glass without a reason"
        if person.secret and not self.standing.minor:
            return "DEC-32: secret connection to an adult's record"
        return ""

    def _blocked(self) -> bool:
        """By name everywhere; by structure, except at a regulation centre (DEC-8)."""
        if self.standing.block is Block.HIM:
            return self.person.kind is not Kind.SOFTWARE
        return self.standing.block is Block.HIS_STRUCTURE and self.person.mode is not Mode.EMERGENCY_DISPATCH

    def _related(self) -> bool:
        """A care relation: authorisation in force, attending doctor, or an emergency (DEC-5, security 6.3)."""
        if self.column is Column.OCCUPATIONAL:
            return self.standing.given is Given.BY_THE_HOLDER
        if self.emergency:
            return not self.opposed
        return self._let_in or (self.standing.given is Given.IN_TEAM and self.person.kind is Kind.PROFESSIONAL)

    @property
    def _let_in(self) -> bool:
        """By the holder's word, not by the presumption of the care team alone (AR-1, AR-3, DEC-1)."""
        return self.standing.given in IN_FORCE or (self.column in ATTENDING and self.confirmed)

    # -- the record itself

    def record(self, verb: Verb) -> Answer:
        """May he do this to the record, or at all where a document is meant."""
        if verb in (Verb.ANSWER_QUESTION, Verb.REVIEW_CASE):
            return Answer(None, "security 8, 10: about a question or a case, never asked of a record")
        if verb in RUNNING | UNTOLD | HOLDER_ALONE | HOLDER_DECIDES:
            return _no("security 6.1, LC-18, xds-wire 7.6: given to none of them")
        if self.shut:
            return _no(self.shut)
        left = left_in_sector(self.person)
        if left is not None and verb not in left:
            return _no("AR-14, DEC-9, DEC-22: sector shut out")
        cells, clause = self.rows[verb]
        if self.column is None or cells[self.column] is Cell.NO:
            return _no(clause)
        told = None if cells[self.column] is Cell.UNTOLD else True
        return self._in_this_state(verb) or self._towards_him(verb) or Answer(told, clause)

    def _in_this_state(self, verb: Verb) -> Answer | None:  # noqa: PLR0911 - one way out for each rule
        state = self.standing.state
        if state in ABSENT:
            if verb is Verb.READ_IDENTITY:
                return Answer(None, "functional 2.1: the answer is NF either way")
            return None if verb in WHEN_ABSENT else _no("functional 2.1, DEC-31: no record")
        if verb in WITHOUT_RECORD:
            return Answer(None, "xds-wire 9.4: never asked of a record")
        if verb is Verb.OPEN_RECORD:
            return Answer(None, "LC-1: refused whoever asks, there is a record")
        if state is RecordState.CLOSED:
            return None if verb in WHEN_CLOSED else _no("DEC-5, LC-10: closed")
        if verb is Verb.REOPEN_RECORD:
            return Answer(None, "functional 2.1: refused whoever asks, it is not closed")
        return None

    def _towards_him(self, verb: Verb) -> Answer | None:  # noqa: PLR0911 - one way out for each rule
        if self.standing.state in ABSENT:
            return None
        if self.blocked and verb not in WHEN_BLOCKED:
            return _no("DEC-8, xds-wire 9.4: blocked")
        if verb in READING and self.opposed:
            return _no("DEC-27: emergency mode opposed")
        if verb in (Verb.FIND, Verb.READ, Verb.LIST_AUTHORISATIONS, *ACCOUNTS) and not self.related:
            return _no("DEC-5, AR-1: no care relation")
        if verb in (Verb.AUTHORISE_OTHER, *ACCOUNTS) and not self._let_in:
            return _no("AR-4: a professional outside the team, let in by the holder")
        if verb is Verb.BLOCK and not self.confirmed:
            return _no("DEC-1: the wider rights once the holder confirmed him")
        if verb in ACCOUNTS and self.person.kind is Kind.STAFF and self.standing.given is not Given.TO_HIS_STRUCTURE:
            return _no("PT-18, functional 3.3 y1: the reception of a structure that was let in")
        if verb in ACCOUNTS and self.standing.minor:
            return _no("LC-15, LC-16: he enrols at 18")
        if verb is Verb.BECOME_ATTENDING and self.standing.given not in IN_FORCE:
            if self.confirmed:
                return Answer(None, "DEC-1: he is, nothing changes")
            return _no("DEC-1: needs a valid authorisation")
        if verb in (Verb.CHANGE_IDENTITY, Verb.CLOSE_RECORD, *ACCOUNTS) and self.standing.linked:
            return _no("xds-wire 9.1: linked to the citizen's space")
        # Read so: not even of documents that he wrote, though functional 3.4 puts the author before the matrix.
        if verb in NEEDING_RELATION and not self._profession_has_rights:
            return _no("DEC-13: no right published")
        return None

    @property
    def _profession_has_rights(self) -> bool:
        return self.person.kind is not Kind.PROFESSIONAL or has_column(self.person.code)

    # -- a document

    def owns(self, paper: Paper) -> bool:
        """In person; a structure what it sent by itself (DEC-6)."""
        if self.person.kind is Kind.PROFESSIONAL:
            return paper.whose in (Whose.HE_WROTE, Whose.HE_SIGNED)
        return paper.whose is Whose.OF_HIS_STRUCTURE

    @cached_property
    def outside(self) -> Answer | None:
        """The refusal that every document gets, there or not: the door was not open."""
        refused = self.record(Verb.SUBMIT if self.column is None else Verb.DELETE)
        return refused if refused.allowed is False else None

    def unseen(self, verb: Verb, paper: Paper, *, own: bool) -> str:  # noqa: PLR0911 - one way out for each rule
        """Why he may not know that it exists (functional 3.2, AR-17); empty when he may."""
        attending = self.column in ATTENDING and self.confirmed
        if self.standing.hide_everything and not (attending and not self.emergency):
            # Read so: feeding goes on, and what he knows to be his he corrects and withdraws, as under a block (DEC-8).
            return "" if own and verb in (Verb.REPLACE, Verb.DELETE) else "DEC-28: everything is hidden"
        if paper.status is EntryStatus.DELETED and not own and not attending:
            return "DEC-23: deleted"  # Read so: declared only, he has ordinary rights (DEC-1).
        if own:
            return ""  # DEC-7, DEC-18
        if self.person.kind is not Kind.PROFESSIONAL:
            return "DEC-25: not of the structure"
        if self.blocked:
            return "DEC-8: blocked"
        if not self.related:
            return "DEC-5, DEC-27: no care relation"
        if paper.masked and not self._sees_masked:
            return "functional 3.2, AR-9: masked"
        if not has_column(self.person.code):
            return "DEC-11, DEC-13: no right published for the profession"
        if not may_open(self.person.code, paper.class_code, paper.type_code):
            return "DEC-11, DEC-19, functional 3.4: type outside the profession's"
        return ""

    @cached_property
    def _sees_masked(self) -> bool:
        """The confirmed attending doctor; in an emergency whoever the holder let (AR-7, AR-9, DEC-1, DEC-18)."""
        if self.emergency:
            return self.standing.emergency_reads_masked
        return self.column is Column.ATTENDING_NORMAL and self.confirmed

    def deposit(self, paper: Paper) -> Answer:
        """May he put in a document of this type (functional 3.4, DEC-33); of other types the rules are silent."""
        door = self.record(Verb.SUBMIT)
        if door.allowed is not True:
            return Answer(door.allowed, door.clause, hidden=False)
        if paper.class_code == REIMBURSEMENT and self.person.code != FEED:
            return Answer(False, "functional 3.4: class 60 from ALIM_AM alone", hidden=False)
        by_attending = self.column in ATTENDING and will_of_the_holder(paper.type_code)
        if of_the_holder(paper.type_code) and not by_attending:
            return Answer(False, "functional 3.4: from the holder alone", hidden=False)
        return door

    def paper(self, verb: Verb, paper: Paper) -> Answer:
        """May he do this to this document, or put it in."""
        if verb is Verb.SUBMIT:
            return self.deposit(paper)
        door = self.record(verb)
        own = self.owns(paper)
        if clause := self.unseen(verb, paper, own=own):
            return _unseen(clause, hidden=None if self._door_shut(verb, door) else True)
        refused = door.clause if door.allowed is False else self._refused(verb, paper, own=own)
        if refused:
            told = verb in UPDATING and not self.opposed and not self.blocked and not self._door_shut(verb, door)
            return Answer(False, refused, hidden=False if told else None)
        if verb is Verb.RELEASE and paper.announced is Announced.NEVER_HIDDEN:
            return Answer(None, "never asked: nothing hides it from the patient")
        return Answer(True, self.rows[verb][1])

    def _door_shut(self, verb: Verb, door: Answer) -> bool:
        """Every act asks about the record first; refused there, all documents get one answer (DEC-9, DEC-10)."""
        return (self.outside if verb in UPDATING else door if door.allowed is False else None) is not None

    def _refused(self, verb: Verb, paper: Paper, *, own: bool) -> str:
        """Why he may not, though the column may and he knows of it; empty when he may."""
        if verb in OF_THE_PATIENT and paper.whose is Whose.OF_THE_PATIENT:
            if verb is Verb.DELETE or self.column not in ATTENDING:
                return "DEC-17, functional 3.3 *: put in by the patient"
        elif self._own_only(verb) and not own:
            return "functional 3.3 y5, y8, y9; DEC-1: not his own"
        # Read so: an opposed emergency stops reading, and the author still archives what is his (DEC-27).
        if verb in NEEDING_RELATION and not self.related and not (own and (verb is Verb.MASK or self.opposed)):
            return "DEC-5, DEC-7: no care relation"
        if verb is Verb.RELEASE and not self.releases:
            return "DEC-15: doctors and midwives"
        if verb is Verb.HIDE_FROM_GUARDIANS and not self.person.secret:
            return "DEC-15: in a secret connection"
        return ""

    def _own_only(self, verb: Verb) -> bool:
        """A cell with a note, or unmasking by an attending doctor whom the holder has not confirmed (DEC-1)."""
        cell = self.rows[verb][0][self.column] if self.column else Cell.NO
        return cell in (Cell.OWN, Cell.ITS) or (verb is Verb.UNMASK and not self.confirmed)

    def signature(self, verb: Verb, lot: tuple[Paper, ...]) -> Answer:
        """The signature of a lot goes with its documents, to who may read one of them (DEC-12)."""
        door = self.record(verb)
        if door.allowed is False:
            return Answer(False, door.clause)
        seen = any(self.paper(verb, paper).allowed for paper in lot)
        return Answer(seen, "DEC-12", hidden=True)
