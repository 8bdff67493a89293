"""Walking a CDA tree in the words of its paths: `recordTarget/patientRole` instead of Clark names."""

import re
from functools import cache

from lxml import etree

from dmp.wire.xml import Element

CDA = "urn:hl7-org:v3"
DOCUMENT = f"{{{CDA}}}ClinicalDocument"
_OURS = f"{{{CDA}}}"


class Branch:
    """An element of a tree that nobody changes, with what was found below it.

    A header is asked two hundred times for what it holds: each part of it is walked once.
    """

    __slots__ = ("_found", "element")

    def __init__(self, element: Element):
        """Look at nothing yet."""
        self.element = element
        self._found: dict[str, list[Branch]] | None = None

    @staticmethod
    def of(document: "Element | Branch") -> "Branch":
        """A document that may have been looked into already."""
        return document if isinstance(document, Branch) else Branch(document)

    @property
    def place(self) -> str:
        """Where the element is: see `where`."""
        return where(self.element)

    def get(self, name: str) -> str:
        """An attribute, empty when it is absent."""
        value: str = self.element.get(name, "")
        return value

    def every(self, names: str) -> "list[Branch]":
        """All descendants along the path, in document order."""
        known = self._look() if self._found is None else self._found
        found = known.get(names)
        if found is None:
            above, last = parted(names)
            parents = self.every(above) if above else []
            found = known[names] = [child for parent in parents for child in parent.every(last)]
        return found

    def _look(self) -> "dict[str, list[Branch]]":
        """The children by the name that paths give them: without namespace, none passes for one of CDA."""
        found: dict[str, list[Branch]] = {}
        for child in self.element.iterchildren("*"):
            tag: str = child.tag
            name = tag[len(_OURS) :] if tag.startswith(_OURS) else tag if tag[0] == "{" else f"{{}}{tag}"
            found.setdefault(name, []).append(Branch(child))
        self._found = found
        return found


@cache
def parted(names: str) -> tuple[str, str]:
    """The path above, and the last name; a step in Clark form (`{urn:x}y`) may hold slashes."""
    *above, last = re.findall(r"(?:\{[^}]*\})?[^/]+", names)
    return "/".join(above), last


def one(branch: Branch, names: str) -> Branch | None:
    """The first descendant along the path, or None."""
    found = branch.every(names)
    return found[0] if found else None


def every(branch: Branch, names: str) -> list[Branch]:
    """All descendants along the path, in document order."""
    return branch.every(names)


def attribute(branch: Branch, names: str, name: str) -> str:
    """An attribute of the first descendant along the path; empty when either is absent."""
    found = one(branch, names)
    return "" if found is None else found.get(name)


def text_of(branch: Branch | None) -> str:
    """All the text inside an element, white space collapsed; empty for None."""
    return "" if branch is None else " ".join("".join(branch.element.itertext("*")).split())


def text(branch: Branch, names: str) -> str:
    """The text of the first descendant along the path, white space collapsed."""
    return text_of(one(branch, names))


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
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    twins = before or next(element.itersiblings(element.tag), None) is not None
    return name_of(element) + (f"[{before + 1}]" if twins else "")
