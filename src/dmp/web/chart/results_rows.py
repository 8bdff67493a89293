"""A row of results: an analyte with its last value, in the words of the page."""

import zlib
from dataclasses import dataclass
from datetime import date

from dmp.services.biology.analytes import Knowledge
from dmp.services.biology.lines import Line
from dmp.services.biology.marks import Mark
from dmp.services.biology.readings import Doubt
from dmp.services.biology.results import Group
from dmp.services.biology.trend import trend_of
from dmp.services.chart import Evidence
from dmp.services.panel import Words
from dmp.web.chart.figures import day_words
from dmp.web.chart.results_former import CHANGES, FormerView, former_of
from dmp.web.chart.results_words import ARROWS, DIRECTIONS, DOUBTS, FLAGS, MARKS, bounds_words, value_words


@dataclass(frozen=True)
class RowView:
    """An analyte of the overview."""

    key: str
    label: Words
    lay: Words
    """In plain words, where they say more than the label; for patients."""
    value: str
    unit: str
    flag: Words
    computed: bool
    abnormal: bool
    critical: bool
    arrow: str
    direction: Words
    day: str
    when: str
    """The same, which sorts."""
    laboratory: str
    bounds: Words
    notes: tuple[Words, ...]
    changed: bool
    """Whether a corrected report changed it, or added it."""
    former: FormerView | None
    count: int
    sources: tuple[Evidence, ...]


def row_of(group: Group, known: Knowledge, *, english: bool) -> RowView:
    line, trend = group.last, trend_of(group)
    return RowView(
        key=key_in_address(group),
        label=group.label,
        lay=group.lay if group.lay != group.label else ("", ""),
        value=value_words(line, english=english),
        unit=known.units.shown(group.unit.text)[english] if group.unit and line.shown is not None else "",
        flag=FLAGS[line.flag],
        computed=line.computed,
        abnormal=line.flag.is_abnormal,
        critical=line.flag.is_critical,
        arrow=ARROWS[trend.direction],
        direction=DIRECTIONS[trend.direction],
        day=day_words(line.when),
        when=line.when.ljust(12, "0"),
        laboratory=line.laboratory,
        bounds=bounds_words(line, english=english),
        notes=notes_of(line),
        changed=not CHANGES.isdisjoint(line.marks),
        former=former_of(line, known.units, english=english),
        count=len(group.lines),
        sources=line.sources,
    )


_SILENT = frozenset({Mark.CONVERTED, Mark.OTHER_LABORATORY, Mark.OTHER_METHOD})
"""What the page of the analyte says, and the overview need not."""


def notes_of(line: Line) -> tuple[Words, ...]:
    """What is to be known of a value at once."""
    marks = [MARKS[mark] for mark in Mark if mark in line.marks and mark not in _SILENT]
    doubt = (DOUBTS[line.doubt],) if line.doubt is not None and line.doubt is not Doubt.NO_NUMBER else ()
    return (*marks, *doubt)


def key_in_address(group: Group) -> str:
    """What an address calls a group: its analyte, or a code without its system; words are never in an address."""
    if group.analyte is not None:
        return group.key
    code, _bar, system = group.key.partition("|")
    return f"code-{code}" if system and "|" not in system and code.replace("-", "").isalnum() else _short(group.key)


def _short(key: str) -> str:
    """A short name of words, the same on every page; it tells nothing of them."""
    return f"texte-{zlib.crc32(key.encode()):08x}"


def is_recent(when: str, since: date | None) -> bool:
    return since is None or not when or when[:8] >= digits_of(since)


def digits_of(day: date) -> str:
    return f"{day.year:04d}{day:%m%d}"
