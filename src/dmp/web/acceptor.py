"""Connections taken from a listening socket, one at a time, no more than can be served.

Workers share the sockets of their supervisor: a worker that stops leaves the
waiting connections to the others, so that nobody is refused. They also share a
table of how many connections each has: the fuller one hesitates, and an
emptier one takes the next connection.
"""

import asyncio
import mmap
import os
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from dmp.web import metrics
from dmp.web.patience import Patience

HESITATION = 0.005
"""Seconds that a fuller worker leaves to the emptier ones."""
HANDSHAKES = 256
"""Connections that may be between their first octet and the end of their handshake."""
GONE = 2**31 - 1
"""In the table: a worker that takes no more connections."""
_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)
_COUNT = struct.Struct("=i")


class Crowd:
    """How many connections each worker has, in memory that all of them see; a hint, never a lock."""

    def __init__(self, memory: mmap.mmap | bytearray, own: int):
        """Be worker number `own` of the table."""
        self._memory = memory
        self._own = own * _COUNT.size

    @staticmethod
    def alone() -> "Crowd":
        """One worker by himself."""
        return Crowd(bytearray(_COUNT.size), 0)

    @staticmethod
    def size(workers: int) -> int:
        """Octets of the table."""
        return workers * _COUNT.size

    def tell(self, count: int) -> None:
        """Say how many we have."""
        _COUNT.pack_into(self._memory, self._own, count)

    def fuller(self) -> bool:
        """Whether somebody has fewer than we."""
        (own,) = _COUNT.unpack_from(self._memory, self._own)
        counts = (_COUNT.unpack_from(self._memory, at)[0] for at in range(0, len(self._memory), _COUNT.size))
        return any(count < own for count in counts)


def leave_table(file: int, worker: int) -> None:
    """Note in the file of a table that a worker takes no connections."""
    os.pwrite(file, _COUNT.pack(GONE), worker * _COUNT.size)


@dataclass(eq=False)
class Acceptor:
    """Takes connections of one socket; has the `close` and `wait_closed` that uvicorn asks of its servers."""

    listener: socket.socket
    protocol: Callable[[], asyncio.Protocol]
    patience: Patience
    tls: ssl.SSLContext | None = None
    crowd: Crowd = field(default_factory=Crowd.alone)
    count: Callable[[], int] = lambda: 0
    """How many connections this worker has."""
    full: Callable[[], bool] = lambda: False
    """Whether no more connections can be held; makes room when it can."""
    _handshakes: set[asyncio.Task[None]] = field(default_factory=set)
    _accepting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take connections until `close`."""
        self.listener.setblocking(False)
        self._accepting = asyncio.get_running_loop().create_task(self._accept_all())

    def close(self) -> None:
        """Take no more; those in their handshake end."""
        if self._accepting is not None:
            self._accepting.cancel()

    async def wait_closed(self) -> None:
        """Nothing to wait for: handshakes have a time of their own."""

    async def _accept_all(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._readable(loop)
            while self.full() or len(self._handshakes) >= HANDSHAKES:
                await asyncio.sleep(HESITATION)
            self.crowd.tell(self.count() + len(self._handshakes))
            if self.crowd.fuller():
                await asyncio.sleep(HESITATION)
            try:
                connection, _ = self.listener.accept()
            except (BlockingIOError, ConnectionError):
                continue
            except OSError:  # out of descriptors, of memory: those that we serve go on
                metrics.CUT.labels("accept").inc()
                await asyncio.sleep(0.1)
                continue
            task = loop.create_task(self._shake_hands(connection))
            self._handshakes.add(task)
            task.add_done_callback(self._handshakes.discard)

    async def _readable(self, loop: asyncio.AbstractEventLoop) -> None:
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self.listener.fileno(), lambda: ready.done() or ready.set_result(None))
        try:
            await ready
        finally:
            loop.remove_reader(self.listener.fileno())

    async def _shake_hands(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if _USER_TIMEOUT is not None:
                connection.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, int(self.patience.answer * 1000))
        loop, patience = asyncio.get_running_loop(), self.patience
        times = {"ssl_handshake_timeout": patience.handshake, "ssl_shutdown_timeout": patience.farewell}
        try:
            with suppress(asyncio.CancelledError):
                await loop.connect_accepted_socket(
                    self.protocol, connection, ssl=self.tls, **(times if self.tls else {})
                )
        except (OSError, ssl.SSLError, TimeoutError):
            metrics.CUT.labels("handshake").inc()
            connection.close()
