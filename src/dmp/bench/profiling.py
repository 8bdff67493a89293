"""Where the time goes: what the samplers inside the service wrote during a run."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

NS = 1e9
SHOWN = 40


@dataclass(frozen=True)
class Place:
    """A function: seconds in itself and in the C code it calls, seconds with all it calls."""

    name: str
    own: float
    total: float


@dataclass(frozen=True)
class Profile:
    """Processor time by function and by room."""

    seconds: float
    places: tuple[Place, ...]
    rooms: tuple[tuple[str, float], ...]

    def lines(self) -> list[str]:
        """What is told of it."""
        whole = self.seconds or 1.0
        told = [f"profile {self.seconds:.1f} s of processor time sampled in the service"]
        told += [f"   {100 * seconds / whole:5.1f} %  {room}" for room, seconds in self.rooms]
        told.append("     own   total  function")
        return told + [f"  {100 * p.own / whole:5.1f} % {100 * p.total / whole:5.1f} %  {p.name}" for p in self.places]


@dataclass
class Sampled:
    """The samples of one run."""

    own: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    rooms: Counter[str] = field(default_factory=Counter)

    def profile(self) -> Profile:
        """The functions that cost most, and every room."""
        whole = sum(self.own.values()) / NS
        names = sorted(self.own, key=lambda name: (-self.own[name], name))[:SHOWN]
        places = tuple(Place(name, self.own[name] / NS, self.total[name] / NS) for name in names)
        rooms = tuple((room, spent / NS) for room, spent in self.rooms.most_common(25))
        return Profile(whole, places, rooms)


@contextmanager
def reading(folder: Path) -> Iterator[Sampled]:
    """Collect what is sampled between the beginning and the end of the block."""
    sampled, before = Sampled(), _read(folder)
    yield sampled
    time.sleep(1.1)  # the samplers write twice a second
    after = _read(folder)
    for kind, found in (("own", sampled.own), ("total", sampled.total), ("rooms", sampled.rooms)):
        found.update(after[kind])
        found.subtract(before[kind])


def _read(folder: Path) -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = {"own": Counter(), "total": Counter(), "rooms": Counter()}
    for path in folder.glob("*.json"):
        for kind, told in json.loads(path.read_text()).items():
            sums[kind].update(told)
    return sums
