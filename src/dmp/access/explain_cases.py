"""The people and acts of the page «Qui peut voir quoi», and what the one decision answers to each.

Each answer is that to a few questions about a record that is made up here:
one's own document and somebody else's, with and without the holder's leave to
read masked documents in an emergency. Nothing is decided here.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dmp.access.decide import decide
from dmp.access.explain import supposed
from dmp.access.matrix import READ_MASKED
from dmp.access.policy import Policy
from dmp.access.question import Decision, Question
from dmp.record.actor import (
    Actor,
    Authentication,
    Facility,
    FacilitySoftware,
    Holder,
    Professional,
    Representative,
    Staff,
    person_id,
)
from dmp.record.codes import Code
from dmp.record.entry import Author, Deposit, DocumentEntry
from dmp.record.patient import Guardian, PatientId
from dmp.record.people import Delegate, DelegateScope
from dmp.record.professional import professional_xcn
from dmp.record.record import Attending, Record
from dmp.record.verb import Verb
from dmp.record.viewer import (
    BREAK_GLASS,
    DISPATCH,
    EMPLOYER,
    INSURER,
    OCCUPATIONAL,
    SECRETARY,
    SOFTWARE,
    SUPPOSED,
    Viewer,
    of_profession,
    person,
)
from dmp.record.visibility import Visibility

CENTRE = "centre"
"""The regulation centre that the policy of the page lists."""
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_PATIENT = PatientId("page", "page")
_STRUCTURE, _ELSEWHERE = "structure", "elsewhere"
_ATTENDING, _BLOCKED, _GUARDIAN, _SOMEBODY = "attending", "blocked", "guardian", "somebody"


class Person(NamedTuple):
    """A row of the page."""

    label: str
    viewer: Viewer


class Act(NamedTuple):
    """A column of the page; `marks` hide the document that is asked about."""

    label: str
    verb: Verb
    of_document: bool = True
    marks: Visibility = Visibility()

    @property
    def row(self) -> str:
        """The row of the tables that speaks of it."""
        return READ_MASKED if self.verb is Verb.READ and self.marks.masked else self.verb.value


_DELEGATED = {scope: f"delegate-{scope}" for scope in DelegateScope}
_DOCTOR = Professional(SUPPOSED, "", "10", "SM26", Facility(_STRUCTURE, sector="SA07"))
PEOPLE = (
    Person("Vous", person(Holder(_PATIENT))),
    Person("Votre représentant légal", person(Representative(_GUARDIAN, ""))),
    Person("Votre délégué, pour lire", person(Representative(_DELEGATED[DelegateScope.READ], ""))),
    Person("Votre délégué, pour lire et déposer", person(Representative(_DELEGATED[DelegateScope.WRITE], ""))),
    Person("Votre délégué, pour gérer aussi", person(Representative(_DELEGATED[DelegateScope.MANAGE], ""))),
    Person("Votre médecin traitant, que vous avez confirmé", person(replace(_DOCTOR, id=_ATTENDING))),
    Person("Un médecin que vous avez autorisé", of_profession("10")),
    Person("Un pharmacien que vous avez autorisé", of_profession("21")),
    Person("Un infirmier que vous avez autorisé", of_profession("60")),
    Person("Une sage-femme que vous avez autorisée", of_profession("50")),
    Person("Un professionnel que vous avez bloqué", person(replace(_DOCTOR, id=_BLOCKED))),
    Person("Un médecin en urgence (bris de glace)", BREAK_GLASS),
    Person("Un médecin du centre 15", DISPATCH),
    Person("Un médecin du travail que vous avez autorisé", OCCUPATIONAL),
    Person("Un secrétariat médical", SECRETARY),
    Person("Un hôpital, par son logiciel", SOFTWARE),
    Person("Votre employeur", EMPLOYER),
    Person("Un assureur, une mutuelle", INSURER),
)
_MASKED, _UNANNOUNCED = Visibility(masked=True), Visibility(hidden_from_patient_since=_AT)
READING = (
    Act("Savoir que le dossier existe", Verb.TEST_RECORD, of_document=False),
    Act("Voir la liste des documents", Verb.FIND),
    Act("Lire un document", Verb.READ),
    Act("Lire un document masqué", Verb.READ, marks=_MASKED),
    Act("Vérifier ce que d'autres voient", Verb.SIMULATE, of_document=False),
)
WRITING = (
    Act("Ajouter un document", Verb.SUBMIT, of_document=False),
    Act("Remplacer", Verb.REPLACE),
    Act("Masquer", Verb.MASK),
    Act("Démasquer", Verb.UNMASK, marks=_MASKED),
    Act("Vous annoncer un document", Verb.RELEASE, marks=_UNANNOUNCED),
    Act("Archiver", Verb.ARCHIVE),
    Act("Supprimer", Verb.DELETE),
    Act("Ouvrir le dossier", Verb.OPEN_RECORD, of_document=False),
    Act("Fermer le dossier", Verb.CLOSE_RECORD, of_document=False),
)


@dataclass(frozen=True)
class Answers:
    """What somebody is answered about an act, by whose document it is about; `leave` is the holder's (AR-9)."""

    question: Question
    """The usual one: somebody else's document, without leave."""
    others: Decision
    others_with_leave: Decision
    own: Decision


