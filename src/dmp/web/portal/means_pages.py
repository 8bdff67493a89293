"""One's own means of proof: passkeys, an authenticator application, FranceConnect (security 9.1)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from dmp.record.account import Account
from dmp.sign_in.ceremonies import Ceremony
from dmp.sign_in.passkeys import Passkeys, account_named
from dmp.sign_in.reception import Event, Happened
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof
from dmp.sign_in.totp import Enrolment
from dmp.web.days import day
from dmp.web.portal import trouble
from dmp.web.portal.page import Answer, Cookie, CookieName, Needs, Page, PageFunction, PageRoute, Redirect, Visit
from dmp.web.portal.provider_pages import BIND_BACK, PASSKEY
from dmp.web.portal.strong import ENGLISH, OVER, PROOF, Strong, onward, refused

MEANS, NEW_PASSKEY, NEW_TOTP, BIND = (
    "/moyens",
    "/moyens/cle",
    "/moyens/application",
    "/moyens/franceconnect",
)
LATELY = timedelta(minutes=15)
"""How old a sign-in may be for one's means of proof to be changed."""
_MEANS = ("Mes moyens de connexion", "My means of signing in")
_PASSKEY = ("Clé d’accès", "Passkey")
_TOTP = ("Application d’authentification", "Authenticator application")


@dataclass(frozen=True)
class KeyLine:
    """One of one's own keys, in words."""

    id: str
    name: str
    since: str


@dataclass(frozen=True)
class MeansView:
    """What one has set up, and what may be."""

    keys: tuple[KeyLine, ...]
    totp: bool
    bound: bool
    passkeys_offered: bool
    binding_offered: bool


