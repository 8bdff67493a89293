"""Every page in a real Chromium, after hostile text was put wherever text may be: nothing runs, nothing is reported."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmp.assure.claim import Counter
from dmp.assure.pages_people import Address, People
from dmp.web.portal.page import CookieName

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_LISTEN = """
window.pwn = (number) => console.error("RAN " + number);
document.addEventListener("securitypolicyviolation", (event) => console.error("POLICY " + event.violatedDirective));
"""
SECONDS = 20_000


def program() -> str:
    """Where Chromium is; empty when it is not here, or nothing that drives it."""
    try:
        import playwright.sync_api  # noqa: F401 - only whether it is there
    except ImportError:
        return ""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), "")


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A Chromium, for the time of a leg."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def look(browser: "Browser", people: People, addresses: tuple[Address, ...], counter: Counter) -> None:
    """Open every page as everybody, and every document."""
    origin = people.service.contract["services"]["portal"]
    for kind in people.kinds:
        context = browser.new_context(ignore_https_errors=True, base_url=origin)
        _sign_in(context, people, kind, origin)
        page = context.new_page()
        page.add_init_script(_LISTEN)
        ears = Ears(kind, origin, counter)
        page.on("console", ears.console)
        page.on("dialog", ears.dialog)
        page.on("request", ears.request)
        for path in _paths(people, addresses):
            status = _opened(page, path)
            counter.add("pages opened in Chromium")
            if status >= 500:
                counter.wrong("page broken", f"{kind} {path}: {status}")
        context.close()


def _opened(page: "Page", path: str) -> int:
    """The status of a page; 0 for a file to keep, which nothing shows."""
    from playwright.sync_api import Error

    try:
        answer = page.goto(path, timeout=SECONDS, wait_until="load")
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return 0
    return answer.status if answer is not None else 0


def _paths(people: People, addresses: tuple[Address, ...]) -> Iterator[str]:
    for address in addresses:
        if "GET" not in address.methods or address.path.startswith("/static"):
            continue
        if "{id}" in address.path:
            yield from (people.concrete(address.path, one) for one in people.documents)
        else:
            yield people.concrete(address.path)


def _sign_in(context: "BrowserContext", people: People, kind: str, origin: str) -> None:
    secret = people.cookie(kind)
    if secret:
        context.add_cookies([{"name": CookieName.SESSION.value, "value": secret, "url": origin, "secure": True}])


@dataclass(eq=False)
class Ears:
    """What a page says, asks and calls while it is open."""

    kind: str
    origin: str
    counter: Counter

    def console(self, said: "ConsoleMessage") -> None:
        """A text that ran says so; so does the policy of the page."""
        if said.text.startswith("RAN "):
            self.counter.wrong("text that ran", f"{self.kind}: {said.text}")
        elif said.text.startswith("POLICY "):
            self.counter.wrong("reports of the policy", f"{self.kind}: {said.text}")

    def dialog(self, asked: "Dialog") -> None:
        """No page of ours opens one."""
        self.counter.wrong("text that ran", f"{self.kind}: a dialog")
        asked.dismiss()

    def request(self, asked: "Request") -> None:
        """Whatever is fetched, it is from our own origin."""
        if not asked.url.startswith((self.origin, "data:", "blob:", "about:", "chrome-extension:")):
            self.counter.wrong("calls to other sites", f"{self.kind}: {asked.url.split('/')[2]}")
