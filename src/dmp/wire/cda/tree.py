"""Walking a CDA tree in the words of its paths: `recordTarget/patientRole` instead of Clark names."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from lxml import etree

from dmp.wire.xml import Element

CDA = "urn:hl7-org:v3"
DOCUMENT = f"{{{CDA}}}ClinicalDocument"
_OURS = f"{{{CDA}}}"
_LENGTH = len(_OURS)


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

    @property
    def is_leaf(self) -> bool:
        """Whether it has no child of any kind."""
        return not len(self.element)

    def every(self, names: str) -> "list[Branch]":
        """All descendants along the path, in document order."""
        known = self._found
        if known is None:
            # Most elements hold none, and most of what is asked for is not there.
            if not len(self.element):
                return []
            known = self._look()
        found = known.get(names)
        if found is None:
            found = self._along(names, known) if "/" in names else []
        return found

    def _along(self, names: str, known: "dict[str, list[Branch]]") -> "list[Branch]":
        """What is below a child, which is kept with the children: entries ask it of what stands above them."""
        above, last = parted(names)
        parents = self.every(above) if above else []
        if not parents:
            return []
        found = known[names] = [child for parent in parents for child in parent.every(last)]
        return found

    def named(self, names: Iterable[str]) -> "Iterator[tuple[str, list[Branch]]]":
        """The children that have one of these names, name after name, with those of the same name."""
        known = self._look() if self._found is None else self._found
        return ((name, known[name]) for name in names if name in known)

    def _look(self) -> "dict[str, list[Branch]]":
        """The children by the name that paths give them: without namespace, none passes for one of CDA."""
        found: dict[str, list[Branch]] = {}
        for child in self.element.iterchildren("*"):
            tag: str = child.tag
            name = tag[_LENGTH:] if tag.startswith(_OURS) else tag if tag[0] == "{" else f"{{}}{tag}"
            if name in found:
                found[name].append(Branch(child))
            else:
                found[name] = [Branch(child)]
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


every = Branch.every
"""All descendants along the path, in document order."""


def attribute(branch: Branch, names: str, name: str) -> str:
    """An attribute of the first descendant along the path; empty when either is absent."""
    found = branch.every(names)
    return found[0].get(name) if found else ""


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
