"""The load: connections that ask and wait, in one thread, as cheap as Python makes them.

The generator shares the processors with what it measures. It therefore speaks
TLS on plain non-blocking sockets, without an event loop of callbacks, sends
octets that were made before, and looks at no more of an answer than its
status, its length and a word that tells success.
"""

import gc
import heapq
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from dmp.bench.plan import Act

ROOM = 512 * 1024
"""Octets kept for the answers of one connection, to begin with."""
LONGEST_HEAD = 64 * 1024
KEPT_ERRORS = 5
"""Errors that are told in words; the others are only counted."""

Check = Callable[[memoryview], str]
"""Looks at the whole answer; says what is wrong, or nothing."""


@dataclass(frozen=True)
class Request:
    """One call, ready to be sent; `check` judges an answer of `status`."""

    act: Act
    octets: Sequence[bytes | memoryview]
    check: Check
    name: str = ""
    """What it deposits, to be looked for afterwards."""
    status: int = 200
    """Of the answer that is expected; 0 for any."""


@dataclass
class Tally:
    """What came of one act: seconds that each call took, those that were answered well, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    errors: int = 0
    told: list[str] = field(default_factory=list)
    octets: int = 0

    def fail(self, why: str) -> None:
        """Count an error."""
        self.errors += 1
        if len(self.told) < KEPT_ERRORS:
            self.told.append(why)


class Connection:
    """One caller's connection: a request goes out, its answer comes in."""

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext, server_name: str, holder: str):
        """Connect; the handshake is over when this returns."""
        plain = socket.create_connection(address)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        self.socket = tls.wrap_socket(plain, server_hostname=server_name)
        self.socket.setblocking(False)
        self.holder = holder
        self.request: Request | None = None
        self.since = 0.0
        self._out: memoryview = memoryview(b"")
        self._room = bytearray(ROOM)
        self._have = 0
        self._body = 0
        self._whole = 0
        self._status = 0

    def start(self, request: Request, since: float) -> bool:
        """Begin a call; true when all of it left, false when the socket is full."""
        self.request, self.since = request, since
        self._have = self._body = self._whole = self._status = 0
        parts = request.octets
        self._out = memoryview(parts[0] if len(parts) == 1 else b"".join(parts))
        return self.push()

    def push(self) -> bool:
        """Send what is left to send."""
        while self._out:
            try:
                self._out = self._out[self.socket.send(self._out) :]
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return False
        return True

    @property
    def sending(self) -> bool:
        """Tell whether octets of the request wait."""
        return bool(self._out)

    def pull(self) -> bool:
        """Take what came; true when the answer is whole.

        Raises:
            ConnectionError: the service hung up.
        """
        while not self._whole or self._have < self._whole:
            if self._have == len(self._room):
                self._room.extend(bytes(len(self._room)))
            try:
                got = self.socket.recv_into(memoryview(self._room)[self._have :])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False
            if not got:
                raise ConnectionError("the service hung up")
            self._have += got
            if not self._whole:
                self._measure()
        return True

    def listen(self) -> None:
        """Take what TLS itself has to say between two calls.

        Raises:
            ConnectionError: it says goodbye.
        """
        try:
            if not self.socket.recv(1):
                raise ConnectionError("the service hung up")
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return

    def _measure(self) -> None:
        """Read the head of the answer, once it is all there."""
        end = self._room.find(b"\r\n\r\n", 0, min(self._have, LONGEST_HEAD))
        if end < 0:
            return
        head = bytes(self._room[:end]).lower()
        self._status = int(head[9:12])
        self._body = end + 4
        at = head.find(b"content-length:")
        if at >= 0:
            self._whole = self._body + int(head[at + 15 :].split(b"\r\n", 1)[0])
        elif self._room.startswith(b"\r\n0\r\n\r\n", self._have - 7):  # the last chunk
            self._whole = self._have

    def verdict(self) -> str:
        """What is wrong with the answer; empty when nothing is."""
        assert self.request is not None  # noqa: S101
        answer = memoryview(self._room)[self._body : self._have]
        if self._status != (self.request.status or self._status):
            return f"HTTP {self._status}: {bytes(answer[:300]).decode(errors='replace')}"
        return self.request.check(answer)

    def call(self, request: Request) -> None:
        """Make one call and wait for its answer.

        Raises:
            ConnectionError: it was not answered well.
        """
        whole = self.start(request, 0.0) and self.pull()
        while not whole:
            select.select((self.socket,), (self.socket,) if self.sending else (), ())
            whole = self.push() and self.pull()
        if wrong := self.verdict():
            raise ConnectionError(wrong)

    @property
    def answered(self) -> int:
        """Octets of the answer so far."""
        return self._have

    def close(self) -> None:
        """Hang up without waiting for a goodbye."""
        self.socket.close()


