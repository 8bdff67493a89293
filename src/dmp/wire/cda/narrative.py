"""The narrative of a CDA («texte lisible») as values: a closed set of nodes, which pages write in tags of their own.

Nothing of the markup of a document survives: a node says what a piece of text
is, never in which tag, with which style or address. What is not of the
narrative of CDA gives its text and nothing else (security 5.5, cda 1.7).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Mark(StrEnum):
    """How a run of text stands out."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    SUBSCRIPT = "subscript"
    SUPERSCRIPT = "superscript"
    DELETED = "deleted"
    """Taken back by its author (`revised="delete"`), and kept to be read."""
    INSERTED = "inserted"


@dataclass(frozen=True)
class Text:
    """A run of text, its white space as written."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True)
class Break:
    """An end of line."""

    kind: ClassVar[str] = "break"


@dataclass(frozen=True)
class Marked:
    """What stands out."""

    kind: ClassVar[str] = "marked"
    mark: Mark
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Anchor:
    """A place that a link of the same document leads to, by a number of ours."""

    kind: ClassVar[str] = "anchor"
    number: int


@dataclass(frozen=True)
class Link:
    """A way to an anchor of the same document; no link leads out of it."""

    kind: ClassVar[str] = "link"
    number: int
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Footnote:
    """A note, with its number in the document."""

    kind: ClassVar[str] = "footnote"
    number: int
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Picture:
    """The place of a file of the document, by its index; `nodes` is the caption."""

    kind: ClassVar[str] = "picture"
    file: int
    nodes: "tuple[Node, ...]" = ()


@dataclass(frozen=True)
class NotShown:
    """The place of something that is not in the document, or is nothing that can be shown."""

    kind: ClassVar[str] = "not_shown"
    nodes: "tuple[Node, ...]" = ()


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    kind: ClassVar[str] = "paragraph"
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Caption:
    """The words above a list or a paragraph."""

    kind: ClassVar[str] = "caption"
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class List:
    """A list."""

    kind: ClassVar[str] = "list"
    ordered: bool
    items: "tuple[tuple[Node, ...], ...]"


class Align(StrEnum):
    """Where the text of a cell stands."""

    START = "start"
    CENTER = "center"
    END = "end"


class Place(StrEnum):
    """What a cell is for: data, the heading of a column or that of a row."""

    DATA = "data"
    COLUMN = "column"
    ROW = "row"


@dataclass(frozen=True)
class Cell:
    """A cell of a table; the spans are at least 1 and bounded."""

    nodes: "tuple[Node, ...]"
    place: Place = Place.DATA
    columns: int = 1
    rows: int = 1
    align: Align = Align.START


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table: its caption, the rows that head it, the others."""

    kind: ClassVar[str] = "table"
    caption: "tuple[Node, ...]" = ()
    head: tuple[Row, ...] = ()
    body: tuple[Row, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether each cell stands under one heading of one row of them, so that a telephone may show rows as cards."""
        width = len(self.head[0]) if len(self.head) == 1 else 0
        cells = (cell for row in (*self.head, *self.body) for cell in row)
        same = all(len(row) == width for row in self.body)
        return bool(width) and same and all(cell.columns == cell.rows == 1 for cell in cells)


Node = Text | Break | Marked | Anchor | Link | Footnote | Picture | NotShown | Paragraph | Caption | List | Table
BLOCKS = (Paragraph, Caption, List, Table, Picture, NotShown)
"""What a paragraph does not hold."""


@dataclass(frozen=True)
class Section:
    """A part of the document («section»): title, text, and the parts inside it."""

    title: str
    nodes: tuple[Node, ...]
    sections: "tuple[Section, ...]" = ()


@dataclass(frozen=True)
class Narrative:
    """All that is to be read; `cut` when it went on beyond what one page shows."""

    sections: tuple[Section, ...]
    cut: bool = False


def text_of_nodes(nodes: tuple[Node, ...]) -> str:
    """The text alone, in its order."""
    found: list[str] = []
    for node in nodes:
        match node:
            case Text():
                found.append(node.text)
            case Marked() | Link() | Footnote() | Paragraph() | Caption() | Picture() | NotShown():
                found.append(text_of_nodes(node.nodes))
            case List():
                found.extend(text_of_nodes(item) for item in node.items)
            case Table():
                found.append(text_of_nodes(node.caption))
                found.extend(text_of_nodes(cell.nodes) for row in (*node.head, *node.body) for cell in row)
            case Break() | Anchor():
                found.append(" ")
    return "".join(found)
