"""What the octets of a document are, whatever its entry says, and what of them can be shown (security 5.4, 5.5)."""

from dataclasses import dataclass, field
from enum import StrEnum

from dmp.record.errors import Refused
from dmp.wire.cda.reading import CdaReading, EmbeddedFile, file_of, read_cda
from dmp.wire.cda.rtf_text import text_of_rtf
from dmp.wire.dicom_kos import is_dicom
from dmp.wire.dicom_study import Study, read_study

UNKNOWN = "bin"
"""How the name of a file ends of which nothing better is known."""
MOST_TEXT = 500_000
"""Characters of a plain text on one page."""


class Shape(StrEnum):
    """How a document is shown."""

    NARRATIVE = "narrative"
    PDF = "pdf"
    PICTURE = "picture"
    TEXT = "text"
    STUDY = "study"
    """The images of an examination, kept elsewhere: a list of them."""
    FILE = "file"
    """Nothing that is shown here: it is handed out."""


@dataclass(frozen=True)
class Content:
    """A document, opened: `main` is the file to be read, itself or that inside a CDA without structure."""

    shape: Shape
    main: EmbeddedFile
    cda: CdaReading | None = field(default=None, repr=False)
    study: Study | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)
    cut: bool = False

    @property
    def document_type(self) -> str:
        """What the document itself is, whatever is inside it; empty when it is nothing that is known."""
        return "text/xml" if self.cda is not None else self.main.media_type

    @property
    def files(self) -> tuple[EmbeddedFile, ...]:
        """The files beside a narrative."""
        return self.cda.files if self.cda is not None else ()


def opened(octets: bytes) -> Content:
    """Open a document by what its octets show; never fails, whatever they are."""
    if is_dicom(octets):
        return _study(octets)
    try:
        cda = read_cda(octets)
    except Refused:
        return _of_file(file_of(octets), None)
    if cda.body is None:
        return Content(Shape.NARRATIVE, EmbeddedFile("text/xml", octets), cda, cut=cda.narrative.cut)
    return _of_file(cda.body, cda)


def _study(octets: bytes) -> Content:
    try:
        return Content(Shape.STUDY, EmbeddedFile("application/dicom", octets), study=read_study(octets))
    except Refused:
        return Content(Shape.FILE, EmbeddedFile("application/dicom", octets))


def _of_file(file: EmbeddedFile, cda: CdaReading | None) -> Content:
    if file.is_pdf:
        return Content(Shape.PDF, file, cda)
    if file.is_picture:
        return Content(Shape.PICTURE, file, cda)
    if file.media_type not in ("text/plain", "text/rtf"):
        return Content(Shape.FILE, file, cda)
    text = text_of_rtf(file.octets) if file.media_type == "text/rtf" else _decoded(file.octets)
    return Content(Shape.TEXT, file, cda, text=text[:MOST_TEXT], cut=len(text) > MOST_TEXT)


def _decoded(octets: bytes) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def extension_of(media_type: str) -> str:
    """How the name of a file ends."""
    known = {
        "application/pdf": "pdf",
        "application/dicom": "dcm",
        "text/xml": "xml",
        "text/plain": "txt",
        "text/rtf": "rtf",
        "image/png": "png",
        "image/jpeg": "jpg",
        "image/gif": "gif",
        "image/tiff": "tif",
    }
    return known.get(media_type, UNKNOWN)
