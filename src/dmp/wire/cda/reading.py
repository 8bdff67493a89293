"""A CDA document to be read by somebody: its header, its narrative, and the files inside it."""

import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from dmp.wire.cda import pdf
from dmp.wire.cda.content import detected
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import CdaHeader, read_header
from dmp.wire.cda.narrative import Narrative
from dmp.wire.cda.narrative_reading import read_narrative
from dmp.wire.cda.tree import CDA, Element

MOST_FILES = 100
"""Of one document."""
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
"""The images that every browser shows."""

_NAMES = {"c": CDA}
_BODY = etree.XPath("c:component/c:nonXMLBody/c:text", namespaces=_NAMES)
_MEDIA = etree.XPath("c:component/c:structuredBody//c:observationMedia", namespaces=_NAMES)
_REGIONS = etree.XPath("c:component/c:structuredBody//c:regionOfInterest[@ID]", namespaces=_NAMES)
_VALUE = f"{{{CDA}}}value"
_BLANKS = bytes(range(33))


@dataclass(frozen=True)
class EmbeddedFile:
    """A file inside a document: `media_type` is what its octets show, empty when they show nothing that is known."""

    media_type: str
    octets: bytes = field(repr=False)
    active: tuple[str, ...] = ()
    """What a PDF could do besides being read: it is handed out, never shown (security 5.4)."""

    @property
    def is_picture(self) -> bool:
        """Whether every browser shows it as an image."""
        return self.media_type in PICTURES

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF that only wants to be read."""
        return self.media_type == "application/pdf" and not self.active


@dataclass(frozen=True)
class CdaReading:
    """A document: `body` is that of a document without structure (N1), `files` those beside a narrative (N3)."""

    header: CdaHeader
    narrative: Narrative
    body: EmbeddedFile | None
    files: tuple[EmbeddedFile, ...]


def read_cda(data: bytes) -> CdaReading:
    """Read a document.

    Raises:
        Refused: no CDA, or none that can be read.
    """
    document = open_document(data)
    found = list(islice(_MEDIA(document), MOST_FILES))
    return CdaReading(
        header=read_header(document),
        narrative=read_narrative(document, _named(document, found)),
        body=body_of(document),
        files=_files(found),
    )


def body_of(document: Element) -> EmbeddedFile | None:
    """The body of a document without structure; None for one that has some."""
    bodies = _BODY(document)
    return _file(bodies[0]) if bodies else None


def files_of(document: Element) -> tuple[EmbeddedFile, ...]:
    """The files beside the narrative of a document."""
    return _files(islice(_MEDIA(document), MOST_FILES))


def _files(found: Iterable[Element]) -> tuple[EmbeddedFile, ...]:
    return tuple(_file(next(media.iterchildren(_VALUE), None)) for media in found)


def file_of(octets: bytes) -> EmbeddedFile:
    """A file as its octets show it, whatever it was announced as."""
    media_type = detected(octets)
    active = pdf.examine(octets).active if media_type == "application/pdf" else ()
    return EmbeddedFile(media_type, octets, active)


def _named(document: Element, media: list[Element]) -> dict[str, tuple[int, ...]]:
    """The indexes of the files by the ids that the narrative calls them by: theirs, or that of a region of an image."""
    index = {one: number for number, one in enumerate(media)}
    named: dict[str, tuple[int, ...]] = {}
    for one, number in index.items():
        named.setdefault(one.get("ID", ""), (number,))
    for region in _REGIONS(document):
        inside = (one for one in region.iter(f"{{{CDA}}}observationMedia") if one in index)
        named.setdefault(region.get("ID", ""), tuple(index[one] for one in inside))
    named.pop("", None)
    return named


def _file(element: Element | None) -> EmbeddedFile:
    """The octets of an element, in base64 or as text; none of what is packed or kept elsewhere."""
    if element is None or element.get("compression") is not None:
        return EmbeddedFile("", b"")
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if element.get("representation") != "B64":
        return file_of(text.encode())
    try:
        return file_of(binascii.a2b_base64(text.encode("ascii").translate(None, _BLANKS), strict_mode=True))
    except (UnicodeEncodeError, binascii.Error):
        return EmbeddedFile("", b"")
