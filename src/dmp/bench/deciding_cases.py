"""Which decisions are timed: every kind of caller, in every mode, by every way to an answer."""

from dataclasses import dataclass, replace
from itertools import cycle, islice, product

from dmp.assure.matrix_values import AT, PATIENT, REGULATION_CENTRE, caller, document, record_for, structure_of
from dmp.assure.oracle.situation import Announced, Attending, Block, Given, Kind, Paper, Person, Standing, Whose
from dmp.record.actor import Authentication, Caller, Holder, Mode
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.record import Record, RecordState
from dmp.record.verb import Verb

CENTRES = (REGULATION_CENTRE,)
"""The regulation centres of the policy that the cases are asked of."""
LONG = 500
"""Documents of a list."""


@dataclass(frozen=True)
class Case:
    """One decision: who asks for what, of a record that stands so towards him, and the rule that answers.

    `paper` is None when the record itself is asked about. The rule is checked
    before anything is timed: a row tells of the way that it names and of no other.
    """

    who: Person
    standing: Standing
    verb: Verb
    paper: Paper | None
    rule: str

    @property
    def asked(self) -> str:
        """In words; how the record stands is told by the rule that answers."""
        return f"{self.who}: {self.verb.name}{f', {self.paper}' if self.paper is not None else ''}"

    @property
    def caller(self) -> Caller:
        """Who calls; he names the patient by an identifier equal to that of the record, read elsewhere than there."""
        found = caller(self.who)
        actor = found.actor
        if isinstance(actor, Holder):
            actor = Holder(replace(actor.patient))
        return replace(found, actor=actor, patient=replace(PATIENT))

    @property
    def record(self) -> Record | None:
        """The record that is asked about."""
        return record_for(self.standing, self.who)

    @property
    def entry(self) -> DocumentEntry | None:
        """The document that is asked about."""
        return None if self.paper is None else document(self.paper, structure_of(self.who))


NURSE = Person(Kind.PROFESSIONAL, "60")
DOCTOR = Person(Kind.PROFESSIONAL, "10", "SM26")
AT_WORK = Person(Kind.PROFESSIONAL, "10", "SM25")
BREAKS_GLASS = replace(DOCTOR, mode=Mode.BREAK_GLASS)
REGULATES = replace(DOCTOR, mode=Mode.EMERGENCY_DISPATCH, regulation=True)
IN_SECRET = replace(DOCTOR, secret=True)
BY_AIR = replace(NURSE, via=Authentication.REINFORCED)
SECRETARY = Person(Kind.STAFF, "SECRETARIAT_MEDICAL")
HOSPITAL = Person(Kind.SOFTWARE, "AUTOMATE", "", "SA01")
HOLDER, STRANGER, PARENT = Person(Kind.HOLDER), Person(Kind.ANOTHER_HOLDER), Person(Kind.REPRESENTATIVE)
HEIR, SERVICE = Person(Kind.HEIR), Person(Kind.AUTOMATON)

NOTHING, HIS, MINORS = Standing(), Standing(given=Given.TO_HIM), Standing(minor=True)
IN_TEAM, LAPSED = Standing(given=Given.IN_TEAM), Standing(given=Given.LAPSED)
ATTENDED = Standing(attending=Attending.CONFIRMED)
BLOCKED = Standing(given=Given.TO_HIM, block=Block.HIM)
OF_THE_DEAD = Standing(RecordState.CLOSED)

PLAIN, MASKED, HIS_OWN = Paper(), Paper(masked=True), Paper(Whose.HE_WROTE)
ANNOUNCED, FROM_GUARDIANS = Paper(announced=Announced.UNDER_A_MONTH), Paper(from_guardians=True)
REFUNDS = Paper(type_code="REMB", class_code="60")
"""Of a type that its holder reads, and no nurse."""

