"""Months and columns of the pathway, as people read them."""

from dmp.services.panel import Words, same
from dmp.services.words import day_words

MONTHS: tuple[Words, ...] = (
    *(("janvier", "January"), ("février", "February"), ("mars", "March"), ("avril", "April"), ("mai", "May")),
    *(("juin", "June"), ("juillet", "July"), ("août", "August"), ("septembre", "September")),
    *(("octobre", "October"), ("novembre", "November"), ("décembre", "December")),
)
_SHORT: tuple[Words, ...] = (
    *(("janv.", "Jan"), ("févr.", "Feb"), ("mars", "Mar"), ("avr.", "Apr"), ("mai", "May"), ("juin", "Jun")),
    *(("juil.", "Jul"), ("août", "Aug"), ("sept.", "Sep"), ("oct.", "Oct"), ("nov.", "Nov"), ("déc.", "Dec")),
)


def column_words(column: str) -> Words:
    """The heading of a column of the grid: a year, a month with its year, a day."""
    if len(column) == 6:
        french, english = MONTHS[int(column[4:6]) - 1]
        return f"{french} {column[:4]}", f"{english} {column[:4]}"
    return same(day_words(column))


def short_words(column: str) -> Words:
    """`2025`; the month, whose year is chosen; the day and month."""
    if len(column) == 6:
        return _SHORT[int(column[4:6]) - 1]
    return same(column if len(column) == 4 else f"{column[6:8]}/{column[4:6]}")
