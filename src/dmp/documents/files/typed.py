"""What a file is, told by its octets and never by its name: PDF, JPEG, PNG, text, RTF, or a CDA document."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dmp.documents.files.jpeg import read_jpeg
from dmp.documents.files.pages import bound
from dmp.documents.files.pictures import Coding, Picture
from dmp.documents.files.png import read_png
from dmp.documents.files.trouble import UnusableFile, Why
from dmp.wire.cda import pdf, rtf
from dmp.wire.cda.content import detected

PDF, JPEG, TEXT, RTF, CDA = "application/pdf", "image/jpeg", "text/plain", "text/rtf", "text/xml"
_PICTURES = {JPEG: read_jpeg, "image/png": read_png}
_BOM = b"\xef\xbb\xbf"
_BLANKS = b"\xef\xbb\xbf\t\n\r\f "
_XML = (b"<?xml", b"<ClinicalDocument")


@dataclass(frozen=True)
class TypedFile:
    """What goes into a document: one of PDF, JPEG, TEXT, RTF; or CDA, which is one already."""

    media_type: str
    octets: bytes = field(repr=False)


def typed(files: Sequence[bytes], *, cda: bool = False) -> TypedFile:
    """The one content of what was sent: a file, or photos, which become the pages of a PDF in their order.

    `cda` takes an XML document too, as it is: reading it is for others.

    Raises:
        UnusableFile: it is none of those, or could do something besides being read.
    """
    if not files or not all(files):
        raise UnusableFile(Why.EMPTY)
    kinds = [_kind(octets, cda=cda) for octets in files]
    if len(files) > 1 and not set(kinds) <= _PICTURES.keys():
        raise UnusableFile(Why.MIXED)
    if kinds[0] in _PICTURES:
        return _of_pictures([_PICTURES[kind](octets) for kind, octets in zip(kinds, files, strict=True)])
    octets = files[0]
    if kinds[0] == PDF and pdf.examine(octets).active:
        raise UnusableFile(Why.ACTIVE)
    if kinds[0] == RTF and rtf.active_words(octets):
        raise UnusableFile(Why.ACTIVE)
    return TypedFile(kinds[0], _utf8(octets) if kinds[0] == TEXT else octets)


def _of_pictures(pictures: list[Picture]) -> TypedFile:
    """One photo stays one; a PNG, which the formats of documents lack, and several photos become a PDF."""
    if len(pictures) == 1 and pictures[0].coding is Coding.JPEG:
        return TypedFile(JPEG, pictures[0].octets)
    return TypedFile(PDF, bound(pictures))


def _kind(octets: bytes, *, cda: bool) -> str:
    if cda and octets.lstrip(_BLANKS).startswith(_XML):
        return CDA
    found = detected(octets)
    if found == "text/html":
        raise UnusableFile(Why.MARKUP)
    if found not in (PDF, RTF, TEXT, *_PICTURES):
        raise UnusableFile(Why.UNKNOWN)
    return found


def _utf8(octets: bytes) -> bytes:
    """A text as UTF-8; what is not, Windows wrote."""
    try:
        return octets.removeprefix(_BOM).decode("utf-8").encode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace").encode()
