"""Values of several analytes by date: one column for each specimen, the newest first (services.md 9)."""

from dataclasses import dataclass
from datetime import date

from dmp.services.biology.lines import Line
from dmp.services.biology.marks import Mark
from dmp.services.biology.results import Group
from dmp.services.panel import Words
from dmp.web.chart.figures import day_words, hour_words
from dmp.web.chart.results_former import CHANGES
from dmp.web.chart.results_rows import RowView, is_recent
from dmp.web.chart.results_words import FLAGS, MARKS, value_words

COLUMNS = 6
"""How many specimens stand side by side."""


@dataclass(frozen=True)
class Cell:
    """A value in the table of values side by side."""

    value: str
    flag: Words
    abnormal: bool
    laboratory: str
    """Where its column has values of several laboratories."""
    notes: tuple[Words, ...]
    """Whether a corrected report changed it."""


@dataclass(frozen=True)
class Column:
    """A specimen."""

    day: str
    hour: str
    laboratory: str


@dataclass(frozen=True)
class SideBySide:
    """Values by date; `newer` and `older` are numbers of pages, -1 where there is none."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[RowView, tuple[tuple[Cell, ...], ...]], ...]
    newer: int
    older: int


def side_by_side(
    groups: list[Group], rows: dict[str, RowView], since: date | None, page: int, *, english: bool
) -> SideBySide:
    """One column for each specimen, the newest first."""
    places: dict[str, dict[str, list[Line]]] = {}
    for group in groups:
        for line in group.lines:
            if line.when and is_recent(line.when, since):
                places.setdefault(line.when, {}).setdefault(group.key, []).append(line)
    times = sorted(places, key=lambda when: when.ljust(12, "0"), reverse=True)
    first = page * COLUMNS if page * COLUMNS < len(times) else 0
    shown = times[first : first + COLUMNS]
    return SideBySide(
        columns=tuple(_column(when, places[when]) for when in shown),
        rows=tuple(
            (rows[group.key], tuple(_cells(places[when], group.key, english=english) for when in shown))
            for group in groups
            if any(group.key in places[when] for when in shown)
        ),
        newer=first // COLUMNS - 1,
        older=first // COLUMNS + 1 if first + COLUMNS < len(times) else -1,
    )


def _laboratories(lines: dict[str, list[Line]]) -> list[str]:
    return list(dict.fromkeys(line.laboratory for group in lines.values() for line in group))


def _column(when: str, lines: dict[str, list[Line]]) -> Column:
    names = _laboratories(lines)
    return Column(day_words(when), hour_words(when), names[0] if len(names) == 1 else "")


def _cells(lines: dict[str, list[Line]], key: str, *, english: bool) -> tuple[Cell, ...]:
    several = len(_laboratories(lines)) > 1
    return tuple(
        Cell(
            value=value_words(line, english=english),
            flag=FLAGS[line.flag],
            abnormal=line.flag.is_abnormal,
            laboratory=line.laboratory if several else "",
            notes=tuple([MARKS[mark] for mark in Mark if mark in CHANGES & line.marks]),
        )
        for line in lines.get(key, [])
    )
