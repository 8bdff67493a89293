"""`failover`: the primary of the database dies, a standby takes over, the service goes on (security 13.1)."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from random import Random

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd, new_lot, patiently
from dmp.assure.ledger import Ledger, Lot
from dmp.assure.service import Service
from dmp.assure.standbys import QUORUM, Standbys
from dmp.assure.working import AtWork, check_traces, rounds
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.port import free_port

CLIENTS, RECORDS = 8, 4
LONGEST_SILENCE = 10.0
"""Seconds without an acknowledgement, from the death of the primary; what finds it dead comes on top."""


def play(leg: Leg, *, quorum: str = QUORUM) -> Tally:
    """As many rounds as fail-overs: work, kill the primary, promote, go on, compare with what was acknowledged."""
    counter, ledger = Counter(), Ledger()
    with (
        replicated(leg, quorum) as (standbys, service),
        closing(Crowd.of(service, clients=CLIENTS, records=RECORDS, seed=leg.seed)) as crowd,
    ):
        process = service.process
        at_work = AtWork(crowd, ledger, counter)
        rounds(leg, at_work, service, lambda dice: strike(standbys, at_work, dice))
        if service.process != process:
            counter.wrong("restarts", "the service had to be started again")
        check_traces(service, counter)
    return counter.tally()


@contextmanager
def replicated(leg: Leg, quorum: str) -> Iterator[tuple[Standbys, Service]]:
    """Three servers, and a service that knows all of them by one URL."""
    with ExitStack() as stack:
        place = leg.folder / "postgresql"
        place.mkdir()
        place.chmod(0o755)
        standbys = Standbys(place, quorum)
        stack.callback(standbys.kill)
        standbys.start()
        service = Service(leg.folder / "sandbox", SandboxOptions(free_port(), database_url=standbys.url))
        stack.callback(service.kill)
        service.start()
        yield standbys, service
        service.stop()


def strike(standbys: Standbys, at_work: AtWork, dice: Random) -> None:
    """Kill -9 the primary, promote, measure the silence; then bring the dead one back as a standby, under load."""
    dead = standbys.primary
    standbys.servers[dead].kill()
    begun = time.monotonic()
    standbys.fail_over()
    at_work.counter.measure("promotion", time.monotonic() - begun)
    deposit(at_work, dice)
    at_work.counter.measure("silence", time.monotonic() - begun)
    standbys.follow(dead)
    deposit(at_work, dice)


def deposit(at_work: AtWork, dice: Random) -> None:
    """Deposit something, as often as it takes until it is acknowledged."""
    feeder, person = at_work.crowd.feeders[0], at_work.crowd.people[0]
    lot = Lot(person, new_lot(feeder, person, dice))
    at_work.ledger.write(lot)
    patiently(lambda: feeder.submit_lot(person.patient, lot.submission))
    lot.acknowledged = True


def judge(total: Tally) -> list[Figure]:
    """Nothing lost, nothing half, nothing double, nobody restarted anything."""
    return [
        Figure("fail-overs", total["rounds"], least=1),
        Figure("clients", CLIENTS),
        Figure("acknowledged", total["acknowledged"], least=1),
        Figure("lost", total["lost"], most=0),
        Figure("half", total["half"], most=0),
        Figure("double", total["double"], most=0),
        Figure("refused", total["refused"], most=0),
        Figure("restarts", total["restarts"], most=0),
        Figure("traces", total["traces"], least=total["acknowledged"]),
        Figure("unsound", total["unsound"], most=0),
        Figure("longest silence", total["silence"], "s", most=LONGEST_SILENCE),
        Figure("of it promotion", total["promotion"], "s"),
    ]


CLAIM = Claim(
    name="failover",
    promise="When the machine of the database is lost, a standby takes over within seconds once it is told to, the "
    "service goes on without a restart, and nothing that was acknowledged is lost.",
    counted="fail-overs",
    count=3,
    leg=3,
    play=play,
    judge=judge,
    source="security 13.1, stack 9",
    engines=(Engine.POSTGRESQL,),
)
