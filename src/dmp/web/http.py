"""The only module that knows the web framework's request: reading one, whole and within limits."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dmp.record.errors import InvalidMessage
from dmp.record.profile import MIB
from dmp.web.patience import Patience

PLACE = "dmp.place"
"""Where the scope of a request holds what gives it a place to be worked on, and says how long to wait for its body."""
LINGER = 5.0
"""Seconds during which the rest of a refused body is read on and thrown away."""
LINGER_SIZE = 64 * MIB
BUSY = 503


@dataclass(frozen=True)
class Incoming:
    """A POST as the services see it; `certificate` is the verified client certificate, DER."""

    path: str
    content_type: str
    content_encoding: str
    certificate: bytes


@dataclass(frozen=True)
class Outgoing:
    """An answer: status, media type, octets in pieces; no body for 405, 413 and 415."""

    status: int
    content_type: str = ""
    pieces: tuple[bytes, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def closing(self) -> "Outgoing":
        """The same answer, the last one of its connection."""
        return replace(self, headers={**self.headers, "Connection": "close"})


def incoming(request: Request) -> Incoming:
    """The head of a request."""
    tls = request.scope.get("extensions", {}).get("tls", {})
    # The path of the scope: the URL of the framework is made with the Host header, which may be anything.
    return Incoming(
        path=request.scope["path"].strip("/").rpartition("/")[2],
        content_type=request.headers.get("content-type", ""),
        content_encoding=request.headers.get("content-encoding", ""),
        certificate=tls.get("client_certificate") or b"",
    )


class Body:
    """The octets of one request, read once, as they come."""

    def __init__(self, request: Request):
        """Nothing is read yet."""
        self._request = request
        self._stream = request.stream()
        self._ended = False
        place = request.scope.get(PLACE)
        self._patience: Patience = place.patience if place else Patience()

    async def pieces(self, *, most: int) -> AsyncIterator[bytes]:
        """The octets as they come.

        Raises:
            InvalidMessage: over `most` octets (413), too slow (408), or cut short.
        """
        declared = self._request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > most:
            raise InvalidMessage("the request is too large", element="Content-Length", status=413)
        received, clock, patience = 0, asyncio.get_running_loop(), self._patience
        begun = clock.time()
        while True:
            # So many octets are worth so many seconds: whoever sends drop by drop runs out of them (security 5.3).
            until = begun + min(patience.body, max(patience.begin, received / patience.pace))
            piece = await self._next(min(patience.begin, until - clock.time()))
            if piece is None:
                return
            received += len(piece)
            if received > most:
                raise InvalidMessage("the request is too large", element="body", status=413)
            yield piece

    async def _next(self, seconds: float) -> bytes | None:
        try:
            return await asyncio.wait_for(anext(self._stream), seconds)
        except StopAsyncIteration:
            self._ended = True
            return None
        except ClientDisconnect as error:
            self._ended = True
            raise InvalidMessage("the caller left before the end", element="body", status=400) from error
        except TimeoutError as error:
            self._ended = True
            raise InvalidMessage("the request comes too slowly", element="body", status=408) from error

    async def discard(self) -> None:
        """Read on for a moment what a refused caller still sends: most read no answer before they have sent all.

        One that waits for our leave to send (`Expect: 100-continue`) sends nothing more.
        """
        if self._ended or "expect" in self._request.headers:
            return
        left = LINGER_SIZE
        try:
            async with asyncio.timeout(LINGER):
                async for piece in self._stream:
                    left -= len(piece)
                    if left < 0:
                        return
        except (TimeoutError, ClientDisconnect):
            return


def response(answer: Outgoing) -> Response:
    """Turn an answer into what the framework sends."""
    headers = {"Cache-Control": "no-store", **answer.headers}
    return Response(b"".join(answer.pieces), answer.status, headers, answer.content_type or None)


async def admitted(request: Request) -> bool:
    """Wait for a place to work in; false: there is none, the answer is `busy()`."""
    place = request.scope.get(PLACE)
    return place is None or await place.taken()


def busy() -> Response:
    """Nothing was done: come back later (security 13.6)."""
    return Response(status_code=BUSY, headers={"Retry-After": "1", "Cache-Control": "no-store"})
