"""Walking a CDA tree in the words of its paths: `recordTarget/patientRole` instead of Clark names."""

from functools import cache

from lxml import etree

from dmp.wire.xml import Element

CDA = "urn:hl7-org:v3"
DOCUMENT = f"{{{CDA}}}ClinicalDocument"


@cache
def clark(names: str) -> str:
    """The lxml path of CDA element names separated by slashes; a step in Clark form (`{urn:x}y`) stays."""
    return "/".join(step if step.startswith("{") else f"{{{CDA}}}{step}" for step in names.split("/"))


def one(element: Element, names: str) -> Element | None:
    """The first descendant along the path, or None."""
    return element.find(clark(names))


def every(element: Element, names: str) -> list[Element]:
    """All descendants along the path, in document order."""
    return element.findall(clark(names))


def attribute(element: Element, names: str, name: str) -> str:
    """An attribute of the first descendant along the path; empty when either is absent."""
    found = one(element, names)
    return "" if found is None else found.get(name, "")


def text_of(element: Element | None) -> str:
    """All the text inside an element, white space collapsed; empty for None."""
    return "" if element is None else " ".join("".join(element.itertext("*")).split())


def text(element: Element, names: str) -> str:
    """The text of the first descendant along the path, white space collapsed."""
    return text_of(one(element, names))


def name_of(element: Element) -> str:
    """The local name, without namespace."""
    return etree.QName(element).localname


def where(element: Element) -> str:
    """The path of an element below ClinicalDocument, counted where siblings share its name: `author[2]/time`."""
    steps: list[str] = []
    current: Element | None = element
    while current is not None and current.tag != DOCUMENT:
        steps.append(_step(current))
        current = current.getparent()
    return "/".join(reversed(steps))


def _step(element: Element) -> str:
    parent = element.getparent()
    twins: list[Element] = [] if parent is None else parent.findall(element.tag)
    position = f"[{twins.index(element) + 1}]" if len(twins) > 1 else ""
    return name_of(element) + position
