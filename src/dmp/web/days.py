"""Days and hours in France as pages write them, 31/01/2026, and as people and browsers type them."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dmp.record import dtm
from dmp.record.dtm import PARIS


def day(at: datetime | date) -> str:
    """A day in France."""
    local = at.astimezone(PARIS) if isinstance(at, datetime) else at
    return f"{local:%d/%m/%Y}"


def moment(at: datetime) -> str:
    """A day and an hour in France, to the minute."""
    return f"{at.astimezone(PARIS):%d/%m/%Y %H:%M}"


@lru_cache(maxsize=8192)
def local(text: str) -> str:
    """A DTM in Paris time, with its precision; empty when it is none."""
    if not dtm.is_dtm(text):
        return ""
    return f"{dtm.lowest(text).astimezone(PARIS):%Y%m%d%H%M%S}" if len(text) > 8 else text


def day_of(text: str) -> str:
    """A DTM as a day in France: 31/01/2026, 01/2026 or 2026, with the precision that it has; empty when it is none."""
    digits = local(text)
    return "/".join(part for part in (digits[6:8], digits[4:6], digits[:4]) if part)


def read_day(text: str) -> date:
    """A day as a browser sends it, or as people write it.

    Raises:
        ValueError: it is neither.
    """
    form = "%Y-%m-%d" if "-" in text else "%d/%m/%Y"
    return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day


def after(text: str) -> datetime | None:
    """The end in France of a day that was typed; None where nothing was.

    Raises:
        ValueError: it is no day.
    """
    if not text:
        return None
    try:
        following = read_day(text) + timedelta(days=1)
    except OverflowError as error:
        raise ValueError("the last of all days") from error
    return datetime.combine(following, time.min, PARIS)
