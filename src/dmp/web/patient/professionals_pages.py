"""«Mes professionnels» (PT-10): who may read, until when, who is kept out; each decision is explained, then done."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from dmp.actions.decide_on_others import AuthoriseOther
from dmp.actions.my_professionals import MyProfessionals, ReadMyProfessionals
from dmp.actions.search_directory import InDirectory, Matches, SearchDirectory
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.web.days import after, day
from dmp.web.patient.own import is_own, now
from dmp.web.patient.professionals_words import DECISIONS, OF_TEAMS, Decision, act_of
from dmp.web.patient.words import WRONG_DAY, last_day, profession_in_words
from dmp.web.portal.page import Answer, Page, PageRoute, Redirect, Visit

PROFESSIONALS, SEARCH = "/patient/professionnels", "/patient/professionnels/chercher"
CONFIRM, DECIDE = "/patient/professionnels/confirmer", "/patient/professionnels/decider"
_TITLE = ("Mes professionnels", "My professionals")
_SEARCH = ("Chercher un professionnel", "Look for a professional")
AUTHORISE, RENEW = "autoriser", "prolonger"
_FIRST = ("10", "60", "21", "40", "50", "70", "91")
"""The professions that people look for first."""
_YEAR = timedelta(days=365)
_LATE = (
    "Choisissez un jour à venir, dans l’année.",
    "Choose a day to come, within the year.",
)


@dataclass(frozen=True)
class Line:
    """Somebody on the page: who, what is said of him, and what may be decided, by the names of the decisions."""

    id: str
    name: str
    role: str
    said: tuple[tuple[str, str], ...]
    decisions: tuple[tuple[str, tuple[str, str], bool], ...]


@dataclass(frozen=True)
class ListsView:
    """The lists; `own` is false for whoever acts for somebody: he decides, and reads no list (AR-21)."""

    own: bool
    done: tuple[str, str]
    waiting: tuple[Line, ...] = ()
    attending: tuple[Line, ...] = ()
    let_in: tuple[Line, ...] = ()
    blocked: tuple[Line, ...] = ()
    teams: tuple[Line, ...] = ()


@dataclass(frozen=True)
class SearchView:
    """What is looked for, and who was found; None before a search."""

    professions: tuple[tuple[str, str], ...]
    found: tuple[Line, ...] | None = None
    more: bool = False


@dataclass(frozen=True)
class ConfirmView:
    """What is about to be done, to whom, and what follows from it."""

    name: str
    decision: Decision
    subject: str
    called: str
    role: str
    takes_a_day: bool
    last: str
    means: tuple[tuple[str, str], ...]


def professionals(visit: Visit) -> Answer:
    """The lists of the holder."""
    known = DECISIONS.get(visit.asked("fait"))
    done = known.done if known is not None else ("", "")
    if not is_own(visit):
        return Page("patient/professionals.html", _TITLE, ListsView(own=False, done=done))
    return Page("patient/professionals.html", _TITLE, _lists(visit.perform(ReadMyProfessionals(visit.patient)), done))


def search(visit: Visit) -> Answer:
    """The form, empty."""
    return Page("patient/search.html", _SEARCH, SearchView(_professions(visit)))


def searched(visit: Visit) -> Answer:
    """Who answers; by POST, so that no name stands in an address."""
    form = visit.form
    action = SearchDirectory(
        name=form.line("name")[:100],
        number=form.line("number")[:20],
        place=form.line("place")[:100],
        profession=form.line("profession")[:10],
    )
    view = SearchView(_professions(visit))
    try:
        found = visit.perform(action)
    except IncompleteRequest as problem:
        told = visit.says(str(problem), "Write at least three letters of the name, or wait for an hour.")
        return Page("patient/search.html", _SEARCH, view, 422, {problem.element: told})
    return Page("patient/search.html", _SEARCH, _found(visit, view, found))


def confirm(visit: Visit) -> Answer:
    """Say what follows, before anything is done."""
    name, subject = visit.form.line("decision"), visit.form.line("subject")[:200]
    if name not in DECISIONS or not subject:
        return Redirect(PROFESSIONALS)
    structure, _, team = subject.partition(" ")
    found = visit.perform(SearchDirectory(number=structure if name in OF_TEAMS else subject))
    known = next((each for each in found.found if each.id in (subject, structure)), InDirectory(subject, subject))
    called = f"{team} ({known.name})" if name in OF_TEAMS else known.name
    return _confirmation(visit, name, subject, called=called, role=profession_in_words(known))


def decide(visit: Visit) -> Answer:
    """Do it; what cannot be is told where it was asked."""
    name, subject = visit.form.line("decision"), visit.form.line("subject")[:200]
    if name not in DECISIONS or not subject:
        return Redirect(PROFESSIONALS)
    again = _confirmation(visit, name, subject, called=visit.form.line("called")[:200], role="")
    act = act_of(name, visit.patient, subject)
    if isinstance(act, AuthoriseOther):
        try:
            act = replace(act, until=after(visit.form.line("until")))
        except (ValueError, OverflowError):
            return replace(again, status=422, errors={"until": visit.says(*WRONG_DAY)})
    try:
        visit.perform(act)
    except IncompleteRequest as problem:
        told = visit.says(f"{problem}.", _LATE[1])
        return replace(again, status=422, errors={"until" if problem.element == "until" else "": told})
    except AccessRefused as refusal:
        told = visit.says(f"{refusal} {refusal.next_step}".strip(), "The rules do not allow this: nothing was done.")
        return replace(again, status=403, errors={"": told})
    return Redirect(f"{PROFESSIONALS}?fait={name}")


def _confirmation(visit: Visit, name: str, subject: str, *, called: str, role: str) -> Page:
    decision = DECISIONS[name]
    means = tuple((french.format(called), english.format(called)) for french, english in decision.means)
    last = visit.form.line("until") or day(now(visit) + _YEAR - timedelta(days=1))
    view = ConfirmView(name, decision, subject, called, role, name == AUTHORISE, last, means)
    return Page("patient/confirm.html", decision.title, view)


def _lists(found: MyProfessionals, done: tuple[str, str]) -> ListsView:
    confirmed = {role.who.id for role in found.attending if role.confirmed}
    return ListsView(
        own=True,
        done=done,
        waiting=tuple(
            _line(role.who, _since(day(role.since)), ("medecin-traitant", "plus-medecin-traitant", "bloquer"))
            for role in found.attending
            if not role.confirmed
        ),
        attending=tuple(
            _line(role.who, _since(day(role.since)), ("plus-medecin-traitant", "retirer", "bloquer"))
            for role in found.attending
            if role.confirmed
        ),
        let_in=tuple(
            _line(given.who, _until(last_day(given.until), day(given.since), by_holder=given.by_holder), _OF_LET_IN)
            for given in found.let_in
            if given.who.id not in confirmed
        ),
        blocked=tuple(_line(who, (), ("debloquer",)) for who in found.blocked),
        teams=tuple(
            Line(
                team.team,
                f"{team.name} — {team.structure}",
                "",
                (("Vous avez refusé cette équipe.", "You objected to this team."),)
                if team.opposed
                else _team_until(last_day(team.until), day(team.informed)),
                _buttons(("accepter-equipe",) if team.opposed else ("refuser-equipe",)),
            )
            for team in found.teams
        ),
    )


_OF_LET_IN = (RENEW, "retirer", "bloquer")


def _line(who: InDirectory, said: tuple[tuple[str, str], ...], decisions: Iterable[str]) -> Line:
    gone = () if who.listed else ((("N’est plus dans l’annuaire.", "No longer in the directory.")),)
    role = " · ".join(part for part in (profession_in_words(who), *who.places[:2]) if part)
    return Line(who.id, who.name, role, (*said, *gone), _buttons(decisions))


def _buttons(decisions: Iterable[str]) -> tuple[tuple[str, tuple[str, str], bool], ...]:
    shown = ((name, AUTHORISE if name == RENEW else name) for name in decisions)
    return tuple((name, _SHORT.get(said, DECISIONS[name].title), DECISIONS[name].dangerous) for said, name in shown)


_SHORT = {
    RENEW: ("Changer la date de fin", "Change the last day"),
    "medecin-traitant": ("Oui, confirmer", "Yes, confirm"),
    "plus-medecin-traitant": ("Ce n’est pas mon médecin traitant", "Not my attending doctor"),
    "refuser-equipe": ("Refuser", "Object"),
    "accepter-equipe": ("Accepter de nouveau", "Accept again"),
}
"""What a button of the list says, where the title of the page would be too long."""


def _since(since: str) -> tuple[tuple[str, str], ...]:
    return ((f"Depuis le {since}.", f"Since {since}."),)


def _until(until: str, since: str, *, by_holder: bool) -> tuple[tuple[str, str], ...]:
    by = ("par vous", "by you") if by_holder else ("avec votre accord", "with your consent")
    return (
        (f"Peut lire jusqu’au {until}.", f"May read until {until}."),
        (f"Autorisé {by[0]} depuis le {since}.", f"Authorised {by[1]} since {since}."),
    )


def _team_until(until: str, informed: str) -> tuple[tuple[str, str], ...]:
    return (
        (f"Peut lire jusqu’au {until}.", f"May read until {until}."),
        (f"Vous en avez été informé le {informed}.", f"You were told on {informed}."),
    )


def _found(visit: Visit, view: SearchView, matches: Matches) -> SearchView:
    decisions = (AUTHORISE, "bloquer") if is_own(visit) else (AUTHORISE, "retirer", "bloquer", "debloquer")
    return replace(view, found=tuple(_line(who, (), decisions) for who in matches.found), more=matches.more)


def _professions(visit: Visit) -> tuple[tuple[str, str], ...]:
    labels = ((code, value_set(Nomenclature.PROFESSIONS).label(code)) for code in _FIRST)
    return (("", visit.says("Toutes", "All")), *((code, label) for code, label in labels if label))


ROUTES = (
    PageRoute(PROFESSIONALS, professionals),
    PageRoute(SEARCH, search, searched),
    PageRoute(CONFIRM, lambda _visit: Redirect(PROFESSIONALS), confirm),
    PageRoute(DECIDE, lambda _visit: Redirect(PROFESSIONALS), decide),
)
