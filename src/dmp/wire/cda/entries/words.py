"""The words of the narrative that entries point at («texte de la section», cda 1.5)."""

from lxml import etree

from dmp.wire.cda.tree import CDA, Branch, Element, one

LONGEST_WORDS = 1000
"""Characters kept of what an entry says in words; the narrative itself is read in the document."""
_ANCHORS = etree.XPath(".//c:section/c:text/descendant-or-self::*[@ID]", namespaces={"c": CDA})


class Words:
    """The words behind each anchor (`ID`) of the narratives of a document; of two that share a name, the first."""

    __slots__ = ("_anchors", "_document", "_known")

    def __init__(self, document: Element):
        """Look at nothing yet: most documents point at a few anchors."""
        self._document = document
        self._anchors: dict[str, Element] | None = None
        self._known: dict[str, str] = {}

    def of(self, branch: Branch | None) -> str:
        """The words of a `text` or `originalText`: its own, else those that it points at; empty for None."""
        if branch is None:
            return ""
        own = _shortened(branch.element)
        if own:
            return own
        reference = one(branch, "reference")
        return "" if reference is None else self.at(reference.get("value"))

    def at(self, reference: str) -> str:
        """The words behind a reference, written with or without its `#`; empty when nothing is there."""
        name = reference.removeprefix("#")
        if not name:
            return ""
        if name not in self._known:
            self._known[name] = self._look(name)
        return self._known[name]

    def _look(self, name: str) -> str:
        if self._anchors is None:
            self._anchors = {}
            for element in _ANCHORS(self._document):
                self._anchors.setdefault(element.get("ID", ""), element)
        found = self._anchors.get(name)
        return "" if found is None else _shortened(found)


def _shortened(element: Element) -> str:
    """The text inside an element, white space collapsed, read no further than what is kept."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext("*"):
        words = " ".join(piece.split())
        if words:
            pieces.append(words)
            length += len(words) + 1
        if length > LONGEST_WORDS:
            break
    return " ".join(pieces)[:LONGEST_WORDS]
