"""Sign-in by a professional's telephone, without leaving the page («CIBA», poll mode; functional 1.5).

The person types the id that he is known by; a message with two digits comes to
his telephone, and the same two are on the page. We ask the provider whether he
agreed, never more often than it wants.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from dmp.sign_in.discovery import answered
from dmp.sign_in.oidc import Identity, RelyingParty, Tokens, error_of
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Challenge

GRANT = "urn:openid:params:grant-type:ciba"
LONGEST = timedelta(minutes=5)
"""How long an agreement is waited for, whatever the provider allows."""
SLOWER = 5
"""Seconds more between two questions, each time the provider asks for it (CIBA Core 11)."""
MOST_INTERVAL = 60
MOST_HINT = 64


class _Asked(msgspec.Struct, frozen=True):
    """What the backchannel endpoint gives."""

    auth_req_id: str
    expires_in: int
    interval: int = 5


class _Kept(msgspec.Struct, frozen=True):
    """Our side, while the person looks at his telephone."""

    request: str
    until: float
    interval: int
    earliest: float


@dataclass(frozen=True)
class Waiting:
    """He has not answered yet: ask again in so many seconds, with what is kept from now on."""

    kept: str
    seconds: int


def ask(party: RelyingParty, hint: str, *, secret: str, at: datetime) -> Challenge:
    """Have somebody asked on his telephone; `shown` is the number that both sides show.

    Raises:
        ProofRefused: the provider does not answer, does not do this, or does not know him: told alike (security 9.4).
    """
    address = party.published.metadata(at).backchannel_authentication_endpoint
    if not address or not 0 < len(hint) <= MOST_HINT or not hint.isprintable():
        raise ProofRefused("ciba: nobody can be asked so", why=Why.DECLINED)
    number = f"{int(secret, 16) % 100:02d}"
    form = {
        "scope": party.registration.provider.scope,
        "acr_values": party.registration.acr,
        "login_hint": hint,
        "binding_message": number,
        **party.credentials,
    }
    reply = party.calls.post(address, form)
    if 400 <= reply.status < 500:
        raise ProofRefused(f"ciba: refused ({error_of(reply)})", why=Why.DECLINED)
    said = answered(reply, _Asked)
    interval = min(max(said.interval, 1), MOST_INTERVAL)
    life = min(timedelta(seconds=max(said.expires_in, 0)), LONGEST)
    kept = _Kept(said.auth_req_id, (at + life).timestamp(), interval, at.timestamp() + interval)
    return Challenge(number, msgspec.json.encode(kept).decode())


def poll(party: RelyingParty, kept: str, *, at: datetime) -> Identity | Waiting:
    """Whom the provider vouches for, once he agreed.

    Raises:
        ProofRefused: he declined, it took too long, or something does not hold.
    """
    asked, now = _read(kept), at.timestamp()
    if now >= asked.until:
        raise ProofRefused("ciba: nobody agreed in time", why=Why.BEGIN_AGAIN)
    if now < asked.earliest:
        return Waiting(kept, int(asked.earliest - now) + 1)
    form = {"grant_type": GRANT, "auth_req_id": asked.request, **party.credentials}
    reply = party.calls.post(party.published.metadata(at).token_endpoint, form)
    if 400 <= reply.status < 500:
        return _not_yet(asked, error_of(reply), now)
    return party.identity(answered(reply, Tokens), nonce="", at=at)


def _not_yet(asked: _Kept, error: str, now: float) -> Waiting:
    if error == "access_denied":
        raise ProofRefused("ciba: declined", why=Why.DECLINED)
    if error not in ("authorization_pending", "slow_down"):
        raise ProofRefused(f"ciba: refused ({error})", why=Why.BEGIN_AGAIN)
    interval = min(asked.interval + (SLOWER if error == "slow_down" else 0), MOST_INTERVAL)
    later = _Kept(asked.request, asked.until, interval, now + interval)
    return Waiting(msgspec.json.encode(later).decode(), interval)


def _read(kept: str) -> _Kept:
    try:
        return msgspec.json.decode(kept, type=_Kept)
    except msgspec.MsgspecError as error:
        raise ProofRefused("ciba: nothing was begun in this browser", why=Why.BEGIN_AGAIN) from error
