"""How long the pages take: rendered by the server for eight readers at once, and seen in a real browser.

Records of 400 documents, each page asked for again as soon as it came, over
TLS, by people who are signed in; the load generator runs on the same machine.
"""

import http.client
import itertools
import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from dmp.assure.pages_chromium import chromium, program
from dmp.bench.figures import percentile
from dmp.bench.installation import Ground, prepared, served
from dmp.bench.machine import cpu_seconds, this_machine
from dmp.bench.plan import Plan
from dmp.bench.preparing import Say, prepare
from dmp.main import build_gate, new_id, now
from dmp.portal import build_reception
from dmp.record.patient import PatientId
from dmp.sandbox.people import holder
from dmp.sandbox.port import free_port
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.store.tx import Store
from dmp.web.portal.guard import FIELD, token_of
from dmp.web.portal.page import CookieName

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENT, PROFESSIONAL = "patient", "professional"
FORM_SECRET = "0" * 32
"""What the forms of the readers are made of; the cookie of a browser, here the same for all."""
LOOKS = 5
"""Times that Chromium opens a page, each with nothing kept from before."""
PATIENCE = 200
"""Hundredths of a second for a page to be painted."""
_PARTS = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"


@dataclass(frozen=True)
class Asked:
    """A page that is asked for, by a patient or a professional; with `words`, what a form sends there."""

    who: str
    path: str
    words: str = ""


PAGES = (
    Asked(PATIENT, "/patient"),
    Asked(PATIENT, "/patient/documents"),
    Asked(PROFESSIONAL, "/professional"),
    Asked(PROFESSIONAL, "/professional/dossier"),
)


@dataclass(frozen=True)
class Times:
    """What one page took, in ms, and the octets of a first view: the page and all that it fetches, as sent."""

    who: str
    path: str
    p50: float
    p95: float
    rate: float
    octets: int
    first: float
    """The first page that its reader opens of the record, of which nothing is at hand then (ADR 34)."""
    painted: float = -1
    wrong: int = 0
    cpu: float = 0
    """Processor time of the service for one page."""

    def __str__(self) -> str:
        """In words."""
        seen = f"   seen in Chromium after {self.painted:.0f} ms" if self.painted >= 0 else ""
        told = f"p50 {self.p50:6.1f} ms   p95 {self.p95:6.1f} ms   {self.rate:6.1f} /s"
        wrong = f"   {self.wrong} WRONG" if self.wrong else ""
        first = f"first {self.first:6.1f} ms   service {self.cpu:5.1f} ms   first view {self.octets / 1000:.0f} KB"
        return f"{self.who:12} {self.path:44} {told}   {first}{seen}{wrong}"


