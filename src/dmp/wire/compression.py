"""Content-Encoding: gzip, undone as the octets come and never beyond measure (DEC-55, security 5.3)."""

import zlib
from collections.abc import Iterator

from dmp.record.errors import InvalidMessage
from dmp.record.profile import MIB

RATIO = 20
"""How many times larger than what was received the expanded body may be."""
ALLOWANCE = 64 * 1024
"""Octets that may come out whatever the ratio: small messages repeat themselves."""
_PIECE = 64 * 1024
_GZIP_ONLY = 31


class Gunzip:
    """Expands a gzip body of one member, fed in any pieces; `limit` is the most it may expand to, in octets."""

    def __init__(self, *, limit: int = 64 * MIB):
        """Start before the first octet."""
        self._limit = limit
        self._received = 0
        self._expanded = 0
        self._stream = zlib.decompressobj(_GZIP_ONLY)
        self._begun = False

    def feed(self, octets: bytes) -> Iterator[bytes]:
        """Give what the next octets expand to, a piece at a time.

        Raises:
            InvalidMessage: not gzip; or status 413, over the ratio or the limit.
        """
        self._received += len(octets)
        while octets:
            if self._stream.eof:
                raise InvalidMessage("octets after the end", element="Content-Encoding")
            self._begun = True
            try:
                piece = self._stream.decompress(octets, _PIECE)
            except zlib.error:
                raise InvalidMessage("not gzip", element="Content-Encoding") from None
            octets = self._stream.unconsumed_tail or self._stream.unused_data
            yield from self._measured(piece)

    def close(self) -> Iterator[bytes]:
        """Give what is left.

        Raises:
            InvalidMessage: the body is cut short; or as `feed`.
        """
        yield from self._measured(self._stream.flush())
        if self._begun and not self._stream.eof:
            raise InvalidMessage("cut short", element="Content-Encoding")

    def _measured(self, piece: bytes) -> Iterator[bytes]:
        self._expanded += len(piece)
        if self._expanded > min(self._limit, max(RATIO * self._received, ALLOWANCE)):
            raise InvalidMessage("expands too much", element="Content-Encoding", status=413)
        if piece:
            yield piece
