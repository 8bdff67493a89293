"""What is known of medicines beyond the chart: by CIS or CIP, their substances and generics; interactions of both.

Held in arrays: some ten megabytes for all the medicines of France.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from dmp.services.days import months_after
from dmp.services.medicines.ansm import Level
from dmp.services.medicines.compact import Origin, unpacked
from dmp.services.medicines.names import is_class, key_of, searchable
from dmp.services.tables import BrokenTable


@dataclass(frozen=True)
class Interaction:
    """Two substances or classes that interact, as the thesaurus names them."""

    one: str
    other: str
    levels: tuple[tuple[Level, str], ...]
    """Each level with its condition; empty for no condition."""
    mechanism: str

    @property
    def worst(self) -> Level:
        """The most serious level."""
        return min(level for level, _ in self.levels)


@dataclass(frozen=True)
class Known:
    """What the database knows of one medicine («spécialité»)."""

    cis: int
    label: str
    substances: tuple[str, ...]
    group: int
    """Of generics; 0 for none."""


class Thesaurus:
    """Medicines and interactions, looked up."""

    def __init__(self, origin: Origin, content: Mapping[str, Any]):
        """Keep what `compact.unpacked` gave.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: a part is missing, or no number where one should be.
        """
        self.origin = origin
        self._cis = array("I", content["cis"])
        self._groups = array("I", content["groups"])
        self._names: tuple[str, ...] = tuple(map(str, content["names"]))
        self._starts = array("I", accumulate((len(each) for each in content["substances"]), initial=0))
        self._substances = array("H", (number for each in content["substances"] for number in each))
        labels = [str(label).encode() for label in content["labels"]]
        self._label_starts = array("I", accumulate(map(len, labels), initial=0))
        self._labels = b"".join(labels)
        self._cip, self._cip_cis = array("Q", content["cip"]), array("I", content["cip_cis"])
        if len({len(self._cis), len(self._groups), len(self._starts) - 1, len(labels)}) != 1:
            raise ValueError("parts of different lengths")
        self._terms: tuple[str, ...] = tuple(str(name) for _, name in content["terms"])
        self._numbers = {str(key): number for number, (key, _) in enumerate(content["terms"])}
        self._classes = {number: array("H", of) for number, of in content["classes"]}
        self._pairs: dict[int, tuple[tuple[int, int, tuple[tuple[int, str], ...], str], ...]] = {}
        for one, other, levels, mechanism in content["pairs"]:
            pair = (one, other, tuple((int(level), str(told)) for level, told in levels), str(mechanism))
            self._pairs[_pair(one, other)] = (*self._pairs.get(_pair(one, other), ()), pair)

    def medicine(self, cis: str) -> Known | None:
        """A medicine by its CIS, 8 digits."""
        return self._at(int(cis)) if len(cis) == 8 and cis.isascii() and cis.isdigit() else None

    def presentation(self, cip: str) -> Known | None:
        """The medicine of a presentation, by its CIP of 13 or of 7 digits."""
        if not (cip.isascii() and cip.isdigit()) or len(cip) not in (7, 13):
            return None
        # A CIP13 is 34009, the CIP7 and a check digit.
        first, most = (int(cip), int(cip)) if len(cip) == 13 else (int(f"34009{cip}0"), int(f"34009{cip}9"))
        place = bisect_left(self._cip, first)
        if place < len(self._cip) and self._cip[place] <= most:
            return self._at(self._cip_cis[place])
        return None

    def named(self, words: str, most: int) -> tuple[Known, ...]:
        """Medicines whose name holds all these words, each at the start of a word; those that begin so come first."""
        asked = searchable(words).split()
        if not asked:
            return ()
        found = [
            (not plain.startswith(asked[0]), plain, place)
            for place, plain in enumerate(self._plain)
            if all(f" {word}" in f" {plain}" for word in asked)
        ]
        return tuple(self._known(place) for _, _, place in sorted(found)[:most])

    @cached_property
    def _plain(self) -> tuple[str, ...]:
        """The names as they can be searched, made at the first search."""
        return tuple(searchable(self._label(place)) for place in range(len(self._cis)))

    @cached_property
    def substances(self) -> frozenset[str]:
        """Keys of every substance that it names, of medicines and of interactions (`names.key_of`)."""
        told = (key for key in map(key_of, self._names) if key)
        return frozenset((*told, *(key for key in self._numbers if not is_class(key))))

    def _at(self, cis: int) -> Known | None:
        place = bisect_left(self._cis, cis)
        return None if place == len(self._cis) or self._cis[place] != cis else self._known(place)

    def _label(self, place: int) -> str:
        return self._labels[self._label_starts[place] : self._label_starts[place + 1]].decode()

    def _known(self, place: int) -> Known:
        numbers = self._substances[self._starts[place] : self._starts[place + 1]]
        substances = tuple(self._names[number] for number in numbers)
        return Known(self._cis[place], self._label(place), substances, self._groups[place])

    def between(self, one: str, other: str) -> Iterator[Interaction]:
        """What the thesaurus says of two substances, by their keys (`names.key_of`); nothing of one with itself."""
        if one == other:
            return
        seen: set[int] = set()
        theirs = self._terms_of(other)
        for mine in self._terms_of(one):
            for term in theirs:
                for first, second, levels, mechanism in self._pairs.get(_pair(mine, term), ()):
                    if _pair(first, second) not in seen:
                        seen.add(_pair(first, second))
                        told = tuple((Level(level), condition) for level, condition in levels)
                        yield Interaction(self._terms[first], self._terms[second], told, mechanism)

    def _terms_of(self, substance: str) -> tuple[int, ...]:
        number = self._numbers.get(substance)
        return () if number is None else (number, *self._classes.get(number, ()))

    @property
    def counts(self) -> tuple[int, int, int]:
        """Medicines, presentations, pairs that interact."""
        return len(self._cis), len(self._cip), sum(map(len, self._pairs.values()))

    def is_old(self, today: date, months: int) -> bool:
        """Whether a part of the data is older than so many months: the page then says so."""
        return months_after(min(self.origin.medicines, self.origin.interactions), months) < today


def _pair(one: int, other: int) -> int:
    low, high = sorted((one, other))
    return low << 16 | high


def load(path: Path) -> Thesaurus:
    """Read a compact file, once, when the service starts.

    Raises:
        BrokenTable: it cannot be read, or is not what `dmp medicines load` wrote.
    """
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise BrokenTable(path.name, "file", error.strerror or "cannot be read") from error
    origin, content = unpacked(octets, path.name)
    try:
        return Thesaurus(origin, content)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BrokenTable(path.name, "content", f"cannot be used: {error}") from error
