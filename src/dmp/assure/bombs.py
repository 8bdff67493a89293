"""Forty small things that swell: in entities, depth, attributes, archives, references, images (T-BOMB, security 5)."""

import gzip
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace

from dmp.assure.inside import Request
from dmp.assure.messages import Writer
from dmp.sandbox.population import Person
from dmp.wire import mtom, soap

MIB = 2**20
FITS = 3 * MIB
"""Octets of what must stay inside an envelope of 4 MiB."""
BOUNDARY = "bomb"


@dataclass(frozen=True)
class Bomb:
    """One of them, and the right answer: an HTTP status, or for 200 a registry error."""

    name: str
    make: Callable[[Writer, Person], Request]
    status: int
    error: str = ""


# -- what carries a bomb


def _envelope(writer: Writer, person: Person, body: bytes = b"", *, prolog: bytes = b"", header: bytes = b"") -> bytes:
    """A search in its envelope, with something put before it, into its header or into its body."""
    root = writer.envelope(writer.search(person), writer.security(writer.reader, person))
    root = root.replace(b"<env:Envelope", prolog + b"<env:Envelope", 1)
    root = root.replace(b"</env:Header>", header + b"</env:Header>", 1)
    return root.replace(b"<env:Body>", b"<env:Body>" + body, 1)


def _search(octets: bytes, **more: str) -> Request:
    headers = tuple((name.replace("_", "-"), value) for name, value in more.items())
    return Request("registry", octets, mtom.simple_type(soap.Action.STORED_QUERY), headers)


def xml(build: Callable[[], dict[str, bytes]]) -> Callable[[Writer, Person], Request]:
    """Something in the envelope of a search."""

    def make(writer: Writer, person: Person) -> Request:
        given = build()
        return _search(_envelope(writer, person, given.pop("body", b""), **given))

    return make


def package(build: Callable[[bytes], bytes], *, include: str = "d@b") -> Callable[[Writer, Person], Request]:
    """A multipart message around the envelope of a submission that includes `include`."""

    def make(writer: Writer, person: Person) -> Request:
        root = _submission(writer, person, include)
        return Request("repository", build(root), _media_type())

    return make


def document(build: Callable[[bytes], bytes]) -> Callable[[Writer, Person], Request]:
    """A submission in order of a document that is not; its hash and size fit."""

    def make(writer: Writer, person: Person) -> Request:
        entry, octets = writer.document(person)
        octets = build(octets)
        root = writer.submission(person, writer.lot(person, entry, octets), {"Document01": "d@b"})
        return Request("repository", _joined(_part(root, "root@b", root=True), _part(octets, "d@b")), _media_type())

    return make


def body_of(media_type: str, build: Callable[[], bytes]) -> Callable[[Writer, Person], Request]:
    """A document whose unstructured body is of some media type."""

    def inside(octets: bytes) -> bytes:
        start = octets.index(b"<nonXMLBody>")
        end = octets.index(b"</nonXMLBody>")
        text = b'<text mediaType="%b" representation="B64">%b</text>' % (media_type.encode(), b64encode(build()))
        return octets[:start] + b"<nonXMLBody>" + text + octets[end:]

    return document(inside)


def _submission(writer: Writer, person: Person, include: str) -> bytes:
    entry, octets = writer.document(person)
    return writer.submission(person, writer.lot(person, entry, octets), {"Document01": include})


def _media_type() -> str:
    return (
        f'multipart/related; type="application/xop+xml"; start="<root@b>"; start-info="application/soap+xml"; '
        f'boundary="{BOUNDARY}"; action="{soap.Action.PROVIDE_AND_REGISTER}"'
    )


def _part(octets: bytes, name: str, *, root: bool = False, encoding: str = "binary", more: bytes = b"") -> bytes:
    kind = 'application/xop+xml; charset=UTF-8; type="application/soap+xml"' if root else "text/xml"
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\nContent-ID: <{name}>\r\n".encode()
    return head + more + b"\r\n" + octets


def _joined(*parts: bytes) -> bytes:
    line = f"--{BOUNDARY}".encode()
    return b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


# -- entities


def _doctype(inside: str) -> bytes:
    return f"<!DOCTYPE x [{inside}]>".encode()


def _laughs(levels: int = 12) -> str:
    return "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(levels))


