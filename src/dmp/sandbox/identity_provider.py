"""A sandbox of the two identity providers: Pro Santé Connect and FranceConnect, in their real shapes, for tests.

On loopback alone, with keys made at its start and fictional people only. One
picks a person on its page; nobody types a password. What a real provider
refuses, it refuses: another redirection, another secret, a code used twice, a
verifier that does not fit.

::

    /NAME/.well-known/openid-configuration   /NAME/certs
    /NAME/auth      the page: who are you?   /NAME/token     /NAME/userinfo
    /NAME/bc-auth   ask on a telephone       /NAME/phone     the telephone
    /NAME/logout
"""

import base64
import hashlib
import hmac
import html
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from typing_extensions import override

from dmp.sandbox.port import LOOPBACK

CODE_LIFE = 30.0
TOKEN_LIFE = 60
REQUEST_LIFE = 120
INTERVAL = 1
LARGEST = 64 * 1024

Claims = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """What tells one provider from the other."""

    name: str
    label: str
    signed_userinfo: bool
    telephone: bool


PSC = Kind("psc", "Pro Santé Connect (bac à sable)", signed_userinfo=False, telephone=True)
FRANCE_CONNECT = Kind("franceconnect", "FranceConnect (bac à sable)", signed_userinfo=True, telephone=False)


@dataclass(frozen=True)
class Somebody:
    """A fictional person that can be picked; `hint` is the id that he can be asked by on his telephone."""

    key: str
    label: str
    claims: Mapping[str, Any]
    hint: str = ""


@dataclass(frozen=True)
class Client:
    """A service that was declared to the provider."""

    id: str
    secret: str
    redirect: str
    after_logout: str = ""


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    status: int
    content: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    location: str = ""


@dataclass
class _Granted:
    """A code, or a question on a telephone, that waits to be changed for tokens."""

    person: Somebody | None
    asked: Mapping[str, str]
    until: float
    state: str = "agreed"
    polled: float = 0.0


