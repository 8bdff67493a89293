"""Files that people put in, made here: pictures that tell where they were taken, PDFs that could do something."""

import struct
import zlib

PLACE = b"48.8583 N, 2.2945 E"
"""What no document may keep of a photo."""
TEXT = "Tension 12/8, le 3 mars. Traitement bien toléré.".encode()
RTF = rb"{\rtf1\ansi Tension 12/8.\par}"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
ACTIVE_PDF = PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")


def segment(code: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, code, len(body) + 2) + body


def exif(orientation: int = 1, *, order: str = ">", extra: bytes = PLACE) -> bytes:
    """An EXIF segment: which way up, a place, and whatever else."""
    mark = b"MM\0*" if order == ">" else b"II*\0"
    entries = [struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)]
    entries.append(struct.pack(f"{order}HHII", 0x8825, 4, 1, 60))
    body = b"".join(entries)
    tiff = mark + struct.pack(f"{order}IH", 8, len(entries)) + body + struct.pack(f"{order}I", 0)
    return segment(0xE1, b"Exif\0\0" + tiff + extra)


def a_jpeg(*before: bytes, width: int = 40, height: int = 30, colours: int = 3, frame: int = 0xC0) -> bytes:
    """A JPEG in its form; what its scan holds is not a picture."""
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    components = b"".join(bytes((number + 1, 0x11, 0)) for number in range(colours))
    shape = segment(frame, struct.pack(">BHHB", 8, height, width, colours) + components)
    scan = segment(0xDA, bytes((colours,)) + b"\1\0" * colours + b"\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    tables = segment(0xDB, bytes(65)) + segment(0xC4, bytes(17))
    return b"\xff\xd8" + jfif + b"".join(before) + tables + shape + scan + b"\xff\xd9"


def a_photo(orientation: int = 6) -> bytes:
    """A photo as telephones write it: a place, a comment, a thumbnail, a film after the end."""
    tells = (exif(orientation), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE), segment(0xFE, PLACE))
    iptc = segment(0xED, b"Photoshop 3.0\0" + PLACE)
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1profile")
    return a_jpeg(*tells, iptc, profile, segment(0xE2, b"MPF\0" + PLACE)) + b"film" + PLACE


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))


def a_png(
    width: int = 20, height: int = 10, *, kind: int = 2, bits: int = 8, interlaced: int = 0, points: bytes | None = None
) -> bytes:
    """A PNG that tells a place in three ways."""
    values = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    rows = (b"\0" + bytes((width * values * bits + 7) // 8)) * height if points is None else points
    tells = chunk(b"tEXt", b"Location\0" + PLACE) + chunk(b"eXIf", PLACE) + chunk(b"tIME", bytes(7))
    palette = chunk(b"PLTE", bytes(range(12))) if kind == 3 else b""
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + tells
        + palette
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
        + PLACE
    )
