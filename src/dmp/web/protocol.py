"""HTTP/1.1 as the service speaks it: who calls, in what time, and in which order of urgency.

It rests on internals of uvicorn's protocol (`cycle`, `_start_asgi_task` and
the callbacks of the parser), which is why uvicorn's minor version is pinned
and the tests play every act, and every attack, over real connections.
"""

import asyncio
import math
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from dmp.journal import request_bound
from dmp.web import glimpse, metrics
from dmp.web.admission import RETRY_AFTER, Admission, Kind, Ticket, claims_emergency
from dmp.web.answered import Reader
from dmp.web.asked import App, Asked, Place, announces_over, asked_of
from dmp.web.glimpse import HEAD_SIZE
from dmp.web.http import PLACE
from dmp.web.patience import Patience
from dmp.web.peer import Peer, Stranger

HELD = 256 * 1024
"""Octets of a body that wait here for their place; a larger one is read into its spool first."""
HELD_TIME = 1.0
"""Seconds that a body may take to be held here; a slower one is read into its spool first."""
LINGER = 2.0
"""Seconds during which the rest of a refused body is thrown away: most callers read no answer before they sent all."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n"


_LETTERS = bytes.maketrans(b"0123456789", b"ghijklmnop")


def _name() -> str:
    """A name for one request, in letters alone: the journal hides whatever looks like the number of a person."""
    return secrets.token_hex(8).encode().translate(_LETTERS).decode()


@dataclass(frozen=True)
class Manners:
    """What every connection of one listener shares; without `admission`, whoever asks is answered at once."""

    peer: Callable[[asyncio.BaseTransport], Peer]
    patience: Patience = field(default_factory=Patience)
    admission: Admission | None = None
    services: frozenset[str] = frozenset()
    """Paths that the figures name; anything else is `other`. Without any, nothing is counted."""


class WatchedProtocol(HttpToolsProtocol):
    """HTTP/1.1 that puts the verified client certificate (DER) into `scope["extensions"]["tls"]`.

    A small request is read whole before anything is made of it, and waits for
    its place here: a refusal then costs hardly more than reading it. A slow
    caller is cut off at each stage by `watch`, which the server calls several
    times a second: a look at one number for each connection.
    """

    def __init__(
        self,
        manners: Manners,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any] | None = None,
    ) -> None:
        """Serve one connection."""
        super().__init__(config, server_state, app_state or {})
        self.manners = manners
        self._in_head = True
        self._head_size = 0
        self._due = math.inf
        """When the stage that the connection is in has lasted too long."""
        self._held: Asked | None = None
        """A request whose body is being read here."""
        self._queued: Asked | None = None
        """A request that waits for its place."""
        self._leaving = False
        self._lingering = False
        self._reader = Reader(manners.patience)
        self._refused_at = -math.inf
        """When a request was last refused at a glance."""
        self._peer: Peer

    # -- the connection

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Learn who calls."""
        super().connection_made(transport)
        metrics.CONNECTIONS.inc()
        self._peer = self.manners.peer(transport)
        self._due = self.loop.time() + self.manners.patience.head

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to watch, nobody waits any more."""
        metrics.CONNECTIONS.dec()
        self._due, self._reader.look_at = math.inf, math.inf
        if self._queued is not None and self._queued.ticket is not None and self.manners.admission is not None:
            self.manners.admission.withdraw(self._queued.ticket)
        if self._held is not None:  # what was begun and never ended leaves its trace
            self._let_through()
        super().connection_lost(exc)

    @property
    def idle(self) -> bool:
        """Whether no request is in progress."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def resting(self) -> bool:
        """Whether a request was answered, and the next one has not begun."""
        return self.idle and self._due == math.inf

    @property
    def _untouched(self) -> bool:
        """Whether the next octet is the first one of a request, and the one before is answered."""
        return self._in_head and self.idle and (self._due == math.inf or (self.cycle is None and not self._head_size))

    @override
    def shutdown(self) -> None:
        """The service stops: what is in progress ends, and whoever is about to ask once more is answered still."""
        self._leaving = True
        if self.idle:
            self.loop.call_later(self.manners.patience.farewell, self._leave)
        else:
            self.cycle.keep_alive = False

    def _leave(self) -> None:
        if self.idle and not self.transport.is_closing():
            self.transport.close()
            # TLS would wait half a minute for a caller who does not say goodbye.
            self.loop.call_later(self.manners.patience.farewell, self.transport.abort)

    # -- the head of a request

    @override
    def data_received(self, data: bytes) -> None:
        """Measure what comes before the end of a head; what comes after we closed is not read at all."""
        if self._lingering or self.transport.is_closing() or self._refuse_at_a_glance(data):
            return
        if self._in_head:
            self._head_size += len(data)
            self._begin_head()
        super().data_received(data)
        if self._in_head and self._head_size > HEAD_SIZE and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _refuse_at_a_glance(self, data: bytes) -> bool:
        """Refuse a whole request when there is no room for it, and nothing else of this connection is on its way."""
        admission = self.manners.admission
        if admission is None or not admission.full or not self._untouched or self._leaving or self.flow.write_paused:
            return False
        if not glimpse.refused(data, admission, self.manners.services):
            return False
        self._refused_at, self._due = self.loop.time(), math.inf
        self._reader.answered(self._refused_at)
        self.transport.write(glimpse.BUSY)
        if self.timeout_keep_alive_task is None:
            self._rest(self.timeout_keep_alive)
        return True

    @override
    def timeout_keep_alive_handler(self) -> None:
        """Hang up on a caller who has rested for long; a request that was refused at a glance began his rest anew."""
        left = self._refused_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._rest(left)
        else:
            super().timeout_keep_alive_handler()

    def _rest(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _begin_head(self) -> None:
        if self._due == math.inf:
            self._due = self.loop.time() + self.manners.patience.head

    @override
    def on_message_begin(self) -> None:
        """A head begins, perhaps behind the end of another message in the same octets."""
        super().on_message_begin()
        self._begin_head()

    @override
    def on_headers_complete(self) -> None:
        """The head is whole: the body has limits of its own."""
        self._in_head, self._head_size, self._due = False, 0, math.inf
        super().on_headers_complete()
        if self._leaving:
            self.cycle.keep_alive = False

    # -- from a request to its answer

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: App) -> None:  # type: ignore[override]
        """Hold what is small until it is here whole; let what is large come in, if there is hope for it."""
        if sum(len(name) + len(value) for name, value in cycle.scope["headers"]) > HEAD_SIZE:
            self._answer_at_once(cycle, b"431 Request Header Fields Too Large")
            return
        try:
            asked = asked_of(cycle, app, self._peer, self.manners.services)
        except Stranger:
            self._answer_at_once(cycle, b"403 Forbidden")
            return
        admission = self.manners.admission
        if admission is None:
            self._work(asked)
        elif not cycle.more_body:
            self._queue(asked, admission)
        elif announces_over(HELD, cycle):
            if asked.kind > Kind.READING and admission.would_refuse(asked.kind):
                cycle.keep_alive = False
                admission.refuse_unseen(asked.kind)
                self._refuse(asked)
            else:
                self._work(asked)
        else:
            self._held, self._due = asked, self.loop.time() + HELD_TIME

    @override
    def on_body(self, body: bytes) -> None:
        """Read on what is held, up to its limit."""
        if self._held is None:
            super().on_body(body)
            return
        self._held.cycle.body += body
        if len(self._held.cycle.body) > HELD:
            self._let_through()

    @override
    def on_message_complete(self) -> None:
        """What comes next is another head; what was held is here whole."""
        super().on_message_complete()
        self._in_head = True
        held, admission = self._held, self.manners.admission
        if held is not None and admission is not None:
            self._held, self._due = None, math.inf
            self._queue(held, admission)

    def _let_through(self) -> None:
        """Let a held request be read into its spool: it is larger, or slower, than what is held."""
        if self._held is not None:
            held, self._held, self._due = self._held, None, math.inf
            self._work(held)

    def _queue(self, asked: Asked, admission: Admission) -> None:
        if asked.kind is Kind.READING and claims_emergency(asked.cycle.body):
            asked.kind = Kind.EMERGENCY

        def admit() -> None:
            self._queued = None
            self._work(asked)

        def shed() -> None:
            self._queued = None
            self._refuse(asked)

        asked.ticket = Ticket(asked.kind, asked.certificate, admit, shed)
        self._queued = asked
        admission.enter(asked.ticket)

    def _work(self, asked: Asked) -> None:
        """Hand a request to the application, and count what comes of it."""
        admission, inner, name = self.manners.admission, asked.app, _name()
        asked.cycle.scope[PLACE] = Place(asked, admission, self.manners.patience)  # type: ignore[literal-required]

        async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
            status = "none"

            async def noting(message: dict[str, Any]) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = str(message["status"])
                    message["headers"] = [*message.get("headers", ()), (b"x-request-id", name.encode())]
                    self._reader.answered(self.loop.time())
                await send(message)

            try:
                with request_bound(request=name):
                    await inner(scope, receive, noting)
            finally:
                asked.count(status)
                if admission is not None and asked.ticket is not None:
                    admission.leave(asked.ticket)

        super()._start_asgi_task(asked.cycle, app)  # type: ignore[arg-type]

    def _refuse(self, asked: Asked) -> None:
        asked.count("503")
        self._answer_at_once(asked.cycle, b"503 Service Unavailable", b"retry-after: " + RETRY_AFTER + b"\r\n")

    def _answer_at_once(self, cycle: RequestResponseCycle, status: bytes, header: bytes = b"") -> None:
        """Answer without the application; the connection stays when nothing of the request is still to come."""
        unread = cycle.more_body
        cycle.keep_alive = cycle.keep_alive and not unread and not self._leaving
        ending = b"" if cycle.keep_alive else b"connection: close\r\n"
        cycle.response_started = cycle.response_complete = True
        if self.transport.is_closing():
            return
        self._reader.answered(self.loop.time())
        self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n" + header + ending + b"\r\n")
        if cycle.keep_alive:
            self.on_response_complete()
        elif unread:
            self._lingering = True
            self.flow.resume_reading()
            self.loop.call_later(LINGER, self.transport.close)
        else:
            self.transport.close()

    # -- the clock

    def watch(self, now: float) -> None:
        """Cut off whoever is too slow; called several times a second."""
        if now >= self._due:
            self._due = math.inf
            if self._held is not None:
                self._let_through()
            elif self.idle:
                self._cut("head")
            else:  # an earlier request of this connection is still being answered
                self._begin_head()
        if now >= self._reader.look_at:
            bare: socket.socket | None = self.transport.get_extra_info("socket")
            if self._reader.stalled(now, bare):
                self._cut("answer", bare)

    def _cut(self, why: str, bare: socket.socket | None = None) -> None:
        metrics.CUT.labels(why).inc()
        if bare is not None:  # what the kernel keeps for that caller goes too
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
