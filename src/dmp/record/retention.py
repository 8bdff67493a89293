"""How long a closed record is kept («durée de conservation», LC-11; article L.1111-18 of the public health code)."""

from datetime import date, timedelta
from enum import StrEnum

from dmp.record.record import Closure, Record, RecordState

YEARS = 10
"""From the closure to the destruction."""


class Ground(StrEnum):
    """Why a closed record may be destroyed (LC-11)."""

    RETENTION = "retention"
    """Its ten years are over."""
    REQUEST = "request"
    """The person asks for it."""


def destruction_due(closure: Closure) -> date:
    """The first day on which a record closed then may be destroyed: the last day of the ten years belongs to them.

    Dates are those of the closure in UTC; 29 February ends on 28 February
    where the year has no 29th.
    """
    day = closure.at.date()
    try:
        last = day.replace(year=day.year + YEARS)
    except ValueError:
        last = day.replace(year=day.year + YEARS, day=28)
    return last + timedelta(days=1)


def is_due(record: Record, today: date) -> bool:
    """Tell a closed record whose ten years are over and that no legal hold keeps."""
    if record.state is not RecordState.CLOSED or record.closure is None or record.legal_hold is not None:
        return False
    return today >= destruction_due(record.closure)
