"""What protects every answer and every form (security 9.6 to 9.8)."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from dmp.web.portal.page import Cookie, CookieName

FIELD = "token"
"""The hidden field of every form."""
_FEATURES = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock"),
    *("usb", "xr-spatial-tracking"),
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)
FRAMING: Mapping[str, str] = {"Content-Security-Policy": f"{_POLICY}; frame-src 'self'"}
"""On a page that shows a document in a frame (`Page.frames`)."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer, whatever it says."""


def new_form_secret() -> str:
    """What the tokens of one browser are made of."""
    return secrets.token_hex(16)


def token_of(form_secret: str, session: str) -> str:
    """What the forms of a browser must send back: another one as soon as somebody signs in, or out."""
    return hmac.digest(form_secret.encode(), f"form {session}".encode(), hashlib.sha256).hex()


def draft_of(form_secret: str, *, who: str, about: str, path: str) -> str:
    """The name under which a browser keeps what is being typed: of one person, about one record, on one page.

    Nobody finds there what another typed, nor in one record what was typed in another; it tells neither.
    """
    return hmac.digest(form_secret.encode(), f"draft {who}\n{about}\n{path}".encode(), hashlib.sha256).hex()[:32]


def is_from_us(*, origin: str, fetch_site: str, ours: str) -> bool:
    """Whether a POST comes from a page of ours; a browser says so, and cannot be made to lie by a page.

    Under `Referrer-Policy: no-referrer` browsers write `null` for the Origin of a form (Fetch, "append a request
    `Origin` header"): Sec-Fetch-Site then tells alone, and a browser too old to send it sends the Origin.
    """
    if not fetch_site:
        return origin == ours
    return fetch_site == "same-origin" and origin in (ours, "null")


def is_token(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def written(cookie: Cookie) -> str:
    """A cookie as a header says it (security 9.6)."""
    life = "; Max-Age=0" if not cookie.value else f"; Max-Age={cookie.seconds}" if cookie.seconds else ""
    return f"{cookie.name}={cookie.value}; Path=/; Secure; HttpOnly; SameSite={cookie.same_site}{life}"


def dropped(*names: CookieName) -> tuple[Cookie, ...]:
    """Cookies to take back."""
    return tuple(Cookie(name, "") for name in names)


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a request; of one that comes twice, none: somebody else wrote one of them."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for part in header.split(";"):
        name, separator, value = part.strip().partition("=")
        if separator and name in found:
            twice.add(name)
        if separator:
            found[name] = value
    return {name: value for name, value in found.items() if name not in twice}
