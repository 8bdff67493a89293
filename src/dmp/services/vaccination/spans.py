"""Ages and intervals as the calendar writes them (`2m`, `6w`, `15y`), and calendar arithmetic with them.

Months and years are those of the calendar, cut to the end of a shorter month:
31/12 and two months is 28/02; 29/02 and a year is 28/02 (vaccination 1.2).
"""

import re
from dataclasses import dataclass
from datetime import date

from dmp.services.days import days_after, months_after

_SHAPE = re.compile(r"(\d{1,3})([dwmy])", re.ASCII)


@dataclass(frozen=True)
class Span:
    """A length of time: months of the calendar and days; `text` is how it was written."""

    months: int = 0
    days: int = 0
    text: str = "0d"

    def after(self, day: date) -> date:
        """The day that comes so long after another."""
        return days_after(months_after(day, self.months), self.days)

    def before(self, day: date) -> date:
        """The day so long before another."""
        return days_after(months_after(day, -self.months), -self.days)

    def times(self, count: int) -> "Span":
        """So many of them."""
        return Span(self.months * count, self.days * count, self.text)


NO_TIME = Span()


def span(text: str) -> Span:
    """Read an age or an interval.

    Raises:
        ValueError: it is none.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no age: a number and d, w, m or y")
    count, unit = int(found[1]), found[2]
    if unit in "dw":
        return Span(days=count * (7 if unit == "w" else 1), text=text)
    return Span(months=count * (12 if unit == "y" else 1), text=text)


def span_words(text: str) -> tuple[str, str]:
    """An age or an interval in words, in French and in English; empty for none."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return "", ""
    count, (french, english) = int(found[1]), _WORDS[found[2]]
    plural = count > 1
    return (
        f"{count} {french}{'s' if plural and not french.endswith('s') else ''}",
        f"{count} {english}{'s' if plural else ''}",
    )


_WORDS = {"d": ("jour", "day"), "w": ("semaine", "week"), "m": ("mois", "month"), "y": ("an", "year")}
