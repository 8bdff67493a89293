"""Concepts, amounts and times of facts, written as words of a line and as codes that point at them."""

from dmp.record.codes import Code
from dmp.record.facts import NOTHING, Concept, Qualifier, Quantity
from dmp.wire.cda.entries.values import time
from dmp.wire.cda.making.labels import by_label
from dmp.wire.cda.making.narrative import printed, told_day
from dmp.wire.cda.making.pen import Line
from dmp.wire.cda.making.tree import (
    NULLS,
    Node,
    cda,
    coded,
    coded_value,
    is_amount,
    original_text,
    quantity,
    reference,
    typed,
)

SIDES = Code("20228-3", "2.16.840.1.113883.6.1", "Latéralité")
UNTOLD = "Non précisé"


def code_of(concept: Concept) -> Code:
    """The main code of a concept."""
    return Code(concept.code, concept.system, concept.display)


def principal(tag: str, concept: Concept, line: Line, heading: str, *, pointed: bool = True) -> tuple[Node, str]:
    """What an entry is about, with the name of its words: those of its author, and its label where they differ.

    `pointed` says that the code points at its words even when they are only its label, as models ask of diagnoses
    and products.
    """
    said = concept.text or concept.words
    name = line.say(heading, said)
    line.add(heading, label_beside(concept) if said else UNTOLD)
    return _coded(tag, concept, original_text(name) if concept.text or (pointed and said) else None), name


def label_beside(concept: Concept) -> str:
    """The label of the code, where the author wrote something else."""
    differs = concept.text and concept.display and concept.text.casefold() != concept.display.casefold()
    return f"({concept.display})" if differs else ""


def beside(tag: str, concept: Concept, line: Line, heading: str, *, kind: str = "") -> Node | None:
    """Something else that an entry tells; None when it does not."""
    if concept == NOTHING:
        return None
    if not concept.words:
        return _coded(tag, concept, None)
    name = line.say(heading, concept.text or concept.words, tag)
    node = _coded(tag, concept, original_text(name) if concept.text else None)
    return typed(node, kind) if kind else node


def _coded(tag: str, concept: Concept, words: Node | None) -> Node:
    translations = (coded("translation", code) for code in concept.translations)
    node = coded(tag, code_of(concept), words, *map(_qualifier, concept.qualifiers), *translations)
    if concept.null in NULLS:
        node.set("nullFlavor", concept.null)
    return node


def _qualifier(found: Qualifier) -> Node:
    name = coded("name", Code(found.name, found.system, found.label)) if found.name else None
    return cda("qualifier", name, coded("value", found.value))


def sided(node: Node | None, laterality: str, line: Line) -> Node | None:
    """A coded element with the side of the body that it is on («latéralité»)."""
    if node is None or not laterality:
        return node
    line.add("Côté", laterality)
    side = by_label("laterality", laterality)
    value = coded("value", side) if side else cda("value", displayName=laterality)
    qualifier = cda("qualifier", coded("name", SIDES), value)
    # After the words of the element and before its translations.
    node.insert(1 if len(node) and node[0].tag.endswith("originalText") else 0, qualifier)
    return node


# -- times


def day(line: Line, heading: str, digits: str) -> None:
    """A day in words, where it is known."""
    line.add(heading, told_day(time(digits)))


def point(digits: str) -> Node:
    """An effectiveTime that is one moment; unknown when it is not told."""
    told = time(digits)
    return cda("effectiveTime", value=told) if told else cda("effectiveTime", nullFlavor="UNK")


def span(start: str, end: str, *, open_end: bool = False) -> Node:
    """An effectiveTime from a start to an end; `open_end` says that the end is not known yet."""
    low, high = time(start), time(end)
    last = cda("high", value=high) if high else cda("high", nullFlavor="UNK") if open_end else None
    first = cda("low", value=low) if low else cda("low", nullFlavor="UNK")
    return typed(cda("effectiveTime", first, last), "IVL_TS")


def moment(start: str, end: str) -> Node:
    """One moment, or an interval where there is an end."""
    return span(start, end) if end else point(start)


# -- values


def value(measured: Quantity, concept: Concept, line: Line, heading: str) -> Node | None:
    """The value of an observation; a number that is none is kept as words; None when nothing is told."""
    if is_amount(measured):
        line.add(heading, printed(measured))
        return quantity("value", measured)
    if measured != Quantity():
        return _words(printed(measured), line, heading)
    if concept.truth is not None:
        line.add(heading, "Oui" if concept.truth else "Non")
        return typed(cda("value", value=concept.code), "BL")
    if not concept.code and not concept.translations and concept.text:
        return _words(concept.text, line, heading)
    return beside("value", concept, line, heading, kind="CD") if concept.words else _null(concept)


def _words(text: str, line: Line, heading: str) -> Node:
    line.add(heading, text)
    return typed(cda("value", text), "ST")


def _null(concept: Concept) -> Node | None:
    return typed(cda("value", nullFlavor=concept.null), "CD") if concept.null in NULLS else None


def worded_value(said: str, table: str, name: str) -> Node:
    """A value of a small set, by its label; what the set lacks is kept as words."""
    found = by_label(table, said)
    return coded_value("value", found) if found else typed(cda("value", original_text(name), nullFlavor="OTH"), "CD")


def pointer(name: str) -> Node:
    """The words of an entry."""
    return cda("text", reference(name))
