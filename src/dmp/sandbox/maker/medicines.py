"""Prescriptions and deliveries («ordonnance», «dispensation») of an invented patient, level N3."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dmp.documents.dispensation import make as delivering
from dmp.documents.prescription import make as prescribing
from dmp.record import facts
from dmp.record.facts import Source
from dmp.sandbox.maker.facts import ORAL, Product, concept_of, digits
from dmp.sandbox.maker.fiction import fictional
from dmp.wire.cda.making.context import DocumentContext


@dataclass(frozen=True)
class Prescribed:
    """A line («ligne») of a prescription: `boxes` of `size` units for each delivery, `repeats` beyond the first."""

    product: Product
    dosage: str
    per_day: Decimal
    boxes: int = 1
    size: int = 30
    repeats: int = 0
    long_term_illness: bool = False
    until: date | None = None

    def line(self, context: DocumentContext, rank: int) -> facts.PrescriptionLine:
        """As the line of this rank in the prescription of the context."""
        return facts.PrescriptionLine(
            Source(ident=line_id(context.id, rank)),
            self.product.concept,
            digits(context.at.date()),
            digits(self.until),
            status="completed",
            mood="INT",
            route=concept_of(ORAL),
            schedule=self.dosage,
            per_day=f"{self.per_day:f}",
            quantity=facts.Quantity(str(self.boxes)),
            repeats=self.repeats,
            long_term_illness=self.long_term_illness,
            prescription=context.id,
        )

    def delivered(self, context: DocumentContext, order: str, rank: int) -> facts.Dispensation:
        """What a pharmacy handed out for the line of this rank of a prescription."""
        return facts.Dispensation(
            Source(),
            self.product.concept,
            digits(context.at.date()),
            status="completed",
            line=line_id(order, rank),
            prescription=order,
            quantity=facts.Quantity(str(self.boxes)),
            pack=facts.Quantity(str(self.size)),
            per_day=f"{self.per_day:f}",
            schedule=self.dosage,
            completeness="RFP" if self.repeats else "FFC",
            pharmacy=context.professional.facility.name,
        )


def line_id(order: str, rank: int) -> str:
    """The id of a line, which deliveries name."""
    return f"{order}^L{rank}"


def prescription(context: DocumentContext, lines: Sequence[Prescribed], *, title: str = prescribing.TITLE) -> bytes:
    """What a doctor prescribes.

    Raises:
        ValueError: it prescribes nothing.
    """
    told = tuple(line.line(context, rank) for rank, line in enumerate(lines, start=1))
    return prescribing.prescription(fictional(context), prescribing.Order(told), title=title)


def dispensation(
    context: DocumentContext, order: str, lines: Sequence[tuple[int, Prescribed]], *, title: str = delivering.TITLE
) -> bytes:
    """What was handed out of the prescription `order`: its lines, each with its rank there.

    Raises:
        ValueError: nothing was delivered.
    """
    told = [line.delivered(context, order, rank) for rank, line in lines]
    return delivering.dispensation(fictional(context), told, order=order, title=title)
