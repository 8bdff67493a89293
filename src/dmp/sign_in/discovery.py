"""What an identity provider publishes: its addresses and its keys, kept for a while (OpenID Connect Discovery 1.0)."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from dmp.sign_in.calls import Calls, Reply
from dmp.sign_in.providers import Registration
from dmp.sign_in.refusal import ProofRefused, Why

KEPT_FOR = timedelta(hours=1)
SOONEST = timedelta(seconds=30)
"""Between two readings of the keys, however many tokens name one that we do not know."""
SILENT_FOR = timedelta(seconds=10)
"""After a failure nobody else waits for the provider: threads that all wait for it would stop the other pages."""
LEAST_BITS = {"RSA": 2048, "EC": 256}
WELL_KNOWN = "/.well-known/openid-configuration"
Shape = TypeVar("Shape")
_NEVER = datetime.min.replace(tzinfo=UTC)


class Metadata(msgspec.Struct, frozen=True):
    """The document of discovery, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    backchannel_authentication_endpoint: str = ""
    authorization_response_iss_parameter_supported: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address it gives."""
        required = (self.authorization_endpoint, self.token_endpoint, self.userinfo_endpoint, self.jwks_uri)
        given = (self.end_session_endpoint, self.backchannel_authentication_endpoint)
        return (*required, *(address for address in given if address))


class _Jwks(msgspec.Struct, frozen=True):
    """A set of keys; each is read alone, so that one of a kind that we do not know harms no other."""

    keys: list[dict[str, object]]


class Published:
    """The addresses and keys of one provider, shared by the threads of a process."""

    def __init__(self, registration: Registration, calls: Calls):
        """Nothing is read before it is needed."""
        self._registration = registration
        self._calls = calls
        self._lock = threading.Lock()
        self._metadata: tuple[Metadata, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None
        self._failed_at = _NEVER

    def metadata(self, at: datetime) -> Metadata:
        """The addresses.

        Raises:
            ProofRefused: they cannot be read, are of another issuer, or are not protected.
        """
        with self._lock:
            if self._metadata is None or not timedelta(0) <= at - self._metadata[1] < KEPT_FOR:
                self._metadata = (self._read(self._read_metadata, at), at)
            return self._metadata[0]

    def keys(self, at: datetime, *, beside: KeySet | None = None) -> KeySet:
        """The keys; read again when those of `beside` did not do, and not too often (rotation of keys).

        Raises:
            ProofRefused: they cannot be read.
        """
        address = self.metadata(at).jwks_uri
        with self._lock:
            keys, read_at = self._keys or (None, _NEVER)
            stale = not timedelta(0) <= at - read_at < KEPT_FOR
            lacking = beside is not None and keys is beside and at - read_at >= SOONEST
            if keys is None or stale or lacking:
                keys = self._read(lambda: _usable(answered(self._calls.get(address), _Jwks)), at)
                self._keys = (keys, at)
            return keys

    def _read(self, reading: Callable[[], Shape], at: datetime) -> Shape:
        """Read, unless that failed a moment ago."""
        if timedelta(0) <= at - self._failed_at < SILENT_FOR:
            raise ProofRefused("provider: it did not answer a moment ago", why=Why.UNAVAILABLE)
        try:
            return reading()
        except ProofRefused:
            self._failed_at = at
            raise

    def _read_metadata(self) -> Metadata:
        registration = self._registration
        found = answered(self._calls.get(registration.issuer.rstrip("/") + WELL_KNOWN), Metadata)
        if found.issuer != registration.issuer:
            raise ProofRefused("provider: the discovery is of another issuer", why=Why.UNAVAILABLE)
        if not all(registration.safe(address) for address in found.addresses):
            raise ProofRefused("provider: the discovery gives an address that is not protected", why=Why.UNAVAILABLE)
        return found


def answered(reply: Reply, shape: type[Shape]) -> Shape:
    """Read a JSON answer.

    Raises:
        ProofRefused: it is an error, or of another form.
    """
    if reply.status != 200:
        raise ProofRefused(f"provider: answered {reply.status}", why=Why.UNAVAILABLE)
    try:
        return msgspec.json.decode(reply.content, type=shape)
    except msgspec.MsgspecError as error:
        raise ProofRefused("provider: the answer is not of its form", why=Why.UNAVAILABLE) from error


def _usable(found: _Jwks) -> KeySet:
    """The public keys that may sign: of a kind and a size that we take; a shared secret is never one."""
    keys: list[RSAKey | ECKey] = []
    for told in found.keys:
        kind = {"RSA": RSAKey, "EC": ECKey}.get(str(told.get("kty")))
        if kind is None or told.get("use", "sig") != "sig" or "d" in told:
            continue
        try:
            key = kind.import_key(told)  # type: ignore[arg-type] - whatever it holds, the library judges
            size = key.public_key.key_size
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if size >= LEAST_BITS[key.key_type]:
            keys.append(key)
    return KeySet(list(keys))
