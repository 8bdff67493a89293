"""Lines of prescriptions and deliveries, out of a chart: each with its medicine, its day, its documents."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from dmp.record.facts import Dispensation, PrescriptionLine
from dmp.services.chart import Chart, Sheet
from dmp.services.days import day_of_care, first_day, months_after
from dmp.services.medicines.parameters import Parameters
from dmp.services.medicines.product import Product, product_of
from dmp.services.medicines.thesaurus import Thesaurus


@dataclass(frozen=True)
class Line:
    """A line of a prescription."""

    sheet: Sheet
    fact: PrescriptionLine
    product: Product
    day: date | None
    """Of the prescription; None where it is no day."""

    @property
    def ident(self) -> str:
        """Its id, as deliveries name it."""
        return plain_ident(self.fact.source.ident)


@dataclass(frozen=True)
class Delivery:
    """A medicine handed out; `others` are documents that say the same (DP-5)."""

    sheet: Sheet
    fact: Dispensation
    product: Product
    day: date | None
    others: tuple[Sheet, ...] = ()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Every document that says it."""
        return (self.sheet, *self.others)


def plain_ident(ident: str) -> str:
    """An id as ids are compared: `ROOT^`, `ROOT` and the same in capitals name one line."""
    return ident.strip().rstrip("^").upper()


def lines_of(chart: Chart, thesaurus: Thesaurus | None) -> tuple[Line, ...]:
    """Every line of a prescription, the newest document first."""
    return tuple(
        Line(sheet, fact, product_of(fact, thesaurus), first_day(fact.source.recorded) or day_of_care(sheet.entry))
        for sheet in chart.sheets
        for fact in sheet.facts.prescriptions
    )


def deliveries_of(chart: Chart, thesaurus: Thesaurus | None) -> tuple[Delivery, ...]:
    """Every delivery once, the oldest first; those of no known day come last."""
    found = [
        Delivery(sheet, fact, product_of(fact, thesaurus), first_day(fact.start) or day_of_care(sheet.entry))
        for sheet in chart.sheets
        for fact in sheet.facts.dispensations
        if fact.is_present and fact.mood == "EVN"
    ]
    return tuple(sorted(folded(found), key=lambda one: (one.day is None, one.day or date.max)))


def folded(deliveries: list[Delivery]) -> list[Delivery]:
    """One for each presentation, day and pharmacy, though two documents tell it (DP-5, DEC-90).

    Two packs of one document are two deliveries: the document that tells most
    of them counts, and of equal ones that which names the lines.
    """
    groups: dict[tuple[str, date, str], dict[str, list[Delivery]]] = defaultdict(lambda: defaultdict(list))
    kept: list[Delivery] = []
    for one in deliveries:
        if one.product.cip and one.day is not None:
            place = (one.product.cip, one.day, _pharmacy(one))
            groups[place][one.sheet.uuid].append(one)
        else:
            kept.append(one)
    for by_document in groups.values():
        best = max(by_document.values(), key=lambda told: (len(told), sum(bool(each.fact.line) for each in told)))
        others = tuple(told[0].sheet for told in by_document.values() if told is not best)
        kept += [replace(each, others=others) for each in best]
    return kept


def _pharmacy(one: Delivery) -> str:
    """Who handed it out; what says nothing of it may be anybody."""
    return plain_ident(one.fact.pharmacy)


def shown_deliveries(
    deliveries: tuple[Delivery, ...], *, today: date, holder: bool, parameters: Parameters
) -> tuple[Delivery, ...]:
    """Those that still show, the newest first: to professionals as long as their family is seen, to the holder longer.

    What is older has left the view (DP-4); what has no known day is shown.
    """
    return tuple(one for one in reversed(deliveries) if shows(one, today=today, holder=holder, parameters=parameters))


def shows(one: Delivery, *, today: date, holder: bool, parameters: Parameters) -> bool:
    """Whether a delivery is still within its window, the last day included (DEC-94)."""
    window = parameters.window_of(one.product.atc)
    months = window.archive if holder else window.view
    return one.day is None or months_after(one.day, months) >= today
