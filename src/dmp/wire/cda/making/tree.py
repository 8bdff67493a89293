"""The elements of CDA R2 and its data types, from values to nodes."""

import re
from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from dmp.record.codes import Code
from dmp.record.dtm import PARIS
from dmp.record.facts import Quantity, decimal
from dmp.wire.cda.shape import OID, UUID
from dmp.wire.cda.tree import CDA
from dmp.wire.xml import Element

Node = Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
"""Namespace of the laboratory extension (IHE XD-LAB)."""
PHARM = "urn:ihe:pharm:medication"
"""Namespace of the extension for medicines (IHE PHARM)."""
NULLS = frozenset({"NI", "OTH", "NINF", "PINF", "UNK", "ASKU", "NAV", "NASK", "TRC", "MSK", "NA", "QS"})
"""Reasons why something is not told (nullFlavor)."""

_NAMES = {None: CDA, "xsi": XSI, "lab": LAB, "pharm": PHARM}
_FOREIGN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOKEN = re.compile(r"\S+")
_RESERVED = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def cda(tag: str, *children: Node | str | None, **attributes: str) -> Node:
    """One element of CDA; absent children and empty attributes are left out, and signs that XML lacks."""
    return _made(f"{{{CDA}}}{tag}", children, attributes)


def pharm(tag: str, *children: Node | str | None, **attributes: str) -> Node:
    """One element of the extension for medicines."""
    return _made(f"{{{PHARM}}}{tag}", children, attributes)


def _made(tag: str, children: tuple[Node | str | None, ...], attributes: dict[str, str]) -> Node:
    node = etree.Element(tag, nsmap=_NAMES)
    for name, value in attributes.items():
        if value:
            node.set(name, plain(value))
    for child in children:
        if isinstance(child, str):
            _append_text(node, plain(child))
        elif child is not None:
            node.append(child)
    return node


def _append_text(node: Node, text: str) -> None:
    if len(node):
        node[-1].tail = (node[-1].tail or "") + text
    else:
        node.text = (node.text or "") + text


def plain(text: str) -> str:
    """A text without the signs that XML cannot hold."""
    return _FOREIGN.sub(" ", text)


def lab_status(code: str) -> Node:
    """`lab:statusCode` of a serviceEvent, an extension of IHE XD-LAB."""
    return _made(f"{{{LAB}}}statusCode", (), {"code": code})


def typed(node: Node, kind: str) -> Node:
    """The same element with its `xsi:type`; the name is read in the default namespace."""
    node.set(etree.QName(XSI, "type"), kind)
    return node


def templates(*roots: str) -> list[Node]:
    """The conformance declarations of a section or an entry."""
    return [cda("templateId", root=root) for root in roots]


def identifier(unique_id: str, tag: str = "id") -> Node:
    """An II from an OID, an `OID^extension` or a bare UUID (DEC-105)."""
    root, _, extension = unique_id.partition("^")
    return cda(tag, root=root, extension=extension)


def is_identifier(unique_id: str) -> bool:
    """Whether `identifier` gives one that the schema takes: under an OID, a UUID or a name that HL7 reserved."""
    root = unique_id.partition("^")[0]
    return bool(OID.fullmatch(root) or UUID.fullmatch(root) or _RESERVED.fullmatch(root))


def coded(tag: str, code: Code, *children: Node | None) -> Node:
    """A coded element; a code that is no single word, or a system that has no number, is left out."""
    said = code.code if _TOKEN.fullmatch(plain(code.code)) else ""
    system = code.system if said and is_identifier(code.system) and "^" not in code.system else ""
    return cda(tag, *children, code=said, displayName=code.display, codeSystem=system)


def coded_value(tag: str, code: Code, *children: Node | None) -> Node:
    """A coded element of declared type CD, as `observation/value` wants it."""
    return typed(coded(tag, code, *children), "CD")


def stamp(at: datetime) -> str:
    """A TS to the second with its offset, in French legal time."""
    return at.astimezone(PARIS).strftime("%Y%m%d%H%M%S%z")


def time_text(moment: date | datetime | None) -> str:
    """A TS: an instant keeps its offset, a date stays a date (DEC-111); empty for none."""
    if moment is None:
        return ""
    return stamp(moment) if isinstance(moment, datetime) else moment.strftime("%Y%m%d")


def interval(low: str, high: str = "", tag: str = "effectiveTime") -> Node:
    """An IVL_TS; an unknown start is said, and an end equal to the start is left out (cda-and-services 1.8)."""
    start = cda("low", value=low) if low else cda("low", nullFlavor="UNK")
    return cda(tag, start, cda("high", value=high) if high and high != low else None)


def number(value: Decimal) -> str:
    """A decimal as the report prints it, without exponent."""
    return f"{value:f}"


def is_number(text: str) -> bool:
    """Whether the schema takes it as one."""
    return _NUMBER.fullmatch(text) is not None and decimal(text) is not None


def amount(tag: str, value: str, unit: str, *children: Node | None, **attributes: str) -> Node:
    """A PQ of one number; a unit of several words stands in a translation, since the schema takes one word."""
    if not unit or _TOKEN.fullmatch(plain(unit)):
        return cda(tag, *children, value=value, unit=unit, **attributes)
    other = cda("translation", value=value, displayName=unit, nullFlavor="OTH")
    return cda(tag, *children, other, nullFlavor="OTH", **attributes)


def is_amount(measured: Quantity) -> bool:
    """Whether it is told in numbers that the schema takes."""
    told = [part for part in (measured.value, measured.low, measured.high) if part]
    return bool(told) and all(map(is_number, told))


def quantity(tag: str, measured: Quantity) -> Node:
    """A PQ, or an IVL_PQ for an interval and for a value below or above what the method measures."""
    if measured.comparator and measured.value:
        side = "high" if measured.comparator.startswith("<") else "low"
        inclusive = "" if measured.comparator.endswith("=") else "false"
        bound = amount(side, measured.value, measured.unit, inclusive=inclusive)
        return typed(cda(tag, bound), "IVL_PQ")
    if measured.value:
        return typed(amount(tag, measured.value, measured.unit), "PQ")
    return limits(tag, measured.low, measured.high, measured.unit)


def limits(tag: str, low: str, high: str, unit: str) -> Node:
    """An IVL_PQ of the bounds that a range has."""
    ends = (("low", low), ("high", high))
    return typed(cda(tag, *(amount(side, value, unit) for side, value in ends if is_number(value))), "IVL_PQ")


def reference(anchor: str) -> Node:
    """A pointer to the element of the narrative that carries `anchor` as its ID."""
    return cda("reference", value=f"#{anchor}")


def original_text(anchor: str) -> Node:
    """The words of the narrative that a code stands for."""
    return cda("originalText", reference(anchor))


def serialise(document: Node) -> bytes:
    """The document as UTF-8, indented; the same values give the same octets."""
    etree.cleanup_namespaces(document)
    etree.indent(document)
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True) + b"\n"
