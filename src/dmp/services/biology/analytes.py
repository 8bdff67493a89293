"""Analytes: what results are grouped by, whatever code and unit a laboratory uses; and the files that say so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from dmp.services.biology.tables import TableRow, refused, rows
from dmp.services.biology.units import Law, Unit, Units, linear, read_units
from dmp.services.panel import Words
from dmp.services.rule_set import RuleFile, RuleSet, Texts

OTHERS = "others"
_ANALYTE_COLUMNS = (
    *("analyte", "chapter", "label_fr", "label_en", "lay_fr", "lay_en", "loinc", "unit", "also"),
    *("least", "most", "steady", "mark"),
)
_CHAPTER_COLUMNS = ("chapter", "specialties", "label_fr", "label_en")
_ALSO = re.compile(r"([^=]+)=(?:x\*([\d.]+)|\(x-([\d.]+)\)/([\d.]+))")
_LOINC = re.compile(r"\d{1,7}-\d")
_VERSION = re.compile(r"^# version: (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


@dataclass(frozen=True)
class Bridge:
    """Another unit of an analyte, of another dimension; `law` leads from it to the unit of the analyte."""

    unit: Unit
    law: Law


@dataclass(frozen=True, eq=False)
class Analyte:
    """What is measured; `unit` is that of its curve, `least` and `most` are limits of plausibility in it."""

    key: str
    chapter: str
    label: Words
    lay: Words
    """What a patient calls it."""
    codes: frozenset[str]
    unit: Unit
    bridges: tuple[Bridge, ...]
    least: Fraction
    most: Fraction
    steady: Fraction
    """Under this part of the former value, a change is none to speak of."""
    mark: str

    def law(self, unit: Unit) -> Law | None:
        """From a unit to that of the analyte; None where no conversion is known (DEC-87)."""
        straight = linear(unit, self.unit)
        if straight is not None:
            return straight
        laws = ((linear(unit, bridge.unit), bridge.law) for bridge in self.bridges)
        return next((first.then(second) for first, second in laws if first is not None), None)


@dataclass(frozen=True)
class Chapter:
    """A heading of the page, in the order of the file."""

    key: str
    label: Words
    specialties: frozenset[str]


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All that this service is told by its files; `version` is the date of the analytes."""

    version: str
    units: Units
    analytes: Mapping[str, Analyte]
    by_code: Mapping[str, Analyte]
    """By LOINC."""
    chapters: tuple[Chapter, ...]

    def chapter_of(self, specialty: str) -> str:
        """The chapter of a specialty of a report (LOINC)."""
        return next((chapter.key for chapter in self.chapters if specialty in chapter.specialties), OTHERS)


def read_knowledge(texts: Texts) -> Knowledge:
    """The three files, checked line by line.

    Raises:
        BrokenTable: one of them is broken or unknown: file, line and reason are told.
    """
    units = read_units(texts[UNITS.name], UNITS.name)
    chapters = _read_chapters(texts[CHAPTERS.name])
    named = frozenset(chapter.key for chapter in chapters)
    analytes: dict[str, Analyte] = {}
    by_code: dict[str, Analyte] = {}
    for row in rows(texts[ANALYTES.name], ANALYTES.name, _ANALYTE_COLUMNS):
        analyte = _analyte(row, units, named)
        if analyte.key in analytes:
            raise row.broken(f"analyte {analyte.key!r} is there twice")
        analytes[analyte.key] = analyte
        for code in sorted(analyte.codes):
            if by_code.setdefault(code, analyte) is not analyte:
                raise row.broken(f"LOINC {code} is already that of {by_code[code].key}")
    return Knowledge(
        _version(texts[ANALYTES.name]), units, MappingProxyType(analytes), MappingProxyType(by_code), chapters
    )


def packaged() -> Knowledge:
    """What the product comes with; read once."""
    return RULES.shipped


def _version(text: str) -> str:
    found = _VERSION.search(text)
    if found is None:
        raise refused(ANALYTES.name, 0, "no line `# version: YYYY-MM-DD`")
    return found[1]


def _read_chapters(text: str) -> tuple[Chapter, ...]:
    chapters: list[Chapter] = []
    for row in rows(text, CHAPTERS.name, _CHAPTER_COLUMNS):
        key, label = row.needed("chapter"), (row.needed("label_fr"), row.needed("label_en"))
        if any(chapter.key == key for chapter in chapters):
            raise row.broken(f"chapter {key!r} is there twice")
        chapters.append(Chapter(key, label, frozenset(row.several("specialties"))))
    if all(chapter.key != OTHERS for chapter in chapters):
        raise refused(CHAPTERS.name, 0, f"no chapter {OTHERS!r}")
    return tuple(chapters)


def _analyte(row: TableRow, units: Units, chapters: frozenset[str]) -> Analyte:
    if row["chapter"] not in chapters:
        raise row.broken(f"chapter {row['chapter']!r} is not in chapters.csv")
    analyte = Analyte(
        key=row.needed("analyte"),
        chapter=row["chapter"],
        label=(row.needed("label_fr"), row.needed("label_en")),
        lay=(row.needed("lay_fr"), row.needed("lay_en")),
        codes=_codes(row),
        unit=_unit(row, row.needed("unit"), units),
        bridges=tuple(_bridge(row, text, units) for text in row.several("also")),
        least=row.amount("least"),
        most=row.amount("most"),
        steady=row.amount("steady") / 100,
        mark=row["mark"],
    )
    if not analyte.least < analyte.most or not 0 <= analyte.steady < 1:
        raise row.broken("least must be under most, steady from 0 to 99")
    return analyte


def _codes(row: TableRow) -> frozenset[str]:
    codes = row.several("loinc")
    if not codes or not all(_LOINC.fullmatch(code) for code in codes):
        raise row.broken("loinc: one code or several with bars between them")
    return frozenset(codes)


def _unit(row: TableRow, text: str, units: Units) -> Unit:
    unit = units.read(text)
    if unit is None or unit.text != text:
        raise row.broken(f"{text!r} is no unit of units.csv, in UCUM")
    return unit


def _bridge(row: TableRow, text: str, units: Units) -> Bridge:
    """`mmol/L=x*5.5506`, or `mmol/mol=(x-2.152)/0.09148`, x in the unit of the analyte."""
    found = _ALSO.fullmatch(text)
    if found is None:
        raise row.broken(f"also: {text!r} is neither UNIT=x*F nor UNIT=(x-S)/F")
    unit = _unit(row, found[1], units)
    factor = row.exact(found[2]) if found[2] else row.exact(found[4])
    if not factor:
        raise row.broken("also: a factor of nothing")
    there = Law(factor) if found[2] else Law(1 / factor, -row.exact(found[3]) / factor)
    return Bridge(unit, there.back)


def law_between(unit: Unit, into: Unit, analyte: Analyte | None) -> Law | None:
    """From any unit to any other of an analyte, or of one dimension where the analyte is not known."""
    if analyte is None:
        return linear(unit, into)
    there, back = analyte.law(unit), analyte.law(into)
    return there.then(back.back) if there is not None and back is not None else None


NO_CHANGE = Fraction(5, 100)
"""As `Analyte.steady`, for what has no line in the file (decided)."""


ANALYTES, UNITS, CHAPTERS = (
    RuleFile(f"biology/{name}", "dmp.services.biology", name) for name in ("analytes.csv", "units.csv", "chapters.csv")
)
RULES = RuleSet(
    "biology",
    ("Analyses de biologie, unités et chapitres", "Laboratory analytes, units and chapters"),
    (ANALYTES, UNITS, CHAPTERS),
    read_knowledge,
)
