"""The desk («guichet»): somebody comes, shows who she is, asks for help, and is helped under a mandate (PT-18)."""

from dataclasses import dataclass
from enum import StrEnum

from dmp.actions.consult_record import CheckRecord
from dmp.record.errors import InvalidIdentity
from dmp.record.ins import normalised
from dmp.record.management import AuthorisationStatus, RecordStatus
from dmp.record.patient import PatientId
from dmp.record.record import RecordState, Regime
from dmp.sign_in.sessions import MANDATE, Mandate
from dmp.web.desk.counter import PERSON, done_for, under_mandate, wrong
from dmp.web.portal.openings import mandate_begun
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Visit
from dmp.web.portal.places import DESK
from dmp.web.professional.room import NOT_A_NUMBER, Room, french_day, read_day

LEAFLET = f"{DESK}/notice"
_TITLE = ("Guichet", "Desk")
_PERSON = ("La personne devant vous", "The person before you")
DONE = {
    "ouvert": (
        "Le dossier est ouvert. L’accord est gardé avec votre nom.",
        "The record is open. The consent is kept, with your name.",
    ),
    "accord": ("L’accord est noté, pour un an.", "The consent is kept, for one year."),
    "adresse": ("C’est fait. La personne est prévenue sur ses adresses.", "Done. The person is told on her addresses."),
    "urgence": ("Les choix pour l’urgence sont écrits.", "The choices for emergencies are written."),
    "ferme": (
        "Le dossier est fermé. Il peut être rouvert pendant dix ans.",
        "The record is closed. It may be opened again for ten years.",
    ),
    "rouvert": (
        "Le dossier est rouvert. Les anciennes autorisations restent terminées.",
        "The record is open again. Former authorisations stay over.",
    ),
}


class Asked(StrEnum):
    """What the person asks the desk for: said in the trace, in words that tell nothing of her health."""

    OPEN = "ouverture du dossier"
    ACCESS = "accès en ligne"
    ADDRESS = "adresse des codes"
    EMERGENCIES = "choix pour l’urgence"
    CLOSING = "fermeture ou réouverture"
    OTHER = "information"


_ASKED = {
    Asked.OPEN: ("Ouvrir son dossier", "To open the record"),
    Asked.ACCESS: ("Son accès en ligne : identifiant et mot de passe", "The online access: login and password"),
    Asked.ADDRESS: ("L’adresse où arrivent ses codes", "The address where codes arrive"),
    Asked.EMERGENCIES: ("Ses choix pour l’urgence", "The choices for emergencies"),
    Asked.CLOSING: ("Fermer ou rouvrir son dossier", "To close or reopen the record"),
    Asked.OTHER: ("Des informations", "Information"),
}


@dataclass(frozen=True)
class WelcomeView:
    """The choices of the form; `over` when a mandate has just ended."""

    kinds: tuple[tuple[str, str], ...]
    asked: tuple[tuple[str, str], ...]
    minutes: int
    over: bool


@dataclass(frozen=True)
class PersonView:
    """What may be done for the person now."""

    state: str
    """`none`, `active` or `closed`; of a record under another identity, `none`."""
    done: str = ""
    opens: bool = False
    let_in: bool = False
    account: bool = False
    linked: bool = False


@dataclass(frozen=True)
class WelcomePages:
    """Who comes, and what can be done for her."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            PageRoute(DESK, self._welcome, self._begin, Needs.DESK),
            PageRoute(LEAFLET, _leaflet, needs=Needs.DESK),
            under_mandate(PERSON, self._person),
        )

    def _welcome(self, visit: Visit) -> Page:
        asked = tuple((word.name, visit.says(*_ASKED[word])) for word in Asked)
        minutes = int(MANDATE.total_seconds() // 60)
        return Page(
            "desk/welcome.html",
            _TITLE,
            WelcomeView(self.room.kinds_told(visit), asked, minutes, bool(visit.asked("fini"))),
        )

    def _begin(self, visit: Visit) -> Answer:
        """Begin the mandate; nothing is looked up yet."""
        if visit.signed_in.mandate is not None:
            told = visit.says("Mettez d’abord fin au mandat en cours.", "End the mandate under way first.")
            return wrong(self._welcome(visit), {"": told})
        errors, patient, birth = self._read(visit)
        if errors or patient is None:
            return wrong(self._welcome(visit), errors)
        at, name = visit.portal.reception.desk.clock(), normalised(visit.form.line("name"))
        mandate = Mandate(at, at + MANDATE, name, birth)
        asked = Asked[visit.form.line("asked")]
        reason = f"Mandat au guichet, personne présente, de {mandate.begins} à {mandate.ends} : {asked}"
        return mandate_begun(visit, patient, f"{name} · {french_day(birth)}", mandate, reason=reason, to=PERSON)

    def _read(self, visit: Visit) -> tuple[dict[str, str], PatientId | None, str]:
        """What is wrong with the form, and whom it names."""
        form, errors = visit.form, dict[str, str]()
        patient, birth = None, ""
        try:
            patient = self.room.number(form)
        except InvalidIdentity:
            errors["ins"] = visit.says(*NOT_A_NUMBER)
        if not normalised(form.line("name")):
            errors["name"] = visit.says("Écrivez le nom de la personne.", "Write the person’s name.")
        try:
            birth = read_day(form.text("birth"))
        except ValueError:
            errors["birth"] = visit.says(
                "Écrivez la date de naissance comme 31/01/1979.", "Write the birth date as 31/01/1979."
            )
        if form.line("asked") not in Asked.__members__:
            errors["asked"] = visit.says("Choisissez une réponse.", "Choose an answer.")
        if not form.ticked("present"):
            errors["present"] = visit.says(
                "Le guichet n’agit que pour une personne présente, qui le demande.",
                "The desk acts for a person who is present and asks for it, alone.",
            )
        return errors, patient, birth

    def _person(self, visit: Visit) -> Answer:
        status = done_for(visit, CheckRecord(visit.patient))
        return Page("desk/person.html", _PERSON, self._view(visit, status))

    def _view(self, visit: Visit, status: RecordStatus) -> PersonView:
        said = DONE.get(visit.asked("fait"))
        states = {RecordState.ACTIVE: "active", RecordState.CLOSED: "closed"}
        return PersonView(
            states.get(status.state, "none") if status.state is not None else "none",
            visit.says(*said) if said else "",
            opens=self.room.regime is Regime.OPT_IN,
            # A block is told to nobody: it looks as if no consent had been given.
            let_in=status.authorisation is AuthorisationStatus.VALID or status.attending,
            account=status.portal_account,
            linked=status.linked_to_portal,
        )


def _leaflet(_visit: Visit) -> Answer:
    """What everybody is told before a record is opened, in French with English beside."""
    return Page(
        "desk/leaflet.html", ("Le dossier médical partagé en clair", "The shared medical record in plain words")
    )
