"""What of a record stands beside its documents, for a full copy (LC-14; GDPR, articles 15 and 20).

Each part is what its own page shows the caller, by the right of that page. Of
a closed record the holder is left nothing but the copy (DEC-5): it holds then
what he could see before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from dmp.actions.action import Ask, Turn
from dmp.actions.list_people import ListPeople
from dmp.actions.my_professionals import MyProfessionals, ReadMyProfessionals
from dmp.actions.numbered import told_of
from dmp.actions.own_settings import OwnSettings, ViewSettings
from dmp.record.access_question import AccessQuestion
from dmp.record.choice import HealthChoice, Told
from dmp.record.history import LogLine
from dmp.record.invitation import Invitation
from dmp.record.patient import Contact, IdentityTraits, PatientId
from dmp.record.people import People
from dmp.record.personal import Note, ProfileLine, Reading
from dmp.record.prescription import Prescription
from dmp.record.record import Closure, Oppositions, RecordState
from dmp.record.verb import Verb

NOTES = Verb.KEEP_NOTES
PARTS = (
    Verb.READ_IDENTITY,
    Verb.LIST_PEOPLE,
    Verb.LIST_AUTHORISATIONS,
    Verb.CHOOSE_FOR_EMERGENCIES,
    Verb.KEEP_PROFILE,
    Verb.VIEW_SETTINGS,
)
"""The rights of the pages that show the parts; private notes are asked about when they are wanted (`NOTES`)."""


@dataclass(frozen=True)
class CopiedIdentity:
    """Who he is for the service, and the life of his record."""

    identifiers: tuple[PatientId, ...]
    traits: IdentityTraits | None
    contact: Contact
    opened: datetime | None
    consent: datetime | None
    closure: Closure | None


@dataclass(frozen=True)
class CopiedWishes:
    """What he wishes of emergencies, and whether everything is hidden (AR-9, AR-10, AR-24)."""

    oppositions: Oppositions
    reads_masked: bool
    hides_everything: bool


@dataclass(frozen=True)
class CopiedSpace:
    """His own space, where he writes and is written to (PT-6, RM-4, SC-5)."""

    lines: tuple[ProfileLine, ...]
    readings: tuple[Reading, ...]
    choices: tuple[HealthChoice, ...]
    invitations: tuple[Invitation, ...]


@dataclass(frozen=True)
class Copied:
    """The parts; None for one that the caller may not see, which says nothing of what is in it."""

    identity: CopiedIdentity | None = None
    people: People | None = None
    professionals: MyProfessionals | None = None
    wishes: CopiedWishes | None = None
    space: CopiedSpace | None = None
    settings: OwnSettings | None = None
    reminded: tuple[Told, ...] | None = None
    questions: tuple[AccessQuestion, ...] | None = None
    notes: tuple[Note, ...] | None = None
    prescriptions: tuple[Prescription, ...] = ()
    """Those that the caller may know of, without their numbers: who has a number may have it delivered (RX-1)."""


def asks_about_parts(*, notes: bool) -> tuple[Ask, ...]:
    """The rights that say what the caller takes along; one that is refused leaves its part out."""
    return tuple(Ask(verb, optional=True) for verb in (*PARTS, *((NOTES,) if notes else ())))


def copied(turn: Turn, patient: PatientId, lines: Iterable[LogLine], *, notes: bool) -> Copied:
    """Put the parts together; `lines` are those of the history with what came of them (`with_sequels`)."""
    record, personal = turn.known_record, turn.tx.personal
    alone = turn.beside.holder_alone
    return Copied(
        identity=_identity(turn) if _shows(turn, Verb.READ_IDENTITY) else None,
        people=_people(turn, patient) if _shows(turn, Verb.LIST_PEOPLE) else None,
        professionals=ReadMyProfessionals(patient).apply(turn) if _shows(turn, Verb.LIST_AUTHORISATIONS) else None,
        wishes=_wishes(turn) if _shows(turn, Verb.CHOOSE_FOR_EMERGENCIES) else None,
        space=_space(turn) if _shows(turn, Verb.KEEP_PROFILE) else None,
        settings=ViewSettings(patient).apply(turn) if _shows(turn, Verb.VIEW_SETTINGS) else None,
        # What he was reminded of follows from all that he may read, of which others may not read some.
        reminded=personal.reminded(record) if alone else None,
        questions=_questions(lines) if alone else None,
        notes=personal.notes(record) if notes and _shows(turn, NOTES) else None,
        # As `ListPrescriptions` tells them.
        prescriptions=tuple(each.without_number for each in told_of(turn)),
    )


def _shows(turn: Turn, verb: Verb) -> bool:
    """Whether a part is in the copy; who may copy a closed record is its holder (`record_rules.OF_ITS_HOLDER`)."""
    return verb in turn.rights or (turn.known_record.state is RecordState.CLOSED and turn.beside.holder_alone)


def _identity(turn: Turn) -> CopiedIdentity:
    record = turn.known_record
    consent = record.consent.at if record.consent is not None else None
    about = (record.identifiers, record.traits, record.contact)
    return CopiedIdentity(*about, opened=record.opened, consent=consent, closure=record.closure)


def _people(turn: Turn, patient: PatientId) -> People:
    """Who acts for him, and who did; to whoever acts for him who does now, and nothing of his heirs (LC-13)."""
    told = ListPeople(patient).apply(turn)
    if turn.beside.holder_alone:
        return told
    protections = tuple(each for each in told.protections if each.holds(turn.at))
    delegates = tuple(each for each in told.delegates if each.holds(turn.at))
    return replace(told, protections=protections, delegates=delegates, heirs_opposed=False)


def _wishes(turn: Turn) -> CopiedWishes:
    record = turn.known_record
    return CopiedWishes(record.oppositions, record.emergency_reads_masked, record.hide_everything)


def _space(turn: Turn) -> CopiedSpace:
    record, personal = turn.known_record, turn.tx.personal
    profile = personal.lines(record), personal.readings(record)
    return CopiedSpace(*profile, personal.choices(record), personal.invitations(record))


def _questions(lines: Iterable[LogLine]) -> tuple[AccessQuestion, ...]:
    """What he asked about an access, the newest access first."""
    return tuple(line.sequel.question for line in lines if line.sequel is not None and line.sequel.question is not None)
