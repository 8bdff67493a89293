"""What protects every answer and every form of the portal, looked at on every address (security 9.6 to 9.8).

What is expected is written here from the specification, and taken from nothing of the portal's.
"""

import re

import httpx2

from dmp.assure.claim import Counter
from dmp.assure.pages_people import Address, People

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "require-trusted-types-for": "'script'",
}
FRAMING = {**POLICY, "frame-src": "'self'"}
"""Of a page that shows a document in a frame."""
STRICT = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
NO_STORE, FOR_GOOD = "no-store", "public, max-age=31536000, immutable"
_COOKIE = re.compile(r"__Host-[a-z-]+=[^;]*; Path=/; Secure; HttpOnly; SameSite=(Strict|Lax)(; Max-Age=\d+)?")
LAX = ("__Host-dmp-proof=", "__Host-dmp-back=")
"""The cookies that come along when an identity provider sends the browser back (ADR 24); neither proves who it is."""
REFUSED = 403
SIGN_IN = "/connexion"
"""Where who is nobody is sent, with nothing done."""
FORMS = (415, 413, 400)
"""Other refusals that come before: what was sent is no form that could be read."""


def look(people: People, addresses: tuple[Address, ...], counter: Counter) -> None:
    """Open every address as everybody, and send it forged forms."""
    for kind in people.kinds:
        with people.browser(kind) as browser, people.browser("patient") as other:
            if kind != "nobody" and browser.get("/sessions").status_code == 200:
                counter.add("kinds signed in")
            token, theirs = browser.token("/affichage"), other.token("/affichage")
            for address in addresses:
                path = people.concrete(address.path)
                if "GET" in address.methods:
                    look_at(browser.get(path), counter, f"{kind} GET {address.path}")
                if "POST" in address.methods:
                    forged: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
                        ("no token", {}, {"Origin": browser.origin}),
                        ("somebody else's token", {"token": theirs}, {"Origin": browser.origin}),
                        ("another site", {"token": token}, {"Origin": "https://elsewhere.example"}),
                        ("no origin", {"token": token}, {}),
                    )
                    for name, fields, headers in forged:
                        answer = browser.send(path, fields, headers=headers)
                        look_at(answer, counter, f"{kind} POST {address.path}")
                        counter.add("forged forms")
                        to_the_door = kind == "nobody" and answer.headers.get("location") == SIGN_IN
                        if answer.status_code not in (REFUSED, *FORMS) and not to_the_door:
                            counter.wrong("forged form taken", f"{kind} {address.path}: {name}")
    counter.add("addresses", len(addresses))


def look_at(answer: httpx2.Response, counter: Counter, what: str) -> None:
    """Count what an answer lacks of what protects it."""
    counter.add("answers looked at")
    told = answer.headers
    lacking = [name for name, value in STRICT.items() if told.get(name) != value]
    policy = _policy(told.get("content-security-policy", ""))
    framed = policy.get("default-src") == "'none'" and not set(policy.get("script-src", "").split()) - {"'none'"}
    if policy not in (POLICY, FRAMING) and not framed:
        lacking.append("content-security-policy")
    if told.get("cache-control") not in (NO_STORE, FOR_GOOD):
        lacking.append("cache-control")
    if "=(self" in told.get("permissions-policy", "missing") or "camera=()" not in told.get("permissions-policy", ""):
        lacking.append("permissions-policy")
    lacking += [line.partition("=")[0] for line in told.get_list("set-cookie") if not _is_kept(line)]
    for name in lacking:
        counter.wrong("protection lacking", f"{what}: {name}")


def _policy(text: str) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in text.split(";"))
    return {name: value for name, _, value in pairs if name}


def _is_kept(line: str) -> bool:
    found = _COOKIE.fullmatch(line)
    return found is not None and (found[1] == "Strict" or line.startswith(LAX))
