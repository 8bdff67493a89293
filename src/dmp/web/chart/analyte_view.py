"""One analyte: its curve, which says in words what it shows, and the table of the same values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from markupsafe import Markup

from dmp.services.biology.analytes import Knowledge
from dmp.services.biology.estimates import estimates_of
from dmp.services.biology.lines import Line
from dmp.services.biology.marks import Mark
from dmp.services.biology.readings import Doubt
from dmp.services.biology.results import Group, units_of
from dmp.services.biology.trend import Series, Trend, series, trend_of
from dmp.services.biology.units import Unit
from dmp.services.chart import Chart, Evidence
from dmp.services.panel import Words
from dmp.web.chart.axes import days_between
from dmp.web.chart.curve import Change, Dot, Labels, Shape, Thread, curve, sign, steps
from dmp.web.chart.figures import day_words, figure, hour_words
from dmp.web.chart.results_former import CHANGES, FormerView, former_of
from dmp.web.chart.results_words import (
    ARROWS,
    DIRECTIONS,
    DOUBTS,
    FLAGS,
    MARKS,
    bounds_words,
    received_words,
    value_words,
)

FEWEST = 2
"""Points under which there is nothing to draw."""
_SHAPES: tuple[tuple[Shape, Words], ...] = (
    (Shape.FLAGGED, ("hors des bornes du compte rendu", "outside the bounds of the report")),
    (Shape.BELOW, ("inférieur à cette limite de mesure (<)", "under this limit of measurement (<)")),
    (Shape.ABOVE, ("supérieur à cette limite de mesure (>)", "over this limit of measurement (>)")),
    (Shape.OUTSIDE, ("peu vraisemblable, placé au bord", "unlikely, put at the edge")),
)


@dataclass(frozen=True)
class LineView:
    """A value of the table."""

    day: str
    hour: str
    value: str
    received: str
    """As it was written, where that is something else."""
    flag: Words
    computed: bool
    abnormal: bool
    bounds: Words
    laboratory: str
    method: str
    notes: tuple[Words, ...]
    changed: bool
    former: FormerView | None
    comment: str
    sources: tuple[Evidence, ...]


@dataclass(frozen=True)
class AnalyteView:
    """The page of an analyte."""

    key: str
    label: Words
    lay: Words
    unit: str
    units: tuple[tuple[str, str, bool], ...]
    """Others to read it in: what an address says, what people read, whether it is this one."""
    picture: Markup
    signs: tuple[tuple[Markup, Words], ...]
    band: bool
    changes: bool
    """Whether the picture marks a change of method or laboratory."""
    summary: str
    """What the picture says, in words."""
    arrow: str
    direction: Words
    lines: tuple[LineView, ...]
    apart: tuple[LineView, ...]
    """Without a whole day, or of another unit: kept and shown, in no curve."""
    estimates: tuple[tuple[str, str, tuple[Evidence, ...]], ...]
    """Computed here from creatinine: day, value, sources."""
    recalled: bool


def analyte_view(
    group: Group, chart: Chart, known: Knowledge, since: date | None, unit: str, *, english: bool
) -> AnalyteView:
    """From a group, and the unit that was chosen if it is one of its own."""
    choices = units_of(group)
    chosen = next((one for one in choices if one.text == unit), group.unit)
    found = series(group, since, None, chosen)
    shown = known.units.shown(chosen.text)[english] if chosen else ""
    trend = trend_of(found.group)
    summary = _summary(found, shown, english=english)
    inside = {id(line) for line in (*found.points, *found.left_out)}
    lines = [line for line in found.group.lines if id(line) in inside]
    return AnalyteView(
        key=group.key,
        label=group.label,
        lay=group.lay if group.lay != group.label else ("", ""),
        unit=shown,
        units=tuple(_choices(choices, chosen, known, english=english)),
        picture=_picture(found, shown, summary, english=english),
        signs=tuple(_signs(found.points)),
        band=any(line.band is not None for line in found.points),
        changes=any(line.marks & _CHANGES for line in found.points),
        summary=summary,
        arrow=ARROWS[trend.direction],
        direction=DIRECTIONS[trend.direction],
        lines=tuple(_line(line, known, english=english) for line in lines if line.when and _is_told(line)),
        apart=tuple(_line(line, known, english=english) for line in lines if not (line.when and _is_told(line))),
        estimates=tuple(_estimates(group, chart, english=english)),
        recalled=group.recalled,
    )


_CHANGES = frozenset({Mark.OTHER_METHOD, Mark.OTHER_LABORATORY})


def _is_told(line: Line) -> bool:
    return line.doubt is not Doubt.UNIT_UNKNOWN


def _choices(
    choices: Iterable[Unit], chosen: Unit | None, known: Knowledge, *, english: bool
) -> Iterator[tuple[str, str, bool]]:
    for unit in choices:
        yield unit.text, known.units.shown(unit.text)[english] or unit.text, unit is chosen


def _line(line: Line, known: Knowledge, *, english: bool) -> LineView:
    doubt = (DOUBTS[line.doubt],) if line.doubt is not None and line.doubt is not Doubt.NO_NUMBER else ()
    different = Mark.CONVERTED in line.marks or line.other_words or line.doubt is Doubt.UNIT_UNKNOWN
    return LineView(
        day=day_words(line.when) or line.said_when,
        hour=hour_words(line.when),
        value=value_words(line, english=english),
        received=received_words(line, known.units, english=english) if different else "",
        flag=FLAGS[line.flag],
        computed=line.computed,
        abnormal=line.flag.is_abnormal,
        bounds=bounds_words(line, english=english),
        laboratory=line.laboratory,
        method=line.readings[0].fact.method.words,
        notes=(*(MARKS[mark] for mark in Mark if mark in line.marks), *doubt),
        changed=not CHANGES.isdisjoint(line.marks),
        former=former_of(line, known.units, english=english),
        comment=line.comment,
        sources=line.sources,
    )


# -- the picture


def _picture(found: Series, unit: str, summary: str, *, english: bool) -> Markup:
    points = found.points
    if len(points) < FEWEST:
        return Markup("")
    places = [_place(line) for line in points]
    ends = [_ends(line) for line in points]
    first, last = date.fromordinal(int(places[0])), date.fromordinal(int(places[-1]))
    title = found.group.label[english] + (f" ({unit})" if unit else "")
    labels = Labels("courbe", title, summary, unit, days_between(first, last), english=english)
    dots = tuple(_dot(line, unit, english=english) for line in points)
    return curve([Thread(dots)], steps(places, ends), labels, changes=tuple(_changes(points, english=english)))


def _place(line: Line) -> float:
    """The day as a number, with its hour as a part of it."""
    day = date(int(line.when[:4]), int(line.when[4:6]), int(line.when[6:8])).toordinal()
    clock = line.when[8:].ljust(4, "0")
    return day + (int(clock[:2]) * 60 + int(clock[2:4])) / 1440


def _ends(line: Line) -> tuple[float | None, float | None]:
    if line.band is None:
        return None, None
    low, high = line.band.low, line.band.high
    return (float(low) if low is not None else None), (float(high) if high is not None else None)


def _dot(line: Line, unit: str, *, english: bool) -> Dot:
    words = f"{day_words(line.when)} : {value_words(line, english=english)} {unit}".strip()
    return Dot(_place(line), float(line.value or 0), words, shape_of(line))


def shape_of(line: Line) -> Shape:
    """How a value is drawn."""
    if line.doubt is Doubt.IMPLAUSIBLE:
        return Shape.OUTSIDE
    if line.is_censored:
        return Shape.BELOW if line.comparator.startswith("<") else Shape.ABOVE
    return Shape.FLAGGED if line.flag.is_abnormal else Shape.PLAIN


def _changes(points: tuple[Line, ...], *, english: bool) -> Iterator[Change]:
    for before, line in pairwise(points):
        marks = [MARKS[mark][english] for mark in Mark if mark in line.marks & _CHANGES]
        if marks:
            yield Change((_place(before) + _place(line)) / 2, ", ".join(marks))


def _signs(points: tuple[Line, ...]) -> Iterator[tuple[Markup, Words]]:
    found = {shape_of(line) for line in points}
    yield from ((sign(shape), words) for shape, words in _SHAPES if shape in found)


# -- in words


def _summary(found: Series, unit: str, *, english: bool) -> str:
    """What the picture shows, to whoever does not see it."""
    points = found.points
    if not points:
        return ""
    trend = trend_of(replace(found.group, lines=points[::-1]))
    first, last = day_words(points[0].when), day_words(points[-1].when)
    latest = f"{value_words(points[-1], english=english)} {unit}".strip()
    parts = (
        [f"{len(points)} values from {first} to {last}. Last: {latest} on {last}."]
        if english
        else [f"{len(points)} valeurs du {first} au {last}. Dernière : {latest} le {last}."]
    )
    parts.extend(_extremes(trend, unit, english=english))
    parts.extend(_asides(points, english=english))
    return " ".join(parts).replace(" :", "\u00a0:")


def _extremes(trend: Trend, unit: str, *, english: bool) -> Iterator[str]:
    if trend.least is None or trend.most is None or trend.least == trend.most:
        return
    by_value = {line.value: value_words(line, english=english) for line in trend.group.lines if not line.is_censored}
    least, most = by_value.get(trend.least, figure(trend.least)), by_value.get(trend.most, figure(trend.most))
    if english:
        yield f"Lowest: {least}, highest: {most} {unit}.".replace(" .", ".")
    else:
        yield f"Plus basse : {least}, plus haute : {most} {unit}.".replace(" .", ".")


def _asides(points: tuple[Line, ...], *, english: bool) -> Iterator[str]:
    for shape, french, in_english in (
        (Shape.FLAGGED, "hors des bornes du compte rendu", "outside the bounds of the report"),
        (Shape.BELOW, "sous une limite de mesure", "under a limit of measurement"),
        (Shape.ABOVE, "au-dessus d’une limite de mesure", "over a limit of measurement"),
        (Shape.OUTSIDE, "peu vraisemblable, au bord de l’image", "unlikely, at the edge of the picture"),
    ):
        count = sum(shape_of(line) is shape for line in points)
        if count:
            yield f"{count} {in_english if english else french}."
    if not any(line.band for line in points):
        return
    bounds = bounds_words(points[-1], english=english)[english]
    if bounds:
        yield f"Bounds of the last report: {bounds}." if english else f"Bornes du dernier compte rendu : {bounds}."


def _estimates(group: Group, chart: Chart, *, english: bool) -> Iterator[tuple[str, str, tuple[Evidence, ...]]]:
    for estimate in estimates_of(group, chart.person):
        yield day_words(estimate.line.when), figure(estimate.rounded, english=english), estimate.line.sources
