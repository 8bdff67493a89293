"""The last day that the time of a fact may mean; its first day, and months and days later, are those of services."""

from calendar import monthrange
from datetime import date

from dmp.services.days import first_day


def last_day(digits: str) -> date | None:
    """31 December for a year alone; None for what is no time (`19`, `2024-13`)."""
    first = first_day(digits)
    if first is None:
        return None
    match len(digits[:8]):
        case 4:
            return date(first.year, 12, 31)
        case 6:
            return first.replace(day=monthrange(first.year, first.month)[1])
        case _:
            return first