@dataclass(frozen=True)
class MeansPages:
    """The pages of the means of an installation."""

    strong: Strong

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return tuple(self._routes())

    def _routes(self) -> Iterator[PageRoute]:
        lately = self._of_one_who_signed_in_lately
        yield PageRoute(MEANS, self._list, lately(self._remove))
        yield PageRoute(NEW_TOTP, post=lately(self._new_totp))
        if self.strong.passkeys is not None:
            yield PageRoute(PASSKEY, self._show_passkey, self._passkey(self.strong.passkeys), Needs.NOBODY)
            yield PageRoute(NEW_PASSKEY, post=lately(self._new_passkey(self.strong.passkeys)))
        if self.strong.france_connect is not None:
            yield PageRoute(BIND, post=lately(self._bind))
            yield PageRoute(BIND_BACK, _confirm, lately(self._bound))

    def _of_one_who_signed_in_lately(self, change: PageFunction) -> PageFunction:
        """Whoever finds a session that was left open must not make the account his own."""

        def answer(visit: Visit) -> Answer:
            if self.strong.now() - visit.signed_in.since > LATELY:
                return trouble.SIGN_IN_AGAIN
            return change(visit)

        return answer

    # -- signing in with a passkey

    def _show_passkey(self, _visit: Visit) -> Answer:
        return Page("passkey.html", _PASSKEY, "")

    def _passkey(self, passkeys: Passkeys) -> PageFunction:
        def sign(visit: Visit) -> Answer:
            at, answer = self.strong.now(), visit.form.text("answer")
            if not answer:
                challenge = passkeys.challenge(None, secret=self.strong.new_secret(), at=at)
                cookie = self.strong.begun(Ceremony.PASSKEY, challenge.kept)
                return Page("passkey.html", _PASSKEY, challenge.shown, cookies=(cookie,))
            try:
                kept = self.strong.taken(visit, Ceremony.PASSKEY)
                account = self.strong.ceremonies.account_named(account_named(answer))
                proven = passkeys.proves(account, kept, answer, at=at)
                if proven is None or account is None or account.closed:
                    raise ProofRefused("passkey: it proves nothing", why=Why.PASSKEY)
                return self.strong.reached(visit, proven)
            except ProofRefused as error:
                return refused(visit, error, Proof.PASSKEY)

        return sign

    # -- one's own means

    def _list(self, visit: Visit) -> Answer:
        account = self._account(visit)
        strong = self.strong
        keys = tuple(KeyLine(key.id, key.name, day(key.since)) for key in account.passkeys)
        bound = strong.france_connect is not None and strong.france_connect.offered(account)
        offered = strong.passkeys is not None, strong.france_connect is not None
        return Page("means.html", _MEANS, MeansView(keys, bool(account.totp), bound, *offered))

    def _remove(self, visit: Visit) -> Answer:
        """Take one of them away, never the last one."""
        strong, what, key = self.strong, visit.form.line("remove"), visit.form.line("key")
        if what == "passkey" and strong.passkeys is not None:
            passkeys = strong.passkeys
            return self._changed(visit, lambda account: passkeys.removed(account, key))
        if what == "totp":
            return self._changed(visit, strong.totp.removed)
        if what == "franceconnect" and strong.france_connect is not None:
            return self._changed(visit, strong.france_connect.removed)
        return Redirect(MEANS)

    def _new_totp(self, visit: Visit) -> Answer:
        """Propose a secret; then one code of it confirms that the application has it."""
        strong, session, code = self.strong, visit.signed_in, visit.form.line("code")
        if not code:
            proposed = strong.totp.enrolment(self._account(visit), secret=strong.new_secret())
            secret = strong.ceremonies.begin(Ceremony.NEW_TOTP, proposed.secret, session)
            return _totp_page(proposed, secret)
        try:
            shared = strong.ceremonies.take(Ceremony.NEW_TOTP, visit.cookies.get(PROOF, ""), session)
        except ProofRefused as error:
            return refused(visit, error)
        at = strong.now()
        return self._changed(visit, lambda account: strong.totp.confirmed(account, shared, code, at=at))

    def _new_passkey(self, passkeys: Passkeys) -> PageFunction:
        def register(visit: Visit) -> Answer:
            strong, session, at = self.strong, visit.signed_in, self.strong.now()
            answer, name = visit.form.text("answer"), visit.form.line("name")
            if not answer:
                challenge = passkeys.registration(self._account(visit), secret=strong.new_secret(), at=at)
                secret = strong.ceremonies.begin(Ceremony.NEW_PASSKEY, challenge.kept, session)
                cookie = Cookie(PROOF, secret, same_site="Lax")
                return Page("new_passkey.html", _PASSKEY, challenge.shown, cookies=(cookie,))
            try:
                kept = strong.ceremonies.take(Ceremony.NEW_PASSKEY, visit.cookies.get(PROOF, ""), session)
            except ProofRefused as error:
                return refused(visit, error)
            return self._changed(visit, lambda account: passkeys.registered(account, kept, answer, name=name, at=at))

        return register

    def _bind(self, visit: Visit) -> Answer:
        """Go to FranceConnect, to come back and bind it."""
        means, strong = self.strong.france_connect, self.strong
        if means is None:
            return Redirect(MEANS)
        try:
            challenge = means.challenge(None, secret=strong.new_secret(), at=strong.now())
        except ProofRefused as error:
            return refused(visit, error)
        secret = strong.ceremonies.begin(Ceremony.BIND, challenge.kept, visit.signed_in)
        return onward(Redirect(challenge.shown, (Cookie(PROOF, secret, same_site="Lax"),)))

    def _bound(self, visit: Visit) -> Answer:
        """Bind the identity that the browser came back with to the account of who is signed in."""
        means, session = self.strong.france_connect, visit.signed_in
        if means is None:
            return Redirect(MEANS)
        at, answer = self.strong.now(), visit.form.text("answer")
        try:
            kept = self.strong.ceremonies.take(Ceremony.BIND, visit.cookies.get(PROOF, ""), session)
            pivot = means.came_back(kept, answer, at=at)
        except ProofRefused as error:
            return refused(visit, error)
        return self._changed(visit, lambda account: means.bound(account, pivot))

    def _changed(self, visit: Visit, change: Callable[[Account], Account]) -> Answer:
        """Change one's means; the session goes on under a fresh secret, all others end."""
        try:
            secret, account = self.strong.ceremonies.change(visit.secret, visit.signed_in, change)
        except ProofRefused as error:
            page = self._list(visit)
            told = visit.says(error.french, ENGLISH[error.why])
            if not isinstance(page, Page):
                return page
            return Page(page.template, page.title, page.view, 422, {"": told}, (OVER,))
        if secret != visit.secret:
            reception = visit.portal.reception
            reception.note(Event(Happened.MEANS_CHANGED, account), self.strong.now())
            reception.tell(account, "")
        return Redirect(MEANS, (Cookie(CookieName.SESSION, secret), OVER))

    def _account(self, visit: Visit) -> Account:
        account = self.strong.ceremonies.account(visit.signed_in)
        if account is None:
            raise ProofRefused("account: the person has none", why=Why.BEGIN_AGAIN)
        return account


def _confirm(visit: Visit) -> Answer:
    """The button that binds: an address that is only looked at changes nothing."""
    return Page("bound.html", ("FranceConnect", "FranceConnect"), visit.query)


def _totp_page(proposed: Enrolment, secret: str) -> Page:
    return Page("new_totp.html", _TOTP, proposed, cookies=(Cookie(PROOF, secret, same_site="Lax"),))
