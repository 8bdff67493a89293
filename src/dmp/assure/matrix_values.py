"""A case of the oracle as the values of the record: what the engine is asked about (`matrix`)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import product

from dmp.assure.oracle.situation import Announced, Attending, Block, Given, Kind, Paper, Person, Standing, Whose
from dmp.record import actor, codes, entry, people, record
from dmp.record.patient import Guardian, IdentityTraits, PatientId, Sex
from dmp.record.visibility import Visibility

AT = datetime(2026, 3, 15, 10, tzinfo=UTC)
"""When everything is asked."""
PATIENT = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
SOMEBODY_ELSE = PatientId("180012A00400168", "1.2.250.1.213.1.4.10")
PARENT = "255069999999934"
PROTECTOR, FORMER, HEIR = "155069999999940", "155069999999943", "155069999999944"
DELEGATES = {
    Kind.DELEGATE_READS: ("155069999999941", people.DelegateScope.READ),
    Kind.DELEGATE_WRITES: ("155069999999942", people.DelegateScope.WRITE),
    Kind.DELEGATE_MANAGES: ("155069999999945", people.DelegateScope.MANAGE),
}
ACTING = {
    Kind.REPRESENTATIVE: PARENT,
    Kind.PROTECTOR: PROTECTOR,
    Kind.FORMER_DELEGATE: FORMER,
    Kind.HEIR: HEIR,
    **{kind: number for kind, (number, _) in DELEGATES.items()},
}
"""Who acts for the holder, by number."""
HIM, COLLEAGUE, STRANGER = "899900000017", "899900000025", "899900000033"
TEAM, OTHER_TEAM, OPPOSED_TEAM = "1750000014 A", "1750000014 B", "1750000014 C"
RECEPTION, SOFTWARE = "accueil-1", "automate"
STRUCTURE, REGULATION_CENTRE, ELSEWHERE = "1750000014", "1750000022", "1750000030"
HIDDEN_FOR = {
    Announced.UNDER_A_FORTNIGHT: timedelta(days=3),
    Announced.UNDER_A_MONTH: timedelta(days=20),
    Announced.OVER_A_MONTH: timedelta(days=40),
}
YEAR, DAY = timedelta(days=365), timedelta(days=1)


def _numbered(number: str) -> PatientId:
    return PatientId(number, PATIENT.root)


# Everybody who acts for the holder is always there, and each is one thing alone.
_DELEGATES = (
    *(people.Delegate(_numbered(one), "MARTIN", scope, AT - DAY, AT + DAY) for one, scope in DELEGATES.values()),
    people.Delegate(_numbered(FORMER), "MARTIN", people.DelegateScope.MANAGE, AT - YEAR, AT),
)
_PROTECTIONS = (people.Protection(_numbered(PROTECTOR), "MARTIN", people.Measure.GUARDIANSHIP, AT - DAY, AT + DAY),)
_ASKED = people.HeirRequest(_numbered(HEIR), "MARTIN", people.HeirQuality.HEIR, people.HeirMotive.RIGHTS, AT - DAY)
_HEIRS = (replace(_ASKED, answer=people.HeirAnswer.GRANTED, decided=AT - DAY, until=AT + DAY),)


def structure_of(person: Person) -> str:
    """The id of the structure that somebody calls from."""
    return REGULATION_CENTRE if person.regulation else STRUCTURE


@cache
def caller(person: Person) -> actor.Caller:
    """Who calls."""
    reason = "" if person.unreasoned else "Patient inconscient, pronostic vital engagé"
    return actor.Caller(
        _actor(person), person.mode, reason, PATIENT, person.secret, teams=frozenset({TEAM, OPPOSED_TEAM})
    )


def _actor(person: Person) -> actor.Actor:  # noqa: PLR0911 - one for each kind
    facility = actor.Facility(structure_of(person), "CENTRE DE SOINS", person.sector)
    if person.kind in ACTING:
        return actor.Representative(ACTING[person.kind], "DOMINIQUE MARTIN")
    match person.kind:
        case Kind.PROFESSIONAL:
            return actor.Professional(HIM, "ALIX DURAND", person.code, person.know_how, facility, person.via)
        case Kind.STAFF:
            return actor.Staff(RECEPTION, "CAMILLE PETIT", person.code, facility, person.via)
        case Kind.SOFTWARE:
            return actor.FacilitySoftware(facility, SOFTWARE, "LOGICIEL", person.code)
        case Kind.HOLDER:
            return actor.Holder(PATIENT)
        case Kind.ANOTHER_HOLDER:
            return actor.Holder(SOMEBODY_ELSE)
        case Kind.OPERATOR:
            return actor.Operator("exploitant")
        case Kind.AUTOMATON:
            return actor.Automaton("rappels")
        case _:
            return actor.Administrator("899900000041", "CLAUDE ROUX")


def _marks(paper: Paper) -> Visibility:
    since = AT - HIDDEN_FOR[paper.announced] if paper.announced in HIDDEN_FOR else None
    return Visibility(paper.masked, since, paper.from_guardians)


def _chain(paper: Paper) -> str:
    """A chain that is marked as the document is; its own, which nothing marks, where the document bears the marks."""
    return f"{paper.masked}-{paper.announced.name}-{paper.from_guardians}" if paper.by_chain else "chain"


_CHAINS = {
    _chain(paper): _marks(paper)
    for marks in product((False, True), Announced, (False, True))
    if (paper := Paper(masked=marks[0], announced=marks[1], from_guardians=marks[2], by_chain=True))
}


@lru_cache(maxsize=4096)
def record_for(standing: Standing, person: Person) -> record.Record | None:
    """The record, as it stands towards somebody."""
    if standing.state is None:
        return None
    died = person.kind is Kind.HEIR
    why = record.ClosingReason.DEATH if died else record.ClosingReason.PATIENT_REQUEST
    closed = record.Closure(AT - DAY, why)
    role = record.Attending(HIM, AT - 9 * DAY, standing.attending is Attending.CONFIRMED)
    return record.Record(
        key="r1",
        identifiers=(PATIENT,),
        state=standing.state,
        opened=AT - 2 * YEAR,
        traits=_traits(minor=standing.minor),
        guardians=(Guardian("MTH", "MARTIN", "DOMINIQUE", identifier=PatientId(PARENT, PATIENT.root)),),
        closure=closed if standing.state is record.RecordState.CLOSED else None,
        oppositions=record.Oppositions(standing.opposed_break_glass, standing.opposed_dispatch),
        emergency_reads_masked=standing.emergency_reads_masked,
        hide_everything=standing.hide_everything,
        linked_to_portal=standing.linked,
        authorisations=_authorisations(standing.given, structure_of(person)),
        care=_care(TEAM) if standing.given is Given.IN_TEAM else _care(OTHER_TEAM),
        blocked=_blocked(standing.block, person),
        attending=() if standing.attending is Attending.NO else (role,),
        visibility=_CHAINS,
        deceased=died,
        delegates=_DELEGATES,
        protections=_PROTECTIONS,
        heirs=_HEIRS,
    )


def _traits(*, minor: bool) -> IdentityTraits:
    return IdentityTraits("MARTIN", "SACHA", "SACHA", "2015-04-02" if minor else "1979-03-28", Sex.FEMALE)


def _blocked(block: Block, person: Person) -> frozenset[str]:
    """Somebody else is always blocked too."""
    him = RECEPTION if person.kind is Kind.STAFF else HIM
    named = {Block.HIM: {him}, Block.HIS_STRUCTURE: {structure_of(person)}}
    return frozenset({STRANGER} | named.get(block, set()))


def _care(team: str) -> tuple[record.Care, ...]:
    """Some team always cares for the holder; he objected to another one."""
    caring = record.Care(team, AT - DAY, AT + DAY, (AT - DAY).date(), HIM)
    return (caring, replace(caring, team=OPPOSED_TEAM, opposed=True))


def _authorisations(given: Given, structure: str) -> tuple[record.Authorisation, ...]:
    """Somebody else is always authorised too."""
    start, until = AT - 30 * DAY, AT + 335 * DAY
    others = record.Authorisation(STRANGER, start, until, STRANGER)
    his = replace(others, subject=HIM, given_by=HIM)
    told = {
        Given.TO_HIM: his,
        Given.TO_HIS_STRUCTURE: replace(his, subject=structure),
        Given.BY_THE_HOLDER: replace(his, by_holder=True, given_by=PATIENT.number),
        Given.LAPSED: replace(his, start=AT - YEAR, until=AT),
        Given.NOT_YET: replace(his, start=AT + DAY),
    }
    return (others, *([told[given]] if given in told else []))


LOINC, LOCAL, CLASSES = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.12", "1.2.250.1.213.1.1.4.1"
A00, SECTORS = "1.2.250.1.213.1.1.4.6", "1.2.250.1.71.4.2.4"


@cache
def document(paper: Paper, structure: str = STRUCTURE) -> entry.DocumentEntry:
    """The entry of a document, as it came in."""
    by_patient = paper.whose is Whose.OF_THE_PATIENT
    local = not paper.type_code[0].isdigit()
    return entry.DocumentEntry(
        uuid="urn:uuid:00000000-0000-4000-8000-000000000001",
        unique_id="1.2.3.4",
        patient_cx=f"{PATIENT.number}^^^&{PATIENT.root}&ISO^NH",
        mime_type="text/xml",
        class_code=codes.Code(paper.class_code, CLASSES),
        type_code=codes.Code(paper.type_code, LOCAL if local else LOINC),
        format_code=codes.Code("urn:ihe:iti:xds-sd:pdf:2008", "1.2.250.1.213.1.1.4.2.282"),
        facility_type=codes.Code("EXP_PATIENT", A00) if by_patient else codes.Code("SA07", SECTORS),
        practice_setting=codes.Code("EXP_PATIENT" if by_patient else "AMBULATOIRE", A00),
        creation_time="20260210100000",
        language="fr-FR",
        source_patient_cx="77^^^&1.2.3&ISO^PI",
        confidentiality=(codes.Code("N", "2.16.840.1.113883.5.25"),),
        authors=(_author(paper.whose, structure),),
        legal_authenticator=_xcn(HIM if paper.whose is Whose.HE_SIGNED else COLLEAGUE) if not by_patient else "",
        visibility=Visibility() if paper.by_chain else _marks(paper),
        logical_id="urn:uuid:00000000-0000-4000-8000-000000000001",
        status=paper.status,
        chain=_chain(paper),
        deposit=_deposit(paper.whose, structure),
    )


def _xcn(person: str) -> str:
    return f"{person}^DURAND^ALIX^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"


def _author(whose: Whose, structure: str) -> entry.Author:
    if whose is Whose.OF_THE_PATIENT:
        return entry.Author(f"{PATIENT.number}^MARTIN^SACHA^^^^^^&{PATIENT.root}&ISO^D^^^NH", (), ("EXP_PATIENT",))
    institution = structure if whose in (Whose.OF_HIS_STRUCTURE, Whose.OF_A_COLLEAGUE) else ELSEWHERE
    xon = f"CENTRE DE SOINS^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{institution}"
    return entry.Author(_xcn(HIM if whose is Whose.HE_WROTE else COLLEAGUE), (xon,))


def _deposit(whose: Whose, structure: str) -> entry.Deposit:
    came, direct = AT - 33 * DAY, actor.Authentication.DIRECT.value
    match whose:
        case Whose.OF_THE_PATIENT:
            return entry.Deposit(came, PATIENT.number, "", "")
        case Whose.OF_HIS_STRUCTURE:
            return entry.Deposit(came, SOFTWARE, structure, actor.Authentication.INDIRECT.value)
        case Whose.OF_A_COLLEAGUE:
            return entry.Deposit(came, COLLEAGUE, structure, direct)
        case Whose.HE_WROTE:
            return entry.Deposit(came, HIM, structure, direct)
        case _:
            return entry.Deposit(came, COLLEAGUE, ELSEWHERE, direct)
