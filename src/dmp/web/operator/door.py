"""How an operator signs in: by passkey alone, which he registers with a code of the command line (security 9.2)."""

from dataclasses import dataclass

from dmp.record.actor import Operator
from dmp.sign_in.ceremonies import Ceremony
from dmp.sign_in.operators import Operators
from dmp.sign_in.reception import Event, Happened
from dmp.sign_in.refusal import ProofRefused
from dmp.sign_in.sign_in import Proof
from dmp.web.portal.page import Answer, Cookie, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import OPERATOR
from dmp.web.portal.strong import OVER, PROOF, Strong, refused

SIGN_IN, ENROLMENT = f"{OPERATOR}/connexion", f"{OPERATOR}/inscription"
ENROLLED = f"{SIGN_IN}?inscrit=oui"
_SIGN_IN = ("Connexion des exploitants", "Sign-in of operators")
_ENROLMENT = ("Inscription d’un exploitant", "Enrolment of an operator")


@dataclass(frozen=True)
class Door:
    """What the page of a key shows: what the device is asked, once there is something to ask."""

    options: str = ""
    enrolled: bool = False


@dataclass(frozen=True)
class OperatorDoor:
    """The pages before an operator is signed in."""

    strong: Strong
    operators: Operators

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            PageRoute(SIGN_IN, _shown, self._sign_in, Needs.NOBODY),
            PageRoute(ENROLMENT, _code, self._enrol, Needs.NOBODY),
        )

    def _sign_in(self, visit: Visit) -> Answer:
        """Ask for a signature; then open the session of whom it proves."""
        answer = visit.form.text("answer")
        try:
            if not answer:
                options, secret = self.operators.challenge()
                return Page("operator/sign_in.html", _SIGN_IN, Door(options), cookies=(_kept(secret),))
            secret = self.strong.secret_of(visit, Ceremony.OPERATOR)
            return self.strong.reached(visit, self.operators.proved(secret, answer))
        except ProofRefused as error:
            return refused(visit, error, Proof.PASSKEY)

    def _enrol(self, visit: Visit) -> Answer:
        """Take the code, have a key made, keep it; nobody is signed in by that."""
        answer = visit.form.text("answer")
        try:
            if not answer:
                self.strong.ceremonies.check(visit.browser.address)
                options, secret = self.operators.invited(visit.form.line("code"))
                return Page("operator/enrolment.html", _ENROLMENT, Door(options), cookies=(_kept(secret),))
            secret = self.strong.secret_of(visit, Ceremony.NEW_OPERATOR_KEY)
            operator = self.operators.registered(secret, answer, name=visit.form.line("name"))
        except ProofRefused as error:
            return refused(visit, error, Proof.PASSKEY)
        event = Event(Happened.MEANS_CHANGED, by=Operator(operator.name), proofs=(Proof.PASSKEY,))
        visit.portal.reception.note(event, self.strong.now())
        return Redirect(ENROLLED, (OVER,))


def _shown(visit: Visit) -> Answer:
    if visit.session is not None and visit.session.operator:
        return Redirect(OPERATOR)
    return Page("operator/sign_in.html", _SIGN_IN, Door(enrolled=bool(visit.asked("inscrit"))))


def _code(_visit: Visit) -> Answer:
    return Page("operator/enrolment.html", _ENROLMENT, Door())


def _kept(secret: str) -> Cookie:
    """The cookie of what this browser began; see `Strong.begun`."""
    return Cookie(PROOF, secret, same_site="Lax")
