"""A service in this process, without sockets: the same application, asked as the server would ask it."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dmp.main import build_app, open_store
from dmp.settings import Settings

PIECE = 64 * 1024
"""Octets that the server hands over at once."""


@dataclass(frozen=True)
class Request:
    """A POST to a service; `headers` are more of them, names in small letters."""

    service: str
    content: bytes
    content_type: str
    headers: Sequence[tuple[str, str]] = ()
    certificate: Path | None = None
    """That of the caller (PEM), when it is another than that of all callers."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Inside:
    """The application of an installation; its clock-work does not run."""

    def __init__(self, settings: Settings, certificate: Path):
        """Open the installation; every caller holds this client certificate (PEM)."""
        self._store = open_store(settings)
        self._app = build_app(self._store, settings)
        self._certificate = certificate
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        """Close at the end of a `with`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self._store.close()

    def post(self, request: Request) -> Answer:
        """One request and its answer."""
        return self._loop.run_until_complete(self._post(request))

    async def _post(self, request: Request) -> Answer:
        at, started, pieces = 0, dict[str, Any](), list[bytes]()

        async def receive() -> dict[str, Any]:
            nonlocal at
            if at > len(request.content):
                return {"type": "http.disconnect"}
            piece, at = request.content[at : at + PIECE], at + PIECE
            more = at < len(request.content)
            at = at if more else len(request.content) + 1
            return {"type": "http.request", "body": piece, "more_body": more}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                pieces.append(message.get("body", b""))

        await self._app(self._scope(request), receive, send)
        headers = tuple([(name.decode(), value.decode()) for name, value in started["headers"]])
        return Answer(started["status"], b"".join(pieces), headers)

    def _scope(self, request: Request) -> dict[str, Any]:
        headers = (
            ("host", "localhost"),
            ("content-type", request.content_type),
            ("content-length", str(len(request.content))),
            *request.headers,
        )
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "https",
            "path": f"/{request.service}",
            "raw_path": f"/{request.service}".encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 443),
            "extensions": {"tls": {"client_certificate": _der(request.certificate or self._certificate)}},
        }


@cache
def _der(certificate: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())
