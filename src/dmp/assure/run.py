"""Try claims one after the other: legs, state, one line each, then the report."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dmp.assure.claim import Claim, Engine, Figure, Leg, Tally
from dmp.assure.machine import machine, program
from dmp.assure.pages_chromium import program as chromium_here
from dmp.assure.progress import Progress
from dmp.assure.report import write_report
from dmp.assure.state import State
from dmp.assure.verdict import Verdict
from dmp.sandbox.postgres import programs

BROKEN = "runs broken off"


@dataclass(frozen=True)
class Wanted:
    """What the person who runs claims chooses."""

    claims: Sequence[Claim]
    folder: Path
    """Where the report goes, and the state of a run that was cut."""
    seed: int
    count: int = 0
    """Instead of the claim's own; 0 keeps that."""
    engines: tuple[Engine, ...] = ()
    """Only these; empty for all that a claim is for and that can be started here."""
    named: bool = False
    """The claims were asked for by name: one that cannot be tried here falls short, else it is told and left out."""
    program: str = field(default_factory=program)


def assure(wanted: Wanted, *, say: Callable[[str], None], at: datetime | None = None) -> bool:
    """Try every claim, print a line for each, write the report; whether all of them held."""
    begun = at or datetime.now(UTC)
    verdicts: list[Verdict] = []
    for claim in wanted.claims:
        if (lacking := lack(claim)) and not wanted.named:
            say(f"{claim.name}: NOT TRIED, {lacking}")
            continue
        verdict = tried(claim, wanted)
        verdicts.append(verdict)
        say(verdict.line)
        for note in verdict.remarks if not verdict.held else ():
            say(f"  {note}")
    page = write_report(wanted.folder, verdicts, begun, program=wanted.program)
    say(f"dmp: {sum(v.held for v in verdicts)} of {len(verdicts)} claims hold; the report is {page}")
    return all(verdict.held for verdict in verdicts)


def lack(claim: Claim) -> str:
    """What this machine lacks to try a claim; empty when nothing."""
    if claim.needs_root and os.geteuid() != 0:
        return "it takes root: a file system is mounted"
    if claim.needs_compiler and shutil.which("cc") is None:
        return "it takes a C compiler (cc)"
    if claim.needs_browser and not chromium_here():
        return "it takes Chromium, and playwright for Python"
    if claim.engines == (Engine.POSTGRESQL,) and not usable(claim.engines):
        return "it takes a PostgreSQL server"
    return ""


def usable(engines: Sequence[Engine]) -> tuple[Engine, ...]:
    """Those that can be started here."""
    try:
        programs()
    except RuntimeError:
        return tuple(engine for engine in engines if engine is not Engine.POSTGRESQL)
    return tuple(engines)


def tried(claim: Claim, wanted: Wanted) -> Verdict:
    """Try one claim, from where an interrupted run of the same seed and program stopped."""
    count = wanted.count or claim.count
    state = State(wanted.folder / "state" / f"{claim.name}-{wanted.seed}-{count}.json", wanted.program)
    progress = Progress(claim.name, count, claim.counted)
    begun, done = time.monotonic(), state.done()
    engines = tuple(e for e in claim.engines if e in (wanted.engines or usable(claim.engines))) or claim.engines
    sizes = _sizes(count, min(claim.leg, -(-count // len(engines))))
    before, broken = 0, Tally()
    for number, size in enumerate(sizes):
        if number not in done:
            with _scratch(claim) as folder:
                engine = engines[number % len(engines)]
                leg = Leg(number, size, wanted.seed, folder, engine, lambda n, b=before: progress.at(b + n))
                try:
                    done[number] = claim.play(leg)
                except Exception as error:  # a claim that cannot be tried falls short; the next one may hold
                    broken = Tally({BROKEN: 1}, notes=(f"{type(error).__name__}: {error}",))
                    break
            state.keep(done)
        before += size
    progress.clear()
    if not broken[BROKEN]:
        state.forget()
    total = sum((done[number] for number in sorted(done)), broken)
    figures = tuple(claim.judge(total)) if done else ()
    return Verdict(
        claim=claim,
        figures=(*figures, Figure(BROKEN, 1, most=0)) if broken[BROKEN] else figures,
        notes=total.notes,
        seed=wanted.seed,
        count=count,
        machine=machine(),
        seconds=time.monotonic() - begun,
        engines=engines,
    )


def _sizes(count: int, leg: int) -> list[int]:
    """The count cut in legs, the last one perhaps smaller."""
    return [min(leg, count - done) for done in range(0, count, leg)]


@contextmanager
def _scratch(claim: Claim) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"dmp-assure-{claim.name}-"))
    folder.chmod(0o711)  # a server of the database that root starts runs as somebody else
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
