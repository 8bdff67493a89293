"""Walking the entries of a document from the top, each with what stands above it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dmp.wire.cda.entries.words import Words
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.tree import Branch, Element, attribute, every

Found = TypeVar("Found")

STATEMENTS = (
    "act",
    "encounter",
    "observation",
    "observationMedia",
    "organizer",
    "procedure",
    "substanceAdministration",
    "supply",
)
"""Clinical statements («entrées» of CDA)."""
DEEPEST = 100
"""Levels that are walked down: as many as a document that is taken may have."""
FEW = 20
"""Looked at, of what stands once above many entries: reading stays in proportion to the document, whatever it is."""
_LINKS = {
    "ClinicalDocument": ("component",),
    "structuredBody": ("component",),
    "section": ("entry", "component"),
    "entry": STATEMENTS,
    "entryRelationship": STATEMENTS,
    "component": ("structuredBody", "section", *STATEMENTS),
    **dict.fromkeys(STATEMENTS, ("component", "entryRelationship")),
}
"""Where statements stand: what is not on these ways is not walked."""


@dataclass(frozen=True)
class Reading:
    """What all entries of one document share."""

    header: CdaHeader
    words: Words
    told: set[Branch] = field(default_factory=set)
    """Statements that another one has told already: a status, a rank, a comment."""


class Place:
    """An element on the way to the entries, with what stands above it; `section` is the innermost code."""

    __slots__ = ("_innermost", "_path", "_templates", "above", "branch", "depth", "name", "reading", "section", "step")

    def __init__(self, name: str, branch: Branch, *, above: "Place | None", reading: Reading, step: str = ""):
        """Stand at an element; `step` is how its path names it."""
        self.name = name
        self.branch = branch
        self.above = above
        self.reading = reading
        self.step = step
        self.depth: int = 0 if above is None else above.depth + 1
        self._path: str | None = None
        self._templates: frozenset[str] | None = None
        self._innermost: dict[Callable[[Place], Any], Any] = {}
        self.section: str = "" if above is None else above.section
        if name == "section":
            self.section = attribute(branch, "code", "code") or self.section

    @property
    def templates(self) -> frozenset[str]:
        """The templates that the element says it follows."""
        if self._templates is None:
            self._templates = frozenset(found.get("root") for found in every(self.branch, "templateId"))
        return self._templates

    @property
    def relation(self) -> str:
        """The typeCode of the link that leads here: COMP, SUBJ, REFR…"""
        return "" if self.above is None else self.above.branch.get("typeCode")

    @property
    def holder(self) -> "Place | None":
        """The statement or the section that this one stands in."""
        return None if self.above is None else self.above.above

    @property
    def path(self) -> str:
        """XPath of the element in the document: see `tree.where`."""
        if self._path is None:
            above = "" if self.above is None else self.above.path
            self._path = f"{above}/{self.step}" if above else self.step
        return self._path

    def innermost(self, told: "Callable[[Place], Found | None]") -> Found | None:
        """What is told at the innermost place that tells it, from this one up; each place is asked once.

        `told` gives no place: one that is kept by itself would outlive its document.
        """
        if told not in self._innermost:
            found = told(self)
            if found is None and self.above is not None:
                found = self.above.innermost(told)
            self._innermost[told] = found
        return self._innermost[told]

    def below(self) -> "list[Place]":
        """The next places on the way down, in the order of the document within each name."""
        found: list[Place] = []
        if self.depth >= DEEPEST:
            return found
        for name, twins in self.branch.named(_LINKS[self.name]):
            for number, branch in enumerate(twins, start=1):
                step = f"{name}[{number}]" if len(twins) > 1 else name
                found.append(Place(name, branch, above=self, reading=self.reading, step=step))
        return found


def statements(document: Element, header: CdaHeader) -> Iterator[Place]:
    """Every clinical statement of a ClinicalDocument, however nested, each once and before what it holds."""
    reading = Reading(header, Words(document))
    waiting = [Place("ClinicalDocument", Branch(document), above=None, reading=reading)]
    while waiting:
        place = waiting.pop()
        if place.name in STATEMENTS and place.branch not in reading.told:
            yield place
        waiting.extend(reversed(place.below()))
