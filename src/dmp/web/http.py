"""The only module that knows the web framework's request: reading one, whole and within limits."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dmp.record.errors import InvalidMessage

SLOWEST = 15.0
"""Seconds without an octet before a body is given up (DEC-119)."""
BODY_TIME = 120.0
"""Seconds for a whole body."""


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


def incoming(request: Request) -> Incoming:
    """The head of a request."""
    tls = request.scope.get("extensions", {}).get("tls", {})
    return Incoming(
        path=request.url.path.strip("/").rpartition("/")[2],
        content_type=request.headers.get("content-type", ""),
        content_encoding=request.headers.get("content-encoding", ""),
        certificate=tls.get("client_certificate") or b"",
    )


async def body(request: Request, *, most: int) -> AsyncIterator[bytes]:
    """The octets of a request as they come.

    Raises:
        InvalidMessage: over `most` octets (413), or too slow (408).
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise InvalidMessage("the request is too large", element="Content-Length", status=413)
    received, stream = 0, request.stream()
    async with asyncio.timeout(BODY_TIME):
        while True:
            try:
                piece = await asyncio.wait_for(anext(stream), SLOWEST)
            except StopAsyncIteration:
                return
            except ClientDisconnect as error:
                raise InvalidMessage("the caller left before the end", element="body", status=400) from error
            except TimeoutError as error:
                raise InvalidMessage("the request comes too slowly", element="body", status=408) from error
            received += len(piece)
            if received > most:
                raise InvalidMessage("the request is too large", element="body", status=413)
            yield piece


def response(answer: Outgoing) -> Response:
    """Turn an answer into what the framework sends."""
    headers = {"Cache-Control": "no-store", **answer.headers}
    return Response(b"".join(answer.pieces), answer.status, headers, answer.content_type or None)
