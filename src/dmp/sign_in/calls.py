"""Calls to an identity provider: short, bounded, never redirected."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from dmp.sign_in.refusal import ProofRefused, Why

TIMEOUT = 5.0
LARGEST = 256 * 1024
"""Octets of an answer: keys, or what is said of somebody."""


@dataclass(frozen=True)
class Reply:
    """What the provider answered."""

    status: int
    media_type: str
    content: bytes


class Calls:
    """The connections to one provider."""

    def __init__(self, tls: ssl.SSLContext | None = None):
        """Trust the authorities of this context, else those of the system."""
        self._http = httpx2.Client(
            verify=tls or ssl.create_default_context(), timeout=TIMEOUT, trust_env=False, follow_redirects=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, address: str, *, bearer: str = "") -> Reply:
        """Read what is at an address, with an access token where it wants one.

        Raises:
            ProofRefused: nobody answers, or too much.
        """
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._send("GET", address, headers=headers)

    def post(self, address: str, form: Mapping[str, str]) -> Reply:
        """Send a form.

        Raises:
            ProofRefused: nobody answers, or too much.
        """
        return self._send("POST", address, form=form)

    def _send(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply:
        asked = {"Accept": "application/json, application/jwt", **(headers or {})}
        try:
            with self._http.stream(method, address, headers=asked, data=form) as response:
                content = b""
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > LARGEST:
                        raise ProofRefused("provider: the answer is too large", why=Why.UNAVAILABLE)
                media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Reply(response.status_code, media_type, content)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ProofRefused(f"provider: no answer ({type(error).__name__})", why=Why.UNAVAILABLE) from error
