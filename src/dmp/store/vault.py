"""Keys: one data key per record under a master key that lives outside the database (security 12).

A vault is a folder of files readable by their owner alone:

    master-<id>.key   wraps the data keys (AES-256 key wrap with padding); the newest id wraps new ones
    index.key         keyed hash of identifiers, the only way from an INS to its record
    service.key       seals what belongs to no record: traces of refused calls
    heads.key         Ed25519, signs the heads of the trace tree

Nothing else in the house sees a key.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap_with_padding, aes_key_wrap_with_padding

from dmp.record.errors import StorageUnavailable
from dmp.record.patient import PatientId

NONCE = 12


@dataclass(frozen=True)
class Seal:
    """What one data key can do: seal, open, and name without telling (`token`)."""

    scope: str
    """The record, or "service": part of what each sealed text is bound to."""
    key: bytes

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
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._bound(kind, name))
        except InvalidTag as error:
            raise StorageUnavailable(f"a sealed {kind} does not open: altered, or not ours") from error

    def token(self, kind: str, value: str) -> bytes:
        """Keyed hash for equality search, meaningless without the key (security 12.3)."""
        return hmac.digest(self._token_key, f"{kind}\0{value}".encode(), "sha256")

    def _bound(self, kind: str, name: str) -> bytes:
        return f"{self.scope}\0{kind}\0{name}".encode()


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"dmp {purpose}".encode()).derive(key)


class Vault:
    """The keys of one service, read once at start."""

    def __init__(self, folder: Path):
        """Read the keys of a folder.

        Raises:
            StorageUnavailable: a key is missing or not of the right length.
        """
        self._masters = {path.stem.removeprefix("master-"): _read(path) for path in folder.glob("master-*.key")}
        if not self._masters:
            raise StorageUnavailable("no master key in the vault: make one with `dmp keys new`")
        self._current = max(self._masters)
        self._index = _read(folder / "index.key")
        self.service = Seal("service", _read(folder / "service.key"))
        self.heads = Ed25519PrivateKey.from_private_bytes(_read(folder / "heads.key"))

    @staticmethod
    def create(folder: Path) -> "Vault":
        """Make the keys that are missing, never touching those that exist, and read them all."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = ["index", "service", "heads"] + ([] if list(folder.glob("master-*.key")) else ["master-0001"])
        for name in names:
            path = folder / f"{name}.key"
            if not path.exists():
                _write(path, secrets.token_bytes(32))
        return Vault(folder)

    def new_key(self, record: str) -> tuple[Seal, str, bytes]:
        """Make the data key of a new record: the seal, the id of the master key, the wrapped key."""
        key = secrets.token_bytes(32)
        return Seal(record, key), self._current, aes_key_wrap_with_padding(self._masters[self._current], key)

    def open_key(self, record: str, master: str, wrapped: bytes) -> Seal:
        """Unwrap the data key of a record.

        Raises:
            StorageUnavailable: the master key is not here, or the wrapped key was altered.
        """
        try:
            return Seal(record, aes_key_unwrap_with_padding(self._masters[master], wrapped))
        except Exception as error:
            raise StorageUnavailable("the key of a record does not open with the keys of this vault") from error

    def person(self, patient: PatientId) -> bytes:
        """Keyed hash of an identifier, the same for every record of this service."""
        return hmac.digest(self._index, f"{patient.root}\0{patient.number}".encode(), "sha256")

    def digest(self, text: str) -> bytes:
        """Keyed hash of a technical id (an assertion, a message) that need not be readable."""
        return hmac.digest(self._index, b"id\0" + text.encode(), hashlib.sha256)


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise StorageUnavailable(f"the vault lacks {path.name}") from error
    if len(key) != 32:
        raise StorageUnavailable(f"{path.name} is not a key of 32 octets")
    return key


def _write(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
