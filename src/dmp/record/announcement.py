"""The announcement timer («consultation d'annonce») of documents hidden from their patient (AR-19, DEC-24)."""

from calendar import monthrange
from datetime import datetime, timedelta
from functools import lru_cache

from dmp.record.dtm import PARIS

NOTICE = timedelta(days=14)


def notice_due(since: datetime) -> datetime:
    """When the holder is told that his record was updated, without naming the document: a fortnight later."""
    return since + NOTICE


@lru_cache(maxsize=4096)
def shown_to_patient(since: datetime) -> datetime:
    """When the document becomes visible by itself: one calendar month after the first deposit of its chain.

    The month is counted on the French calendar, at the same time of day; a day
    that the next month does not have becomes its last one. Source: R.1111-53
    of the «code de la santé publique».
    """
    local = since.astimezone(PARIS)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day)
