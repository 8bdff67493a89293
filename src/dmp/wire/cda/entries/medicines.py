"""What a medicine is, in an administration or a delivery: its codes, its substances, its pack (cda 3.3)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, Quantity, Substance
from dmp.wire.cda.entries.values import concept, quantity, time
from dmp.wire.cda.entries.words import Words
from dmp.wire.cda.tree import Branch, attribute, every, one, text

_PHARM = "{urn:ihe:pharm:medication}"
_CNAM_SUBSTANCE = "1.2.250.1.215.200.1.3.1"
"""Substances in the nomenclature of the health insurance, written among the translations."""


class Medicine(NamedTuple):
    """A product as written."""

    concept: Concept = NOTHING
    substances: tuple[Substance, ...] = ()
    lot: str = ""
    expiry: str = ""
    pack: Quantity = Quantity()


def medicine(branch: Branch, names: str, words: Words) -> Medicine:
    """Read the manufacturedProduct at a path below an administration or a supply."""
    material = one(branch, f"{names}/manufacturedProduct/manufacturedMaterial")
    if material is None:
        return Medicine()
    product = concept(one(material, "code"), words)
    if not product.display:
        # The name is of the product itself; a label of a translation may be of its class.
        product = replace(product, display=text(material, "name"))
    return Medicine(
        concept=replace(product, translations=(*product.translations, *_more_codes(material, product))),
        substances=(*_ingredients(material, words), *_insured(product)),
        lot=text(material, "lotNumberText"),
        expiry=time(attribute(material, f"{_PHARM}expirationTime", "value")),
        pack=quantity(one(material, f"{_PACK}/{_PHARM}capacityQuantity")),
    )


_PACK = f"{_PHARM}asContent/{_PHARM}containerPackagedMedicine"
_CLASS = f"{_PHARM}asSpecializedKind/{_PHARM}generalizedMedicineClass"


def _more_codes(material: Branch, known: Concept) -> Iterator[Code]:
    """Codes of the pack (CIP) and of the class (ATC), each once."""
    seen = set(known.codes())
    for found in (*every(material, f"{_PACK}/{_PHARM}code"), *every(material, f"{_CLASS}/{_PHARM}code")):
        key = (found.get("code"), found.get("codeSystem"))
        if key[0] and key not in seen:
            seen.add(key)
            yield Code(*key, found.get("displayName"))


def _ingredients(material: Branch, words: Words) -> Iterator[Substance]:
    for found in every(material, f"{_PHARM}ingredient"):
        inner = one(found, f"{_PHARM}ingredient")
        if inner is None:
            continue
        what = concept(one(inner, f"{_PHARM}code"), words)
        if not what.words:
            what = replace(what, text=text(inner, f"{_PHARM}name"))
        yield Substance(what, _strength(one(found, f"{_PHARM}quantity")))


def _strength(branch: Branch | None) -> str:
    """`500 mg`, or `10 mg/1 mL`; the parts stand in either namespace."""
    if branch is None:
        return ""
    parts = [quantity(one(branch, name) or one(branch, f"{_PHARM}{name}")) for name in ("numerator", "denominator")]
    upper, lower = (f"{part.value} {part.unit}".strip() for part in parts)
    return upper if lower in {"", "1"} else f"{upper}/{lower}"


def _insured(product: Concept) -> Iterator[Substance]:
    for code in product.translations:
        if code.system == _CNAM_SUBSTANCE:
            yield Substance(Concept(code.code, code.system, code.display))
