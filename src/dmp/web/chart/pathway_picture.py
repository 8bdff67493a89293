"""The grid of the pathway as a small picture: dots by lane and column, stays as bars, what is to come right of today.

The table and the list of what is to come say the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dmp.services.panel import Words, same
from dmp.services.pathway.events import Event
from dmp.services.pathway.pathway import Grid, column_of
from dmp.services.pathway.planned import Planned
from dmp.services.pathway.stays import Stay

LABELS = 190
COLUMN = 44
ROW = 30
HEAD = 26
_LEAST, _MOST = 4, 13
_BAR = 5


@dataclass(frozen=True)
class Dot:
    """Events of one lane in one column; `size` grows with their number."""

    x: int
    y: int
    size: int
    hollow: bool = False
    """It did not happen yet."""


@dataclass(frozen=True)
class Label:
    """Words in the picture."""

    x: int
    y: int
    words: Words


@dataclass(frozen=True)
class BarShape:
    """A stay, from column to column."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """What to draw, in units of the picture."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    lanes: tuple[Label, ...]
    columns: tuple[Label, ...]
    bars: tuple[BarShape, ...]
    today: int = 0
    """Where today stands; what is planned or due stands right of it (PW-6). 0 where nothing is."""


def picture_of(
    grid: Grid,
    events: tuple[Event, ...],
    stays: tuple[Stay, ...],
    lanes: Mapping[str, Words],
    to_come: Iterable[Planned] = (),
) -> Picture:
    """The picture of a grid, with the stays of the events that it counts, and what is to come."""
    shown = {event.stay for event in events if event.stay}
    top = max((count for row in grid.rows for count in row.counts), default=1)
    dots = [
        Dot(_x(place), _y(rank), _size(count, top))
        for rank, row in enumerate(grid.rows)
        for place, count in enumerate(row.counts)
        if count
    ]
    bottom = HEAD + ROW * len(grid.rows)
    bars = [_bar(stay, grid, bottom) for stay in stays if stay.id in shown]
    picture = Picture(
        width=LABELS + COLUMN * max(len(grid.columns), 1),
        height=bottom + 3 * _BAR,
        dots=tuple(dots),
        lanes=tuple(Label(0, _y(rank) + 5, lanes[row.lane]) for rank, row in enumerate(grid.rows)),
        columns=tuple(Label(_x(place), HEAD - 8, _short(column)) for place, column in enumerate(grid.columns)),
        bars=tuple(bar for bar in bars if bar is not None),
    )
    return _with_what_is_to_come(picture, len(grid.columns), to_come)


_NOW: Words = ("à faire", "due")
_TO_COME: Words = ("Prévu ou conseillé", "Planned or advised")
_MOST_YEARS = 6


def _with_what_is_to_come(picture: Picture, columns: int, to_come: Iterable[Planned]) -> Picture:
    """A column for what is due now and one for each year to come, a row of their own, hollow dots."""
    planned = tuple(to_come)
    counts = Counter(f"{one.day.year:04d}" for one in planned if one.day is not None)
    counts[""] = sum(1 for one in planned if one.now)
    counts = +counts
    if not counts:
        return picture
    shown, row = sorted(counts)[:_MOST_YEARS], picture.height + ROW // 2
    top = max(counts.values())
    return replace(
        picture,
        width=LABELS + COLUMN * (columns + len(shown)),
        height=picture.height + ROW,
        dots=(
            *picture.dots,
            *(Dot(_x(columns + place), row, _size(counts[name], top), hollow=True) for place, name in enumerate(shown)),
        ),
        lanes=(*picture.lanes, Label(0, row + 5, _TO_COME)),
        columns=(
            *picture.columns,
            *(Label(_x(columns + place), HEAD - 8, same(name) if name else _NOW) for place, name in enumerate(shown)),
        ),
        today=LABELS + COLUMN * columns,
    )


def _bar(stay: Stay, grid: Grid, bottom: int) -> BarShape | None:
    first, last = column_of(stay.start, grid.zoom), column_of(stay.end, grid.zoom)
    places = [place for place, column in enumerate(grid.columns) if first <= column <= last]
    if not places:
        return None
    start = _x(places[0]) - COLUMN // 2
    return BarShape(start + 4, bottom + _BAR, (places[-1] - places[0] + 1) * COLUMN - 8, _BAR)


def _x(place: int) -> int:
    return LABELS + COLUMN * place + COLUMN // 2


def _y(rank: int) -> int:
    return HEAD + ROW * rank + ROW // 2


def _size(count: int, top: int) -> int:
    """The surface of a dot goes with its number."""
    return round(_LEAST + (_MOST - _LEAST) * (count / top) ** 0.5)


def _short(column: str) -> Words:
    """`2025`, `01/25`, `31/01`."""
    if len(column) == 4:
        return column, column
    text = f"{column[4:6]}/{column[2:4]}" if len(column) == 6 else f"{column[6:8]}/{column[4:6]}"
    return text, text
