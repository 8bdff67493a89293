"""How often something is taken, out of what a document tells of it («fréquence»)."""

from collections.abc import Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation
from types import MappingProxyType

from dmp.record.facts import Rhythm

_HOURS: Mapping[str, Decimal] = MappingProxyType(
    {"h": Decimal(1), "d": Decimal(24), "wk": Decimal(168), "mo": Decimal(720), "min": Decimal(1) / 60}
)
_DAY = Decimal(24)


def times_a_day(rhythm: Rhythm) -> Decimal | None:
    """How many times a day a rhythm comes round; an event (on waking, at bedtime) comes once. None: not told."""
    if rhythm.event:
        return Decimal(1)
    hours, number = _HOURS.get(rhythm.period.unit), rhythm.period.number
    if hours is None or number is None:
        return None
    try:
        return _DAY / (number * hours)
    except (DivisionByZero, InvalidOperation):
        return None
