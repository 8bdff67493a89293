"""The axes of a curve: where a value stands, and the few round numbers or days that are written beside it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dmp.web.chart.figures import figure

Ticks = tuple[tuple[float, str], ...]
"""Places, and what is written there."""
MOST_TICKS = 5
_MOST_DIGITS = 7
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6)
_YEARS = (1, 2, 5, 10, 20, 50, 100, 500, 2000)


@dataclass(frozen=True)
class Axis:
    """From values to places of the picture; `low` is at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def held(self, value: float) -> float:
        """The place of a value; what is beyond stands at the edge."""
        return self.at(min(max(value, self.low), self.high))

    def holds(self, value: float) -> bool:
        """Whether a value is inside."""
        return self.low <= value <= self.high


def ticks_of(axis: Axis, *, english: bool) -> Ticks:
    """Round numbers, three to six of them: steps of 1, 2 or 5 times a power of ten."""
    rough = (axis.high - axis.low) / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    return tuple((at * step, _words(at * step, digits, english=english)) for at in range(first, last + 1))


def _words(value: float, digits: int, *, english: bool) -> str:
    """A tick in a few signs: what would be too long for the margin is a power of ten."""
    if digits > _MOST_DIGITS or abs(value) >= 10**_MOST_DIGITS:
        text = f"{value:.2e}"
        return text if english else text.replace(".", ",")
    return figure(Decimal(f"{value:.{digits}f}"), english=english)


def days_between(since: date, until: date) -> Ticks:
    """Round days for an axis of ordinals (`date.toordinal`): days, first days of months, or first days of years."""
    found = [(float(day.toordinal()), words) for day, words in _round_days(since, until)]
    return tuple(found)


def _round_days(since: date, until: date) -> list[tuple[date, str]]:
    span = (until - since).days
    if span <= _DAYS[-1] * MOST_TICKS:
        step = next((step for step in _DAYS if span / step <= MOST_TICKS), _DAYS[-1])
        days = [since + timedelta(days=number) for number in range(0, span + 1, step)]
        return [(day, f"{day:%d/%m/%y}") for day in days[:MOST_TICKS]]
    months = span / 30.44
    step = next((step for step in _MONTHS if months / step <= MOST_TICKS), 0)
    if step:
        return [(day, f"{day:%m/%Y}") for day in _firsts(since, until, step)]
    years = span / 365.25
    step = next((step for step in _YEARS if years / step <= MOST_TICKS), _YEARS[-1])
    return [(day, f"{day.year}") for day in _firsts(since, until, 12 * step)]


def _firsts(since: date, until: date, months: int) -> Iterator[date]:
    """First days of months, counted from January of the year nought, within a span."""
    at = -(-(since.year * 12 + since.month - 1 + (since.day > 1)) // months) * months
    while at // 12 <= until.year and at // 12 < date.max.year:
        day = date(at // 12, at % 12 + 1, 1)
        if day > until:
            return
        yield day
        at += months
