"""What somebody typed into a form: small, text alone, each field at most once; files are read in `uploads`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import parse_qsl

from dmp.record.errors import InvalidMessage
from dmp.record.facts import decimal

LARGEST = 64 * 1024
"""Octets of a form."""
MOST_FIELDS = 100
MEDIA_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Upload:
    """A file as it was sent. Its name and its type are what the sender says, and prove nothing."""

    name: str
    media_type: str
    octets: bytes = field(repr=False)
    too_large: bool = False
    """It was over what the page takes: its octets were thrown away."""


@dataclass(frozen=True)
class Form:
    """The fields by name; what is not there is empty."""

    fields: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict[str, tuple[Upload, ...]], repr=False)
    """The files by the name of their field, for the pages that take some (`PageRoute.uploads`)."""

    def text(self, name: str) -> str:
        """A field as it was typed."""
        return self.fields.get(name, "")

    def line(self, name: str) -> str:
        """A field without the blanks around it."""
        return self.text(name).strip()

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.text(name))


def number_in(text: str, digits: int = 4) -> int | None:
    """A number of at most so many digits, as addresses and forms hold it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def decimal_in(text: str) -> Decimal | None:
    """A number as people write it, 1.5 or 1,5; None for anything else: 1_0 is a slip for 1.0 as well as for 10."""
    return decimal(text.replace(",", ".")) if text.isascii() and "_" not in text else None


def read_form(body: bytes, media_type: str) -> Form:
    """Read a form as browsers send it.

    Raises:
        InvalidMessage: of another media type, with too many fields or one twice, or no text.
    """
    if media_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise InvalidMessage("a form of another media type", element="Content-Type", status=415)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS, encoding="utf-8"
        )
    except ValueError as error:
        raise InvalidMessage("the form cannot be read", element="body", status=400) from error
    fields = dict(pairs)
    if len(fields) != len(pairs) or any("\0" in value for value in fields.values()):
        raise InvalidMessage("a field twice, or no text", element="body", status=400)
    return Form(fields)
