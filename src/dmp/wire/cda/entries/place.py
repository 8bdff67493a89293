"""Walking the entries of a document from the top, each with what stands above it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dmp.wire.cda.entries.words import Words
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.tree import Branch, Element, attribute, every

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

    __slots__ = ("_templates", "above", "branch", "depth", "name", "reading", "section", "step")

    def __init__(self, name: str, branch: Branch, *, above: "Place | None", reading: Reading, step: str = ""):
        """Stand at an element; `step` is how its path names it."""
        self.name = name
        self.branch = branch
        self.above = above
        self.reading = reading
        self.step = step
        self.depth: int = 0 if above is None else above.depth + 1
        self._templates: frozenset[str] | None = None
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
        return "/".join(reversed([place.step for place in self.upwards() if place.step]))

    def upwards(self) -> "Iterator[Place]":
        """This place and all above it, innermost first."""
        current: Place | None = self
        while current is not None:
            yield current
            current = current.above

    def below(self) -> "list[Place]":
        """The next places on the way down, in the order of the document within each name."""
        found: list[Place] = []
        if self.depth >= DEEPEST:
            return found
        for name in _LINKS[self.name]:
            twins = every(self.branch, name)
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
