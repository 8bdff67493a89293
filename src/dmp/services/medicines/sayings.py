"""What documents say of treatments, in one form: a line of a prescription, of a summary, of a letter, of the holder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.record.facts import Medication, PrescriptionLine, Quantity, Stated
from dmp.services.chart import Chart, Sheet
from dmp.services.days import day_of_care, days_after, first_day, months_after
from dmp.services.medicines.days import last_day
from dmp.services.medicines.deliveries import Line
from dmp.services.medicines.intake import last_day_of_steps
from dmp.services.medicines.parameters import Parameters
from dmp.services.medicines.product import Product, product_of
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.words import posology_words, unit_words


class Source(StrEnum):
    """By whom a treatment is known (cda-and-services 4.1)."""

    PRESCRIBED = "prescribed"
    DISPENSED = "dispensed"
    LISTED = "listed"
    """In a summary or letter of a professional."""
    DECLARED = "declared"
    """By the holder."""


@dataclass(frozen=True)
class Saying:
    """One document says something of one treatment."""

    source: Source
    sheet: Sheet
    fact: Medication
    product: Product
    day: date | None
    """Of the document."""
    line: Line | None = None
    goes_on: bool = True
    """Whether it tells what is taken, rather than what was given during a stay."""

    @property
    def start(self) -> date | None:
        """From when on."""
        return first_day(self.fact.start)

    @property
    def is_stopped(self) -> bool:
        """Whether it says that the treatment is not taken."""
        return self.fact.stated is Stated.ABSENT

    @property
    def route(self) -> str:
        """Code of the route; empty where it is not told."""
        return self.fact.route.code


def sayings_of(
    chart: Chart, lines: tuple[Line, ...], thesaurus: Thesaurus | None, parameters: Parameters
) -> tuple[Saying, ...]:
    """Everything that is said of a treatment, the newest document first; deliveries aside."""
    said = [*_stated(chart, thesaurus, parameters), *_prescribed(lines)]
    return tuple(sorted(said, key=lambda one: one.day or date.min, reverse=True))


def _prescribed(lines: tuple[Line, ...]) -> Iterator[Saying]:
    for line in lines:
        yield Saying(Source.PRESCRIBED, line.sheet, line.fact, line.product, line.day, line)


def _stated(chart: Chart, thesaurus: Thesaurus | None, parameters: Parameters) -> Iterator[Saying]:
    for sheet in chart.sheets:
        declared = parameters.is_of("declared", sheet.entry.type_code.code)
        for fact in sheet.facts.medications:
            if is_about_none(fact) or isinstance(fact, PrescriptionLine):
                continue
            source = Source.DECLARED if declared else Source.LISTED
            goes_on = _goes_on(sheet, fact.source.section, parameters)
            yield Saying(source, sheet, fact, product_of(fact, thesaurus), day_of_care(sheet.entry), goes_on=goes_on)


def _goes_on(sheet: Sheet, section: str, parameters: Parameters) -> bool:
    """What was given during a stay does not go on; nor what a letter of discharge says of before the stay."""
    if parameters.is_of("during", section):
        return False
    leaving = parameters.is_of("discharges", sheet.entry.type_code.code)
    return not (leaving and parameters.is_of("before", section))


def is_about_none(fact: Medication) -> bool:
    """Whether it is about treatments as a whole: `no-known-medications`, `no-medication-info`."""
    return fact.stated is not Stated.PRESENT and (fact.concept.code.startswith("no-") or not fact.concept.words)


def end_of(said: Saying, parameters: Parameters) -> date | None:
    """The last day of a treatment as it is said; a line with renewals lasts that much longer. None: not told.

    Where no day is told, steps whose times are told end with the last of them.
    """
    start = said.start or said.day
    end = last_day(said.fact.end) or last_day_of_steps(said.fact.steps, start)
    repeats = said.line.fact.repeats if said.line is not None else 0
    if end is None or repeats <= 0 or start is None or end < start:
        return end
    longer = days_after(start, ((end - start).days + 1) * (1 + min(repeats, 1000)) - 1)
    return max(end, min(longer, months_after(start, parameters.validity)))


def dose_words(fact: Medication) -> str:
    """The posology as it is written; the dose where there is no more."""
    return posology_words(fact.schedule) or quantity_words(fact.dose)


def quantity_words(quantity: Quantity) -> str:
    """A quantity as it was written, its unit as people write it."""
    unit = unit_words(quantity.unit, quantity.high or quantity.value)
    if quantity.low or quantity.high:
        between = " – ".join(each for each in (quantity.low, quantity.high) if each)
        return f"{between} {unit}".strip()
    return f"{quantity.comparator}{quantity.value} {unit}".strip() if quantity.value else ""


def differs(one: Medication, other: Medication) -> bool:
    """Whether two posologies differ, as far as both tell: by units a day, else by dose, else by their words."""
    if one.per_day and other.per_day:
        return one.per_day != other.per_day
    if one.dose.value and other.dose.value and not (one.schedule and other.schedule):
        return (one.dose.number or one.dose.value, one.dose.unit) != (
            other.dose.number or other.dose.value,
            other.dose.unit,
        )
    told = [" ".join(dose_words(fact).casefold().split()) for fact in (one, other)]
    return all(told) and told[0] != told[1]
