"""Numbers and times as reports write them: exact, with their printed precision, and never guessed."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from dmp.record.facts import Quantity

_NUMBER = re.compile(r"(<=|>=|<|>|≤|≥)?([+-]?)(\d{1,15})(?:[.,](\d{1,15}))?(?:[eE]([+-]?\d{1,2}))?", re.ASCII)
_THOUSANDS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")
_AFTER_SIGN = re.compile(r"(?<=[<>=≤≥])\s+")
_SIGNS = {"≤": "<=", "≥": ">="}
_DIGITS = re.compile(r"\d{4,14}", re.ASCII)
_LARGEST_EXPONENT = 20
_MOST_SIGNS = 400
"""More than any number that is read, in the smallest unit there is."""
_FEWEST_DIGITS, _MOST_DIGITS = 2, 3


@dataclass(frozen=True, eq=False)
class Amount:
    """A number as it was printed; `step` is one of its last digit, `digits` how many there are («significatifs»)."""

    number: Fraction
    step: Fraction
    digits: int
    comparator: str = ""
    """`<`, `<=`, `>` or `>=`: the value is only known to be there («valeur censurée»)."""


@lru_cache(maxsize=8192)
def amount_of(text: str) -> Amount | None:
    """A number as people and machines write it; None where it is none: `0.88`, `0,88`, `1 250`, `<5`, `1e3`."""
    found = _NUMBER.fullmatch(_AFTER_SIGN.sub("", _THOUSANDS.sub("", text.strip()))) if len(text) <= 40 else None
    if found is None:
        return None
    sign, whole, tail, exponent = found[2], found[3], found[4] or "", int(found[5] or 0)
    if abs(exponent) > _LARGEST_EXPONENT:
        return None
    step = Fraction(10) ** (exponent - len(tail))
    number = int(whole + tail) * step
    digits = len((whole + tail).lstrip("0")) or 1
    return Amount(-number if sign == "-" else number, step, digits, _SIGNS.get(found[1] or "", found[1] or ""))


def amount_in(quantity: Quantity) -> Amount | None:
    """The number of a quantity; an interval with one end is a value beyond a limit of measurement."""
    if quantity.value:
        return amount_of(f"{quantity.comparator}{quantity.value}")
    if bool(quantity.low) == bool(quantity.high):
        return None
    return amount_of(f">={quantity.low}" if quantity.low else f"<={quantity.high}")


def exact(number: Fraction) -> Decimal:
    """A fraction as a decimal of 28 digits: exact where there is one that short."""
    with localcontext() as context:
        context.prec = 28
        return Decimal(number.numerator) / Decimal(number.denominator)


def as_printed(amount: Amount) -> Decimal:
    """A number with the decimals that it was printed with, however many signs it has."""
    places = len(str(amount.step.denominator)) - 1
    with localcontext() as context:
        context.prec = _MOST_SIGNS
        value = Decimal(amount.number.numerator) / Decimal(amount.number.denominator)
        return value.quantize(Decimal(1).scaleb(-places))


def printed(number: Fraction, digits: int) -> Decimal:
    """A converted number with as many digits as the one that was received, two or three; never rounded above units."""
    if not number:
        return Decimal(0)
    value = exact(number)
    places = min(0, value.adjusted() - min(max(digits, _FEWEST_DIGITS), _MOST_DIGITS) + 1)
    with localcontext() as context:
        context.prec = _MOST_SIGNS
        return value.quantize(Decimal(1).scaleb(places), rounding=ROUND_HALF_UP)


def index(number: Fraction, step: Fraction) -> int:
    """Which multiple of a step a number rounds to, halves away from zero."""
    ratio = abs(number) / step
    rounded = (2 * ratio.numerator + ratio.denominator) // (2 * ratio.denominator)
    return -rounded if number < 0 else rounded


@lru_cache(maxsize=8192)
def time_of(text: str) -> str:
    """The time of a specimen to the minute at most, as digits; empty where no whole day can be read of it."""
    found = _DIGITS.match(text.strip())
    digits = found[0][:12] if found else ""
    for length, shape in ((12, "%Y%m%d%H%M"), (8, "%Y%m%d")):
        if len(digits) >= length:
            try:
                datetime.strptime(digits[:length], shape)  # noqa: DTZ007 - local time of the document
            except ValueError:
                continue
            return digits[:length]
    return ""
