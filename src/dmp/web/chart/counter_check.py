"""What a pharmacist reads before another product than the one prescribed is written down (RX-7): it blocks nothing."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dmp.actions.dispense import Handed
from dmp.record.facts import NOTHING
from dmp.record.prescription import Advice, Checked, Deed, Item, Prescription
from dmp.services.medicines import alert_rules
from dmp.services.medicines.product import product_told
from dmp.services.medicines.substitute import Compared, Ground, Known, Likeness, compare
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.panel import Words
from dmp.services.rule_set import Rules
from dmp.web.chart.medicines_alerts import data_kept
from dmp.web.days import day

TITLES: Mapping[Likeness, Words] = {
    Likeness.SAME: ("Même substance", "Same substance"),
    Likeness.OTHER: ("Autre substance", "Another substance"),
    Likeness.UNKNOWN: ("Non vérifiable", "Cannot be checked"),
}
COLOURS: Mapping[Likeness, str] = {Likeness.SAME: "success", Likeness.OTHER: "danger", Likeness.UNKNOWN: "warning"}
GROUNDS: Mapping[Ground, Words] = {
    Ground.PRODUCT: ("C’est le médicament prescrit.", "It is the medicine prescribed."),
    Ground.GROUP: (
        "Les deux sont dans un même groupe générique : même dosage, même forme.",
        "Both are in one group of generics: same dose, same form.",
    ),
    Ground.SUBSTANCES: (
        "D’après la composition des deux médicaments.",
        "From the composition of both medicines.",
    ),
    Ground.NAMES: (
        "D’après les noms des produits seulement.",
        "From the names of the products only.",
    ),
    Ground.ATC: ("D’après les codes ATC seulement.", "From the ATC codes only."),
    Ground.NOTHING: (
        "Ce qui est écrit ne permet pas de le dire : vérifiez vous-même la substance avant d’enregistrer.",
        "What is written does not tell: check the substance yourself before you save.",
    ),
}
BY_CODE: Words = (
    "Avec son code CIS ou CIP à la place du nom, elle pourrait être comparée.",
    "With its CIS or CIP code instead of its name, it could be compared.",
)
NO_DATA: Words = (
    "Aucune base de médicaments n’est chargée dans ce service.",
    "No database of medicines is loaded in this service.",
)
NOT_COMPARED: Words = (
    "Le dosage et la forme ne sont pas comparés : vérifiez-les.",
    "Dose and form are not compared: check them.",
)
AGREEMENT: Words = (
    "Changer de substance n’est pas substituer : il faut d’abord l’accord du prescripteur. Appelez-le ; s’il est "
    "d’accord, choisissez « Adapté » et écrivez dans le motif qui a donné son accord, et quand.",
    "To change the substance is not to substitute: the prescriber has to agree first. Call; if the prescriber agrees, "
    "choose “Adapted” and write in the reason who agreed, and when.",
)
AGREED: Words = (
    "Changer de substance demande l’accord du prescripteur : le motif doit dire qui a donné son accord, et quand.",
    "To change the substance needs the agreement of the prescriber: the reason must say who agreed, and when.",
)


@dataclass(frozen=True)
class SubstituteView:
    """What the check says of one line; `item` is its id."""

    item: str
    prescribed: str
    handed: str
    title: Words
    colour: str
    text: Words
    rule: str


def substitutes(
    prescription: Prescription, handed: Iterable[Handed], thesaurus: Thesaurus | None, rules: Rules
) -> tuple[SubstituteView, ...]:
    """What is to be read of each line for which another product is handed out."""
    found = tuple(_replaced(prescription, handed))
    if not found:
        return ()
    known = Known.of(thesaurus, rules.of(alert_rules.RULES))
    return tuple(_view(each, item, known) for each, item in found)


def _replaced(prescription: Prescription, handed: Iterable[Handed]) -> Iterator[tuple[Handed, Item]]:
    for each in handed:
        item = prescription.item(each.item)
        if item is not None and each.product != NOTHING and each.deed is not Deed.REFUSED:
            yield each, item


def _view(handed: Handed, item: Item, known: Known) -> SubstituteView:
    prescribed, given = (product_told(each, known.thesaurus) for each in (item.product, handed.product))
    if item.atc:
        prescribed = replace(prescribed, atc=tuple(dict.fromkeys((*prescribed.atc, item.atc))))
    found = compare(prescribed, given, known)
    said = (*_said(found, handed.deed), *_data(found, handed, known))
    text = " ".join(words[0] for words in said), " ".join(words[1] for words in said)
    title, colour = TITLES[found.likeness], COLOURS[found.likeness]
    return SubstituteView(item.id, item.product.words, handed.product.words, title, colour, text, found.rule)


def _said(found: Compared, deed: Deed) -> Iterator[Words]:
    """The sentences: what differs, by what it is known, what to do."""
    if found.likeness is Likeness.OTHER and found.prescribed and found.handed:
        one, other = ", ".join(found.prescribed), ", ".join(found.handed)
        yield (f"Prescrit : {one}. Délivré : {other}.", f"Prescribed: {one}. Delivered: {other}.")
    yield GROUNDS[found.ground]
    if found.likeness is Likeness.OTHER:
        yield AGREED if deed is Deed.ADAPTED else AGREEMENT
    elif found.likeness is Likeness.SAME and found.ground not in (Ground.PRODUCT, Ground.GROUP):
        yield NOT_COMPARED


def _data(found: Compared, handed: Handed, known: Known) -> Iterator[Words]:
    """Of which day the data are (SV-5), or what would let it be checked."""
    if known.thesaurus is None:
        if found.likeness is Likeness.UNKNOWN:
            yield NO_DATA
        return
    if found.likeness is Likeness.UNKNOWN and not handed.product.code:
        yield BY_CODE
    of = day(known.thesaurus.origin.medicines)
    yield (f"Base publique des médicaments du {of}.", f"Public database of medicines of {of}.")


def seen_of(prescription: Prescription, advice: tuple[SubstituteView, ...]) -> str:
    """What was read, in short: what is written down must be the same."""
    told = [(each.item, each.handed, each.rule, each.text) for each in advice]
    return hashlib.sha256(repr((prescription.id, told)).encode()).hexdigest()


def with_advice(
    handed: Iterable[Handed],
    advice: Iterable[SubstituteView],
    thesaurus: Thesaurus | None,
    rules: Rules,
    say: Callable[[str, str], str],
) -> tuple[Handed, ...]:
    """The same, each with what was read of it, to be kept; `say` takes the words of the language of the page."""
    version, by_item = rules.of(alert_rules.RULES).version, {each.item: each for each in advice}
    database = data_kept(thesaurus, say)
    data = "" if thesaurus is None else day(thesaurus.origin.medicines)
    return tuple(
        replace(each, checked=Checked(version, database, (_advice(by_item[each.item], version, data, say),)))
        if each.item in by_item
        else each
        for each in handed
    )


def _advice(view: SubstituteView, version: str, data: str, say: Callable[[str, str], str]) -> Advice:
    return Advice(view.rule, say(*view.title), say(*view.text), version, data)
