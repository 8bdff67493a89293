"""Results as pages show them: an overview by chapter, the values side by side, one analyte with its curve.

Everything comes of the chart of whoever looks, and of nothing else (SV-3).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from dmp.services.biology.analytes import RULES, Knowledge
from dmp.services.biology.cultures import Antibiotic, Culture
from dmp.services.biology.readings import LOINC
from dmp.services.biology.results import Group, Results, results_of
from dmp.services.biology.units import Units
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import months_after
from dmp.services.panel import Words
from dmp.web.chart.analyte_view import AnalyteView, analyte_view
from dmp.web.chart.results_former import FormerView, former_of_reading
from dmp.web.chart.results_removed import RemovedView, removed_of
from dmp.web.chart.results_rows import RowView, digits_of, is_recent, key_in_address, row_of
from dmp.web.chart.results_side import SideBySide, side_by_side
from dmp.web.chart.results_words import MARKS
from dmp.web.chart.room import Room
from dmp.web.portal.page import Language, Visit
from dmp.web.shelf.families import Family, family_of

TEMPLATE = "chart/results.html"
MOST_BESIDE = 12
MOST_FIRST = 12
MOST_UNFOLDED = 12
"""Rows that a page shows without folding any."""


class Period(StrEnum):
    """How far back a page looks, in months; the value is what an address says."""

    ALL = ""
    SIX_MONTHS = "6"
    YEAR = "12"
    TWO_YEARS = "24"
    FIVE_YEARS = "60"


PERIODS: tuple[tuple[Period, Words], ...] = (
    (Period.ALL, ("Tout", "All")),
    (Period.SIX_MONTHS, ("6 mois", "6 months")),
    (Period.YEAR, ("1 an", "1 year")),
    (Period.TWO_YEARS, ("2 ans", "2 years")),
    (Period.FIVE_YEARS, ("5 ans", "5 years")),
)


@dataclass(frozen=True)
class Choice:
    """What an address asks for; anything unknown asks for nothing."""

    analyte: str = ""
    """Key of a group (`key_in_address`)."""
    period: Period = Period.ALL
    unit: str = ""
    """UCUM text of one of the units of the group."""
    page: int = 0
    """Of the values side by side."""
    paged: bool = False
    """Whether it was asked for: what it shows is then open."""
    whole: bool = False
    """Nothing folded."""

    def since(self, today: date) -> date | None:
        """The first day that is asked for."""
        return months_after(today, -int(self.period)) if self.period else None


def choice_of(visit: Visit) -> Choice:
    """What stands in the query of an address."""
    period, page = visit.asked("periode"), visit.asked("page")
    return Choice(
        analyte=visit.asked("analyse"),
        period=Period(period) if period in tuple(Period) else Period.ALL,
        unit=visit.asked("unite"),
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 0,
        paged=bool(page),
        whole=visit.asked("tout") == "1",
    )


@dataclass(frozen=True)
class Section:
    """A chapter; what is to be seen first stands above the other rows, which may be folded."""

    key: str
    label: Words
    raised: tuple[RowView, ...]
    """Out of their bounds, then those that a corrected report changed."""
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class GermLine:
    """A line of an antibiogram, with what a corrected report made of it."""

    line: Antibiotic
    notes: tuple[Words, ...]
    former: FormerView | None


@dataclass(frozen=True)
class ResultsView:
    """The page: the overview, or one analyte where `analyte` is there."""

    choice: Choice
    periods: tuple[tuple[Period, Words], ...]
    first: tuple[RowView, ...]
    """Out of their bounds, of every chapter."""
    sections: tuple[Section, ...]
    folded: bool
    """Too many rows to show them all at once."""
    side: SideBySide
    cultures: tuple[tuple[Culture, tuple[GermLine, ...]], ...]
    removed: tuple[RemovedView, ...]
    """What corrected reports took back."""
    unread: tuple[Evidence, ...]
    """Reports without structure (SV-4)."""
    imaging: tuple[Evidence, ...]
    analyte: AnalyteView | None
    unknown: bool
    """An analyte was asked for that is not here."""
    recalled: bool
    version: str
    professional: bool


def made(chart: Chart, visit: Visit, room: Room) -> ResultsView:
    """The body of the page, for the frame of the chart."""
    return view(chart, choice_of(visit), visit.language, professional=room.professional)


def view(
    chart: Chart,
    choice: Choice,
    language: Language = Language.FRENCH,
    *,
    professional: bool = False,
    knowledge: Knowledge | None = None,
) -> ResultsView:
    """From the chart of whoever looks."""
    known = knowledge or chart.rules.of(RULES)
    english = language is Language.ENGLISH
    results = results_of(chart, known, only=choice.analyte if _has(chart, choice.analyte, known) else "")
    since = choice.since(chart.today)
    asked = next((group for group in results.groups if key_in_address(group) == choice.analyte), None)
    chosen = [group for group in results.groups if is_recent(group.last.when, since)] if asked is None else []
    rows = {group.key: row_of(group, known, english=english) for group in chosen}
    return ResultsView(
        choice=choice,
        periods=PERIODS,
        first=_first(rows.values()),
        sections=tuple(_sections(chosen, rows, known)),
        side=side_by_side(chosen, rows, since, choice.page, english=english),
        folded=len(rows) > MOST_UNFOLDED and not choice.whole,
        cultures=tuple(_cultures(results, since, known.units, english=english)),
        removed=tuple(_removed(results, asked, since, known.units, english=english)),
        unread=_unread(chart),
        imaging=tuple(evidence_of(one) for one in chart.sheets if family_of(one.entry) is Family.IMAGING)[:MOST_BESIDE],
        analyte=analyte_view(asked, chart, known, since, choice.unit, english=english) if asked else None,
        unknown=bool(choice.analyte) and asked is None,
        recalled=any(group.recalled for group in results.groups),
        version=results.version,
        professional=professional,
    )


def last_values(chart: Chart, period: Period, language: Language) -> list[RowView]:
    """The last value of each analyte of a period; compared with that of the period before it, and nothing older."""
    known, since = chart.rules.of(RULES), Choice(period=period).since(chart.today)
    before = since and months_after(since, -int(period))
    sheets = tuple(one for one in chart.sheets if one.facts.results and _is_after(one, before))
    groups = results_of(replace(chart, sheets=sheets), known).groups
    english = language is Language.ENGLISH
    return [row_of(group, known, english=english) for group in groups if is_recent(group.last.when, since)]


def _is_after(sheet: Sheet, day: date | None) -> bool:
    """Whether a report is of that day or later; one without a day may be."""
    told = max(sheet.entry.service_start, sheet.entry.creation_time)
    return day is None or not told or told[:8] >= digits_of(day)


def _has(chart: Chart, key: str, known: Knowledge) -> bool:
    """Whether a report of the chart has that analyte."""
    analyte = known.analytes.get(key)
    if analyte is None:
        return False
    return any(fact.concept.code_in(LOINC) in analyte.codes for sheet in chart.sheets for fact in sheet.facts.results)


def _first(rows: Iterable[RowView]) -> tuple[RowView, ...]:
    """What is out of its bounds, critical ones first, then the newest."""
    found = sorted((row for row in rows if row.abnormal), key=lambda row: row.when, reverse=True)
    return tuple(sorted(found, key=lambda row: not row.critical)[:MOST_FIRST])


def _sections(groups: Iterable[Group], rows: dict[str, RowView], known: Knowledge) -> Iterable[Section]:
    chapters: dict[str, list[RowView]] = {}
    for group in groups:
        chapters.setdefault(group.chapter, []).append(rows[group.key])
    for chapter in known.chapters:
        found = chapters.get(chapter.key)
        if found:
            raised = sorted((row for row in found if row.abnormal or row.changed), key=lambda row: not row.abnormal)
            others = [row for row in found if not (row.abnormal or row.changed)]
            yield Section(chapter.key, chapter.label, tuple(raised), tuple(others))


def _cultures(
    results: Results, since: date | None, units: Units, *, english: bool
) -> Iterable[tuple[Culture, tuple[GermLine, ...]]]:
    for culture in results.cultures:
        if since is None or digits_of(since) <= culture.when[:8]:
            yield culture, tuple([_germ_line(line, units, english=english) for line in culture.antibiotics])


def _germ_line(line: Antibiotic, units: Units, *, english: bool) -> GermLine:
    mark = line.reading.corrected if line.reading is not None else None
    notes = (MARKS[mark],) if mark is not None else ()
    return GermLine(line, notes, former_of_reading(line.reading, units, english=english))


def _removed(
    results: Results, asked: Group | None, since: date | None, units: Units, *, english: bool
) -> Iterable[RemovedView]:
    """All of them beside the overview; beside one analyte, its own."""
    for one in removed_of(results, since, units, english=english):
        if asked is None or one.key == key_in_address(asked):
            yield one


def _unread(chart: Chart) -> tuple[Evidence, ...]:
    """Reports of laboratories that say nothing in entries: listed beside, never dropped."""
    found = [one for one in chart.sheets if family_of(one.entry) is Family.BIOLOGY and not one.facts.results]
    return tuple(evidence_of(one) for one in found[:MOST_BESIDE])
