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
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from dmp.record.errors import StorageUnavailable
from dmp.record.patient import PatientId
from dmp.store.durable import all_or_nothing, sync_folder, write_new

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

    def _bound(self, kind: str, name: str) -> bytes:
        return f"{self.scope}\0{kind}\0{name}".encode()


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"dmp {purpose}".encode()).derive(key)


class Vault:
    """The keys of one service, read once at start."""

    def __init__(self, folder: Path):
        """Read the keys of a folder.

        Raises:
            StorageUnavailable: a key is missing, open to every user of the machine, or not of the right length.
        """
        self._masters = {path.stem.removeprefix("master-"): _read(path) for path in folder.glob("master-*.key")}
        if not self._masters:
            raise StorageUnavailable("no master key in the vault: make one with `dmp keys FOLDER`")
        self._current = max(self._masters)
        self._index = _read(folder / "index.key")
        self.service = Seal("service", _read(folder / "service.key"))
        self.heads = Ed25519PrivateKey.from_private_bytes(_read(folder / "heads.key"))

    @staticmethod
    def create(folder: Path) -> "Vault":
        """Make the keys that are missing, never touching those that exist, and read them all.

        Raises:
            StorageUnavailable: the folder cannot be written, or holds a key that cannot be used.
        """
        names = ["index", "service", "heads"] + ([] if list(folder.glob("master-*.key")) else ["master-0001"])
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name in names:
                _make(folder / f"{name}.key")
            # Lost at a power cut, a key would take with it all that it sealed.
            sync_folder(folder)
        except OSError as error:
            raise StorageUnavailable("the vault cannot be written") from error
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
        except (KeyError, InvalidUnwrap) as error:
            raise StorageUnavailable("the key of a record does not open with the keys of this vault") from error

    def person(self, patient: PatientId) -> bytes:
        """Keyed hash of an identifier, the same for every record of this service."""
        return hmac.digest(self._index, f"person\0{patient.root}\0{patient.number}".encode(), "sha256")

    def digest(self, text: str) -> bytes:
        """Keyed hash of a technical id (an assertion, a message) that need not be readable."""
        return hmac.digest(self._index, b"id\0" + text.encode(), hashlib.sha256)


def _read(path: Path) -> bytes:
    try:
        key, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise StorageUnavailable(f"the vault lacks {path.name}") from error
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise StorageUnavailable(f"{path.name} is open to every user of this machine: chmod 600")
    if len(key) != 32:
        raise StorageUnavailable(f"{path.name} is not a key of 32 octets")
    return key


def _make(path: Path) -> None:
    """Write a new key; the one that is there stays, also when another process wrote it a moment ago."""
    if path.exists():
        return
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    with all_or_nothing(temporary):
        write_new(temporary, [secrets.token_bytes(32)])
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
        temporary.unlink()
