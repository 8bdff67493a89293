"""`load`: a service that is asked for far more than it can do still does what it can (T-LOAD, security 13.6).

Service and database have all cores but one, those who call the last one: what
a flood of calls costs them must not be taken from what answers. The peak is
what callers get who ask again as soon as they are answered; then calls come at
twice and ten times that rate, whatever became of those before.
"""

import itertools
import math
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from random import Random

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.overload import Callers, Offered, p99
from dmp.assure.processes import family
from dmp.bench.callers import Callers as Questions
from dmp.bench.installation import Installation, prepared, served
from dmp.bench.load import Connection, Request
from dmp.bench.messages import message_ids
from dmp.bench.plan import HOLDERS, Act, Plan
from dmp.bench.preparing import Prepared, prepare
from dmp.sandbox.folder import SERVER_NAME

CLIENTS, CROWD = 16, 400
"""How many make the peak, and how many the flood."""
PEAK_TIME, FLOOD_TIME, WARM_UP = 5.0, 10.0, 3.0
"""Seconds of a peak, of one flood at most, and before the first peak."""
TIMES = (2, 10)
LEAST = {2: 90.0, 10: 80.0}
"""Of the peak, in percent: what must still be answered well."""
IN_TIME = 2.0
"""Seconds after which an answer is no good any more."""


def play(leg: Leg) -> Tally:
    """Learn the peak, then ask for more; `size` is how many seconds each flood lasts."""
    counter, cores = Counter(), sorted(os.sched_getaffinity(0))
    plan = Plan(records=200, documents=20, seed=leg.seed, workers=max(1, len(cores) - 1), submissions=0)
    with ExitStack() as stack:
        ground = stack.enter_context(prepared(plan))
        filled = prepare(ground, plan, deposits=0, say=lambda _: None)
        stack.callback(os.sched_setaffinity, 0, cores)
        for process in (ground.database_pid, *family(ground.database_pid)):
            os.sched_setaffinity(process, cores[:-1] or cores)
        os.sched_setaffinity(0, cores[:-1] or cores)
        installation = stack.enter_context(served(ground, plan))
        os.sched_setaffinity(0, cores[-1:])
        questions = _Questions(installation, filled, plan)
        clients = stack.enter_context(_callers(installation, questions, CLIENTS))
        crowd = stack.enter_context(_callers(installation, questions, CROWD))
        clients.closed_loop(WARM_UP)
        _alternate(clients, crowd, leg, counter)
        counter.add("seconds", leg.size)
    return counter.tally()


def _alternate(clients: Callers, crowd: Callers, leg: Leg, counter: Counter) -> None:
    """Peak, flood, peak, flood, peak: until each flood has lasted as long as the leg."""
    rounds = math.ceil(leg.size / FLOOD_TIME)
    peaks, floods = clients.closed_loop(PEAK_TIME), {times: Offered() for times in TIMES}
    for done in range(1, rounds + 1):
        for times in TIMES:
            floods[times] += crowd.at(peaks.goodput(IN_TIME) * times, leg.size / rounds)
            peaks += clients.closed_loop(PEAK_TIME)
        leg.advance(leg.size * done // rounds)
    peak = peaks.goodput(IN_TIME)
    counter.measure("peak", peak)
    for told in peaks.wrong:
        counter.wrong("wrong", told)
    for times, flood in floods.items():
        _count(flood, times, peak, counter)


class _Questions:
    """Searches and reads in equal parts, about the records of each holder."""

    def __init__(self, installation: Installation, filled: list[Prepared], plan: Plan):
        self._questions = Questions(filled, plan, overhead=_overhead(installation, filled[0]))
        self._acts = itertools.cycle((Act.SEARCH, Act.READ))

    def next(self, connection: Connection) -> Request:
        """The next one."""
        request = self._questions.next(connection, next(self._acts))
        assert request is not None  # noqa: S101 - there is always something to ask
        return request


def _overhead(installation: Installation, one: Prepared) -> int:
    """What surrounds a document in the answer that brings it, in octets."""
    sizes: list[int] = []

    def measure(answer: memoryview) -> str:
        sizes.append(len(answer))
        return ""

    message = next(message_ids(Random()))  # noqa: S311 - never the same twice
    octets = one.read.filled(message, one.readable[0].encode())
    with closing(_connection(installation, one.holder)) as connection:
        connection.call(Request(Act.READ, octets, measure))
    return sizes[0] - one.size


def _connection(installation: Installation, holder: str) -> Connection:
    return Connection(installation.address, installation.tls(holder), SERVER_NAME, holder)


@contextmanager
def _callers(installation: Installation, questions: _Questions, count: int) -> Iterator[Callers]:
    holders = itertools.cycle(HOLDERS)
    contexts = {holder: installation.tls(holder) for holder in HOLDERS}

    def connect() -> Connection:
        holder = next(holders)
        return Connection(installation.address, contexts[holder], SERVER_NAME, holder)

    with closing(Callers(connect, count, questions.next)) as callers:
        yield callers


def _count(offered: Offered, times: int, peak: float, counter: Counter) -> None:
    counter.measure(f"goodput at {times}", 100 * offered.goodput(IN_TIME) / peak)
    counter.measure(f"p99 at {times}", p99(offered.answered))
    counter.measure(f"refusal p99 at {times}", p99(offered.refused))
    counter.add(f"offered at {times}", offered.calls)
    counter.add(f"held back at {times}", offered.held_back)
    for told in offered.wrong:
        counter.wrong("wrong", told)


def judge(total: Tally) -> list[Figure]:
    """Enough of the peak, in time, and everybody else turned away at once."""
    figures = [Figure("peak", total["peak"], "a second", least=1)]
    for times in TIMES:
        figures += [
            Figure(f"goodput at {times}x", total[f"goodput at {times}"], "%", least=LEAST[times]),
            Figure(f"accepted p99 at {times}x", total[f"p99 at {times}"], "s", most=IN_TIME),
            Figure(f"refusal p99 at {times}x", total[f"refusal p99 at {times}"], "s"),
            Figure(f"offered at {times}x", total[f"offered at {times}"]),
            Figure(f"held back by the callers at {times}x", total[f"held back at {times}"]),
        ]
    return [*figures, Figure("wrong answers", total["wrong"], most=0)]


CLAIM = Claim(
    name="load",
    promise="Asked for twice what it can do, the service still answers nine tenths of its best; for ten times, eight "
    "tenths; what it answers it answers within two seconds, and the others are told at once to come back.",
    counted="seconds",
    count=20,
    leg=60,
    play=play,
    judge=judge,
    source="T-LOAD (security 14), security 13.6",
    engines=(Engine.POSTGRESQL,),
)
