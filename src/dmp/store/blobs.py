"""Sealed blobs: the octets of documents, in files that tell nothing (security 12.1, 12.2, 13.1).

A blob has its own random key, which the database keeps sealed under the key of
the record. The file is a sequence of chunks of 1 MiB, each sealed with its
number and a last-chunk flag, padded to a size class; its name is random.
"""

import hashlib
import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dmp.record.errors import StorageUnavailable

CHUNK = 1024 * 1024
TAG = 16
SMALLEST_CLASS = 4096


@dataclass(frozen=True)
class BlobRef:
    """Where a blob is and how to open it; `size` is the count of plain octets."""

    name: str
    key: bytes
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
        """Use a folder, made if absent."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, content: Iterable[bytes]) -> BlobRef:
        """Write to a temporary name, fsync, rename, fsync the folder (security 13.1).

        Raises:
            StorageUnavailable: the disk is full or failed; nothing was kept.
        """
        name, key = secrets.token_hex(16), secrets.token_bytes(32)
        target, measure = self._path(name), _Measure()
        temporary = target.with_suffix(".part")
        try:
            target.parent.mkdir(exist_ok=True, mode=0o700)
            digest = _write(temporary, _seal(key, measure.through(content)))
            temporary.rename(target)
            _sync_folder(target.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StorageUnavailable("a document could not be written") from error
        return BlobRef(name, key, measure.size, digest)

    def get(self, ref: BlobRef) -> bytes:
        """Read, check and open a blob.

        Raises:
            StorageUnavailable: missing, or one bit changed.
        """
        try:
            stored = self._path(ref.name).read_bytes()
        except OSError as error:
            raise StorageUnavailable("a stored document is missing") from error
        if hashlib.sha256(stored).digest() != ref.stored_sha256:
            raise StorageUnavailable("a stored document is damaged")
        return b"".join(_open(ref.key, stored))[: ref.size]

    def delete(self, name: str) -> None:
        """Remove the file, if it is there."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


class _Measure:
    """Counts the plain octets that pass."""

    def __init__(self) -> None:
        self.size = 0

    def through(self, content: Iterable[bytes]) -> Iterator[bytes]:
        for piece in content:
            self.size += len(piece)
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


def _write(path: Path, pieces: Iterator[bytes]) -> bytes:
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
