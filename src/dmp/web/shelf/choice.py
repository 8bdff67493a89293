"""What of a shelf is shown: filters, words looked for, order, page; and how many each filter would leave. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from dmp.record.dtm import PARIS
from dmp.record.entry import EntryStatus
from dmp.web.portal.forms import number_in
from dmp.web.shelf.families import Family, Words
from dmp.web.shelf.lines import Line

A_PAGE = 50
"""Lines of a page."""
_MONTHS = (
    ("janvier", "January"), ("février", "February"), ("mars", "March"), ("avril", "April"), ("mai", "May"),
    ("juin", "June"), ("juillet", "July"), ("août", "August"), ("septembre", "September"), ("octobre", "October"),
    ("novembre", "November"), ("décembre", "December"),
)  # fmt: skip
_IN_FORCE = frozenset({EntryStatus.APPROVED, EntryStatus.DEPRECATED})


class State(StrEnum):
    """Which documents are searched for; deleted ones only when they are asked for by name (DOC-5, DEC-23)."""

    IN_FORCE = "current"
    ARCHIVED = "archived"
    DELETED = "deleted"

    @property
    def statuses(self) -> frozenset[EntryStatus]:
        """Those of the search; replaced documents come along, to be folded under what replaced them."""
        return {
            State.IN_FORCE: _IN_FORCE,
            State.ARCHIVED: frozenset({EntryStatus.ARCHIVED}),
            State.DELETED: frozenset({EntryStatus.DELETED}),
        }[self]


class Order(StrEnum):
    """How lines follow each other."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ADDED = "added"
    AUTHOR = "author"
    KIND = "kind"


QUARTER, YEAR = "3m", "12m"


@dataclass(frozen=True)
class Choice:
    """What the reader chose; all but `words` may stand in an address."""

    family: Family | None = None
    period: str = ""
    """`3m`, `12m`, a year of four digits, or empty for all."""
    speciality: str = ""
    state: State = State.IN_FORCE
    order: Order = Order.NEWEST
    page: int = 1
    words: str = ""

    def query(self, **changes: object) -> str:
        """The query of an address that chooses so, on the first page unless told otherwise; never the words."""
        chosen = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        told = {
            "family": chosen.family or "",
            "period": chosen.period,
            "speciality": chosen.speciality,
            "state": "" if chosen.state is State.IN_FORCE else chosen.state,
            "order": "" if chosen.order is Order.NEWEST else chosen.order,
            "page": "" if chosen.page == 1 else str(chosen.page),
        }
        return f"?{urlencode({name: value for name, value in told.items() if value})}" if any(told.values()) else "?"


def read_choice(asked: Callable[[str], str], words: str = "") -> Choice:
    """What an address or a form chooses; what is not understood is not chosen."""
    family, period, state, order, page = map(asked, ("family", "period", "state", "order", "page"))
    a_year = len(period) == 4 and period.isascii() and period.isdigit()
    return Choice(
        family=Family(family) if family in Family.__members__.values() else None,
        period=period if a_year or period in (QUARTER, YEAR) else "",
        speciality=asked("speciality")[:100],
        state=State(state) if state in State.__members__.values() else State.IN_FORCE,
        order=Order(order) if order in Order.__members__.values() else Order.NEWEST,
        page=number_in(page) or 1,
        words=words.strip()[:100],
    )


