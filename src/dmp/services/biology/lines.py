"""A line of results: one value of one specimen in the unit of its group, with everything that is said of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dmp.services.biology.amounts import Amount, as_printed, exact, index, printed
from dmp.services.biology.analytes import Analyte, law_between
from dmp.services.biology.marks import Mark
from dmp.services.biology.readings import Bounds, Doubt, Flag, Reading, method_of
from dmp.services.biology.units import SAME, Law, Unit
from dmp.services.chart import Evidence
from dmp.services.folding import is_declared

_UNDRAWN = frozenset(Doubt) - {Doubt.IMPLAUSIBLE}


_COMPARED = frozenset({Flag.NORMAL, Flag.LOW, Flag.HIGH, Flag.VERY_LOW, Flag.VERY_HIGH})
_OF_UNITS = frozenset({Mark.CONVERTED, Mark.FLAG_DIFFERS})


@dataclass(frozen=True, eq=False)
class Band:
    """The bounds of one report, in the unit of the group; None where it gives none on that side."""

    low: Decimal | None
    high: Decimal | None
    least: Fraction | None = None
    """The same, exact."""
    most: Fraction | None = None


class Line(NamedTuple):
    """One of them, a tuple since there are thousands.

    `value` is exact and in the unit of the group, `shown` has the digits that were received.
    """

    readings: tuple[Reading, ...]
    """Those that are one; the first leads."""
    value: Decimal | None
    shown: Decimal | None
    band: Band | None
    flag: Flag
    computed: bool
    """Whether the flag comes of comparing with the bounds of the report: it sent none."""
    doubt: Doubt | None
    marks: frozenset[Mark]

    @property
    def when(self) -> str:
        """Digits of the specimen; empty where no whole day is known."""
        return self.readings[0].when

    @property
    def said_when(self) -> str:
        """The same as it was written."""
        return self.readings[0].fact.start

    @property
    def corrected(self) -> Reading | None:
        """That of its readings which a corrected report changed: its `former` is what the version before said."""
        return next((one for one in self.readings if one.former is not None), None)

    @property
    def words(self) -> str:
        """The value as received."""
        return self.readings[0].words

    @property
    def other_words(self) -> tuple[str, ...]:
        """As its other sources wrote it, where that is something else."""
        return tuple(dict.fromkeys(one.words for one in self.readings if one.words != self.words))

    @property
    def bounds(self) -> str:
        """The bounds of the report in its own words."""
        return next(filter(None, (one.bounds_words for one in self.readings)), "")

    @property
    def sources(self) -> tuple[Evidence, ...]:
        """The documents that say it, each once."""
        return tuple({one.sheet.uuid: one.evidence for one in reversed(self.readings)}.values())[::-1]

    @property
    def laboratory(self) -> str:
        """Who measured it."""
        first = self.readings[0].laboratory
        return first or next((one.laboratory for one in self.readings if one.laboratory), "")

    @property
    def method(self) -> str:
        """How, to be compared."""
        return method_of(self.readings[0].fact) or next(
            filter(None, (method_of(one.fact) for one in self.readings)), ""
        )

    @property
    def comment(self) -> str:
        """What the report adds."""
        return next((one.fact.comment for one in self.readings if one.fact.comment), "")

    @property
    def comparator(self) -> str:
        """`<`, `<=`, `>` or `>=`."""
        amount = self.readings[0].amount
        return amount.comparator if amount is not None else ""

    @property
    def is_censored(self) -> bool:
        """Whether the value is only known to be under or over a limit."""
        return bool(self.comparator)

    @property
    def is_drawn(self) -> bool:
        """Whether it is a point of the curve; an implausible one is, at the edge (BIO-6)."""
        return self.value is not None and self.doubt not in _UNDRAWN


def law_of(reading: Reading, unit: Unit | None) -> Law | None:
    """From the unit of a reading to another one; None where nothing converts."""
    return _law(reading.unit, unit, reading.analyte)


@lru_cache(maxsize=2048)
def _law(unit: Unit | None, into: Unit | None, analyte: Analyte | None) -> Law | None:
    return law_between(unit, into, analyte) if unit is not None and into is not None else None


def unit_of(readings: Iterable[Reading]) -> Unit | None:
    """The unit of a group: that of its analyte, else of its newest reading that has one."""
    found = tuple(readings)
    if found[0].analyte is not None:
        return found[0].analyte.unit
    newest = max((one for one in found if one.unit is not None), key=lambda one: one.when, default=None)
    return newest.unit if newest is not None else None


def same_value(one: Reading, other: Reading) -> bool:
    """Whether two readings of one specimen say the same: equal after rounding to the coarser print (DEC-86)."""
    if one.amount is None or other.amount is None:
        return one.amount is other.amount and plain_words(one) == plain_words(other)
    if one.amount.comparator != other.amount.comparator or bool(one.doubt) != bool(other.doubt):
        return False
    unit = unit_of((one, other))
    law, its_law = law_of(one, unit), law_of(other, unit)
    if law is None or its_law is None:
        return plain_words(one) == plain_words(other) and one.fact.quantity.unit == other.fact.quantity.unit
    if law is its_law and one.amount is other.amount:
        return True
    step, its_step = abs(law.a) * one.amount.step, abs(its_law.a) * other.amount.step
    value, its_value = law.of(one.amount.number), its_law.of(other.amount.number)
    if one.sheet is other.sheet and one.fact.quantity.unit != other.fact.quantity.unit:
        return abs(value - its_value) <= (step + its_step) / 2  # a laboratory that prints its value in two units
    coarser, zero = max((step, law.b), (its_step, its_law.b))
    return index(value - zero, coarser) == index(its_value - zero, coarser)


def plain_words(reading: Reading) -> str:
    """What was written, to be compared: without capitals or odd spaces."""
    return " ".join(reading.words.casefold().split())


def line_of(same: Iterable[Reading], unit: Unit | None, marks: Iterable[Mark] = ()) -> Line:
    """The line of readings that are one. Nothing is mixed: its bounds and its flag are of one report."""
    led = _led(same, unit)
    lead = led[0]
    law, amount = law_of(lead, unit), lead.amount
    said = _said_by(amount, law) if law is not None and amount is not None else None
    bounds, sent = lead, lead.flag
    if len(led) > 1:
        bounds = lead if lead.bounds is not None else next((one for one in led if one.bounds is not None), lead)
        sent = sent or next((one.flag for one in led if one.flag), Flag.NONE)
    band = _band(bounds.bounds, unit, bounds.analyte)
    against = _against(amount, law, band)
    return Line(
        readings=led,
        value=said[0] if said else None,
        shown=said[1] if said else None,
        band=band,
        flag=sent or against,
        computed=not sent and bool(against),
        doubt=lead.doubt or _doubt(amount, lead.unit, unit, lead.analyte),
        marks=frozenset((*marks, *_marks(led, law, sent, against))),
    )


@lru_cache(maxsize=16384)
def _said_by(amount: Amount, law: Law) -> tuple[Decimal, Decimal]:
    """The value, exact, and as it is shown: as printed where nothing was converted, else with as many digits."""
    value = exact(law.of(amount.number))
    if law is SAME:
        return value, as_printed(amount)
    return value, printed(law.of(amount.number), amount.digits)


@lru_cache(maxsize=4096)
def _band(bounds: Bounds | None, unit: Unit | None, analyte: Analyte | None) -> Band | None:
    """The bounds of a report, converted as its values are; None where they have no number or do not convert."""
    if bounds is None or (bounds.low is None and bounds.high is None):
        return None
    law = _law(bounds.unit, unit, analyte)
    if law is None:
        return None
    low, high = (law.of(end) if end is not None else None for end in (bounds.low, bounds.high))
    return Band(exact(low) if low is not None else None, exact(high) if high is not None else None, low, high)


@lru_cache(maxsize=16384)
def _against(amount: Amount | None, law: Law | None, band: Band | None) -> Flag:
    """What comparing with the bounds of the same report gives, where it is certain; nothing else is compared with."""
    if amount is None or law is None or band is None:
        return Flag.NONE
    number, least, most = law.of(amount.number), band.least, band.most
    if amount.comparator.startswith("<"):
        sure = least is None and most is not None and number <= most
        return Flag.LOW if least is not None and number <= least else Flag.NORMAL if sure else Flag.NONE
    if amount.comparator.startswith(">"):
        sure = most is None and least is not None and number >= least
        return Flag.HIGH if most is not None and number >= most else Flag.NORMAL if sure else Flag.NONE
    over, under = most is not None and number > most, least is not None and number < least
    return Flag.HIGH if over else Flag.LOW if under else Flag.NORMAL


def _marks(same: tuple[Reading, ...], law: Law | None, sent: Flag, against: Flag) -> Iterator[Mark]:
    yield from (one.corrected for one in same if one.corrected is not None)
    if all(is_declared(one.sheet) for one in same):
        yield Mark.DECLARED
    if same[0].fact.status == "active":
        yield Mark.PRELIMINARY
    if law is not None and law is not SAME:
        yield Mark.CONVERTED
    if against and sent in _COMPARED and sent.is_abnormal != against.is_abnormal:
        yield Mark.FLAG_DIFFERS


@lru_cache(maxsize=16384)
def _doubt(amount: Amount | None, unit: Unit | None, into: Unit | None, analyte: Analyte | None) -> Doubt | None:
    if amount is None:
        return None
    if _law(unit, into, analyte) is None:
        return Doubt.UNIT_UNKNOWN
    plain = _law(unit, analyte.unit, analyte) if analyte is not None else None
    if analyte is None or plain is None or amount.comparator:
        return None
    return None if analyte.least <= plain.of(amount.number) <= analyte.most else Doubt.IMPLAUSIBLE


def said_in(line: Line, unit: Unit) -> Line:
    """A line in another unit of its group; what was received in that unit leads."""
    return line_of(line.readings, unit, line.marks - _OF_UNITS)


def _led(same: Iterable[Reading], unit: Unit | None) -> tuple[Reading, ...]:
    """Readings that are one, with those that were received in a unit first."""
    found = tuple(same)
    if len(found) == 1 or unit is None:
        return found
    return tuple(sorted(found, key=lambda one: not unit.is_same(one.unit)))
