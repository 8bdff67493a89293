"""Signing in: login and password, then a code, then perhaps a password of one's own (PT-1, PT-2, security 9.1)."""

from collections.abc import Mapping
from dataclasses import replace

from dmp.sign_in.reception import KNOWN_LIFE, Reply, Said
from dmp.sign_in.sign_in import Step
from dmp.sign_in.steps import Kind
from dmp.web.portal import trouble
from dmp.web.portal.guard import dropped
from dmp.web.portal.page import Answer, Cookie, CookieName, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import home_of, is_path

HOME, FIRST = "/patient", "/premiers-choix"
SIGN_IN, ACTIVATION, CODE, APPLICATION, PASSWORD = (
    "/connexion",
    "/activation",
    "/connexion/code",
    "/connexion/application",
    "/connexion/mot-de-passe",
)
_PAGE_OF = {Step.CODE: CODE, Step.TOTP: APPLICATION, Step.CHANGE_PASSWORD: PASSWORD}

_SIGN_IN = Page("sign_in.html", ("Se connecter", "Sign in"))
_ACTIVATION = Page("activation.html", ("Première connexion", "First sign-in"))
_CODE = Page("code.html", ("Votre code", "Your code"))
_APPLICATION = Page("application.html", ("Votre application", "Your application"))
_PASSWORD = Page("password.html", ("Votre mot de passe", "Your password"))

WRONG_PASSWORD = (
    "L’identifiant ou le mot de passe n’est pas le bon. Vérifiez les deux et réessayez.",
    "The login or the password is wrong. Check both and try again.",
)
WRONG_CODE = (
    "Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez-le, ou demandez-en un autre.",
    "This code is wrong, or no longer valid. Check it, or ask for another one.",
)
WEAK = {
    "short": ("Il faut au moins 12 caractères.", "At least 12 characters are needed."),
    "long": ("Il faut 200 caractères au plus.", "At most 200 characters are taken."),
    "common": (
        "Ce mot de passe est trop facile à deviner. Prenez par exemple quatre mots sans rapport entre eux.",
        "This password is too easy to guess. Take, for instance, four words that have nothing to do with each other.",
    ),
    "same": ("Choisissez un autre mot de passe que le provisoire.", "Choose another password than the temporary one."),
    "differ": ("Les deux mots de passe ne sont pas les mêmes.", "The two passwords are not the same."),
}


def sign_in(visit: Visit) -> Answer:
    """The form; who is signed in already is sent on."""
    return _SIGN_IN if visit.session is None else Redirect(home_of(visit.signed_in))


def activation(_visit: Visit) -> Answer:
    """The same form, in the words of whoever comes for the first time (PT-2)."""
    return _ACTIVATION


def give_password(visit: Visit) -> Answer:
    """The first step of two."""
    again = _ACTIVATION if visit.path == ACTIVATION else _SIGN_IN
    missing = {
        name: visit.says(french, english)
        for name, french, english in (
            ("login", "Écrivez votre identifiant.", "Write your login."),
            ("password", "Écrivez votre mot de passe.", "Write your password."),
        )
        if not visit.form.text(name)
    }
    if missing:
        return replace(again, status=422, errors=missing)
    login = visit.form.line("login")
    reply = visit.portal.reception.password(login, visit.form.text("password"), visit.browser)
    return _after(visit, reply, again, {"": visit.says(*WRONG_PASSWORD)})


def code(visit: Visit) -> Answer:
    """The form of the code that was sent."""
    return _CODE if visit.begun else Redirect(SIGN_IN)


def application(visit: Visit) -> Answer:
    """The form of the code of an application."""
    return _APPLICATION if visit.begun else Redirect(SIGN_IN)


def give_code(visit: Visit) -> Answer:
    """The second step; or another code is asked for."""
    again = _APPLICATION if visit.path == APPLICATION else _CODE
    if visit.form.ticked("again"):
        return _after(visit, visit.portal.reception.again(Kind.SIGN_IN, visit.begun), again, {})
    reply = visit.portal.reception.answer(visit.begun, visit.form.line("code"), visit.browser)
    return _after(visit, reply, again, {"code": visit.says(*WRONG_CODE)})


def new_password(visit: Visit) -> Answer:
    """The form of the password of one's own."""
    return _PASSWORD if visit.begun else Redirect(SIGN_IN)


def give_new_password(visit: Visit) -> Answer:
    """The last step of a first sign-in."""
    chosen = visit.form.text("password")
    if chosen != visit.form.text("repeated"):
        return replace(_PASSWORD, status=422, errors={"repeated": visit.says(*WEAK["differ"])})
    reply = visit.portal.reception.choose_password(visit.begun, chosen, visit.browser)
    if reply.said is Said.DONE:
        return replace(signed_in(visit, reply), to=FIRST)
    return _after(visit, reply, _PASSWORD, {})


def answered(visit: Visit, reply: Reply, again: Page, errors: Mapping[str, str]) -> Page:
    """What is shown of a reply that leads no further: the same form, with what is wrong."""
    match reply.said:
        case Said.WEAK:
            return replace(again, status=422, errors={"password": visit.says(*WEAK[reply.why])})
        case Said.WAIT:
            minutes = -(-reply.wait // 60)
            told = visit.says(
                f"Trop d’essais. Attendez {minutes} min, puis recommencez.",
                f"Too many tries. Wait {minutes} min, then start over.",
            )
            return replace(again, status=429, errors={"": told}, retry_after=reply.wait)
        case Said.BUSY:
            return trouble.BUSY
        case Said.OVER:
            told = visit.says(
                "Cette connexion est terminée ou a expiré : recommencez.", "This sign-in is over: please start again."
            )
            return replace(_SIGN_IN, status=410, errors={"": told}, cookies=dropped(CookieName.BEGUN))
        case _:
            return replace(again, status=422, errors=errors)


def signed_in(visit: Visit, reply: Reply) -> Redirect:
    """Hand over the session, always a fresh one, and send home, or back to the page that was left; the rest is over.

    For each means of signing in, once `Reception` has answered `Said.DONE`. A session that this browser had before
    is over: its cookie is replaced, and nobody could sign out of it any more.
    """
    if visit.session is not None:
        visit.portal.reception.signed_out(visit.secret)
    cookies = [Cookie(CookieName.SESSION, reply.secret), *dropped(CookieName.BEGUN, CookieName.BACK)]
    if reply.known:
        cookies.append(Cookie(CookieName.KNOWN, reply.known, int(KNOWN_LIFE.total_seconds())))
    session = visit.portal.reception.desk.one(reply.secret)
    back = visit.cookies.get(CookieName.BACK, "")
    home = home_of(session) if session is not None else HOME
    return Redirect(back if is_path(back) else home, tuple(cookies))


def _after(visit: Visit, reply: Reply, again: Page, errors: Mapping[str, str]) -> Answer:
    if reply.said is Said.DONE:
        return signed_in(visit, reply)
    if reply.said is Said.NEXT:
        return Redirect(_PAGE_OF[reply.step], (Cookie(CookieName.BEGUN, reply.secret),))
    return answered(visit, reply, again, errors)


ROUTES = (
    PageRoute(SIGN_IN, sign_in, give_password, Needs.NOBODY),
    PageRoute(ACTIVATION, activation, give_password, Needs.NOBODY),
    PageRoute(CODE, code, give_code, Needs.NOBODY),
    PageRoute(APPLICATION, application, give_code, Needs.NOBODY),
    PageRoute(PASSWORD, new_password, give_new_password, Needs.NOBODY),
)