ENTITIES = (
    Bomb("a billion laughs", xml(lambda: {"prolog": _doctype(_laughs()), "body": b"<d>&e11;</d>"}), 400),
    Bomb(
        "one long entity, many times",
        xml(lambda: {"prolog": _doctype(f'<!ENTITY e "{"x" * MIB}">'), "body": b"<d>" + b"&e;" * 100_000 + b"</d>"}),
        400,
    ),
    Bomb("entities that name each other", xml(lambda: {"prolog": _doctype('<!ENTITY a "&b;"><!ENTITY b "&a;">')}), 400),
    Bomb(
        "a hundred thousand declarations",
        xml(lambda: {"prolog": _doctype("".join(f'<!ENTITY e{n} "x">' for n in range(100_000)))}),
        400,
    ),
    Bomb("an entity that reads a device", xml(lambda: {"prolog": _doctype('<!ENTITY e SYSTEM "/dev/zero">')}), 400),
    Bomb(
        "parameter entities",
        xml(lambda: {"prolog": _doctype('<!ENTITY % a SYSTEM "http://localhost:1/"><!ENTITY % b "%a;">%b;')}),
        400,
    ),
)

# -- shape

SHAPES = (
    Bomb("depth in the body", xml(lambda: {"body": b"<d>" * 200_000 + b"</d>" * 200_000}), 400),
    Bomb("depth in the header", xml(lambda: {"header": b"<d>" * 200_000 + b"</d>" * 200_000}), 400),
    Bomb("depth that never ends", xml(lambda: {"body": b"<d>" * 900_000}), 400),
    Bomb("many elements", xml(lambda: {"body": b"<d/>" * 700_000}), 400),
    Bomb("many attributes", xml(lambda: {"body": _attributes(150_000)}), 400),
    Bomb("one long attribute", xml(lambda: {"body": b'<d a="' + b"x" * FITS + b'"/>'}), 400),
    Bomb("many namespaces on one element", xml(lambda: {"body": _namespaces(80_000)}), 400),
    Bomb("a namespace more at each level", xml(lambda: {"body": _nested_namespaces(60_000)}), 400),
    Bomb("one long name", xml(lambda: {"body": b"<" + b"x" * FITS + b"/>"}), 400),
    Bomb("many references to characters", xml(lambda: {"body": b"<d>" + b"&#120;" * (FITS // 6) + b"</d>"}), 400),
    Bomb("many comments", xml(lambda: {"header": b"<!---->" * (FITS // 7)}), 400),
    Bomb("an envelope in UTF-32", xml(lambda: {}), 400),
)


def _attributes(count: int) -> bytes:
    return b"<d " + b" ".join(b'a%d="x"' % n for n in range(count)) + b"/>"


def _namespaces(count: int) -> bytes:
    return b"<d " + b" ".join(b'xmlns:n%d="urn:x:%d"' % (n, n) for n in range(count)) + b"/>"


def _nested_namespaces(count: int) -> bytes:
    return b"".join(b'<n%d:d xmlns:n%d="urn:x:%d">' % (n, n, n) for n in range(count))


def _in_utf32(writer: Writer, person: Person) -> Request:
    text = _envelope(writer, person, b"<d>" + b"x" * (MIB // 2) + b"</d>").decode()
    return _search(text.replace("UTF-8", "UTF-32", 1).encode("utf-32"))


SHAPES = (*SHAPES[:-1], replace(SHAPES[-1], make=_in_utf32))

# -- compression


def _zeros(octets: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join((*(packer.compress(bytes(MIB)) for _ in range(octets // MIB)), packer.flush()))


def compressed(build: Callable[[bytes], bytes], encoding: str = "gzip") -> Callable[[Writer, Person], Request]:
    """The envelope of a search, packed."""
    return lambda writer, person: _search(build(_envelope(writer, person)), content_encoding=encoding)


ARCHIVES = (
    Bomb("a gigabyte of zeros in gzip", compressed(lambda _: _zeros(1024 * MIB)), 413),
    Bomb("gzip in gzip", compressed(lambda _: gzip.compress(_zeros(512 * MIB))), 413),
    Bomb("a thousand archives one behind the other", compressed(lambda root: gzip.compress(root) * 1000), 400),
    Bomb("a header of gzip without end", compressed(lambda _: b"\x1f\x8b\x08\x08" + b"x" * FITS), 400),
    Bomb("an encoding that we do not take", compressed(lambda _: zlib.compress(bytes(64 * MIB)), "deflate"), 415),
)

# -- packages


PACKAGES = (
    Bomb("ten thousand parts", package(lambda root: _joined(_part(root, "root@b", root=True), *_parts(10_000))), 400),
    Bomb(
        "a head of a part without end",
        package(lambda root: _joined(_part(root, "root@b", root=True), _part(b"", "d@b", more=_lines(100_000)))),
        400,
    ),
    Bomb(
        "one part included a thousand times",
        package(lambda root: _joined(_part(_multiplied(root), "root@b", root=True), _part(bytes(4 * MIB), "d@b"))),
        400,
    ),
    Bomb(
        "an envelope that includes itself",
        package(lambda root: _joined(_part(root, "root@b", root=True)), include="root@b"),
        400,
    ),
    Bomb("lines that look like boundaries", package(lambda root: b"\r\n--bom" * (8 * MIB) + _joined(root)), 400),
    Bomb("a preamble over the limit", package(lambda root: b"x" * (70 * MIB) + _joined(root)), 413),
    Bomb(
        "base64 of a part that is none",
        package(
            lambda root: _joined(_part(root, "root@b", root=True), _part(b"=" * (30 * MIB), "d@b", encoding="base64"))
        ),
        400,
    ),
    Bomb(
        "a line of quoted-printable without end",
        package(
            lambda root: _joined(
                _part(root, "root@b", root=True), _part(b"=41" * (8 * MIB), "d@b", encoding="quoted-printable")
            )
        ),
        400,
    ),
    Bomb(
        "base64 in the envelope, over its limit",
        package(lambda root: _joined(_part(root.replace(b"d@b", b"x" * (48 * MIB)), "root@b", root=True))),
        413,
    ),
)


def _parts(count: int) -> list[bytes]:
    return [_part(b"x", f"p{number}@b") for number in range(count)]


def _lines(count: int) -> bytes:
    return b"".join(b"X-Line-%d: x\r\n" % number for number in range(count))


def _multiplied(root: bytes) -> bytes:
    start = root.index(b"<xop:Include") if b"<xop:Include" in root else root.index(b":Include") - 4
    end = root.index(b">", start) + 1
    return root[:start] + root[start:end] * 1000 + root[end:]


# -- documents


def _pdf(objects: bytes) -> bytes:
    return b"%PDF-1.7\n" + objects + b"\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def _pdf_stream(kind: bytes, packed: bytes) -> bytes:
    head = b"<< /Type /%b /Filter /FlateDecode /N 1 /First 4 /Length %d >>" % (kind, len(packed))
    return b"1 0 obj\n" + head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"


def _png(side: int) -> bytes:
    """A picture that says it is `side` pixels high and wide, and whose rows are zeros."""

    def chunk(kind: bytes, octets: bytes) -> bytes:
        return len(octets).to_bytes(4) + kind + octets + zlib.crc32(kind + octets).to_bytes(4)

    size = side.to_bytes(4) * 2 + b"\x08\x06\0\0\0"
    rows = zlib.compress(bytes(512 * MIB), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _before_root(extra: bytes) -> Callable[[bytes], bytes]:
    return lambda octets: octets.replace(b"<ClinicalDocument", extra + b"<ClinicalDocument", 1)


def _in_body(extra: bytes) -> Callable[[bytes], bytes]:
    return lambda octets: octets.replace(b"<nonXMLBody>", extra + b"<nonXMLBody>", 1)


BAD_DOCUMENT, BAD_METADATA = "InvalidDocumentContent", "XDSRepositoryMetadataError"

DOCUMENTS = (
    Bomb("a document of laughs", document(_before_root(_doctype(_laughs()))), 200, BAD_DOCUMENT),
    Bomb("a deep document", document(_in_body(b"<d>" * 200_000 + b"</d>" * 200_000)), 200, BAD_DOCUMENT),
    Bomb("a document of many elements", document(_in_body(b"<d/>" * 1_000_000)), 200, BAD_DOCUMENT),
    Bomb(
        "a PDF with a gigabyte of objects",
        body_of("application/pdf", lambda: _pdf(_pdf_stream(b"ObjStm", zlib.compress(bytes(1024 * MIB), 9)))),
        200,
        BAD_DOCUMENT,
    ),
    Bomb(
        "a PDF with many small archives",
        body_of("application/pdf", lambda: _pdf(_pdf_stream(b"ObjStm", zlib.compress(bytes(MIB), 9)) * 1500)),
        200,
        BAD_DOCUMENT,
    ),
    Bomb("a PDF of names", body_of("application/pdf", lambda: _pdf(b"/A" * (3 * MIB // 2))), 200, BAD_METADATA),
    Bomb(
        "a picture of a hundred thousand pixels square", body_of("image/png", lambda: _png(100_000)), 200, BAD_METADATA
    ),
    Bomb(
        "an archive in place of a picture",
        body_of("image/jpeg", lambda: b"PK\x03\x04" + zlib.compress(bytes(512 * MIB), 9)),
        200,
        BAD_DOCUMENT,
    ),
)

BOMBS: tuple[Bomb, ...] = (*ENTITIES, *SHAPES, *ARCHIVES, *PACKAGES, *DOCUMENTS)
