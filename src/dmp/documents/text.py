"""The words of a document, whatever it is: what a search looks through («texte d'un document»).

Nothing of it is shown as it stands here: the reader shows the document itself.
The words of a PDF are read elsewhere (`pdf_words`): a file made for it can
keep a reader busy for hours, and no deposit waits for that.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lxml import etree

from dmp.record.errors import Refused
from dmp.wire.cda.document import open_document
from dmp.wire.cda.reading import EmbeddedFile, body_of, file_of, files_of
from dmp.wire.cda.rtf_text import text_of_rtf
from dmp.wire.cda.tree import CDA, Element
from dmp.wire.dicom_kos import is_dicom

MOST_CHARACTERS = 200_000
"""Of one document: some sixty pages."""
MOST_SECTIONS = 500
MOST_PDFS = 3
"""Files of one document whose words are read."""

_OURS = f"{{{CDA}}}"
_NOT_SEEN = re.compile("[\u00ad\u200b-\u200f\ufeff]")
_CUT_WORD = re.compile(r"(?<=\w)-\n(?=[^\W\d_])")
"""A word that goes on in the next line."""
_INLINE = frozenset(f"{_OURS}{name}" for name in ("content", "sub", "sup", "linkHtml", "footnoteRef"))
"""What stands inside a word, perhaps; anything else parts words."""


class TextState(StrEnum):
    """Whether a search can look into a document."""

    WORDS = "words"
    UNREAD = "unread"
    """It holds a PDF whose words were not read yet."""
    NONE = "none"
    """A scan, a picture, a file of a kind that holds no words, or one that could not be read."""


@dataclass(frozen=True)
class TextSection:
    """A part of a document; `title` is empty where it has none."""

    title: str
    text: str


@dataclass(frozen=True)
class DocumentText:
    """The words of a document; `cut` when it goes on beyond what is read, `pdfs` when some are still to be read."""

    sections: tuple[TextSection, ...] = ()
    cut: bool = False
    pdfs: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def state(self) -> TextState:
        """Whether there are words, or may be."""
        if any(section.text.strip() or section.title.strip() for section in self.sections):
            return TextState.WORDS
        return TextState.UNREAD if self.pdfs else TextState.NONE

    @property
    def plain(self) -> str:
        """All of it, a section after the other."""
        parts = (f"{part.title}\n{part.text}" if part.title else part.text for part in self.sections)
        return "\n".join(part for part in parts if part)


NO_TEXT = DocumentText()


def text_of(octets: bytes) -> DocumentText:
    """The words of a document as its octets show them; never fails, whatever they are."""
    if is_dicom(octets):
        return NO_TEXT
    try:
        document = open_document(octets)
    except Refused:
        return _of_file(file_of(octets))
    return text_of_cda(document)


def text_of_cda(document: Element) -> DocumentText:
    """The words of a ClinicalDocument that was opened already."""
    body = body_of(document)
    return _of_file(body) if body is not None else _bounded(_narrative(document), _pdfs(files_of(document)))


def with_pdf_words(text: DocumentText, read: Callable[[bytes], str]) -> DocumentText:
    """The same with the words of its PDF, that `read` gives; empty ones are those of a scan."""
    read_words = (_CUT_WORD.sub("", words) for words in map(read, text.pdfs))
    found = tuple(TextSection("", words) for words in read_words if words.strip())
    return replace(_bounded(iter((*text.sections, *found)), ()), pdfs=())


def _of_file(file: EmbeddedFile) -> DocumentText:
    if file.media_type == "text/rtf":
        return _bounded(iter((TextSection("", text_of_rtf(file.octets[: MOST_CHARACTERS * 10])),)), ())
    if file.media_type == "text/plain":
        return _bounded(iter((TextSection("", _decoded(file.octets[: MOST_CHARACTERS * 4])),)), ())
    return DocumentText(pdfs=_pdfs((file,)))


def _pdfs(files: tuple[EmbeddedFile, ...]) -> tuple[bytes, ...]:
    return tuple(file.octets for file in files if file.is_pdf)[:MOST_PDFS]


def _decoded(octets: bytes) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _bounded(sections: Iterator[TextSection], pdfs: tuple[bytes, ...]) -> DocumentText:
    """As many of the sections as are read."""
    kept: list[TextSection] = []
    left = MOST_CHARACTERS
    for section in sections:
        if left <= 0 or len(kept) == MOST_SECTIONS:
            return DocumentText(tuple(kept), cut=True, pdfs=pdfs)
        title = _clean(section.title[:left])
        text = _clean(section.text[: max(left - len(section.title), 0)])
        kept.append(TextSection(title, text))
        left -= len(section.title) + len(section.text)
    return DocumentText(tuple(kept), cut=left < 0, pdfs=pdfs)


def _clean(text: str) -> str:
    """Each letter as one character with its accent, blanks made one, nothing that only says where a line may end."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(_NOT_SEEN.sub("", composed).split())


def _narrative(document: Element) -> Iterator[TextSection]:
    """The sections of a structured body, in their order, those inside others too."""
    for section in document.iter(f"{_OURS}section"):
        title = next(section.iterchildren(f"{_OURS}title"), None)
        text = next(section.iterchildren(f"{_OURS}text"), None)
        said = TextSection(_words(title), _words(text))
        if said.title or said.text:
            yield said


def _words(element: Element | None) -> str:
    """The text of an element; what is no run of a line parts words."""
    return "".join(_pieces(element)).strip() if element is not None else ""


def _pieces(element: Element) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            yield from (_gap(node), node.text or "")
        elif node is not element:
            yield from (_gap(node) if event == "end" else "", node.tail or "")


def _gap(node: Element) -> str:
    return "" if node.tag in _INLINE else " "
