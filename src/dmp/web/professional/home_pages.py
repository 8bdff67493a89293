"""«Mes patients»: the records that let a professional in, what is new in them, and the way into one (TD0.4)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from dmp.actions.list_my_records import ListMyRecords
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest
from dmp.record.ins import normalised
from dmp.record.lists import DateKind, RecordLine, RecordListRequest
from dmp.record.patient import PatientId
from dmp.web.days import day
from dmp.web.portal.callers import professional_of
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Visit
from dmp.web.portal.places import PROFESSIONAL
from dmp.web.professional.room import Room, age, alone, french_day, full_name

_PERIODS = {"7": ("Depuis 7 jours", "Last 7 days"), "30": ("Depuis 30 jours", "Last 30 days")}
_ALL = ("Tous", "All")
_TOO_MANY = (
    "Vous avez trop de patients pour une seule liste : choisissez une période, ou ouvrez un dossier par son numéro.",
    "You have too many patients for one list: choose a period, or open a record by its number.",
)
MOST_SHOWN = 200
"""Lines of one page; over it a name is searched for."""


@dataclass(frozen=True)
class PatientLine:
    """A patient of the list, in words."""

    patient: PatientId
    name: str
    born: str
    years: int | None
    attending: bool
    news: str
    """The day of the last new document that this professional may see."""


@dataclass(frozen=True)
class HomeView:
    """The patients; `left` says how many more there are, `periods` are the choices of the filter."""

    lines: tuple[PatientLine, ...]
    left: int
    periods: tuple[tuple[str, str, bool], ...]
    searched: bool = False


@dataclass(frozen=True)
class HomePages:
    """Where a professional begins."""

    room: Room

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        return (PageRoute(PROFESSIONAL, self.home, self.searched, Needs.PROFESSIONAL),)

    def home(self, visit: Visit) -> Answer:
        """All of them, or those with something new."""
        return self._page(visit, "")

    def searched(self, visit: Visit) -> Answer:
        """Those of a name; sent by a form, so that it stands in no address."""
        return self._page(visit, visit.form.line("name")[:100])

    def _page(self, visit: Visit, name: str) -> Page:
        title = ("Mes patients", "My patients")
        period = visit.asked("new") if visit.asked("new") in _PERIODS else ""
        choices = [("", visit.says(*_ALL), not period)]
        choices += [(days, visit.says(*label), days == period) for days, label in _PERIODS.items()]
        try:
            found = self._found(visit, period)
        except IncompleteRequest:
            empty = HomeView((), 0, tuple(choices))
            return Page("professional/home.html", title, empty, errors={"": visit.says(*_TOO_MANY)})
        kept = [line for line in found if _is_called(line, name)]
        today = self.room.clock().astimezone(PARIS)
        lines = tuple(_told(line, today) for line in kept[:MOST_SHOWN])
        view = HomeView(lines, max(0, len(kept) - MOST_SHOWN), tuple(choices), searched=bool(name))
        return Page("professional/home.html", title, view)

    def _found(self, visit: Visit, period: str) -> tuple[RecordLine, ...]:
        """The list of the professional himself, whatever record he has open.

        Raises:
            IncompleteRequest: too many records would have to be looked into.
        """
        at, by_himself = self.room.clock(), alone(visit)
        professional = professional_of(by_himself.signed_in)
        since = at - timedelta(days=int(period)) if period else None
        date = DateKind.LAST_DOCUMENT if period else DateKind.LAST_AUTHORISATION
        return by_himself.perform(ListMyRecords(professional, RecordListRequest(date, since), at))


def _is_called(line: RecordLine, name: str) -> bool:
    """Tell whether every word of a search begins a word of the person's names."""
    traits = line.traits
    names = (traits.birth_name, traits.used_name, traits.birth_first_names, traits.birth_first_name)
    words = [word for one in (*names, traits.used_first_name) for word in _words(one)]
    return all(any(word.startswith(wanted) for word in words) for wanted in _words(name))


def _words(name: str) -> list[str]:
    return re.split(r"[-' ]+", normalised(name)) if name else []


def _told(line: RecordLine, today: datetime) -> PatientLine:
    traits = line.traits
    return PatientLine(
        line.identifiers[0],
        full_name(traits),
        french_day(traits.birth_date),
        age(traits.birth_date, today.date()),
        line.attending,
        day(line.added) if line.added else "",
    )
