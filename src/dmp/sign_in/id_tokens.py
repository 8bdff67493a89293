"""What an identity provider signs: tokens of identity and signed claims, verified or refused (OpenID Core 3.1.3.7)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dmp.sign_in.providers import Registration
from dmp.sign_in.refusal import ProofRefused, Why

SKEW = timedelta(minutes=1)
OLDEST = timedelta(minutes=10)
"""Age of a token of identity: it is made for us, now."""
LONGEST = 64 * 1024
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class UnknownKey(Exception):
    """The token names a key that was not published when we last looked."""


class IdToken(msgspec.Struct, frozen=True):
    """What a token of identity says."""

    iss: str
    sub: str
    aud: str | list[str]
    exp: int
    iat: int
    nbf: int = 0
    nonce: str = ""
    acr: str = ""
    azp: str = ""
    at_hash: str = ""
    jti: str = ""


@dataclass(frozen=True)
class Expected:
    """What a token must say. `nonce` is empty where no browser carried one (CIBA)."""

    registration: Registration
    at: datetime
    nonce: str = ""
    access_token: str = ""


def read_id_token(token: str, keys: KeySet, expected: Expected) -> IdToken:
    """Verify a token of identity.

    Raises:
        UnknownKey: look for its key once more.
        ProofRefused: the check that failed.
    """
    header, claims = signed(token, keys, expected.registration)
    try:
        said = msgspec.convert(claims, IdToken)
    except msgspec.ValidationError as error:
        raise _not_believed("token: a claim is missing or not of its form") from error
    _check_parties(said, expected.registration)
    _check_times(said, expected.at)
    if expected.nonce and not hmac.compare_digest(said.nonce.encode(), expected.nonce.encode()):
        raise _not_believed("token: the nonce is missing or of another browser")
    if said.at_hash and said.at_hash != half_hash(expected.access_token, str(header.get("alg"))):
        raise _not_believed("token: at_hash is of another access token")
    if not expected.registration.enough(said.acr):
        raise ProofRefused("token: the level of assurance is too low", why=Why.TOO_WEAK)
    return said


def signed(token: str, keys: KeySet, registration: Registration) -> tuple[dict[str, object], dict[str, object]]:
    """The header and claims of a JWT that one of these keys signed, with an algorithm of the list.

    Raises:
        UnknownKey, ProofRefused: as `read_id_token`.
    """
    if len(token) > LONGEST:
        raise _not_believed("token: too long")
    try:
        read = jwt.decode(token, keys, algorithms=registration.provider.algorithms)
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _not_believed(f"token: not signed as it must be ({type(error).__name__})") from error
    return dict(read.header), dict(read.claims)


def half_hash(token: str, algorithm: str) -> str:
    """The left half of the digest of a token, base64url: what `at_hash` holds (OpenID Core 3.1.3.6)."""
    digest = _HASHES.get(algorithm[-3:], hashlib.sha256)(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def is_for(audience: str | list[str], client: str) -> bool:
    """Tell whether we are among those that something is made for."""
    return client in ([audience] if isinstance(audience, str) else audience)


def _check_parties(said: IdToken, registration: Registration) -> None:
    if said.iss != registration.issuer:
        raise _not_believed("token: of another issuer")
    if not is_for(said.aud, registration.client_id):
        raise _not_believed("token: for another audience")
    several = isinstance(said.aud, list) and len(said.aud) > 1
    if said.azp != registration.client_id and (several or said.azp):
        raise _not_believed("token: given to another party")
    if not said.sub or len(said.sub) > 255:
        raise _not_believed("token: names nobody")


def _check_times(said: IdToken, at: datetime) -> None:
    now, skew = at.timestamp(), SKEW.total_seconds()
    if said.exp <= now - skew:
        raise ProofRefused("token: expired", why=Why.BEGIN_AGAIN)
    if said.iat > now + skew or said.nbf > now + skew:
        raise _not_believed("token: of the future")
    if now - said.iat > OLDEST.total_seconds():
        raise ProofRefused("token: made too long ago", why=Why.BEGIN_AGAIN)


def _not_believed(reason: str) -> ProofRefused:
    return ProofRefused(reason, why=Why.NOT_BELIEVED)
