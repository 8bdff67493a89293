"""A browser for the pages of the portal: cookies with their site rules, forms, pages that lead on by themselves."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal

_FORM = re.compile(r"<form method=\"post\" action=\"([^\"]*)\"([^>]*)>(.*?)</form>", re.DOTALL)
_HIDDEN = re.compile(r"<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\">")


@dataclass
class Browser:
    """One browser. `certificate` is that of its card, which TLS would have verified."""

    loop: BlockingPortal
    app: object
    origin: str
    certificate: bytes = b""
    cookies: dict[str, tuple[str, bool]] = field(default_factory=dict)
    answer: httpx2.Response | None = None

    def get(self, path: str, *, from_elsewhere: bool = False) -> "Browser":
        """Open a page; strict cookies stay behind when another site leads here."""
        return self._send("GET", path, from_elsewhere=from_elsewhere)

    def submit(self, path: str, **fields: str) -> "Browser":
        """Send the form of the page that leads there, with what is typed; a button that is not there is no form."""
        found = next((form for form in _FORM.findall(self.page) if form[0] == path), None)
        assert found is not None, f"no form to {path} on {self.page}"
        hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(found[2])}
        return self.post(path, {**hidden, **fields})

    def attach(self, path: str, *files: tuple[str, bytes, str], field: str = "file", **fields: str) -> "Browser":
        """Send the form of the page that leads there with files: their names, their octets, the types told of them."""
        found = next((form for form in _FORM.findall(self.page) if form[0] == path), None)
        assert found is not None, f"no form to {path} on {self.page}"
        assert 'enctype="multipart/form-data"' in found[1]
        hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(found[2])}
        told = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        sent = [(field, file) for file in files] or [(field, ("", b"", "application/octet-stream"))]
        return self._send("POST", path, data={**hidden, **fields}, files=sent, headers=told)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> "Browser":
        """Send fields."""
        told = {"origin": self.origin, "sec-fetch-site": "same-origin", **headers}
        return self._send("POST", path, data=fields, headers=told)

    def follow(self) -> "Browser":
        """Go where the answer sends."""
        assert self.answer is not None
        assert self.answer.status_code == 303, self.page
        return self.get(self.answer.headers["location"])

    @property
    def onward(self) -> str:
        """Where the page leads by itself."""
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', self.page)
        assert found is not None, self.page
        return html.unescape(found[1])

    @property
    def page(self) -> str:
        assert self.answer is not None
        return self.answer.text

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status_code

    @property
    def options(self) -> str:
        """What the page asks of a device."""
        found = re.search(r'data-options="([^"]+)"', self.page)
        assert found is not None, self.page
        return html.unescape(found[1])

    def _send(self, method: str, path: str, *, from_elsewhere: bool = False, **told) -> "Browser":
        kept = {name: value for name, (value, strict) in self.cookies.items() if not (strict and from_elsewhere)}
        headers = {**told.pop("headers", {}), "cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}

        async def go() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self._with_certificate)  # type: ignore[arg-type]
            async with httpx2.AsyncClient(transport=transport, base_url=self.origin) as client:
                return await client.request(method, path, headers=headers, **told)

        self.answer = self.loop.call(go)
        for line in self.answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = (value, "SameSite=Strict" in line)
        return self

    async def _with_certificate(self, scope, receive, send) -> None:
        scope["extensions"] = {**scope.get("extensions", {}), "tls": {"client_certificate": self.certificate}}
        await self.app(scope, receive, send)


@contextmanager
def a_loop() -> Iterator[BlockingPortal]:
    """A loop that applications are called in."""
    with start_blocking_portal() as loop:
        yield loop
