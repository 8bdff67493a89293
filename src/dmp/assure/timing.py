"""`timing`: a masked document takes as long to be refused as one that never was (T-TIME, security 7 and 9.4).

A doctor who may read the record asks for documents that are masked and for
ids of nothing, in random order: by retrieval, by search and by their page in
the portal. Were the two told apart by time, one would mostly rank before the other:
the area under the curve (AUC) is how often the slower one of a pair is
guessed, one half for somebody who knows nothing. Ranks do not care for the few
calls that a busy machine holds up, and the random order spreads its moods evenly.

The pages of health have no such pair of ids. Of two records alike, one holds a
document more that the doctor may not see: its page of results and the search
in its texts are ranked against those of the other (`timing_chart.py`).

Beside the time of the clock, which the noise of a busy machine may cover, the
processor time that the service spent is ranked: what differs there would
show by the clock of somebody patient enough.
"""

import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from dmp.assure import timing_chart
from dmp.assure.claim import Claim, Counter, Engine, Figure, Leg, Tally
from dmp.assure.crowd import Crowd, new_lot
from dmp.assure.service import Service, served
from dmp.bench.load import Connection, Request, without_collector
from dmp.bench.messages import MESSAGE, Template, http, message_ids
from dmp.bench.plan import Act
from dmp.client import DmpClient
from dmp.client.credentials import Credentials
from dmp.main import build_gate, new_id, now, open_store
from dmp.portal import build_reception
from dmp.record.patient import PatientId
from dmp.record.query import DocumentIds, GetDocuments, StoredQuery
from dmp.record.visibility import Visibility
from dmp.sandbox.folder import SERVER_NAME
from dmp.sandbox.people import holder
from dmp.sandbox.population import Person
from dmp.settings import Settings
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.web.portal.page import CookieName
from dmp.wire import mtom, soap
from dmp.wire.xds import iti18_request, iti43
from dmp.wire.xml import Element, serialise

READER = "doctor3"
DOCUMENTS = 10
"""Of each sort: shown, masked, and ids of nothing."""
WARMING = 40
"""Calls of each sort before the clock counts."""
PAGE = "/professional/dossier/documents"
MOST = 0.55
"""Over it, time tells. With 1,000 calls of each sort, chance alone goes over it twice in a thousand runs."""
HIDDEN = Visibility(masked=True)
_SCHEDULED = 2
"""The clock of another process that counts what it ran, as `clock_getcpuclockid` (POSIX) makes its number in Linux."""


class Way(StrEnum):
    """How a document is asked for; or a page that tells of those beside it."""

    RETRIEVE = "retrieve (ITI-43)"
    SEARCH = "search by uniqueId (ITI-18)"
    PAGE = "its page in the portal"
    CHART = "the results of a record beside it"
    TEXTS = "the search in the texts beside it"


class Measure(StrEnum):
    """What an answer costs."""

    TIME = "time"
    WORK = "work"


def play(leg: Leg) -> Tally:
    """Deposit, ask, and rank how long the answers took."""
    counter = Counter()
    with served(leg) as service, closing(Crowd.of(service, clients=1, records=1, seed=leg.seed)) as crowd:
        (person,) = crowd.people
        dice = leg.dice("documents")
        for _ in range(DOCUMENTS):
            _deposit(crowd.feeders[0], person, dice, Visibility())
        masked = [_deposit(crowd.feeders[0], person, dice, HIDDEN) for _ in range(DOCUMENTS)]
        settings = service.operations.settings
        with service.client(READER) as reader:
            reader.authorise(person.patient)
            calls = _calls(service.contract, reader, person.patient, masked, dice)
        calls += _pages(settings, person.patient, masked, dice)
        calls += _of_twins(service, person, crowd.feeders[0])
        with ExitStack() as stack:
            wire = stack.enter_context(closing(_connection(service, READER, service.options.port)))
            portal = stack.enter_context(closing(_connection(service, READER, settings.portal_port)))
            stack.enter_context(without_collector())
            connections = {way: wire if way in (Way.RETRIEVE, Way.SEARCH) else portal for way in Way}
            stopwatch = Stopwatch(connections, (service.process, *service.workers()), leg.dice("order"), counter)
            stopwatch.run(calls, WARMING)
            stopwatch.forget()
            stopwatch.run(calls, leg.size, leg)
    for way in Way:
        for measure in stopwatch.measures:
            masked_ones, unknown_ones = (stopwatch.taken[measure, way, hidden] for hidden in (True, False))
            counter.measure(f"{measure}, {way} on {leg.engine}", auc(masked_ones, unknown_ones))
    counter.add("calls of each sort", leg.size)
    return counter.tally()


