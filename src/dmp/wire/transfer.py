"""Content-Transfer-Encoding, undone as the octets come (xds-wire 1.5, RFC 2045)."""

import binascii
import re
from collections.abc import Callable
from typing import Protocol

from dmp.record.errors import InvalidMessage

_LONGEST_QUOTED_LINE = 64 * 1024


class Decoder(Protocol):
    """Undoes a Content-Transfer-Encoding as the octets come."""

    def write(self, octets: bytes) -> None:
        """Take the next encoded octets."""
        ...

    def finish(self) -> None:
        """The part is whole: pass on what was kept."""
        ...


def decoder(encoding: str, out: Callable[[bytes], None]) -> Decoder:
    """The decoder of a Content-Transfer-Encoding, in any letter case; none named means octets as they are.

    Raises:
        InvalidMessage: an encoding that MIME does not know.
    """
    match encoding.lower():
        case "" | "binary" | "8bit" | "7bit":
            return _Plain(out)
        case "base64":
            return _Base64(out)
        case "quoted-printable":
            return _QuotedPrintable(out)
    raise InvalidMessage("unknown encoding", element="Content-Transfer-Encoding")


class _Plain:
    def __init__(self, out: Callable[[bytes], None]):
        self._out = out

    def write(self, octets: bytes) -> None:
        self._out(octets)

    def finish(self) -> None:
        """Nothing was kept."""


class _Base64:
    def __init__(self, out: Callable[[bytes], None]):
        self._out = out
        self._rest = b""
        self._padded = False

    def write(self, octets: bytes) -> None:
        kept = self._rest + octets.translate(None, b" \t\r\n")
        if not kept:
            return
        if self._padded:
            raise InvalidMessage("text after the padding", element="base64")
        whole = len(kept) // 4 * 4
        self._rest = kept[whole:]
        if whole:
            self._padded = kept[whole - 1] == ord("=")
            self._out(base64(kept[:whole]))

    def finish(self) -> None:
        if self._rest:
            raise InvalidMessage("cut short", element="base64")


def base64(text: bytes | str) -> bytes:
    """Decode base64 that has no white space.

    Raises:
        InvalidMessage: another character, or padding where there should be none.
    """
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise InvalidMessage("not base64", element="base64") from None


_SPACE_BEFORE_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_BROKEN_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")
_SOFT_BREAK = re.compile(rb"=(?:\r?\n|\Z)")
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


def _octet(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])


class _QuotedPrintable:
    def __init__(self, out: Callable[[bytes], None]):
        self._out = out
        self._rest = bytearray()

    def write(self, octets: bytes) -> None:
        self._rest += octets
        end = self._rest.rfind(b"\n") + 1
        if end:
            self._decode(bytes(self._rest[:end]))
            del self._rest[:end]
        if len(self._rest) > _LONGEST_QUOTED_LINE:
            raise InvalidMessage("line too long", element="quoted-printable")

    def finish(self) -> None:
        self._decode(bytes(self._rest))

    def _decode(self, lines: bytes) -> None:
        """Drop the spaces a gateway may have added at line ends, then soft breaks, then read the escapes."""
        trimmed = _SPACE_BEFORE_END.sub(b"", lines)
        if _BROKEN_ESCAPE.search(trimmed):
            raise InvalidMessage("not an escape", element="quoted-printable")
        if decoded := _ESCAPE.sub(_octet, _SOFT_BREAK.sub(b"", trimmed)):
            self._out(decoded)
