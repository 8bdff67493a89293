"""What a group amounts to, and its curve: numbers of one unit only (BIO-6, cda-and-services 4.2)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from dmp.services.biology.analytes import NO_CHANGE
from dmp.services.biology.lines import Line
from dmp.services.biology.results import Group, in_unit
from dmp.services.biology.units import Unit


class Direction(StrEnum):
    """The last value against the one before; no word on whether that is good."""

    UP = "up"
    DOWN = "down"
    STEADY = "steady"
    UNKNOWN = ""


@dataclass(frozen=True)
class Trend:
    """An analyte at a glance; what is in doubt is left out."""

    group: Group
    counted: tuple[Line, ...]
    """Lines that count, newest first."""
    direction: Direction

    @property
    def count(self) -> int:
        """How many lines count."""
        return len(self.counted)

    @property
    def last(self) -> Line:
        """The newest value, in doubt or not."""
        return self.group.last

    @property
    def least(self) -> Decimal | None:
        """The lowest of the values that are known themselves."""
        return min(self._values, default=None)

    @property
    def most(self) -> Decimal | None:
        """The highest."""
        return max(self._values, default=None)

    @property
    def _values(self) -> list[Decimal]:
        return [line.value for line in self.counted if line.value is not None and not line.is_censored]


@dataclass(frozen=True)
class Series:
    """The points of a curve, oldest first, all in `unit`; `left_out` are lines of the same time that no curve shows."""

    group: Group
    unit: Unit | None
    points: tuple[Line, ...]
    left_out: tuple[Line, ...]


def trend_of(group: Group) -> Trend:
    """One analyte."""
    counted = tuple([line for line in group.lines if line.doubt is None])
    steady = group.analyte.steady if group.analyte else NO_CHANGE
    return Trend(group, counted, _direction(counted, steady) if group.last.doubt is None else Direction.UNKNOWN)


def series(group: Group, since: date | None = None, until: date | None = None, unit: Unit | None = None) -> Series:
    """A curve of a group between two days, both included; in another unit of it, where that one converts.

    Raises:
        UnitNotSupported: the unit is not one that this group converts into.
    """
    chosen = in_unit(group, unit) if unit is not None and unit is not group.unit else group
    inside = [line for line in chosen.lines if _is_inside(line, since, until)]
    drawn = [line for line in reversed(inside) if line.is_drawn]
    left = tuple(line for line in inside if not line.is_drawn)
    return Series(chosen, chosen.unit, tuple(drawn), left)


def _is_inside(line: Line, since: date | None, until: date | None) -> bool:
    """What has no day is in every period: nothing is dropped because its date is not known."""
    day = line.when[:8]
    return not day or ((since is None or day >= _digits(since)) and (until is None or day <= _digits(until)))


def _digits(day: date) -> str:
    return f"{day.year:04d}{day:%m%d}"


def _direction(counted: tuple[Line, ...], steady: Fraction) -> Direction:
    """Newest first: the last two of different times."""
    if not counted:
        return Direction.UNKNOWN
    last = counted[0]
    before = next((line for line in counted if line.when < last.when), None)
    if before is None or last.value is None or before.value is None:
        return Direction.UNKNOWN
    now, then = Fraction(last.value), Fraction(before.value)
    if last.is_censored or before.is_censored:
        return _direction_of_limits(last, before)
    if abs(now - then) <= steady * abs(then):
        return Direction.STEADY
    return Direction.UP if now > then else Direction.DOWN


def _direction_of_limits(last: Line, before: Line) -> Direction:
    """`<5` after 12 is down, 12 after `<5` is up; what limits leave open is not known."""
    low, high = _span(last), _span(before)
    if low[0] is not None and high[1] is not None and low[0] > high[1]:
        return Direction.UP
    if low[1] is not None and high[0] is not None and low[1] < high[0]:
        return Direction.DOWN
    return Direction.UNKNOWN


def _span(line: Line) -> tuple[Decimal | None, Decimal | None]:
    """Between which values the true one is."""
    under, over = line.comparator.startswith("<"), line.comparator.startswith(">")
    return (None if under else line.value), (None if over else line.value)
