"""More calls than a service can answer, at the times when they come, whatever became of those before (T-LOAD)."""

import select
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dmp.bench.load import Connection, Request, without_collector

BUSY = "HTTP 503"
PATIENCE = 10.0
"""Seconds that the last callers are waited for."""


@dataclass
class Offered:
    """What came of a load: seconds of each call that was answered well or turned away, and what went wrong."""

    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    held_back: int = 0
    """Calls that found every caller still waiting, and were not made."""

    @property
    def calls(self) -> int:
        """All that were due."""
        return len(self.answered) + len(self.refused) + len(self.wrong) + self.held_back

    def goodput(self, within: float) -> float:
        """Good answers a second that came in time."""
        return sum(taken <= within for taken in self.answered) / self.seconds if self.seconds else 0.0

    def __iadd__(self, other: "Offered") -> "Offered":
        """Both, one after the other."""
        self.seconds += other.seconds
        self.answered += other.answered
        self.refused += other.refused
        self.wrong += other.wrong
        self.held_back += other.held_back
        return self


class Callers:
    """Connections that make calls; one that was hung up on calls again on a new one."""

    def __init__(self, connect: Callable[[], Connection], count: int, next_request: Callable[[Connection], Request]):
        """Connect so many; each makes one call, one after the other.

        Whoever says nothing for seconds after his handshake is hung up on, and so many handshakes take longer.
        """
        self._connect, self._next = connect, next_request
        self._poll, self._by_fd = select.epoll(), dict[int, Connection]()
        self._idle = list[Connection]()
        for _ in range(count):
            connection = self._new()
            connection.call(next_request(connection))
            connection.request = None
            self._idle.append(connection)

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._by_fd.values():
            connection.close()
        self._poll.close()

    def closed_loop(self, seconds: float) -> Offered:
        """Everybody asks again as soon as he is answered."""
        offered, clock = Offered(), time.perf_counter
        with without_collector():
            begun = clock()
            while self._idle:
                self._ask(self._idle.pop(), clock(), offered)
            while len(self._idle) < len(self._by_fd):
                self._idle += list(self._ended(offered, -1))
                while self._idle and clock() < begun + seconds:
                    self._ask(self._idle.pop(), clock(), offered)
            offered.seconds = clock() - begun
        return offered

    def at(self, rate: float, seconds: float) -> Offered:
        """So many calls a second, evenly; as in the closed loop, the time ends when the last one is answered."""
        offered, clock, made, due = Offered(), time.perf_counter, 0, int(rate * seconds)
        with without_collector():
            begun = clock()
            while made < due or (len(self._idle) < len(self._by_fd) and clock() < begun + seconds + PATIENCE):
                while made < due and (wanted := begun + made / rate) <= clock():
                    made += 1
                    if self._idle:
                        self._ask(self._idle.pop(0), wanted, offered)
                    else:
                        offered.held_back += 1
                wait = max(0.0, begun + made / rate - clock()) if made < due else 0.05
                self._idle += list(self._ended(offered, wait))
            offered.seconds = clock() - begun
        return offered

    def _new(self) -> Connection:
        connection = self._connect()
        self._by_fd[connection.socket.fileno()] = connection
        self._poll.register(connection.socket.fileno(), select.EPOLLIN)
        return connection

    def _ask(self, connection: Connection, since: float, offered: Offered) -> None:
        try:
            whole = connection.start(self._next(connection), since)
        except OSError as error:
            offered.wrong.append(type(error).__name__)
            self._idle.append(self._replaced(connection))
            return
        if not whole:
            self._poll.modify(connection.socket.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def _ended(self, offered: Offered, wait: float) -> Iterator[Connection]:
        for descriptor, event in self._poll.poll(wait):
            connection = self._by_fd[descriptor]
            try:
                if connection.request is None:
                    connection.listen()
                    continue
                if event & select.EPOLLOUT and connection.sending and connection.push():
                    self._poll.modify(descriptor, select.EPOLLIN)
                if not event & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR) or not connection.pull():
                    continue
            except OSError as error:
                if connection.request is None:
                    self._idle[self._idle.index(connection)] = self._replaced(connection)
                else:
                    offered.wrong.append(f"{type(error).__name__}: {error}")
                    yield self._replaced(connection)
                continue
            self._conclude(connection, offered)
            yield connection

    def _conclude(self, connection: Connection, offered: Offered) -> None:
        taken, told = time.perf_counter() - connection.since, connection.verdict()
        connection.request = None
        if not told:
            offered.answered.append(taken)
        elif told.startswith(BUSY):
            offered.refused.append(taken)
        else:
            offered.wrong.append(told[:120])

    def _replaced(self, connection: Connection) -> Connection:
        descriptor = connection.socket.fileno()
        self._poll.unregister(descriptor)
        del self._by_fd[descriptor]
        connection.close()
        return self._new()


def p99(taken: Sequence[float]) -> float:
    """The 99th percentile, in seconds; 0 of nothing."""
    return sorted(taken)[int(len(taken) * 0.99)] if taken else 0.0
