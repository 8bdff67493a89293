"""MIME words: media types, boundaries, part headers (xds-wire 1.5, RFC 2045, 2046)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dmp.record.errors import InvalidMessage

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TYPE = re.compile(rf"\s*({_NAME}/{_NAME})\s*")
_PARAMETER = re.compile(rf';\s*(?:({_NAME})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))\s*)?')
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")


@dataclass(frozen=True)
class MediaType:
    """A media type: `name` is `type/subtype` in lower case, parameter names are in lower case."""

    name: str
    parameters: Mapping[str, str]

    @property
    def multipart(self) -> bool:
        """Tell a body made of parts."""
        return self.name.startswith("multipart/")

    @property
    def action(self) -> str:
        """The SOAP action it announces, empty when it does not."""
        return self.parameters.get("action", "")

    @property
    def charset(self) -> str | None:
        """The encoding it announces, None when it does not."""
        return self.parameters.get("charset")


def media_type(value: str, *, status: int = 0) -> MediaType:
    """Read a Content-Type; parameters may be quoted or not, even those that should be.

    Raises:
        InvalidMessage: not a media type, or one parameter twice; with that HTTP status.
    """
    name = _TYPE.match(value)
    position = name.end() if name else 0
    parameters: dict[str, str] = {}
    while name and (found := _PARAMETER.match(value, position)):
        position = found.end()
        if found[1] is None:
            continue
        if found[1].lower() in parameters:
            raise InvalidMessage("parameter present more than once", element="Content-Type", status=status)
        parameters[found[1].lower()] = found[3] if found[2] is None else re.sub(r"\\(.)", r"\1", found[2])
    if name is None or position != len(value):
        raise InvalidMessage("not a media type", element="Content-Type", status=status)
    return MediaType(name[1].lower(), parameters)


def is_boundary(text: str) -> bool:
    """Tell a boundary that RFC 2046 allows: 1 to 70 of its characters, not ending with a space."""
    return _BOUNDARY.fullmatch(text) is not None


def part_headers(lines: list[bytes]) -> dict[str, str]:
    """Read header lines, folded or not; octets that are not UTF-8 are kept as surrogates, to be compared exactly.

    Raises:
        InvalidMessage: a line that is no header, or a Content header twice.
    """
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        text = line.decode("utf-8", "surrogateescape")
        if text[0] in " \t" and name:
            headers[name] = f"{headers[name]} {text.strip()}".strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if not colon or not re.fullmatch(_NAME, name):
            raise InvalidMessage("not a header", element="part headers")
        if name in headers and name.startswith("content-"):
            raise InvalidMessage("header present more than once", element=name)
        headers[name] = value.strip()
    return headers
