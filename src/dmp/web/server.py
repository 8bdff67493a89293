"""The listening server: mutual TLS, and the caller's certificate handed to the application.

uvicorn does not give the client certificate to the application; `TlsProtocol`
does. It rests on internals of uvicorn's protocol (`app`, `cycle` and the
callbacks of the parser), which is why uvicorn's minor version is pinned and the
tests play every act, and every attack, over real mutual TLS.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.2 suites (xds-wire 1.6): forward secrecy, no CBC. TLS 1.3 chooses its own."""
KEEP_ALIVE = 75
HEAD_SIZE = 64 * 1024
"""Octets of a request line and its headers, about: refused once they are over."""
HEAD_TIME = 15.0
"""Seconds for a request line and its headers."""
FAREWELL = 0.5
"""Seconds that an idle caller has to say goodbye when the service stops."""
GRACE = 30
"""Seconds that requests in progress have to end when the service stops."""


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of the listener: its certificate and key, and the authorities of the callers' certificates."""

    certificate: Path
    key: Path
    client_authorities: Path


class TlsProtocol(HttpToolsProtocol):
    """HTTP/1.1 that puts the verified client certificate (DER) into `scope["extensions"]["tls"]`.

    It also bounds the head of a request, in octets and in time, which uvicorn
    leaves to a proxy: a caller who sends his headers drop by drop, or without
    end, is cut off.
    """

    _in_head = True
    _head_size = 0
    _head_clock: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate once per connection, not per request."""
        super().connection_made(transport)
        session = transport.get_extra_info("ssl_object")
        certificate = session.getpeercert(binary_form=True) if session else None
        inner: Any = self.app

        async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})["tls"] = {"client_certificate": certificate}
            await inner(scope, receive, send)

        self.app = app
        self._start_clock()

    @override
    def data_received(self, data: bytes) -> None:
        """Measure what comes before the end of a head; what comes after we closed is not read at all."""
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_size += len(data)
            self._start_clock()
        super().data_received(data)
        if self._in_head and self._head_size > HEAD_SIZE and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
            self.transport.close()

    @override
    def on_message_begin(self) -> None:
        """A head begins, perhaps behind the end of another message in the same octets."""
        super().on_message_begin()
        self._start_clock()

    @override
    def on_headers_complete(self) -> None:
        """The head is whole: the body has limits of its own."""
        self._in_head, self._head_size = False, 0
        self._stop_clock()
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        """What comes next is another head."""
        super().on_message_complete()
        self._in_head = True

    @override
    def shutdown(self) -> None:
        """Close an idle connection for good: TLS would wait half a minute for a caller who does not answer."""
        super().shutdown()
        if self.transport.is_closing():
            self.loop.call_later(FAREWELL, self.transport.abort)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to watch."""
        self._stop_clock()
        super().connection_lost(exc)

    def _start_clock(self) -> None:
        if self._head_clock is None:
            self._head_clock = self.loop.call_later(HEAD_TIME, self._too_slow)

    def _stop_clock(self) -> None:
        if self._head_clock is not None:
            self._head_clock.cancel()
            self._head_clock = None

    def _too_slow(self) -> None:
        self._head_clock = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
        else:  # an earlier request of this connection is still being answered
            self._start_clock()


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.2 or better; a client certificate from our authorities is required (xds-wire 1.6)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(files.certificate, files.key)
    context.load_verify_locations(files.client_authorities)
    return context


class Server(uvicorn.Server):
    """uvicorn, telling when it is ready to answer."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]):
        """Call `when_ready` once the socket listens."""
        super().__init__(config)
        self._when_ready = when_ready

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self.started:
            self._when_ready()


def make(app: Any, *, host: str, port: int, tls: TlsFiles, when_ready: Callable[[], None]) -> Server:
    """A server, to be run: `run()` serves until a signal or `should_exit` ends it.

    Nothing of a request is logged here: addresses may lead to persons, and the
    traces say what was done.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=TlsProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ssl_context_factory=lambda _config, _default: tls_context(tls),
    )
    return Server(config, when_ready)
