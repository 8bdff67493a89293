"""How long the pages take: rendered by the server for eight readers at once, and seen in a real browser.

Records of 400 documents, each page asked for again as soon as it came, over
TLS, by people who are signed in; the load generator runs on the same machine.
"""

import http.client
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from dmp.assure.pages_chromium import chromium, program
from dmp.bench.figures import percentile
from dmp.bench.installation import Ground, prepared, served
from dmp.bench.machine import this_machine
from dmp.bench.plan import Plan
from dmp.bench.preparing import Prepared, prepare
from dmp.main import build_gate, new_id, now
from dmp.portal import build_reception
from dmp.sandbox.people import holder
from dmp.sandbox.port import free_port
from dmp.sign_in.sessions import Session
from dmp.sign_in.sign_in import Proof
from dmp.store.tx import Store
from dmp.web.portal.page import CookieName

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENT, PROFESSIONAL = "patient", "professional"
PAGES = (
    (PATIENT, "/patient"),
    (PATIENT, "/patient/documents"),
    (PROFESSIONAL, "/professional"),
    (PROFESSIONAL, "/professional/dossier"),
)
LOOKS = 5
"""Times that Chromium opens a page, each with nothing kept from before."""
PATIENCE = 200
"""Hundredths of a second for a page to be painted."""
_PARTS = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"


@dataclass(frozen=True)
class Times:
    """What one page took, in ms, and the octets of a first view: the page and all that it fetches, as sent."""

    who: str
    path: str
    p50: float
    p95: float
    rate: float
    octets: int
    painted: float = -1
    wrong: int = 0

    def __str__(self) -> str:
        """In words."""
        seen = f"   seen in Chromium after {self.painted:.0f} ms" if self.painted >= 0 else ""
        told = f"p50 {self.p50:6.1f} ms   p95 {self.p95:6.1f} ms   {self.rate:6.1f} /s"
        wrong = f"   {self.wrong} WRONG" if self.wrong else ""
        return f"{self.who:12} {self.path:24} {told}   first view {self.octets / 1000:.0f} KB{seen}{wrong}"


@dataclass(frozen=True)
class Reader:
    """Somebody signed in, over a connection of his own."""

    host: str
    port: int
    tls: ssl.SSLContext
    secret: str

    def connection(self) -> http.client.HTTPSConnection:
        """A fresh one."""
        return http.client.HTTPSConnection(self.host, self.port, context=self.tls, timeout=30)

    def get(self, connection: http.client.HTTPSConnection, path: str) -> tuple[int, bytes]:
        """One page."""
        connection.request("GET", path, headers={"Cookie": f"{CookieName.SESSION}={self.secret}"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def bench(plan: Plan, *, say: Callable[[str], None]) -> Iterator[Times]:
    """Fill, serve, and measure each page in turn."""
    say(f"dmp: {this_machine().told}")
    port = free_port()
    url = f"https://localhost:{port}/"
    with prepared(plan) as bare:
        ground = replace(bare, settings=replace(bare.settings, portal_port=port, portal_url=url))
        filled = prepare(ground, plan, deposits=0, say=say)
        with served(ground, plan) as installation, closing(ground.store()) as store:
            tls = ssl.create_default_context(cafile=installation.settings.client_authorities)
            for who, path in PAGES:
                secrets = [_signed_in(store, ground, who, filled[n % len(filled)]) for n in range(plan.clients)]
                readers = [Reader("localhost", port, tls, secret) for secret in secrets]
                times = _measured(readers, who, path, plan)
                yield replace(times, painted=_painted(url, secrets[0], path)) if program() else times


def _signed_in(store: Store, ground: Ground, who: str, record: Prepared) -> str:
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


def _measured(readers: Sequence[Reader], who: str, path: str, plan: Plan) -> Times:
    with closing(readers[0].connection()) as connection:
        status, first = readers[0].get(connection, path)
        parts = [_sent(connection, part) for part in sorted(set(_PARTS.findall(first.decode())))]
    spent, wrong = _loaded(readers, path, plan.warm_up + plan.seconds, plan.warm_up)
    ordered, ms = sorted(spent), 1000
    p50, p95 = percentile(ordered, 0.5) * ms, percentile(ordered, 0.95) * ms
    octets = len(first) + sum(parts)
    return Times(who, path, p50, p95, len(spent) / plan.seconds, octets, wrong=wrong + (status != 200))


def _sent(connection: http.client.HTTPSConnection, part: str) -> int:
    connection.request("GET", part, headers={"Accept-Encoding": "gzip"})
    return len(connection.getresponse().read())


def _loaded(readers: Sequence[Reader], path: str, seconds: float, warm_up: float) -> tuple[list[float], int]:
    """Each reader asks again as soon as it was answered; what came in the warm-up is not told."""
    spent: list[float] = []
    wrong: list[int] = []
    begun = time.perf_counter()

    def read(reader: Reader) -> None:
        with closing(reader.connection()) as connection:
            while (asked := time.perf_counter()) < begun + seconds:
                status, _ = reader.get(connection, path)
                if asked >= begun + warm_up:
                    spent.append(time.perf_counter() - asked)
                if status != 200:
                    wrong.append(status)

    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