def auc(some: Sequence[float], others: Sequence[float]) -> float:
    """How often the greater one of a pair is guessed by the better of both rules; from 0.5 up to 1."""
    ranked = sorted(others)
    below = sum(bisect_left(ranked, value) + bisect_right(ranked, value) for value in some)
    area = below / (2 * len(some) * len(others))
    return max(area, 1 - area)


def _deposit(feeder: DmpClient, person: Person, dice: Random, visibility: Visibility) -> str:
    """Put in a document; gives its uniqueId."""
    lot = new_lot(feeder, person, dice)
    (entry,) = lot.entries
    feeder.submit_lot(person.patient, replace(lot, entries=(replace(entry, visibility=visibility),)))
    return entry.unique_id


def _never_was(unique_id: str, dice: Random) -> str:
    """An id of nothing, as long as that of a document."""
    return f"2.25.1{''.join(dice.choices('0123456789', k=len(unique_id) - 6))}"


@dataclass(frozen=True)
class Call:
    """A question about one id, or about one of two records alike, wanting but the id of its message."""

    way: Way
    masked: bool
    request: Template
    length: int
    """Of the id: answers repeat it."""
    status: int = 200
    """Of the answer that is expected; 0 for any."""


def _calls(
    contract: dict[str, Any], reader: DmpClient, patient: PatientId, masked: Sequence[str], dice: Random
) -> list[Call]:
    """Each masked document and as many ids of nothing, in each way."""
    security = serialise(reader.security(patient))
    named = [(name, True) for name in masked] + [(_never_was(name, dice), False) for name in masked]
    made: list[Call] = []
    for name, is_masked in named:
        retrieve = iti43.write_request([iti43.DocumentRequest(contract["repository_unique_id"], name)])
        query = StoredQuery(GetDocuments(DocumentIds(unique_ids=frozenset({name}))))
        search = iti18_request.write_request(query, patient_type="NH")
        for way, service, action, body in (
            (Way.RETRIEVE, "repository", soap.Action.RETRIEVE, retrieve),
            (Way.SEARCH, "registry", soap.Action.STORED_QUERY, search),
        ):
            octets = _post(service, action, body, to=contract["services"][service], security=security)
            made.append(Call(way, is_masked, Template.of(octets, MESSAGE), len(name)))
    return made


def _post(service: str, action: soap.Action, body: Element, *, to: str, security: bytes) -> bytes:
    root = soap.request(body, action=action, to=to, message_id=f"urn:uuid:{MESSAGE}", security=security)
    return http(f"/{service}", mtom.simple_type(action), root)


def _pages(settings: Settings, patient: PatientId, masked: Sequence[str], dice: Random) -> list[Call]:
    """The page of each masked document, named by its entryUUID, and as many of nothing."""
    with closing(open_store(settings)) as store:
        with store.begin() as tx:
            record = tx.records.of(patient)
            assert record is not None, "the record was opened before"  # noqa: S101
            uuids = [entry.uuid.rpartition(":")[2] for entry in tx.inside(record).by_unique_id(masked)]
        at = now()
        doctor = holder(READER).professional
        session = Session(new_id()[:16], at, at, (Proof.CERTIFICATE,), professional=doctor, patient=patient)
        desk = build_reception(store, settings, build_gate(store, settings), now).desk
        secret = desk.run(lambda kept: desk.open_in(kept, session))
    nothing = [str(UUID(int=dice.getrandbits(128), version=4)) for _ in uuids]
    named = [(uuid, True) for uuid in uuids] + [(uuid, False) for uuid in nothing]
    return [Call(Way.PAGE, hidden, _get(uuid, secret), len(uuid), status=0) for uuid, hidden in named]