CASES: tuple[Case, ...] = (
    Case(HOLDER, NOTHING, Verb.READ, PLAIN, "holder-of-the-record"),
    Case(HOLDER, NOTHING, Verb.VIEW_LOG, None, "holder-of-the-record"),
    Case(HOLDER, NOTHING, Verb.READ, ANNOUNCED, "hidden-from-the-patient"),
    Case(HOLDER, NOTHING, Verb.DELETE, PLAIN, "not-own-document"),
    Case(STRANGER, NOTHING, Verb.READ, PLAIN, "stranger-to-the-record"),
    Case(PARENT, MINORS, Verb.READ, PLAIN, "representative-of-the-holder"),
    Case(PARENT, MINORS, Verb.FIND, None, "representative-of-the-holder"),
    Case(PARENT, MINORS, Verb.READ, FROM_GUARDIANS, "hidden-from-representatives"),
    Case(PARENT, NOTHING, Verb.READ, PLAIN, "parental-authority-ended"),
    Case(Person(Kind.PROTECTOR), NOTHING, Verb.READ, PLAIN, "representative-of-the-holder"),
    Case(Person(Kind.DELEGATE_READS), NOTHING, Verb.READ, PLAIN, "delegate-of-the-holder"),
    Case(Person(Kind.DELEGATE_READS), NOTHING, Verb.MASK, PLAIN, "beyond-the-delegation"),
    Case(Person(Kind.DELEGATE_WRITES), NOTHING, Verb.SUBMIT, PLAIN, "delegate-of-the-holder"),
    Case(Person(Kind.DELEGATE_MANAGES), NOTHING, Verb.MASK, PLAIN, "delegate-of-the-holder"),
    Case(Person(Kind.FORMER_DELEGATE), NOTHING, Verb.READ, PLAIN, "stranger-to-the-record"),
    Case(HEIR, OF_THE_DEAD, Verb.READ, PLAIN, "heir-of-the-holder"),
    Case(HEIR, OF_THE_DEAD, Verb.READ, MASKED, "masked-to-professionals"),
    Case(HEIR, OF_THE_DEAD, Verb.READ, Paper(status=EntryStatus.DEPRECATED), "outside-what-heirs-see"),
    Case(NURSE, HIS, Verb.READ, PLAIN, "valid-authorisation"),
    Case(NURSE, HIS, Verb.FIND, None, "valid-authorisation"),
    Case(NURSE, HIS, Verb.READ, MASKED, "masked-to-professionals"),
    Case(NURSE, HIS, Verb.READ, replace(HIS_OWN, masked=True), "valid-authorisation"),
    Case(NURSE, HIS, Verb.READ, REFUNDS, "outside-the-type-matrix"),
    Case(NURSE, HIS, Verb.ARCHIVE, PLAIN, "not-own-document"),
    Case(NURSE, NOTHING, Verb.READ, PLAIN, "no-authorisation"),
    Case(NURSE, NOTHING, Verb.FIND, None, "no-authorisation"),
    Case(NURSE, LAPSED, Verb.READ, PLAIN, "authorisation-expired"),
    Case(NURSE, BLOCKED, Verb.READ, PLAIN, "blocked-by-the-holder"),
    Case(NURSE, BLOCKED, Verb.READ, HIS_OWN, "blocked-by-the-holder"),
    Case(NURSE, replace(HIS, hide_everything=True), Verb.READ, PLAIN, "everything-hidden"),
    Case(NURSE, replace(HIS, state=RecordState.CLOSED), Verb.READ, PLAIN, "record-closed"),
    Case(NURSE, Standing(None), Verb.READ, PLAIN, "no-such-record"),
    Case(replace(NURSE, sector="SA09"), HIS, Verb.READ, PLAIN, "sector-shut-out"),
    Case(replace(NURSE, code="XX"), HIS, Verb.READ, PLAIN, "unknown-profession"),
    Case(replace(NURSE, code="41"), HIS, Verb.READ, PLAIN, "no-right-published"),
    Case(replace(NURSE, code="41"), HIS, Verb.FIND_REFERENCE, HIS_OWN, "author-of-the-document"),
    Case(DOCTOR, IN_TEAM, Verb.READ, PLAIN, "care-team"),
    Case(DOCTOR, HIS, Verb.SUBMIT, PLAIN, "act-without-care-relation"),
    Case(DOCTOR, NOTHING, Verb.MASK, HIS_OWN, "author-of-the-document"),
    Case(DOCTOR, ATTENDED, Verb.READ, PLAIN, "attending-doctor"),
    Case(DOCTOR, ATTENDED, Verb.READ, replace(MASKED, status=EntryStatus.DEPRECATED), "attending-doctor"),
    Case(AT_WORK, HIS, Verb.READ, PLAIN, "outside-matrix"),
    Case(AT_WORK, Standing(given=Given.BY_THE_HOLDER), Verb.READ, PLAIN, "outside-matrix"),
    Case(BREAKS_GLASS, NOTHING, Verb.READ, PLAIN, "break-glass"),
    Case(BREAKS_GLASS, NOTHING, Verb.READ, MASKED, "masked-to-professionals"),
    Case(BREAKS_GLASS, replace(NOTHING, opposed_break_glass=True), Verb.READ, PLAIN, "emergency-opposed"),
    Case(replace(BREAKS_GLASS, unreasoned=True), NOTHING, Verb.READ, PLAIN, "break-glass-without-reason"),
    Case(BREAKS_GLASS, NOTHING, Verb.MASK, PLAIN, "outside-matrix"),
    Case(REGULATES, NOTHING, Verb.READ, PLAIN, "emergency-dispatch"),
    Case(REGULATES, replace(NOTHING, opposed_dispatch=True), Verb.READ, PLAIN, "emergency-opposed"),
    Case(replace(REGULATES, regulation=False), NOTHING, Verb.READ, PLAIN, "not-a-regulation-centre"),
    Case(IN_SECRET, replace(HIS, minor=True), Verb.READ, PLAIN, "valid-authorisation"),
    Case(IN_SECRET, replace(HIS, minor=True), Verb.HIDE_FROM_GUARDIANS, PLAIN, "valid-authorisation"),
    Case(IN_SECRET, HIS, Verb.READ, PLAIN, "secret-connection-of-an-adult"),
    Case(BY_AIR, HIS, Verb.READ, PLAIN, "valid-authorisation"),
    Case(BY_AIR, HIS, Verb.READ, MASKED, "masked-to-professionals"),
    Case(BY_AIR, HIS, Verb.SUBMIT, PLAIN, "outside-matrix"),
    Case(SECRETARY, HIS, Verb.LIST_RECORDS, None, "act-without-care-relation"),
    Case(SECRETARY, HIS, Verb.READ, PLAIN, "outside-matrix"),
    Case(replace(SECRETARY, via=Authentication.REINFORCED), HIS, Verb.READ, PLAIN, "outside-matrix"),
    Case(replace(SECRETARY, code="NOT_A_ROLE"), HIS, Verb.SUBMIT, PLAIN, "unknown-role"),
    Case(HOSPITAL, NOTHING, Verb.SUBMIT, None, "act-without-care-relation"),
    Case(HOSPITAL, NOTHING, Verb.SUBMIT, PLAIN, "act-without-care-relation"),
    Case(HOSPITAL, NOTHING, Verb.DELETE, Paper(Whose.OF_HIS_STRUCTURE), "author-of-the-document"),
    Case(HOSPITAL, NOTHING, Verb.READ, PLAIN, "outside-matrix"),
    Case(replace(HOSPITAL, code="NOT_A_ROLE"), NOTHING, Verb.READ, PLAIN, "unknown-role"),
    Case(SERVICE, NOTHING, Verb.READ, PLAIN, "service-for-the-holder"),
    Case(SERVICE, MINORS, Verb.READ, FROM_GUARDIANS, "hidden-from-representatives"),
    Case(SERVICE, NOTHING, Verb.READ, ANNOUNCED, "hidden-from-the-patient"),
    Case(Person(Kind.OPERATOR), NOTHING, Verb.TEST_RECORD, None, "operator-of-the-service"),
    Case(Person(Kind.OPERATOR), NOTHING, Verb.READ, PLAIN, "outside-matrix"),
    Case(Person(Kind.ADMINISTRATOR), NOTHING, Verb.REMOVE_DOCUMENTS, PLAIN, "administrator-of-the-service"),
    Case(Person(Kind.ADMINISTRATOR), NOTHING, Verb.READ, PLAIN, "outside-matrix"),
)

