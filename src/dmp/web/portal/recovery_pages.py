"""A password that was forgotten («mot de passe oublié»): the same answers whether there is an account or not (9.4)."""

from dataclasses import replace

from dmp.sign_in.reception import Said
from dmp.sign_in.steps import Kind
from dmp.web.portal.guard import dropped
from dmp.web.portal.page import Answer, Cookie, CookieName, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.sign_in_pages import WEAK, WRONG_CODE, answered

FORGOTTEN, CHOICE = "/connexion/oubli", "/connexion/oubli/code"
_PACE = 0.1
"""No password is checked here, which would hide how long it takes to look for somebody: the answer waits instead."""
_FORGOTTEN = Page("forgotten.html", ("Mot de passe oublié", "Forgotten password"))
_CHOICE = Page("recovery.html", ("Nouveau mot de passe", "New password"))
_DONE = Page("recovered.html", ("Mot de passe changé", "Password changed"))


def forgotten(_visit: Visit) -> Answer:
    """Who has forgotten it says who he is."""
    return _FORGOTTEN


def ask(visit: Visit) -> Answer:
    """A code is sent, if there is somebody to send it to."""
    missing = {
        name: visit.says(french, english)
        for name, french, english in (
            ("login", "Écrivez votre identifiant.", "Write your login."),
            ("number", "Écrivez votre numéro de sécurité sociale.", "Write your social security number."),
        )
        if not visit.form.line(name)
    }
    if missing:
        return replace(_FORGOTTEN, status=422, errors=missing)
    reply = visit.portal.recovery.ask(visit.form.line("login"), visit.form.line("number"), visit.browser)
    if reply.said is Said.NEXT:
        return Redirect(CHOICE, (Cookie(CookieName.BEGUN, reply.secret),))
    return answered(visit, reply, _FORGOTTEN, {})


def choice(visit: Visit) -> Answer:
    """The form of the code and of the new password."""
    return _CHOICE if visit.begun else Redirect(FORGOTTEN)


def choose(visit: Visit) -> Answer:
    """The code and the new password; or another code is asked for."""
    if visit.form.ticked("again"):
        reply = visit.portal.reception.again(Kind.RECOVERY, visit.begun)
        return Redirect(CHOICE) if reply.said is Said.NEXT else answered(visit, reply, _CHOICE, {})
    chosen = visit.form.text("password")
    if chosen != visit.form.text("repeated"):
        return replace(_CHOICE, status=422, errors={"repeated": visit.says(*WEAK["differ"])})
    reply = visit.portal.recovery.choose(visit.begun, visit.form.line("code"), chosen, visit.browser)
    if reply.said is Said.DONE:
        return replace(_DONE, cookies=dropped(CookieName.BEGUN, CookieName.SESSION))
    return answered(visit, reply, _CHOICE, {"code": visit.says(*WRONG_CODE)})


ROUTES = (
    PageRoute(FORGOTTEN, forgotten, ask, Needs.NOBODY, pace=_PACE),
    PageRoute(CHOICE, choice, choose, Needs.NOBODY, pace=_PACE),
)
