"""The record of a patient, to be read in forty seconds: what is new, what matters, one line for each event (TD3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from dmp.actions.look_through import Looked, LookThrough
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.web.days import day
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import PROFESSIONAL
from dmp.web.shelf import changes
from dmp.web.shelf.choice import Choice, Shelf, State, read_choice, shelve
from dmp.web.shelf.families import ADDED_BY_PATIENT, FAMILY_WORDS, PIN_WORDS, Family, Pin, Words
from dmp.web.shelf.lines import Badge, Line, Visitor, lines_of

RECORD, DOCUMENTS = "/professional/dossier", "/professional/dossier/documents"
ROOM = changes.Room(
    RECORD,
    DOCUMENTS,
    "changer",
    ("Modifier ce document", "Change this document"),
    "/professional/deposer/remplacer/{id}",
)
_FAMILIES = {**FAMILY_WORDS, Family.OWN: ADDED_BY_PATIENT}
_TITLE = ("Dossier", "Record")


@dataclass(frozen=True)
class RecordView:
    """The record at a glance, then its list; `news` is None where no earlier visit is known."""

    shelf: Shelf
    pins: tuple[tuple[Words, Line], ...]
    news: tuple[Line, ...] | None
    since: str
    done: Words | None
    families: Mapping[Family, Words]
    room: changes.Room = ROOM


def record(visit: Visit) -> Answer:
    """The record that is open."""
    return _shown(visit, read_choice(visit.asked))


def searched(visit: Visit) -> Answer:
    """The lines that have the words looked for; sent by a form, so that no word stands in an address."""
    return _shown(visit, read_choice(visit.form.line, visit.form.line("words")))


def pins_of(lines: tuple[Line, ...]) -> tuple[tuple[Words, Line], ...]:
    """The newest document of each kind that is looked for first."""
    newest: dict[Pin, Line] = {}
    for line in lines:
        if line.pin is not None and Badge.REPLACED not in line.badges:
            newest.setdefault(line.pin, line)
    return tuple((PIN_WORDS[pin], newest[pin]) for pin in Pin if pin in newest)


def _shown(visit: Visit, choice: Choice) -> Answer:
    if visit.signed_in.patient is None:
        return Redirect(PROFESSIONAL)
    looked = visit.perform(LookThrough(visit.patient, choice.state.statuses))
    visitor, numbers = Visitor(looked.reader, looked.last_visit), visit.portal.rules().of(DUPLICATES)
    lines = lines_of(looked.entries, looked.at, visitor, numbers=numbers)
    current = choice.state is State.IN_FORCE
    view = RecordView(
        shelf=shelve(lines, choice, looked.at),
        pins=pins_of(lines) if current else (),
        news=_news(lines) if current and looked.last_visit is not None else None,
        since=_since(looked),
        done=changes.done(visit),
        families=_FAMILIES,
    )
    return Page("professional/record.html", _TITLE, view, frames=True)


def _news(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Newest deposit first."""
    new = [line for line in lines if Badge.NEW in line.badges]
    return tuple(sorted(new, key=lambda line: line.added, reverse=True))


def _since(looked: Looked) -> str:
    return day(looked.last_visit) if looked.last_visit is not None else ""


_ONE = f"{DOCUMENTS}/{{id}}"
ROUTES = (
    PageRoute(RECORD, record, searched, Needs.PROFESSIONAL),
    PageRoute(f"{_ONE}/{ROOM.change}", partial(changes.weigh, ROOM), partial(changes.change, ROOM), Needs.PROFESSIONAL),
    PageRoute(f"{_ONE}/supprimer", partial(changes.confirm, ROOM), needs=Needs.PROFESSIONAL),
)
