"""The runs: one act from many callers in a closed loop, or the mix of a busy hour in an open one."""

import gc
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from time import monotonic, process_time

from dmp.bench import machine
from dmp.bench.callers import Callers, succeeded
from dmp.bench.figures import Cost, Figures
from dmp.bench.installation import Installation
from dmp.bench.load import Connection, Generator, Request, Tally, arrivals
from dmp.bench.messages import message_ids
from dmp.bench.plan import HOLDERS, Act, Plan
from dmp.bench.preparing import Deposited, Prepared
from dmp.client import DmpClient
from dmp.sandbox.folder import SERVER_NAME
from dmp.sandbox.trouble import Trouble

MS = 1000.0
Drive = Callable[[Generator], float]
"""Runs a load over a generator's connections; returns the seconds it took."""


@dataclass(frozen=True)
class Run:
    """What came of a run: the figures of each act, what a call cost, the uniqueIds of what was acknowledged."""

    figures: tuple[Figures, ...]
    cost: Cost
    acknowledged: tuple[str, ...]


def one_act(installation: Installation, prepared: list[Prepared], plan: Plan, act: Act) -> Run:
    """Every caller asks again as soon as he is answered."""
    return _run(
        installation,
        prepared,
        plan,
        warm_up=lambda generator: generator.closed_loop(act, plan.warm_up),
        drive=lambda generator: generator.closed_loop(act, plan.seconds),
    )


def mix(installation: Installation, prepared: list[Prepared], plan: Plan, rates: dict[Act, float]) -> Run:
    """Callers come at these rates a second whether or not the earlier ones were answered."""
    return _run(
        installation,
        prepared,
        plan,
        warm_up=lambda generator: generator.open_loop(arrivals(rates, plan.warm_up)),
        drive=lambda generator: generator.open_loop(arrivals(rates, plan.seconds)),
    )


def send(installation: Installation, one: Prepared, lot: Deposited) -> None:
    """Send one lot and wait for its acknowledgement.

    Raises:
        ConnectionError: it was not acknowledged.
    """
    connection = Connection(installation.address, installation.tls(one.holder), SERVER_NAME, one.holder)
    octets = one.file.read_bytes()[lot.start : lot.end]
    connection.call(Request(Act.SUBMIT, (octets,), succeeded, lot.unique_id))
    connection.close()


def _run(installation: Installation, prepared: list[Prepared], plan: Plan, *, warm_up: Drive, drive: Drive) -> Run:
    callers = Callers(prepared, plan, overhead=_around_a_document(installation, prepared[0], plan))
    with (
        _connected(installation, plan.clients) as connections,
        closing(Generator(connections, callers.next)) as generator,
    ):
        gc.collect()
        warm_up(generator)
        warmed = generator.tallies[Act.SUBMIT].done
        generator.tallies = {act: Tally() for act in Act}
        before = _Meters.read(installation)
        seconds = drive(generator)
        after = _Meters.read(installation)
        asked = {act: tally for act, tally in generator.tallies.items() if tally.seconds or tally.errors}
        figures = tuple(Figures.of(act, tally, seconds) for act, tally in asked.items())
        cost = after.since(before, calls=max(sum(len(tally.seconds) for tally in asked.values()), 1))
        return Run(figures, cost, (*warmed, *generator.tallies[Act.SUBMIT].done))


@dataclass(frozen=True)
class _Meters:
    """Processor time used so far, in seconds."""

    installation: Installation
    at: float
    everything: float
    service: float
    database: float | None
    generator: float

    @staticmethod
    def read(installation: Installation) -> "_Meters":
        database = machine.cpu_seconds(installation.database_pid) if installation.database_pid else None
        service = machine.cpu_seconds(installation.server_pid)
        return _Meters(installation, monotonic(), machine.cpu_of_all(), service, database, process_time())

    def since(self, before: "_Meters", *, calls: int) -> Cost:
        database = None
        if self.database is not None and before.database is not None:
            database = (self.database - before.database) * MS / calls
        return Cost(
            (self.service - before.service) * MS / calls,
            database,
            (self.generator - before.generator) * MS / calls,
            tuple(machine.peak_memory(pid) for pid in self.installation.workers),
            self._others_since(before),
        )

    def _others_since(self, before: "_Meters") -> float:
        """The share of all cores that was spent elsewhere."""
        spent = (self.everything - before.everything) - (self._ours - before._ours)
        return max(spent, 0.0) / ((self.at - before.at) * machine.this_machine().cores)

    @property
    def _ours(self) -> float:
        return self.service + (self.database or 0.0) + self.generator


@contextmanager
def _connected(installation: Installation, clients: int) -> Iterator[Sequence[Connection]]:
    """So many connections, the doctors in turn."""
    contexts = {holder: installation.tls(holder) for holder in HOLDERS}
    connections: list[Connection] = []
    try:
        for turn in range(clients):
            holder = HOLDERS[turn % len(HOLDERS)]
            connections.append(Connection(installation.address, contexts[holder], SERVER_NAME, holder))
        yield connections
    finally:
        for connection in connections:
            connection.close()


def _around_a_document(installation: Installation, one: Prepared, plan: Plan) -> int:
    """What surrounds a document in the answer that brings it, in octets; checks a search and a read on the way.

    Raises:
        Trouble: the answers are not what was put there: there is nothing to measure.
    """
    with DmpClient.from_sandbox(installation.folder, one.holder) as client:
        found = client.find(one.patient)
        octets = client.read(one.patient, one.readable[0]) if one.readable else b""
    if len(found) >= plan.documents and not one.readable:
        return 0
    if len(found) < plan.documents or len(octets) != one.size:
        told = f"{len(found)} documents are found, the first of {len(octets)} octets"
        raise Trouble(told, option="--documents")
    connection = Connection(installation.address, installation.tls(one.holder), SERVER_NAME, one.holder)
    sizes: list[int] = []

    def measure(answer: memoryview) -> str:
        sizes.append(len(answer))
        return ""

    message = next(message_ids(random.Random()))  # noqa: S311 - an id, no secret
    connection.call(Request(Act.READ, one.read.filled(message, one.readable[0].encode()), measure))
    connection.close()
    return sizes[0] - one.size
