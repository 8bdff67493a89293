"""The elements of CDA R2 and its data types, from values to nodes."""

from datetime import date, datetime
from decimal import Decimal

from lxml import etree
from lxml.builder import ElementMaker

from dmp.record.codes import Code
from dmp.record.dtm import PARIS
from dmp.sandbox.maker.facts import Quantity, Range

Node = etree._Element

V3 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
"""Namespace of the laboratory extension (IHE XD-LAB)."""

_V3 = ElementMaker(namespace=V3, nsmap={None: V3, "xsi": XSI, "lab": LAB})
_LAB = ElementMaker(namespace=LAB, nsmap={"lab": LAB})


def cda(tag: str, *children: Node | str | None, **attributes: str) -> Node:
    """One element of CDA; absent children and empty attributes are left out."""
    kept = [child for child in children if child is not None]
    return _V3(tag, {name: value for name, value in attributes.items() if value}, *kept)


def lab_status(code: str) -> Node:
    """`lab:statusCode` of a serviceEvent, an extension of IHE XD-LAB."""
    return _LAB("statusCode", {"code": code})


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


def coded(tag: str, code: Code, *children: Node | None) -> Node:
    """A coded element."""
    return cda(tag, *children, code=code.code, displayName=code.display, codeSystem=code.system)


def concept(tag: str, code: Code, *children: Node | None) -> Node:
    """A coded element of declared type CD, as `observation/value` wants it."""
    return typed(coded(tag, code, *children), "CD")


def stamp(at: datetime) -> str:
    """A TS to the second with its offset, in French legal time."""
    return at.astimezone(PARIS).strftime("%Y%m%d%H%M%S%z")


def time_text(moment: date | datetime) -> str:
    """A TS: an instant keeps its offset, a date stays a date (DEC-111)."""
    return stamp(moment) if isinstance(moment, datetime) else moment.strftime("%Y%m%d")


def interval(low: date | None, high: date | None = None, tag: str = "effectiveTime") -> Node:
    """An IVL_TS; an unknown start is said, and an end equal to the start is left out (cda-and-services 1.8)."""
    start = cda("low", value=time_text(low)) if low else cda("low", nullFlavor="UNK")
    end = cda("high", value=time_text(high)) if high and high != low else None
    return cda(tag, start, end)


def number(value: Decimal) -> str:
    """A decimal as the report prints it, without exponent."""
    return f"{value:f}"


def quantity(tag: str, measured: Quantity) -> Node:
    """A PQ, or an IVL_PQ with one open bound for a value below or above what the method measures."""
    if not measured.comparator:
        return typed(cda(tag, value=number(measured.value), unit=measured.unit), "PQ")
    side = "high" if measured.comparator == "<" else "low"
    bound = cda(side, value=number(measured.value), unit=measured.unit, inclusive="false")
    return typed(cda(tag, bound), "IVL_PQ")


def limits(tag: str, usual: Range, unit: str) -> Node:
    """An IVL_PQ of the bounds that a range has."""
    low = cda("low", value=number(usual.low), unit=unit) if usual.low is not None else None
    high = cda("high", value=number(usual.high), unit=unit) if usual.high is not None else None
    return typed(cda(tag, low, high), "IVL_PQ")


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
