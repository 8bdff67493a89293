"""The figures of a run, and how they are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from dmp.bench.load import Tally

MS = 1000.0


@dataclass(frozen=True)
class Latency:
    """How long calls took, in milliseconds."""

    p50: float
    p99: float
    highest: float

    @staticmethod
    def of(seconds: Sequence[float]) -> "Latency":
        """Of calls that took so many seconds each; zeros when there were none."""
        if not seconds:
            return Latency(0.0, 0.0, 0.0)
        ordered = sorted(seconds)
        return Latency(percentile(ordered, 0.50) * MS, percentile(ordered, 0.99) * MS, ordered[-1] * MS)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed; the values in order."""
    return ordered[max(ceil(len(ordered) * share) - 1, 0)]


@dataclass(frozen=True)
class Cost:
    """Processor time of one call, in milliseconds, by whom; memory of each worker, in octets."""

    service: float
    database: float | None
    """None when the database is not of this machine."""
    generator: float
    peaks: tuple[int, ...]
    others: float = 0.0
    """Share of the machine that went to nobody of these: a run is for comparison when it is near nothing."""

    @property
    def told(self) -> str:
        """In one line."""
        database = "elsewhere" if self.database is None else f"{self.database:.2f}"
        memory = ", ".join(f"{peak / 2**20:.0f}" for peak in self.peaks)
        return (
            f"CPU ms per request: service {self.service:.2f}, database {database}, generator {self.generator:.2f}; "
            f"peak memory of each worker, MiB: {memory}; others took {100 * self.others:.0f} % of the machine"
        )


@dataclass(frozen=True)
class Figures:
    """What came of one act in a run."""

    act: str
    requests: int
    errors: int
    seconds: float
    latency: Latency
    octets: int
    """Of one answer, on average."""
    told: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return (self.requests - self.errors) / self.seconds if self.seconds else 0.0

    @staticmethod
    def of(act: str, tally: Tally, seconds: float) -> "Figures":
        """Of what was counted in so many seconds."""
        answers = len(tally.seconds)
        return Figures(
            act,
            answers,
            tally.errors,
            seconds,
            Latency.of(tally.seconds),
            tally.octets // answers if answers else 0,
            tuple(tally.told),
        )

    def lines(self) -> Iterable[str]:
        """What is told of it."""
        late = self.latency
        yield (
            f"{self.act:7} {self.rate:8.1f} /s   p50 {late.p50:7.2f} ms   p99 {late.p99:7.2f} ms   "
            f"max {late.highest:7.1f} ms   errors {self.errors}   ({self.requests} in {self.seconds:.1f} s, "
            f"{self.octets} octets each)"
        )
        for told in self.told:
            yield f"        error: {' '.join(told.split())[:300]}"
