"""The entryUUID of a document as addresses name it: without `urn:uuid:`."""

import re

_PREFIX = "urn:uuid:"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def bare(uuid: str) -> str:
    """An entryUUID as addresses write it."""
    return uuid.removeprefix(_PREFIX)


def full(part: str) -> str:
    """The entryUUID that an address names."""
    return f"{_PREFIX}{part}"


def is_uuid(text: str) -> bool:
    """Tell whether this part of an address may name an entry."""
    return _UUID.fullmatch(text) is not None