LISTS: tuple[Case, ...] = (
    Case(HOLDER, NOTHING, Verb.FIND, None, "holder-of-the-record"),
    Case(PARENT, MINORS, Verb.FIND, None, "representative-of-the-holder"),
    Case(NURSE, HIS, Verb.FIND, None, "valid-authorisation"),
    Case(NURSE, HIS, Verb.READ, None, "valid-authorisation"),
    Case(NURSE, NOTHING, Verb.FIND, None, "no-authorisation"),
    Case(DOCTOR, ATTENDED, Verb.FIND, None, "attending-doctor"),
    Case(BREAKS_GLASS, NOTHING, Verb.FIND, None, "break-glass"),
    Case(SECRETARY, HIS, Verb.READ, None, "outside-matrix"),
)
"""Asked of a list of documents at once; the rule is what the record alone answers."""
_TYPES = (("11490-0", "10"), ("57833-6", "42"), ("11502-2", "10"), ("18748-4", "31"), ("60591-5", "11"), ("REMB", "60"))


def many() -> list[DocumentEntry]:
    """Documents of six types, of others and one's own, masked and not, each of a chain of its own."""
    kinds = product((Whose.ANOTHERS, Whose.HE_WROTE, Whose.OF_A_COLLEAGUE), (False, True), _TYPES)
    papers = [Paper(whose, masked=masked, type_code=code, class_code=of) for whose, masked, (code, of) in kinds]
    return _numbered(papers)


def all_different() -> list[DocumentEntry]:
    """Documents of which no two have the same answer for sure: each was hidden from the patient at its own instant."""
    instants = (AT.replace(day=1 + number % 28, hour=number // 28) for number in range(LONG))
    hidden = (replace(document(ANNOUNCED).visibility, hidden_from_patient_since=each) for each in instants)
    return [replace(entry, visibility=each) for entry, each in zip(_numbered([ANNOUNCED]), hidden, strict=True)]


def _numbered(papers: list[Paper]) -> list[DocumentEntry]:
    return [
        replace(document(paper), uuid=f"urn:uuid:{number}", chain=f"chain {number}")
        for number, paper in enumerate(islice(cycle(papers), LONG))
    ]
