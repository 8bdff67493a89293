"""What the holder and who acts for him may do, what those who run the service may not (functional 6, DEC-16)."""

from dmp.assure.oracle.situation import Announced, Answer, Kind, Paper, Person, Standing, Whose
from dmp.assure.oracle.transactions import (
    CONTENTS,
    HOLDER_UNTOLD,
    HOLDERS,
    REPRESENTATIVE_UNTOLD,
    REPRESENTATIVES,
    RUNNING,
    UNTOLD,
    WITHOUT_RECORD,
)
from dmp.assure.oracle.types import REIMBURSEMENT, will_of_the_holder
from dmp.record.actor import Mode
from dmp.record.entry import EntryStatus
from dmp.record.record import RecordState
from dmp.record.verb import Verb

OWN_ONLY = frozenset({Verb.REPLACE, Verb.DELETE, Verb.ARCHIVE, Verb.UNARCHIVE})
"""On what the patient put in (DEC-16, DEC-17)."""

LEFT_OF_A_CLOSED_RECORD = (Verb.VIEW_LOG, Verb.COPY_RECORD, Verb.ASK_DESTRUCTION)
"""To its holder: his log, his copy, its end (DEC-5, LC-11)."""


class Citizen:
    """The holder of the record, or his legal representative."""

    def __init__(self, person: Person, standing: Standing):
        """Settle what does not depend on the document."""
        self.person, self.standing = person, standing
        self.holder = person.kind is Kind.HOLDER

    def record(self, verb: Verb) -> Answer:  # noqa: PLR0911 - one way out for each rule
        """May he do this to the record, or at all where a document is meant."""
        if verb in RUNNING:
            return Answer(False, "LC-18, xds-wire 7.6, 7.7: for those who run the service")
        if verb in UNTOLD or verb in WITHOUT_RECORD:
            return Answer(None, "not told by the rules")
        if self.person.mode is not Mode.NORMAL:
            return Answer(False, "functional 3.3, security 8: emergency modes are for professionals")
        if self.standing.state in (None, RecordState.DESTROYED):
            return self._without_record(verb)
        if not self.holder and not self.standing.minor:
            return Answer(False, "LC-16: nobody represents an adult by parental authority")
        if verb in (HOLDER_UNTOLD if self.holder else REPRESENTATIVE_UNTOLD):
            return Answer(None, "not told by the rules")
        if verb not in (HOLDERS if self.holder else REPRESENTATIVES):
            return Answer(False, "functional 3.3: for professionals")
        kept = (Verb.TEST_RECORD, *LEFT_OF_A_CLOSED_RECORD) if self.holder else (Verb.TEST_RECORD,)
        if self.standing.state is RecordState.CLOSED and verb not in kept:
            return Answer(False, "DEC-5: closed")
        if verb is Verb.CHANGE_CHANNEL and self.standing.minor:
            return Answer(False, "LC-15, LC-16: he enrols at 18")
        return Answer(True, HOLDERS[verb])

    def _without_record(self, verb: Verb) -> Answer:
        if self.holder and verb in (Verb.OPEN_RECORD, Verb.TEST_RECORD):
            return Answer(None, "LC-3: on line, with a code; not by a message")
        return Answer(None if verb in (Verb.TEST_RECORD, Verb.READ_IDENTITY) else False, "functional 2.1: no record")

    def knows_of(self, paper: Paper) -> bool:
        """May he know that it exists: the announcement, and for a representative what the minor keeps to himself."""
        if paper.announced in (Announced.UNDER_A_FORTNIGHT, Announced.UNDER_A_MONTH):
            return False  # AR-19, DEC-24
        return self.holder or not paper.from_guardians

    def deposit(self, paper: Paper) -> Answer:
        """May he put in a document of this type (functional 3.4, DEC-33)."""
        door = self.record(Verb.SUBMIT)
        if door.allowed is True and paper.class_code == REIMBURSEMENT:
            return Answer(False, "functional 3.4: class 60 from ALIM_AM alone", hidden=False)
        if door.allowed is True and not self.holder and will_of_the_holder(paper.type_code):
            return Answer(None, "functional 3.4 says only the holder, LC-15 that his parents act for him")
        return door

    def paper(self, verb: Verb, paper: Paper) -> Answer:  # noqa: PLR0911 - one way out for each rule
        """May he do this to this document, or put it in."""
        if verb is Verb.SUBMIT:
            return self.deposit(paper)
        door = self.record(verb)
        shut = self.record(Verb.DELETE).allowed is False
        if not self.knows_of(paper):
            return Answer(False, "AR-19, DEC-24, functional 3.2: hidden from him", hidden=None if shut else True)
        if door.allowed is not True:
            return Answer(door.allowed, door.clause, hidden=None)
        if verb in OWN_ONLY and paper.whose is not Whose.OF_THE_PATIENT:
            return Answer(False, "DEC-16, DEC-17: his own deposits", hidden=False)
        if verb in OWN_ONLY and not self.holder:
            return Answer(None, "DEC-17 says the patient only, LC-15 that his parents act for him")
        if paper.status is EntryStatus.DELETED and not self.holder:
            return Answer(None, "DEC-23 names the holder alone, LC-15 gives the representative his rights")
        return door

    def signature(self, verb: Verb, lot: tuple[Paper, ...]) -> Answer:
        """The signature of a lot goes with its documents (DEC-12)."""
        door = self.record(verb)
        if door.allowed is False:
            return door
        seen = [self.paper(verb, paper).allowed for paper in lot]
        return Answer(True if True in seen else None if None in seen else False, "DEC-12", hidden=True)


