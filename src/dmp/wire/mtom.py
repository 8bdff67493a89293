"""MTOM/XOP: a SOAP message whose documents travel beside it, read as a stream, written (xds-wire 1.5, DEC-55, 117)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote, unquote_to_bytes

from dmp.record.errors import InvalidMessage
from dmp.record.profile import MIB
from dmp.record.submission import Content
from dmp.wire.content import MemoryContent, MemorySink, Sink
from dmp.wire.mime import MediaType, is_boundary, media_type
from dmp.wire.multipart import Splitter
from dmp.wire.transfer import Decoder, base64, decoder
from dmp.wire.xml import Element, plain_text, qname

SOAP: Final = "application/soap+xml"
XOP: Final = "application/xop+xml"
RELATED: Final = "multipart/related"


@dataclass(frozen=True)
class Limits:
    """What one request may hold, in octets, and its count of parts, the envelope included (DEC-55)."""

    envelope: int = 4 * MIB
    document: int = 50 * MIB
    request: int = 64 * MIB
    parts: int = 64
    headers: int = 8 * 1024


LIMITS: Final = Limits()


def packaging(content_type: str | None) -> MediaType:
    """Read the Content-Type of a request or an answer: simple SOAP, or MTOM with a usable boundary (xds-wire 1.5).

    MTOM clients that speak SOAP 1.2 may still announce the `text/xml` of 1.1
    in `start-info` (node-soap does): the envelope itself tells the version.

    Raises:
        InvalidMessage: status 415 for anything else; a fault for an MTOM type without a boundary of RFC 2046.
    """
    found = media_type(content_type or "", status=415)
    if found.name == SOAP:
        return found
    said = (found.parameters.get("type", XOP), found.parameters.get("start-info", SOAP))
    kind, info = (value.partition(";")[0].strip().lower() for value in said)
    if found.name != RELATED or kind != XOP or info not in (SOAP, "text/xml"):
        raise InvalidMessage("neither SOAP 1.2 nor MTOM", element="Content-Type", status=415)
    if not is_boundary(found.parameters.get("boundary", "")):
        raise InvalidMessage("boundary missing or malformed", element="Content-Type")
    return found


@dataclass(frozen=True)
class Multipart:
    """The envelope and the parts by Content-ID without `<>`; for simple SOAP, the envelope alone.

    `charset` is what the envelope's own part says, `unnamed` counts the parts
    without Content-ID, which nothing can include.
    """

    root: bytes
    parts: Mapping[str, Content] = field(default_factory=dict)
    charset: str | None = None
    unnamed: int = 0

    def resolve(self, document: Element) -> Content:
        """The octets of an `xdsb:Document`: inline base64, or the part it includes (xds-wire 1.5).

        Raises:
            InvalidMessage: text and an Include, two Includes, a reference that leads to no part (DEC-117).
        """
        if len(document) == 0:
            return MemoryContent(base64("".join(plain_text(document).split())))
        return self.parts[self._named(document)]

    def check_references(self, tree: Element, *, strict: bool = True) -> None:
        """Check that every Include of the envelope has a part of its own, and every part its Include.

        Without `strict`, parts that nothing includes are passed over.

        Raises:
            InvalidMessage: a part missing, included twice, or not included (DEC-117).
        """
        named = [self._named(document) for document in tree.iter(qname("xdsb:Document")) if len(document)]
        if len(named) != len(set(named)):
            raise InvalidMessage("part included twice", element="xop:Include")
        if strict and (self.unnamed or len(named) != len(self.parts)):
            raise InvalidMessage("part that nothing includes", element="multipart")

    def _named(self, document: Element) -> str:
        """The Content-ID of the part that a Document includes, as the part wrote it."""
        include = document[0]
        texts = (document.text, include.tail, include.text)
        alone = len(document) == 1 and len(include) == 0 and not any((piece or "").strip() for piece in texts)
        if include.tag != qname("xop:Include") or not alone:
            raise InvalidMessage("one xop:Include or text expected", element="xdsb:Document")
        scheme, _, reference = (include.get("href") or "").partition(":")
        if scheme.lower() != "cid":
            raise InvalidMessage("not a cid reference", element="xop:Include")
        found = self._match(reference)
        if found is None:
            raise InvalidMessage("part missing", element="xop:Include")
        return found

    def _match(self, reference: str) -> str | None:
        """Senders percent-encode the reference, the Content-ID, both or neither: try the exact forms first."""
        decoded = _percent_decoded(reference)
        for name in (decoded, reference):
            if name in self.parts:
                return name
        encoded = [name for name in self.parts if _percent_decoded(name) == decoded]
        return encoded[0] if len(encoded) == 1 else None


def _percent_decoded(text: str) -> str:
    return unquote_to_bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


@dataclass
class _Part:
    """The part being received: where its octets go, and what is done when they are all there."""

    decoder: Decoder
    done: Callable[[], None]


class MultipartReader:
    """Reads an MTOM body as it comes: the envelope into memory, each other part into a sink of its own."""

    def __init__(self, packaged: MediaType, *, limits: Limits = LIMITS, new_sink: Callable[[], Sink] = MemorySink):
        """`packaged` comes from `packaging`; `new_sink` is called once a part."""
        self._limits = limits
        self._new_sink = new_sink
        self._start = _content_id(packaged.parameters.get("start", ""))
        self._splitter = Splitter(packaged.parameters["boundary"], self, header_limit=limits.headers)
        self._received = 0
        self._count = 0
        self._unnamed = 0
        self._part: _Part | None = None
        self._root: tuple[bytearray, str | None] | None = None
        self._parts: dict[str, Content | None] = {}

    def feed(self, octets: bytes) -> None:
        """Take the next octets.

        Raises:
            InvalidMessage: the body breaks a rule or a limit; status 413 for a size.
        """
        self._received += len(octets)
        if self._received > self._limits.request:
            raise InvalidMessage(f"more than {self._limits.request} octets", element="request", status=413)
        self._splitter.feed(octets)

    def close(self) -> Multipart:
        """Give what was received.

        Raises:
            InvalidMessage: the final boundary is missing, or `start` names no part (DEC-117).
        """
        self._splitter.close()
        if self._root is None:
            raise InvalidMessage("no part is the envelope", element="start")
        octets, charset = self._root
        parts = {name: content for name, content in self._parts.items() if content is not None}
        return Multipart(bytes(octets), parts, charset, self._unnamed)

    def start_part(self, headers: Mapping[str, str]) -> None:
        """A part begins; called by the splitter."""
        self._count += 1
        if self._count > self._limits.parts:
            raise InvalidMessage(f"more than {self._limits.parts} parts", element="multipart")
        kind = media_type(headers.get("content-type") or "application/octet-stream")
        if kind.multipart:
            raise InvalidMessage("nested multipart", element="multipart")
        name = _content_id(headers.get("content-id", ""))
        if name and name in self._parts:
            raise InvalidMessage("two parts with one Content-ID", element="Content-ID")
        is_root = name == self._start if self._start else self._count == 1
        opened = self._open_root(kind) if is_root else self._open_document(name)
        write, done = opened
        self._part = _Part(decoder(headers.get("content-transfer-encoding", ""), write), done)
        if name:
            self._parts.setdefault(name, None)

    def part_data(self, octets: bytes) -> None:
        """The next octets of the part; called by the splitter."""
        if self._part is not None:
            self._part.decoder.write(octets)

    def end_part(self) -> None:
        """The part is whole; called by the splitter."""
        if self._part is not None:
            self._part.decoder.finish()
            self._part.done()
        self._part = None

    def _open_root(self, kind: MediaType) -> tuple[Callable[[bytes], None], Callable[[], None]]:
        if kind.name not in (XOP, SOAP):
            raise InvalidMessage("not the type of an envelope", element="Content-Type")
        octets = bytearray()
        self._root = (octets, kind.charset)
        return _bounded(octets.extend, self._limits.envelope, "envelope"), lambda: None

    def _open_document(self, name: str) -> tuple[Callable[[bytes], None], Callable[[], None]]:
        sink = self._new_sink()

        def done() -> None:
            content = sink.finish()
            if name:
                self._parts[name] = content
            else:
                self._unnamed += 1

        return _bounded(sink.write, self._limits.document, "document"), done


def _bounded(write: Callable[[bytes], None], limit: int, element: str) -> Callable[[bytes], None]:
    """Write up to a limit."""
    written = 0

    def bounded(octets: bytes) -> None:
        nonlocal written
        written += len(octets)
        if written > limit:
            raise InvalidMessage(f"more than {limit} octets", element=element, status=413)
        write(octets)

    return bounded


def _content_id(value: str) -> str:
    """A Content-ID or `start` without its angle brackets."""
    value = value.strip()
    return value[1:-1] if value.startswith("<") and value.endswith(">") else value


class Attachment(Protocol):
    """A part to send; `content_id` is without `<>`."""

    @property
    def content_id(self) -> str:
        """Unique in the message."""
        ...

    @property
    def mime_type(self) -> str:
        """Its media type, written when it is one."""
        ...

    @property
    def content(self) -> Content:
        """Its octets."""
        ...


def simple_type(action: str = "") -> str:
    """The Content-Type of a simple SOAP message."""
    return f'{SOAP}; charset=UTF-8; action="{action}"' if action else f"{SOAP}; charset=UTF-8"


def cid(content_id: str) -> str:
    """The reference to a part, for an `xop:Include`."""
    return "cid:" + quote(content_id, safe="@")


def write(
    root: bytes, parts: Iterable[Attachment], *, boundary: str, root_id: str, action: str
) -> tuple[str, list[bytes]]:
    """Package an envelope and its parts: the Content-Type and the body in pieces, the octets of the parts untouched.

    `boundary` must be random enough to be in no document.

    Raises:
        ValueError: a boundary or a Content-ID that cannot be written.
    """
    if not is_boundary(boundary):
        raise ValueError("not a boundary")
    delimiter = f"\r\n--{boundary}".encode()
    pieces = [delimiter[2:], _head(f'{XOP}; charset=UTF-8; type="{SOAP}"', root_id), root]
    for part in parts:
        named = re.fullmatch(r"[\w.+-]+/[\w.+-]+", part.mime_type, re.ASCII)
        pieces += [delimiter, _head(part.mime_type if named else "application/octet-stream", part.content_id)]
        pieces += part.content.chunks()
    pieces.append(delimiter + b"--\r\n")
    content_type = (
        f'{RELATED}; type="{XOP}"; start="<{root_id}>"; start-info="{SOAP}"; boundary="{boundary}"; action="{action}"'
    )
    return content_type, pieces


def _head(kind: str, content_id: str) -> bytes:
    if not re.fullmatch(r"[!-;=?-~]+", content_id):
        raise ValueError("not a Content-ID")
    lines = (f"Content-Type: {kind}", "Content-Transfer-Encoding: binary", f"Content-ID: <{content_id}>")
    return "".join(f"\r\n{line}" for line in lines).encode() + b"\r\n\r\n"
