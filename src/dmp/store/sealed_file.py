"""A file that tells nothing, and that nobody can alter, cut short or exchange unseen (security 13.9).

    dmp-sealed-1 KEY-ID WRAPPED\n     in ASCII; WRAPPED is a key of this file alone, wrapped, in hexadecimal
    chunks of 1 MiB, AES-256-GCM      each bound to its number, the first line, and whether it is the last one

The key that wraps is one of a period: when it is destroyed, so is every file
of that period, wherever its copies are.
"""

import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from dmp.record.errors import StorageUnavailable

CHUNK = 1024 * 1024
TAG = 16
FORM = "dmp-sealed-1"
LONGEST_LINE = 300

FindKey = Callable[[str], bytes]
"""The wrapping key of an id.

Raises:
    StorageUnavailable: it is not here.
"""


def sealed(content: Iterable[bytes], key_id: str, wrapping: bytes) -> Iterator[bytes]:
    """The octets of a sealed file."""
    key = secrets.token_bytes(32)
    line = f"{FORM} {key_id} {aes_key_wrap(wrapping, key).hex()}\n".encode("ascii")
    yield line
    cipher, number, waiting = AESGCM(key), 0, bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) > CHUNK:
            yield cipher.encrypt(_nonce(number), bytes(waiting[:CHUNK]), _bound(line, last=False))
            del waiting[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number), bytes(waiting), _bound(line, last=True))


def unsealed(path: Path, find_key: FindKey) -> Iterator[bytes]:
    """The content of a sealed file, chunk by chunk; whole only when the iteration ends by itself.

    Raises:
        StorageUnavailable: naming the file: not one of ours, not of our keys, cut short or altered.
    """
    try:
        with path.open("rb") as file:
            line, cipher = _opened(file, path, find_key)
            yield from _chunks(file, path, cipher, line)
    except OSError as error:
        raise StorageUnavailable(f"{path.name} cannot be read") from error


def _opened(file: BinaryIO, path: Path, find_key: FindKey) -> tuple[bytes, AESGCM]:
    line = file.readline(LONGEST_LINE)
    try:
        form, key_id, wrapped = line.decode("ascii").split(" ")
        octets = bytes.fromhex(wrapped)
    except ValueError:
        form, key_id, octets = "", "", b""
    if form != FORM or not line.endswith(b"\n"):
        raise StorageUnavailable(f"{path.name} is not a sealed file of this program, or its beginning is lost")
    try:
        return line, AESGCM(aes_key_unwrap(find_key(key_id), octets))
    except (InvalidUnwrap, ValueError) as error:
        raise StorageUnavailable(f"{path.name} does not open with the key {key_id} of this vault") from error


def _chunks(file: BinaryIO, path: Path, cipher: AESGCM, line: bytes) -> Iterator[bytes]:
    number, chunk = 0, file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number), chunk, _bound(line, last=not following))
        except InvalidTag as error:
            raise StorageUnavailable(f"{path.name} is cut short or altered") from error
        if not following:
            return
        number, chunk = number + 1, following


def _nonce(number: int) -> bytes:
    # The key is used for one file only, so the chunk number is nonce enough.
    return struct.pack(">8xI", number)


def _bound(line: bytes, *, last: bool) -> bytes:
    return line + (b"last" if last else b"more")
