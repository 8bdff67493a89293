"""Who may read the open record, and one's own part in it: renounce, attending doctor, a colleague (TD1.6, TD0.3, AR-4).

After each act the page is shown anew; what is said of it stands in the address
as one word, never as a name.
"""

from dataclasses import dataclass, replace

from dmp.actions.authorise import BecomeAttending, LeaveAttending, Renounce
from dmp.actions.decide_on_others import AuthoriseOther, Block
from dmp.actions.list_authorisations import ListAuthorisations
from dmp.actions.search_directory import Matches, SearchDirectory
from dmp.record.actor import Mode
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.lists import AuthorisationLine, AuthorisationMode
from dmp.web.days import day
from dmp.web.portal.openings import record_left
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL
from dmp.web.professional.room import with_record

ACCESS, RENOUNCE, ATTEND, LEAVE, SEARCH, LET_IN, KEEP_OUT = (
    "/professional/acces",
    "/professional/acces/renoncer",
    "/professional/acces/medecin-traitant",
    "/professional/acces/medecin-traitant/fin",
    "/professional/acces/collegue",
    "/professional/acces/autoriser",
    "/professional/acces/bloquer",
)
_COLLEAGUE = Page("professional/colleague.html", ("Autoriser un collègue", "Let a colleague in"))
_TITLE = ("Qui a accès à ce dossier", "Who has access to this record")
_DONE = {
    "attending": (
        "Vous êtes déclaré médecin traitant. La personne en est avertie et doit le confirmer.",
        "You are declared attending doctor. The person is told, and has to confirm it.",
    ),
    "left": (
        "Vous n’êtes plus médecin traitant de cette personne.",
        "You are no longer this person’s attending doctor.",
    ),
    "kept-out": (
        "Le blocage est noté, à la demande de la personne.",
        "The block is written down, at the person’s request.",
    ),
    "let-in": ("L’autorisation est notée, pour un an.", "The authorisation is written down, for one year."),
}
_NO_CONSENT = (
    "Cochez la case si la personne vous a donné son accord pour ce collègue.",
    "Tick the box if the person consented for this colleague.",
)
_NOT_ASKED = (
    "Vous bloquez quelqu’un à la demande de la personne seulement : cochez la case si elle l’a demandé.",
    "You keep somebody out at the person’s request only: tick the box if it was asked for.",
)
_NOBODY = ("Personne ne répond à ce nom dans l’annuaire.", "Nobody in the directory has this name.")
_TOO_SHORT = (
    "Écrivez au moins trois lettres du nom, ou le numéro RPPS.",
    "Write at least three letters of the name, or the RPPS number.",
)


@dataclass(frozen=True)
class AccessLine:
    """Whom the record lets in or keeps out, in words."""

    id: str
    name: str
    since: str
    mine: bool
    attending: bool


@dataclass(frozen=True)
class AccessView:
    """The lists; `refused` says why there are none."""

    let_in: tuple[AccessLine, ...] = ()
    kept_out: tuple[AccessLine, ...] = ()
    refused: str = ""
    attending: bool = False
    done: str = ""
    emergency: bool = False


def access(visit: Visit) -> Page:
    """The lists, and what one may do."""
    done, mode = visit.asked("done"), visit.signed_in.mode
    view = AccessView(done=visit.says(*_DONE[done]) if done in _DONE else "", emergency=mode is not Mode.NORMAL)
    if view.emergency:
        return Page("professional/access.html", _TITLE, view)
    try:
        lines = visit.perform(ListAuthorisations(visit.patient, AuthorisationMode.ALL))
    except AccessRefused as error:
        return Page("professional/access.html", _TITLE, replace(view, refused=str(error)))
    return Page("professional/access.html", _TITLE, _with_lines(visit, view, lines))


def renounce(visit: Visit) -> Answer:
    """Give up one's own right to read, then leave the record."""
    visit.perform(Renounce(visit.patient))
    return record_left(visit, to=PROFESSIONAL)


def attend(visit: Visit) -> Answer:
    """Declare oneself attending doctor (DEC-1)."""
    visit.perform(BecomeAttending(visit.patient))
    return Redirect(f"{ACCESS}?done=attending")


def leave(visit: Visit) -> Answer:
    """Give up the role; the ordinary authorisation stays."""
    visit.perform(LeaveAttending(visit.patient))
    return Redirect(f"{ACCESS}?done=left")


def search(visit: Visit) -> Answer:
    """Colleagues and structures by name or number; sent by a form."""
    said = visit.form.line("colleague")[:100]
    by_number = said[:1].isdigit()
    try:
        matches = visit.perform(SearchDirectory(number=said) if by_number else SearchDirectory(name=said))
    except IncompleteRequest:
        return replace(_COLLEAGUE, view=Matches(()), errors={"colleague": visit.says(*_TOO_SHORT)}, status=422)
    errors = {} if matches.found else {"colleague": visit.says(*_NOBODY)}
    return replace(_COLLEAGUE, view=matches, errors=errors)


def let_in(visit: Visit) -> Answer:
    """Write down that the person lets a colleague in (AR-4)."""
    if not visit.form.ticked("consent"):
        return replace(_COLLEAGUE, view=Matches(()), errors={"": visit.says(*_NO_CONSENT)}, status=422)
    visit.perform(AuthoriseOther(visit.patient, visit.form.line("subject")))
    return Redirect(f"{ACCESS}?done=let-in")


def keep_out(visit: Visit) -> Answer:
    """Block somebody, as the attending doctor, because the person asks for it (AR-6, AR-7)."""
    if not visit.form.ticked("asked"):
        return replace(access(visit), errors={"": visit.says(*_NOT_ASKED)}, status=422)
    visit.perform(Block(visit.patient, visit.form.line("subject")))
    return Redirect(f"{ACCESS}?done=kept-out")


def _with_lines(visit: Visit, view: AccessView, lines: tuple[AuthorisationLine, ...]) -> AccessView:
    professional = visit.signed_in.professional
    me = professional.id if professional is not None else ""
    told = [(line, _told(line, mine=line.id == me)) for line in lines]
    return replace(
        view,
        let_in=tuple(one for line, one in told if line.mode is not AuthorisationMode.FORBIDDEN),
        kept_out=tuple(one for line, one in told if line.mode is AuthorisationMode.FORBIDDEN),
        attending=any(one.mine and one.attending for _, one in told),
    )


def _told(line: AuthorisationLine, *, mine: bool) -> AccessLine:
    name = f"{line.given} {line.family}".strip() or line.id
    return AccessLine(line.id, name, day(line.start) if line.start else "", mine, line.attending)


ROUTES = tuple(
    PageRoute(path, with_record(get), with_record(post) if post else None, Needs.PROFESSIONAL)
    for path, get, post in (
        (ACCESS, access, None),
        (RENOUNCE, access, renounce),
        (ATTEND, access, attend),
        (LEAVE, access, leave),
        (SEARCH, access, search),
        (LET_IN, access, let_in),
        (KEEP_OUT, access, keep_out),
    )
)
