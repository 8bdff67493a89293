"""`mask`: a mask that was acknowledged is in force at once, whichever worker is asked (T-MASK-LIN, security 7).

The author of documents masks one and shows it again, over and over. Each time,
as soon as he is answered, another doctor asks for the document over connections
that several workers hold: by its id, by a list of all there is, or by the page of
the record in the portal, which he has just had open: what a worker keeps at hand
of it for him (ADR 34) must not be what he is shown.
"""

import ssl
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import partial
from http.client import HTTPSConnection
from random import Random

from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import new_lot
from dmp.assure.processes import connected
from dmp.bench.installation import Ground, prepared, served
from dmp.bench.plan import Plan
from dmp.client import CallRefused, DmpClient
from dmp.main import build_gate, new_id, now
from dmp.portal import build_reception
from dmp.record.entry import DocumentEntry
from dmp.record.patient import PatientId
from dmp.sandbox.people import holder
from dmp.sandbox.population import Person, people
from dmp.sandbox.port import free_port
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.web.entry_ids import bare
from dmp.web.portal.page import CookieName

WORKERS, READERS, WINDOWS, RECORDS = 3, 6, 6, 10
PAGE = "/professional/dossier"
AUTHOR, READER = "doctor", "doctor3"
ASKED = 4
"""Readers who ask after each change, drawn among all."""
TRIALS_OF_A_DOCUMENT = 10
"""Each mask makes a version of an entry: new documents keep records small."""


def play(leg: Leg) -> Tally:
    """Mask, ask, show again, ask."""
    counter, plan = Counter(), Plan(workers=WORKERS, seed=leg.seed)
    with ExitStack() as stack:
        bare_ground, port = stack.enter_context(prepared(plan)), free_port()
        address = f"https://localhost:{port}/"
        ground = replace(bare_ground, settings=replace(bare_ground.settings, portal_port=port, portal_url=address))
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
        tls = ssl.create_default_context(cafile=installation.settings.client_authorities)
        secrets = _sessions(ground, cast)
        windows = [
            Window(stack.enter_context(closing(HTTPSConnection("localhost", port, context=tls, timeout=30))), secrets)
            for _ in range(WINDOWS)
        ]
        trials = Trials(feeder, author, (*readers, *windows), pool, counter)
        for number in range(leg.size):
            trials.run(cast[number // TRIALS_OF_A_DOCUMENT % RECORDS], number, leg.dice(number))
            leg.advance(counter.add("trials"))
        counter.add("workers", len(connected(installation.workers, installation.settings.port)))
    return counter.tally()


def _sessions(ground: Ground, cast: Iterable[Person]) -> Mapping[PatientId, str]:
    """Sessions of the doctor who reads, each with one record open."""
    at = now()
    with closing(ground.store()) as store:
        desk = build_reception(store, ground.settings, build_gate(store, ground.settings), now).desk
        base = Session(new_id()[:16], at, at, (Proof.CERTIFICATE,), professional=holder(READER).professional)
        opened = {person.patient: replace(base, number=new_id()[:16], patient=person.patient) for person in cast}
        return {one: desk.run(partial(desk.open_in, session=session)) for one, session in opened.items()}


@dataclass(frozen=True, eq=False)
class Window:
    """The browser of the doctor who reads: one connection, the same pages opened again and again."""

    connection: HTTPSConnection
    secrets: Mapping[PatientId, str]

    def shows(self, patient: PatientId, uuids: Iterable[str]) -> bool:
        """Whether the page of a record has a line for one of these entries.

        Raises:
            ValueError: there was no page.
        """
        self.connection.request("GET", PAGE, headers={"Cookie": f"{CookieName.SESSION}={self.secrets[patient]}"})
        answer = self.connection.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            raise ValueError(f"the page of the record is answered {answer.status}")
        return any(f"{PAGE}/documents/{bare(uuid)}" in page for uuid in uuids)


@dataclass
class Trials:
    """Who deposits, the author who masks, those who ask, and the document of the moment."""

    feeder: DmpClient
    author: DmpClient
    readers: tuple[DmpClient | Window, ...]
    pool: ThreadPoolExecutor
    counter: Counter
    unique_id: str = ""
    uuids: set[str] = field(default_factory=set[str])
    """The entries of the document of the moment, one for each version that it ever had."""

    def run(self, person: Person, number: int, dice: Random) -> None:
        """One mask, then its end; whoever asks after either is answered accordingly."""
        if number % TRIALS_OF_A_DOCUMENT == 0:
            lot = new_lot(self.feeder, person, dice, weight=400)
            self.feeder.submit_lot(person.patient, lot)
            self.unique_id, self.uuids = lot.entries[0].unique_id, set()
        self.author.mask(person.patient, self._entry(person))
        self._entry(person)
        for told in self._asked(person, dice):
            if told:
                self.counter.wrong("stale", f"{told} after the mask was acknowledged")
        self.author.unmask(person.patient, self._entry(person))
        self._entry(person)
        for told in self._asked(person, dice):
            if not told:
                self.counter.wrong("late", "not shown after the mask was lifted")

    def _entry(self, person: Person) -> DocumentEntry:
        entry = next(entry for entry in self.author.find(person.patient) if entry.unique_id == self.unique_id)
        self.uuids.add(entry.uuid)
        return entry

    def _asked(self, person: Person, dice: Random) -> list[str]:
        """How each of a few readers sees the document now: `listed`, `read`, `shown`, or empty for not at all."""
        asked = [(reader, dice.random() < 0.5) for reader in dice.sample(self.readers, ASKED)]
        self.counter.add("asked", len(asked))
        futures = [self.pool.submit(self._seen, reader, person, listing=listing) for reader, listing in asked]
        return [future.result() for future in futures]

    def _seen(self, reader: DmpClient | Window, person: Person, *, listing: bool) -> str:
        if isinstance(reader, Window):
            return "shown" if reader.shows(person.patient, self.uuids) else ""
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
