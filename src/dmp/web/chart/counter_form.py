"""What a pharmacist typed about the lines of a prescription: read field by field, each error at its field."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dmp.actions.dispense import Handed
from dmp.record.facts import NOTHING, Concept
from dmp.record.prescription import Deed
from dmp.services.medicines.product import CIP, CIS
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.panel import Words
from dmp.web.chart.counter_words import NO_DAY, NO_NUMBER, OBSTACLES, UNKNOWN_CODE
from dmp.web.days import read_day
from dmp.web.portal.forms import Form, decimal_in

LINES = 15
"""Of one form: a longer prescription is written down in several goes."""
_DEED = "deed-"
_DEEDS = {each.value: each for each in Deed}


@dataclass(frozen=True)
class Typed:
    """What was typed, as far as it could be read; `errors` by the name of the field."""

    handed: tuple[Handed, ...]
    day: date | None
    opposed: bool
    """The patient wants no copy in his record (RX-3)."""
    once: str
    errors: dict[str, Words] = field(default_factory=dict[str, Words])


def read_typed(form: Form, thesaurus: Thesaurus | None) -> Typed:
    """Read a form; lines of which nothing is done say nothing."""
    errors: dict[str, Words] = {}
    handed = tuple(_handed(form, item, deed, thesaurus, errors) for item, deed in _lines(form))
    if not handed:
        errors[""] = OBSTACLES["nothing-done"]
    return Typed(handed, _day(form, errors), form.ticked("opposed"), form.line("once")[:36], errors)


def _lines(form: Form) -> Iterator[tuple[str, Deed]]:
    for name, value in form.fields.items():
        if name.startswith(_DEED) and value in _DEEDS:
            yield name.removeprefix(_DEED), _DEEDS[value]


def _handed(form: Form, item: str, deed: Deed, thesaurus: Thesaurus | None, errors: dict[str, Words]) -> Handed:
    reason = form.line(f"reason-{item}")[:300]
    if deed is Deed.REFUSED:
        return Handed(item, deed, reason=reason)
    quantity = decimal_in(form.line(f"quantity-{item}")[:20])
    if quantity is None:
        errors[f"quantity-{item}"] = NO_NUMBER
    product = _product(form.line(f"product-{item}")[:200], thesaurus)
    if product is None:
        errors[f"product-{item}"] = UNKNOWN_CODE
    return Handed(item, deed, quantity or Decimal(0), product or NOTHING, form.line(f"lot-{item}")[:60], reason)


def _product(text: str, thesaurus: Thesaurus | None) -> Concept | None:
    """Another product, by its name, its CIS or its CIP; None for a code that no medicine has."""
    digits = text.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in (7, 8, 13)):
        return Concept(text=text) if text else NOTHING
    system = CIS if len(digits) == 8 else CIP[0]
    if thesaurus is None:
        return Concept(digits, system, text=f"{'CIS' if system == CIS else 'CIP'} {digits}")
    known = thesaurus.medicine(digits) if system == CIS else thesaurus.presentation(digits)
    return None if known is None else Concept(digits, system, known.label)


def _day(form: Form, errors: dict[str, Words]) -> date | None:
    """The day that was typed; None for today."""
    text = form.line("day")[:20]
    try:
        return read_day(text) if text else None
    except ValueError:
        errors["day"] = NO_DAY
        return None
