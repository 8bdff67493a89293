"""The thesaurus of interactions of the ANSM («thésaurus des interactions médicamenteuses»), from two JSON files.

One lists pairs of substances or classes, the other the classes of each
substance. A pair may have several levels, each under a condition: all of them
are kept, and the most serious one gives the rank.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from dmp.services.medicines.bdpm import Found
from dmp.services.tables import BrokenTable


class Level(IntEnum):
    """How serious an interaction is, the most serious first."""

    CONTRAINDICATED = 1
    """«Contre-indication»."""
    DISCOURAGED = 2
    """«Association déconseillée»."""
    PRECAUTION = 3
    """«Précaution d'emploi»."""
    NOTE = 4
    """«À prendre en compte»."""


LEVELS = {
    "contre-indication": Level.CONTRAINDICATED,
    "association deconseillee": Level.DISCOURAGED,
    "association déconseillée": Level.DISCOURAGED,
    "précaution d'emploi": Level.PRECAUTION,
    "precaution d'emploi": Level.PRECAUTION,
    "a prendre en compte": Level.NOTE,
    "à prendre en compte": Level.NOTE,
    "il convient de prendre en compte": Level.NOTE,
}
"""The levels as the published file writes them, in small letters."""


@dataclass(frozen=True)
class Pair:
    """Two substances or classes that interact, as they are named, with the level and its condition, and the reason."""

    one: str
    other: str
    levels: tuple[tuple[Level, str], ...]
    mechanism: str

    @property
    def worst(self) -> Level:
        """The most serious level."""
        return min(level for level, _ in self.levels)


def pairs(found: Found) -> Iterator[Pair]:
    """Every pair.

    Raises:
        BrokenTable: the file is no JSON, or an entry is not a pair.
    """
    for number, told in enumerate(_list_of(found), start=1):
        place = f"entry {number}"
        levels = tuple(_level(found, place, one) for one in _get(found, place, told, "severity_levels", list))
        if not levels:
            raise BrokenTable(found.name, place, "no level")
        yield Pair(
            one=_get(found, place, told, "main_drug", str),
            other=_get(found, place, told, "plus_drug", str),
            levels=levels,
            mechanism=" ".join(_get(found, place, told, "interaction_mechanism", str).split()),
        )


def classes(found: Found) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every substance, with its classes.

    Raises:
        BrokenTable: the file is no JSON, or an entry is not a substance with its classes.
    """
    for number, told in enumerate(_list_of(found), start=1):
        place = f"entry {number}"
        names = _get(found, place, told, "drug_classes", list)
        if not all(isinstance(name, str) for name in names):
            raise BrokenTable(found.name, place, "a class is not a text")
        yield _get(found, place, told, "substance", str), tuple(names)


def _list_of(found: Found) -> list[Any]:
    try:
        told = json.loads(found.octets.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BrokenTable(found.name, f"octet {error.start}", "is not UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        line = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "file"
        raise BrokenTable(found.name, line, f"is no JSON: {error}") from error
    if not isinstance(told, list) or not told:
        raise BrokenTable(found.name, "file", "is not a list of entries")
    return told


def _level(found: Found, place: str, told: object) -> tuple[Level, str]:
    name = _get(found, place, told, "level", str)
    level = LEVELS.get(name.strip().replace("’", "'").lower())
    if level is None:
        raise BrokenTable(found.name, place, f"level {name!r} is unknown")
    return level, " ".join(_get(found, place, told, "info", str).split())


def _get(found: Found, place: str, told: object, name: str, kind: type[Any]) -> Any:
    value = told.get(name) if isinstance(told, dict) else None
    if not isinstance(value, kind):
        raise BrokenTable(found.name, place, f"{name} is missing or no {kind.__name__}")
    return value
