"""What a blob is, and what every place that keeps blobs can do (security 12.2, 13.1)."""

import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag

from dmp.record.errors import StorageUnavailable
from dmp.store.blobs.seal import seal, sealed_size, unseal

PIECE = 1024 * 1024
"""Octets of a stored blob that are held in memory at once where it is copied or checked."""


@dataclass(frozen=True)
class BlobRef:
    """Where a blob is and how to open it; `size` is the count of plain octets."""

    name: str
    key: bytes = field(repr=False)
    size: int
    stored_sha256: bytes

    @property
    def stored_size(self) -> int:
        """Count of sealed octets: tells a class of sizes, no size (security 12.2)."""
        return sealed_size(self.size)


@dataclass(frozen=True)
class StoredBlob:
    """A blob as it lies there, seen without any key; `size` is the count of stored octets.

    A write that was cut leaves one too, under a name that no row has.
    """

    name: str
    modified: datetime
    size: int


class Blobs(ABC):
    """Blobs, wherever they are kept: files here, objects elsewhere. A blob is written once and never changed."""

    def put(self, content: Iterable[bytes]) -> BlobRef:
        """Seal octets under a new key and a random name, and store them durably before returning.

        Raises:
            StorageUnavailable: they could not be stored; nothing was kept.
        """
        name, key = secrets.token_hex(16), secrets.token_bytes(32)
        digest, size = hashlib.sha256(), 0

        def measured() -> Iterator[bytes]:
            nonlocal size
            for piece in content:
                size += len(piece)
                yield piece

        self.write(name, noting(seal(key, measured()), digest.update))
        return BlobRef(name, key, size, digest.digest())

    def get(self, ref: BlobRef) -> bytes:
        """Give the octets back; the seal of each chunk tells if a single bit changed.

        Raises:
            StorageUnavailable: missing, or one bit changed.
        """
        stored = self.read(ref.name)
        try:
            return unseal(ref.key, stored, ref.size)
        except InvalidTag as error:
            intact = hashlib.sha256(stored).digest() == ref.stored_sha256
            what = "does not open with its key" if intact else "is damaged"
            raise StorageUnavailable(f"a stored document {what}") from error

    def stored_sha256(self, name: str) -> bytes:
        """SHA-256 of a blob as it lies there: tells without any key whether it is the one that was stored.

        Raises:
            StorageUnavailable: it is not there, or cannot be read.
        """
        digest = hashlib.sha256()
        for piece in self.pieces(name):
            digest.update(piece)
        return digest.digest()

    @abstractmethod
    def write(self, name: str, stored: Iterable[bytes]) -> None:
        """Store sealed octets durably under a name that is not taken.

        Raises:
            StorageUnavailable: full, failed or taken; nothing was kept.
        """

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The sealed octets of a blob.

        Raises:
            StorageUnavailable: it is not there, or cannot be read.
        """

    @abstractmethod
    def pieces(self, name: str) -> Iterator[bytes]:
        """The sealed octets of a blob, a MiB at a time, however large it is; fails as `read` does."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove a blob that no row names, if it is there.

        Raises:
            StorageUnavailable: it cannot be removed.
        """

    @abstractmethod
    def names(self) -> Iterator[StoredBlob]:
        """Every blob in the order of the names, and what writes that were cut have left.

        Raises:
            StorageUnavailable: the place cannot be listed.
        """


def noting(pieces: Iterable[bytes], note: Callable[[bytes], None]) -> Iterator[bytes]:
    """Hand pieces on, and show each to somebody on its way."""
    for piece in pieces:
        note(piece)
        yield piece
