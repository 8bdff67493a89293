"""Words for tests in Debian's Chromium: a window that notes whatever goes wrong in it, and what axe-core says of it."""

import base64
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Request, Response, sync_playwright

from dmp.web.portal.page import CookieName, Theme

PROGRAM = shutil.which("chromium")
AXE = Path(__file__).parent / "browser" / "vendor" / "axe-core" / "axe.min.js"
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""WCAG 2.2, A and AA, as axe-core names the sets of its rules."""
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
NARROW, ZOOMED = {"width": 320, "height": 640}, {"width": 640, "height": 400}
"""The narrowest screen that pages must bear, and a desk seen at 200 %."""
PATIENCE = 60_000
"""Milliseconds for a page."""
OWN = ("about:", "blob:", "chrome:", "chrome-extension:")
"""What a browser asks of itself: its viewer of PDF is a page of its own."""
_STATUS = "Failed to load resource: the server responded with a status of"
_REPORTS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`))"""
_AXE = """async (levels) => {
  const found = await axe.run(document, { runOnly: levels, resultTypes: ["violations"] });
  const why = (node) => node.any.map((one) => one.message).join("; ").slice(0, 160);
  const said = (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${why(node)}`);
  return found.violations.flatMap(said);
}"""

LONGEST_WALK = 120
"""Stops of the Tab key that are walked on one page; a date has several."""
_STOPS = """() => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const there = (one) => !one.disabled && one.checkVisibility({ visibilityProperty: true });
  const groups = new Set();
  const first = (one) => {
    if (one.type !== "radio") return true;
    const group = `${one.form?.action} ${one.name}`;
    return !groups.has(group) && groups.add(group);
  };
  window.stops = [...document.querySelectorAll(wanted)].filter((one) => there(one) && first(one));
  window.reached = [];
  document.addEventListener("focusin", (event) => {
    const style = getComputedStyle(event.target);
    const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    window.reached.push({ stop: event.target, marked });
  });
  document.activeElement?.blur();
  const parts = { "date": 3, "time": 2, "datetime-local": 5, "month": 2 };
  return window.stops.reduce((sum, one) => sum + 1 + (parts[one.type] || 0), 0);
}"""
_WALKED = """(count) => {
  const named = (one) => one.outerHTML.slice(0, 100);
  const radio = (one, other) => one.type === "radio" && other.type === "radio" && one.name === other.name;
  const got = (one) => window.reached.some(({ stop }) => stop === one || radio(stop, one));
  const lost = window.stops.slice(0, count).filter((one) => !got(one));
  const missed = lost.map((one) => `not reached by Tab: ${named(one)}`);
  const unmarked = window.reached.filter(({ marked }) => !marked).map(({ stop }) => `focus not seen: ${named(stop)}`);
  const skips = window.reached[0]?.stop.matches(".skip") ? [] : ["the first stop is not the way to the content"];
  return [...missed, ...unmarked, ...skips];
}"""

_BEYOND = """() => [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().right > document.scrollingElement.clientWidth + 1)
  .slice(0, 4).map((one) => one.outerHTML.slice(0, 80))"""


@contextmanager
def chromium(certificate: Path) -> Iterator[Browser]:
    """Debian's Chromium, which takes this certificate of a server for good, and warns of all others."""
    if PROGRAM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    told = [f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"]
    # Chromium has a sandbox of its own, which needs another user than root.
    sandbox = os.geteuid() != 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=told, chromium_sandbox=sandbox)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Window:
    """One browser of one person: its page, and what went wrong in it."""

    context: BrowserContext
    origins: tuple[str, ...]
    bears: set[int] = field(default_factory=set)
    """Statuses of 400 and more that this test expects."""
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to everything."""
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(_REPORTS)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        self.context.on("request", self._asked)
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._answered)
        self.page = self.context.new_page()

    @property
    def origin(self) -> str:
        """Of the portal."""
        return self.origins[0]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_STATUS):
            self.troubles.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((*OWN, *self.origins)):
            self.troubles.append(f"asked elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        # What is saved as a file is, for the page, a navigation that did not take place.
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.bears:
            self.troubles.append(f"answered {response.status}: {response.request.method} {response.url}")

    # -- a person before it

    def hold(self, secret: str) -> "Window":
        """Have the cookie of a session that is open."""
        return self.cookie(CookieName.SESSION, secret)

    def cookie(self, name: str, value: str) -> "Window":
        """Have a cookie of the portal."""
        self.context.add_cookies([{"name": name, "value": value, "url": self.origin, "secure": True}])
        return self

    def goes(self, path: str) -> "Window":
        """Open a page of the portal."""
        self.page.goto(self.origin + path)
        return self

    def presses(self, words: str) -> "Window":
        """Press the button, or follow the link, that reads so; wait for the page after it."""
        button = self.page.get_by_role("main").get_by_role("button", name=words)
        (button if button.count() else self.page.get_by_role("link", name=words)).first.click()
        self.page.wait_for_load_state()
        return self

    def submits(self, action: str) -> "Window":
        """Send the form that goes there, by its button; wait for the page after it."""
        self.page.locator(f"main form[action='{action}'] button").first.click()
        self.page.wait_for_load_state()
        return self

    def fills(self, **fields: str) -> "Window":
        """Write in fields, by their names; in the first form that has such a field."""
        for name, text in fields.items():
            self.page.locator(f"main [name={name}]").first.fill(text)
        return self

    @property
    def path(self) -> str:
        """Where it is."""
        return self.page.url.removeprefix(self.origin).partition("?")[0].partition("#")[0]

    @property
    def words(self) -> str:
        """What the page says."""
        return self.page.get_by_role("main").inner_text()

    # -- how the page is

    def looks(self, theme: Theme) -> "Window":
        """In one of the themes, as the server writes it into the page for who chose it."""
        self.page.evaluate(
            "(theme) => { const page = document.documentElement.dataset;"
            " page.theme = theme; page.bsTheme = theme === 'dark' ? 'dark' : 'light'; }",
            theme.value,
        )
        return self

    def unfolds(self) -> "Window":
        """Open whatever is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        return self

    def walk(self) -> list[str]:
        """Go through the page with the Tab key alone; gives what is wrong with that."""
        count = self.page.evaluate(_STOPS)
        for _ in range(min(count, LONGEST_WALK) + 1):
            self.page.keyboard.press("Tab")
        found = self.page.evaluate(_WALKED, min(count, LONGEST_WALK))
        self.page.evaluate("scrollTo(0, 0)")
        return found

    def faults(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA."""
        # Evaluated by the browser's own door for tools, to which the policy of the page does not apply.
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
        return self.page.evaluate(_AXE, list(LEVELS))

    def seen_at(self, size: dict[str, int]) -> "Window":
        """On a screen of that size."""
        self.page.set_viewport_size(size)
        return self

    def too_wide(self) -> int:
        """How many pixels of the page one has to scroll sideways for."""
        return self.page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")

    def beyond(self) -> list[str]:
        """What stands out on the right."""
        return self.page.evaluate(_BEYOND)


@contextmanager
def window(browser: Browser, *origins: str, **options: Any) -> Iterator[Window]:
    """A fresh window; at the end nothing may have gone wrong in it."""
    context = browser.new_context(**{"locale": "fr-FR", "viewport": DESK} | options)
    opened = Window(context, origins)
    try:
        yield opened
    finally:
        try:
            context.close()
        except Error as error:
            opened.troubles.append(str(error))
    assert not opened.troubles, "\n".join(opened.troubles)
