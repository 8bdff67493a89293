"""Units as reports write them, cleaned into UCUM, and exact conversion between those of one dimension.

A subset of UCUM, read from `units.csv`: products and quotients of prefixed
atoms, powers of ten, annotations. It is stricter than UCUM where a patient
would be harmed: nothing is simplified (g/g is not mol/mol is not %), an
equivalent is not a mole, an annotation is part of the unit unless the file
says that it means nothing, so that mL/min/{1.73_m2} is not mL/min. What is
not understood is no unit, and is never converted (DEC-87).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from dmp.services.biology.tables import TableRow, rows
from dmp.services.panel import Words

LONGEST = 40
_LEAST_FACTOR = Fraction(1, 10**40)
"""What is smaller, or larger than its inverse, measures nothing: `10*99.10*99.10*99/L`."""
_COLUMNS = ("kind", "code", "means", "prefixed", "mark")
_SIGNS = str.maketrans({"µ": "u", "μ": "u", "×": "x", "⋅": ".", "·": ".", "∕": "/"})
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TO_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_RAISED_TEN = re.compile(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_TEN = re.compile(r"(?<![\d.,])10(?:\^|\*\*|exp|[eE])(\d{1,2})(?!\d)")
_TIMES = re.compile(r"^[xX](?=10\*)")
_POWER_OF_TEN = re.compile(r"10[*^](-?\d{1,2})")
_SYMBOL = re.compile(r"([^\d{}]+(?:\[[^\]]*\])?)([1-3])?")
_PART = re.compile(r"([./]?)((?:\{[^{}]*\}|[^./{}])+)")
_ANNOTATION = re.compile(r"\{[^{}]*\}")


class UnitNotSupported(ValueError):
    """A unit is unknown here, or does not convert into the one that is asked for: never guessed."""


@dataclass(frozen=True, eq=False)
class Unit:
    """A unit that is understood: `text` in UCUM, and `factor` times the bases `over` one another.

    Compared by identity, which makes it a fast key: `is_like` and `is_same` compare what it says.
    """

    text: str
    factor: Fraction
    over: tuple[str, ...]
    under: tuple[str, ...]

    def is_like(self, other: "Unit") -> bool:
        """Whether both have the same dimension, to the letter."""
        return (self.over, self.under) == (other.over, other.under)

    def is_same(self, other: "Unit | None") -> bool:
        """Whether both are one unit, however it is written: `g/L` and `g/l`."""
        return other is not None and self.factor == other.factor and self.is_like(other)


@dataclass(frozen=True, eq=False)
class Law:
    """How an amount in one unit is said in another: y = a·x + b. `SAME` changes nothing."""

    a: Fraction = Fraction(1)
    b: Fraction = Fraction(0)

    def of(self, amount: Fraction) -> Fraction:
        """The amount in the other unit."""
        return self.a * amount + self.b

    @property
    def back(self) -> "Law":
        """The way back."""
        return Law(1 / self.a, -self.b / self.a)

    def then(self, other: "Law") -> "Law":
        """This one, and another after it."""
        a, b = other.a * self.a, other.a * self.b + other.b
        return Law(a, b) if b or a != 1 else SAME


SAME = Law()


def linear(unit: Unit, into: Unit) -> Law | None:
    """The law between two units of one dimension; None where they are not."""
    if not unit.is_like(into):
        return None
    return SAME if unit.factor == into.factor else Law(unit.factor / into.factor)


@dataclass(frozen=True)
class _Atom:
    unit: Unit
    prefixed: bool


@dataclass(frozen=True, eq=False)
class Units:
    """The units of `units.csv`; two tables are never equal, so that each keeps what it has read."""

    atoms: Mapping[str, _Atom]
    prefixes: Mapping[str, Fraction]
    words: Mapping[str, str]
    aliases: Mapping[str, str]
    ignored: frozenset[str]
    labels: Mapping[str, Words]

    def read(self, received: str) -> Unit | None:
        """A unit as it was received; None where it is not understood. An absent unit is `1`."""
        return _read(self, received) if len(received) <= LONGEST else None

    def shown(self, text: str) -> Words:
        """How people read a unit of UCUM, in French and in English."""
        plain = _ANNOTATION.sub("", text).replace("mm[Hg]", "mmHg")
        plain = re.sub(r"(?<![A-Za-z\]])u(?=[A-Za-z\[])", "µ", plain)
        plain = _POWER_OF_TEN.sub(lambda ten: "10" + ten[1].translate(_TO_RAISED), plain)
        return self.labels.get(text, (plain.replace("[IU]", "UI"), plain.replace("[IU]", "IU")))

    def cleaned(self, received: str) -> str:
        """The UCUM text of a unit as it was received, as far as the table tells it."""
        text = _RAISED_TEN.sub(_ten_raised, "".join(received.split())).translate(_SIGNS).translate(_RAISED)
        text = _TIMES.sub("", _TEN.sub(r"10*\1", text))
        text = self.aliases.get(text, text)
        return _words_of(self).sub(lambda found: found[1] + self.words[found[2]], text) if self.words else text


def _ten_raised(found: re.Match[str]) -> str:
    return "10*" + found[1].translate(_RAISED)


@lru_cache(maxsize=8)
def _words_of(units: Units) -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, units.words), key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z\[\{{])([{''.join(units.prefixes)}]?)({words})(?![A-Za-z\]\}}])")


@lru_cache(maxsize=4096)
def _read(units: Units, received: str) -> Unit | None:
    text = units.cleaned(received) or "1"
    try:
        unit = _parsed(text, units)
    except ValueError:
        return None
    return Unit(text, unit.factor, unit.over, unit.under)


def _parsed(text: str, units: Units) -> Unit:
    """A product and quotient of parts, from left to right.

    Raises:
        ValueError: a part of it is not known.
    """
    factor, over, under, end = Fraction(1), list[str](), list[str](), 0
    for found in _PART.finditer(text):
        if found.start() != end or (found[1] == "." and not end):
            raise ValueError("not a unit")
        end = found.end()
        part = _component(found[2], units)
        if found[1] == "/":
            part = Unit("", 1 / part.factor, part.under, part.over)
        factor *= part.factor
        over.extend(part.over)
        under.extend(part.under)
    if end != len(text) or not text or not _LEAST_FACTOR <= factor <= 1 / _LEAST_FACTOR:
        raise ValueError("not a unit")
    return Unit("", factor, tuple(sorted(over)), tuple(sorted(under)))


def _component(text: str, units: Units) -> Unit:
    """One part: a power of ten, or a prefixed atom with its exponent, and its annotation."""
    notes = tuple(note for note in _ANNOTATION.findall(text) if note not in units.ignored)
    bare = _ANNOTATION.sub("", text)
    ten = _POWER_OF_TEN.fullmatch(bare)
    if bare in ("", "1"):
        return Unit("", Fraction(1), notes, ())
    if ten:
        return Unit("", Fraction(10) ** int(ten[1]), notes, ())
    symbol = _SYMBOL.fullmatch(bare)
    if symbol is None:
        raise ValueError("not a unit")
    unit = _raised(_prefixed(symbol[1], units), int(symbol[2] or 1))
    return Unit("", unit.factor, (*unit.over, *notes), unit.under)


def _prefixed(symbol: str, units: Units) -> Unit:
    """An atom, with its prefix if it has one.

    Raises:
        ValueError: no such atom.
    """
    whole = units.atoms.get(symbol)
    if whole is not None:
        return whole.unit
    atom, prefix = units.atoms.get(symbol[1:]), units.prefixes.get(symbol[:1])
    if atom is None or prefix is None or not atom.prefixed:
        raise ValueError("no such unit")
    return Unit("", prefix * atom.unit.factor, atom.unit.over, atom.unit.under)


def _raised(unit: Unit, exponent: int) -> Unit:
    """A power of a unit; cubic metres are litres."""
    factor = unit.factor**exponent
    if exponent == 3 and unit.over == ("m",) and not unit.under:
        return Unit("", factor * 1000, ("L",), ())
    return Unit("", factor, unit.over * exponent, unit.under * exponent)


_KINDS = frozenset({"prefix", "atom", "word", "alias", "ignored", "shown"})


def read_units(text: str, file: str) -> Units:
    """The table of a file, every line checked.

    Raises:
        BrokenTable: broken or unknown: the line and the reason are told.
    """
    lines = list(rows(text, file, _COLUMNS))
    for row in lines:
        _checked(row)
    table = _first_parts(lines)
    atoms = dict(table.atoms)
    for row in (row for row in lines if row["kind"] == "atom"):
        atoms[row["code"]] = _Atom(_meaning(row, table, atoms), row["prefixed"] == "yes")
    units = Units(MappingProxyType(atoms), table.prefixes, table.words, table.aliases, table.ignored, table.labels)
    for row in (row for row in lines if row["kind"] in ("alias", "word", "shown")):
        if units.read(row["code"] if row["kind"] != "word" else row["means"]) is None:
            raise row.broken(f"{row['code']!r} leads to no unit")
    return units


def _checked(row: TableRow) -> None:
    if row["kind"] not in _KINDS:
        raise row.broken(f"kind {row['kind']!r} is none of {', '.join(sorted(_KINDS))}")
    code = row.needed("code")
    if row["kind"] == "prefix" and not (len(code) == 1 and code.isalpha()):
        raise row.broken(f"prefix {code!r} is not one letter")
    if row["kind"] == "prefix" and not _LEAST_FACTOR <= row.amount("means") <= 1 / _LEAST_FACTOR:
        raise row.broken(f"prefix {code!r} is a factor of nothing, or beyond all measure")
    if row["kind"] != "ignored":
        row.needed("means")


def _first_parts(lines: list[TableRow]) -> Units:
    """What needs no other line to be understood.

    Raises:
        BrokenTable: a line says again what another has said, or is no number.
    """
    found: dict[str, dict[str, TableRow]] = {kind: {} for kind in _KINDS}
    for row in lines:
        code = row["code"].translate(_SIGNS) if row["kind"] == "alias" else row["code"]
        if found[row["kind"]].setdefault(code, row) is not row:
            raise row.broken(f"{row['code']!r} is there twice")
    return Units(
        atoms=MappingProxyType({}),
        prefixes=MappingProxyType({code: row.amount("means") for code, row in found["prefix"].items()}),
        words=MappingProxyType({code: row["means"] for code, row in found["word"].items()}),
        aliases=MappingProxyType({code: row["means"] for code, row in found["alias"].items()}),
        ignored=frozenset(found["ignored"]),
        labels=MappingProxyType({code: _labels(row) for code, row in found["shown"].items()}),
    )


def _labels(row: TableRow) -> Words:
    french, bar, english = row["means"].partition("|")
    if not bar:
        raise row.broken("a label in French and one in English, with a bar between them")
    return french, english


def _meaning(row: TableRow, table: Units, atoms: dict[str, _Atom]) -> Unit:
    """What an atom is, from those above it."""
    if row["means"] == "base":
        return Unit("", Fraction(1), (row["code"],), ())
    number, _space, text = row["means"].partition(" ")
    known = Units(atoms, table.prefixes, table.words, table.aliases, table.ignored, table.labels)
    try:
        unit = _parsed(text, known)
    except ValueError as error:
        raise row.broken(f"{text!r} is no unit of the lines above") from error
    factor = row.exact(number) * unit.factor
    if not _LEAST_FACTOR <= factor <= 1 / _LEAST_FACTOR:
        raise row.broken("a factor of nothing, or beyond all measure")
    return Unit("", factor, unit.over, unit.under)
