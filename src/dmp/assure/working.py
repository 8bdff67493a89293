"""Clients that feed, search, read and mask until something happens to the service; then it must come back."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

from dmp.assure.claim import Counter, Leg
from dmp.assure.crowd import Crowd, is_busy, new_lot, told
from dmp.assure.ledger import Ledger, Lot, check, send_again
from dmp.assure.service import PATIENCE, NotServed, Service
from dmp.client import CallRefused, DmpClient
from dmp.client.errors import Unreachable
from dmp.desk.upkeep import Upkeep
from dmp.sandbox.population import Person

LONGEST = 1.5
"""Seconds that the clients work at most before the blow falls."""
MOST_DOCUMENTS = 3
"""In one lot."""


@dataclass(frozen=True)
class AtWork:
    """A crowd whose every act is written in a ledger; what is refused without reason is counted."""

    crowd: Crowd
    ledger: Ledger
    counter: Counter

    def until(self, strike: Callable[[], None], dice: Random) -> None:
        """Let all clients work for a while, then strike, and wait until they noticed.

        What no client foresaw is raised here: a client that died unheard would prove nothing.
        """
        stop = threading.Event()
        clients = [
            _Client(feeder, reader, self, Random(dice.random()))  # noqa: S311
            for feeder, reader in zip(self.crowd.feeders, self.crowd.readers, strict=True)
        ]
        with ThreadPoolExecutor(len(clients)) as threads:
            works = [threads.submit(client.work, stop) for client in clients]
            try:
                time.sleep(dice.uniform(0.02, LONGEST))
                strike()
            finally:
                stop.set()
        for work in works:
            work.result()


@dataclass
class _Client:
    """One of the clients: deposits lots, searches, reads, masks what it deposited."""

    feeder: DmpClient
    reader: DmpClient
    all: AtWork
    dice: Random

    @property
    def people(self) -> tuple[Person, ...]:
        """Those about whom there is something to say."""
        return self.all.crowd.people

    def work(self, stop: threading.Event) -> None:
        """Call after call until told to stop, or until nobody answers."""
        mine: list[Lot] = []
        while not stop.is_set():
            act = self.dice.choices((self._feed, self._search, self._read, self._mask), (5, 2, 2, 2))[0]
            try:
                act(mine)
            except Unreachable:
                return
            except CallRefused as error:
                if not is_busy(error):
                    self.all.counter.wrong("refused", told(error))

    def _feed(self, mine: list[Lot]) -> None:
        person = self.dice.choice(self.people)
        documents = self.dice.randint(1, MOST_DOCUMENTS)
        lot = Lot(person, new_lot(self.feeder, person, self.dice, documents=documents, weight=2000))
        self.all.ledger.write(lot)
        self.feeder.submit_lot(person.patient, lot.submission)
        lot.acknowledged = True
        mine.append(lot)

    def _search(self, _mine: list[Lot]) -> None:
        self.reader.find(self.dice.choice(self.people).patient)

    def _read(self, mine: list[Lot]) -> None:
        if mine:
            lot = self.dice.choice(mine)
            self.reader.read(lot.person.patient, self.dice.choice(lot.unique_ids))

    def _mask(self, mine: list[Lot]) -> None:
        if not mine:
            return
        lot = self.dice.choice(mine)
        unique_id = self.dice.choice(lot.unique_ids)
        entry = next((e for e in self.reader.find(lot.person.patient) if e.unique_id == unique_id), None)
        if entry is None:
            self.all.counter.wrong("lost", "an acknowledged document is not found by the client that deposited it")
            return
        lot.unsure.add(unique_id)
        change = self.reader.unmask if entry.visibility.masked else self.reader.mask
        change(lot.person.patient, entry)
        lot.masked[unique_id] = not entry.visibility.masked
        lot.unsure.discard(unique_id)


def rounds(leg: Leg, at_work: AtWork, service: Service, strike: Callable[[Random], None]) -> None:
    """As often as the leg says: work, strike, come back, compare with the ledger; at the end compare everything."""
    crowd, ledger, counter = at_work.crowd, at_work.ledger, at_work.counter
    for number in range(leg.size):
        dice = leg.dice(number)
        at_work.until(lambda d=dice: strike(d), dice)
        counter.measure("recovery", up_again(service, crowd))
        check(ledger, crowd.readers[0], counter)
        send_again(ledger, crowd.feeders[0], counter)
        leg.advance(counter.add("rounds"))
    check(ledger, crowd.readers[0], counter, everything=True)
    counter.add("acknowledged", ledger.acknowledged)


def up_again(service: Service, crowd: Crowd) -> float:
    """Start the service if it is dead, wait until it answers a search; gives the seconds since the start.

    Raises:
        NotServed: it does not answer in time.
    """
    begun = time.monotonic()
    if not service.alive:
        service.kill()  # what its death left behind
        service.start()
    while True:
        try:
            crowd.readers[0].find(crowd.people[0].patient)
        except CallRefused as error:
            if not isinstance(error, Unreachable) and not is_busy(error):
                break  # an answer, though not a good one: what it means is seen later
            if time.monotonic() > begun + PATIENCE:
                raise NotServed(f"no answer: {told(error)}") from error
            time.sleep(0.05)
        else:
            break
    return time.monotonic() - begun


def check_traces(service: Service, counter: Counter) -> None:
    """Every act left its trace, the tree of the traces is sound, and so is everything that `dmp check` looks at."""
    report = service.operations.verify_traces(None)
    counter.add("traces", report.traces)
    for fault in report.faults:
        counter.wrong("unsound", fault)
    found = Upkeep(service.operations.settings).check(read_blobs=True, after="", progress=lambda _: None)
    for wrong in found.faults:
        counter.wrong("unsound", wrong.what)
