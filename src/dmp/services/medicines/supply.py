"""How long a delivery lasts («jours délivrés»): what was handed out, taken at the pace that documents tell.

Without a posology in amounts it is an estimate by pack, said so; of what is
taken as needed, within bounds, or up to a ceiling, the day that it lasts to at
least. What is told in part, or one thing against another, gives no day.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from dmp.record.facts import Dispensation, Quantity
from dmp.services.medicines.intake import LEAST, MOST, Intake, Phase, Unclear, measure_of, most_of, phases_of
from dmp.services.medicines.parameters import Parameters

LONGEST = 3660
"""Days: what gives more is no supply, but a slip."""


@dataclass(frozen=True)
class Supply:
    """Days that a delivery lasts; None where nobody can tell. `left_out` says why a number was not used."""

    days: int | None
    estimated: bool = False
    left_out: str = ""
    at_least: bool = False
    """It lasts so long, and maybe longer."""


@dataclass(frozen=True)
class _Stock:
    """What was handed out, counted or measured."""

    amount: Decimal
    unit: str


def supply_of(delivery: Dispensation, intake: Intake, parameters: Parameters, day: date | None = None) -> Supply:
    """The days of a delivery that was made on a day, by what the documents tell of the intake."""
    number = delivery.quantity.number
    if number is None:
        return Supply(None, left_out=_why_not(delivery.quantity.value))
    if number <= 0:
        return Supply(None, left_out="quantity-not-positive")
    if number > MOST:
        return Supply(None, left_out="quantity-too-large")
    stock = _stock(delivery, number, parameters)
    told = _by_intake(stock, intake, day) if stock is not None else None
    if told is not None:
        return told
    if is_packs(delivery.quantity, parameters):
        return _bounded(number * parameters.pack, Supply(0, estimated=True))
    return Supply(None, left_out="posology-unknown")


def _stock(delivery: Dispensation, number: Decimal, parameters: Parameters) -> _Stock | None:
    """What was handed out; None for packs of which nobody tells the size."""
    if not is_packs(delivery.quantity, parameters):
        return _Stock(number, measure_of(delivery.quantity.unit))
    size = delivery.pack.number
    if size is None or not LEAST <= size <= MOST:
        return None
    return _Stock(number * size, measure_of(delivery.pack.unit))


def _by_intake(stock: _Stock, intake: Intake, day: date | None) -> Supply | None:
    """What the intake tells; None where it tells nothing in amounts."""
    phases, most = phases_of(intake), most_of(intake.ceiling)
    if isinstance(phases, Unclear) or not phases:
        if most is not None:
            return _paced(stock, (Phase(most),), at_least=True)
        return Supply(None, left_out=phases.value) if isinstance(phases, Unclear) else None
    paces = [each.pace for each in phases]
    if most is not None and any(each.unit == most.unit and each.least > most.most for each in paces):
        return Supply(None, left_out=Unclear.ABOVE_MOST.value)
    if most is not None and intake.as_needed:
        largest = max((most, *(each for each in paces if each.unit == most.unit)), key=lambda each: each.most)
        return _paced(stock, (Phase(largest),), at_least=True)
    gone = 0 if len(phases) == 1 or day is None or intake.begun is None else (day - intake.begun).days
    return _paced(stock, phases, gone, at_least=intake.as_needed)


def _paced(stock: _Stock, phases: tuple[Phase, ...], gone: int = 0, *, at_least: bool) -> Supply:
    """How long a stock lasts that is taken in phases, so many days after they began: before, if less than none."""
    if any(each.pace.unit != stock.unit for each in phases):
        return Supply(None, left_out="units-differ")
    told = Supply(None, at_least=at_least or any(each.pace.least != each.pace.most for each in phases))
    left, days, gone = stock.amount, Decimal(max(-gone, 0)), max(gone, 0)
    for phase in phases:
        length = None if phase.days is None else max(phase.days - gone, 0)
        gone = max(gone - (phase.days or 0), 0)
        needed = None if length is None else phase.pace.most * length
        if length is None or needed is None or left < needed:
            return _bounded(days + left / phase.pace.most, told)
        left, days = left - needed, days + length
        if left == 0:
            return _bounded(days, told)
    if days == 0:
        return Supply(None, left_out=Unclear.STEPS.value)
    # The last step ends before what was handed out does.
    return _bounded(days, replace(told, at_least=True))


def _why_not(text: str) -> str:
    """Why a text gives no number that one can reckon with."""
    with suppress(InvalidOperation):
        number = Decimal(text)
        if number.is_finite() and number > MOST:
            return "quantity-too-large"
    return "quantity-no-number" if text else "quantity-unknown"


def _bounded(days: Decimal, told: Supply) -> Supply:
    if days > LONGEST:
        return Supply(None, left_out="quantity-too-large")
    return replace(told, days=int(days))


def is_packs(quantity: Quantity, parameters: Parameters) -> bool:
    """Whether a quantity counts packs."""
    unit = quantity.unit.strip().lower()
    return unit in parameters.packs or (len(unit) == 8 and unit.isdigit() and unit.startswith(parameters.container))
