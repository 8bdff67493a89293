"""One SOAP service over HTTP: octets in as they come, the pipeline in a thread, octets out."""

from collections.abc import AsyncIterator, Awaitable, Callable

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from dmp.record.errors import InvalidMessage
from dmp.web import http
from dmp.web.soap.edge import Edge, Received
from dmp.web.spool import SpooledSink
from dmp.wire import mtom
from dmp.wire.compression import Gunzip


def endpoint(
    edge: Edge, threads: CapacityLimiter, limits: mtom.Limits = mtom.LIMITS
) -> Callable[[Request], Awaitable[Response]]:
    """The handler of all the SOAP paths; `threads` bounds the requests worked on at once."""

    async def handle(request: Request) -> Response:
        body = http.Body(request)
        try:
            received = await _receive(http.incoming(request), body, limits)
        except Exception as error:  # a process edge: whatever goes wrong is answered and traced
            await body.discard()
            answer = await to_thread.run_sync(edge.refuse, error, limiter=threads)
            return http.response(answer.closing())
        if not await http.admitted(request):
            return http.busy()
        return http.response(await to_thread.run_sync(edge.answer, received, limiter=threads))

    return handle


async def _receive(head: http.Incoming, body: http.Body, limits: mtom.Limits) -> Received:
    """Read a request within the limits of DEC-55; the parts go into spools, the envelope into memory."""
    packaged = mtom.packaging(head.content_type)
    if packaged.multipart:
        reader = mtom.MultipartReader(packaged, limits=limits, new_sink=SpooledSink)
        async for piece in _expanded(body, head.content_encoding, limits.request):
            reader.feed(piece)
        return Received(head, packaged, reader.close())
    octets = bytearray()
    async for piece in _expanded(body, head.content_encoding, limits.envelope):
        octets += piece
    return Received(head, packaged, mtom.Multipart(bytes(octets)))


async def _expanded(body: http.Body, encoding: str, most: int) -> AsyncIterator[bytes]:
    """The octets of the body, its Content-Encoding undone: none, or gzip within its ratio (xds-wire 1.5)."""
    pieces = body.pieces(most=most)
    if encoding.strip().lower() in ("", "identity"):
        async for piece in pieces:
            yield piece
        return
    if encoding.strip().lower() != "gzip":
        raise InvalidMessage("only gzip is understood", element="Content-Encoding", status=415)
    gunzip = Gunzip(limit=most)
    async for piece in pieces:
        for expanded in gunzip.feed(piece):
            yield expanded
    for expanded in gunzip.close():
        yield expanded
