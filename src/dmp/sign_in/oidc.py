"""A relying party of OpenID Connect («fournisseur de service»): code with PKCE, for one browser (functional 1.5).

State, nonce and verifier come out of one secret of the browser's ticket: a
code that was begun in another browser fits none of them. The claims are asked
for with the access token and must be of the same person.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import msgspec

from dmp.sign_in import id_tokens
from dmp.sign_in.calls import Calls, Reply
from dmp.sign_in.discovery import Published, Shape, answered
from dmp.sign_in.id_tokens import Expected, IdToken, UnknownKey, is_for
from dmp.sign_in.providers import Registration
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Challenge

LIFE = timedelta(minutes=10)
"""How long somebody may stay at the provider."""
LONGEST_ANSWER = 8 * 1024
SIGNED = "application/jwt"

First = Callable[[str, datetime], bool]
"""Remembers a name until an instant; false when it was seen before."""


@dataclass(frozen=True)
class Identity:
    """Whom a provider vouches for: its subject, what it says of him in JSON, and the token to leave with."""

    subject: str = field(repr=False)
    claims: bytes = field(repr=False)
    id_token: str = field(repr=False, default="")


class Tokens(msgspec.Struct, frozen=True):
    """What the token endpoint gives."""

    access_token: str
    id_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a kind of token


class Trouble(msgspec.Struct, frozen=True):
    """An error of OAuth."""

    error: str


class _Kept(msgspec.Struct, frozen=True):
    """Our side, while the browser is at the provider."""

    state: str
    nonce: str
    verifier: str
    until: float


class _Signed(msgspec.Struct, frozen=True):
    """What signed claims say beside the claims: each is checked when it is there."""

    iss: str
    aud: str | list[str]
    exp: int = 0


class _Subject(msgspec.Struct, frozen=True):
    sub: str


class RelyingParty:
    """This service, as one provider knows it."""

    def __init__(self, registration: Registration, calls: Calls, *, first: First):
        """Speak to a provider over these calls; `first` remembers the tokens that were used."""
        self.registration = registration
        self.published = Published(registration, calls)
        self.calls = calls
        self._first = first

    def begin(self, *, secret: str, at: datetime) -> Challenge:
        """The address to send a browser to, and what is kept for its return; `secret` is 256 fresh random bits in hex.

        Raises:
            ProofRefused: the provider does not answer.
        """
        kept = _Kept(
            state=_drawn("state", secret),
            nonce=_drawn("nonce", secret),
            verifier=_drawn("verifier", secret),
            until=(at + LIFE).timestamp(),
        )
        asked = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.redirect,
            "scope": self.registration.provider.scope,
            "acr_values": self.registration.acr,
            "state": kept.state,
            "nonce": kept.nonce,
            "code_challenge": _base64url(hashlib.sha256(kept.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        address = _with_query(self.published.metadata(at).authorization_endpoint, asked)
        return Challenge(address, msgspec.json.encode(kept).decode())

    def finish(self, kept: str, answer: str, *, at: datetime) -> Identity:
        """Whom the provider vouches for, from the query of the address that the browser came back to.

        Raises:
            ProofRefused: nothing was begun in this browser, the person declined, or something does not hold.
        """
        begun = _begun(kept, at)
        code = self._code(begun, answer, at)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.registration.redirect,
            "code_verifier": begun.verifier,
            **self.credentials,
        }
        reply = self.calls.post(self.published.metadata(at).token_endpoint, form)
        if reply.status == 400:
            raise ProofRefused(f"provider: the code was refused ({error_of(reply)})", why=Why.BEGIN_AGAIN)
        return self.identity(answered(reply, Tokens), nonce=begun.nonce, at=at)

    def identity(self, tokens: Tokens, *, nonce: str, at: datetime) -> Identity:
        """Verify tokens, ask for the claims, and see that both are of the same person.

        Raises:
            ProofRefused: the check that failed.
        """
        said = self._id_token(tokens, nonce=nonce, at=at)
        name = f"id_token {self.registration.issuer} {hashlib.sha256(tokens.id_token.encode()).hexdigest()}"
        if not self._first(name, datetime.fromtimestamp(said.exp, UTC) + 2 * id_tokens.SKEW):
            raise ProofRefused("token: it was used before", why=Why.BEGIN_AGAIN)
        claims = self._claims(tokens.access_token, at)
        if _decoded(claims, _Subject).sub != said.sub:
            raise ProofRefused("userinfo: of another person than the token", why=Why.NOT_BELIEVED)
        return Identity(said.sub, claims, tokens.id_token)

    def leave(self, identity: Identity, *, at: datetime) -> str:
        """Where a browser is sent to end its session at the provider too; empty when there is no such place.

        Nothing hangs on the state that comes back: the session here is over by then.
        """
        address = self.published.metadata(at).end_session_endpoint
        if not address or not self.registration.after_logout:
            return ""
        asked = {
            "id_token_hint": identity.id_token,
            "state": hashlib.sha256(identity.id_token.encode()).hexdigest(),
            "post_logout_redirect_uri": self.registration.after_logout,
        }
        return _with_query(address, asked)

    @property
    def credentials(self) -> dict[str, str]:
        """How this service proves itself to the provider, in the form (client_secret_post)."""
        return {"client_id": self.registration.client_id, "client_secret": self.registration.secret}

    def _code(self, begun: _Kept, answer: str, at: datetime) -> str:
        """The code of an answer that is of this browser and of this provider."""
        said = _query(answer)
        if not hmac.compare_digest(said.get("state", "").encode(), begun.state.encode()):
            raise ProofRefused("answer: the state is of another browser", why=Why.BEGIN_AGAIN)
        issuer = said.get("iss", "")
        expected = self.published.metadata(at).authorization_response_iss_parameter_supported
        if (issuer or expected) and issuer != self.registration.issuer:
            raise ProofRefused("answer: of another issuer", why=Why.NOT_BELIEVED)
        if "error" in said:
            why = Why.DECLINED if said["error"] == "access_denied" else Why.BEGIN_AGAIN
            raise ProofRefused("answer: the provider did not identify anybody", why=why)
        if not said.get("code"):
            raise ProofRefused("answer: no code", why=Why.BEGIN_AGAIN)
        return said["code"]

    def _id_token(self, tokens: Tokens, *, nonce: str, at: datetime) -> IdToken:
        if tokens.token_type.lower() != "bearer" or not tokens.access_token.isascii():
            raise ProofRefused("provider: an access token of another kind", why=Why.NOT_BELIEVED)
        expected = Expected(self.registration, at, nonce, tokens.access_token)
        keys = self.published.keys(at)
        try:
            return id_tokens.read_id_token(tokens.id_token, keys, expected)
        except UnknownKey:
            keys = self.published.keys(at, beside=keys)
        try:
            return id_tokens.read_id_token(tokens.id_token, keys, expected)
        except UnknownKey as error:
            raise ProofRefused("token: signed by an unknown key", why=Why.NOT_BELIEVED) from error

    def _claims(self, access_token: str, at: datetime) -> bytes:
        """What the provider says of the person, in JSON; verified when it is signed."""
        reply = self.calls.get(self.published.metadata(at).userinfo_endpoint, bearer=access_token)
        if reply.status != 200:
            raise ProofRefused(f"userinfo: answered {reply.status}", why=Why.UNAVAILABLE)
        if reply.media_type != SIGNED:
            return reply.content
        try:
            token = reply.content.decode("ascii").strip()
            _, claims = id_tokens.signed(token, self.published.keys(at), self.registration)
        except (UnknownKey, UnicodeDecodeError) as error:
            raise ProofRefused("userinfo: signed by an unknown key", why=Why.NOT_BELIEVED) from error
        content = msgspec.json.encode(claims)
        _check_signed(_decoded(content, _Signed), self.registration, at)
        return content


def _check_signed(said: _Signed, registration: Registration, at: datetime) -> None:
    late = said.exp and said.exp <= (at - id_tokens.SKEW).timestamp()
    if late or said.iss != registration.issuer or not is_for(said.aud, registration.client_id):
        raise ProofRefused("userinfo: signed for another party, or before", why=Why.NOT_BELIEVED)


def error_of(reply: Reply) -> str:
    """The error of OAuth in an answer: one of its words, nothing that a stranger could write."""
    try:
        told = msgspec.json.decode(reply.content, type=Trouble).error
    except msgspec.MsgspecError:
        return "unreadable"
    return told if told in KNOWN_ERRORS else "unknown"


KNOWN_ERRORS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "authorization_pending",
        "slow_down",
        "expired_token",
        "access_denied",
        "unknown_user_id",
        "invalid_binding_message",
        "transaction_failed",
    }
)


def _begun(kept: str, at: datetime) -> _Kept:
    try:
        begun = msgspec.json.decode(kept, type=_Kept)
    except msgspec.MsgspecError as error:
        raise ProofRefused("answer: nothing was begun in this browser", why=Why.BEGIN_AGAIN) from error
    if at.timestamp() >= begun.until:
        raise ProofRefused("answer: begun too long ago", why=Why.BEGIN_AGAIN)
    return begun


def _query(answer: str) -> dict[str, str]:
    """The parameters of an answer, each given once."""
    try:
        if len(answer) > LONGEST_ANSWER:
            raise ValueError
        pairs = parse_qsl(answer, keep_blank_values=True, strict_parsing=True, max_num_fields=16)
    except ValueError as error:
        raise ProofRefused("answer: not a query", why=Why.BEGIN_AGAIN) from error
    said = dict(pairs)
    if len(said) != len(pairs):
        raise ProofRefused("answer: a parameter given twice", why=Why.BEGIN_AGAIN)
    return said


def _decoded(content: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(content, type=shape)
    except msgspec.MsgspecError as error:
        raise ProofRefused("userinfo: not of its form", why=Why.NOT_BELIEVED) from error


def _with_query(address: str, asked: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _drawn(what: str, secret: str) -> str:
    """One of the values of a ceremony: from the same secret, and none tells another."""
    return _base64url(hmac.digest(bytes.fromhex(secret), f"oidc {what}".encode(), "sha256"))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
