"""The rules of a prescription that has a number (RX-1 to RX-6): what it may become, and what stands in the way.

Pure: an obstacle is a value with a code. The act that meets one stops, and a
page says why in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from dmp.record.prescription import Deed, Execution, Item, Prescription, PrescriptionState
from dmp.services import rule_set
from dmp.services.days import days_after, months_after
from dmp.services.medicines import durations, parameters
from dmp.services.medicines.durations import Restriction, restriction_of
from dmp.services.medicines.parameters import Parameters

LONGEST_DAYS = 366
MOST_ITEMS = 100
MOST, LEAST_PART = Decimal(100_000), Decimal("0.001")
"""What one delivery may hold, and the finest part of a unit that is counted."""


@dataclass(frozen=True)
class Obstacle:
    """Why something may not be done; `item` names the line, if it is about one."""

    code: str
    item: str = ""


@dataclass(frozen=True)
class Rules:
    """The dated data of the cycle."""

    parameters: Parameters
    restrictions: tuple[Restriction, ...]


def cycle_of(rules: rule_set.Rules) -> Rules:
    """Those in force."""
    return Rules(rules.of(parameters.RULES), rules.of(durations.RULES))


def state_of(prescription: Prescription, today: date, rules: Rules) -> PrescriptionState:
    """Where a prescription stands today, from what was done about it."""
    if prescription.deposited is None:
        return PrescriptionState.DRAFT if prescription.signed is None else PrescriptionState.SIGNED
    if all(left_of(prescription, each) <= 0 for each in prescription.items):
        return PrescriptionState.DISPENSED
    if prescription.cancelled is not None:
        return PrescriptionState.CANCELLED
    if today > until(prescription, rules):
        return PrescriptionState.EXPIRED
    begun = any(each.quantity > 0 for each in prescription.executions)
    return PrescriptionState.PARTLY_DISPENSED if begun else PrescriptionState.DEPOSITED


def still_open(prescription: Prescription, today: date, rules: Rules) -> bool:
    """Whether something of it may still be delivered today, or cancelled."""
    return state_of(prescription, today, rules) in (PrescriptionState.DEPOSITED, PrescriptionState.PARTLY_DISPENSED)


def until(prescription: Prescription, rules: Rules) -> date:
    """The last day of a delivery, included: three months to begin, twelve in all (RX-5, DEC-94)."""
    begun = any(each.quantity > 0 for each in prescription.executions)
    months = rules.parameters.validity if begun else rules.parameters.first_delivery
    return months_after(prescription.written, months)


def first_day_to_write(prescription: Prescription, today: date, rules: Rules) -> date:
    """The earliest day of which a delivery may still be written down today: never before the prescription."""
    return max(prescription.written, today - timedelta(days=rules.parameters.late_writing))


def may_be_written(prescription: Prescription, today: date, rules: Rules) -> bool:
    """Whether a delivery of it, of today or made a little before, may be written down today."""
    return still_open(prescription, min(first_day_to_write(prescription, today, rules), today), rules)


def left_of(prescription: Prescription, item: Item) -> Decimal:
    """What may still be delivered of a line (RX-4)."""
    return item.most - prescription.delivered(item.id)


def against_deposit(prescription: Prescription, others: Iterable[Prescription], rules: Rules) -> Iterator[Obstacle]:
    """What stands in the way of a number; `others` are those of the same prescriber for the same person."""
    if prescription.signed is None:
        yield Obstacle("not-signed")
    if prescription.deposited is not None:
        yield Obstacle("has-a-number")
    if not 0 < len(prescription.items) <= MOST_ITEMS:
        yield Obstacle("no-lines" if not prescription.items else "too-many-lines")
    if len({each.id for each in prescription.items}) != len(prescription.items):
        yield Obstacle("line-twice")
    running = [each for each in others if each.cancelled is None]
    for item in prescription.items:
        yield from _against_item(item, rules)
        if _is_narcotic(item, rules) and not item.overlap_stated:
            yield from _overlaps(prescription, item, running, rules)


def _against_item(item: Item, rules: Rules) -> Iterator[Obstacle]:
    if not item.product.words.strip():
        yield Obstacle("no-product", item.id)
    if not _is_amount(item.quantity):
        yield Obstacle("quantity", item.id)
    if item.repeats < 0 or item.days < 0 or item.days * (1 + max(item.repeats, 0)) > LONGEST_DAYS:
        yield Obstacle("duration", item.id)
    rule = restriction_of(item, rules.restrictions)
    if item.restriction and rule is None:
        yield Obstacle("unknown-restriction", item.id)
    if rule is None:
        return
    if item.repeats > rule.renewals:
        yield Obstacle("not-renewable", item.id)
    if item.days <= 0:
        yield Obstacle("duration-missing", item.id)
    if item.days * (1 + max(item.repeats, 0)) > rule.most_days:
        yield Obstacle("too-long", item.id)


def _is_amount(quantity: Decimal) -> bool:
    """Whether so much can be handed out."""
    return quantity.is_finite() and LEAST_PART <= quantity <= MOST and quantity % LEAST_PART == 0


def _is_narcotic(item: Item, rules: Rules) -> bool:
    rule = restriction_of(item, rules.restrictions)
    return rule is not None and rule.late_days > 0


def _overlaps(prescription: Prescription, item: Item, others: list[Prescription], rules: Rules) -> Iterator[Obstacle]:
    """A period that the same prescriber has covered already («chevauchement»)."""
    first, last = _period(prescription, item)
    for other in others:
        for each in other.items:
            start, end = _period(other, each)
            if _is_narcotic(each, rules) and _same(item, each) and start <= last and first <= end:
                yield Obstacle("overlap", item.id)
                return


def _period(prescription: Prescription, item: Item) -> tuple[date, date]:
    return prescription.written, days_after(prescription.written, max(item.days, 1) - 1)


def _same(one: Item, other: Item) -> bool:
    if one.atc and other.atc:
        return one.atc == other.atc
    return one.product.words.casefold() == other.product.words.casefold()


def against_delivery(
    prescription: Prescription,
    execution: Execution,
    today: date,
    rules: Rules,
    others: Iterable[Prescription] = (),
) -> Iterator[Obstacle]:
    """What stands in the way of an act of a pharmacist on a line, judged at the day on which he did it.

    What was cancelled or delivered meanwhile stays so, whatever day he tells:
    this base counted without him (RX-4, RX-6). `others` are the prescriptions
    of the same person of which his pharmacy handed something out: of no other
    one may he be told (RX-8).
    """
    item = prescription.item(execution.item)
    if item is None:
        yield Obstacle("no-such-line", execution.item)
        return
    first = first_day_to_write(prescription, today, rules)
    state = state_of(prescription, min(max(execution.day, first), today), rules)
    if state in (PrescriptionState.CANCELLED, PrescriptionState.EXPIRED, PrescriptionState.DISPENSED):
        late = state is PrescriptionState.EXPIRED and may_be_written(prescription, today, rules)
        yield Obstacle("day-expired" if late else state.value, item.id)
        return
    if not first <= execution.day <= today:
        yield Obstacle("day", item.id)
    if execution.deed is not Deed.DELIVERED and not execution.reason.strip():
        yield Obstacle("reason-missing", item.id)
    if execution.deed is Deed.REFUSED:
        if execution.quantity != 0:
            yield Obstacle("quantity", item.id)
        return
    if execution.is_substitute and item.not_substitutable and execution.deed is Deed.DELIVERED:
        yield Obstacle("not-substitutable", item.id)
    if not _is_amount(execution.quantity):
        yield Obstacle("quantity", item.id)
    elif execution.quantity > left_of(prescription, item):
        yield Obstacle("too-much", item.id)
    elif execution.quantity > deliverable(prescription, item, execution.day, rules):
        yield Obstacle("days-lost", item.id)
    if _is_narcotic(item, rules) and not item.overlap_stated and covered_until(item, execution.day, others, rules):
        yield Obstacle("covered", item.id)


def covered_until(item: Item, on: date, others: Iterable[Prescription], rules: Rules) -> date | None:
    """The last day of a period that the same narcotic was delivered for already, where a day is within it (RX-5)."""
    ends = [
        end
        for other in others
        for each in other.items
        if other.delivered(each.id) > 0 and _is_narcotic(each, rules) and _same(item, each)
        for start, end in (_period(other, each),)
        if start <= on <= end
    ]
    return max(ends, default=None)


def deliverable(prescription: Prescription, item: Item, on: date, rules: Rules) -> Decimal:
    """What may be handed out of a line on a day: what is left, less the days of a narcotic that passed (DEC-94)."""
    return max(left_of(prescription, item) - lost_of(prescription, item, on, rules), Decimal(0))


def lost_of(prescription: Prescription, item: Item, on: date, rules: Rules) -> Decimal:
    """What is lost of a narcotic because its first delivery is late, whether it is to come or was made in parts."""
    rule = restriction_of(item, rules.restrictions)
    if rule is None or rule.late_days <= 0 or item.days <= 0:
        return Decimal(0)
    days = (each.day for each in prescription.executions if each.item == item.id and each.quantity > 0)
    passed = (min((*days, on)) - prescription.written).days
    if passed <= rule.late_days:
        return Decimal(0)
    return (item.quantity * min(passed, item.days) / item.days).quantize(Decimal(1), ROUND_DOWN)


def against_cancelling(prescription: Prescription, today: date, rules: Rules) -> Iterator[Obstacle]:
    """A prescription is cancelled while something of it is left: all of it, or the remainder (RX-6)."""
    if not still_open(prescription, today, rules):
        yield Obstacle(state_of(prescription, today, rules).value)
