"""«Mes documents»: the list, its filters, what is looked for; who sees a document, and what is done to it (PT-5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from dmp.actions.look_through import LookThrough
from dmp.actions.weigh_document import WeighDocument
from dmp.record.viewer import Explanation
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.web.entry_ids import full
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Visit
from dmp.web.shelf import changes
from dmp.web.shelf.choice import Choice, Shelf, read_choice, shelve
from dmp.web.shelf.families import FAMILY_WORDS, Family, Words
from dmp.web.shelf.lines import Line, Visitor, lines_of

DOCUMENTS = "/patient/documents"
ROOM = changes.Room(
    DOCUMENTS,
    DOCUMENTS,
    "masquer",
    ("Ce que je peux faire de ce document", "What I can do with it"),
    f"{DOCUMENTS}/{{id}}/remplacer",
)
_TITLE = ("Mes documents", "My documents")


@dataclass(frozen=True)
class ListView:
    """The list, and what was just done."""

    shelf: Shelf
    done: Words | None
    families: Mapping[Family, Words]
    room: changes.Room = ROOM


@dataclass(frozen=True)
class WhoView:
    """Who sees one document and why, people first; nothing for who may not simulate."""

    line: Line
    people: tuple[Explanation, ...]
    kinds: tuple[Explanation, ...]
    place: str


def documents(visit: Visit) -> Answer:
    """The documents, newest care first."""
    return _listed(visit, read_choice(visit.asked))


def searched(visit: Visit) -> Answer:
    """Those that have the words looked for; sent by a form, so that no word stands in an address."""
    return _listed(visit, read_choice(visit.form.line, visit.form.line("words")))


def who(visit: Visit) -> Answer:
    """«Qui peut voir ce document, et pourquoi»: a sentence for each person and each kind of people (functional 10)."""
    weighed = visit.perform(WeighDocument(visit.patient, full(visit.parts["id"])))
    (line,) = lines_of((weighed.entry,), weighed.at)
    view = WhoView(line, weighed.people, weighed.now, f"{DOCUMENTS}/{line.id}")
    return Page("patient/who.html", ("Qui peut voir ce document, et pourquoi", "Who can see it, and why"), view)


def _listed(visit: Visit, choice: Choice) -> Page:
    looked = visit.perform(LookThrough(visit.patient, choice.state.statuses))
    visitor, numbers = Visitor(looked.reader, looked.last_visit), visit.portal.rules().of(DUPLICATES)
    lines = lines_of(looked.entries, looked.at, visitor, numbers=numbers)
    view = ListView(shelve(lines, choice, looked.at), changes.done(visit), FAMILY_WORDS)
    return Page("patient/documents.html", _TITLE, view)


_ONE = f"{DOCUMENTS}/{{id}}"
ROUTES = (
    PageRoute(DOCUMENTS, documents, searched, Needs.PATIENT),
    PageRoute(f"{_ONE}/{ROOM.change}", partial(changes.weigh, ROOM), partial(changes.change, ROOM), Needs.PATIENT),
    PageRoute(f"{_ONE}/supprimer", partial(changes.confirm, ROOM), needs=Needs.PATIENT),
    PageRoute(f"{_ONE}/qui", who, needs=Needs.PATIENT),
)
