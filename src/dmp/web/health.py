"""What those who watch the service may ask, on a listener of their own: alive, ready, how much (security 13.5)."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dmp.web import metrics

FRESH = 1.0
"""Seconds during which one look at the storage answers everybody who asks."""


@dataclass
class Readiness:
    """Whether the service can do its work, looked up at most once a second however many ask."""

    look: Callable[[], str]
    """Gives one word that says what is missing, or nothing when all is there."""
    _at: float = -FRESH
    _missing: str = ""
    _alone: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    async def missing(self) -> str:
        """The word, or nothing."""
        return await to_thread.run_sync(self._looked, limiter=self._alone)

    def _looked(self) -> str:
        if time.monotonic() - self._at >= FRESH:
            self._missing = self.look()
            self._at = time.monotonic()
        return self._missing


def build_health_app(look: Callable[[], str], others: Iterable[Collector]) -> Starlette:
    """`/healthz`: the process turns. `/readyz`: it can do its work, else 503 and one word. `/metrics`: figures."""
    readiness = Readiness(look)
    alone = CapacityLimiter(1)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        missing = await readiness.missing()
        return PlainTextResponse(f"{missing or 'ready'}\n", 503 if missing else 200)

    async def figures(_request: Request) -> Response:
        content = await to_thread.run_sync(metrics.exposition, tuple(others), limiter=alone)
        return Response(content, media_type=metrics.CONTENT_TYPE)

    app = Starlette(
        routes=[Route(path, page) for path, page in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", figures))]
    )
    app.router.redirect_slashes = False
    return app
