"""What writes one document: lines of its narrative, with names that entries point at, and an id for each entry.

Each line is written once, in words and in codes, from the same fact: what
people read is what the entries say (cda-and-services 1.5, 4.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dmp.record.codes import Code
from dmp.record.facts import Fact
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.narrative import Cell, anchor, paragraph, section, table
from dmp.wire.cda.making.tree import Node, cda, identifier, is_identifier

NOTHING_TOLD = "Aucune information."


@dataclass(frozen=True)
class Part:
    """A kind of section of a model: its code, its title, the templates that it declares."""

    code: Code
    title: str
    templates: tuple[str, ...]


@dataclass
class Line:
    """A line of a table: words under headings, each piece with a name of its own when entries point at it."""

    name: str
    cells: dict[str, list[Cell]] = field(default_factory=dict[str, "list[Cell]"])
    _pieces: int = 0

    def say(self, heading: str, words: str, piece: str = "") -> str:
        """Write words that entries point at; gives the name of the piece, which is that of the line for the first."""
        self._pieces += 1
        name = f"{self.name}-{piece or 'text'}-{self._pieces}" if self._pieces > 1 else self.name
        self.add(heading, anchor(name, words))
        return name

    def add(self, heading: str, words: Cell) -> None:
        """Write words beside; nothing when they are empty."""
        if not isinstance(words, str) or words:
            self.cells.setdefault(heading, []).append(words)

    @property
    def row(self) -> dict[str, Cell]:
        """Its cells by their headings: several pieces in one cell stand one under the other."""
        return {heading: _joined(pieces) for heading, pieces in self.cells.items()}


def _joined(pieces: Sequence[Cell]) -> Cell:
    if len(pieces) == 1:
        return pieces[0]
    parts: list[Cell] = []
    for piece in pieces:
        parts += [cda("br"), piece] if parts else [piece]
    return cda("paragraph", *parts)


@dataclass(frozen=True)
class Entry:
    """A fact as it stands in a document: its line of the narrative, and its coded entry."""

    line: Line
    node: Node
    type_code: str = ""


@dataclass
class Pen:
    """What one document is written with. `own` is the id of the document, which prescription lines belong to."""

    context: DocumentContext
    _lines: dict[str, int] = field(default_factory=dict[str, int])
    _ids: set[str] = field(default_factory=set[str])
    _reasons: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def line(self, kind: str) -> Line:
        """The next line of a kind."""
        self._lines[kind] = self._lines.get(kind, 0) + 1
        return Line(f"{kind}-{self._lines[kind]:02}")

    def ident(self, fact: Fact, kind: str, *more: str) -> Node:
        """The id of an entry: that of the fact, which makes it known as the same (cda 3.4), else one of its own.

        Copies of software repeat an id for other content: only the first entry of a document keeps it.
        """
        about = (fact.concept.words, fact.concept.code, fact.start)
        return self.given_id(fact.source.ident, kind, *about, *more)

    def given_id(self, given: str, *parts: str) -> Node:
        """An id that is given, when it may be one and no other entry has it; else one of what it is about."""
        if given and is_identifier(given) and given.lower() not in self._ids:
            return self._kept(given)
        return self.own_id(*parts)

    def own_id(self, *parts: str) -> Node:
        """An id that this document gives."""
        return self._kept(self._free(parts))

    def _kept(self, found: str) -> Node:
        self._ids.add(found.lower())
        return identifier(found)

    def _free(self, parts: tuple[str, ...]) -> str:
        found, turn = self.context.entry_id(*parts), 1
        while found in self._ids:
            turn += 1
            found = self.context.entry_id(*parts, str(turn))
        return found

    def remember(self, code: Code, ident: Node) -> None:
        """A problem, by which treatments and acts name their reason."""
        unique = "^".join(part for part in (ident.get("root"), ident.get("extension")) if part)
        self._reasons.setdefault((code.code, code.system), unique)

    def reason_id(self, code: Code) -> Node:
        """The id of the problem of that code in this document; one of its own when it tells none."""
        found = self._reasons.get((code.code, code.system)) if code.code else None
        return identifier(found) if found else self.own_id("reason", code.code, code.display)

    # -- sections

    def part(self, part: Part, *content: Node | None, null: str = "") -> Node:
        """A section of the document."""
        ident = self.context.entry_id("section", part.code.code)
        return section(part.templates, part.code, part.title, *content, entry_id=ident, null=null)

    def listed(self, part: Part, entries: Sequence[Entry], *words: str) -> Node:
        """A section made of one table, with an entry a line, and words under it; what is empty says so (VSM-4)."""
        if not entries:
            return self.told(part, words)
        text = cda("text", told_table([entry.line for entry in entries]), *map(paragraph, words))
        nodes = [cda("entry", entry.node, typeCode=entry.type_code) for entry in entries]
        return self.part(part, text, *nodes)

    def told(self, part: Part, words: Iterable[str]) -> Node:
        """A section of words alone."""
        said = list(map(paragraph, words))
        null = "" if said else "NI"
        return self.part(part, cda("text", *(said or [paragraph(NOTHING_TOLD)])), null=null)


def told_table(lines: Sequence[Line]) -> Node:
    """The table of some lines: the headings in the order in which they come first."""
    rows = [line.row for line in lines]
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return table(headings, ([row.get(heading, "-") for heading in headings] for row in rows))
