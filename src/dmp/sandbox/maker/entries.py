"""Entries that several kinds of document share: problems, products, comments (cda-and-services 3.2, 3.3)."""

from collections.abc import Sequence
from datetime import date

from dmp.record.codes import Code
from dmp.sandbox.maker.facts import CIP, CIS, LOINC, SNOMED_CT, Product
from dmp.sandbox.maker.tree import Node, cda, coded, concept, interval, original_text, reference, templates

DIAGNOSIS = Code("282291009", SNOMED_CT, "interprétation diagnostique")
REPORTED_SYMPTOM = Code("418799008", SNOMED_CT, "symptôme rapporté par le patient ou le répondant")
COMMENT = Code("48767-8", LOINC, "Commentaire")

PROBLEM = ("2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5", "1.2.250.1.213.1.1.3.37")
REACTION = (PROBLEM[0], "2.16.840.1.113883.10.20.1.54", *PROBLEM[1:])
PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")
COMMENT_ACT = ("2.16.840.1.113883.10.20.1.40", "1.3.6.1.4.1.19376.1.5.3.1.4.2", "1.2.250.1.213.1.1.3.32")
INTERNAL_REFERENCE = ("1.3.6.1.4.1.19376.1.5.3.1.4.4.1", "1.2.250.1.213.1.1.3.36")


def observation(
    conformance: Sequence[str],
    code: Code,
    value: Code,
    *,
    entry_id: str,
    anchor: str,
    since: date | None,
    until: date | None = None,
) -> Node:
    """An observed problem or reaction («FR-Probleme»), pointing to its words in the narrative."""
    return cda(
        "observation",
        *templates(*conformance),
        cda("id", root=entry_id),
        coded("code", code),
        cda("text", reference(anchor)),
        completed(),
        interval(since, until),
        concept("value", value, original_text(anchor)),
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )


def completed() -> Node:
    """The status of an act that is over, or of a statement that is made."""
    return cda("statusCode", code="completed")


def related(kind: str, *content: Node, inversion: str = "") -> Node:
    """An `entryRelationship` of the given typeCode."""
    return cda("entryRelationship", *content, typeCode=kind, inversionInd=inversion)


def consumable(product: Product, *, anchor: str, lot: str = "") -> Node:
    """The product («FR-Produit-de-sante») by CIS, ATC class and CIP, with its batch."""
    code = coded(
        "code",
        Code(product.cis, CIS, product.name),
        original_text(anchor),
        coded("translation", product.atc),
        coded("translation", Code(product.cip, CIP, product.name)),
    )
    batch = cda("lotNumberText", lot) if lot else None
    material = cda("manufacturedMaterial", code, cda("name", product.name), batch)
    return cda("consumable", cda("manufacturedProduct", *templates(*PRODUCT), material), typeCode="CSM")


def comment(text: str, *, anchor: str) -> Node:
    """A free comment on an entry («FR-Commentaire-ER»)."""
    words = cda("text", reference(anchor))
    words[0].tail = text
    act = cda(
        "act",
        *templates(*COMMENT_ACT),
        coded("code", COMMENT),
        words,
        completed(),
        classCode="ACT",
        moodCode="EVN",
    )
    return related("SUBJ", act)


def reason(code: Code, *, entry_id: str, anchor: str) -> Node:
    """Why: a reference to a problem told elsewhere in the document («FR-Reference-interne»)."""
    act = cda(
        "act",
        *templates(*INTERNAL_REFERENCE),
        cda("id", root=entry_id),
        coded("code", code, original_text(anchor)),
        classCode="ACT",
        moodCode="EVN",
    )
    return related("RSON", act)
