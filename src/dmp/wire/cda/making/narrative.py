"""What people read in a structured document: sections and their narrative blocks."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from dmp.record.codes import Code
from dmp.record.dtm import PARIS
from dmp.record.facts import Quantity
from dmp.wire.cda.making.tree import Node, cda, coded, templates

Cell = Node | str

PRINTED_UNITS = {
    "10*9/L": "G/L",
    "10*12/L": "T/L",
    "m[IU]/L": "mUI/L",
    "mL/min/{1.73_m2}": "mL/min/1,73 m²",
    "ug/L": "µg/L",
    "umol/L": "µmol/L",
    "{INR}": "",
    "{tablet}": "comprimé",
}
"""How French reports print a UCUM unit, where it differs."""
_SIGNS = {"<=": "≤", ">=": "≥"}


def section(
    conformance: Iterable[str], code: Code, title: str, *content: Node | None, entry_id: str = "", null: str = ""
) -> Node:
    """A section inside its component: templates, id, code, title, then narrative, entries and sub-sections.

    `null` is why it says nothing (nullFlavor).
    """
    ident = cda("id", root=entry_id) if entry_id else None
    head = (*templates(*conformance), ident, coded("code", code), cda("title", title))
    return cda("component", cda("section", *head, *content, nullFlavor=null))


def paragraph(text: str) -> Node:
    """A paragraph of the narrative."""
    return cda("paragraph", text)


def anchor(name: str, text: str) -> Node:
    """A piece of narrative that entries point to."""
    return cda("content", text, ID=name)


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Node:
    """A table with one heading row."""
    head = cda("thead", cda("tr", *(cda("th", heading) for heading in headings)))
    body = cda("tbody", *(cda("tr", *(cda("td", cell) for cell in row)) for row in rows))
    return cda("table", head, body, border="0")


def day(moment: date | None) -> str:
    """A date as French readers write it, a dash when there is none."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(PARIS)
    return moment.strftime("%d/%m/%Y") if moment else "-"


def instant(at: datetime) -> str:
    """A moment to the minute, in French legal time."""
    return at.astimezone(PARIS).strftime("%d/%m/%Y à %Hh%M")


def told_day(digits: str) -> str:
    """The digits of a time as French readers write a day, as far as they are known."""
    year, month, date_ = digits[:4], digits[4:6], digits[6:8]
    return "/".join(part for part in (date_, month, year) if part)


def printed(measured: Quantity) -> str:
    """A measured value with the unit and the decimal comma of French reports."""
    unit = PRINTED_UNITS.get(measured.unit, measured.unit)
    ends = " à ".join(part for part in (measured.low, measured.high) if part)
    figures = (measured.value or ends).replace(".", ",")
    return " ".join(part for part in (_SIGNS.get(measured.comparator, measured.comparator), figures, unit) if part)
