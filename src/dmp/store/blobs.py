"""Sealed blobs: the octets of documents, in files that tell nothing (security 12.1, 12.2, 13.1).

A blob has its own random key, which the database keeps sealed under the key of
the record. The file is a sequence of chunks of 1 MiB, each sealed with its
number and a last-chunk flag, padded to a size class; its name is random.
"""

import hashlib
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dmp.record.errors import StorageUnavailable
from dmp.store.durable import all_or_nothing, sync_folder, write_new

CHUNK = 1024 * 1024
TAG = 16
SMALLEST_CLASS = 4096


@dataclass(frozen=True)
class BlobRef:
    """Where a blob is and how to open it; `size` is the count of plain octets."""

    name: str
    key: bytes = field(repr=False)
    size: int
    stored_sha256: bytes


class Blobs(Protocol):
    """The only interface of the store: files here, objects elsewhere."""

    def put(self, content: Iterable[bytes]) -> BlobRef:
        """Store octets durably before returning."""
        ...

    def get(self, ref: BlobRef) -> bytes:
        """Give the octets back, or fail if a single bit changed."""
        ...

    def delete(self, name: str) -> None:
        """Forget a blob that no row names."""
        ...


class FileBlobs:
    """Blobs as files of one folder, in 256 sub-folders."""

    def __init__(self, folder: Path):
        """Use a folder, made if absent.

        Raises:
            StorageUnavailable: it cannot be made.
        """
        self._folder = folder
        self._durable_folders: set[Path] = set()
        try:
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                sync_folder(folder.parent)
        except OSError as error:
            raise StorageUnavailable("the folder of the documents cannot be used") from error

    def put(self, content: Iterable[bytes]) -> BlobRef:
        """Write to a temporary name, fsync, rename, fsync the folder (security 13.1).

        Raises:
            StorageUnavailable: the disk is full or failed; nothing was kept.
        """
        name, key = secrets.token_hex(16), secrets.token_bytes(32)
        target, digest, sizes = self._path(name), hashlib.sha256(), list[int]()
        temporary = target.with_suffix(".part")
        measured = _noting(content, lambda piece: sizes.append(len(piece)))
        try:
            self._make_durable(target.parent)
            with all_or_nothing(temporary, target):
                write_new(temporary, _noting(_seal(key, measured), digest.update))
                temporary.rename(target)
                sync_folder(target.parent)
        except OSError as error:
            raise StorageUnavailable("a document could not be written") from error
        return BlobRef(name, key, sum(sizes), digest.digest())

    def get(self, ref: BlobRef) -> bytes:
        """Read, check and open a blob.

        Raises:
            StorageUnavailable: missing, or one bit changed.
        """
        try:
            stored = self._path(ref.name).read_bytes()
        except OSError as error:
            raise StorageUnavailable("a stored document cannot be read") from error
        if hashlib.sha256(stored).digest() != ref.stored_sha256:
            raise StorageUnavailable("a stored document is damaged")
        plain = BytesIO()
        plain.writelines(_open(ref.key, stored))
        plain.truncate(ref.size)
        return plain.getvalue()

    def delete(self, name: str) -> None:
        """Remove the file, if it is there.

        Raises:
            StorageUnavailable: it cannot be removed.
        """
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise StorageUnavailable("a document could not be removed") from error

    def _make_durable(self, folder: Path) -> None:
        """Make a sub-folder that a power cut cannot take away; each process makes sure of each one once."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if folder in self._durable_folders:
                return
        sync_folder(self._folder)
        self._durable_folders.add(folder)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def _noting(pieces: Iterable[bytes], note: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        note(piece)
        yield piece


def _seal(key: bytes, content: Iterable[bytes]) -> Iterator[bytes]:
    cipher, number, waiting = AESGCM(key), 0, b""
    for chunk in _rechunk(content):
        if waiting:
            yield cipher.encrypt(_nonce(number), waiting, b"more")
            number += 1
        waiting = chunk
    yield cipher.encrypt(_nonce(number), _padded(waiting), b"last")


def _open(key: bytes, stored: bytes) -> Iterator[bytes]:
    cipher, step = AESGCM(key), CHUNK + TAG
    count = max(1, -(-len(stored) // step))
    try:
        for number in range(count):
            flag = b"last" if number == count - 1 else b"more"
            yield cipher.decrypt(_nonce(number), stored[number * step : (number + 1) * step], flag)
    except InvalidTag as error:
        raise StorageUnavailable("a stored document does not open with its key") from error


def _nonce(number: int) -> bytes:
    # The key is used for one blob only, so the chunk number is nonce enough.
    return struct.pack(">8xI", number)


def _rechunk(content: Iterable[bytes]) -> Iterator[bytes]:
    rest = bytearray()
    for piece in content:
        rest += piece
        while len(rest) >= CHUNK:
            yield bytes(rest[:CHUNK])
            del rest[:CHUNK]
    if rest:
        yield bytes(rest)


def _padded(chunk: bytes) -> bytes:
    """Pad the last chunk to the next power of two, from 4 KiB to one whole chunk (security 12.2)."""
    size = SMALLEST_CLASS
    while size < len(chunk):
        size *= 2
    return chunk.ljust(size, b"\0")
