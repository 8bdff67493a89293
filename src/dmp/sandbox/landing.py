"""The first page of the demonstration: who would you like to be? One click signs in as somebody fictional.

It is added to the portal by the demonstration alone: no other installation has
it, and nothing of the service knows of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dmp.record.account import Account, OperatorAccount
from dmp.record.patient import PatientId
from dmp.sandbox.people import holder
from dmp.sign_in.kept import Kept
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.web.portal.page import Annex, Answer, Cookie, CookieName, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import Place, home_of

DEMO = "/demo"
OPERATOR = "demonstration"
_TITLE = ("Bonjour ! Qui voulez-vous être ?", "Hello! Who would you like to be?")
Open = Callable[[Kept, Session], Session | None]
"""Completes an empty session into that of a role; None while there is nobody to be yet."""


@dataclass(frozen=True)
class Role:
    """Somebody to be: a key, who it is and what he may try, in French and in English."""

    key: str
    who: tuple[str, str]
    what: tuple[str, str]
    open: Open


@dataclass
class Landing:
    """The page, and the people whom the story has put on the stage so far."""

    patient: PatientId | None = None
    patient_name: str = ""

    @property
    def annex(self) -> Annex:
        """What the portal of the demonstration has more than another."""
        routes = (PageRoute(DEMO, self.page, self.enter, Needs.NOBODY),)
        back = Place(DEMO, "Démonstration : changer de rôle", "Demonstration: be somebody else")
        return Annex(routes, (("sandbox", "dmp.sandbox"),), (back,))

    def page(self, _visit: Visit) -> Answer:
        """Who would you like to be?"""
        return Page("sandbox/landing.html", _TITLE, self.roles)

    def enter(self, visit: Visit) -> Answer:
        """Sign in as one of them; whoever was signed in here leaves."""
        role = next((one for one in self.roles if one.key == visit.form.line("role")), None)
        desk = visit.portal.reception.desk
        if role is None:
            return Redirect(DEMO)
        at = desk.clock()
        empty = Session(desk.new_secret()[:16], at, at, (Proof.CERTIFICATE,), browser=visit.browser.name)

        def begin(kept: Kept) -> tuple[str, Session] | None:
            session = role.open(kept, empty)
            return None if session is None else (desk.open_in(kept, session), session)

        begun = desk.run(begin)
        if begun is None:
            return Redirect(DEMO)
        secret, session = begun
        if visit.session is not None:
            visit.portal.reception.signed_out(visit.secret)
        return Redirect(home_of(session), (Cookie(CookieName.SESSION, secret),))

    @property
    def roles(self) -> tuple[Role, ...]:
        """Everybody whom one may be."""
        name = self.patient_name
        return (
            Role(
                "patient",
                (f"{name}, la patiente" if name else "La patiente", f"{name}, the patient" if name else "The patient"),
                (
                    "Lisez vos résultats. Voyez qui est venu. Cachez un document à votre pharmacien, et vérifiez.",
                    "Read your results. See who came. Hide a document from your pharmacist, and check.",
                ),
                self._patient,
            ),
            _caring(
                "doctor",
                ("son médecin", "her doctor"),
                ("Comprenez un dossier en quarante secondes.", "Understand a record in forty seconds."),
            ),
            _caring(
                "nurse",
                ("l’infirmier", "the nurse"),
                ("Voyez ce qu’il faut pour soigner, et rien de plus.", "See what care needs, and no more."),
            ),
            _caring(
                "pharmacist",
                ("la pharmacienne", "the pharmacist"),
                (
                    "Lisez l’ordonnance de la patiente, et délivrez ce qui reste.",
                    "Read the patient’s prescription, and deliver what is left.",
                ),
            ),
            _caring(
                "doctor2",
                ("un médecin des urgences", "an emergency doctor"),
                (
                    "La patiente ne peut pas parler. Dites pourquoi vous entrez : elle le saura.",
                    "The patient cannot speak. Say why you come in: she will know.",
                ),
            ),
            Role(
                "secretary",
                ("L’accueil d’un hôpital", "The front desk of a hospital"),
                ("Quelqu’un arrive : ouvrez son dossier avec lui.", "Somebody comes in: open the record together."),
                lambda _kept, empty: replace(empty, staff=holder("secretary").staff),
            ),
            Role(
                "operator",
                ("La personne qui fait tourner le service", "The person who runs the service"),
                (
                    "Tout voir du service, et rien des dossiers.",
                    "See all of the service, and nothing of the records.",
                ),
                _operator,
            ),
        )

    def _patient(self, kept: Kept, empty: Session) -> Session | None:
        account = self._account(kept)
        if account is None:
            return None
        return replace(empty, account=account.id, version=account.version, person=account.person, name=account.name)

    def _account(self, kept: Kept) -> Account | None:
        return kept.accounts.of_person(self.patient) if self.patient is not None else None


def _operator(kept: Kept, empty: Session) -> Session:
    """He needs an account; this one has no passkey, so that nobody signs in with it elsewhere than here."""
    account = kept.operators.one(OPERATOR)
    if account is None:
        account = OperatorAccount(OPERATOR, empty.since)
        kept.operators.set(account)
    return replace(empty, operator=account.name, version=account.version)


def _caring(key: str, who: tuple[str, str], what: tuple[str, str]) -> Role:
    person = holder(key)
    told = (f"{person.given} {person.family}, {who[0]}", f"{person.given} {person.family}, {who[1]}")
    return Role(key, told, what, lambda _kept, empty: replace(empty, professional=person.professional))
