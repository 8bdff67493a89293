"""Days of services: what the times of facts and of documents mean, birthdays, months of the calendar."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from dmp.record import dtm
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry

_PRECISIONS = (4, 6, 8)


def first_day(digits: str) -> date | None:
    """The first day that the time of a fact may mean, `2024` too; None for what is no time (`19`, `2024-13`)."""
    text = digits[:8]
    if len(text) not in _PRECISIONS or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6] or 1), int(text[6:8] or 1))
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def day_in_france(text: str) -> date | None:
    """The day in France of a time of the metadata of a document, which is in UTC; None for what is no time."""
    if not dtm.is_dtm(text):
        return None
    return dtm.lowest(text).astimezone(PARIS).date() if len(text) > 8 else first_day(text)


def day_of_care(entry: DocumentEntry) -> date | None:
    """The day of the care that a document tells of; else the day on which it was made."""
    return day_in_france(entry.service_start or entry.creation_time)


def digits_of_care(entry: DocumentEntry) -> str:
    """The same as digits, in French time, with the precision that it has; as it was written when it is no time."""
    text = entry.service_start or entry.creation_time
    day = day_in_france(text)
    return f"{day:%Y%m%d}" if day is not None and len(text) > 8 and day.year >= 1000 else text[:8]


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month; never beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_after(day: date, days: int) -> date:
    """Some days later, or before; never beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def birthday(birth: date, age: int) -> date:
    """The day on which somebody has that age; who is born on 29 February is a year older on 1 March."""
    year = birth.year + age
    if year > date.max.year:
        return date.max
    if (birth.month, birth.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return birth.replace(year=year)
