"""The listening server of one process: its doors, its clock, its end."""

import asyncio
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from typing_extensions import override

from dmp.web.acceptor import GONE, Acceptor, Crowd
from dmp.web.protocol import Manners, WatchedProtocol

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.2 suites (xds-wire 1.6): forward secrecy, no CBC. TLS 1.3 chooses its own."""
BACKLOG = 1024
"""Connections that the kernel keeps until they are taken."""


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of the listener: its certificate and key, and the authorities of the callers' certificates."""

    certificate: Path
    key: Path
    client_authorities: Path


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.2 or better; a client certificate from our authorities is required (xds-wire 1.6)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(files.certificate, files.key)
    context.load_verify_locations(files.client_authorities)
    return context


@dataclass(frozen=True)
class Door:
    """One listener: its socket, what answers behind it, and how its callers are received."""

    listener: socket.socket
    app: Any
    manners: Manners
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Outside:
    """What a server is told of the world around its process."""

    when_ready: Callable[[], None]
    crowd: Crowd = field(default_factory=Crowd.alone)
    told_to_stop: int = -1
    """A file descriptor on which something is read, or its end, when the server must stop."""


def bound(host: str, port: int) -> socket.socket:
    """A listening TCP socket.

    Raises:
        OSError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def bound_locally(path: Path) -> socket.socket:
    """A listening Unix socket that its group may use too; the one of a former service is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o660)
    listener.listen(BACKLOG)
    return listener


class Server(uvicorn.Server):
    """uvicorn with several doors and connections that are watched; the first door is the one of the service."""

    def __init__(self, doors: Sequence[Door], outside: Outside, *, connections: int):
        """Hold at most so many `connections`; nothing listens yet."""
        super().__init__(_config(doors[0]))
        self._doors = doors
        self._outside = outside
        self._most = connections

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open every door, then tell."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise SystemExit(1)
        acceptors = [self._acceptor(door) for door in self._doors]
        for acceptor in acceptors:
            acceptor.start()
        self.servers = acceptors  # type: ignore[assignment]
        if self._outside.told_to_stop >= 0:
            asyncio.get_running_loop().add_reader(self._outside.told_to_stop, self._stop)
        self._outside.crowd.tell(0)
        self.started = True
        self._outside.when_ready()

    def _acceptor(self, door: Door) -> Acceptor:
        config = self.config if door is self._doors[0] else _config(door)
        protocol = partial(WatchedProtocol, door.manners, config, self.server_state)
        connections = self.server_state.connections
        return Acceptor(
            door.listener,
            protocol,
            door.manners.patience,
            door.tls,
            crowd=self._outside.crowd,
            count=connections.__len__,
            full=self._full,
        )

    def _full(self) -> bool:
        """Whether there are as many connections as can be held; then one that rests between two requests goes."""
        connections: set[Any] = self.server_state.connections
        if len(connections) < self._most:
            return False
        resting = next((connection for connection in connections if connection.resting), None)
        if resting is not None:
            resting.transport.close()
        return True

    def _stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._outside.told_to_stop)
        self.should_exit = True

    @override
    async def on_tick(self, counter: int) -> bool:
        """Watch every connection, ten times a second."""
        self._watch_all()
        self._outside.crowd.tell(len(self.server_state.connections))
        return await super().on_tick(counter)

    def _watch_all(self) -> None:
        now, connections = asyncio.get_running_loop().time(), list[Any](self.server_state.connections)
        for connection in connections:
            connection.watch(now)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody new, answer what was asked, then end."""
        self._outside.crowd.tell(GONE)
        watching = asyncio.create_task(self._watch_the_last())
        try:
            await super().shutdown(sockets)
        finally:
            watching.cancel()
            for door in self._doors:
                door.listener.close()

    async def _watch_the_last(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            self._watch_all()

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """End in peace when told to: uvicorn would raise the signal again, and the process would die of it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def _config(door: Door) -> uvicorn.Config:
    """Nothing of a request is logged: addresses may lead to persons, and the traces say what was done."""
    config = uvicorn.Config(
        door.app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="error",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=int(door.manners.patience.idle),
        timeout_graceful_shutdown=door.manners.patience.grace,
    )
    config.load()
    return config
