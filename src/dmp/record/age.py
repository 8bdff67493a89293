"""Age from a birth date that may be incomplete (ID-2)."""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta

from dmp.record.dtm import PARIS

MAJORITY = 18
DECEMBER = 12
LAST_DAY = 31


def latest_birth(birth_date: str) -> date | None:
    """The latest day a partial ISO date may mean; None when it holds no year.

    A month or day that is unknown or lunar counts as the last one: a person is
    taken for a minor until he is surely of age.
    """
    year, _, rest = birth_date.partition("-")
    month, _, day = rest.partition("-")
    if not year.isdigit():
        return None
    for parts in ((month, day), (month, "28"), ("12", "31")):
        try:
            return date(int(year), int(parts[0]), int(parts[1]))
        except ValueError:
            continue
    return None


def coming_of_age(birth_date: str) -> datetime | None:
    """When a person is surely 18: the first instant of that day in France; None when no year is known (LC-16)."""
    year, month, day = (*(int(part) if part.isdigit() else 0 for part in birth_date.split("-")), 0, 0, 0)[:3]
    if not MINYEAR <= year <= MAXYEAR - MAJORITY - 1:
        return None
    month = month if 1 <= month <= DECEMBER else DECEMBER
    first, length = date(year + MAJORITY, month, 1), monthrange(year + MAJORITY, month)[1]
    # A day that is not known is the 31st; one that the month of that year does not have, the first of the next.
    come = first + timedelta(days=min((day if 1 <= day <= LAST_DAY else LAST_DAY) - 1, length))
    return datetime.combine(come, time(), PARIS)


def is_minor(birth_date: str, today: date) -> bool:
    """Tell whether a person may be under 18 today; an unknown date makes no minor."""
    born = latest_birth(birth_date)
    if born is None:
        return False
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1) < MAJORITY
