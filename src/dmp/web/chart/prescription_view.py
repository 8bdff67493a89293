"""A prescription that has a number, as its holder, its prescriber and a pharmacist read it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import segno

from dmp.record.dtm import PARIS
from dmp.record.prescription import Checked, Deed, Execution, Item, Prescription, PrescriptionState
from dmp.services.medicines.cycle import (
    Rules,
    deliverable,
    first_day_to_write,
    left_of,
    lost_of,
    may_be_written,
    state_of,
    still_open,
    until,
)
from dmp.services.panel import Words
from dmp.services.words import unit_words
from dmp.web.chart.counter_words import AFTERWARDS, DEEDS, lost, why_not_substitutable
from dmp.web.chart.medicines_words import PRESCRIPTION_FLAGS as FLAGS
from dmp.web.chart.medicines_words import PRESCRIPTION_STATES
from dmp.web.days import day

QR_PREFIX = "DMP-RX:"
"""Before the number in the QR code: capitals, digits and these signs make a small one."""
_NO_WORDS: Words = ("", "")


@dataclass(frozen=True)
class DoneView:
    """What a pharmacist did with a line; `product` is what he handed out in the place of what is written."""

    day: str
    who: str
    deed: Words
    quantity: str
    product: str
    lot: str
    reason: str
    noted: str = ""
    """The day on which it was written down, where it is a later one."""
    checked: str = ""
    """What the check of another product told him; told to nobody else (RX-7)."""


@dataclass(frozen=True)
class ItemView:
    """A line, with what is left of it; `proposed` is what one delivery holds, as far as so much is left."""

    id: str
    name: str
    posology: str
    quantity: str
    unit: str
    repeats: int
    left: str
    proposed: str
    done: tuple[DoneView, ...]
    is_open: bool
    """A delivery of it may be written down: of today, or of a day that is told."""
    is_late: bool
    """Only of a day that is told: today nothing of it may be delivered."""
    cancelled: str = ""
    """What was left when it was cancelled."""
    not_substitutable: Words = _NO_WORDS
    """Why nothing may take its place; empty where something may."""
    lost: Words = _NO_WORDS
    """What is lost of a narcotic that is fetched late."""
    comment: str = ""
    nothing_left: bool = False
    """All of it was handed out."""


@dataclass(frozen=True)
class PrescriptionView:
    """A prescription as it is read."""

    id: str
    number: str
    prescriber: str
    written: str
    until: str
    state: Words
    items: tuple[ItemView, ...]
    is_open: bool
    picture: str = ""
    """A QR code as an SVG element; empty where the number is not to be shown."""
    afterwards: Words = _NO_WORDS
    """What can be done once it is over."""
    cancelled: str = ""
    """The day on which it was."""
    reason: str = ""
    secret: bool = False
    in_record: bool = True
    """Its document went to the record."""
    comment: str = ""
    flags: tuple[Words, ...] = ()
    """What is said of all of it: urgent, at home."""
    checked: Checked | None = None
    """What its prescriber was advised: the acts tell nobody else (RX-7)."""

    @property
    def open_items(self) -> tuple[ItemView, ...]:
        """The lines of which a delivery may be written down."""
        return tuple(each for each in self.items if each.is_open)

    @property
    def is_late(self) -> bool:
        """Nothing may be delivered today: only what was handed out before may be written down."""
        return all(each.is_late for each in self.open_items)


def picture(number: str) -> str:
    """The QR code of a number, as an SVG element that a page may hold under a policy without inline style.

    It has no size of its own: the style sheet says how large it is on a screen, and on paper.
    """
    return segno.make(QR_PREFIX + number, error="m", micro=False).svg_inline(border=4, omitsize=True)


def seen(prescription: Prescription, today: date, rules: Rules, *, drawn: bool = False) -> PrescriptionView:
    """A prescription, as of a day; `drawn` where the number may be shown, if it is there at all."""
    state, is_open = state_of(prescription, today, rules), still_open(prescription, today, rules)
    return PrescriptionView(
        id=prescription.id,
        number=prescription.number,
        prescriber=prescription.prescriber_name,
        written=day(prescription.written),
        until=day(until(prescription, rules)),
        state=PRESCRIPTION_STATES[state],
        items=tuple(_item(prescription, each, today, rules, is_open=is_open) for each in prescription.items),
        is_open=is_open,
        picture=picture(prescription.number) if drawn and is_open and prescription.number else "",
        afterwards=AFTERWARDS.get(state, _NO_WORDS),
        cancelled=day(prescription.cancelled)
        if prescription.cancelled and state is PrescriptionState.CANCELLED
        else "",
        reason=prescription.reason,
        secret=prescription.secret,
        in_record=bool(prescription.document),
        comment=prescription.comment,
        flags=tuple(FLAGS[code] for code in prescription.flags if code in FLAGS),
        checked=prescription.checked,
    )


def _item(prescription: Prescription, item: Item, today: date, rules: Rules, *, is_open: bool) -> ItemView:
    left, late = deliverable(prescription, item, today, rules), lost_of(prescription, item, today, rules)
    rest, before = left_of(prescription, item), _deliverable_before(prescription, item, today, rules)
    return ItemView(
        id=item.id,
        name=item.product.words,
        posology=item.posology,
        quantity=amount(item.quantity, item.unit),
        unit=unit_words(item.unit),
        repeats=item.repeats,
        left=amount(left, item.unit),
        proposed=amount(min(left or before, item.quantity), ""),
        done=tuple(_done(each, item) for each in prescription.executions if each.item == item.id),
        is_open=before > 0,
        is_late=not is_open or left <= 0,
        cancelled=amount(rest, item.unit) if prescription.cancelled is not None and rest > 0 else "",
        not_substitutable=why_not_substitutable(item.not_substitutable) if item.not_substitutable else _NO_WORDS,
        lost=lost(amount(late, item.unit), nothing_left=left <= 0) if is_open and late > 0 and rest > 0 else _NO_WORDS,
        comment=item.comment,
        nothing_left=rest <= 0,
    )


def _deliverable_before(prescription: Prescription, item: Item, today: date, rules: Rules) -> Decimal:
    """What could be handed out on the earliest day that may still be told; nothing where none may."""
    if not may_be_written(prescription, today, rules):
        return Decimal(0)
    return deliverable(prescription, item, first_day_to_write(prescription, today, rules), rules)


def _done(done: Execution, item: Item) -> DoneView:
    product = done.product.words if done.is_substitute else ""
    quantity = amount(done.quantity, item.unit) if done.deed is not Deed.REFUSED else ""
    told = day(done.day), done.name, DEEDS[done.deed], quantity, product
    written = done.at.astimezone(PARIS).date()
    noted = day(written) if written != done.day else ""
    checked = ", ".join(each.severity for each in done.checked.advice) if done.checked is not None else ""
    return DoneView(*told, done.lot, done.reason, noted, checked)


def amount(quantity: Decimal, unit: str) -> str:
    """A quantity as people write it."""
    number = f"{quantity.normalize():f}".replace(".", ",")
    return f"{number} {unit_words(unit, number)}".strip()
