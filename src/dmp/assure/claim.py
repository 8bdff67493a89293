"""What a claim is: a promise, how it is tried, and the figures that keep it or break it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

NOTES = 20
"""How many notes of a leg are kept: the first ones tell enough."""


class Engine(StrEnum):
    """What the tried service stores its rows in."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class Figure:
    """One number of a claim; out of its bounds, the claim falls short.

    With a `unit`, the name comes first ("slowest 0.4 s"), else the number ("0 lost").
    """

    name: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def held(self) -> bool:
        """Whether the number is within its bounds."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def bounds(self) -> str:
        """What was promised of it; empty for a number that is only told."""
        if self.least is not None and self.least == self.most:
            return f"exactly {spelt(self.least)}"
        told = [
            f"{word} {spelt(bound)}"
            for word, bound in (("at least", self.least), ("at most", self.most))
            if bound is not None
        ]
        return " and ".join(told)

    def __str__(self) -> str:
        """The figure as the line of the claim tells it."""
        return f"{self.name} {spelt(self.value)} {self.unit}" if self.unit else f"{spelt(self.value)} {self.name}"


def spelt(number: float) -> str:
    """A number as people read it: thousands apart, as many decimals as it deserves."""
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.1f}" if abs(number) >= 10 else f"{number:,.2f}"


@dataclass(frozen=True)
class Tally:
    """What one leg counted: `sums` add up over the legs, of `worst` the largest is kept, `notes` say what went wrong.

    Notes hold no INS, no name and no content of a document: a report is for everybody's eyes.
    """

    sums: Mapping[str, float] = field(default_factory=dict)
    worst: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        """Both legs in one."""
        sums = {name: self.sums.get(name, 0) + other.sums.get(name, 0) for name in (*self.sums, *other.sums)}
        worst = {
            name: max(tally.worst[name] for tally in (self, other) if name in tally.worst)
            for name in (*self.worst, *other.worst)
        }
        return Tally(sums, worst, (*self.notes, *other.notes)[:NOTES])

    def __getitem__(self, name: str) -> float:
        """A sum or a worst value; 0 when no leg counted any."""
        return self.sums.get(name, self.worst.get(name, 0))


class Counter:
    """Counts for a leg, from as many threads as there are."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._lock = threading.Lock()
        self._sums: dict[str, float] = {}
        self._worst: dict[str, float] = {}
        self._notes: list[str] = []

    def add(self, name: str, count: float = 1) -> int:
        """Count something; gives how many there are now."""
        with self._lock:
            self._sums[name] = self._sums.get(name, 0) + count
            return int(self._sums[name])

    def measure(self, name: str, value: float) -> None:
        """Note a measure of which the largest counts."""
        with self._lock:
            self._worst[name] = max(value, self._worst.get(name, value))

    def wrong(self, name: str, note: str) -> None:
        """Count something that should not be, and say what it was."""
        with self._lock:
            self._sums[name] = self._sums.get(name, 0) + 1
            self._notes.append(f"{name}: {note}")

    def tally(self) -> Tally:
        """What was counted until now."""
        with self._lock:
            return Tally(dict(self._sums), dict(self._worst), tuple(self._notes[:NOTES]))


@dataclass(frozen=True)
class Leg:
    """A part of a claim's run that stands by itself: it may be left out when an earlier run did it already."""

    number: int
    size: int
    """How many of the claim's count are tried in it."""
    seed: int
    folder: Path
    """An empty folder, removed when the leg ends."""
    engine: Engine
    advance: Callable[[int], None]
    """Tells how many of `size` are done."""

    def dice(self, *purpose: object) -> Random:
        """Randomness for one purpose, the same in every replay of the seed."""
        named = "/".join(map(str, (self.seed, self.number, *purpose)))
        return Random(named)  # noqa: S311 - choices that must be replayed, no secret


@dataclass(frozen=True)
class Claim:
    """A promise and the way to try it; adding one is a module, and a line in `claims.py`."""

    name: str
    promise: str
    """One sentence that a buyer understands and may hold us to."""
    counted: str
    """What `count` counts: kills, inputs."""
    count: int
    leg: int
    """How many of them a leg tries."""
    play: Callable[[Leg], Tally]
    judge: Callable[[Tally], Sequence[Figure]]
    """From the sum of all legs to the figures; the first is what was counted."""
    source: str
    engines: tuple[Engine, ...] = (Engine.SQLITE,)
    """The legs take them in turn."""
    needs_root: bool = False
    """Mounts file systems."""
    needs_browser: bool = False
    """Opens pages in Chromium."""
    needs_compiler: bool = False
    """Makes a library that comes between the service and its disk."""
