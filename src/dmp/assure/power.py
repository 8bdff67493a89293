"""`power`: a power cut loses nothing that was acknowledged (T-POWER, security 13.1).

Rows and blobs lie on a disk of the claim's own; keys and certificates belong on
another one. In the middle of the work the disk loses its power, every process is
killed, the disk is mounted again as after a cut, and all is compared with what
was acknowledged.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from random import Random

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd
from dmp.assure.database import Database
from dmp.assure.disks import Disk, disk
from dmp.assure.ledger import Ledger
from dmp.assure.service import Service
from dmp.assure.working import AtWork, check_traces, rounds
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.port import free_port

CLIENTS, RECORDS = 16, 8


@dataclass(frozen=True)
class Machine:
    """A machine that can lose its power: its disk, its service, its database if that is a server."""

    disk: Disk
    service: Service
    database: Database | None

    def lose_power(self) -> None:
        """Everything that was not on the disk is gone; then the current comes back, and the database with it."""
        self.disk.cut()
        self.stop()
        self.disk.power()
        if self.database is not None:
            self.database.start()

    def stop(self) -> None:
        """End every process."""
        self.service.kill()
        if self.database is not None:
            self.database.kill()


@contextmanager
def machine(leg: Leg, environment: Mapping[str, str] | None = None) -> Iterator[Machine]:
    """A machine whose service answers; `environment` is that of all its processes."""
    with ExitStack() as stack:
        place = stack.enter_context(disk(leg.folder))
        database, url = None, f"sqlite:///{place.place}/dmp.db"
        if leg.engine is Engine.POSTGRESQL:
            database = Database(place.place / "postgresql", environment or {})
            url = database.make()
        folder, blobs = leg.folder / "sandbox", place.place / "blobs"
        folder.mkdir()
        blobs.mkdir()
        (folder / "blobs").symlink_to(blobs)
        service = Service(folder, SandboxOptions(free_port(), database_url=url), environment or {})
        made = Machine(place, service, database)
        stack.callback(made.stop)
        if database is not None:
            database.start()
        service.start()
        os.sync()  # what was made until here was promised to nobody
        yield made


def play(leg: Leg, environment: Mapping[str, str] | None = None) -> Tally:
    """As many rounds as cuts: work, lose the power, come back, compare with what was acknowledged."""
    counter = Counter()
    with machine(leg, environment) as tried:
        with closing(Crowd.of(tried.service, clients=CLIENTS, records=RECORDS, seed=leg.seed)) as crowd:

            def strike(_dice: Random) -> None:
                tried.lose_power()

            rounds(leg, AtWork(crowd, Ledger(), counter), tried.service, strike)
        check_traces(tried.service, counter)
    return counter.tally()


def judge(total: Tally) -> list[Figure]:
    """Nothing lost, nothing half, nothing double."""
    return [
        Figure("power cuts", total["rounds"], least=1),
        Figure("clients", CLIENTS),
        Figure("acknowledged", total["acknowledged"], least=1),
        Figure("lost", total["lost"], most=0),
        Figure("half", total["half"], most=0),
        Figure("double", total["double"], most=0),
        Figure("refused", total["refused"], most=0),
        Figure("unsound", total["unsound"], most=0),
        Figure("slowest recovery", total["recovery"], "s"),
    ]


CLAIM = Claim(
    name="power",
    promise="When the power fails in the middle of the work, nothing that was acknowledged is lost, no lot is visible "
    "in part, and the traces stay sound.",
    counted="power cuts",
    count=20,
    leg=10,
    play=play,
    judge=judge,
    source="T-POWER (security 14), security 13.1",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
    needs_root=True,
)
