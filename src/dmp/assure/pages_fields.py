"""Hostile text in every text field of every form: what comes back, and what is kept and shown later, is escaped."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
from lxml import html

from dmp.assure.browser import Browser
from dmp.assure.claim import Counter, Leg
from dmp.assure.pages_people import Address, People

TEXT = ("text", "search", "email", "tel", "url", "password", "number", "date", "")
LAST = ("fermer", "detruire", "destruction")
"""Forms that end the record are sent after all others."""
_ESCAPED = frozenset("<>\"'")


@dataclass(frozen=True)
class FoundForm:
    """A form of a page: where it leads, what is in it, and which of its fields take text."""

    page: str
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    multipart: bool = False


def try_all(people: People, addresses: tuple[Address, ...], mine: tuple[str, ...], counter: Counter, leg: Leg) -> None:
    """Each payload into each text field, a form at a time."""
    for kind in people.kinds:
        for form in forms_of(people, kind, addresses):
            counter.add("forms")
            counter.add("text fields", len(form.texts))
            for rank, payload in enumerate(mine):
                with people.browser(kind) as browser:
                    _send(browser, form, payload, counter, f"{kind} {form.page}")
                leg.advance(rank)


def forms_of(people: People, kind: str, addresses: tuple[Address, ...]) -> list[FoundForm]:
    """Every form with a text field that a kind of visitor finds."""
    found: dict[tuple[str, tuple[str, ...]], FoundForm] = {}
    with people.browser(kind) as browser:
        for address in addresses:
            if "GET" in address.methods and not address.path.startswith("/static"):
                path = people.concrete(address.path)
                answer = browser.get(path)
                if answer.headers.get("content-type", "").startswith("text/html"):
                    for form in _forms(path, answer.text):
                        found.setdefault((form.action, form.texts), form)
    return sorted(found.values(), key=lambda form: any(word in form.action for word in LAST))


def _forms(page: str, text: str) -> Iterator[FoundForm]:
    for form in html.fromstring(text).forms:
        texts, fields = list[str](), list[tuple[str, str]]()
        for field in form.iter("input", "textarea", "select"):
            name, kind = field.get("name"), (field.get("type") or "").lower()
            if name and (field.tag == "textarea" or (field.tag == "input" and kind in TEXT)):
                texts.append(name)
        fields += [(name, value) for name, value in form.form_values() if name not in texts and name != "token"]
        if texts:
            multipart = form.get("enctype") == "multipart/form-data"
            yield FoundForm(page, form.action or page, form.method, tuple(fields), tuple(texts), multipart)


def _send(browser: Browser, form: FoundForm, payload: str, counter: Counter, what: str) -> None:
    fields = {**dict(form.fields), **dict.fromkeys(form.texts, payload)}
    if form.method == "GET":
        answer = browser.user.get(form.action, params=fields)
    else:
        fields["token"] = browser.token(form.page)
        told = {"Origin": browser.origin}
        files = {"nothing": (payload, b"", "text/plain")} if form.multipart else None
        answer = browser.user.post(form.action, data=fields, files=files, headers=told)
    check(answer, payload, counter, f"{what} -> {form.action}")
    if answer.is_redirect and answer.headers["location"].startswith("/"):
        check(browser.get(answer.headers["location"]), payload, counter, f"{what} -> then")


def check(answer: httpx2.Response, payload: str, counter: Counter, what: str) -> None:
    """What came back holds no payload that is not escaped, and is no failure of ours."""
    counter.add("texts sent")
    if answer.status_code >= 500 and answer.status_code != 503:
        counter.wrong("page broken", f"{what}: {answer.status_code}")
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if is_page and _ESCAPED & set(payload) and payload in answer.text:
        counter.wrong("text not escaped", what)
    if is_page and "49<b" in answer.text:
        counter.wrong("text not escaped", f"{what}: a template ran")
