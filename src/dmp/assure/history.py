"""`history`: every access that crosses the edge is a line of the patient's history, within 5 s (T-EDGE, security 11.6).

Professionals work in a few records of a served installation, and are refused
in some of what they try. What they send is counted where it leaves them, by
what knows nothing of traces. Then each holder reads his history: it has as many
lines of theirs as there were messages about him, of each kind and by each of
them. Now and then the clock is watched: how long until an access is there.
"""

import time
from collections import Counter as Counts
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import httpx2

from dmp.actions.view_log import ViewLog
from dmp.assure.claim import Claim, Counter, Figure, Leg, Tally
from dmp.assure.crowd import new_lot
from dmp.assure.service import Service, served
from dmp.client import CallRefused, DmpClient
from dmp.gate import Gate
from dmp.main import build_gate, open_store
from dmp.record.actor import Caller, Holder
from dmp.record.history import LogPage, LogQuery
from dmp.record.patient import PatientId
from dmp.sandbox.population import Person, people

RECORDS, PROFESSIONALS = 4, ("doctor", "doctor2", "nurse")
STRANGER = "doctor3"
"""Nobody let him in: what he tries is refused, and in the history all the same."""
WATCHED = 50
"""One access in so many is looked for at once."""
IN_TIME = 5.0
"""Seconds."""


@dataclass
class Edge:
    """Counts messages as they leave, by whose card and about whom, as the octets say."""

    people: tuple[Person, ...]
    counts: Counts[tuple[str, str]] = field(default_factory=Counts[tuple[str, str]])

    def beside(self, client: DmpClient) -> DmpClient:
        """Count what a client sends."""
        who = client.credentials.user

        def note(request: httpx2.Request) -> None:
            octets = request.read()
            for person in self.people:
                if person.patient.number.encode() in octets:
                    self.counts[who, person.patient.number] += 1

        client.overheard_by(note)
        return client


def play(leg: Leg) -> Tally:
    """Work, and compare both counts."""
    counter = Counter()
    with ExitStack() as stack:
        service = stack.enter_context(served(leg))
        cast = tuple(people(leg.seed, RECORDS))
        documents = {person.patient: _filled(service, person, leg) for person in cast}
        store = stack.enter_context(closing(open_store(service.operations.settings)))
        gate = build_gate(store, service.operations.settings)
        before = _lines(gate, cast)
        edge = Edge(cast)
        clients = [
            edge.beside(stack.enter_context(service.client(name)))
            for name in (*PROFESSIONALS, *PROFESSIONALS, STRANGER)
        ]
        dice = leg.dice("accesses")
        for number in range(leg.size):
            client, person = dice.choice(clients), dice.choice(cast)
            _access(client, person.patient, documents[person.patient], dice)
            leg.advance(counter.add("accesses"))
            if number % WATCHED == 0:
                counter.measure("slowest", _seconds_until_there(gate, person, client, edge, before))
        after = _lines(gate, cast)
    counter.add("counted at the edge", edge.counts.total())
    for key in edge.counts.keys() | after.keys():
        shown = after[key] - before[key]
        counter.add("lines", shown)
        if shown != edge.counts[key]:
            counter.wrong("differ", f"{shown} lines for {edge.counts[key]} messages of one professional in one record")
    return counter.tally()


def _filled(service: Service, person: Person, leg: Leg) -> list[str]:
    """A record that lets the professionals in, with a few documents; gives their uniqueIds."""
    with ExitStack() as stack:
        author = stack.enter_context(service.client(PROFESSIONALS[0]))
        feeder = stack.enter_context(service.client("hospital", standing_for=PROFESSIONALS[0]))
        author.open_record(person.patient, person.traits, contact=person.contact, guardians=person.guardians)
        for name in PROFESSIONALS:
            stack.enter_context(service.client(name)).authorise(person.patient)
        for number in range(3):
            feeder.submit_lot(person.patient, new_lot(feeder, person, leg.dice(person.patient.number, number)))
        return [entry.unique_id for entry in author.find(person.patient)]


def _access(client: DmpClient, patient: PatientId, documents: list[str], dice: Random) -> None:
    """One message about a patient; some are refused."""
    with suppress(CallRefused):
        match dice.randrange(6):
            case 0:
                client.find(patient)
            case 1:
                client.test_record(patient)
            case 2:
                client.read(patient, "2.25.404")
            case 3:
                client.list_authorisations(patient)
            case _:
                client.read(patient, dice.choice(documents))


def _seconds_until_there(
    gate: Gate, person: Person, client: DmpClient, edge: Edge, before: Counts[tuple[str, str]]
) -> float:
    """How long after the answer the history of a patient holds all that a professional sent about him."""
    begun, key = time.monotonic(), (client.credentials.user, person.patient.number)
    while _lines(gate, (person,))[key] - before[key] < edge.counts[key]:
        if time.monotonic() - begun > 2 * IN_TIME:
            break
        time.sleep(0.05)
    return time.monotonic() - begun


def _lines(gate: Gate, cast: tuple[Person, ...]) -> Counts[tuple[str, str]]:
    """The lines that each holder is shown, by professional, page after page."""
    found: Counts[tuple[str, str]] = Counts()
    for person in cast:
        query: LogQuery | None = LogQuery()
        while query is not None:
            caller = Caller(Holder(person.patient), patient=person.patient)
            page: LogPage = gate.perform(caller, ViewLog(person.patient, query), datetime.now(UTC))
            found.update((line.act.doer.person, person.patient.number) for line in page.lines if line.act is not None)
            query = LogQuery(below=page.below) if page.below is not None else None
    # The holders' own lines have no number.
    return Counts({key: count for key, count in found.items() if key[0]})


def judge(total: Tally) -> list[Figure]:
    """The same count on both sides, and in time."""
    return [
        Figure("accesses", total["accesses"], least=1),
        Figure("messages counted at the edge", total["counted at the edge"], least=total["accesses"]),
        Figure("lines shown to the patients", total["lines"]),
        Figure("difference", abs(total["lines"] - total["counted at the edge"]), most=0),
        Figure("counts that differ", total["differ"], most=0),
        Figure("slowest to be shown", total["slowest"], unit="s", most=IN_TIME),
    ]


CLAIM = Claim(
    name="history",
    promise="Every access to a record, granted or refused, is in the history that its holder reads, within 5 seconds: "
    "as many lines as messages that crossed the edge.",
    counted="accesses",
    count=5000,
    leg=1000,
    play=play,
    judge=judge,
    source="T-EDGE (security 14), security 11.6, 11.7",
)