@dataclass(frozen=True)
class Reader:
    """Somebody signed in, over a connection of his own."""

    host: str
    port: int
    tls: ssl.SSLContext
    secret: str

    @property
    def origin(self) -> str:
        """Of the pages."""
        return f"https://{self.host}:{self.port}"

    def connection(self) -> http.client.HTTPSConnection:
        """A fresh one."""
        return http.client.HTTPSConnection(self.host, self.port, context=self.tls, timeout=30)

    def ask(self, connection: http.client.HTTPSConnection, asked: Asked) -> tuple[int, bytes]:
        """One page, with the words that its form sends."""
        told = {"Cookie": f"{CookieName.SESSION}={self.secret}; {CookieName.FORM}={FORM_SECRET}"}
        body = None
        if asked.words:
            body = urlencode({FIELD: token_of(FORM_SECRET, self.secret), "words": asked.words})
            told |= {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
            told["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if body else "GET", asked.path, body, told)
        answer = connection.getresponse()
        return answer.status, answer.read()


class Read(Protocol):
    """A record that is read: whose it is, and the card of a doctor whom he let in."""

    @property
    def patient(self) -> PatientId:
        """Whose it is."""
        ...

    @property
    def holder(self) -> str:
        """The name of the doctor's card."""
        ...


Fill = Callable[[Ground, Plan, Say], Sequence[Read]]
"""Fills the records of a run."""


def fill_anyhow(ground: Ground, plan: Plan, say: Say) -> Sequence[Read]:
    """Letters and reports of which only the first have octets."""
    return prepare(ground, plan, deposits=0, say=say)


def bench(
    plan: Plan, *, say: Say, pages: Sequence[Asked] = PAGES, fill: Fill = fill_anyhow, painted: bool = True
) -> Iterator[Times]:
    """Fill, serve, and measure each page in turn, each first opened on a record of its own, where they are enough."""
    say(f"dmp: {this_machine().told}")
    port = free_port()
    url = f"https://localhost:{port}/"
    with prepared(plan) as bare:
        ground = replace(bare, settings=replace(bare.settings, portal_port=port, portal_url=url))
        filled = fill(ground, plan, say)
        with served(ground, plan) as installation, closing(ground.store()) as store:
            tls = ssl.create_default_context(cafile=installation.settings.client_authorities)
            *read, spare = filled

            def reader(asked: Asked, record: Read) -> Reader:
                return Reader("localhost", port, tls, _signed_in(store, ground, asked.who, record))

            for turn, asked in enumerate(pages):
                _opened_once(reader(asked, spare), asked)
                readers = [reader(asked, read[(turn + n) % len(read)]) for n in range(plan.clients)]
                times = _measured(readers, asked, plan, installation.server_pid)
                seen = painted and program() and not asked.words
                yield replace(times, painted=_painted(url, readers[0].secret, asked.path)) if seen else times


def _opened_once(reader: Reader, asked: Asked) -> None:
    """On a record that is not measured, so that templates and rules are read before the clock runs."""
    with closing(reader.connection()) as connection:
        reader.ask(connection, asked)


def _signed_in(store: Store, ground: Ground, who: str, record: Read) -> str:
    """A session for the record: of its holder, or of the doctor whom he let in."""
    settings, at = ground.settings, now()
    desk = build_reception(store, settings, build_gate(store, settings), now).desk
    session = Session(new_id()[:16], at, at, (Proof.CERTIFICATE,))
    if who == PROFESSIONAL:
        who_reads = holder(record.holder).professional
        opened = replace(session, professional=who_reads, patient=record.patient, patient_called="A. Z.")
        return desk.run(lambda kept: desk.open_in(kept, opened))
    his = replace(session, person=record.patient, name="Anne")
    return desk.run(lambda kept: desk.open_in(kept, his))


def _measured(readers: Sequence[Reader], asked: Asked, plan: Plan, server: int) -> Times:
    ms = 1000
    with closing(readers[0].connection()) as connection:
        connection.connect()
        begun = time.perf_counter()
        status, page = readers[0].ask(connection, asked)
        first = (time.perf_counter() - begun) * ms
        parts = [_sent(connection, part) for part in sorted(set(_PARTS.findall(page.decode())))]
    before = cpu_seconds(server)
    count = itertools.count()
    spent, wrong = _loaded(readers, asked, plan.warm_up + plan.seconds, plan.warm_up, count)
    cpu = (cpu_seconds(server) - before) * ms / max(next(count), 1)
    ordered = sorted(spent)
    p50, p95 = percentile(ordered, 0.5) * ms, percentile(ordered, 0.95) * ms
    octets, failed = len(page) + sum(parts), wrong + (status != 200)
    return Times(asked.who, asked.path, p50, p95, len(spent) / plan.seconds, octets, first, wrong=failed, cpu=cpu)


def _sent(connection: http.client.HTTPSConnection, part: str) -> int:
    connection.request("GET", part, headers={"Accept-Encoding": "gzip"})
    return len(connection.getresponse().read())


def _loaded(
    readers: Sequence[Reader], page: Asked, seconds: float, warm_up: float, count: Iterator[int]
) -> tuple[list[float], int]:
    """Each reader asks again as soon as it was answered, once at least; what came in the warm-up is not told."""
    spent: list[float] = []
    wrong: list[int] = []
    begun = time.perf_counter()

    def read(reader: Reader) -> None:
        with closing(reader.connection()) as connection:
            over = False
            while not over:
                asked = time.perf_counter()
                status, _ = reader.ask(connection, page)
                next(count)
                if asked >= begun + warm_up:
                    spent.append(time.perf_counter() - asked)
                if status != 200:
                    wrong.append(status)
                over = time.perf_counter() >= begun + seconds

    with ThreadPoolExecutor(len(readers)) as threads:
        # A reader that failed is raised, not left out of the figures.
        list(threads.map(read, readers))
    return spent, len(wrong)


def _painted(url: str, secret: str, path: str) -> float:
    """ms until Chromium has painted the page, the middle one of some looks."""
    with chromium() as browser:
        looks: list[float] = []
        for _ in range(LOOKS):
            context = browser.new_context(ignore_https_errors=True)
            context.add_cookies([{"name": CookieName.SESSION.value, "value": secret, "url": url, "secure": True}])
            page = context.new_page()
            page.goto(url.rstrip("/") + path, wait_until="load")
            looks.append(_first_paint(page))
            context.close()
    return median(looks)


def _first_paint(page: "Page") -> float:
    """ms after the page was asked for; it may be whole before it is painted. -1 when it never is."""
    for _ in range(PATIENCE):
        painted = float(page.evaluate(_PAINTED))
        if painted >= 0:
            return painted
        page.wait_for_timeout(10)
    return -1.0
