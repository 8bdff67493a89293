"""Slow callers are cut off in time, whatever they are slow at, with nothing before the service (DEC-119, 13.7)."""

import selectors
import socket
import ssl
import struct
import time
from collections.abc import Iterator

import httpx2
import pytest

from dmp.web.patience import Patience
from serving_builders import SEARCH, Installed, Service, head, serving

ENDED = 15
"""Seconds: nobody would end so early whom the settings do not cut off."""
QUICK = {"handshake_time": 1.0, "head_time": 1.0, "body_time": 3.0, "answer_time": 2.0}


@pytest.fixture(scope="module")
def hasty(installation: Installed) -> Iterator[Service]:
    """A service of little patience."""
    with serving(installation.having(**QUICK)) as started:
        yield started


def read_all(connection: socket.socket) -> tuple[bytes, float]:
    """What comes until the other side closes, and how long that took."""
    begun, received = time.monotonic(), b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except (ConnectionResetError, ssl.SSLEOFError):
        pass
    return received, time.monotonic() - begun


def test_who_never_shakes_hands_is_cut_off(hasty: Service):
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=10) as connection:
        received, took = read_all(connection)
    assert received == b""
    assert 0.5 < took < Patience.handshake


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"POST /regis", head(SEARCH, "/registry", 9)[:-4]])
def test_a_head_that_stops_coming_is_cut_off(hasty: Service, begun: bytes):
    with hasty.connect() as connection:
        connection.sendall(begun)
        received, took = read_all(connection)
    assert received == b""
    assert 0.5 < took < Patience.head


def test_a_second_head_that_stops_coming_is_cut_off_too(hasty: Service):
    with hasty.connect() as connection:
        connection.sendall(head(SEARCH, "/registry", 2) + b"<x" + b"POST /regis")
        received, took = read_all(connection)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert took < Patience.head


def test_headers_without_end_are_refused(hasty: Service):
    with hasty.connect() as connection:
        connection.sendall(head(SEARCH, "/registry", 9, *(f"X-Odd: {'x' * 4000}" for _ in range(20))))
        received, took = read_all(connection)
    assert received.startswith(b"HTTP/1.1 431 ")
    # Headers that come all at once are refused with their body still to come, which is waited for and thrown away.
    assert took < ENDED


def test_a_body_that_stops_coming_is_given_up(hasty: Service):
    with hasty.connect() as connection:
        connection.sendall(head(SEARCH, "/registry", 1000) + b"begun")
        received, took = read_all(connection)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in received
    assert took < ENDED


def test_a_body_that_comes_drop_by_drop_is_given_up(hasty: Service):
    with hasty.connect() as connection:
        connection.sendall(head(SEARCH, "/registry", 1000))
        for _ in range(5):
            connection.sendall(b"x")
            time.sleep(0.2)
        received, took = read_all(connection)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert took < ENDED


def test_a_caller_who_does_not_read_his_answer_is_cut_off(hasty: Service):
    """So small a window that the kernel keeps most of the answers of many requests."""
    with hasty.connect(receive=4096) as connection:
        connection.sendall(b"GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
        deadline = time.monotonic() + 60
        while 'dmp_cut_connections_total{why="answer"} 1.0' not in hasty.counted:
            assert time.monotonic() < deadline, "he was waited for"
            time.sleep(0.1)
        received, _ = read_all(connection)
    assert received.count(b"HTTP/1.1 200 ") < 400


class Crowd:
    """Many bare connections, watched together."""

    def __init__(self, service: Service):
        self.service = service
        self.open: dict[socket.socket, bytes] = {}
        self.selector = selectors.DefaultSelector()

    def join(self, connection: socket.socket, drops: bytes = b"") -> None:
        """One more; it sends `drops` one octet at a time."""
        connection.setblocking(False)
        self.open[connection] = drops
        self.selector.register(connection, selectors.EVENT_READ)

    def watch(self, seconds: float) -> float:
        """Drip until everybody is closed; gives when the last one was."""
        begun = last = next_drop = time.monotonic()
        while self.open and time.monotonic() - begun < seconds:
            for key, _ in self.selector.select(0.1):
                if self._ended(key.fileobj):
                    self.selector.unregister(key.fileobj)
                    self.open.pop(key.fileobj)
                    key.fileobj.close()
                    last = time.monotonic()
            if time.monotonic() >= next_drop:
                next_drop += 2
                self._drip()
        return last - begun

    def _ended(self, connection: socket.socket) -> bool:
        try:
            return not connection.recv(65_536)
        except BlockingIOError:
            return False
        except OSError as error:
            return "want" not in str(error).lower() and "did not complete" not in str(error)

    def _drip(self) -> None:
        for connection, drops in list(self.open.items()):
            if drops:
                try:
                    connection.send(drops[:1])
                except OSError:
                    continue
                self.open[connection] = drops[1:]


def test_200_slow_callers_are_closed_in_15_seconds_while_another_is_served(service: Service):
    slow = Crowd(service)
    for _ in range(50):  # no handshake
        slow.join(socket.create_connection(("127.0.0.1", service.port)))
    for _ in range(75):  # a head, drop by drop
        slow.join(service.connect(), drops=head(SEARCH, "/registry", 9))
    for _ in range(75):  # a body, drop by drop
        connection = service.connect()
        connection.sendall(head(SEARCH, "/registry", 1000))
        slow.join(connection, drops=b"x" * 1000)

    with service.caller() as caller:
        before = time.monotonic()
        assert caller.get("/admin").status_code == 200
        answered = time.monotonic() - before
        took = slow.watch(20)
        assert caller.get("/admin").status_code == 200

    assert slow.open == {}
    assert took < 15
    assert answered < 10


def test_more_connections_than_can_be_held_do_not_shut_others_out(installation: Installed):
    with serving(installation.having(connections=20)) as service:
        resting = [service.caller() for _ in range(19)]
        assert all(caller.get("/admin").status_code == 200 for caller in resting)
        with service.caller() as newcomer, service.caller() as another:
            assert [newcomer.get("/admin").status_code, another.get("/admin").status_code] == [200, 200]
        for caller in resting:
            caller.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_callers_who_hang_up_at_any_moment_harm_nobody(hasty: Service):
    for begun in (b"", b"POST", head(SEARCH, "/registry", 9), head(SEARCH, "/registry", 9) + b"half", b"\x00" * 50):
        for _ in range(5):
            with hasty.connect() as connection:
                connection.sendall(begun)
                reset(connection)
    with hasty.caller() as caller:
        assert caller.get("/admin").status_code == 200
    assert isinstance(caller, httpx2.Client)
