"""A streaming splitter of multipart bodies (xds-wire 1.5, RFC 2046).

Written here because the form parsers of web frameworks take neither bare LF in
headers nor a text before the first boundary, and do not say when the last
boundary is missing.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, Protocol

from dmp.record.errors import InvalidMessage
from dmp.wire.mime import part_headers

_SLICE = 64 * 1024


class PartHandler(Protocol):
    """Receives the parts of a body as they are found."""

    def start_part(self, headers: Mapping[str, str]) -> None:
        """A part begins; header names are in lower case."""
        ...

    def part_data(self, octets: bytes) -> None:
        """The next octets of the part, still transfer-encoded."""
        ...

    def end_part(self) -> None:
        """The part is whole."""
        ...


class _State(Enum):
    PREAMBLE = auto()
    HEADERS = auto()
    BODY = auto()
    EPILOGUE = auto()


_LONGEST_PADDING = 256
_END = re.compile(rb"(?:(--)|[ \t]{0,%d}+\r?\n)" % _LONGEST_PADDING)
"""What follows the boundary in a delimiter; boundaries themselves are too many to compile one expression for each."""


class Splitter:
    """Splits a multipart body fed in any pieces, keeping in memory no more than a boundary or a header block.

    Delimiters are lines that begin with CRLF; a line that only begins like a
    delimiter is content. The line after a delimiter and the header lines may
    end with a bare LF (xds-wire 1.5).
    """

    def __init__(self, boundary: str, handler: PartHandler, *, header_limit: int):
        """`header_limit` is in octets, for all the headers of a part."""
        self._delimiter: Final = b"\r\n--" + boundary.encode("ascii")
        self._longest: Final = len(self._delimiter) + _LONGEST_PADDING + 2
        self._handler = handler
        self._header_limit = header_limit
        self._state = _State.PREAMBLE
        # The CRLF of the first delimiter belongs to what stands before: it may be missing at the very start.
        self._buffer = bytearray(b"\r\n")
        self._unsaid = 0
        self._lines: list[bytes] = []
        self._header_size = 0

    def feed(self, octets: bytes) -> None:
        """Take the next octets of the body.

        Raises:
            InvalidMessage: a header block that is too long or not understood; whatever the handler raises.
        """
        for start in range(0, len(octets), _SLICE):
            if self._state is _State.EPILOGUE:
                return
            self._buffer += octets[start : start + _SLICE]
            while self._header_line() if self._state is _State.HEADERS else self._content():
                pass

    def close(self) -> None:
        """Say that there is nothing more.

        Raises:
            InvalidMessage: the final boundary is missing (DEC-117).
        """
        if self._state is not _State.EPILOGUE:
            raise InvalidMessage("final boundary missing", element="multipart")

    def _content(self) -> bool:
        """Pass on what is surely content; True when a delimiter was found and there may be more to do."""
        if self._state is _State.EPILOGUE:
            return False
        start, end = self._find_delimiter()
        if end is None:
            self._pass_on(len(self._buffer) - self._longest + 1)
            return False
        length, last = end.end() - start, end[1] is not None
        self._pass_on(start)
        self._delimited(length, last=last)
        return True

    def _find_delimiter(self) -> tuple[int, re.Match[bytes] | None]:
        """Where the first delimiter begins, and its end."""
        start = self._buffer.find(self._delimiter)
        while start >= 0:
            if end := _END.match(self._buffer, start + len(self._delimiter)):
                return start, end
            start = self._buffer.find(self._delimiter, start + 1)
        return start, None

    def _pass_on(self, count: int) -> None:
        if count <= 0:
            return
        octets = bytes(self._buffer[:count])
        del self._buffer[:count]
        said, self._unsaid = octets[self._unsaid :], max(0, self._unsaid - count)
        if said and self._state is _State.BODY:
            self._handler.part_data(said)

    def _delimited(self, length: int, *, last: bool) -> None:
        del self._buffer[:length]
        self._unsaid = 0
        if self._state is _State.BODY:
            self._handler.end_part()
        self._state = _State.EPILOGUE if last else _State.HEADERS
        self._lines.clear()
        self._header_size = 0

    def _header_line(self) -> bool:
        end = self._buffer.find(b"\n")
        self._header_size += max(end + 1, 0)
        if self._header_size + (len(self._buffer) if end < 0 else 0) > self._header_limit:
            raise InvalidMessage(f"more than {self._header_limit} octets of headers", element="part headers")
        if end < 0:
            return False
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        if line:
            self._lines.append(line)
        else:
            self._start()
        return True

    def _start(self) -> None:
        """The blank line may itself begin the delimiter of an empty part: it is put back, and not passed on."""
        self._handler.start_part(part_headers(self._lines))
        self._state = _State.BODY
        self._buffer[:0] = b"\r\n"
        self._unsaid = 2
