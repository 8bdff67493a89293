"""Distinguished names, read from texts and from certificates, compared as parsed names (xds-wire 8.1).

Producers write the same subject in RFC 2253 order or reversed, with one
attribute or several in an RDN, with spaces around the separators, in UTF-8 or
in escaped octets, with `GN`, `G`, `OID.2.5.4.42` or `2.5.4.42`: only the
parsed name tells whether two texts say the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509

MAX_LENGTH = 2048
COUNTRY = "2.5.4.6"
ORGANIZATION = "2.5.4.10"
ORGANIZATIONAL_UNIT = "2.5.4.11"
COMMON_NAME = "2.5.4.3"
SURNAME = "2.5.4.4"
GIVEN_NAME = "2.5.4.42"
TITLE = "2.5.4.12"

KEYWORDS = {
    "C": COUNTRY,
    "ST": "2.5.4.8",
    "S": "2.5.4.8",
    "L": "2.5.4.7",
    "STREET": "2.5.4.9",
    "O": ORGANIZATION,
    "OU": ORGANIZATIONAL_UNIT,
    "CN": COMMON_NAME,
    "SN": SURNAME,
    "SURNAME": SURNAME,
    "SERIALNUMBER": "2.5.4.5",
    "T": TITLE,
    "TITLE": TITLE,
    "GN": GIVEN_NAME,
    "G": GIVEN_NAME,
    "GIVENNAME": GIVEN_NAME,
    "INITIALS": "2.5.4.43",
    "GENERATION": "2.5.4.44",
    "GENERATIONQUALIFIER": "2.5.4.44",
    "DNQ": "2.5.4.46",
    "DNQUALIFIER": "2.5.4.46",
    "PSEUDONYM": "2.5.4.65",
    "POSTALCODE": "2.5.4.17",
    "ORGANIZATIONIDENTIFIER": "2.5.4.97",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
    "E": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
}
"""Spellings of attribute types seen from Java, .NET and OpenSSL producers, to OIDs."""

_OID = re.compile(r"[0-9]+(\.[0-9]+)+")
_PIECE = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)|([^\\])", re.DOTALL)
_STRING_TAGS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}

Attribute = tuple[str, str]
"""Type as a dotted OID, value."""


def _folded(rdn: frozenset[Attribute]) -> frozenset[Attribute]:
    """Values without what X.520 matching ignores: case, composition, extra white space."""
    return frozenset((oid, " ".join(unicodedata.normalize("NFKC", value).casefold().split())) for oid, value in rdn)


@dataclass(frozen=True)
class DistinguishedName:
    """A parsed name: RDNs in the order read, each a set of attributes."""

    rdns: tuple[frozenset[Attribute], ...]

    def same(self, other: "DistinguishedName") -> bool:
        """Tell whether both are one name, read forwards or backwards."""
        mine = [_folded(rdn) for rdn in self.rdns]
        theirs = [_folded(rdn) for rdn in other.rdns]
        return mine in (theirs, theirs[::-1])

    def values(self, oid: str) -> tuple[str, ...]:
        """The values of one attribute type, in the order of the RDNs."""
        return tuple(value for rdn in self.rdns for name, value in sorted(rdn) if name == oid)

    def one(self, oid: str) -> str:
        """The value of an attribute that is there once, else empty."""
        found = self.values(oid)
        return found[0] if len(found) == 1 else ""


def of_certificate(name: x509.Name) -> DistinguishedName:
    """Read the subject or the issuer of a certificate."""
    return DistinguishedName(
        tuple(frozenset((item.oid.dotted_string, _text(item.value)) for item in rdn) for rdn in name.rdns)
    )


def parse(text: str) -> DistinguishedName:
    """Read an RFC 2253 or 4514 text, with the liberties of older producers.

    Raises:
        ValueError: this is no distinguished name, or it is longer than `MAX_LENGTH`.
    """
    if not text.strip() or len(text) > MAX_LENGTH:
        raise ValueError("a distinguished name has between 1 and 2048 characters")
    rdns = (frozenset(_attribute(part) for part in _split(rdn, "+")) for rdn in _split(text, ",;"))
    return DistinguishedName(tuple(rdns))


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _split(text: str, separators: str) -> Iterator[str]:
    """Cut at the separators that are neither escaped nor quoted."""
    start, quoted, escaped = 0, False, False
    for position, sign in enumerate(text):
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == '"':
            quoted = not quoted
        elif sign in separators and not quoted:
            yield text[start:position]
            start = position + 1
    if quoted or escaped:
        raise ValueError("an unfinished quotation or escape in a distinguished name")
    yield text[start:]


def _attribute(text: str) -> Attribute:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError("an attribute without value in a distinguished name")
    return _type(name.strip()), _value(value.strip())


def _type(name: str) -> str:
    dotted = name[4:] if name[:4].upper() == "OID." else name
    if _OID.fullmatch(dotted):
        return dotted
    if name.upper() not in KEYWORDS:
        raise ValueError("an attribute type that we do not know in a distinguished name")
    return KEYWORDS[name.upper()]


def _value(text: str) -> str:
    if text.startswith("#"):
        return _encoded(bytes.fromhex(text[1:]))
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    octets = bytearray()
    for piece in _PIECE.finditer(text):
        pair, escaped, plain = piece.groups()
        octets += bytes.fromhex(pair) if pair else (escaped or plain).encode()
    return octets.decode()


def _encoded(octets: bytes) -> str:
    """The string inside a DER value written as `#hex` (RFC 4514 2.4): short strings only."""
    if len(octets) < 2 or octets[0] not in _STRING_TAGS or octets[1] != len(octets) - 2 or octets[1] > 127:
        raise ValueError("a hexadecimal value that is no short string in a distinguished name")
    return octets[2:].decode(_STRING_TAGS[octets[0]])
