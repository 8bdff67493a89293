"""What the pages of strong and federated means are given, and how they begin, go on and end (security 9.1, 9.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dmp.sign_in.activity import Choice
from dmp.sign_in.ceremonies import Ceremonies, Ceremony
from dmp.sign_in.france_connect import FranceConnect
from dmp.sign_in.passkeys import Passkeys
from dmp.sign_in.pro_sante_connect import ProSanteConnect
from dmp.sign_in.reception import Said
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof, Proven
from dmp.sign_in.totp import Totp
from dmp.web.portal.page import Answer, Cookie, Page, Redirect, Visit
from dmp.web.portal.sign_in_pages import signed_in
from dmp.web.portal.trouble import Trouble

PROOF = "__Host-dmp-proof"
"""The cookie of a ceremony; `Lax`, since another site sends the browser back to us with it."""
ACTIVITY = "/connexion/activite"
_SIGN_IN_AGAIN = ("Retournez à la page de connexion.", "Go back to the sign-in page.")
ENGLISH = {
    Why.BEGIN_AGAIN: "This sign-in came to nothing, or expired. Start again from the sign-in page.",
    Why.NOT_BEGUN: "No sign-in is under way in this browser, or it refuses cookies. Start from the sign-in page.",
    Why.DECLINED: "The sign-in was cancelled or declined. You may start again.",
    Why.UNAVAILABLE: "The identity service does not answer. Try again later, or choose another means.",
    Why.NOT_BELIEVED: "The answer of the identity service could not be verified. Start again from the sign-in page.",
    Why.TOO_WEAK: "The means that was used is not safe enough. Start again with a stronger one, such as e-CPS.",
    Why.UNKNOWN_PROFESSIONAL: "The directory of this service does not know you as an active professional. "
    "Ask your structure.",
    Why.OTHER_PROFESSION: "The profession or specialty that was told is not that of the directory of this service. "
    "Have the directory corrected first.",
    Why.OTHER_STRUCTURE: "None of your structures is known to this service. Ask your structure to declare you.",
    Why.NOT_BOUND: "No account is bound to this FranceConnect identity. "
    "Sign in with your login first, then bind FranceConnect in your settings.",
    Why.OTHER_PERSON: "The identity that FranceConnect gave is not that of the holder of this account.",
    Why.CERTIFICATE: "Your card was not accepted: missing, expired, revoked or of another authority. "
    "Check it, or use another means.",
    Why.PASSKEY: "This passkey was not accepted. Try again, or choose another means.",
    Why.WRONG_CODE: "This code is wrong, or was used. Wait for the next one and try again.",
    Why.LAST_MEANS: "This is your last means of signing in: add another one before you remove it.",
    Why.ENROLMENT: "This enrolment code is wrong, was used, or is more than an hour old. "
    "Ask who administers the machine for another one.",
    Why.TOO_MANY: "Too many tries. Wait a few minutes, then start again.",
}


@dataclass(frozen=True)
class Strong:
    """The means of an installation; None for those that it does not offer."""

    ceremonies: Ceremonies
    passkeys: Passkeys | None = None
    totp: Totp = Totp()
    psc: ProSanteConnect | None = None
    france_connect: FranceConnect | None = None
    card: Callable[[bytes, datetime], Proven | Choice] | None = None
    home: str = ""
    """Origin of the portal, when these pages are behind another listener."""

    def now(self) -> datetime:
        """The clock of the sessions."""
        return self.ceremonies.desk.clock()

    def new_secret(self) -> str:
        """256 fresh random bits in hex."""
        return self.ceremonies.desk.new_secret()

    def begun(self, ceremony: Ceremony, kept: str) -> Cookie:
        """Keep our side of a ceremony; gives the cookie of the browser."""
        return Cookie(PROOF, self.ceremonies.begin(ceremony, kept), same_site="Lax")

    def taken(self, visit: Visit, ceremony: Ceremony) -> str:
        """Our side of what this browser began, once.

        Raises:
            ProofRefused: it began nothing, or was answered; or its address has failed too often lately.
        """
        return self.ceremonies.take(ceremony, self.secret_of(visit, ceremony))

    def secret_of(self, visit: Visit, ceremony: Ceremony) -> str:
        """The secret of what this browser began.

        Raises:
            ProofRefused: it began nothing; or its address has failed too often lately.
        """
        secret = visit.cookies.get(PROOF, "")
        if not secret:
            raise ProofRefused(f"{ceremony}: nothing was begun in this browser", why=Why.NOT_BEGUN)
        self.ceremonies.check(visit.browser.address)
        return secret

    def reached(self, visit: Visit, found: Proven | Choice, *, from_elsewhere: bool = False) -> Answer:
        """Open the session of whom a means has proved; or have him choose an activity first."""
        if isinstance(found, Choice):
            choose = Redirect(ACTIVITY, (self.begun(Ceremony.ACTIVITY, found.kept),))
            return onward(choose) if from_elsewhere else choose
        reply = visit.portal.reception.proved(found, visit.browser)
        if reply.said is not Said.DONE:
            raise ProofRefused("session: it could not be opened", why=Why.BEGIN_AGAIN)
        done = signed_in(visit, reply)
        done = Redirect(self.home + done.to, (*done.cookies, OVER))
        return onward(done) if from_elsewhere or self.home else done


OVER = Cookie(PROOF, "", same_site="Lax")
"""Takes the cookie of a ceremony back."""
UNTRIED = frozenset({Why.NOT_BEGUN, Why.TOO_MANY})
"""Nothing was tried. A picture on any page may have browsers ask for the address of a return: it must not use up the
tries of those who look at it; and who waits does not wait longer for asking."""


def onward(to: Redirect) -> Page:
    """A page of ours that leads on, where a redirection would not do.

    A strict cookie does not come along while another site has sent the browser
    here, and our own forms may lead nowhere else than here (`form-action`).
    """
    return Page("onward.html", ("Connexion", "Sign-in"), to.to, cookies=to.cookies)


def refused(visit: Visit, error: ProofRefused, proof: Proof | None = None) -> Page:
    """Count and trace a proof that failed, when it was to let somebody in; say what to do."""
    if proof is not None and error.why not in UNTRIED:
        visit.portal.reception.not_proved(proof, visit.browser, error.reason)
    told = Trouble((error.french, ENGLISH[error.why]), _SIGN_IN_AGAIN)
    status = {Why.UNAVAILABLE: 503, Why.TOO_MANY: 429}.get(error.why, 403)
    return Page("trouble.html", ("Connexion impossible", "Sign-in refused"), told, status, cookies=(OVER,))