@dataclass(frozen=True)
class Arrival:
    """When a call is due, in seconds from the start, and which."""

    at: float
    act: Act


def arrivals(rates: dict[Act, float], seconds: float) -> list[Arrival]:
    """An even stream of each act, all of them together in the order of their times."""
    streams = [
        [Arrival((turn + shift / len(rates)) / rate, act) for turn in range(int(rate * seconds))]
        for shift, (act, rate) in enumerate(rates.items())
        if rate
    ]
    return list(heapq.merge(*streams, key=lambda arrival: arrival.at))


Next = Callable[[Connection, Act], Request | None]
"""The next call of an act for the holder of a connection; nothing when there is none left."""


class Generator:
    """Drives a set of connections."""

    def __init__(self, connections: Iterable[Connection], next_request: Next):
        """Use these connections, all of them idle."""
        self._by_fd = {connection.socket.fileno(): connection for connection in connections}
        self._next = next_request
        self._poll = select.epoll(len(self._by_fd))
        for descriptor in self._by_fd:
            self._poll.register(descriptor, select.EPOLLIN)
        self.tallies: dict[Act, Tally] = {act: Tally() for act in Act}
        self._clock = time.perf_counter

    def close(self) -> None:
        """Watch them no more."""
        self._poll.close()

    def closed_loop(self, act: Act, seconds: float) -> float:
        """Each caller asks again as soon as he is answered; returns how long it took."""
        with without_collector():
            begun = self._clock()
            end = begun + seconds
            busy = sum(self._ask(connection, act, begun) for connection in self._by_fd.values())
            while busy:
                for connection in self._events(-1):
                    busy -= 1
                    if connection is not None and (now := self._clock()) < end:
                        busy += self._ask(connection, act, now)
            return self._clock() - begun

    def open_loop(self, due: Sequence[Arrival]) -> float:
        """Callers come when they come; the wait for a free connection counts as theirs. Returns how long it took."""
        idle, coming, turn = list(self._by_fd.values()), len(due), 0
        with without_collector():
            begun = self._clock()
            while self._by_fd and (turn < coming or len(idle) < len(self._by_fd)):
                now = self._clock() - begun
                while turn < coming and idle and due[turn].at <= now:
                    arrival = due[turn]
                    turn += 1
                    connection = idle.pop(0)
                    if not self._ask(connection, arrival.act, begun + arrival.at):
                        self.tallies[arrival.act].fail("no request was left to send")
                        idle.append(connection)
                wait = max(due[turn].at - now, 0.0) if turn < coming and idle else -1
                idle += [connection for connection in self._events(wait) if connection is not None]
            return self._clock() - begun

    def _ask(self, connection: Connection, act: Act, since: float) -> bool:
        request = self._next(connection, act)
        if request is None:
            return False
        if not connection.start(request, since):
            self._poll.modify(connection.socket.fileno(), select.EPOLLIN | select.EPOLLOUT)
        return True

    def _events(self, wait: float) -> Iterator[Connection | None]:
        """The connections whose call is over; one that broke is told as an error and used no more."""
        for descriptor, event in self._poll.poll(wait):
            connection = self._by_fd.get(descriptor)
            if connection is None:
                continue
            try:
                if connection.request is None:
                    connection.listen()
                    continue
                if event & select.EPOLLOUT and connection.sending and connection.push():
                    self._poll.modify(descriptor, select.EPOLLIN)
                if event & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR) and connection.pull():
                    self._conclude(connection)
                    yield connection
            except OSError as error:
                self._drop(connection)
                if connection.request is not None:
                    self.tallies[connection.request.act].fail(f"{type(error).__name__}: {error}")
                    yield None

    def _conclude(self, connection: Connection) -> None:
        request = connection.request
        assert request is not None  # noqa: S101
        tally = self.tallies[request.act]
        tally.seconds.append(self._clock() - connection.since)
        tally.octets += connection.answered
        wrong = connection.verdict()
        if wrong:
            tally.fail(wrong)
        elif request.name:
            tally.done.append(request.name)
        connection.request = None

    def _drop(self, connection: Connection) -> None:
        descriptor = connection.socket.fileno()
        self._poll.unregister(descriptor)
        del self._by_fd[descriptor]
        connection.close()


@contextmanager
def without_collector() -> Iterator[None]:
    """Nothing here makes cycles: the collector would only stop the clock now and then."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
