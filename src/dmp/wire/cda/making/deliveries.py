"""What was delivered («dispensation»), linked to the lines that it answers (cda-and-services 3.2, 4.8)."""

import re

from dmp.record.codes import Code
from dmp.record.facts import Concept, Dispensation, Quantity
from dmp.wire.cda.entries.values import time
from dmp.wire.cda.making.concepts import day, pointer
from dmp.wire.cda.making.entries import comments, completed, performer, related
from dmp.wire.cda.making.labels import by_code
from dmp.wire.cda.making.narrative import printed, told_day
from dmp.wire.cda.making.pen import Entry, Line, Pen
from dmp.wire.cda.making.posology import Intake, intake, steps
from dmp.wire.cda.making.products import Rich, product
from dmp.wire.cda.making.treatments import MEDICATION, form_of, quantity_of, quoted_document, substitution
from dmp.wire.cda.making.tree import Node, cda, coded, identifier, is_amount, is_identifier, original_text, templates

ITEM = Code("PREItem", "1.3.6.1.4.1.19376.1.9.2.2", "Prescription Item")
DELIVERY = (
    "2.16.840.1.113883.10.20.1.34",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7.3",
    "1.3.6.1.4.1.19376.1.9.1.3.4",
    "1.2.250.1.213.1.1.3.204",
)
ITEM_TEMPLATES = ("1.3.6.1.4.1.19376.1.9.1.3.11", "1.2.250.1.213.1.1.3.90")
SUBSTITUTED = ("1.3.6.1.4.1.19376.1.9.1.3.9.2", "1.2.250.1.213.1.1.3.206")
DOSAGE = (*MEDICATION, "1.3.6.1.4.1.19376.1.9.1.3.6")
_LEADING = re.compile(r"[0-9]+(?:\.[0-9]+)?(?= )")


def dispensation(pen: Pen, fact: Dispensation) -> Entry:
    """A delivery («FR-Traitement-dispense»), linked to the line that it answers."""
    line = pen.line("drug")
    day(line, "Date", fact.start)
    rich = Rich(fact.substances, fact.expiry, fact.pack)
    made, name = product(fact.concept, line, "Médicament délivré", lot=fact.lot, rich=rich)
    line.add("Quantité", printed(fact.quantity) if is_amount(fact.quantity) else "")
    line.add("Lot", fact.lot)
    line.add("Péremption", told_day(time(fact.expiry)))
    code = by_code("completeness", fact.completeness)
    line.add("Dispensation", code.display if code else "")
    node = cda(
        "supply",
        *templates(*DELIVERY),
        pen.ident(fact, "delivery", fact.line),
        coded("code", code) if code else None,
        pointer(name),
        cda("effectiveTime", value=time(fact.start)) if time(fact.start) else None,
        quantity_of(fact.quantity),
        cda("product", made),
        performer("", "", fact.pharmacy),
        _item(fact, line),
        _dosage(pen, fact, line),
        *comments(fact, line),
        _replaced(fact, line),
        classCode="SPLY",
        moodCode="EVN",
    )
    return Entry(line, node)


def _item(fact: Dispensation, line: Line) -> Node | None:
    """The line of the prescription («PREItem»)."""
    if not (fact.line and is_identifier(fact.line)):
        return None
    name = line.say("Ligne de prescription", fact.line.partition("^")[2] or fact.line, "item")
    nothing = cda("manufacturedMaterial", cda("name", nullFlavor="NA"), nullFlavor="NA")
    quoted = is_identifier(fact.prescription) if fact.prescription else False
    node = cda(
        "substanceAdministration",
        *templates(*ITEM_TEMPLATES),
        identifier(fact.line),
        coded("code", ITEM, original_text(name)),
        cda("consumable", cda("manufacturedProduct", nothing)),
        quoted_document(fact.prescription) if quoted else None,
        classCode="SBADM",
        moodCode="INT",
    )
    return related("REFR", node, inversion="false")


def _dosage(pen: Pen, fact: Dispensation, line: Line) -> Node | None:
    """How it is taken, as the pharmacist tells it."""
    if not (fact.schedule or fact.per_day or fact.steps):
        return None
    rhythm, dose = intake(Intake(_first_amount(fact.schedule), fact.schedule, fact.per_day, fact.steps), line)
    nothing = cda("manufacturedMaterial", cda("name", nullFlavor="NA"), nullFlavor="NA")
    node = cda(
        "substanceAdministration",
        *templates(*DOSAGE, form_of(fact.steps)),
        pen.own_id("dosage", line.name, fact.line, fact.schedule),
        completed(),
        rhythm,
        dose,
        cda("consumable", cda("manufacturedProduct", nothing)),
        *steps(pen, fact.steps, line, "INT"),
        classCode="SBADM",
        moodCode="INT",
    )
    return related("COMP", node)


def _first_amount(schedule: str) -> Quantity:
    """The number that a posology begins with: a delivery keeps units a day, and the dose only in its words."""
    found = _LEADING.match(schedule)
    return Quantity(found[0]) if found else Quantity()


def _replaced(fact: Dispensation, line: Line) -> Node | None:
    """That another product was delivered («substitution»)."""
    code = by_code("substitution", fact.substitution)
    if code is None:
        return None
    told = Concept(code.code, code.system, code.display)
    return related("COMP", substitution(SUBSTITUTED, told, line, "EVN"))
