"""Who stands at the other end of a connection: the verified client certificate, however it comes to us.

Two ways, one interface. Where TLS ends here, the certificate is the one of the
handshake, read once per connection. Where a front server ends TLS, it is in a
header of each request, believed only on the listener of the front server
(a Unix socket, or loopback) and beside a secret that both know; what a
caller writes under these names is overwritten by the front server, and on the
TLS listener nobody reads it.
"""

import asyncio
import binascii
import hmac
import ssl
from typing import Protocol
from urllib.parse import unquote_to_bytes

SECRET = b"x-dmp-front-secret"
VERIFIED = b"x-dmp-client-verified"
CERTIFICATE = b"x-dmp-client-certificate"
_HEADERS = frozenset({SECRET, VERIFIED, CERTIFICATE})
LEAST_SECRET = 32
"""Characters of a secret that nobody guesses."""

Headers = list[tuple[bytes, bytes]]


class Stranger(Exception):
    """What came over the front server's listener does not come from the front server."""


class Peer(Protocol):
    """The other end of one connection."""

    def certificate(self, headers: Headers) -> bytes:
        """The client certificate of a request, DER; empty without one. Takes its own headers out of the list.

        Raises:
            Stranger: the request must not be answered.
        """
        ...


class TlsPeer:
    """A caller whose TLS ends here."""

    def __init__(self, transport: asyncio.BaseTransport):
        """Read the certificate of the handshake."""
        session: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self._certificate = (session.getpeercert(binary_form=True) if session else None) or b""

    def certificate(self, headers: Headers) -> bytes:  # noqa: ARG002 - here headers prove nothing
        """The one of the handshake."""
        return self._certificate


class FrontPeer:
    """The front server, which has verified the certificate of the caller and sends it along."""

    def __init__(self, secret: bytes):
        """Believe whoever knows the secret."""
        self._secret = secret
        self._last: tuple[bytes | None, bytes] = (None, b"")

    def certificate(self, headers: Headers) -> bytes:
        """The one of the header, PEM in URL encoding as nginx writes it."""
        given = {name: value for name, value in headers if name in _HEADERS}
        doubled = sum(name in _HEADERS for name, _ in headers) != len(given)
        headers[:] = [header for header in headers if header[0] not in _HEADERS]
        if doubled or not hmac.compare_digest(given.get(SECRET, b""), self._secret):
            raise Stranger
        if given.get(VERIFIED) != b"SUCCESS":
            return b""
        sent = given.get(CERTIFICATE, b"")
        if sent != self._last[0]:
            self._last = (sent, _der(sent))
        return self._last[1]


def _der(sent: bytes) -> bytes:
    try:
        return ssl.PEM_cert_to_DER_cert(unquote_to_bytes(sent).decode("ascii"))
    except (ValueError, binascii.Error) as error:
        raise Stranger from error
