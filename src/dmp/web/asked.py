"""A request on its way to its answer, and the place that it works in."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from dmp.web import metrics
from dmp.web.admission import Admission, Kind, Ticket, classified
from dmp.web.patience import Patience
from dmp.web.peer import Peer

App = Callable[[dict[str, Any], Any, Any], Any]


@dataclass(eq=False, slots=True)
class Asked:
    """One request on its way: what it is for, and when its head was complete."""

    cycle: RequestResponseCycle
    app: App
    kind: Kind
    service: str
    operation: str
    certificate: bytes
    since: float
    counted: bool
    """Whether the figures tell of it."""
    ticket: Ticket | None = None

    def count(self, status: str) -> None:
        """Count what came of it; a refusal takes no time worth telling."""
        if self.counted:
            metrics.REQUESTS.labels(self.service, self.operation, status).inc()
            if self.ticket is None or self.ticket.working:
                metrics.REQUEST_SECONDS.labels(self.service, self.operation).observe(time.monotonic() - self.since)


def asked_of(cycle: RequestResponseCycle, app: App, peer: Peer, services: frozenset[str]) -> Asked:
    """What a head asks for; `services` are the paths that the figures name.

    Raises:
        Stranger: it must not be answered.
    """
    scope: dict[str, Any] = cycle.scope  # type: ignore[assignment]
    headers = scope["headers"]
    certificate = peer.certificate(headers)
    scope.setdefault("extensions", {})["tls"] = {"client_certificate": certificate}
    content_type = next((value for name, value in headers if name == b"content-type"), b"")
    kind, operation = classified(scope["raw_path"], content_type)
    first = scope["path"][1:]
    service = first if first in services else "other"
    return Asked(cycle, app, kind, service, operation, certificate, time.monotonic(), bool(services))


def announces_over(most: int, cycle: RequestResponseCycle) -> bool:
    """Whether a body of more than `most` octets is announced, or of nobody knows how many, or one that waits for leave.

    Leave to come is what `Expect: 100-continue` asks for.
    """
    if cycle.waiting_for_100_continue:
        return True
    length = next((value for name, value in cycle.scope["headers"] if name == b"content-length"), b"0")
    return not length.isdigit() or int(length) > most


class Place:
    """The place that a request works in; one that was read into its spool asks for it only then."""

    def __init__(self, asked: Asked, admission: Admission | None, patience: Patience):
        """Nothing is asked yet; `patience` is for what of the request is still to come."""
        self._asked = asked
        self._admission = admission
        self.patience = patience

    async def taken(self) -> bool:
        """Wait for the place; false: it will not come, the answer is 503."""
        if self._admission is None or self._asked.ticket is not None:
            return True
        granted = asyncio.get_running_loop().create_future()

        def told(answer: bool) -> None:
            if not granted.done():
                granted.set_result(answer)

        ticket = Ticket(self._asked.kind, self._asked.certificate, lambda: told(True), lambda: told(False))
        self._asked.ticket = ticket
        self._admission.enter(ticket)
        return await granted
