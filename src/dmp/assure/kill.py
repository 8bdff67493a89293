"""`kill`: kill -9 at any moment loses nothing that was acknowledged (T-KILL, security 13.1 and 13.2)."""

import os
import signal
from collections.abc import Callable
from contextlib import closing, suppress
from random import Random

import psycopg

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd
from dmp.assure.ledger import Ledger
from dmp.assure.service import Service, served
from dmp.assure.working import AtWork, check_traces, rounds

CLIENTS, RECORDS = 16, 8


def play(leg: Leg) -> Tally:
    """As many rounds as kills: work, kill, start again, compare with what was acknowledged."""
    counter = Counter()
    with (
        served(leg) as service,
        closing(Crowd.of(service, clients=CLIENTS, records=RECORDS, seed=leg.seed)) as crowd,
    ):
        rounds(leg, AtWork(crowd, Ledger(), counter), service, lambda dice: strike(service, dice))
        check_traces(service, counter)
    return counter.tally()


def strike(service: Service, dice: Random) -> None:
    """Kill the whole service, one of its workers, or the process of the database that serves a connection."""
    victims: list[Callable[[], None]] = [service.kill]
    if workers := service.workers():
        victims.append(lambda: os.kill(dice.choice(workers), signal.SIGKILL))
    if service.options.database_url.startswith("postgresql"):
        victims.append(lambda: _kill_backend(service.options.database_url, dice))
    with suppress(ProcessLookupError):
        dice.choice(victims)()


def _kill_backend(url: str, dice: Random) -> None:
    """The server ends all its connections when one dies this way, and recovers from its log."""
    others = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    with psycopg.connect(url) as connection:
        backends = [pid for (pid,) in connection.execute(others + " ORDER BY pid").fetchall()]
    if backends:
        os.kill(dice.choice(backends), signal.SIGKILL)


def judge(total: Tally) -> list[Figure]:
    """Nothing lost, nothing half, nothing double, whatever died when."""
    return [
        Figure("kills", total["rounds"], least=1),
        Figure("clients", CLIENTS),
        Figure("acknowledged", total["acknowledged"], least=1),
        Figure("lost", total["lost"], most=0),
        Figure("half", total["half"], most=0),
        Figure("double", total["double"], most=0),
        Figure("refused", total["refused"], most=0),
        Figure("traces", total["traces"], least=total["acknowledged"]),
        Figure("unsound", total["unsound"], most=0),
        Figure("slowest recovery", total["recovery"], "s"),
    ]


CLAIM = Claim(
    name="kill",
    promise="Whatever process of the service or of its database is killed, at any moment, nothing that was "
    "acknowledged is lost, no lot is visible in part, and nothing is there twice.",
    counted="kills",
    count=60,
    leg=15,
    play=play,
    judge=judge,
    source="T-KILL (security 14), security 13.1 to 13.3",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
)
