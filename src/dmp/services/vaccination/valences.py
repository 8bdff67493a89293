"""From a product to what it protects from («valences»): by its CIS, its ATC, else the diseases that are told (VA-2)."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dmp.record.facts import Concept, Immunization
from dmp.services.tables import BrokenTable, Mark
from dmp.services.vaccination.calendar import Live

COLUMNS = ("system", "code", "label_fr", "antigens", "live", "product", "mark", "source")
SYSTEMS: Mapping[str, tuple[str, ...]] = {
    "CIS": ("1.2.250.1.213.2.3.1",),
    "ATC": ("2.16.840.1.113883.6.73", "1.2.250.1.215.200.1.2.1", "1.2.250.1.215.200.1.2.2"),
    "TA_ASIP": ("1.2.250.1.213.1.1.4.322",),
    "CIM10": ("2.16.840.1.113883.6.3",),
    "SNOMED": ("2.16.840.1.113883.6.96",),
    "OWN": ("own",),
}
"""Systems of codes, as the table names them and as documents do; the health insurance has lists of ATC codes."""
UNKNOWN_LIVE = "unknown"


@dataclass(frozen=True)
class Valence:
    """What one code stands for; no antigen where the code does not tell which."""

    label: str
    antigens: frozenset[str]
    live: Live = Live.NO
    product: str = ""


NO_VALENCE = Valence("", frozenset())


@dataclass(frozen=True)
class Valences:
    """The table: by name of system, then by code."""

    version: str
    known: Mapping[tuple[str, str], Valence]

    def of(self, fact: Immunization) -> Valence:
        """What a vaccine protects from: its product by CIS, by ATC, by local code, then the diseases told of it."""
        for system in ("CIS", "ATC", "TA_ASIP"):
            found = [one for one in self._by_system(fact.concept, system) if one.antigens]
            if found:
                return _together(found)
        targets = [one for target in fact.targets for one in self._targets(target)]
        return _together(targets) if targets else NO_VALENCE

    def coded(self, concept: Concept) -> Valence:
        """What the product or substance of a concept protects from, for an allergy."""
        found = [one for system in ("CIS", "ATC") for one in self._by_system(concept, system)]
        return _together(found) if found else NO_VALENCE

    def named(self, code: str) -> Valence:
        """What a product protects from, by its own name or ATC code; nothing where it is unknown."""
        return self.known.get(("OWN", code)) or self.known.get(("ATC", code)) or NO_VALENCE

    def _by_system(self, concept: Concept, system: str) -> Iterator[Valence]:
        for code, oid in concept.codes():
            found = self._code(system, code) if oid in SYSTEMS[system] else None
            if found is not None:
                yield found

    def _code(self, system: str, code: str) -> Valence | None:
        """The code itself; of an ATC code that is unknown, the group that it is in."""
        found = self.known.get((system, code))
        if found is None and system == "ATC" and len(code) > 5:
            return self.known.get((system, code[:5]))
        return found

    def _targets(self, concept: Concept) -> Iterator[Valence]:
        for system in ("SNOMED", "CIM10"):
            for code, oid in concept.codes():
                found = self.known.get((system, code)) if oid in SYSTEMS[system] else None
                if found is not None:
                    yield found


def _together(found: list[Valence]) -> Valence:
    antigens = frozenset[str]().union(*(one.antigens for one in found))
    live = next((one.live for one in found if one.live is not Live.NO), Live.NO)
    product = next((one.product for one in found if one.product), "")
    return Valence(found[0].label, antigens, live, product)


def read_valences(text: str, file: str) -> Valences:
    """Read the table; lines that begin with `#` say its version.

    Raises:
        BrokenTable: columns, a system, a mark or a kind of live vaccine are unknown, or a code stands twice.
    """
    lines = text.splitlines()
    comments = [line for line in lines if line.startswith("#")]
    version = next((line.partition(":")[2].strip() for line in comments if line.startswith("# version:")), "")
    if not version:
        raise BrokenTable(file, "line 1", "no version")
    body = "\n".join("" if line.startswith("#") else line for line in lines)
    reader = csv.DictReader(io.StringIO(body.lstrip("\n")), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise BrokenTable(file, f"line {len(comments) + 1}", f"columns are not {','.join(COLUMNS)}")
    known: dict[tuple[str, str], Valence] = {}
    for row in reader:
        place = f"line {len(comments) + reader.line_num}"
        key = (row["system"], row["code"])
        if key in known:
            raise BrokenTable(file, place, f"{key[0]} {key[1]} stands twice")
        known[key] = _valence(row, file, place)
    return Valences(version, MappingProxyType(known))


def _valence(row: Mapping[str, str], file: str, place: str) -> Valence:
    if None in row or None in row.values():
        raise BrokenTable(file, place, "another number of columns")
    if row["system"] not in SYSTEMS or not row["code"]:
        raise BrokenTable(file, place, f"unknown system {row['system']!r}, or no code")
    if row["mark"] not in Mark.__members__.values() or not row["source"]:
        raise BrokenTable(file, place, f"unknown mark {row['mark']!r}, or no source")
    if row["live"] not in (*Live.__members__.values(), UNKNOWN_LIVE):
        raise BrokenTable(file, place, f"live is {row['live']!r}")
    live = Live.NO if row["live"] == UNKNOWN_LIVE else Live(row["live"])
    antigens = frozenset(one for one in row["antigens"].split("|") if one)
    return Valence(row["label_fr"], antigens, live, row["product"])


def unknown_antigens(valences: Valences, antigens: Mapping[str, object]) -> tuple[str, ...]:
    """Antigens of the table that a calendar does not know."""
    used = frozenset[str]().union(*(one.antigens for one in valences.known.values()))
    return tuple(sorted(used - set(antigens)))