def _of_twins(service: Service, person: Person, feeder: DmpClient) -> list[Call]:
    """The pages of health of a record that holds something masked, and of one that does not."""
    cast = timing_chart.twins(service, person, feeder, HIDDEN, READER)
    secrets = timing_chart.sessions(service.operations.settings, holder(READER).professional, cast)
    return [
        Call(way, hidden, Template.of(made(secret, MESSAGE), MESSAGE), 0)
        for way, made in ((Way.CHART, timing_chart.chart), (Way.TEXTS, timing_chart.search))
        for secret, hidden in zip(secrets, (True, False), strict=True)
    ]


def _get(uuid: str, secret: str) -> Template:
    lines = (
        f"GET {PAGE}/{uuid} HTTP/1.1",
        f"Host: {SERVER_NAME}",
        f"Cookie: {CookieName.SESSION}={secret}; {CookieName.FORM}={'0' * 32}",
        f"X-Number: {MESSAGE}",
    )
    return Template.of("\r\n".join((*lines, "", "")).encode(), MESSAGE)


def _connection(service: Service, name: str, port: int) -> Connection:
    """One connection that is kept."""
    tls = Credentials.from_sandbox(service.contract, name).tls(service.contract["ca"])
    return Connection(("127.0.0.1", port), tls, SERVER_NAME, name)


@dataclass
class Stopwatch:
    """Asks over one connection for each way, and notes how long each answer took, and how much work."""

    connections: Mapping[Way, Connection]
    processes: Sequence[int]
    dice: Random
    counter: Counter
    taken: dict[tuple[Measure, Way, bool], list[float]] = field(default_factory=lambda: defaultdict(list))
    sizes: dict[tuple[Way, int], int] = field(default_factory=dict)

    @property
    def measures(self) -> list[Measure]:
        """What this machine tells: one that does not count the work of others leaves zeros."""
        return [measure for measure in Measure if any(any(self.taken[measure, way, True]) for way in Way)]

    def run(self, calls: Sequence[Call], count: int, leg: Leg | None = None) -> None:
        """So many calls of each sort, all sorts in random order; tells `leg` how far it is."""
        sorts = [(way, masked) for way in Way for masked in (True, False)]
        order, messages = sorts * count, message_ids(self.dice)
        self.dice.shuffle(order)
        of = {sort: [call for call in calls if (call.way, call.masked) == sort] for sort in sorts}
        for done, sort in enumerate(order, start=1):
            self._time(self.dice.choice(of[sort]), next(messages))
            if leg is not None:
                leg.advance(done // len(sorts))

    def forget(self) -> None:
        """What came until now was to get warm."""
        self.taken.clear()

    def _time(self, call: Call, message: bytes) -> None:
        sizes: list[int] = []

        def check(answer: memoryview) -> str:
            sizes.append(len(answer))
            return ""

        request = Request(Act.READ, call.request.filled(message), check, status=call.status)
        before, begun = worked(self.processes), time.perf_counter()
        self.connections[call.way].call(request)
        seconds, work = time.perf_counter() - begun, worked(self.processes) - before
        self.taken[Measure.TIME, call.way, call.masked].append(seconds)
        self.taken[Measure.WORK, call.way, call.masked].append(work)
        if self.sizes.setdefault((call.way, call.length), sizes[0]) != sizes[0]:
            self.counter.wrong("other size", f"{call.way}, {sizes[0]} octets")


def worked(processes: Sequence[int]) -> int:
    """Nanoseconds of processor that these processes have spent until now, by their clocks in Linux; 0 elsewhere."""
    spent = 0
    for process in processes:
        with suppress(OSError):
            spent += time.clock_gettime_ns((~process << 3) | _SCHEDULED)
    return spent


def judge(total: Tally) -> list[Figure]:
    """Neither time nor size tells."""
    areas = [Figure(f"AUC, {name}", area, most=MOST) for name, area in total.worst.items()]
    return [
        Figure("calls of each sort", total["calls of each sort"], least=1),
        *areas,
        Figure("areas told", len(areas), least=len(Way)),
        Figure("answers of another size", total["other size"], most=0),
    ]


CLAIM = Claim(
    name="timing",
    promise="A document that is masked cannot be told from one that never was by how long the refusal takes, nor by "
    "its size; nor does it change how long the pages of health take, or their size.",
    counted="calls of each sort",
    count=2000,
    leg=1000,
    play=play,
    judge=judge,
    source="T-TIME (security 14), security 7, 9.4",
    engines=(Engine.SQLITE, Engine.POSTGRESQL),
)
