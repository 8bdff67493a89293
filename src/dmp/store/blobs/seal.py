"""How the octets of a document are sealed: chunks that cannot be altered, moved, left out or cut short (security 12.2).

A blob has its own random key. It is a sequence of chunks of 1 MiB, each sealed
with its number and a last-chunk flag; the last one is padded to a size class.
"""

import struct
from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 1024 * 1024
TAG = 16
STEP = 4096
"""Octets between two classes of the smallest sizes; what a file system hands out at once."""


def seal(key: bytes, content: Iterable[bytes]) -> Iterator[bytes]:
    """Seal octets, chunk by chunk, with a key that seals nothing else."""
    cipher, number, waiting = AESGCM(key), 0, b""
    for chunk in _rechunk(content):
        if waiting:
            yield cipher.encrypt(_nonce(number), waiting, b"more")
            number += 1
        waiting = chunk
    yield cipher.encrypt(_nonce(number), waiting.ljust(padded_size(len(waiting)), b"\0"), b"last")


def unseal(key: bytes, stored: bytes, size: int) -> bytes:
    """Open sealed octets and drop the padding; `size` is the count of plain octets.

    Raises:
        InvalidTag: the key is another one, or a single bit changed.
    """
    cipher = AESGCM(key)
    if len(stored) <= CHUNK + TAG:
        return cipher.decrypt(_nonce(0), stored, b"last")[:size]
    plain = bytearray()
    starts = range(0, len(stored), CHUNK + TAG)
    for number, start in enumerate(starts):
        flag = b"last" if number == len(starts) - 1 else b"more"
        plain += cipher.decrypt(_nonce(number), stored[start : start + CHUNK + TAG], flag)
    return bytes(memoryview(plain)[:size])


def sealed_size(size: int) -> int:
    """Count of the octets that `seal` makes of so many."""
    whole = max(size - 1, 0) // CHUNK
    return whole * (CHUNK + TAG) + padded_size(size - whole * CHUNK) + TAG


def padded_size(size: int) -> int:
    """The class of a size: steps of 4 KiB, then of an eighth of the power of two below (at most 12.5 % is lost).

    Eight classes for each doubling tell an observer little, and a document of
    50 KB takes 52 KiB of disk rather than 64.
    """
    below = 1 << (size - 1).bit_length() - 1 if size > STEP else STEP
    step = max(STEP, below // 8)
    return max(1, -(-size // step)) * step


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
