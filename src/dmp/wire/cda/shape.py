"""The shape of a header element: how many times it stands, what its attributes must hold."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from dmp.record import dtm
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.patient import iso_date
from dmp.wire.cda.tree import Branch, parted, text_of

OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_OFFSET = re.compile(r"[+-][0-9]{3,4}$")


class Must(NamedTuple):
    """What a text must be, in words and as a test."""

    say: str
    holds: Callable[[str], bool]


class Breach(NamedTuple):
    """A rule broken at one element; `message` never quotes the document."""

    element: str
    message: str


class Times(NamedTuple):
    """How many times an element stands under its parent; no upper bound when `most` is None."""

    least: int
    most: int | None

    def allow(self, count: int) -> bool:
        """Tell whether this many are right."""
        return self.least <= count and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        return f"{self.least}..{'*' if self.most is None else self.most}"


ONCE, OPTIONAL, SOME = Times(1, 1), Times(0, 1), Times(1, None)


def exactly(*values: str) -> Must:
    """One of these texts."""
    return Must(f"must be {' or '.join(values)}", frozenset(values).__contains__)


def matches(pattern: str, say: str) -> Must:
    """A text of this pattern."""
    compiled = re.compile(pattern)

    def holds(text: str) -> bool:
        return compiled.fullmatch(text) is not None

    return Must(f"must be {say}", holds)


def is_oid(text: str) -> bool:
    """Tell an OID of at most 64 characters."""
    return len(text) <= 64 and OID.fullmatch(text) is not None


def is_time(text: str) -> bool:
    """Tell an HL7 time of real ranges, with a real offset or none."""
    try:
        return text.isascii() and bool(dtm.from_hl7_ts(text))
    except ValueError:
        return False


def is_birth_date(text: str) -> bool:
    """Tell a birth date, maybe partial: a month or a day unknown is left out or written 00 (functional ID-2)."""
    parts = [int(part) for part in iso_date(text).split("-") if part]
    if not parts or parts[0] < 1800:
        return False
    year, month, day = (*parts, 0, 0)[:3]
    if month == 0 or day == 0:
        return month <= 12 and day <= 31
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def is_root(text: str) -> bool:
    """Tell what may be the root of an identifier."""
    return is_oid(text) or UUID.fullmatch(text) is not None


def _is_present(text: str) -> bool:
    return bool(text.strip())


def _is_signing_time(text: str) -> bool:
    return is_time(_OFFSET.sub("", text))


PRESENT = Must("must be present", _is_present)
TIME = Must("must be an HL7 time", is_time)
SIGNING_TIME = Must("must be an HL7 time", _is_signing_time)
"""A time whose offset may have lost a digit, as published documents show."""
BIRTH_DATE = Must("must be a date YYYYMMDD, partial when unknown", is_birth_date)
ROOT = Must("must be an OID or a UUID", is_root)
VERSION = matches(r"[1-9][0-9]{0,8}", "a positive whole number")


@dataclass(frozen=True)
class Shape:
    """A row of the rule table; a callable, as every rule is.

    `path` is below ClinicalDocument. Every parent on the path is visited:
    `author/time` is judged in each author. `text` judges the text inside.
    """

    path: str
    times: Times
    attributes: tuple[tuple[str, Must], ...] = ()
    text: Must | None = None

    @property
    def id(self) -> str:
        """Stable name of the rule."""
        return "CDA-" + re.sub(r"\{[^}]*\}", "", self.path).replace("/", ".")

    def __call__(self, document: Branch, header: CdaHeader) -> Iterator[Breach]:
        """Every breach of this row in the document."""
        del header
        above, last = parted(self.path)
        for parent in document.every(above) if above else [document]:
            found = parent.every(last)
            if not self.times.allow(len(found)):
                spot = f"{parent.place}/{last.rpartition('}')[2]}".lstrip("/")
                yield Breach(spot, f"expected {self.times}, found {len(found)}")
            if self.attributes or self.text:
                for element in found:
                    yield from self._inside(element)

    def _inside(self, element: Branch) -> Iterator[Breach]:
        for name, must in self.attributes:
            if not must.holds(element.get(name)):
                yield Breach(f"{element.place}/@{name}", must.say)
        if self.text is not None and not self.text.holds(text_of(element)):
            yield Breach(element.place, f"its text {self.text.say}")


def shape(path: str, times: Times, text: Must | None = None, **attributes: Must) -> Shape:
    """A row: the path, how many times, what the text and the attributes must be."""
    return Shape(path, times, tuple(attributes.items()), text)
