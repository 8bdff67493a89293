"""The letter by which somebody is handed the access to an account: the answer to a form, shown once, kept nowhere."""

from dataclasses import dataclass, field
from datetime import datetime

from dmp.record.enrolment import ACTIVATION as LIFE
from dmp.record.enrolment import Enrolment
from dmp.web.days import day
from dmp.web.portal.page import Page, Visit
from dmp.web.portal.sign_in_pages import ACTIVATION

_TITLE = ("Courrier d’activation", "Activation letter")


@dataclass(frozen=True)
class Letter:
    """What the person is handed, and where its maker goes on."""

    called: str
    login: str
    password: str = field(repr=False)
    until: str
    site: str
    """Where it is used; empty when the service does not know its own address."""
    made_by: str
    onward: str


def letter_of(visit: Visit, made: Enrolment, at: datetime, onward: str) -> Page:
    """The letter of an account that was just made, or renewed."""
    session, origin = visit.signed_in, visit.portal.origin
    site = f"{origin}{ACTIVATION}" if origin else ""
    view = Letter(session.patient_called, made.login, made.password, day(at + LIFE), site, session.name, onward)
    return Page("letter.html", _TITLE, view)
