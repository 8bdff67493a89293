"""The pathway of a person («parcours de soins»): events, stays, what is planned, what is missing; filters and grid."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.services.chart import Chart
from dmp.services.pathway.events import Event, events_of
from dmp.services.pathway.expected import Gap, Missing, gaps_of, missing_of
from dmp.services.pathway.planned import Planned, planned_of, to_come
from dmp.services.pathway.rules import Rules
from dmp.services.pathway.stays import Stay, attached, stays_of


class Zoom(StrEnum):
    """How wide a column of the grid is."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


_DIGITS = {Zoom.YEAR: 4, Zoom.MONTH: 6, Zoom.DAY: 8}


@dataclass(frozen=True)
class Filters:
    """What to keep (PW-1); empty for everything. `code` is that of an act, `stay` the id of one."""

    since: date | None = None
    until: date | None = None
    lane: str = ""
    profession: str = ""
    structure: str = ""
    code: str = ""
    stay: str = ""

    def keeps(self, event: Event) -> bool:
        """Whether an event passes."""
        return (
            self._in_period(event)
            and self.lane in ("", event.lane)
            and self.profession in ("", event.profession.code)
            and self.structure in ("", event.structure)
            and self.stay in ("", event.stay)
            and (not self.code or any(code.code == self.code for code in event.codes))
        )

    def _in_period(self, event: Event) -> bool:
        """An event of several days passes if one of them does; one without day only where no day is asked for."""
        if self.since is None and self.until is None:
            return True
        if event.day is None:
            return False
        after = self.since is None or (event.end or event.day) >= self.since
        return after and (self.until is None or event.day <= self.until)


@dataclass(frozen=True)
class Pathway:
    """All of it, as its viewer may know it; events newest first."""

    events: tuple[Event, ...]
    stays: tuple[Stay, ...]
    to_come: tuple[Planned, ...]
    missing: tuple[Missing, ...]
    gaps: tuple[Gap, ...]
    rules: Rules
    today: date

    def kept(self, filters: Filters) -> tuple[Event, ...]:
        """The events that pass."""
        return tuple(event for event in self.events if filters.keeps(event))


def pathway_of(chart: Chart, rules: Rules, due: Iterable[Planned] = ()) -> Pathway:
    """From the chart of whoever looks; `due` is what other services say is to come."""
    stays = stays_of(chart, rules)
    events, planned = attached(events_of(chart, rules), stays), planned_of(chart)
    coming = sorted(
        (*to_come(planned, chart.today), *due),
        key=lambda one: (not one.now, one.day is None, one.day or date.max, one.title),
    )
    missing = missing_of(chart, rules, events, stays, planned)
    return Pathway(events, stays, tuple(coming), missing, gaps_of(events, rules), rules, chart.today)


@dataclass(frozen=True)
class Choice:
    """A value that a filter may take, in words, and how many events have it."""

    value: str
    words: tuple[str, str]
    count: int


def choices(values: Iterable[tuple[str, tuple[str, str]]]) -> tuple[Choice, ...]:
    """The values that occur, each with its words, in their order; nothing that does not occur is offered (AR-17)."""
    counts: Counter[str] = Counter()
    words: dict[str, tuple[str, str]] = {}
    for value, said in values:
        if value:
            counts[value] += 1
            words.setdefault(value, said)
    return tuple(
        Choice(value, words[value], count) for value, count in sorted(counts.items(), key=lambda one: words[one[0]])
    )


@dataclass(frozen=True)
class Row:
    """A row of the grid: a lane, and how many events stand in each column."""

    lane: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Grid:
    """Rows are lanes that have something, columns are years, months or days, oldest first (PW-4, PW-5)."""

    zoom: Zoom
    columns: tuple[str, ...]
    """HL7 digits: `2025`, `202501`, `20250131`."""
    rows: tuple[Row, ...]


def grid_of(events: Iterable[Event], rules: Rules, zoom: Zoom, most_columns: int = 31) -> Grid:
    """Counts of these events and nothing else; columns without any event are left out, the newest are kept."""
    cells: Counter[tuple[str, str]] = Counter()
    for event in events:
        if event.day is not None:
            cells[event.lane, column_of(event.day, zoom)] += 1
    columns = sorted({column for _, column in cells})[-most_columns:]
    rows = (Row(lane.id, tuple(cells[lane.id, column] for column in columns)) for lane in rules.lanes)
    return Grid(zoom, tuple(columns), tuple(row for row in rows if any(row.counts)))


def column_of(day: date, zoom: Zoom) -> str:
    """The column in which a day stands."""
    return f"{day.year:04d}{day:%m%d}"[: _DIGITS[zoom]]
