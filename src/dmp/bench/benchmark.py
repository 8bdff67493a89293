"""A benchmark from beginning to end: prepare, serve, load, check, compare with the floor, tell."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from dmp import __version__
from dmp.bench import checking, floor, profiling, runs
from dmp.bench.checking import Kept
from dmp.bench.floor import Floor
from dmp.bench.installation import Ground, Installation, prepared, served
from dmp.bench.machine import Machine, this_machine
from dmp.bench.plan import Act, Mix, Plan
from dmp.bench.preparing import Prepared, prepare
from dmp.bench.runs import Run

Say = Callable[[str], None]
SPARE = 1.05
"""Lots made for each that the mix will send: callers take turns, not exactly evenly."""


@dataclass(frozen=True)
class Report:
    """All that a benchmark found; its JSON form is what the page of the documentation is made of."""

    name: str
    at: datetime
    release: str
    machine: Machine
    plan: Plan
    database: str
    run: Run
    kept: Kept | None
    floor: Floor | None
    profile: profiling.Profile | None = None

    def lines(self) -> list[str]:
        """What is told of it."""
        told = [line for figures in self.run.figures for line in figures.lines()]
        told.append(f"cost    {self.run.cost.told}")
        if self.kept:
            told.append(self.kept.line)
        if self.floor:
            told += self.floor.lines(self.submissions)
        return told + (self.profile.lines() if self.profile else [])

    @property
    def submissions(self) -> float:
        """Submissions a second."""
        return next((figures.rate for figures in self.run.figures if figures.act == Act.SUBMIT), 0.0)

    @property
    def sound(self) -> bool:
        """Tell whether nothing failed and nothing was lost."""
        return not any(figures.errors for figures in self.run.figures) and not (self.kept and self.kept.lost)

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")


def bench(name: str, plan: Plan, *, mix: Mix | None = None, say: Say) -> Report:
    """Run one benchmark: of the act that has this name, or of `mix`."""
    act = None if mix else Act(name)
    machine = this_machine()
    say(f"dmp: {machine.told}")
    with prepared(plan) as ground:
        say(f"dmp: PostgreSQL: {ground.database_told}")
        begun = time.monotonic()
        lots = _lots(plan, act, mix)
        filled = prepare(ground, plan, deposits=lots, say=say)
        say(f"dmp: prepared in {time.monotonic() - begun:.0f} s")
        with _sampled(plan) as samples, served(ground, plan, samples=samples) as installation:
            rows: tuple[floor.Row, ...] = ()
            if lots:
                filled, rows = _one_submission(installation, ground, filled)
            say(f"dmp: {plan.clients} callers for {plan.seconds:g} s")
            with profiling.reading(samples) if samples else _nothing() as sampled:
                if act is None and mix is not None:
                    run = runs.mix(installation, filled, plan, mix.rates)
                else:
                    run = runs.one_act(installation, filled, plan, act or Act.SUBMIT)
        kept = checking.check(ground, filled, run.acknowledged) if run.acknowledged else None
        bare = floor.measure(ground, rows, plan) if rows else None
        profile = sampled.profile() if sampled else None
        at = datetime.now(UTC)
        return Report(name, at, __version__, machine, plan, ground.database_told, run, kept, bare, profile)


def _lots(plan: Plan, act: Act | None, mix: Mix | None) -> int:
    """How many lots the run may send, and one more to see what a lot writes; none when none is sent."""
    if mix is not None:
        return round(mix.submissions * (plan.seconds + plan.warm_up) * SPARE) + plan.clients + 1
    return plan.submissions + 1 if act is Act.SUBMIT else 0


@contextmanager
def _sampled(plan: Plan) -> Iterator[Path | None]:
    """The folder of the samplers, if the run is profiled."""
    if not plan.profiled:
        yield None
        return
    with TemporaryDirectory(prefix="dmp-samples-") as folder:
        yield Path(folder)


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def _one_submission(
    installation: Installation, ground: Ground, filled: list[Prepared]
) -> tuple[list[Prepared], tuple[floor.Row, ...]]:
    """Send one lot alone, and see which rows it writes; what is left to send."""
    import psycopg

    turn = next(turn for turn, one in enumerate(filled) if one.deposits)
    one = filled[turn]
    with psycopg.connect(ground.settings.database_url, autocommit=True) as connection:
        first = floor.mark(connection)
        runs.send(installation, one, one.deposits[-1])
        rows = floor.rows_since(connection, first)
    return [*filled[:turn], replace(one, deposits=one.deposits[:-1]), *filled[turn + 1 :]], rows
