"""`disk`: a full or failing disk loses nothing that was acknowledged, and recovery takes no hand (T-DISK, security 13).

The steps in which one deposit reaches the disk are counted, then each of them
fails in turn, full or broken, alone or with all after it; what the service
says then, and how soon it takes deposits again, is judged.
"""

import errno
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd, is_busy, new_lot, told
from dmp.assure.database import Database
from dmp.assure.faults import Fault, Faults
from dmp.assure.ledger import Ledger, Lot, check, send_again
from dmp.assure.service import Service
from dmp.assure.working import check_traces
from dmp.client import CallRefused
from dmp.client.errors import Unreachable
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.port import free_port

RECORDS = 10
RECOVERY = 5.0
"""Seconds after which deposits must be taken again."""
GIVE_UP = 60.0
LASTING = 0.5
"""Seconds that a lasting fault lasts."""
ERRORS = (errno.ENOSPC, errno.EIO)


@dataclass(frozen=True)
class Tried:
    """A service on a disk that fails on demand."""

    service: Service
    faults: Faults
    crowd: Crowd
    ledger: Ledger
    counter: Counter

    def deposit(self, leg: Leg, number: int) -> None:
        """Deposit one lot; the answer must be success, or that the service cannot now.

        Raises:
            CallRefused: it was not taken.
        """
        dice = leg.dice("lot", number)
        person, feeder = dice.choice(self.crowd.people), self.crowd.feeders[0]
        lot = Lot(person, new_lot(feeder, person, dice))
        self.ledger.write(lot)
        feeder.submit_lot(person.patient, lot.submission)
        lot.acknowledged = True

    def recovered(self, leg: Leg, number: int) -> float:
        """Deposit until it is taken again; gives the seconds that took.

        A service that ended is started again, as whoever watches over it would.
        """
        begun = time.monotonic()
        while time.monotonic() < begun + GIVE_UP:
            if not self.service.alive:
                self.counter.add("restarts")
                self.service.kill()
                self.service.start()
            try:
                self.deposit(leg, number)
            except CallRefused:
                time.sleep(0.05)
            else:
                break
        return time.monotonic() - begun


def play(leg: Leg) -> Tally:
    """Count the steps of a deposit, then let each fail."""
    counter = Counter()
    with ExitStack() as stack:
        service, faults = _started(leg, stack)
        crowd = stack.enter_context(closing(Crowd.of(service, clients=1, records=RECORDS, seed=leg.seed)))
        tried = Tried(service, faults, crowd, Ledger(), counter)
        for warming in range(3):
            tried.deposit(leg, -1 - warming)
        faults.arm()
        tried.deposit(leg, -9)
        steps, _, _ = faults.lift()
        counter.measure("steps", steps)
        for number in range(leg.size):
            fault = Fault(number % steps + 1, ERRORS[number // steps % 2], lasting=number // steps // 2 % 2 == 1)
            _fail(tried, leg, number, fault)
            leg.advance(counter.add("faults"))
        check(tried.ledger, crowd.readers[0], counter, everything=True)
        counter.add("acknowledged", tried.ledger.acknowledged)
        check_traces(service, counter)
    return counter.tally()


def _started(leg: Leg, stack: ExitStack) -> tuple[Service, Faults]:
    folder, database = leg.folder / "sandbox", Database(leg.folder / "postgresql")
    under = [folder / "blobs", *(folder / f"dmp.db{end}" for end in ("", "-wal", "-journal")), database.folder / "data"]
    faults = Faults(leg.folder, under)
    url = database.make() if leg.engine is Engine.POSTGRESQL else ""
    service = Service(folder, SandboxOptions(free_port(), database_url=url), faults.environment)
    if url:
        database.environment = faults.environment
        stack.callback(database.kill)
        database.start()
    stack.callback(service.kill)
    service.start()
    return service, faults


def _fail(tried: Tried, leg: Leg, number: int, fault: Fault) -> None:
    counter, before = tried.counter, len(list(tried.ledger))
    tried.faults.arm(fault)
    begun = time.monotonic()
    try:
        tried.deposit(leg, 2 * number)
    except Unreachable:
        counter.add("hung up")
    except CallRefused as error:
        counter.add("told to come back" if is_busy(error) else "unclear")
        if not is_busy(error):
            counter.wrong("wrong", f"{fault}: {told(error)}")
    else:
        counter.add("done all the same")
    if fault.lasting:
        time.sleep(max(0.0, begun + LASTING - time.monotonic()))
    _, failed, _ = tried.faults.lift()
    counter.add("met", failed > 0)
    seconds = tried.recovered(leg, 2 * number + 1)
    counter.measure("recovery", seconds)
    if seconds > RECOVERY:
        counter.wrong("late", f"{fault}: {seconds:.1f} s")
    check(list(tried.ledger)[before:], tried.crowd.readers[0], counter)  # all of them are looked at in the end
    send_again(tried.ledger, tried.crowd.feeders[0], counter)


def judge(total: Tally) -> list[Figure]:
    """Nothing lost, a clear answer, and back in time by itself."""
    return [
        Figure("faults", total["faults"], least=1),
        Figure("met by a deposit", total["met"], least=total["faults"] * 0.75),
        Figure("steps of a deposit", total["steps"], least=1),
        Figure("acknowledged", total["acknowledged"], least=1),
        Figure("lost", total["lost"], most=0),
        Figure("half", total["half"], most=0),
        Figure("double", total["double"], most=0),
        Figure("told to come back", total["told to come back"]),
        Figure("done all the same", total["done all the same"]),
        Figure("hung up", total["hung up"]),
        Figure("unclear answers", total["unclear"], most=0),
        Figure("refused", total["refused"], most=0),
        Figure("unsound", total["unsound"], most=0),
        Figure("slowest recovery", total["recovery"], "s", most=RECOVERY),
        Figure("restarts", total["restarts"]),
    ]


CLAIM = Claim(
    name="disk",
    promise="When the disk is full, or fails in any step of a deposit, nothing that was acknowledged is lost, the "
    "sender is told to come back, and the service recovers in seconds without a hand.",
    counted="faults",
    count=400,
    leg=200,
    play=play,
    judge=judge,
    source="T-DISK (security 14), security 13.1 and 13.5",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
    needs_compiler=True,
)
