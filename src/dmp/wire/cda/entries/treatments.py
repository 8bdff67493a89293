"""Treatments, prescriptions and deliveries («traitements», «prescription», «dispensation», cda 3.2, 4.8)."""

from collections.abc import Iterator
from dataclasses import replace

from dmp.record.facts import NOTHING, Dispensation, Fact, Medication, PrescriptionLine, decimal
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import ANS, PCC, reader
from dmp.wire.cda.entries.medicines import Medicine, medicine
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.posology import Posology, ceiling, posology
from dmp.wire.cda.entries.values import concept, first_concept, quantity, time
from dmp.wire.cda.tree import Branch, attribute, every, one

PRESCRIPTION_LINE = "1.3.6.1.4.1.19376.1.9.1.3.2"
DELIVERY = "1.3.6.1.4.1.19376.1.9.1.3.4"
LONG_TERM_ILLNESS = "MED-574"
PRESCRIPTION_ITEM = "PREItem"
SUBSTITUTION = "2.16.840.1.113883.5.1070"
MOST_REPEATS = 1000
OTHER_PRODUCTS = ("1.2.840.10008.9.13", f"{ANS}.151", f"{ANS}.173", f"{ANS}.13")
"""Contrast media and radiopharmaceuticals of imaging acts, and treatments of rare diseases."""


def read_medications(place: Place) -> Iterator[Fact]:
    """A treatment, or a product given for an examination."""
    yield _medication(place)


def _medication(place: Place) -> Medication:
    words = place.reading.words
    branch = place.branch
    product = medicine(branch, "consumable", words)
    intake = posology(branch, place)
    what = product.concept if product.concept != NOTHING else first_concept(branch, "code", words)
    fact = common.told(place, what, first_concept(branch, "code", words))
    return Medication(
        **vars(_instructed(fact, place)),
        substances=product.substances,
        dose=intake.dose,
        route=first_concept(branch, "routeCode", words),
        schedule=intake.schedule,
        per_day=intake.per_day,
        steps=intake.steps,
        ceiling=ceiling(branch),
        reason=common.reason(place),
        as_needed=_conditional(place),
    )


def _conditional(place: Place) -> bool:
    """A precondition that says something: the medicine is taken when it holds («si besoin»)."""
    words = place.reading.words
    said = (
        words.of(one(found, "criterion/text")) or concept(one(found, "criterion/code"), words).words
        for found in every(place.branch, "precondition")
    )
    return any(found.strip("-– ") for found in said)


def _instructed(fact: Fact, place: Place) -> Fact:
    """Beside the comments, the instructions to the patient («instructions au patient»)."""
    words = place.reading.words
    told = [
        words.of(one(found, "text"))
        for found in common.related(place.branch)
        if attribute(found, "code", "code") == "PINSTRUCT"
    ]
    return replace(fact, comment="\n".join(dict.fromkeys(part for part in (*told, fact.comment) if part)))


def read_prescriptions(place: Place) -> Iterator[Fact]:
    """A line of a prescription."""
    words = place.reading.words
    branch = place.branch
    rules = _coded_in(branch, SUBSTITUTION)
    substitution = concept(one(rules[0], "code"), words) if rules else NOTHING
    yield PrescriptionLine(
        **vars(_medication(place)),
        quantity=quantity(one(branch, "entryRelationship/supply/quantity")),
        repeats=_count(attribute(branch, "repeatNumber", "value")),
        not_substitutable=substitution if substitution.code == "N" else NOTHING,
        long_term_illness=common.detail(place, LONG_TERM_ILLNESS).truth is True,
        prescription=common.ident(branch, "reference/externalDocument/id") or _own_document(place),
    )


def _own_document(place: Place) -> str:
    """A line stands in its prescription, unless it says that it quotes another one."""
    found = place.reading.header.id
    return "" if found is None else found.unique_id


def _count(written: str) -> int:
    number = decimal(written)
    return int(number) if number is not None and 0 <= number <= MOST_REPEATS else 0


def read_dispensations(place: Place) -> Iterator[Fact]:
    """A delivery, linked to its prescription line where it says which."""
    branch = place.branch
    line = next((found for found in common.related(branch, "REFR") if _is_item(found)), None)
    substitutions = _coded_in(branch, SUBSTITUTION)
    yield replace(
        _delivery(place, medicine(branch, "product", place.reading.words)),
        line="" if line is None else common.ident(line),
        prescription=_prescription(place, line),
        substitution=attribute(substitutions[0], "code", "code") if substitutions else "",
    )


def read_deliveries(place: Place) -> Iterator[Fact]:
    """What was handed out of a treatment or a vaccine (reimbursements): the product is told there."""
    holder = place.holder
    own = medicine(place.branch, "product", place.reading.words)
    if own.concept == NOTHING and holder is not None:
        own = medicine(holder.branch, "consumable", place.reading.words)
    if own.concept != NOTHING:
        yield _delivery(place, own)


def _delivery(place: Place, product: Medicine) -> Dispensation:
    branch = place.branch
    fact = _instructed(common.told(place, product.concept), place)
    intake = _intake(place)
    return Dispensation(
        **vars(replace(fact, start=fact.start or _delivered_on(place))),
        substances=product.substances,
        prescription=_prescription(place, None),
        quantity=quantity(one(branch, "quantity")),
        pack=product.pack,
        per_day=intake.per_day,
        schedule=intake.schedule,
        steps=intake.steps,
        lot=product.lot,
        expiry=product.expiry,
        completeness=attribute(branch, "code", "code"),
        pharmacy=_pharmacy(place),
    )


def _is_item(branch: Branch) -> bool:
    return attribute(branch, "code", "code") == PRESCRIPTION_ITEM


def _coded_in(branch: Branch, system: str) -> list[Branch]:
    return [found for found in common.related(branch, "COMP") if attribute(found, "code", "codeSystem") == system]


def _prescription(place: Place, line: Branch | None) -> str:
    """The prescription document: that of the line, else the order that the document answers."""
    told = "" if line is None else common.ident(line, "reference/externalDocument/id")
    orders = place.reading.header.orders
    return told or (orders[0].unique_id if orders else "")


def _intake(place: Place) -> Posology:
    """The dosage that goes with a delivery, which is no treatment of its own."""
    for found in every(place.branch, "entryRelationship/substanceAdministration"):
        if not _is_item(found):
            place.reading.told.add(found)
            return posology(found, place, dated=True)
    return Posology()


def _delivered_on(place: Place) -> str:
    """When the performer delivered, else when the documented act began."""
    act = place.reading.header.main_act
    return time(attribute(place.branch, "performer/time", "value")) or ("" if act is None else time(act.start))


def _pharmacy(place: Place) -> str:
    """Who delivered: the performer's structure, else that of the documented act."""
    for found in every(place.branch, "performer/assignedEntity"):
        if common.organization(found):
            return common.organization(found)
    return common.main_organization(place)


READERS = (
    reader("substanceAdministration", read_prescriptions, PRESCRIPTION_LINE),
    reader("substanceAdministration", read_medications, f"{PCC}.4.7", *OTHER_PRODUCTS),
    reader("supply", read_dispensations, DELIVERY),
    reader("supply", read_deliveries, f"{PCC}.4.7.3"),
)
