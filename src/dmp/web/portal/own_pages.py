"""What everybody has who is signed in: a home, his sessions, the way out; and the language, for everybody else too."""

from dataclasses import dataclass, replace

from dmp.sign_in.sessions import Session
from dmp.web.days import moment
from dmp.web.portal.guard import dropped
from dmp.web.portal.openings import record_left
from dmp.web.portal.page import Answer, Cookie, CookieName, Language, Needs, Page, PageRoute, Redirect, Theme, Visit
from dmp.web.portal.places import home_of, is_path
from dmp.web.portal.sign_in_pages import SIGN_IN

SESSIONS, SIGN_OUT, LANGUAGE, DISPLAY = "/sessions", "/deconnexion", "/langue", "/affichage"
LEAVE = "/dossier/quitter"
_DISPLAY = Page("display.html", ("Affichage", "Display"))
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class SessionLine:
    """One of one's own sessions, in words."""

    number: str
    browser: str
    since: str
    seen: str
    mine: bool
    """The one that looks at the list."""


def start(visit: Visit) -> Answer:
    """The address of the portal leads home, or to the door."""
    return Redirect(home_of(visit.session) if visit.session is not None else SIGN_IN)


def sessions(visit: Visit) -> Answer:
    """Where I am signed in (security 9.6)."""
    found = visit.portal.reception.desk.all_of(visit.signed_in)
    lines = tuple(_line(one, mine=one.number == visit.signed_in.number) for one in found)
    return Page("sessions.html", ("Mes connexions", "My sessions"), lines)


def end_session(visit: Visit) -> Answer:
    """End one of my sessions; of somebody else's, nothing is known here."""
    number = visit.form.line("number")
    if number == visit.signed_in.number:
        return sign_out(visit)
    visit.portal.reception.desk.end_number(visit.signed_in, number)
    return Redirect(SESSIONS)


def sign_out(visit: Visit) -> Answer:
    """Leave: the session ends on the server."""
    visit.portal.reception.signed_out(visit.secret)
    over = dropped(CookieName.SESSION, CookieName.BEGUN, CookieName.BACK)
    if visit.session is not None and visit.session.leave:
        # A form of ours may lead nowhere else: the page does, to end the session of the provider too.
        return Page("onward.html", ("Déconnexion", "Sign-out"), visit.session.leave, cookies=over)
    return Redirect(SIGN_IN, over)


def choose_language(visit: Visit) -> Answer:
    """Read the pages in the other language."""
    chosen = visit.form.line("language")
    language = Language(chosen) if chosen in Language.__members__.values() else Language.FRENCH
    back = visit.form.line("back")
    to = back if is_path(back) else "/"
    return Redirect(to, (Cookie(CookieName.LANGUAGE, language, _YEAR),))


def display(_visit: Visit) -> Answer:
    """How the pages look."""
    return _DISPLAY


def choose_display(visit: Visit) -> Answer:
    """Have this browser show the pages otherwise."""
    chosen = visit.form.line("theme")
    if chosen not in Theme.__members__.values():
        told = visit.says("Choisissez une réponse.", "Choose an answer.")
        return replace(_DISPLAY, status=422, errors={"theme": told})
    return Redirect(DISPLAY, (Cookie(CookieName.THEME, chosen, _YEAR),))


def leave_record(visit: Visit) -> Answer:
    """Leave the record of a patient, or of somebody for whom one acts, and go home."""
    return record_left(visit, to=home_of(visit.signed_in))


def _line(session: Session, *, mine: bool) -> SessionLine:
    return SessionLine(session.number, session.browser, moment(session.since), moment(session.seen), mine)


ROUTES = (
    PageRoute("/", start, needs=Needs.NOBODY),
    PageRoute(SESSIONS, sessions, end_session, Needs.ANYBODY),
    PageRoute(SIGN_OUT, post=sign_out, needs=Needs.NOBODY),
    PageRoute(LANGUAGE, post=choose_language, needs=Needs.NOBODY),
    PageRoute(DISPLAY, display, choose_display, Needs.NOBODY),
    PageRoute(LEAVE, post=leave_record, needs=Needs.ANYBODY),
)