@dataclass(frozen=True)
class Group:
    """Lines under one heading: a month, or none when they are not in the order of time."""

    heading: Words
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Shelf:
    """What a page shows. Every count is of lines that the viewer was given."""

    choice: Choice
    groups: tuple[Group, ...]
    total: int
    """Of the lines that were chosen."""
    every: int
    """Of all that the search gave."""
    pages: int
    families: tuple[tuple[Family, int], ...]
    specialities: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]

    @property
    def before(self) -> str:
        """The query of the page before, if any."""
        return self.choice.query(page=self.choice.page - 1) if self.choice.page > 1 else ""

    @property
    def after(self) -> str:
        """The query of the next page, if any."""
        return self.choice.query(page=self.choice.page + 1) if self.choice.page < self.pages else ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Those of this page, in their order."""
        return tuple(line for group in self.groups for line in group.lines)


def shelve(lines: tuple[Line, ...], choice: Choice, at: datetime) -> Shelf:
    """The shelf of a choice; each filter counts what it would leave of what the others leave."""
    found = tuple(_spoken(lines, choice.words))
    chosen = [line for line in found if _fits(line, choice, at)]
    pages = max(1, -(-len(chosen) // A_PAGE))
    choice = replace(choice, page=min(choice.page, pages))
    ordered = _ordered(chosen, choice.order)
    shown = ordered[(choice.page - 1) * A_PAGE : choice.page * A_PAGE]

    def left(**changes: object) -> list[Line]:
        other = replace(choice, **changes)  # type: ignore[arg-type]
        return chosen if other == choice else [line for line in found if _fits(line, other, at)]

    of_families, of_years = left(family=None), left(period="")
    counted = Counter(family for line in of_families for family in _families_of(line))
    return Shelf(
        choice=choice,
        groups=tuple(_groups(shown, choice.order)),
        total=len(chosen),
        every=len(lines),
        pages=pages,
        families=tuple((one, counted[one]) for one in Family if counted[one]),
        specialities=_counted(
            (name for line in left(speciality="") for name in _specialities_of(line)), newest_first=False
        ),
        years=_counted((line.when[:4] for line in of_years if line.day), newest_first=True),
    )


def is_of(line: Line, family: Family) -> bool:
    """Whether a line, or a copy that it folds, stands in a family; what the holder added, among what he added too."""
    return family in _families_of(line)


def _families_of(line: Line) -> tuple[Family, ...]:
    if not line.copies:
        return (line.family, Family.OWN) if line.by_patient and line.family is not Family.OWN else (line.family,)
    own = (Family.OWN for one in line.all if one.by_patient)
    return tuple(dict.fromkeys((*(one.family for one in line.all), *own)))


def _specialities_of(line: Line) -> tuple[str, ...]:
    return (line.speciality,) if not line.copies else tuple(dict.fromkeys(one.speciality for one in line.all))


def plain(text: str) -> str:
    """A text without case, accents or ligatures, to look for words in it."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'"))
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def _spoken(lines: Iterable[Line], words: str) -> Iterator[Line]:
    """The lines that have every word looked for, in title, author, kind, speciality or structure."""
    wanted = plain(words).split()
    if not wanted:
        yield from lines
        return
    for line in lines:
        text = plain(
            " ".join(f"{one.title} {one.author} {one.kind} {one.speciality} {one.structure}" for one in line.all)
        )
        if all(word in text for word in wanted):
            yield line


def _fits(line: Line, choice: Choice, at: datetime) -> bool:
    return (
        (choice.family is None or is_of(line, choice.family))
        and (not choice.speciality or choice.speciality in _specialities_of(line))
        and (not choice.period or line.when >= _start(choice.period, at))
        and (len(choice.period) != 4 or line.when[:4] == choice.period)
    )


def _start(period: str, at: datetime) -> str:
    """The first instant of a period, as lines are sorted by."""
    today = at.astimezone(PARIS)
    months = {QUARTER: 3, YEAR: 12}.get(period)
    if months is None:
        return period
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return f"{year:04d}{month + 1:02d}{today.day:02d}"


def _ordered(lines: list[Line], order: Order) -> list[Line]:
    """They come newest first."""
    match order:
        case Order.NEWEST:
            return lines
        case Order.OLDEST:
            return lines[::-1]
        case Order.ADDED:
            return sorted(lines, key=lambda line: line.added, reverse=True)
        case Order.AUTHOR:
            return sorted(lines, key=lambda line: plain(line.author.rpartition(" ")[2]))
        case Order.KIND:
            return sorted(lines, key=lambda line: plain(line.kind))


def _groups(lines: Iterable[Line], order: Order) -> Iterator[Group]:
    if order not in (Order.NEWEST, Order.OLDEST):
        yield Group(("", ""), tuple(lines))
        return
    months: dict[str, list[Line]] = {}
    for line in lines:
        months.setdefault(line.when[:6] if "/" in line.day else line.when[:4] if line.day else "", []).append(line)
    for month, held in months.items():
        yield Group(_heading(month), tuple(held))


def _heading(month: str) -> Words:
    if not month:
        return "Sans date", "Without date"
    names = _MONTHS[int(month[4:]) - 1] if len(month) == 6 else ("", "")
    french, english = (f"{name} {month[:4]}".strip() for name in names)
    return french.capitalize(), english


def _counted(values: Iterable[str], *, newest_first: bool) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for value in values:
        if value:
            counts[value] = counts.get(value, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: plain(pair[0]), reverse=newest_first))
