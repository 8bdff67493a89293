"""What the holder writes in his own space («espace personnel», PT-6): private notes, and his medical profile.

Notes are his alone, whoever acts for him. The profile is a draft as long as it
is not published: a snapshot of it is then a document like any other (DOCPAT08).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dmp.record.entry import DocumentEntry

SNAPSHOT = "DOCPAT08"
"""Type of a published profile (functional 5.1)."""
LONGEST_NOTE = 4000
"""Characters."""
LONGEST_LINE = 300
MOST_NOTES = 200
MOST_LINES = 300
"""Lines and readings of a profile together."""


class Section(StrEnum):
    """Parts of the medical profile that hold words («profil médical», PT-6)."""

    ILLNESSES = "illnesses"
    TREATMENTS = "treatments"
    ALLERGIES = "allergies"
    HISTORY = "history"
    FAMILY = "family"
    LIFESTYLE = "lifestyle"


class Measure(StrEnum):
    """What people measure themselves (PT-15), by its LOINC code."""

    WEIGHT = "29463-7"
    HEIGHT = "8302-2"
    BLOOD_PRESSURE = "85354-9"


SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
"""LOINC codes of the two values of a blood pressure."""
UNITS = {Measure.WEIGHT: "kg", Measure.HEIGHT: "cm", Measure.BLOOD_PRESSURE: "mm[Hg]"}
"""In UCUM."""
RANGES = {
    Measure.WEIGHT: (Decimal("0.3"), Decimal(500)),
    Measure.HEIGHT: (Decimal(20), Decimal(260)),
    Measure.BLOOD_PRESSURE: (Decimal(20), Decimal(300)),
}
"""What lies outside was mistyped, or has another unit."""
_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)


def is_number(said: str) -> bool:
    """Tell a value as it is kept: digits, with a point where there is a fraction."""
    return bool(_NUMBER.fullmatch(said))


@dataclass(frozen=True)
class Note:
    """A private note; `written` is when it was last changed."""

    id: str
    text: str
    written: datetime


@dataclass(frozen=True)
class ProfileLine:
    """One thing that the holder tells of his health, since `day` when he knows it."""

    id: str
    section: Section
    text: str
    written: datetime
    day: date | None = None


@dataclass(frozen=True)
class Reading:
    """One value that was measured, as decimal digits; `second` is the lower one of a blood pressure."""

    id: str
    measure: Measure
    day: date
    value: str
    written: datetime
    second: str = ""

    @property
    def unit(self) -> str:
        """In UCUM."""
        return UNITS[self.measure]


@dataclass(frozen=True)
class HealthProfile:
    """The medical profile as it stands: lines in the order in which they were written, readings newest first."""

    lines: tuple[ProfileLine, ...] = ()
    readings: tuple[Reading, ...] = ()
    published: DocumentEntry | None = None
    """The newest snapshot that was put into the record, if its reader may know of one."""

    def of(self, section: Section) -> tuple[ProfileLine, ...]:
        """The lines of one part."""
        return tuple(line for line in self.lines if line.section is section)
