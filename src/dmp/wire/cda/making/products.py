"""What a medicine is: its codes, its substances, its pack («FR-Produit-de-sante», cda-and-services 3.3)."""

import re
from collections.abc import Sequence

from dmp.record.facts import NOTHING, Concept, Quantity, Substance
from dmp.wire.cda.entries.values import time
from dmp.wire.cda.making.concepts import UNTOLD, code_of, principal
from dmp.wire.cda.making.pen import Line
from dmp.wire.cda.making.tree import (
    Node,
    amount,
    cda,
    coded,
    is_number,
    pharm,
    plain,
    templates,
    typed,
)

PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")
MEDICINE = "1.3.6.1.4.1.19376.1.9.1.3.1"
"""Template of a medicine in prescriptions and dispensations (IHE PHARM)."""
INSURED = "1.2.250.1.215.200.1.3.1"
"""Substances in the nomenclature of the health insurance, which are told among the translations of a product."""
ATC = "2.16.840.1.113883.6.73"
CIP = ("1.2.250.1.213.2.3.2", "1.2.250.1.213.2.3.3")
_STRENGTH = re.compile(r"(?P<value>[0-9.]+)(?: (?P<unit>\S+))?")


def consumable(concept: Concept, line: Line, heading: str, *, lot: str = "", rich: "Rich | None" = None) -> Node:
    """The product of an administration."""
    return cda("consumable", product(concept, line, heading, lot=lot, rich=rich)[0], typeCode="CSM")


class Rich:
    """What prescriptions and dispensations tell of a product beside its codes."""

    def __init__(self, substances: Sequence[Substance], expiry: str = "", pack: Quantity | None = None):
        """Substances of the health insurance stand among the translations of the product."""
        self.substances = substances
        self.expiry = expiry
        self.pack = pack or Quantity()

    def nodes(self, concept: Concept) -> list[Node]:
        """In the order of the schema."""
        codes = {(code.code, code.system) for code in concept.translations if code.system == INSURED}
        ingredients = [found for found in self.substances if (found.concept.code, found.concept.system) not in codes]
        return [
            *([pharm("expirationTime", value=time(self.expiry))] if time(self.expiry) else []),
            *_pack(concept, self.pack),
            *(_class(code.code, code.display) for code in concept.translations if code.system == ATC),
            *map(_ingredient, ingredients),
        ]


def product(concept: Concept, line: Line, heading: str, *, lot: str = "", rich: Rich | None = None) -> tuple[Node, str]:
    """A product by its codes, with its batch; gives the name of its words too."""
    if concept == NOTHING:
        name = line.say(heading, "")
        line.add(heading, UNTOLD)
        return _manufactured(cda("manufacturedMaterial", nullFlavor="NA")), name
    code, name = principal("code", concept, line, heading)
    label = concept.display
    material = cda(
        "manufacturedMaterial",
        *(templates(MEDICINE) if rich is not None else ()),
        code,
        cda("name", label) if label else cda("name", nullFlavor="NA"),
        cda("lotNumberText", lot) if lot else None,
        *(rich.nodes(concept) if rich is not None else ()),
    )
    return _manufactured(material), name


def _manufactured(material: Node) -> Node:
    return cda("manufacturedProduct", *templates(*PRODUCT), material)


def _class(code: str, label: str) -> Node:
    """The therapeutic class of the product (ATC)."""
    found = pharm("code", code=code, displayName=label, codeSystem=ATC)
    kind = pharm("generalizedMedicineClass", found, pharm("name", label), classCode="MMAT")
    return pharm("asSpecializedKind", kind, classCode="GRIC")


def _pack(concept: Concept, pack: Quantity) -> list[Node]:
    """How many units one pack holds."""
    if not is_number(pack.value):
        return []
    cip = next((code for code in (code_of(concept), *concept.translations) if code.system in CIP), None)
    label = cip.display if cip else concept.words
    size = amount("capacityQuantity", pack.value, pack.unit)
    size.tag = pharm("capacityQuantity").tag
    holder = pharm(
        "containerPackagedMedicine",
        pharm("code", code=cip.code, displayName=label, codeSystem=cip.system) if cip else None,
        pharm("name", label),
        size,
        classCode="CONT",
        determinerCode="INSTANCE",
    )
    return [pharm("asContent", holder, classCode="CONT")]


def _ingredient(found: Substance) -> Node:
    code = coded("code", code_of(found.concept))
    code.tag = pharm("code").tag
    inner = pharm(
        "ingredient", code, pharm("name", plain(found.concept.words)), classCode="MMAT", determinerCode="KIND"
    )
    return pharm("ingredient", _strength(found.strength), inner, classCode="ACTI")


def _strength(said: str) -> Node | None:
    """`500 mg`, or `10 mg/1 mL`, as a ratio; nothing where it is told otherwise."""
    upper, _, lower = said.partition("/")
    parts = [_STRENGTH.fullmatch(part) for part in (upper, lower or "1")]
    if not said or not all(part is not None and is_number(part["value"]) for part in parts):
        return None
    names = ("numerator", "denominator")
    told = [
        typed(amount(name, part["value"], part["unit"] or ""), "PQ")
        for name, part in zip(names, parts, strict=True)
        if part is not None
    ]
    return pharm("quantity", *told)
