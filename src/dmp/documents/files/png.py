"""PNG: its size, its colours and its points; every other chunk (texts, times, places) is left out."""

import struct
import zlib
from collections.abc import Iterator
from itertools import groupby

from dmp.documents.files.pictures import Coding, Picture, check_size
from dmp.documents.files.trouble import UnusableFile, Why

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Values of a point, by the type of colour."""
_BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE, _WITH_ALPHA = 3, (4, 6)
_PIECE = 256 * 1024
MOST_CHUNKS = 20_000


def read_png(octets: bytes) -> Picture:
    """Read a PNG and leave out all that does not show.

    Raises:
        UnusableFile: it is broken, too large, or interlaced, which nobody can show before all of it is worked out.
    """
    chunks = list(_chunks(octets))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        raise UnusableFile(Why.BROKEN)
    width, height, bits, kind, packing, filtering, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    check_size(width, height)
    if kind not in _COLOURS or bits not in _BITS[kind] or packing or filtering:
        raise UnusableFile(Why.BROKEN)
    if interlaced:
        raise UnusableFile(Why.RARE_PICTURE)
    runs = [b"".join(body for _, body in group) for name, group in groupby(chunks, lambda c: c[0]) if name == b"IDAT"]
    palette = next((body for name, body in chunks if name == b"PLTE"), b"")
    if len(runs) != 1 or (kind == _PALETTE and (not palette or len(palette) % 3 or len(palette) > 768)):
        raise UnusableFile(Why.BROKEN)
    colours = _COLOURS[kind]
    rows = (1 + (width * colours * bits + 7) // 8) * height
    return Picture(
        Coding.PNG,
        width,
        height,
        colours,
        _points(runs[0], rows),
        bits=bits,
        palette=palette if kind == _PALETTE else b"",
        transparent=kind in _WITH_ALPHA,
    )


def _chunks(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks up to the last one; what comes after it is another file.

    Raises:
        UnusableFile: one is cut short, or is not what its checksum says.
    """
    at = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        length = int.from_bytes(octets[at : at + 4], "big")
        name, body = octets[at + 4 : at + 8], octets[at + 8 : at + 8 + length]
        check = octets[at + 8 + length : at + 12 + length]
        if len(check) != 4 or zlib.crc32(body, zlib.crc32(name)) != int.from_bytes(check, "big"):
            raise UnusableFile(Why.BROKEN)
        yield name, body
        if name == b"IEND":
            return
        at += 12 + length
    raise UnusableFile(Why.BROKEN)


def _points(packed: bytes, rows: int) -> bytes:
    """The packed points, without what follows them; they unpack to so many octets and no more.

    Raises:
        UnusableFile: they do not.
    """
    inflate, left, rest = zlib.decompressobj(), rows, packed
    try:
        while not inflate.eof and rest:
            left -= len(inflate.decompress(rest, _PIECE))
            if left < 0:
                raise UnusableFile(Why.BROKEN)
            rest = inflate.unconsumed_tail
        left -= len(inflate.flush())
    except zlib.error as error:
        raise UnusableFile(Why.BROKEN) from error
    if left or not inflate.eof:
        raise UnusableFile(Why.BROKEN)
    return packed[: len(packed) - len(inflate.unused_data)]
