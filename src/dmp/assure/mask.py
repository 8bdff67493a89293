"""`mask`: a mask that was acknowledged is in force at once, whichever worker is asked (T-MASK-LIN, security 7).

The author of documents masks one and shows it again, over and over. Each time,
as soon as he is answered, another doctor asks for the document over connections
that several workers hold: by its id, or by a list of all there is.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import new_lot
from dmp.assure.processes import connected
from dmp.bench.installation import prepared, served
from dmp.bench.plan import Plan
from dmp.client import CallRefused, DmpClient
from dmp.record.entry import DocumentEntry
from dmp.sandbox.population import Person, people

WORKERS, READERS, RECORDS = 3, 6, 10
AUTHOR, READER = "doctor", "doctor3"
ASKED = 3
"""Readers who ask after each change, drawn among all."""
TRIALS_OF_A_DOCUMENT = 10
"""Each mask makes a version of an entry: new documents keep records small."""


def play(leg: Leg) -> Tally:
    """Mask, ask, show again, ask."""
    counter, plan = Counter(), Plan(workers=WORKERS, seed=leg.seed)
    with ExitStack() as stack:
        ground = stack.enter_context(prepared(plan))
        installation = stack.enter_context(served(ground, plan))
        cast = tuple(people(leg.seed, RECORDS))
        author, *readers = (
            stack.enter_context(DmpClient.from_sandbox(ground.folder, holder))
            for holder in (AUTHOR, *[READER] * READERS)
        )
        feeder = stack.enter_context(DmpClient.from_sandbox(ground.folder, "hospital", standing_for=AUTHOR))
        for person in cast:
            author.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
            author.authorise(person.patient)
            for reader in readers:
                reader.authorise(person.patient)
        pool = stack.enter_context(ThreadPoolExecutor(READERS))
        trials = Trials(feeder, author, tuple(readers), pool, counter)
        for number in range(leg.size):
            trials.run(cast[number // TRIALS_OF_A_DOCUMENT % RECORDS], number, leg.dice(number))
            leg.advance(counter.add("trials"))
        counter.add("workers", len(connected(installation.workers, installation.settings.port)))
    return counter.tally()


@dataclass
class Trials:
    """Who deposits, the author who masks, those who ask, and the document of the moment."""

    feeder: DmpClient
    author: DmpClient
    readers: tuple[DmpClient, ...]
    pool: ThreadPoolExecutor
    counter: Counter
    unique_id: str = ""

    def run(self, person: Person, number: int, dice: Random) -> None:
        """One mask, then its end; whoever asks after either is answered accordingly."""
        if number % TRIALS_OF_A_DOCUMENT == 0:
            lot = new_lot(self.feeder, person, dice, weight=400)
            self.feeder.submit_lot(person.patient, lot)
            self.unique_id = lot.entries[0].unique_id
        self.author.mask(person.patient, self._entry(person))
        for told in self._asked(person, dice):
            if told:
                self.counter.wrong("stale", f"{told} after the mask was acknowledged")
        self.author.unmask(person.patient, self._entry(person))
        for told in self._asked(person, dice):
            if not told:
                self.counter.wrong("late", "not shown after the mask was lifted")

    def _entry(self, person: Person) -> DocumentEntry:
        return next(entry for entry in self.author.find(person.patient) if entry.unique_id == self.unique_id)

    def _asked(self, person: Person, dice: Random) -> list[str]:
        """How each of a few readers sees the document now: `listed`, `read`, or empty for not at all."""
        asked = [(reader, dice.random() < 0.5) for reader in dice.sample(self.readers, ASKED)]
        self.counter.add("asked", len(asked))
        futures = [self.pool.submit(self._seen, reader, person, listing=listing) for reader, listing in asked]
        return [future.result() for future in futures]

    def _seen(self, reader: DmpClient, person: Person, *, listing: bool) -> str:
        if listing:
            found = {entry.unique_id for entry in reader.find(person.patient)}
            return "listed" if self.unique_id in found else ""
        try:
            reader.read(person.patient, self.unique_id)
        except CallRefused:
            return ""
        return "read"


def judge(total: Tally) -> list[Figure]:
    """Nothing stale, nothing late, and several workers asked."""
    return [
        Figure("masks", total["trials"], least=1),
        Figure("answers looked at", total["asked"], least=1),
        Figure("workers that answered", total["workers"], least=2),
        Figure("stale", total["stale"], most=0),
        Figure("late", total["late"], most=0),
    ]


CLAIM = Claim(
    name="mask",
    promise="When the service says that a document is masked, it is masked for everybody who asks from that moment on, "
    "whichever of its processes answers.",
    counted="masks",
    count=1000,
    leg=1000,
    play=play,
    judge=judge,
    source="T-MASK-LIN (security 14), security 7",
    engines=(Engine.POSTGRESQL,),
)
