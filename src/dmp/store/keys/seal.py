"""What one data key does: seal, open, and name without telling."""

import hmac
import os
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dmp.record.errors import StorageUnavailable

NONCE, TAG = 12, 16


@dataclass(frozen=True)
class Seal:
    """What one data key can do: seal, open, and name without telling (`token`)."""

    scope: str
    """The record, or "service": part of what each sealed text is bound to."""
    key: bytes = field(repr=False)

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(_derive(self.key, "seal"))

    @cached_property
    def _token_key(self) -> bytes:
        return _derive(self.key, "token")

    def close(self, kind: str, name: str, text: bytes) -> bytes:
        """Seal a text so that it opens only as this kind of thing, under this name, in this scope."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, text, self._bound(kind, name))

    def open(self, kind: str, name: str, sealed: bytes) -> bytes:
        """Open a sealed text.

        Raises:
            StorageUnavailable: it was altered, moved from elsewhere, or sealed with another key.
        """
        try:
            if len(sealed) < NONCE + TAG:
                raise InvalidTag
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._bound(kind, name))
        except InvalidTag as error:
            raise StorageUnavailable(f"a sealed {kind} does not open: altered, or not ours") from error

    def token(self, kind: str, value: str) -> bytes:
        """Keyed hash for equality search, meaningless without the key (security 12.3)."""
        return hmac.digest(self._token_key, f"{kind}\0{value}".encode(), "sha256")

    @property
    def fingerprint(self) -> str:
        """A digest, in hexadecimal, by which the key is known once it is no more."""
        return _derive(self.key, "fingerprint").hex()

    def _bound(self, kind: str, name: str) -> bytes:
        return f"{self.scope}\0{kind}\0{name}".encode()


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"dmp {purpose}".encode()).derive(key)
