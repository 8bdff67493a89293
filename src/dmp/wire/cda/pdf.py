"""What a PDF could do besides being read: scripts, programs, files inside, forms sent (functional DOC-4).

Not a PDF reader: names are looked for in all the octets and in the object
streams, the only compressed place where a reader finds objects. What cannot
be looked into is refused.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

ACTIVE = frozenset(
    {
        b"JavaScript",
        b"Launch",
        b"EmbeddedFile",
        b"EmbeddedFiles",
        b"FileAttachment",
        b"GoToE",
        b"GoToR",
        b"ImportData",
        b"SubmitForm",
        b"Rendition",
        b"RichMedia",
        b"RichMediaExecute",
        b"OnInstantiate",
        b"Movie",
        b"Sound",
        b"XFA",
        b"Encrypt",
    }
)
"""Names of actions and objects that are refused; an encrypted file cannot be looked into."""
LINK = b"URI"
"""Action that follows an address when the reader clicks: told, not refused."""
LARGEST_INFLATED = 16 * 1024 * 1024
"""Octets inflated from one file before giving up."""

_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]{1,127})")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_OBJECTS = re.compile(rb"\s*[0-9]+\s+[0-9]+\s")
_NO_PREDICTOR = re.compile(rb"/Predictor\s+1\s*(?:/|>)")
_FLATE = frozenset({b"FlateDecode", b"Fl"})
_FILTERS = _FLATE | {
    b"LZWDecode",
    b"LZW",
    b"ASCIIHexDecode",
    b"AHx",
    b"ASCII85Decode",
    b"A85",
    b"RunLengthDecode",
    b"RL",
    b"Crypt",
    b"JBIG2Decode",
    b"DCTDecode",
    b"JPXDecode",
    b"CCITTFaxDecode",
}
_DICTIONARY = 4096
"""Octets before a stream where its dictionary is looked for."""


class Opaque(Exception):
    """An object stream that cannot be found, inflated, or not within the limit."""


@dataclass(frozen=True)
class PdfTraits:
    """What was found in a PDF: refused names, sorted, and whether it holds addresses to follow."""

    active: tuple[str, ...] = ()
    links: bool = False


def examine(data: bytes) -> PdfTraits:
    """Look into a PDF; `opaque object stream` among the refused names when a part cannot be looked into."""
    raw = _unescaped(_NAME.findall(data))
    try:
        found = set(raw) | _names_in_streams(data, declared=raw.count(b"ObjStm"))
    except Opaque:
        return PdfTraits(("opaque object stream",))
    return PdfTraits(tuple(sorted(name.decode("ascii") for name in found & ACTIVE)), LINK in found)


def _unescaped(names: list[bytes]) -> list[bytes]:
    """PDF names with their `#xx` escapes read."""
    return [_HEX.sub(_byte, name) if b"#" in name else name for name in names]


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode("ascii"))


def _names_in_streams(data: bytes, *, declared: int) -> set[bytes]:
    """The names in all object streams.

    Raises:
        Opaque: one cannot be read, or fewer streams than the file declares.
    """
    found: set[bytes] = set()
    budget = LARGEST_INFLATED
    for dictionary, body in _streams(data):
        declares = _unescaped(_NAME.findall(dictionary)).count(b"ObjStm")
        text = _declared(dictionary, body, budget) if declares else _undeclared(body, budget)
        declared -= declares
        budget -= len(text)
        found.update(_unescaped(_NAME.findall(text)))
    if declared > 0:
        raise Opaque
    return found


def _streams(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The dictionary and the octets of every stream."""
    for keyword in _STREAM.finditer(data):
        start = keyword.end()
        nearest = data.rfind(b"obj", max(0, keyword.start() - _DICTIONARY), keyword.start())
        end = data.find(b"endstream", start)
        yield data[max(nearest, 0) : keyword.start()], data[start : end if end >= 0 else len(data)]


def _undeclared(body: bytes, budget: int) -> bytes:
    """The inflated text of a stream that begins as an object stream does; empty for any other."""
    try:
        beginning = zlib.decompressobj().decompress(body[:4096], 64)
    except zlib.error:
        return b""
    return _inflated(body, budget) if _OBJECTS.match(beginning) else b""


def _declared(dictionary: bytes, body: bytes, budget: int) -> bytes:
    """The text of a declared object stream: plain, or packed once by Flate without predictor.

    Raises:
        Opaque: packed in any other way.
    """
    packing = [name for name in _NAME.findall(dictionary) if name in _FILTERS or b"#" in name]
    if not packing and b"/Filter" not in dictionary:
        return body
    predicted = b"/DecodeParms" in dictionary and not _NO_PREDICTOR.search(dictionary)
    if predicted or len(packing) != 1 or packing[0] not in _FLATE:
        raise Opaque
    return _inflated(body, budget, complete=True)


def _inflated(body: bytes, budget: int, *, complete: bool = False) -> bytes:
    """Inflate within the budget; a damaged end matters only for a declared object stream."""
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(body, budget + 1)
    except zlib.error as error:
        if complete:
            raise Opaque from error
        return b""
    if len(text) > budget or (complete and not inflate.eof):
        raise Opaque
    return text
