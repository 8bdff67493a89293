"""From an entry of a report to a reading: what was written, and what of it can be counted with."""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dmp.record.entry import DocumentEntry
from dmp.record.errors import DmpError
from dmp.record.facts import Result, Stated
from dmp.record.hl7text import Xon
from dmp.services.biology.amounts import Amount, amount_in, amount_of, time_of
from dmp.services.biology.analytes import Analyte, Knowledge
from dmp.services.biology.marks import Mark
from dmp.services.biology.units import Unit
from dmp.services.chart import Evidence, Sheet, evidence_of
from dmp.services.panel import Words, same

LOINC = "2.16.840.1.113883.6.1"
_NUMBER_AND_UNIT = re.compile(r"\s*([<>=≤≥]{0,2}\s*[\d.,]+)\s*([^\d\s.,][^\s]{0,30}|10\S{1,30})\s*", re.ASCII)
_CANCELLED = frozenset({"aborted", "cancelled", "nullified", "held", "suspended"})


class Doubt(StrEnum):
    """Why a reading is left out of computations; it is always shown."""

    NO_NUMBER = "no-number"
    UNIT_UNKNOWN = "unit-unknown"
    """The unit is not understood, or does not convert into that of the others."""
    NEGATIVE = "negative"
    IMPLAUSIBLE = "implausible"
    NO_DATE = "no-date"
    """Not a whole day."""
    FUTURE = "future"
    BEFORE_BIRTH = "before-birth"
    CANCELLED = "cancelled"
    DENIED = "denied"
    """Stated not to be."""
    NOT_DONE = "not-done"
    """Asked for or foreseen."""


class Flag(StrEnum):
    """What a result is said to be; the value is the HL7 code."""

    NONE = ""
    NORMAL = "N"
    LOW = "L"
    HIGH = "H"
    VERY_LOW = "LL"
    VERY_HIGH = "HH"
    ABNORMAL = "A"
    CRITICAL = "AA"
    POSITIVE = "POS"
    NEGATIVE = "NEG"
    SUSCEPTIBLE = "S"
    INTERMEDIATE = "I"
    RESISTANT = "R"

    @property
    def is_abnormal(self) -> bool:
        """Whether it is to be looked at first."""
        return self in _ABNORMAL

    @property
    def is_critical(self) -> bool:
        """Whether the laboratory calls it critical."""
        return self in _CRITICAL


_CRITICAL = frozenset({Flag.VERY_LOW, Flag.VERY_HIGH, Flag.CRITICAL})
_ABNORMAL = _CRITICAL | {Flag.LOW, Flag.HIGH, Flag.ABNORMAL, Flag.RESISTANT}
_BY_CODE = {
    **{flag.value: flag for flag in Flag},
    **{"HU": Flag.VERY_HIGH, "LU": Flag.VERY_LOW, "RR": Flag.RESISTANT, "SDD": Flag.INTERMEDIATE},
}
_STRONGEST = (
    *(Flag.CRITICAL, Flag.VERY_HIGH, Flag.VERY_LOW, Flag.HIGH, Flag.LOW, Flag.ABNORMAL, Flag.RESISTANT),
    *(Flag.INTERMEDIATE, Flag.SUSCEPTIBLE, Flag.POSITIVE, Flag.NEGATIVE, Flag.NORMAL),
)


@lru_cache(maxsize=1024)
def flag_of(codes: tuple[str, ...]) -> Flag:
    """The strongest of the codes that a report gives; none where they are not known."""
    found = {_flag(code) for code in codes}
    return next((flag for flag in _STRONGEST if flag in found), Flag.NONE)


def _flag(code: str) -> Flag:
    known = code.strip().upper()
    return _BY_CODE.get(known, Flag.NONE)


@dataclass(frozen=True, eq=False)
class Bounds:
    """The reference range of one report («bornes du compte rendu»), in the unit that it names, and of no other."""

    low: Fraction | None
    high: Fraction | None
    unit: Unit | None
    words: str = ""


class Reading(NamedTuple):
    """A result as one report gives it; a tuple, since a record has thousands of them."""

    key: str
    """Of what it is grouped with."""
    analyte: Analyte | None
    sheet: Sheet
    fact: Result
    when: str
    """Digits of the specimen, a whole day at least; empty where it is not known."""
    amount: Amount | None
    unit: Unit | None
    bounds: Bounds | None
    laboratory: str
    doubt: Doubt | None
    corrected: Mark | None = None
    """What a corrected report made of it (`corrections.py`)."""
    former: "Reading | None" = None
    """The same line in the version of its report before."""

    @property
    def is_of_a_germ(self) -> bool:
        """Whether it is a line of an antibiogram."""
        isolate = self.fact.isolate
        return bool(isolate.code or isolate.display or isolate.text)

    @property
    def words(self) -> str:
        """What was written, number and unit or words, as it came."""
        quantity = self.fact.quantity
        number = f"{quantity.comparator}{quantity.value}" or _interval(quantity.low, quantity.high)
        written = f"{number} {quantity.unit}".strip() if number else ""
        return written or self.fact.value.words

    @property
    def label(self) -> Words:
        """Its name: that of the analyte, else the words of the report without the axes that LOINC writes after them."""
        if self.analyte is not None:
            return self.analyte.label
        words = self.fact.concept.words
        short = words.partition(" [")[0].partition(" ; ")[0].strip()
        short = short.partition(":")[0] if short.count(":") >= 3 else short
        return same(short or words)

    @property
    def bounds_words(self) -> str:
        """The bounds of its report in their own words."""
        return self.bounds.words if self.bounds is not None else ""

    @property
    def flag(self) -> Flag:
        """As sent."""
        return flag_of(self.fact.interpretation)

    @property
    def evidence(self) -> Evidence:
        """The document that says it."""
        return evidence_of(self.sheet, self.fact)


