"""More than can be done: the urgent first, a 503 at once for the others, and no work for whoever waited too long."""

import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest

from serving_builders import SEARCH, SUBMIT, Installed, Service, head, search, serving, simple_type


@pytest.fixture(scope="module")
def narrow(installation: Installed) -> Iterator[Service]:
    """One place, and a waiting room for two."""
    with serving(installation.having(threads=1, queue=2)) as started:
        yield started


@contextmanager
def standing_still(service: Service) -> Iterator[None]:
    """Nobody can write a trace: whoever works, works until the end of the block."""
    path = service.installed.settings.database_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


class Callers:
    """People who call, each over a connection of his own that is already there."""

    def __init__(self, service: Service, pool: ThreadPoolExecutor, *, count: int = 7):
        self.service = service
        self.pool = pool
        self.idle = [service.caller() for _ in range(count)]
        for caller in self.idle:
            assert caller.get("/elsewhere").status_code == 404

    def deposit(self) -> Future[tuple[int, float]]:
        return self._post("repository", SUBMIT, b"<x")

    def large_deposit(self) -> Future[tuple[int, float]]:
        return self._post("repository", SUBMIT, b"<x>" * 300_000)

    def search(self, mode: str = "normal") -> Future[tuple[int, float]]:
        return self._post("registry", SEARCH, search(self.service, mode=mode))

    def _post(self, service: str, action: str, content: bytes) -> Future[tuple[int, float]]:
        caller = self.idle.pop()

        def call() -> tuple[int, float]:
            begun = time.monotonic()
            answer: httpx2.Response = caller.post(
                f"/{service}", content=content, headers={"Content-Type": simple_type(action)}
            )
            caller.close()
            assert answer.status_code != 503 or answer.headers["retry-after"] == "1"
            return answer.status_code, time.monotonic() - begun

        before = self.seen()
        asked = self.pool.submit(call)
        deadline = time.monotonic() + 60
        while self.seen() == before and not asked.done():
            assert time.monotonic() < deadline, "the call did not arrive"
            time.sleep(0.01)
        return asked

    def seen(self) -> list[str]:
        """Who works, who waits, who was refused so far, as the service counts them."""
        return re.findall(r"^dmp_(?:working|waiting|shed_total)\b.*", self.service.counted, re.MULTILINE)


@pytest.fixture
def callers(narrow: Service) -> Iterator[Callers]:
    with ThreadPoolExecutor(10) as pool:
        crowd = Callers(narrow, pool)
        yield crowd
        for caller in crowd.idle:
            caller.close()


def test_when_the_room_is_full_newcomers_are_refused_at_once_and_the_urgent_take_the_place_of_others(
    narrow: Service, callers: Callers
):
    with standing_still(narrow):
        working = callers.search()
        first, second = callers.deposit(), callers.deposit()
        third = callers.deposit()
        large = callers.large_deposit()
        assert third.result(timeout=30)[0] == 503
        assert large.result(timeout=30)[0] == 503
        assert not first.done(), "who came before waits for as long: the others were refused at once"
        urgent = callers.search("bris_de_glace")
        assert first.result(timeout=30)[0] == 503
        assert not second.done()

    assert working.result(timeout=30)[0] == 200
    assert urgent.result(timeout=30)[0] == 200
    assert second.result(timeout=30)[0] == 400
    assert urgent.result()[1] < second.result()[1]
    assert 'dmp_shed_total{kind="deposit"} 3.0' in narrow.counted, "the large one too, whose body was not read"


def test_a_refusal_leaves_the_connection_open_however_often_and_the_next_call_is_answered(
    narrow: Service, callers: Callers
):
    deposit = head(SUBMIT, "/repository", 2) + b"<x"
    with narrow.connect() as connection:
        with standing_still(narrow):
            working, first, second = callers.search(), callers.deposit(), callers.deposit()
            for _ in range(5):
                connection.sendall(deposit)
                refused = connection.recv(65_536)
                assert refused.startswith(b"HTTP/1.1 503 ")
                assert b"retry-after: 1\r\n" in refused
                assert b"connection: close" not in refused
            connection.sendall(deposit[:-1])  # one that comes in two pieces is refused as well
            time.sleep(0.1)
            connection.sendall(deposit[-1:])
            assert connection.recv(65_536).startswith(b"HTTP/1.1 503 ")
        assert working.result(timeout=30)[0] == 200
        assert {first.result(timeout=30)[0], second.result(timeout=30)[0]} == {400}
        connection.sendall(deposit)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")


def test_a_caller_who_was_refused_is_waited_for_as_long_as_one_who_was_answered(installation: Installed):
    deposit, idle = head(SUBMIT, "/repository", 2) + b"<x", 3.0
    with (
        serving(installation.having(threads=1, queue=1, idle_time=idle, head_time=idle)) as service,
        ThreadPoolExecutor(10) as pool,
    ):
        crowd = Callers(service, pool, count=2)
        with standing_still(service):
            working, waiting = crowd.search(), crowd.deposit()
            with service.connect() as connection:
                begun = time.monotonic()
                while True:
                    connection.sendall(deposit)
                    assert connection.recv(65_536).startswith(b"HTTP/1.1 503 ")
                    if time.monotonic() - begun > idle:
                        break
                    time.sleep(idle / 2 + 0.1)
                assert not waiting.done()
                assert connection.recv(65_536) == b"", "left alone, it is closed in the end"
        assert working.result(timeout=30)[0] == 200
        assert waiting.result(timeout=30)[0] == 503


def test_whoever_waited_too_long_is_told_so_and_nothing_is_done_for_him(narrow: Service, callers: Callers):
    with standing_still(narrow):
        working = callers.search()
        late = callers.search()
        status, took = late.result(timeout=25)
        assert (status, took > 1.5) == (503, True)
        assert not working.done()
    assert working.result(timeout=30)[0] == 200
    assert 'dmp_shed_total{kind="reading"} 1.0' in narrow.asked("/metrics").text


def test_the_watchers_are_answered_while_everybody_waits(narrow: Service, callers: Callers):
    with standing_still(narrow):
        working = callers.search()
        waiting = callers.deposit()
        assert narrow.asked("/healthz").status_code == 200
        assert not working.done()
        assert not waiting.done()
    assert working.result(timeout=30)[0] == 200
    assert waiting.result(timeout=30)[0] == 400
