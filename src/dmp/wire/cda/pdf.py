"""What a PDF could do besides being read: scripts, programs, files inside, forms sent (functional DOC-4).

Not a PDF reader: names are looked for in all the octets and in the object
streams, the only compressed place where a reader finds objects. What cannot
be looked into is refused.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

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
"""Octets inflated from one file, and octets read to do so, before giving up."""
MOST_LOOKED_AT = 50_000
"""Streams of one file, and names with escapes, looked at before giving up; a page has a few."""

_OBJECT_STREAM = b"ObjStm"
_TELLING = ACTIVE | {LINK, _OBJECT_STREAM}
_REGULAR = rb"[^\x00\t\n\f\r ()<>\[\]{}/%]"
_UNESCAPED = _REGULAR[:-1] + b"#]"
_NAME = re.compile(rb"/(" + _REGULAR + rb"{1,127})")
_TELLING_NAME = re.compile(
    rb"/(?:(" + b"|".join(sorted(_TELLING)) + rb")(?!" + _REGULAR + rb")"
    rb"|(" + _UNESCAPED + rb"{0,127}#[0-9A-Fa-f]{2}" + _REGULAR + rb"{0,127}))"
)
"""A name that tells something as it stands, or one with an escape: a file of a million others costs no memory."""
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
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
_KEYWORD = b"stream"
_LINE_ENDS = (b"\r\n", b"\n", b"\r")
_PIECE = 64 * 1024
"""Octets inflated at a time, so that most of those before a damage are counted."""


class Opaque(Exception):
    """An object stream that cannot be found, inflated, or not within the limits."""


class _Stream(NamedTuple):
    """What stands before the octets of a stream, and a view of them: bodies may overlap, and are not copied."""

    dictionary: bytes
    body: memoryview


class _Budget:
    """What may still be read and inflated."""

    def __init__(self, left: int):
        self._left = left

    def spend(self, octets: int) -> None:
        self._left -= octets
        if self._left < 0:
            raise Opaque


@dataclass(frozen=True)
class PdfTraits:
    """What was found in a PDF: refused names, sorted, and whether it holds addresses to follow."""

    active: tuple[str, ...] = ()
    links: bool = False


def examine(data: bytes) -> PdfTraits:
    """Look into a PDF; `opaque object stream` among the refused names when a part cannot be looked into.

    Takes a time that grows with the octets and not faster, whatever they are (security 5.4).
    """
    try:
        told = _names(data)
        told += _names_in_streams(data, declared=told[_OBJECT_STREAM])
    except Opaque:
        return PdfTraits(("opaque object stream",))
    return PdfTraits(tuple(sorted(name.decode("ascii") for name in ACTIVE.intersection(told))), LINK in told)


def _names(octets: bytes | bytearray) -> Counter[bytes]:
    """How often each telling name stands there, its `#xx` escapes read.

    Raises:
        Opaque: more escapes than anybody needs.
    """
    found: Counter[bytes] = Counter()
    escaped = 0
    for match in _TELLING_NAME.finditer(octets):
        name = match[1]
        if name is None:
            name, escaped = _HEX.sub(_byte, match[2]), escaped + 1
        if escaped > MOST_LOOKED_AT:
            raise Opaque
        if name in _TELLING:
            found[name] += 1
    return found


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode("ascii"))


def _names_in_streams(data: bytes, *, declared: int) -> Counter[bytes]:
    """The telling names in all object streams.

    Raises:
        Opaque: one cannot be read, or fewer streams than the file declares.
    """
    found: Counter[bytes] = Counter()
    budget = _Budget(LARGEST_INFLATED)
    for number, (dictionary, body) in enumerate(_streams(data)):
        if number == MOST_LOOKED_AT:
            raise Opaque
        declares = _names(dictionary)[_OBJECT_STREAM]
        declared -= declares
        found += _names(_declared(dictionary, body, budget) if declares else _undeclared(body, budget))
    if declared > 0:
        raise Opaque
    return found


def _streams(data: bytes) -> Iterator[_Stream]:
    """Every stream, found by its keyword and not by the table of the file, which may lie."""
    view, before, end = memoryview(data), 0, 0
    keyword = data.find(_KEYWORD)
    while keyword >= 0:
        after = keyword + len(_KEYWORD)
        line_end = next((ending for ending in _LINE_ENDS if data.startswith(ending, after)), b"")
        if line_end and not data.endswith(b"end", before, keyword):
            start = after + len(line_end)
            if end < start:
                found = data.find(b"endstream", start)
                end = found if found >= 0 else len(data)
            first = max(before, keyword - _DICTIONARY)
            nearest = data.rfind(b"obj", first, keyword)
            yield _Stream(data[max(nearest, first) : keyword], view[start:end])
            before = start
        keyword = data.find(_KEYWORD, after)


def _undeclared(body: memoryview, budget: _Budget) -> bytes | bytearray:
    """The inflated text of a stream that begins as an object stream does; empty for any other."""
    try:
        beginning = zlib.decompressobj().decompress(body[:_DICTIONARY], 64)
    except zlib.error:
        return b""
    return _inflated(body, budget) if _OBJECTS.match(beginning) else b""


def _declared(dictionary: bytes, body: memoryview, budget: _Budget) -> bytes | bytearray:
    """The text of a declared object stream, packed once by Flate without predictor; a plain one is read already.

    Raises:
        Opaque: packed in any other way.
    """
    packing = [name for name in _NAME.findall(dictionary) if name in _FILTERS or b"#" in name]
    if not packing and b"/Filter" not in dictionary:
        return b""
    predicted = b"/DecodeParms" in dictionary and not _NO_PREDICTOR.search(dictionary)
    if predicted or len(packing) != 1 or packing[0] not in _FLATE:
        raise Opaque
    return _inflated(body, budget, complete=True)


def _inflated(body: memoryview, budget: _Budget, *, complete: bool = False) -> bytearray:
    """Inflate within the budget; a damaged end matters only for a declared object stream."""
    inflate, text = zlib.decompressobj(), bytearray()
    try:
        for start in range(0, len(body), _PIECE):
            piece = body[start : start + _PIECE]
            budget.spend(len(piece))
            for octets in _outcome(inflate, piece):
                budget.spend(len(octets))
                text += octets
            if inflate.eof:
                return text
    except zlib.error as error:
        if complete:
            raise Opaque from error
    if complete:
        raise Opaque
    return text


def _outcome(inflate: "zlib._Decompress", piece: bytes | memoryview) -> Iterator[bytes]:
    """What one piece inflates to, little by little."""
    while True:
        octets = inflate.decompress(piece, _PIECE)
        yield octets
        piece = inflate.unconsumed_tail
        if inflate.eof or (not piece and len(octets) < _PIECE):
            return
