"""Lines of a prescription, understood: what the base keeps and what the document says, or what is wrong (RX-5)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, PrescriptionLine, Quantity, Source
from dmp.record.prescription import Item, Prescription
from dmp.services.days import days_after
from dmp.services.medicines.cycle import MOST, Obstacle, Rules, against_deposit
from dmp.services.medicines.durations import restriction_of
from dmp.services.medicines.product import ATC, CIS
from dmp.services.medicines.treatment import Mark, Treatment
from dmp.services.panel import Words
from dmp.services.words import unit_words
from dmp.web.chart.medicines_words import REASONS
from dmp.web.chart.prescribing_form import Draft
from dmp.web.portal.forms import decimal_in, number_in

UNITS = ("{boite}", "{tbl}", "{CAPS}", "{SACHET}", "{flacon}", "{tube}", "{ampoule}", "{unite}")
DOSES = ("{tbl}", "{CAPS}", "{SACHET}", "{DROP}", "{PUFF}", "{ampoule}", "{dose}", "{application}", "{unite}")
KEPT_AS_IS = Code("N", "2.16.840.1.113883.5.1070", "Aucune substitution permise")
_BOX = "30009000"
"""A box, in the codes of the EDQM."""
_ATC = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: the field at fault, and what to do."""

    field: str
    words: Words


@dataclass(frozen=True)
class Understood:
    """A line: as the base keeps it, and as the document says it."""

    item: Item
    fact: PrescriptionLine


def understood(draft: Draft, name: str, written: date) -> Understood:
    """A line without faults, or the best that can be made of it."""
    repeats, days = number_in(draft.repeats) or 0, number_in(draft.days) or 0
    product, posology = _product(draft), posology_of(draft)
    quantity = _amount(draft.quantity) or Decimal(0)
    unit = draft.unit if draft.unit in UNITS else UNITS[0]
    dose, per_day = _structured(draft)
    item = Item(
        id=name,
        product=product,
        posology=f"{posology}, si besoin" if draft.as_needed and "si besoin" not in posology else posology,
        quantity=quantity,
        unit=unit,
        repeats=repeats,
        days=days,
        atc=draft.atc.upper(),
        restriction=draft.restriction,
        overlap_stated=bool(draft.overlap),
        not_substitutable=draft.fixed if draft.fixed in REASONS else "",
        long_term_illness=bool(draft.long_term),
        comment=draft.comment,
    )
    whole = days * (1 + repeats)
    fact = PrescriptionLine(
        Source(),
        product,
        _digits(written),
        _digits(days_after(written, whole - 1)) if 0 < whole <= _LONG else "",
        status="completed",
        mood="INT",
        comment=draft.comment,
        dose=dose,
        schedule=posology,
        per_day=per_day,
        as_needed=bool(draft.as_needed),
        quantity=Quantity(_plain(quantity), unit),
        repeats=repeats,
        not_substitutable=_fixed(item.not_substitutable),
        long_term_illness=item.long_term_illness,
    )
    return Understood(item, fact)


_LONG = 10_000


def posology_of(draft: Draft) -> str:
    """The words of a posology; those of its amounts where there are no others."""
    dose, _ = _structured(draft)
    if draft.posology or not dose.value:
        return draft.posology
    times = _amount(draft.times) or Decimal(0)
    said = f"{dose.value.replace('.', ',')} {unit_words(dose.unit, dose.value)}"
    return f"{said}, {_plain(times).replace('.', ',')} fois par jour"


def faults(draft: Draft, written: date, rules: Rules) -> tuple[Fault, ...]:
    """All that is wrong with a line by itself: what cannot be understood, then what the rules forbid."""
    found = tuple(_not_understood(draft))
    if found:
        return found
    line = understood(draft, "1", written)
    alone = Prescription("", "", "", "", "", written, (line.item,))
    obstacles = (each for each in against_deposit(alone, (), rules) if each.item)
    return tuple(fault_of(each, line.item, rules) for each in obstacles)


def _not_understood(draft: Draft) -> Iterator[Fault]:
    if not draft.product:
        yield Fault("product", ("Écrivez le nom du médicament.", "Write the name of the medicine."))
    if not posology_of(draft):
        yield Fault("posology", ("Écrivez comment le prendre.", "Write how to take it."))
    if _amount(draft.quantity) is None:
        yield Fault("quantity", FAULTS["quantity"][1])
    yield from (
        Fault(name, ("Écrivez un nombre entier, ou rien.", "Write a whole number, or nothing."))
        for name, typed in (("days", draft.days), ("repeats", draft.repeats))
        if typed and number_in(typed) is None
    )
    if bool(draft.dose) != bool(draft.times) or (draft.dose and not _structured(draft)[0].value):
        told = "Donnez les deux nombres : combien par prise, et combien de fois par jour. Ou aucun des deux."
        yield Fault("dose", (told, "Give both numbers: how many each time, and how many times a day. Or neither."))
    if draft.atc and not _ATC.fullmatch(draft.atc.upper()):
        yield Fault("atc", ("Ce n’est pas un code ATC : par exemple N05BA06.", "This is no ATC code: N05BA06 is one."))


