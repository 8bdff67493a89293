"""Where somebody may go from any page: the menu of each portal, and the home of each kind of session."""

import re
from dataclasses import dataclass

from dmp.record.professional import PHARMACIST
from dmp.sign_in.sessions import Session

PATIENT, PROFESSIONAL, DESK, OPERATOR = "/patient", "/professional", "/desk", "/operator"

_PATH = re.compile(r"(/[a-z0-9-]+)+")


@dataclass(frozen=True)
class Place:
    """An entry of a menu: its path, and its words in French and in English."""

    path: str
    french: str
    english: str


_PATIENT = (
    Place(PATIENT, "Accueil", "Home"),
    Place("/patient/documents", "Mes documents", "My documents"),
    Place("/patient/sante", "Ma santé", "My health"),
    Place("/patient/professionnels", "Mes professionnels", "My professionals"),
    Place("/historique", "Qui est venu", "Who came"),
    Place("/patient/profil", "Mon profil", "My profile"),
    Place("/patient/volontes", "Mes volontés", "My wishes"),
    Place("/patient/proches", "Mes proches", "My family"),
    Place("/patient/reglages", "Réglages", "Settings"),
)
_ACTING = (
    Place(PATIENT, "Accueil", "Home"),
    Place("/patient/documents", "Documents", "Documents"),
    Place("/patient/sante", "Santé", "Health"),
    Place("/patient/proches", "Mes proches", "My family"),
)
"""While somebody acts for another person: her home has a door for whatever else his rights let him do."""
_PROFESSIONAL = (
    Place(PROFESSIONAL, "Mes patients", "My patients"),
    Place("/professional/ouvrir", "Ouvrir un dossier", "Open a record"),
    Place("/professional/urgence", "Urgence", "Emergency"),
    Place(DESK, "Guichet", "Desk"),
)
_RECORD = (
    Place("/professional/dossier", "Dossier", "Record"),
    Place("/professional/dossier/sante", "Synthèse", "Summary"),
    Place("/professional/deposer", "Déposer", "Deposit"),
    Place("/professional/acces", "Accès", "Access"),
    Place("/historique", "Historique", "History"),
)
"""Beside the others, while a professional has a record open."""
_PRESCRIBE = Place("/professional/dossier/ordonnances/nouvelle", "Prescrire", "Prescribe")
_DELIVER = Place("/professional/dossier/ordonnances", "Délivrer", "Deliver")
_DESK = (Place(DESK, "Guichet", "Desk"),)
_OPERATOR = (
    Place(OPERATOR, "État du service", "Service"),
    Place("/operator/taches", "Tâches", "Jobs"),
    Place("/operator/alertes", "Alertes", "Alerts"),
    Place("/operator/freins", "Freins", "Brakes"),
    Place("/operator/urgences", "Urgences", "Emergencies"),
    Place("/operator/traces", "Traces", "Traces"),
    Place("/operator/tables", "Tables", "Tables"),
    Place("/operator/regles", "Règles", "Rules"),
    Place("/operator/lectures", "Lectures en échec", "Failed readings"),
)


def is_path(text: str) -> bool:
    """Tell a path of a page: no sign stands in one that browsers leave out, or read as another."""
    return _PATH.fullmatch(text) is not None


def home_of(session: Session) -> str:
    """Where somebody begins."""
    if session.professional is not None:
        return PROFESSIONAL
    if session.staff is not None:
        return DESK
    return OPERATOR if session.operator else PATIENT


def menu_of(session: Session | None) -> tuple[Place, ...]:
    """The places of a session; none before somebody has signed in."""
    if session is None:
        return ()
    if session.person is not None and session.patient is not None:
        return _ACTING
    return {PATIENT: _PATIENT, PROFESSIONAL: _PROFESSIONAL, DESK: _DESK, OPERATOR: _OPERATOR}[home_of(session)]


def record_menu_of(session: Session | None) -> tuple[Place, ...]:
    """What a professional may do with the record that he has open."""
    if session is None or session.professional is None or session.patient is None:
        return ()
    who = session.professional
    own = (_PRESCRIBE,) if who.prescribes else (_DELIVER,) if who.profession == PHARMACIST else ()
    return (*_RECORD[:2], *own, *_RECORD[2:])
