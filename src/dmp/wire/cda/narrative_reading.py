"""From the elements of a CDA narrative to the nodes of `narrative`: a list of what is known, its text for the rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from dmp.wire.cda.narrative import (
    BLOCKS,
    Align,
    Anchor,
    Break,
    Caption,
    Cell,
    Footnote,
    Link,
    List,
    Mark,
    Marked,
    Narrative,
    Node,
    NotShown,
    Paragraph,
    Picture,
    Place,
    Row,
    Section,
    Table,
    Text,
)
from dmp.wire.cda.tree import CDA, Element

DEEPEST = 40
"""Levels of nodes in one another; what lies deeper gives its text."""
MOST_NODES = 40_000
"""Of one document; the longest published one has 3 000."""
MOST_TEXT = 2_000_000
"""Characters of one document."""
MOST_COLUMNS, MOST_ROWS = 100, 1000
"""That one cell spans."""

_OURS = f"{{{CDA}}}"
_TEXT, _SECTION, _TITLE, _HEADING = (f"{_OURS}{name}" for name in ("text", "section", "title", "th"))
_TARGETS = etree.XPath(".//c:linkHtml/@href | .//c:footnoteRef/@IDREF", namespaces={"c": CDA})
_STYLES: Mapping[str, tuple[Mark, ...]] = {
    "bold": (Mark.BOLD,),
    "italics": (Mark.ITALIC,),
    "bolditalics": (Mark.BOLD, Mark.ITALIC),
    "underline": (Mark.UNDERLINE,),
    "emphasis": (Mark.ITALIC,),
}
_REVISED = {"delete": Mark.DELETED, "insert": Mark.INSERTED}
_ALIGN = {"right": Align.END, "center": Align.CENTER}
_HEADINGS = {"thead": True, "tbody": False, "tfoot": False}


def read_narrative(document: Element, files: Mapping[str, tuple[int, ...]]) -> Narrative:
    """What is to be read of a ClinicalDocument; `files` are the indexes of its files, by the ids that texts use."""
    wanted = {str(target).removeprefix("#") for target in _TARGETS(document)}
    walk = _Walk(files, wanted)
    sections = tuple(walk.section(found) for found in _sections(document, "component", "structuredBody", "component"))
    return Narrative(sections, walk.cut)


def _sections(element: Element, *path: str) -> list[Element]:
    found = [element]
    for name in path:
        found = [child for parent in found for child in parent.iterchildren(f"{_OURS}{name}")]
    return [child for parent in found for child in parent.iterchildren(_SECTION)]


@dataclass
class _Walk:
    """One way through a document: what was met, and how much more may be."""

    files: Mapping[str, tuple[int, ...]]
    wanted: set[str]
    """The ids that links of the document lead to."""
    anchors: dict[str, int] = field(default_factory=dict[str, int])
    placed: set[str] = field(default_factory=set[str])
    notes: int = 0
    nodes: int = 0
    characters: int = 0
    cut: bool = False

    def section(self, element: Element) -> Section:
        """A section and those inside it."""
        title = next(element.iterchildren(_TITLE), None)
        text = next(element.iterchildren(_TEXT), None)
        nodes = self.inside(text, 0) if text is not None else ()
        words = " ".join("".join(title.itertext("*")).split()) if title is not None else ""
        place = self.anchor(element)
        return Section(words, (*place, *nodes), tuple(self.section(one) for one in _sections(element, "component")))

    def inside(self, element: Element, depth: int) -> tuple[Node, ...]:
        """The nodes of what an element holds, marked as its style says."""
        nodes = (*self.anchor(element), *self._flow(element, depth))
        for mark in _marks(element):
            nodes = (Marked(mark, nodes),) if nodes else ()
        return nodes

    def anchor(self, element: Element) -> tuple[Node, ...]:
        """The place of an element, where a link leads there."""
        name = element.get("ID", "")
        if name not in self.wanted or name in self.placed:
            return ()
        self.placed.add(name)
        return (Anchor(self._number(name)),)

    def _number(self, name: str) -> int:
        return self.anchors.setdefault(name, len(self.anchors) + 1)

    def _flow(self, element: Element, depth: int) -> Iterator[Node]:
        yield from self._text(element.text)
        for child in element:
            # A comment or an instruction leaves what follows it, and nothing else.
            if isinstance(child.tag, str):
                yield from self._child(child, depth + 1)
            yield from self._text(child.tail)

    def _text(self, text: str | None) -> Iterator[Node]:
        if text and self._may_go_on(len(text)):
            yield Text(text)

    def _may_go_on(self, characters: int = 0) -> bool:
        self.nodes += 1
        self.characters += characters
        if self.nodes > MOST_NODES or self.characters > MOST_TEXT:
            self.cut = True
        return not self.cut

    def _child(self, element: Element, depth: int) -> Iterator[Node]:
        if not self._may_go_on():
            return
        if depth > DEEPEST:
            yield from self._text("".join(element.itertext("*")))
            return
        known = _INSIDE.get(element.tag.removeprefix(_OURS), _Walk.inside)
        yield from known(self, element, depth)

    def _list(self, element: Element, depth: int) -> Iterator[Node]:
        yield from self.anchor(element)
        items: list[tuple[Node, ...]] = []
        for child in element.iterchildren("*"):
            nodes = self.inside(child, depth + 1)
            if child.tag == f"{_OURS}caption":
                yield Caption(nodes)
            elif nodes:
                items.append(nodes)
        yield from self._stray(element)
        yield List(element.get("listType") == "ordered", tuple(items))

    def _table(self, element: Element, depth: int) -> Iterator[Node]:
        yield from self.anchor(element)
        caption: tuple[Node, ...] = ()
        head: list[Row] = []
        body: list[Row] = []
        for child in element.iterchildren("*"):
            name = child.tag.removeprefix(_OURS)
            if name in _HEADINGS:
                rows = head if _HEADINGS[name] else body
                yield from self._stray(child)
                rows += [self._row(row, depth + 2, in_head=_HEADINGS[name]) for row in child.iterchildren("*")]
            elif name == "caption":
                caption += self.inside(child, depth + 1)
            elif name not in ("col", "colgroup"):
                body.append(self._row(child, depth + 1, in_head=False))
        yield from self._stray(element)
        yield Table(caption, tuple(row for row in head if row), tuple(row for row in body if row))

    def _row(self, element: Element, depth: int, *, in_head: bool) -> Row:
        """The cells of a row; what is no cell becomes one."""
        if not self._may_go_on():
            return ()
        if element.tag != f"{_OURS}tr":
            nodes = self.inside(element, depth)
            return (Cell(nodes),) if nodes else ()
        children = list(element.iterchildren("*"))
        # A row of headings alone heads what is below it, wherever it stands.
        in_head = in_head or (len(children) > 1 and all(child.tag == _HEADING for child in children))
        cells = tuple(self._cell(child, depth + 1, in_head=in_head) for child in children)
        stray = tuple(self._stray(element))
        return (*cells, Cell(stray)) if stray else cells

    def _cell(self, element: Element, depth: int, *, in_head: bool) -> Cell:
        self._may_go_on()
        place = (Place.COLUMN if in_head else Place.ROW) if element.tag == _HEADING else Place.DATA
        columns = _span(element.get("colspan", ""), MOST_COLUMNS)
        rows = _span(element.get("rowspan", ""), MOST_ROWS)
        align = _ALIGN.get(element.get("align", "").lower(), Align.START)
        return Cell(self.inside(element, depth), place, columns, rows, align)

    def _stray(self, element: Element) -> Iterator[Node]:
        """The text that stands where only elements should."""
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                yield from self._text(text)

    def _line_end(self, element: Element, depth: int) -> Iterator[Node]:
        yield Break()
        yield from self.inside(element, depth)

    def _lowered(self, element: Element, depth: int) -> Iterator[Node]:
        yield Marked(Mark.SUBSCRIPT, self.inside(element, depth))

    def _raised(self, element: Element, depth: int) -> Iterator[Node]:
        yield Marked(Mark.SUPERSCRIPT, self.inside(element, depth))

    def _paragraph(self, element: Element, depth: int) -> Iterator[Node]:
        yield from _paragraphs(self.inside(element, depth))

    def _caption(self, element: Element, depth: int) -> Iterator[Node]:
        yield Caption(self.inside(element, depth))

    def _footnote(self, element: Element, depth: int) -> Iterator[Node]:
        self.notes += 1
        yield Footnote(self.notes, self.inside(element, depth))

    def _html_link(self, element: Element, depth: int) -> Iterator[Node]:
        yield from self._link(element, element.get("href", ""), depth)

    def _note_link(self, element: Element, depth: int) -> Iterator[Node]:
        yield from self._link(element, f"#{element.get('IDREF', '')}", depth)

    def _link(self, element: Element, address: str, depth: int) -> Iterator[Node]:
        """A link inside the document; of any other, its text."""
        nodes = self.inside(element, depth)
        name = address.removeprefix("#")
        if not name or not address.startswith("#"):
            yield from nodes
            return
        number = self._number(name)
        yield Link(number, nodes or (Text(f"[{number}]"),))

    def _media(self, element: Element, depth: int) -> Iterator[Node]:
        caption = self.inside(element, depth)
        names = element.get("referencedObject", "").split()
        found = dict.fromkeys(index for name in names for index in self.files.get(name, ()))
        for index in found:
            if self._may_go_on():
                yield Picture(index, caption)
                caption = ()
        if not found:
            yield NotShown(caption)


_INSIDE: Mapping[str, Callable[[_Walk, Element, int], Iterable[Node]]] = {
    "br": _Walk._line_end,
    "sub": _Walk._lowered,
    "sup": _Walk._raised,
    "paragraph": _Walk._paragraph,
    "caption": _Walk._caption,
    "list": _Walk._list,
    "table": _Walk._table,
    "linkHtml": _Walk._html_link,
    "footnote": _Walk._footnote,
    "footnoteRef": _Walk._note_link,
    "renderMultiMedia": _Walk._media,
}
"""What is made of each element that is known; of any other, what it holds."""


def _marks(element: Element) -> list[Mark]:
    names = element.get("styleCode", "").lower().split()
    marks = {mark: None for name in names for mark in _STYLES.get(name, ())}
    revised = _REVISED.get(element.get("revised", ""))
    return [*marks, *([revised] if revised else [])]


def _paragraphs(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """A paragraph of what runs in lines; a block inside it stands by itself."""
    line: list[Node] = []
    for node in nodes:
        if isinstance(node, BLOCKS):
            if line:
                yield Paragraph(tuple(line))
            line = []
            yield node
        else:
            line.append(node)
    if line:
        yield Paragraph(tuple(line))


def _span(text: str, most: int) -> int:
    return min(int(text), most) or 1 if text.isascii() and text.isdigit() and len(text) < 9 else 1
