"""How long a delivery lasts («jours délivrés»): packs x units of a pack / units a day; else an estimate, said so."""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dmp.record.facts import Dispensation, Quantity, decimal
from dmp.services.medicines.parameters import Parameters

LONGEST = 3660
"""Days: what gives more is no supply, but a slip."""
MOST, LEAST = Decimal(1_000_000), Decimal("0.000001")
"""Between these a number is one that somebody meant."""


@dataclass(frozen=True)
class Supply:
    """Days that a delivery lasts; None where nobody can tell. `left_out` says why a number was not used."""

    days: int | None
    estimated: bool = False
    left_out: str = ""


def supply_of(delivery: Dispensation, per_day: str, parameters: Parameters) -> Supply:
    """The days of a delivery; `per_day` is the units of intake a day, from the line or a statement."""
    number = delivery.quantity.number
    if number is None:
        return Supply(None, left_out=_why_not(delivery.quantity.value))
    if number <= 0:
        return Supply(None, left_out="quantity-not-positive")
    if number > MOST:
        return Supply(None, left_out="quantity-too-large")
    daily, size = _sound(decimal(per_day)), _sound(delivery.pack.number)
    in_packs = is_packs(delivery.quantity, parameters)
    units = number if not in_packs else number * size if size is not None else None
    if units is not None and daily is not None:
        return _bounded(units / daily, estimated=False)
    if in_packs:
        return _bounded(number * parameters.pack, estimated=True)
    return Supply(None, left_out="posology-unknown")


def _why_not(text: str) -> str:
    """Why a text gives no number that one can reckon with."""
    with suppress(InvalidOperation):
        number = Decimal(text)
        if number.is_finite() and number > MOST:
            return "quantity-too-large"
    return "quantity-no-number" if text else "quantity-unknown"


def _sound(number: Decimal | None) -> Decimal | None:
    return number if number is not None and LEAST <= number <= MOST else None


def _bounded(days: Decimal, *, estimated: bool) -> Supply:
    if days > LONGEST:
        return Supply(None, left_out="quantity-too-large")
    return Supply(int(days), estimated)


def is_packs(quantity: Quantity, parameters: Parameters) -> bool:
    """Whether a quantity counts packs."""
    unit = quantity.unit.strip().lower()
    return unit in parameters.packs or (len(unit) == 8 and unit.isdigit() and unit.startswith(parameters.container))
