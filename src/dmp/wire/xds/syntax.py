"""The data types of XDS metadata: does this text have the form it must have? (xds-wire 4.5)."""

import re
from collections.abc import Callable

from dmp.record import dtm

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_DOTTED = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_MIME_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MIME_TYPE = re.compile(f"{_MIME_NAME}/{_MIME_NAME}")
_HASH = re.compile(r"[0-9A-Fa-f]{40}")
_SIZE = re.compile(r"[0-9]{1,15}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_PID = re.compile(r"PID-([1-9]|[12][0-9]|3[0-9])\|.*", re.DOTALL)
_EXTENSION = re.compile(r"[^\s^]+")

FORBIDDEN_PID = frozenset({"2", "4", "12", "19"})
"""Fields of the PID segment that may not be sent: old identifiers, country, social security number."""


def is_oid(text: str) -> bool:
    """An OID without leading zeros, at most 64 characters."""
    return len(text) <= 64 and _OID.fullmatch(text) is not None


def is_dotted(text: str) -> bool:
    """An OID whose first number may be any, as test systems of IHE write them."""
    return len(text) <= 64 and _DOTTED.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """A bare UUID, in either case."""
    return _UUID.fullmatch(text) is not None


def is_unique_id(text: str) -> bool:
    """The uniqueId of a document: an OID, an OID and extension of at most 128, or a bare UUID (DEC-105)."""
    root, caret, extension = text.partition("^")
    if not caret:
        return is_oid(text) or is_uuid(text)
    return len(text) <= 128 and is_oid(root) and _EXTENSION.fullmatch(extension) is not None


def is_time(text: str) -> bool:
    """A DTM of real ranges, in ASCII digits."""
    return text.isascii() and dtm.is_dtm(text)


def is_after(start: str, stop: str) -> bool:
    """Tell whether a period ends before it starts, as far as both precisions allow to say."""
    shared = min(len(start), len(stop))
    return start[:shared] > stop[:shared]


def is_cx(text: str, *, components: int, oid: Callable[[str], bool] = is_oid) -> bool:
    """An identifier `id^^^&oid&ISO`; beyond `components` (4 for IHE, 7 for the DMP) everything must be empty."""
    parts = text.split("^")
    return (
        len(parts) >= 4
        and bool(parts[0].strip())
        and not (parts[1] or parts[2])
        and _is_authority(parts[3], oid)
        and not any(parts[components:])
    )


def _is_authority(text: str, oid: Callable[[str], bool]) -> bool:
    parts = text.split("&")
    return len(parts) == 3 and not parts[0] and oid(parts[1]) and parts[2] == "ISO"


def is_reference(text: str) -> bool:
    """A CXi of referenceIdList: value, optional authority, type, optional home (DEC-114)."""
    parts = text.split("^")
    return (
        5 <= len(parts) <= 6
        and bool(parts[0].strip())
        and not (parts[1] or parts[2])
        and (not parts[3] or _is_authority(parts[3], is_dotted))
        and bool(parts[4])
    )


def is_xcn(text: str) -> bool:
    """A person with an id or some name."""
    parts = text.split("^")
    return any(part.strip() for part in parts[:4])


def is_xon(text: str) -> bool:
    """An organisation with a name, or with an id only (DEC-112)."""
    parts = text.split("^")
    return bool(parts[0].strip()) or (len(parts) > 9 and bool(parts[9].strip()))


def is_pid_line(text: str) -> bool:
    """A line `PID-n|value` of sourcePatientInfo, n up to 39, four fields forbidden."""
    match = _PID.fullmatch(text)
    return match is not None and match[1] not in FORBIDDEN_PID


def is_language(text: str) -> bool:
    """A language tag of RFC 5646, by its shape."""
    return _LANGUAGE.fullmatch(text) is not None


def is_mime_type(text: str) -> bool:
    """A media type without parameters (RFC 6838): it becomes a header when the document is served."""
    return _MIME_TYPE.fullmatch(text) is not None


def is_hash(text: str) -> bool:
    """A SHA-1 in hexadecimal, in either case (xds-wire 2.5)."""
    return _HASH.fullmatch(text) is not None


def is_size(text: str) -> bool:
    """A count of octets."""
    return _SIZE.fullmatch(text) is not None


def is_version(text: str) -> bool:
    """A version number, from 1."""
    return _VERSION.fullmatch(text) is not None


def is_home(text: str) -> bool:
    """A homeCommunityId, `urn:oid:` and an OID."""
    return text.startswith("urn:oid:") and is_oid(text[8:])
