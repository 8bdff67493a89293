"""What the octets of XML tell before they are parsed: their encoding, and what would cost too much (xds-wire 11)."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dmp.record.errors import InvalidMessage

SLICE = 64 * 1024
"""Octets that are read at once."""
_DECLARATION = re.compile(
    rb"<\?xml\s+version\s*=\s*(?:'1\.\d'|\"1\.\d\")(?:\s+encoding\s*=\s*(?:'([\w.\-]+)'|\"([\w.\-]+)\"))?[^?>]*\?>"
)
_PROLOG = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_SHORTEST_NODE = len("<?")
"""Octets of what begins an instruction, and no node is told by fewer."""
_ATTRIBUTES = 256
_CROWDED_TAG = re.compile(
    rb"<[^\s<>=/]++(?:\s++[^\s<>=/\"']++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')){%d}" % (_ATTRIBUTES + 1)
)
"""A tag with too many attributes. Refused before parsing: libxml2 takes a time that grows with their square."""


@dataclass(frozen=True)
class XmlLimits:
    """How much XML is read before giving up (DEC-55, xds-wire 11).

    `size` is in octets, `attribute` in characters. `nodes` counts elements,
    attributes, comments and instructions; text lies between them and is
    bounded by `size`. `instructions` tells whether processing instructions
    may appear at all.
    """

    size: int
    depth: int
    nodes: int
    namespaces: int = 64
    attribute: int = 64 * 1024
    instructions: bool = False


def recoded(data: bytes, *, charset: str | None, element: str) -> bytes:
    """The octets in UTF-8 without mark, once octets, declaration and charset parameter say the same encoding.

    Raises:
        InvalidMessage: they do not, or the octets are of none.
    """
    actual = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        data = data.decode(actual).encode() if actual == "utf-16" else _checked(data.removeprefix(codecs.BOM_UTF8))
    except UnicodeDecodeError:
        raise InvalidMessage(f"octets that are not {actual}", element=element) from None
    # The library would drop a second one, and read behind it what nothing here has looked at.
    if data.startswith(codecs.BOM_UTF8):
        raise InvalidMessage("two byte order marks", element=element)
    if b"\0" in data:
        raise InvalidMessage("NUL character", element=element)
    said = {name.lower() for name in (_declared(data, element=element), charset) if name}
    if said - {actual} or (actual == "utf-16" and not said):
        raise InvalidMessage("encoding refused, or not the one announced", element=element)
    return data


def _checked(data: bytes) -> bytes:
    """The same octets, which are UTF-8: told a slice at a time, for the text of a large file takes memory, and time.

    Raises:
        UnicodeDecodeError: they are not.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), SLICE):
        decoder.decode(data[start : start + SLICE])
    decoder.decode(b"", final=True)
    return data


def _declared(data: bytes, *, element: str) -> str | None:
    """The encoding of the XML declaration, if any."""
    if not re.match(rb"<\?xml\s", data):
        return None
    declaration = _DECLARATION.match(data)
    if declaration is None:
        raise InvalidMessage("XML declaration not understood", element=element)
    name = declaration[1] or declaration[2]
    return name.decode("ascii") if name else None


def refuse_at_sight(data: bytes, limits: XmlLimits, *, element: str) -> None:
    """Refuse what would cost too much to parse, or has a document type.

    Raises:
        InvalidMessage: it does.
    """
    if data.startswith(b"<!DOCTYPE", _prolog_end(data)):
        raise InvalidMessage("document type declaration", element=element)
    if _surely_has_more(data, limits.nodes):
        raise InvalidMessage(f"more than {limits.nodes} nodes", element=element)
    if _may_be_crowded(data) and _CROWDED_TAG.search(data):
        raise InvalidMessage(f"more than {_ATTRIBUTES} attributes on one element", element=element)


def _prolog_end(data: bytes) -> int:
    """Where the declaration, comments and instructions before the root end: only a document type can hide there."""
    prolog = _PROLOG.match(data)
    return prolog.end() if prolog else 0


def _surely_has_more(data: bytes, nodes: int) -> bool:
    """Tell a bomb by counting: where no comment, section or instruction can hold a `<`, each is of an element."""
    if len(data) < 4 * nodes or b"<!" in data or data.find(b"<?", 1) >= 0:
        return False
    return data.count(b"<") - data.count(b"</") - 1 > nodes


def _may_be_crowded(data: bytes) -> bool:
    """Tell whether a tag could have too many attributes, none of which is shorter than `a=""`."""
    return any(data.count(b"=", start, end) > _ATTRIBUTES for start, end in runs(data, 4 * _ATTRIBUTES))


def is_plain(data: bytes, limits: XmlLimits) -> bool:
    """Tell a message in which nothing but the depth and an attribute can be over a limit, by what costs little."""
    declared = [found.end() for found in islice(re.finditer(b"xmlns", data), limits.namespaces + 1)]
    if len(declared) > limits.namespaces:
        return False
    long = list(runs(data, limits.attribute))
    if any(start < place <= end - limits.attribute for start, end in long for place in declared):
        return False
    # In a run there is one element at most, with attributes that are not too many, and text.
    most = len(data) - sum(end - start for start, end in long) + len(long) * _SHORTEST_NODE * (1 + _ATTRIBUTES)
    if most <= _SHORTEST_NODE * limits.nodes:
        return True
    over = data.count(b"<") + data.count(b"=") - limits.nodes
    return over <= 0 or data.count(b"</") >= over


def runs(data: bytes, octets: int) -> Iterator[tuple[int, int]]:
    """Start and end of each run of more octets than that without a `<`: a tag may be in it, and no tag goes beyond it.

    One octet in so many is looked at where tags are shorter.
    """
    start = 0
    while start + octets < len(data):
        sign = data.rfind(b"<", start, start + octets + 1)
        if sign < 0:
            after = data.find(b"<", start)
            sign = len(data) if after < 0 else after
            yield start, sign
        start = sign + 1
