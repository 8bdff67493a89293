"""`slow`: clients that only hold connections are sent away, and nobody else notices them (T-SLOW, security 13.7)."""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from dmp.assure.claim import Claim, Counter, Figure, Leg, Tally
from dmp.assure.crowd import Crowd, new_lot
from dmp.assure.service import Service, served
from dmp.assure.slow_clients import Kind, SlowClient, Target, open_ports
from dmp.client.credentials import Credentials
from dmp.wire import mtom, soap
from dmp.wire.xds import iti43

SAMPLES = 150
"""Calls of the normal client by which its usual pace is known."""
WITHIN = 15.0
"""Seconds after which no slow client may be left."""
LOOK_EVERY, DRIP_EVERY = 0.1, 1.0
WATCH = 40.0
"""Seconds after which those who are left are counted as never closed."""
LARGE, COPIES = 3 * 2**20, 3
"""Octets of a text, and how many are asked for at once: more than the buffers of the kernel hold."""


def play(leg: Leg) -> Tally:
    """Learn the pace of a normal client, let the slow ones come, watch both."""
    counter = Counter()
    with (
        served(leg) as service,
        closing(Crowd.of(service, clients=1, records=2, seed=leg.seed)) as crowd,
        ExitStack() as stack,
    ):
        target = _target(service, crowd, leg)
        pace = _Pace(lambda: crowd.readers[0].find(crowd.people[0].patient))
        usual = pace.of(SAMPLES)
        with pace.measured() as meanwhile:
            slow = _crowd_in(leg, target)
            for client in slow:
                stack.callback(client.close)
            closed = _watch(slow, target.port, leg)
        for client in slow:
            counter.add("slow")
            if client.port not in closed:
                counter.wrong("left", client.kind)
            else:
                counter.measure("slowest", closed[client.port] - client.since)
    counter.measure("usual p95", usual)
    counter.measure("p95 meanwhile", _p95(meanwhile))
    return counter.tally()


def _target(service: Service, crowd: Crowd, leg: Leg) -> Target:
    """The service, holding large documents to ask for."""
    person, reader = crowd.people[1], crowd.readers[0]
    lots = [new_lot(crowd.feeders[0], person, leg.dice("large"), weight=LARGE) for _ in range(COPIES)]
    for lot in lots:
        crowd.feeders[0].submit_lot(person.patient, lot)
    tls = Credentials.from_sandbox(service.contract, "hospital").tls(service.contract["ca"])
    repository = service.contract["repository_unique_id"]
    wanted = [iti43.DocumentRequest(repository, lot.entries[0].unique_id) for lot in lots]
    url = service.contract["services"]["repository"]

    def request() -> tuple[bytes, bytes]:
        action = soap.Action.RETRIEVE
        body = soap.request(
            iti43.write_request(wanted),
            action=action,
            to=url,
            message_id=f"urn:uuid:{uuid.uuid4()}",
            security=reader.security(person.patient),
        )
        lines = (
            "POST /repository HTTP/1.1",
            "Host: localhost",
            f"Content-Type: {mtom.simple_type(action)}",
            f"Content-Length: {len(body)}",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode(), body

    return Target(service.options.port, tls, request)


def _crowd_in(leg: Leg, target: Target) -> list[SlowClient]:
    kinds = list(Kind)

    def come(number: int) -> SlowClient:
        return SlowClient(kinds[number % len(kinds)], target)

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(come, range(leg.size)))


def _watch(slow: Sequence[SlowClient], port: int, leg: Leg) -> dict[int, float]:
    """Let them drip until the service has closed all of them, or long enough; gives when each was seen closed."""
    closed: dict[int, float] = {}
    begun = dripped = time.monotonic()
    while len(closed) < len(slow) and time.monotonic() < begun + WATCH:
        held, now = open_ports(port), time.monotonic()
        for client in slow:
            if client.port not in held:
                closed.setdefault(client.port, now)
        leg.advance(len(closed))
        if now > dripped + DRIP_EVERY:
            dripped = now
            for client in slow:
                if client.port not in closed:
                    client.drip()
        time.sleep(LOOK_EVERY)
    return closed


@dataclass
class _Pace:
    """How long a call takes to a normal client, one call after the other."""

    call: Callable[[], object]
    _stop: threading.Event = field(default_factory=threading.Event)

    def of(self, samples: int) -> float:
        """The 95th percentile of so many calls, in seconds; some are made before, to warm up."""
        for _ in range(20):
            self.call()
        return _p95([self._one() for _ in range(samples)])

    def measured(self) -> "_Measuring":
        """Go on calling while something else happens."""
        return _Measuring(self._one)

    def _one(self) -> float:
        begun = time.perf_counter()
        self.call()
        return time.perf_counter() - begun


class _Measuring:
    """Calls in a thread as long as the `with` lasts; one that fails is raised at its end."""

    def __init__(self, one: Callable[[], float]):
        self._one, self._stop, self._taken = one, threading.Event(), list[float]()
        self._pool = ThreadPoolExecutor(1)

    def _go(self) -> None:
        while not self._stop.is_set():
            self._taken.append(self._one())

    def __enter__(self) -> list[float]:
        self._work = self._pool.submit(self._go)
        return self._taken

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._pool.shutdown()
        self._work.result()


def _p95(taken: Sequence[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


def judge(total: Tally) -> list[Figure]:
    """All gone in time; the others hardly slowed down."""
    usual, meanwhile = total["usual p95"], total["p95 meanwhile"]
    return [
        Figure("slow clients", total["slow"], least=1),
        Figure("never closed", total["left"], most=0),
        Figure("last closed after", total["slowest"], "s", most=WITHIN),
        Figure("usual p95", usual * 1000, "ms"),
        Figure("p95 meanwhile", meanwhile * 1000, "ms", most=usual * 2000),
    ]


CLAIM = Claim(
    name="slow",
    promise="Clients that hold connections and send or read next to nothing are sent away within 15 seconds, and a "
    "normal client's answers do not take twice their usual time meanwhile.",
    counted="slow clients",
    count=200,
    leg=10_000,
    play=play,
    judge=judge,
    source="T-SLOW (security 14), security 13.7",
)
