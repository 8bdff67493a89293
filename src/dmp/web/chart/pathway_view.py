"""The pathway in words: what happened by year and month, a grid of counts, what is to come, what to ask about."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from dmp.services import screening, vaccination
from dmp.services.chart import Chart, Evidence
from dmp.services.panel import Words, same
from dmp.services.pathway import rules as loading
from dmp.services.pathway.due import SCREENING, VACCINATION, due_of
from dmp.services.pathway.events import Event, Merged
from dmp.services.pathway.pathway import Choice, Pathway, choices, grid_of, pathway_of
from dmp.services.pathway.planned import Planned
from dmp.services.pathway.rules import Rules
from dmp.services.words import day_words
from dmp.web.chart.already_done_view import ExamsView, exams_view
from dmp.web.chart.pathway_asked import Asked, read_asked
from dmp.web.chart.pathway_picture import Picture, picture_of
from dmp.web.chart.pathway_words import MONTHS, column_words, short_words
from dmp.web.chart.room import Room
from dmp.web.days import day
from dmp.web.entry_ids import bare
from dmp.web.portal.page import Visit
from dmp.web.shelf.copies import Copies, exemplars

TEMPLATE = "chart/pathway.html"
ON_A_PAGE = 60
_MERGED: dict[Merged, Words] = {
    Merged.STUDY: ("compte rendu et images", "report and images"),
    Merged.PRESCRIPTION: ("ordonnance et délivrances", "prescription and deliveries"),
    Merged.LABORATORY: ("un seul passage au laboratoire", "one visit to the laboratory"),
}
_PAGES = {SCREENING: screening.SERVICE.slug, VACCINATION: vaccination.SERVICE.slug}
"""Where the rules that say that something is due are explained."""
_NO_DAY: Words = ("Sans date lisible", "Without a day that can be read")


@dataclass(frozen=True)
class Item:
    """An event, as the list shows it; `stay` leads to the rest of the stay in which it happened."""

    day: str
    title: str
    lane: Words
    kind: str
    author: str
    structure: str
    evidence: tuple[Evidence, ...]
    merged: Words = ("", "")
    copies: Copies = ()
    """What seems to be the same document, the one that is shown included."""
    until: str = ""
    stay: str = ""


@dataclass(frozen=True)
class Month:
    """The events of a month."""

    words: Words
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Year:
    """The months of a year."""

    words: Words
    months: tuple[Month, ...]


@dataclass(frozen=True)
class Bar:
    """A stay, folded: its days, its place, how many events it holds."""

    start: str
    end: str
    structure: str
    count: int
    query: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Cell:
    """A number that leads to its events; empty for none."""

    count: int
    query: str


@dataclass(frozen=True)
class Row:
    """A lane of the grid."""

    words: Words
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Heading:
    """A column of the grid; `query` looks nearer."""

    words: Words
    short: Words
    query: str


@dataclass(frozen=True)
class Coming:
    """Something planned by a document; or due by rules, with the page that says why (`slug`)."""

    day: str
    title: Words
    evidence: tuple[Evidence, ...]
    slug: str = ""
    now: bool = False


@dataclass(frozen=True)
class Question:
    """Something that was expected and is not to be seen, in careful words (SV-3, SV-6)."""

    words: Words
    what: str
    day: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Silence:
    """A long time without anything."""

    start: str
    end: str


@dataclass(frozen=True)
class PathwayView:
    """The whole page."""

    asked: Asked
    years: tuple[Year, ...]
    total: int
    pages: int
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    picture: Picture
    lanes: tuple[Choice, ...]
    professions: tuple[Choice, ...]
    structures: tuple[Choice, ...]
    codes: tuple[Choice, ...]
    stays: tuple[Bar, ...]
    coming: tuple[Coming, ...]
    questions: tuple[Question, ...]
    silences: tuple[Silence, ...]
    done: ExamsView
    version: str

    @property
    def page(self) -> int:
        """The page of the list that is shown."""
        return min(self.asked.page, self.pages)


def made(chart: Chart, visit: Visit, _room: Room) -> PathwayView:
    """The body of the page, for the frame of the chart."""
    return view(chart, visit.asked, due=due_of(chart))


def view(
    chart: Chart, asked: Callable[[str], str], rules: Rules | None = None, due: Iterable[Planned] = ()
) -> PathwayView:
    """From the chart of whoever looks; `due` is what other services say is to come."""
    wanted, used = read_asked(asked), rules or chart.rules.of(loading.RULES)
    paths = pathway_of(chart, used, due)
    filters = wanted.filters(paths)
    kept = paths.kept(filters)
    pages = max(1, -(-len(kept) // ON_A_PAGE))
    first = (min(wanted.page, pages) - 1) * ON_A_PAGE
    grid = grid_of(kept, used, wanted.zoom)
    lanes = paths.kept(replace(filters, lane=""))
    return PathwayView(
        asked=wanted,
        years=_years(kept[first : first + ON_A_PAGE], used),
        total=len(kept),
        pages=pages,
        headings=tuple(Heading(column_words(one), short_words(one), wanted.query(period=one)) for one in grid.columns),
        rows=tuple(
            Row(used.lane(row.lane).label.pair, _cells(row.lane, row.counts, grid.columns, wanted)) for row in grid.rows
        ),
        picture=picture_of(
            grid,
            kept,
            paths.stays,
            {lane.id: lane.label.pair for lane in used.lanes},
            # What is to come passes no filter of what happened.
            paths.to_come if wanted.is_everything else (),
        ),
        lanes=choices((event.lane, used.lane(event.lane).label.pair) for event in lanes),
        professions=choices((one.profession.code, same(one.profession.display)) for one in paths.events),
        structures=choices((one.structure, same(one.structure)) for one in paths.events),
        codes=_codes(paths.events),
        stays=_bars(paths, kept, wanted),
        coming=tuple(_coming(one) for one in paths.to_come),
        questions=tuple(Question(one.rule.label.pair, one.what, day(one.day), one.evidence) for one in paths.missing),
        silences=tuple(Silence(day(gap.start), day(gap.end)) for gap in paths.gaps),
        done=exams_view(chart, asked),
        version=used.version,
    )


def _cells(lane: str, counts: tuple[int, ...], columns: tuple[str, ...], wanted: Asked) -> tuple[Cell, ...]:
    pairs = zip(counts, columns, strict=True)
    return tuple(Cell(count, wanted.query(lane=lane, period=column)) for count, column in pairs)


def _codes(events: Iterable[Event]) -> tuple[Choice, ...]:
    """The codes of acts that occur, each event under each of its codes."""
    return choices((code.code, same(code.display or code.code)) for event in events for code in event.codes)


def _years(events: Iterable[Event], rules: Rules) -> tuple[Year, ...]:
    """By year, then month; what has no day stands last."""
    years: list[Year] = []
    for year, of_year in groupby(events, key=lambda event: event.day.year if event.day is not None else None):
        months = groupby(of_year, key=lambda event: event.day.month if event.day is not None else 0)
        made = tuple(
            Month(MONTHS[month - 1] if month else ("", ""), tuple(_item(event, rules) for event in of_month))
            for month, of_month in months
        )
        years.append(Year(same(str(year)) if year is not None else _NO_DAY, made))
    return tuple(years)


def _item(event: Event, rules: Rules) -> Item:
    kind, copies = event.kind.display, exemplars(event.same) if event.same is not None else ()
    folded = {one.id for one in copies}
    others = tuple(one for one in event.evidence[1:] if bare(one.uuid) not in folded)
    return Item(
        day=day_words(event.digits),
        title=event.title,
        lane=rules.lane(event.lane).label.pair,
        kind=kind if kind.casefold() != event.title.casefold() else "",
        author=event.author,
        structure=event.structure,
        evidence=(event.evidence[0], *others),
        merged=_MERGED.get(event.merged, ("", "")) if event.merged is not None else ("", ""),
        copies=copies,
        until=day(event.end) if event.end is not None else "",
        stay=bare(event.stay) if event.stay else "",
    )


def _bars(paths: Pathway, kept: tuple[Event, ...], wanted: Asked) -> tuple[Bar, ...]:
    """The stays that have an event among those kept, or that only a history tells of, where nothing is filtered.

    A visit of one day and one document is told by the list itself.
    """
    counts = Counter(event.stay for event in kept)
    return tuple(
        Bar(
            day(stay.start),
            day(stay.end),
            stay.structure,
            counts[stay.id],
            wanted.query(stay=bare(stay.id)),
            stay.evidence,
        )
        for stay in paths.stays
        if (counts[stay.id] or wanted.is_everything) and (counts[stay.id] != 1 or stay.end != stay.start)
    )


def _coming(one: Planned) -> Coming:
    words, slug = (one.title, one.english or one.title), _PAGES.get(one.kind, "")
    return Coming(day(one.day) if one.day is not None else "", words, one.evidence, slug, one.now)