def answers(viewer: Viewer, act: Act, policy: Policy) -> Answers:
    """Ask the decision."""
    usual = _question(viewer, act, policy)
    asked = (usual, _question(viewer, act, policy, leave=True), _question(viewer, act, policy, own=True))
    return Answers(usual, *(decide(question, policy) for question in asked))


def _question(viewer: Viewer, act: Act, policy: Policy, *, own: bool = False, leave: bool = False) -> Question:
    caller, world = supposed(_at_work(viewer), replace(_record(), emergency_reads_masked=leave), _AT, policy)
    document = _document(caller.actor, own=own, marks=act.marks) if act.of_document else None
    return Question(caller, act.verb, None if act.verb is Verb.OPEN_RECORD else world, document, _AT)


def _record() -> Record:
    guardian = Guardian("MTH", "", "", identifier=PatientId(_GUARDIAN, "page"))
    attending = (Attending(_ATTENDING, _AT - timedelta(days=1), confirmed=True),)
    delegates = tuple(
        Delegate(PatientId(name, "page"), "", scope, _AT, _AT + timedelta(days=1)) for scope, name in _DELEGATED.items()
    )
    blocked = frozenset({_BLOCKED})
    return Record("page", (_PATIENT,), guardians=(guardian,), attending=attending, blocked=blocked, delegates=delegates)


def _at_work(viewer: Viewer) -> Viewer:
    """Who acts for a structure acts for the one that sent what is its own."""
    actor = viewer.actor
    if isinstance(actor, Staff | FacilitySoftware):
        return replace(viewer, actor=replace(actor, facility=replace(actor.facility, id=_STRUCTURE)))
    return viewer


def _document(actor: Actor, *, own: bool, marks: Visibility) -> DocumentEntry:
    """A document in force, by the one who acts or by somebody else (DEC-6, DEC-17)."""
    author, deposit = _SOMEBODY, Deposit(_AT, _SOMEBODY, _ELSEWHERE, Authentication.DIRECT)
    match actor if own else None:
        case Professional(id=professional):
            author, deposit = professional, Deposit(_AT, professional, _ELSEWHERE, Authentication.DIRECT)
        case Staff() | FacilitySoftware():
            deposit = Deposit(_AT, _SOMEBODY, _STRUCTURE, Authentication.INDIRECT)
        case Holder() | Representative() as citizen:
            deposit = Deposit(_AT, person_id(citizen), "", "")
        case _:
            pass
    code, read_by_all = Code("", ""), Code("57833-6", "")
    return DocumentEntry(
        uuid="page",
        unique_id="page",
        patient_cx="",
        mime_type="",
        class_code=code,
        type_code=read_by_all,
        format_code=code,
        facility_type=code,
        practice_setting=code,
        creation_time="",
        language="",
        source_patient_cx="",
        confidentiality=(),
        authors=(Author(professional_xcn(author, "").text),),
        visibility=marks,
        deposit=deposit,
    )
