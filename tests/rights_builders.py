"""Callers, records and documents for the tests of rights; every default is allowed to read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dmp.access.decide import decide
from dmp.access.policy import Policy, load_policy
from dmp.access.question import Decision, Question
from dmp.record.actor import (
    Actor,
    Administrator,
    Authentication,
    Automaton,
    Caller,
    Facility,
    FacilitySoftware,
    Holder,
    Mode,
    Operator,
    Professional,
    Representative,
    Staff,
)
from dmp.record.codes import Code
from dmp.record.entry import Author, Deposit, DocumentEntry, EntryStatus
from dmp.record.patient import Guardian, PatientId
from dmp.record.record import Attending, Authorisation, Record
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENT = PatientId("277076322082910", "1.2.250.1.213.1.4.10")
OTHER_PATIENT = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
CENTRE = "1750000015"
POLICY: Policy = load_policy(regulation_centres=[CENTRE])

DOCTOR, DOCTOR_2, NURSE, MIDWIFE, OCCUPATIONAL = (
    "899900000101",
    "899900000102",
    "899900000103",
    "899900000104",
    "899900000105",
)
HOSPITAL, CABINET = "1750000001", "1750000002"


def a_professional(
    person: str = NURSE,
    *,
    profession: str = "60",
    know_how: str = "",
    structure: str = CABINET,
    sector: str = "SA07",
    via: Authentication = Authentication.DIRECT,
) -> Professional:
    return Professional(person, "PERSON Test", profession, know_how, Facility(structure, "Cabinet", sector), via)


def a_doctor(
    person: str = DOCTOR, *, structure: str = CABINET, via: Authentication = Authentication.DIRECT
) -> Professional:
    return a_professional(person, profession="10", know_how="SM26", structure=structure, via=via)


def an_occupational_doctor(*, via: Authentication = Authentication.DIRECT) -> Professional:
    return a_professional(OCCUPATIONAL, profession="10", know_how="SM25", sector="SA66", via=via)


def a_secretary(structure: str = HOSPITAL, *, via: Authentication = Authentication.DIRECT) -> Staff:
    return Staff("3750000001/77", "SECRETARY Test", "SECRETARIAT_MEDICAL", Facility(structure, "Hospital", "SA01"), via)


def a_hospital(structure: str = HOSPITAL, *, sector: str = "SA01", role: str = "AUTOMATE") -> FacilitySoftware:
    return FacilitySoftware(Facility(structure, "Hospital", sector), "declared", "DECLARED User", role)


HOLDER = Holder(PATIENT)
MOTHER = Representative("285076322082910", "MOTHER Test")
OPERATOR = Operator("ops-1")
ADMINISTRATOR = Administrator("899900000190", "ADMINISTRATOR Test")
SERVICE = Automaton("rappels")


def calling(
    actor: Actor, mode: Mode = Mode.NORMAL, *, secret: bool = False, patient: PatientId | None = PATIENT
) -> Caller:
    reasons = {"unconscious": mode is Mode.BREAK_GLASS, "court order": isinstance(actor, Administrator)}
    reason = next((reason for reason, needed in reasons.items() if needed), "")
    return Caller(actor, mode, reason, patient, secret)


def given(subject: str, *, days: int = 30, by_holder: bool = False) -> Authorisation:
    """An authorisation that began a year before it ends, `days` from now."""
    until = NOW + timedelta(days=days)
    return Authorisation(subject, until - timedelta(days=365), until, "test", by_holder)


def a_record(**changes: object) -> Record:
    """A record open to every professional of the builders, in which the mother represents the holder."""
    allowed = tuple(given(person) for person in (DOCTOR, DOCTOR_2, NURSE, MIDWIFE))
    guardian = Guardian("MTH", "MOTHER", "Test", identifier=PatientId(MOTHER.id, "1.2.250.1.213.1.4.10"))
    record = Record(
        "record-1",
        (PATIENT,),
        guardians=(guardian,),
        authorisations=(*allowed, given(OCCUPATIONAL, by_holder=True)),
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def attended_by(doctor: str, *, confirmed: bool = True) -> tuple[Attending, ...]:
    return (Attending(doctor, NOW - timedelta(days=10), confirmed),)


def xcn(person: str, authority: str = "1.2.250.1.71.4.2.1") -> str:
    return f"{person}^PERSON^Test^^^^^^&{authority}&ISO^D^^^IDNPS"


def a_document(
    author: str = "899900000999",
    *,
    masked: bool = False,
    hidden_since: datetime | None = None,
    hidden_from_guardians: bool = False,
    status: EntryStatus = EntryStatus.APPROVED,
    deposit: Deposit | None = None,
    type_code: str = "11490-0",
    **changes: object,
) -> DocumentEntry:
    """A letter by somebody whom the tests do not name, deposited with his card."""
    code = Code("x", "1.2.3")
    entry = DocumentEntry(
        "urn:uuid:00000000-0000-4000-8000-000000000001",
        "1.2.3.4",
        "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH",
        "text/xml",
        code,
        Code(type_code, "2.16.840.1.113883.6.1"),
        code,
        code,
        code,
        "20260301",
        "fr-FR",
        "1^^^&1.2&ISO",
        (),
        authors=(Author(xcn(author)),),
        visibility=Visibility(masked, hidden_since, hidden_from_guardians),
        status=status,
        chain="chain-1",
        deposit=deposit or Deposit(NOW, author, "1750000009", "DIRECTE"),
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def sent_by(structure: str) -> Deposit:
    return Deposit(NOW, "declared", structure, "INDIRECTE")


def put_in_by(person: str = PATIENT.number) -> Deposit:
    """A deposit by a citizen: without structure."""
    return Deposit(NOW, person, "", "")


def ask(
    caller: Caller,
    verb: Verb,
    entry: DocumentEntry | None = None,
    *,
    record: Record | None = None,
    at: datetime = NOW,
    policy: Policy = POLICY,
) -> Decision:
    return decide(Question(caller, verb, record or a_record(), entry, at), policy)
