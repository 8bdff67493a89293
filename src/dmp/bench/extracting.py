"""How long the facts of a document take: from its octets to all that its entries say, as when it arrives."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, median

from dmp.bench.papers import oids
from dmp.bench.years import Years
from dmp.documents.extraction import facts_of
from dmp.documents.kinds import kind_of
from dmp.record.facts import Facts
from dmp.sandbox.population import people
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import read_header

RUNS = 12
MOST = 18.0
"""What one document may take, in ms."""
SHOWN = 10
"""Documents that are told one by one: those that take longest."""
_UNTIL = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Reading:
    """Processor time of one document, in ms: the median of some runs, and the least, which other users disturb less.

    The document is parsed, its header and its entries are read, and all of it is let go.
    """

    name: str
    octets: int
    facts: int
    usual: float
    least: float

    def __str__(self) -> str:
        """As a row of the table."""
        size = f"{self.octets / 1024:.0f} KB"
        return f"| {self.name} | {size} | {self.facts} | {self.usual:.1f} ms | {self.least:.1f} |"


def made(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Documents of ten years of care, each called by its kind."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    (person,) = people(seed, 1)
    for _, octets in Years(person, seed, dice, oids(dice)).documents(count, _UNTIL):
        header = read_header(open_document(octets))
        kind = kind_of(header)
        yield header.title if kind is None else kind.name, octets


def found(folders: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Documents of some folders, each called by its file."""
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            yield path.stem, path.read_bytes()


def table(documents: Iterator[tuple[str, bytes]]) -> Iterator[str]:
    """How long all of them take, and those that take longest.

    Raises:
        ValueError: there is no document.
    """
    read = sorted((_read(name, octets) for name, octets in documents), key=lambda one: one.usual, reverse=True)
    if not read:
        raise ValueError("no document to read")
    usual = [one.usual for one in read]
    yield (
        f"{len(read)} documents: median {median(usual):.1f} ms, mean {fmean(usual):.1f} ms, longest {usual[0]:.1f} ms; "
        f"{sum(one > MOST for one in usual)} over {MOST:g} ms"
    )
    yield "| Document | Size | Facts | p50 | Least |"
    yield "|---|---|---|---|---|"
    yield from map(str, read[:SHOWN])


def _read(name: str, octets: bytes) -> Reading:
    facts = facts_of(octets)
    spent = [_milliseconds(lambda: facts_of(octets)) for _ in range(RUNS)]
    return Reading(name, len(octets), _count(facts), median(spent), min(spent))


def _milliseconds(run: Callable[[], object]) -> float:
    begun = time.thread_time()
    run()
    return (time.thread_time() - begun) * 1000


def _count(facts: Facts) -> int:
    return sum(map(len, vars(facts).values())) - len(facts.failures)
