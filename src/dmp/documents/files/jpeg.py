"""JPEG: only what is needed to show the picture is kept, so that a photo does not tell where its patient lives.

Places, times, devices, comments, thumbnails, and what telephones write after
the picture are left out. Which way up it is stands in the same place as those:
it is written anew, alone, in an EXIF segment of 26 octets that says nothing else.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from dmp.documents.files.pictures import Coding, Picture, check_size
from dmp.documents.files.trouble import UnusableFile, Why

_SOI, _EOI, _SOS, _EXIF = b"\xff\xd8", b"\xff\xd9", 0xDA, 0xE1
_END_OF_SCAN = re.compile(rb"\xff(?=[\x01-\xcf\xd8-\xfe])")
"""A marker that is neither a stuffed octet nor a restart."""
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive pictures: those that everybody can show."""
_OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = frozenset({0xC4, 0xDB, 0xDD})
_JFIF, _ICC, _ADOBE = (0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe")
_ORIENTATION = 0x0112
MOST_SEGMENTS = 2_000


@dataclass(frozen=True)
class _Segment:
    """A marker and what follows it; for a scan, its points too."""

    code: int
    body: bytes
    points: bytes = b""

    @property
    def octets(self) -> bytes:
        return struct.pack(">BBH", 0xFF, self.code, len(self.body) + 2) + self.body + self.points

    def begins(self, kind: tuple[int, bytes]) -> bool:
        return self.code == kind[0] and self.body.startswith(kind[1])


def read_jpeg(octets: bytes) -> Picture:
    """Read a JPEG and leave out all that does not show.

    Raises:
        UnusableFile: it is broken, too large, or written in a way that is not shown everywhere.
    """
    segments = list(_segments(octets))
    frames = [segment.body for segment in segments if segment.code in _FRAMES]
    if any(segment.code in _OTHER_FRAMES for segment in segments):
        raise UnusableFile(Why.RARE_PICTURE)
    if len(frames) != 1 or len(frames[0]) < 6 or not any(segment.code == _SOS for segment in segments):
        raise UnusableFile(Why.BROKEN)
    bits, height, width, colours = struct.unpack(">BHHB", frames[0][:6])
    check_size(width, height)
    if bits != 8 or colours not in (1, 3, 4):
        raise UnusableFile(Why.RARE_PICTURE)
    turned = next((way for way in map(_orientation, segments) if way), 1)
    kept = b"".join((_SOI, *_written(segments, turned), _EOI))
    adobe = any(segment.begins(_ADOBE) for segment in segments)
    return Picture(Coding.JPEG, width, height, colours, kept, turned, inverted=adobe and colours == 4)


def _segments(octets: bytes) -> Iterator[_Segment]:
    """The segments up to the end of the picture; what comes after it is another file.

    Raises:
        UnusableFile: the picture does not end.
    """
    at, count = 2, 0
    while True:
        while octets[at : at + 2] == b"\xff\xff":
            at += 1
        if octets[at : at + 2] == _EOI:
            return
        count += 1
        if len(octets) < at + 4 or octets[at] != 0xFF or count > MOST_SEGMENTS:
            raise UnusableFile(Why.BROKEN)
        code, length = octets[at + 1], int.from_bytes(octets[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or len(octets) < end:
            raise UnusableFile(Why.BROKEN)
        body, start = octets[at + 4 : end], end
        if code == _SOS:
            found = _END_OF_SCAN.search(octets, end)
            if found is None:
                raise UnusableFile(Why.BROKEN)
            end = found.start()
        yield _Segment(code, body, octets[start:end])
        at = end


def _written(segments: list[_Segment], turned: int) -> Iterator[bytes]:
    """What is kept, in its order; how it is turned comes where EXIF stands."""
    if any(segment.begins(_JFIF) and len(segment.body) >= 14 for segment in segments):
        first = next(segment for segment in segments if segment.begins(_JFIF))
        # Its last two octets are the size of a thumbnail, which follows them.
        yield _Segment(0xE0, first.body[:12] + b"\0\0").octets
    if turned != 1:
        yield _Segment(_EXIF, _oriented(turned)).octets
    for segment in segments:
        needed = segment.code in _FRAMES or segment.code in _TABLES or segment.code == _SOS
        if needed or segment.begins(_ICC) or segment.begins(_ADOBE):
            yield segment.octets


def _oriented(turned: int) -> bytes:
    """An EXIF segment with one entry."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, turned, 0)
    return b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


def _orientation(segment: _Segment) -> int:
    """Which way up an EXIF segment says that the picture is; 0 when it does not."""
    if segment.code != _EXIF or not segment.body.startswith(b"Exif\0\0"):
        return 0
    tiff = segment.body[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 0
    first = struct.unpack_from(f"{order}I", tiff, 4)[0]
    if first + 2 > len(tiff):
        return 0
    for number in range(struct.unpack_from(f"{order}H", tiff, first)[0]):
        at = first + 2 + 12 * number
        if at + 12 > len(tiff):
            return 0
        tag, kind, many, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if tag == _ORIENTATION:
            return value if kind == 3 and many == 1 and 1 <= value <= 8 else 0
    return 0
