"""`bomb`: small things that swell are refused in time and in memory, each with the right error (T-BOMB, security 5)."""

import gc
import multiprocessing
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

from dmp.assure.bombs import BOMBS, Bomb
from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.clock import Stopwatch
from dmp.assure.inside import Answer, Inside, Request
from dmp.assure.messages import Writer
from dmp.desk.operations import Operations
from dmp.sandbox.folder import SandboxOptions, write_contract
from dmp.sandbox.population import people
from dmp.sandbox.serve import ready
from dmp.wire import mtom

SECONDS, GROWTH = 1.0, 64.0
"""What one bomb may cost: seconds, and MiB of memory."""
TRIES = 3
"""A busy machine may slow one try down: the fastest counts."""


@dataclass(frozen=True)
class Burst:
    """What a bomb did."""

    answer: Answer
    seconds: float
    growth: float
    """MiB of memory at the worst moment, beyond those before."""


def play(leg: Leg) -> Tally:
    """Each bomb in a process of its own, whose memory is measured."""
    folder, counter = leg.folder / "sandbox", Counter()
    settings, holders = ready(folder, SandboxOptions(1))
    write_contract(folder, settings, holders)
    person = people(leg.seed, 1)[0]
    Operations.at(folder).open(person.patient.number, traits=None, consent=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    for number, bomb in enumerate(BOMBS[: leg.size], start=1):
        bursts = list[Burst]()
        while len(bursts) < TRIES and (not bursts or bursts[-1].seconds > SECONDS):
            with context.Pool(1) as alone:
                bursts.append(alone.apply(burst, (folder, bomb.name, leg.seed)))
        judge_burst(bomb, min(bursts, key=lambda one: one.seconds), counter)
        leg.advance(number)
    return counter.tally()


def burst(folder: Path, name: str, seed: int) -> Burst:
    """Let one bomb go in this process, after a first request that warms it up."""
    bomb = next(bomb for bomb in BOMBS if bomb.name == name)
    person = people(seed, 1)[0]
    writer = Writer(folder, [person], Random(seed))  # noqa: S311
    with Inside(Operations.at(folder).settings, writer.reader.auth_certificate) as service:
        message = writer.search(person)
        root = writer.envelope(message, writer.security(writer.reader, person))
        service.post(Request(message.service, root, mtom.simple_type(message.action)))
        request = bomb.make(writer, person)
        gc.collect()
        before, watch = _memory("VmRSS", reset=True), Stopwatch()
        answer = service.post(request)
        return Burst(answer, watch.seconds, _memory("VmHWM") - before)


def _memory(figure: str, *, reset: bool = False) -> float:
    """A figure of this process in MiB; `reset` begins a new peak (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{figure}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def judge_burst(bomb: Bomb, result: Burst, counter: Counter) -> None:
    """Compare what a bomb did with what it may do."""
    counter.add("bombs")
    counter.measure("seconds", result.seconds)
    counter.measure("growth", result.growth)
    if result.seconds > SECONDS:
        counter.wrong("slow", f"{bomb.name}: {result.seconds:.2f} s")
    if result.growth > GROWTH:
        counter.wrong("large", f"{bomb.name}: {result.growth:.0f} MiB")
    if result.answer.status != bomb.status or bomb.error.encode() not in result.answer.content:
        counter.wrong("wrong", f"{bomb.name}: {result.answer.status}, {bomb.status} {bomb.error} expected")


def judge(total: Tally) -> list[Figure]:
    """Each refused, in time, in little memory."""
    return [
        Figure("bombs", total["bombs"], least=1),
        Figure("wrong answers", total["wrong"], most=0),
        Figure("slowest", total["seconds"], "s", most=SECONDS),
        Figure("most memory", total["growth"], "MiB", most=GROWTH),
    ]


CLAIM = Claim(
    name="bomb",
    promise="Forty messages and documents made to swell in memory or time are each refused with the right error, in "
    "less than a second and 64 MiB.",
    counted="bombs",
    count=len(BOMBS),
    leg=len(BOMBS),
    play=play,
    judge=judge,
    source="T-BOMB (security 14), security 5.1 to 5.4",
    engines=(Engine.SQLITE,),
)