class Nobody:
    """The holder of another record, and those who run the service: no document, ever (security 6.6, LOG-6)."""

    def __init__(self, person: Person, standing: Standing):
        """Nothing depends on the record."""
        self.person, self.standing = person, standing

    def record(self, verb: Verb) -> Answer:
        """No document; of the acts that run the service the rules on access do not speak."""
        stranger = self.person.kind is Kind.ANOTHER_HOLDER
        if verb in WITHOUT_RECORD and self.standing.state is RecordState.DESTROYED:
            return Answer(None, "DEC-31: a destroyed record is none, and the act is about nobody's")
        if verb in (*CONTENTS, Verb.SUBMIT) or (stranger and self.standing.state is not None):
            return Answer(False, "security 6.6: not his record" if stranger else "LOG-6: no content")
        return Answer(None, "not told by the rules of access")

    def paper(self, verb: Verb, paper: Paper) -> Answer:  # noqa: ARG002 - the same for every document
        """None."""
        return Answer(False, "security 6.6, LOG-6")

    def signature(self, verb: Verb, lot: tuple[Paper, ...]) -> Answer:  # noqa: ARG002 - the same for every lot
        """None."""
        return Answer(False, "security 6.6, LOG-6")


class Service:
    """The service itself, that reminds the holder, or who represents a minor: it reads what both may (RM-5, RM-9)."""

    def __init__(self, person: Person, standing: Standing):
        """Settle who hears of it."""
        self.person, self.standing = person, standing
        self.heard_by = Citizen(Person(Kind.HOLDER if not standing.minor else Kind.REPRESENTATIVE), standing)

    def record(self, verb: Verb) -> Answer:
        """It reminds and reads, in no emergency and of no closed record (RM-7)."""
        if self.person.mode is not Mode.NORMAL:
            return Answer(False, "functional 3.3, security 8: emergency modes are for professionals")
        if verb in WITHOUT_RECORD and self.standing.state in (None, RecordState.DESTROYED):
            return Answer(None, "DEC-31: a destroyed record is none, and the act is about nobody's")
        if verb not in (Verb.REMIND, Verb.READ):
            return Answer(False, "RM-9: it reminds, and does nothing else")
        if self.standing.state is not RecordState.ACTIVE:
            return Answer(False, "RM-7: no reminder of a closed record, nor where there is none")
        return Answer(True, "RM-9")

    def paper(self, verb: Verb, paper: Paper) -> Answer:
        """What those may read whom it speaks to."""
        door = self.record(verb)
        if door.allowed is not True or verb is not Verb.READ:
            return Answer(False, door.clause, hidden=None)
        if not self.heard_by.knows_of(paper):
            return Answer(False, "AR-19, functional 3.2, RM-5: hidden from whom it speaks to", hidden=None)
        return door if paper.status is EntryStatus.APPROVED else Answer(None, "SV-2: not asked about", hidden=None)

    def signature(self, verb: Verb, lot: tuple[Paper, ...]) -> Answer:
        """The signature of a lot goes with its documents (DEC-12)."""
        door = self.record(verb)
        seen = [self.paper(verb, paper).allowed for paper in lot]
        if door.allowed is False:
            return door
        return Answer(True if True in seen else None if None in seen else False, "DEC-12", hidden=None)