@dataclass
class IdentityProvider:
    """One provider. `clock` gives seconds since 1970; `acr` is the level that its people reach."""

    kind: Kind
    client: Client
    people: tuple[Somebody, ...]
    issuer: str = ""
    acr: str = "eidas1"
    clock: Callable[[], float] = time.time
    keys: list[RSAKey] = field(default_factory=lambda: [_key()])
    codes: dict[str, _Granted] = field(default_factory=dict)
    tokens: dict[str, Somebody] = field(default_factory=dict)
    questions: dict[str, _Granted] = field(default_factory=dict)

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish it alone."""
        self.keys = [_key()]

    def answer(self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str], bearer: str) -> Answer:
        """Answer one request."""
        answers: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", "/.well-known/openid-configuration"): lambda: _json(self.metadata()),
            ("GET", "/certs"): self.certs,
            ("GET", "/auth"): lambda: self.page(query),
            ("POST", "/auth"): lambda: self.picked(query, form),
            ("POST", "/token"): lambda: self.token(form),
            ("GET", "/userinfo"): lambda: self.userinfo(bearer),
            ("GET", "/logout"): lambda: self.left(query),
        }
        if self.kind.telephone:
            answers |= {
                ("POST", "/bc-auth"): lambda: self.question(form),
                ("GET", "/phone"): self.phone,
                ("POST", "/phone"): lambda: self.pressed(form),
            }
        return answers.get((method, path), lambda: Answer(404))()

    def certs(self) -> Answer:
        """The public keys."""
        return _json({"keys": [key.as_dict(private=False, use="sig", alg="RS256") for key in self.keys]})

    def metadata(self) -> Claims:
        """The document of discovery."""
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/certs",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "acr_values_supported": ["eidas1", "eidas2", "eidas3"],
        }
        telephone = {
            "backchannel_authentication_endpoint": f"{self.issuer}/bc-auth",
            "backchannel_token_delivery_modes_supported": ["poll"],
        }
        return told | (telephone if self.kind.telephone else {})

    def page(self, asked: Mapping[str, str]) -> Answer:
        """Who are you? One button for each fictional person."""
        refused = self._refused(asked)
        if refused:
            return refused
        people = "".join(_button("person", one.key, one.label) for one in self.people)
        return self._html(f"<p>Qui êtes-vous ?</p><form method=post>{people}{_button('person', '', 'Annuler')}</form>")

    def picked(self, asked: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        """Send the browser back with a code, or without."""
        refused = self._refused(asked)
        if refused:
            return refused
        person = next((one for one in self.people if one.key == form.get("person")), None)
        back = {"state": asked.get("state", ""), "iss": self.issuer}
        if person is None:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(24)
            self.codes[back["code"]] = _Granted(person, asked, self.clock() + CODE_LIFE)
        return Answer(303, location=f"{asked['redirect_uri']}?{urlencode(back)}")

    def token(self, form: Mapping[str, str]) -> Answer:
        """Change a code, or an agreement, for tokens."""
        if not self._is_the_client(form):
            return _error("invalid_client", 401)
        if form.get("grant_type") == "urn:openid:params:grant-type:ciba":
            return self._agreed(form.get("auth_req_id", ""))
        granted = self.codes.pop(form.get("code", ""), None)
        if granted is None or granted.person is None or self.clock() >= granted.until:
            return _error("invalid_grant")
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        fits = _base64url(verifier) == granted.asked["code_challenge"]
        if not fits or form.get("redirect_uri") != granted.asked["redirect_uri"]:
            return _error("invalid_grant")
        return self._tokens(granted.person, granted.asked.get("nonce", ""))

    def userinfo(self, bearer: str) -> Answer:
        """What is known of the person of an access token."""
        person = self.tokens.get(bearer)
        if person is None:
            return Answer(401)
        if not self.kind.signed_userinfo:
            return _json(dict(person.claims))
        parties = {"iss": self.issuer, "aud": self.client.id, "exp": int(self.clock()) + TOKEN_LIFE}
        return Answer(200, self.sign({**person.claims, **parties}).encode(), "application/jwt")

    def question(self, form: Mapping[str, str]) -> Answer:
        """Ask somebody on his telephone."""
        if not self._is_the_client(form):
            return _error("invalid_client", 401)
        person = next((one for one in self.people if one.hint and one.hint == form.get("login_hint")), None)
        if person is None:
            return _error("unknown_user_id")
        if not form.get("binding_message", "").isdigit():
            return _error("invalid_binding_message")
        name = secrets.token_urlsafe(24)
        self.questions[name] = _Granted(person, form, self.clock() + REQUEST_LIFE, state="asked")
        return _json({"auth_req_id": name, "expires_in": REQUEST_LIFE, "interval": INTERVAL})

    def phone(self) -> Answer:
        """The telephone of everybody: what is asked, and its two buttons."""
        asked = [(name, one) for name, one in self.questions.items() if one.state == "asked"]
        lines = "".join(
            f"<form method=post><p>{html.escape(one.person.label)} : {html.escape(one.asked['binding_message'])}</p>"
            f"<input type=hidden name=question value='{html.escape(name)}'>"
            f"{_button('answer', 'agreed', 'Accepter')}{_button('answer', 'declined', 'Refuser')}</form>"
            for name, one in asked
            if one.person is not None
        )
        return self._html(lines or "<p>Aucune demande.</p>")

    def pressed(self, form: Mapping[str, str]) -> Answer:
        """One of its buttons was pressed."""
        question = self.questions.get(form.get("question", ""))
        if question is not None and form.get("answer") in ("agreed", "declined"):
            question.state = form["answer"]
        return self.phone()

    def left(self, query: Mapping[str, str]) -> Answer:
        """The session here is over; back to where the service declared."""
        if not self.client.after_logout or query.get("post_logout_redirect_uri") != self.client.after_logout:
            return self._html("<p>Vous êtes déconnecté.</p>")
        back = urlencode({"state": query.get("state", "")})
        return Answer(303, location=f"{self.client.after_logout}?{back}")

    def id_claims(self, person: Somebody, nonce: str, access_token: str) -> Claims:
        """What the token of identity says."""
        now = int(self.clock())
        said = {
            "iss": self.issuer,
            "sub": person.claims["sub"],
            "aud": self.client.id,
            "azp": self.client.id,
            "iat": now,
            "auth_time": now,
            "exp": now + TOKEN_LIFE,
            "jti": secrets.token_hex(16),
            "acr": self.acr,
            "at_hash": _base64url(hashlib.sha256(access_token.encode()).digest()[:16]),
        }
        return said | ({"nonce": nonce} if nonce else {})

    def sign(self, claims: Claims) -> str:
        """A signed token."""
        key = self.keys[0]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    def _tokens(self, person: Somebody, nonce: str) -> Answer:
        access_token = secrets.token_urlsafe(32)
        self.tokens[access_token] = person
        given = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE,
            "id_token": self.sign(self.id_claims(person, nonce, access_token)),
            "scope": "openid",
        }
        return _json(given)

    def _agreed(self, name: str) -> Answer:
        question, now = self.questions.get(name), self.clock()
        if question is None:
            return _error("invalid_grant")
        soon, question.polled = now - question.polled < INTERVAL, now
        if now >= question.until:
            return _error("expired_token")
        if soon:
            return _error("slow_down")
        if question.state == "asked":
            return _error("authorization_pending")
        del self.questions[name]
        if question.state == "declined" or question.person is None:
            return _error("access_denied", 403)
        return self._tokens(question.person, "")

    def _refused(self, asked: Mapping[str, str]) -> Answer | None:
        """A page of our own for whatever must not be sent back to an address that nobody declared."""
        known = asked.get("client_id") == self.client.id and asked.get("redirect_uri") == self.client.redirect
        proof = asked.get("code_challenge_method") == "S256" and bool(asked.get("code_challenge"))
        scope = "openid" in asked.get("scope", "").split()
        if known and proof and scope and asked.get("response_type") == "code" and asked.get("state"):
            return None
        return self._html("<p>Demande refusée.</p>", 400)

    def _is_the_client(self, form: Mapping[str, str]) -> bool:
        same = hmac.compare_digest(form.get("client_secret", "").encode(), self.client.secret.encode())
        return same and form.get("client_id") == self.client.id

    def _html(self, body: str, status: int = 200) -> Answer:
        title = html.escape(self.kind.label)
        page = f"<!doctype html><html lang=fr><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}"
        return Answer(status, page.encode())


@contextmanager
def serving(*providers: IdentityProvider, port: int = 0) -> Iterator[str]:
    """Serve providers on loopback, each below its name; gives their address and fills in their issuers."""
    by_name = {provider.kind.name: provider for provider in providers}
    server = ThreadingHTTPServer((LOOPBACK, port), _handler(by_name))
    server.daemon_threads = True
    base = f"http://{LOOPBACK}:{server.server_address[1]}"
    for name, provider in by_name.items():
        provider.issuer = f"{base}/{name}"
    thread = threading.Thread(target=server.serve_forever, name="dmp-identity-provider", kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def _handler(providers: Mapping[str, IdentityProvider]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """From HTTP to a provider and back."""

        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            self._answer(self.rfile.read(min(length, LARGEST)).decode())

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _answer(self, body: str) -> None:
            parts = urlsplit(self.path)
            name, _, rest = parts.path.lstrip("/").partition("/")
            provider = providers.get(name)
            bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
            told = Answer(404)
            if provider is not None:
                told = provider.answer(self.command, f"/{rest}", _single(parts.query), _single(body), bearer)
            self.send_response(told.status)
            if told.location:
                self.send_header("Location", told.location)
            self.send_header("Content-Type", told.media_type)
            self.send_header("Content-Length", str(len(told.content)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(told.content)

    return Handler


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)


def _json(told: Claims) -> Answer:
    return Answer(200, json.dumps(told).encode(), "application/json")


def _error(name: str, status: int = 400) -> Answer:
    return Answer(status, json.dumps({"error": name}).encode(), "application/json")


def _button(name: str, value: str, label: str) -> str:
    return f"<p><button name='{name}' value='{html.escape(value)}'>{html.escape(label)}</button></p>"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
