"""A signed link of the practice's software: it opens this site on one patient, without typing anything (TD0.9, TD0.10).

The software sends a form to this address: `assertion`, a VIHF made for this
address and signed a moment ago, and `page`, where to go. The VIHF says who
comes, as what, for whom, and in which mode; no number stands in an address
(security 9.10). A card's signature opens the session of its holder; what a
structure vouches for (AIR) opens a record in a session that the professional
opened himself with Pro Santé Connect. A link serves once, and nobody goes on
with it in another browser than the one that brought it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from dmp.actions.consult_record import CheckRecord
from dmp.record.actor import Authentication, Mode, Professional, Staff
from dmp.record.errors import AccessRefused, AssertionRefused, InvalidIdentity
from dmp.record.patient import PatientId
from dmp.sign_in.ceremonies import Ceremonies, Ceremony
from dmp.sign_in.reception import Said
from dmp.sign_in.refusal import ProofRefused
from dmp.sign_in.sign_in import Proof, Proven
from dmp.web.portal.page import Answer, Cookie, CookieName, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL, home_of
from dmp.web.portal.sign_in_pages import signed_in
from dmp.web.portal.strong import onward
from dmp.web.professional.access_pages import ACCESS
from dmp.web.professional.opening_pages import may_enter
from dmp.web.professional.room import PACE, RECORD, Room, alone, entered

LINK, GO_ON, NOT_OPENED = "/professional/lien", "/professional/lien/suite", "/professional/lien/refus"
COOKIE = "__Host-dmp-link"
DOOR = "link"
"""What fails here is counted by itself: any site may send forms here from the browsers of those who look at it."""
PAGES = {
    "TableauDeBord": PROFESSIONAL,
    "DossierPatient": RECORD,
    "GestionDMPPatient": ACCESS,
    "Documents": RECORD,
    "ParcoursDeSoins": RECORD,
    "HistoriqueAcces": "/historique",
    "Parametrages": "/sessions",
    "VolontesEtDroits": RECORD,
    "CarnetVaccination": RECORD,
}
"""The names that software uses (functional 4, TD0.9), and what stands there here."""
_TITLE = ("Lien de votre logiciel", "Link of your software")
_REFUSED = Page("professional/link_refused.html", _TITLE, status=403)
_SIGN_IN_FIRST = Page("professional/link_sign_in.html", _TITLE, status=403)
_NOT_OPENED = Page("professional/link_not_opened.html", ("Dossier non ouvert", "Record not opened"), status=404)
_OVER = Cookie(COOKIE, "")


@dataclass(frozen=True)
class Link:
    """What a link that was verified says."""

    via: Authentication
    professional: Professional | None = None
    staff: Staff | None = None
    patient: PatientId | None = None
    mode: Mode = Mode.NORMAL
    reason: str = ""
    secret: bool = False
    page: str = ""

    @property
    def to(self) -> str:
        """Where it leads; a page of nobody's record where it names no patient."""
        found = PAGES.get(self.page, RECORD)
        return found if self.patient is not None or found not in (RECORD, ACCESS, "/historique") else PROFESSIONAL


@dataclass(frozen=True)
class LinkView:
    """Who goes on, before anything is opened."""

    name: str
    structure: str
    mode: str
    reason: str
    opens: bool


