"""What matters now, put together from what each service says of the same chart (cda-and-services 4.1)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dmp.services import biology, medicines, pathway, screening, vaccination
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.panel import Words, same
from dmp.services.synthesis.blocks import Block, Line, blocks_of
from dmp.services.words import day_words
from dmp.web.chart import medicines_view, results_view, screening_view, vaccination_view
from dmp.web.chart.results_view import Period, RowView
from dmp.web.chart.room import Room
from dmp.web.portal.page import Language, Visit

TEMPLATE = "chart/synthesis.html"
FIRST, WATCHED = ("directives", "allergies", "problems"), "devices"
"""What stands before treatments, and what right after them."""
MOST_RESULTS = 8
MOST_LETTERS = 4
SHORT = 5
"""Lines of a long block that are read at once; the rest is folded, of what may be folded."""
FOLDED = frozenset({"history", "acts", "family", "lifestyle", "plan", "encounters"})
"""Blocks whose rest is folded: never what must not be missed."""
LETTERS = frozenset({"11490-0", "11488-4", "96349-6"})
"""Types of letters: of discharge, of consultation, of referral."""
MOST_UNREAD = 12
"""Documents without structure that the page names; the list of documents has them all."""
DISCHARGE = "11490-0"
SYNTHESES = frozenset({"SYNTH", "60591-5", "74207-2", DISCHARGE, "34133-9"})
"""Types of documents that a synthesis would have been made of, had they structure (cda-and-services 2)."""


@dataclass(frozen=True)
class SynthesisView:
    """The blocks in their order; `unread` are summaries and letters that say nothing in entries (SV-4)."""

    blocks: tuple[Block, ...]
    unread: tuple[Evidence, ...] = ()

    @staticmethod
    def short(block: Block) -> int:
        """How many of its lines are read at once."""
        return SHORT if block.name in FOLDED else len(block.lines)


def made(chart: Chart, visit: Visit, room: Room) -> SynthesisView:  # noqa: ARG001
    """The body of the page, for the frame of the chart."""
    own = blocks_of(chart)
    first = tuple(block for block in own if block.name in FIRST)
    watched = tuple(block for block in own if block.name == WATCHED)
    rest = tuple(block for block in own if block.name not in (*FIRST, WATCHED))
    letters = _letters(chart)
    services = (
        _treatments(*medicines_view.taken(chart, visit.portal.medicines)),
        *watched,
        _results(_last_values(chart, visit.language)),
        letters,
        _vaccines(vaccination_view.view(chart)),
        _screening(screening_view.view(chart)),
    )
    shown = (block for block in services if block.lines or block.pinned or block.stated_none)
    return SynthesisView((*first, *shown, *rest), _unread(chart, {line.link for line in letters.lines}))


def _treatments(current: Iterable[medicines_view.MedicineView], none: tuple[Evidence, ...]) -> Block:
    """Sources and doses as the page of medicines has them."""
    lines = tuple(
        Line(
            each.name,
            each.since,
            _told(*(same(dose.words) for dose in each.doses[:1]), *each.sources, _handed(each)),
            evidence=each.evidence,
        )
        for each in current
    )
    title = ("Traitements en cours", "Current treatments")
    return Block("treatments", title, lines, none, pinned=True, more=medicines.SERVICE.slug)


def _last_values(chart: Chart, language: Language) -> list[RowView]:
    """Of two years; where they have none, of all years. What has no day is left to the page of results."""
    recent, every = (Period.TWO_YEARS, Period.ALL)
    dated = [row for row in results_view.last_values(chart, recent, language) if row.when]
    return dated or [row for row in results_view.last_values(chart, every, language) if row.when]


def _results(rows: Iterable[RowView]) -> Block:
    """The last value of each analyte, those outside their bounds first, then the newest."""
    ordered = sorted(rows, key=lambda row: row.when, reverse=True)
    ordered.sort(key=lambda row: not row.abnormal)
    lines = tuple(_result(row) for row in ordered[:MOST_RESULTS])
    return Block("results", ("Dernières analyses", "Last tests"), lines, pinned=True, more=biology.SERVICE.slug)


def _result(row: RowView) -> Line:
    value = f"{row.value} {row.unit}".strip()
    what = (f"{row.label[0]} : {value}", f"{row.label[1]}: {value}")
    beside = _told(row.flag, (f"{row.arrow} {row.direction[0]}".strip(), f"{row.arrow} {row.direction[1]}".strip()))
    return Line(what, row.day, beside, flagged=row.abnormal, evidence=row.sources)


def _letters(chart: Chart) -> Block:
    """The newest letters, each by its title: the last discharge letter first, whatever is newer."""
    sheets = [sheet for sheet in chart.sheets if sheet.entry.type_code.code in LETTERS]
    left = next((sheet for sheet in sheets if sheet.entry.type_code.code == DISCHARGE), None)
    kept = ([left] if left is not None else []) + [sheet for sheet in sheets if sheet is not left]
    lines = tuple(map(_letter, kept[:MOST_LETTERS]))
    title = ("Derniers courriers", "Last letters")
    return Block("letters", title, lines, more=pathway.SERVICE.slug)


def _letter(sheet: Sheet) -> Line:
    """Its title leads to it; the day is said where the title does not say it."""
    found = evidence_of(sheet)
    day = day_words(found.day[:8])
    return Line(same(found.title), "" if day in found.title else day, _told(same(found.author)), link=found.uuid)


def _vaccines(found: vaccination_view.VaccinationView) -> Block:
    """What is due now, and what comes soon."""
    lines = tuple(
        Line(each.title, "", _told(each.state, _due(each)), flagged=each.colour == "danger", evidence=each.evidence)
        for each in (*found.now, *found.soon)
    )
    return Block("vaccines", ("Vaccins à prévoir", "Vaccines to think of"), lines, more=vaccination.SERVICE.slug)


def _due(each: vaccination_view.Line) -> Words:
    """A day alone would be read as the day of the injection."""
    french, english = each.day_label
    return (f"{french.lower()} {each.day}", f"{english.lower()} {each.day}") if each.day else same("")


def _screening(found: screening_view.ScreeningView) -> Block:
    lines = tuple(Line(each.title, "", _told(each.words, _next(each))) for each in found.cards)
    return Block("screening", ("Dépistages", "Screening"), lines, more=screening.SERVICE.slug)


def _next(each: screening_view.Card) -> Words:
    """Beside what is done, a day alone would be read as the day of that."""
    if each.late or not each.due:
        return same("")
    return (f"prochaine date\u00a0: {each.due}", f"next day: {each.due}")


def _handed(each: medicines_view.MedicineView) -> Words:
    return (f"remplacé par {each.handed}", f"replaced with {each.handed}") if each.handed else same("")


def _told(*words: Words) -> tuple[Words, ...]:
    return tuple(each for each in words if each[0].strip())


def _unread(chart: Chart, named: Collection[str]) -> tuple[Evidence, ...]:
    """Those that the letters do not name already."""
    found: Iterable[Evidence] = (
        evidence_of(sheet)
        for sheet in chart.sheets
        if sheet.facts.is_empty and sheet.entry.type_code.code in SYNTHESES and sheet.uuid not in named
    )
    return tuple(found)[:MOST_UNREAD]
