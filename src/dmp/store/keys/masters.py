"""Master keys, which wrap the keys of records: the contract, and those that are files."""

import secrets
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding, aes_key_wrap_with_padding

from dmp.record.errors import StorageUnavailable
from dmp.store.keys import key_files


class KeyStore(Protocol):
    """Where master keys are: a folder of files, or a token that never lets them out (security 12.1)."""

    def ids(self) -> tuple[str, ...]:
        """The master keys that are there now, oldest first.

        Raises:
            StorageUnavailable: the place cannot be read now.
        """
        ...

    def make(self) -> str:
        """Make the next master key, durably; gives its id.

        Raises:
            StorageUnavailable: it cannot be made now.
        """
        ...

    def wrap(self, master: str, scope: str, key: bytes) -> bytes:
        """Wrap a key, for the scope that it serves.

        Raises:
            UnknownMaster: no master key of this id is here.
            StorageUnavailable: it cannot be used now.
        """
        ...

    def unwrap(self, master: str, scope: str, wrapped: bytes) -> bytes:
        """Unwrap a key.

        Raises:
            UnknownMaster: no master key of this id is here.
            StorageUnavailable: it cannot be used now, or the wrapped key was altered.
        """
        ...

    def destroy(self, master: str) -> None:
        """Destroy a master key: whatever it wraps is lost.

        Raises:
            StorageUnavailable: it cannot be destroyed now.
        """
        ...


class UnknownMaster(LookupError):
    """No master key of this name here: perhaps one that was made a moment ago, perhaps one that is no more."""


class FileMasters:
    """Master keys as files of 32 octets; they wrap by AES-256 key wrap with padding (RFC 5649)."""

    def __init__(self, folder: Path):
        """Use a folder."""
        self._folder = folder
        self._keys: dict[str, bytes] = {}

    def ids(self) -> tuple[str, ...]:
        """The ids of the files, oldest first; reads those that are new and forgets those that are gone."""
        names = sorted(path.stem.removeprefix("master-") for path in self._folder.glob("master-*.key"))
        self._keys = {name: self._keys.get(name) or key_files.read_key(self._path(name)) for name in names}
        return tuple(names)

    def make(self) -> str:
        """Make the next file; one that another process made a moment ago is as good."""
        name = next_id(self.ids())
        try:
            key_files.make(self._path(name), secrets.token_bytes(key_files.KEY_SIZE))
        except OSError as error:
            raise StorageUnavailable("the vault cannot be written") from error
        self.ids()
        return name

    def wrap(self, master: str, scope: str, key: bytes) -> bytes:  # noqa: ARG002
        """Wrap a key; the scope is bound by what the key then seals."""
        return aes_key_wrap_with_padding(self._key(master), key)

    def unwrap(self, master: str, scope: str, wrapped: bytes) -> bytes:  # noqa: ARG002
        """Unwrap a key."""
        try:
            return aes_key_unwrap_with_padding(self._key(master), wrapped)
        except InvalidUnwrap as error:
            raise StorageUnavailable("a wrapped key was altered, or wrapped elsewhere") from error

    def destroy(self, master: str) -> None:
        """Overwrite and remove the file."""
        self._keys.pop(master, None)
        try:
            key_files.shred(self._path(master))
        except OSError as error:
            raise StorageUnavailable(f"master-{master}.key cannot be destroyed") from error

    def _key(self, master: str) -> bytes:
        if master not in self._keys and master not in self.ids():
            raise UnknownMaster("a master key is not in this vault")
        return self._keys[master]

    def _path(self, master: str) -> Path:
        return self._folder / f"master-{master}.key"


def next_id(ids: tuple[str, ...], prefix: str = "") -> str:
    """The id after the newest one: a prefix and four digits."""
    newest = max((int(name.removeprefix(prefix)) for name in ids if name.removeprefix(prefix).isdigit()), default=0)
    return f"{prefix}{newest + 1:04d}"