def laboratory_of(entry: DocumentEntry) -> str:
    """The structure of the author of a report."""
    institution = next((author.institutions[0] for author in entry.authors if author.institutions), "")
    try:
        return Xon.parse(institution).name if institution else ""
    except DmpError:
        return ""


def _interval(low: str, high: str) -> str:
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def readings_of(sheet: Sheet, knowledge: Knowledge, span: tuple[str, str], only: str = "") -> list[Reading]:
    """What a report gives; `span` are the days of birth and of today, between which a specimen is taken.

    `only` is the key of an analyte: nothing else is read then.
    """
    wanted = knowledge.analytes.get(only)
    facts = [fact for fact in sheet.facts.results if wanted is None or _names(fact, wanted)]
    laboratory = laboratory_of(sheet.entry) if facts else ""
    return [_reading(sheet, fact, knowledge, span, laboratory) for fact in facts]


def _names(fact: Result, analyte: Analyte) -> bool:
    return fact.concept.code_in(LOINC) in analyte.codes


def _reading(sheet: Sheet, fact: Result, knowledge: Knowledge, span: tuple[str, str], laboratory: str) -> Reading:
    code = fact.concept.code_in(LOINC)
    analyte = knowledge.by_code.get(code)
    amount, unit = _measured(fact, knowledge)
    when = time_of(fact.start)
    return Reading(
        key=analyte.key if analyte else key_of(fact),
        analyte=analyte,
        sheet=sheet,
        fact=fact,
        when=when,
        amount=amount,
        unit=unit,
        bounds=_bounds(fact, unit, knowledge) if fact.low or fact.high or fact.range_text else None,
        laboratory=fact.laboratory or laboratory,
        doubt=_doubt(fact, amount, analyte) or _doubt_of_time(when, *span),
    )


def _measured(fact: Result, knowledge: Knowledge) -> tuple[Amount | None, Unit | None]:
    """The number and its unit; those of a value in words only where the words are a number, a unit and nothing else."""
    amount = amount_in(fact.quantity)
    if amount is not None:
        return amount, knowledge.units.read(fact.quantity.unit)
    found = _NUMBER_AND_UNIT.fullmatch(fact.value.text) if not fact.quantity.value and not fact.value.code else None
    unit = knowledge.units.read(found[2]) if found else None
    return (amount_of(found[1]), unit) if found and unit is not None else (None, None)


def key_of(fact: Result) -> str:
    """What a result without an analyte is grouped by: its code, else its words with those of its specimen."""
    code, system = next(fact.concept.codes(), ("", ""))
    if code:
        return f"{code}|{system}"
    return f"{fact.concept.words.casefold()}|{fact.specimen.words.casefold()}|"


def _bounds(fact: Result, unit: Unit | None, knowledge: Knowledge) -> Bounds:
    named = knowledge.units.read(fact.range_unit) if fact.range_unit else unit
    return _bounds_of(
        fact.low, fact.high, named, fact.range_text or f"{_interval(fact.low, fact.high)} {fact.range_unit}".strip()
    )


@lru_cache(maxsize=4096)
def _bounds_of(low_text: str, high_text: str, named: Unit | None, words: str) -> Bounds:
    """The same object for the same bounds, so that they are converted once."""
    low, high = amount_of(low_text), amount_of(high_text)
    if low is not None and high is not None and low.number > high.number:
        return Bounds(None, None, None, words)
    return Bounds(low.number if low else None, high.number if high else None, named, words)


def _doubt(fact: Result, amount: Amount | None, analyte: Analyte | None) -> Doubt | None:
    if fact.stated is not Stated.PRESENT:
        return Doubt.DENIED
    if fact.mood != "EVN":
        return Doubt.NOT_DONE
    if fact.status in _CANCELLED:
        return Doubt.CANCELLED
    if amount is None:
        return Doubt.NO_NUMBER
    if amount.number.numerator < 0 and (analyte is None or analyte.least >= 0):
        return Doubt.NEGATIVE
    return None


def _doubt_of_time(when: str, birth: str, today: str) -> Doubt | None:
    if not when:
        return Doubt.NO_DATE
    if when[:8] > today:
        return Doubt.FUTURE
    return Doubt.BEFORE_BIRTH if birth and when[:8] < birth else None


def method_of(fact: Result) -> str:
    """How it was measured, in words to be compared; empty where it is not told."""
    method = fact.method
    return method.code or (method.display or method.text).casefold()
