"""Audit messages on their way: RFC 5424 lines in RFC 5425 frames (xds-wire 10.2). Pure: values in, octets out."""

from datetime import datetime

from dmp.audit.canonical import timestamp

PRIORITY = 10 * 8 + 5
"""Facility security/authorization, severity notice."""
_BOM = b"\xef\xbb\xbf"
_NOTHING = "-"


def line(message: bytes, *, at: datetime, host: str, process: str) -> bytes:
    """One syslog message that carries an audit message; `host` is how the source calls itself."""
    head = f"<{PRIORITY}>1 {timestamp(at)} {_word(host)} dmp {_word(process)} DICOM {_NOTHING} "
    return head.encode("ascii") + _BOM + message


def frame(octets: bytes) -> bytes:
    """A message on a TLS stream: its length, a space, itself (RFC 5425 4.3)."""
    return b"%d %s" % (len(octets), octets)


def _word(text: str) -> str:
    """A header field: printable ASCII without space; what is not there is a hyphen."""
    kept = "".join(sign for sign in text if "!" <= sign <= "~")
    return kept[:255] or _NOTHING