@dataclass(frozen=True)
class LinkPages:
    """`read` verifies what was sent, at an instant, and gives it once; it raises `AssertionRefused`."""

    room: Room
    ceremonies: Ceremonies
    read: Callable[[str, datetime], Link]

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (
            PageRoute(LINK, _refused, self.arrive, Needs.NOBODY, from_anywhere=True),
            PageRoute(GO_ON, self.look, self.go_on, Needs.NOBODY, pace=PACE),
            PageRoute(NOT_OPENED, _not_opened, needs=Needs.PROFESSIONAL),
        )

    def arrive(self, visit: Visit) -> Answer:
        """Verify and use up the link; our own page goes on, with the cookies that another site kept from us."""
        try:
            self.ceremonies.check(visit.browser.address, door=DOOR)
        except ProofRefused:
            return replace(_REFUSED, status=429)
        try:
            link = self.read(visit.form.text("assertion"), self.ceremonies.desk.clock())
        except AssertionRefused as error:
            visit.portal.reception.not_proved(Proof.CERTIFICATE, visit.browser, f"link: {error.reason}", door=DOOR)
            return _REFUSED
        kept = msgspec.json.encode(replace(link, page=visit.form.line("page"))).decode()
        secret = self.ceremonies.begin(Ceremony.LINK, kept)
        return onward(Redirect(GO_ON, (Cookie(COOKIE, secret),)))

    def look(self, visit: Visit) -> Answer:
        """Say who goes on: nobody is signed in by a page of somebody else without having read it."""
        link = _read(self.ceremonies.look(Ceremony.LINK, visit.cookies.get(COOKIE, "")))
        if link is None:
            return _REFUSED
        if not _may_go_on(visit, link):
            return _SIGN_IN_FIRST
        actor = link.professional or link.staff
        name, structure = (actor.name, actor.facility.name) if actor is not None else ("", "")
        mode = "" if link.mode is Mode.NORMAL else link.mode.value
        view = LinkView(name, structure, mode, link.reason, link.patient is not None)
        return Page("professional/link.html", _TITLE, view)

    def go_on(self, visit: Visit) -> Answer:
        """Sign in where that is due, then open the record."""
        try:
            link = _read(self.ceremonies.take(Ceremony.LINK, visit.cookies.get(COOKIE, "")))
        except ProofRefused:
            return _REFUSED
        if link is None or not _may_go_on(visit, link):
            return _SIGN_IN_FIRST
        if link.via is Authentication.REINFORCED:
            return self._opened(visit, link, ())
        reply = visit.portal.reception.proved(
            Proven(Proof.CERTIFICATE, professional=link.professional, staff=link.staff), visit.browser
        )
        if reply.said is not Said.DONE:
            return _REFUSED
        done = signed_in(visit, reply)
        session = visit.portal.reception.desk.one(reply.secret)
        if session is None:
            return _REFUSED
        cookies = {**visit.cookies, CookieName.SESSION: reply.secret}
        return self._opened(replace(visit, session=session, cookies=cookies), link, done.cookies)

    def _opened(self, visit: Visit, link: Link, cookies: tuple[Cookie, ...]) -> Redirect:
        """The record, in the mode of the link; one page for all that keeps it shut (security 9.4)."""
        if link.professional is None:
            return Redirect(home_of(visit.signed_in), (*cookies, _OVER))
        if link.patient is None:
            return Redirect(link.to, (*cookies, _OVER))
        asking = alone(visit, mode=link.mode, reason=link.reason, secret=link.secret)
        try:
            self.room.check_identity(link.patient)
            status = asking.perform(CheckRecord(link.patient))
        except (AccessRefused, InvalidIdentity):
            return Redirect(NOT_OPENED, (*cookies, _OVER))
        if not may_enter(status):
            return Redirect(NOT_OPENED, (*cookies, _OVER))
        there = entered(asking, link.patient, status.traits, self.room.clock())
        others = tuple(cookie for cookie in cookies if cookie.name != CookieName.SESSION)
        return Redirect(link.to, (*others, *there.cookies, _OVER))


def _refused(_visit: Visit) -> Answer:
    return _REFUSED


def _not_opened(_visit: Visit) -> Answer:
    return _NOT_OPENED


def _read(kept: str) -> Link | None:
    return msgspec.json.decode(kept, type=Link) if kept else None


def _may_go_on(visit: Visit, link: Link) -> bool:
    """A card is proof enough; whom his structure vouches for is signed in already, by a means of his own."""
    if link.via is Authentication.DIRECT:
        return True
    session, vouched = visit.session, link.professional
    if session is None or session.professional is None or vouched is None:
        return False
    ours = (session.professional.id, session.professional.facility.id)
    return ours == (vouched.id, vouched.facility.id)