FAULTS: Mapping[str, tuple[str, Words]] = {
    "no-product": ("product", ("Écrivez le nom du médicament.", "Write the name of the medicine.")),
    "quantity": (
        "quantity",
        ("Écrivez la quantité d’une délivrance, par exemple 1.", "Write the quantity of a delivery, 1 for example."),
    ),
    "duration": (
        "days",
        (
            "Douze mois au plus, renouvellements compris : réduisez la durée ou les renouvellements.",
            "Twelve months at most, with all renewals: make the duration shorter or the renewals fewer.",
        ),
    ),
    "duration-missing": (
        "days",
        ("Ce médicament demande une durée, en jours ({}).", "This medicine needs a duration, in days ({})."),
    ),
    "too-long": (
        "days",
        (
            "Trop long, renouvellements compris ({}) : réduisez la durée ou les renouvellements.",
            "Too long, with all renewals ({}): make the duration shorter or the renewals fewer.",
        ),
    ),
    "not-renewable": (
        "repeats",
        ("Pas de renouvellement possible ({}) : mettez 0.", "It cannot be renewed ({}): write 0."),
    ),
    "unknown-restriction": ("restriction", ("Choisissez une règle de la liste.", "Choose a rule of the list.")),
    "overlap": (
        "overlap",
        (
            "Une autre de vos ordonnances couvre ces jours : cochez « chevauchement voulu » si vous le voulez, "
            "ou retirez la ligne.",
            "Another prescription of yours covers these days: tick “overlap meant” if you mean it, or remove the line.",
        ),
    ),
}
"""The field of a line at fault, and what to do, by the code of the obstacle (`services.medicines.cycle`)."""


def fault_of(obstacle: Obstacle, item: Item, rules: Rules) -> Fault:
    """What stands in the way of a line, and what to do about it."""
    field, words = FAULTS[obstacle.code]
    rule = restriction_of(item, rules.restrictions)
    named = (rule.french, rule.english) if rule is not None else ("", "")
    return Fault(field, (words[0].format(named[0]), words[1].format(named[1])))


# -- what is typed


def _product(draft: Draft) -> Concept:
    atc = (Code(draft.atc.upper(), ATC, ""),) if draft.atc else ()
    if draft.cis and draft.named == draft.product:
        return Concept(draft.cis, CIS, draft.product, draft.product, atc)
    return Concept(text=draft.product, translations=atc)


def _fixed(reason: str) -> Concept:
    if not reason:
        return NOTHING
    return Concept(KEPT_AS_IS.code, KEPT_AS_IS.system, KEPT_AS_IS.display, f"{reason} : {REASONS[reason][0]}")


def _structured(draft: Draft) -> tuple[Quantity, str]:
    """The amount of a dose, and units a day; nothing where one of them is not told."""
    dose, times = _amount(draft.dose), _amount(draft.times)
    if not dose or not times:
        return Quantity(), ""
    unit = draft.dose_unit if draft.dose_unit in DOSES else DOSES[0]
    return Quantity(_plain(dose), unit), _plain(dose * times)


def _amount(text: str) -> Decimal | None:
    """A number above nothing, as people write it; None for any other text."""
    found = decimal_in(text.replace(" ", ""))
    return found if found is not None and 0 < found <= MOST else None


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"


# -- renewing


def renewed(treatment: Treatment, days: str, repeats: str) -> Draft:
    """A current treatment, prescribed again; what its documents do not tell is left to be typed."""
    product, lines = treatment.product, [each.line for each in treatment.lines]
    last = max(lines, key=lambda each: each.day or date.min).fact if lines else None
    quantity, unit = ("", UNITS[0]) if last is None else _boxes(last.quantity)
    return Draft(
        product=product.label[:150],
        cis=product.cis,
        named=product.label[:150] if product.cis else "",
        atc=next((code for code in product.atc if _ATC.fullmatch(code)), ""),
        posology=(treatment.doses[0].words if treatment.doses else "")[:200],
        quantity=quantity,
        unit=unit,
        days=days,
        repeats=repeats,
        fixed=next((code for code in REASONS if last is not None and code in last.not_substitutable.text), ""),
        long_term="1" if Mark.LONG_TERM in treatment.marks else "",
        as_needed="1" if Mark.AS_NEEDED in treatment.marks else "",
    )


def _boxes(told: Quantity) -> tuple[str, str]:
    """The quantity of the last line, where it is told in a unit that the form has; a bare number counts boxes."""
    unit = UNITS[0] if told.unit in ("", _BOX) else told.unit
    return (told.value, unit) if unit in UNITS and told.value else ("", UNITS[0])
