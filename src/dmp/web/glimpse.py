"""A small request at a glance: enough to refuse it, when there is no room, without making anything of it.

Ten times more calls than can be answered are refusals nearly all of them, and
whatever these cost is taken from the answers (security 13.6). Most requests
come whole, in one piece, over a connection that rests; such a one is refused
from its octets. Anything else, and whatever might be framed in another way,
goes the long way. A glance frames nothing itself: the one length that is
announced must be what is here to the last octet, so that no octet of it can
be taken for another request.
"""

from dataclasses import dataclass
from functools import cache

from prometheus_client import Counter

from dmp.web import metrics
from dmp.web.admission import LOOKED_AT, RETRY_AFTER, Admission, Kind, claims_emergency, classified

HEAD_SIZE = 32 * 1024
"""Octets of a request line and its headers, about (security 5.3): refused once they are over."""
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: " + RETRY_AFTER + b"\r\n\r\n"
"""Nothing was done: come back later; the connection stays."""
_UNUSUAL = frozenset({b"connection", b"expect", b"transfer-encoding", b"upgrade", b""})
"""With one of these, a request may end, or its connection go on, in another way."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What was seen of one whole POST."""

    path: bytes
    content_type: bytes


def glimpsed(data: bytes) -> Glimpse | None:
    """One whole, ordinary POST and nothing else; nothing when the octets are anything else."""
    end = data.find(b"\r\n\r\n", 0, HEAD_SIZE)
    if end < 0 or len(data) > LOOKED_AT or not data.startswith(b"POST /"):
        return None
    line, *headers = data[:end].split(b"\r\n")
    target, _, version = line[5:].partition(b" ")
    content_type = length = None
    for header in headers:
        name, colon, value = header.partition(b":")
        name = name.lower()
        if name == b"content-length" and length is None:
            length = value.strip()
        elif name == b"content-type" and content_type is None:
            content_type = value.strip()
        elif name == b"content-length" or name in _UNUSUAL or not colon:
            return None
    if version != b"HTTP/1.1" or length is None or not length.isdigit() or int(length) != len(data) - end - 4:
        return None
    return Glimpse(target.partition(b"?")[0], content_type or b"")


def refused(data: bytes, admission: Admission, services: frozenset[str]) -> bool:
    """Whether these octets are one request for which there is no room: it is counted, its answer is `BUSY`.

    Whether an emergency finds room depends on who asks: it is never refused at a glance.
    """
    seen = glimpsed(data)
    if seen is None:
        return False
    kind, operation = classified(seen.path, seen.content_type)
    if not admission.would_refuse(kind) or (kind is Kind.READING and claims_emergency(data)):
        return False
    admission.refuse_unseen(kind)
    if services:
        _refusals(seen.path[1:].decode("latin-1"), operation, services).inc()
    return True


def _refusals(path: str, operation: str, services: frozenset[str]) -> Counter:
    return _counter(path if path in services else "other", operation)


@cache
def _counter(service: str, operation: str) -> Counter:
    return metrics.REQUESTS.labels(service, operation, "503")
