"""What a backup of the database says, frame by frame: a header, tables and their rows, an end that counts them."""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from dmp.record.errors import StorageUnavailable
from dmp.store.sealed_file import FindKey, unsealed

ENDING = ".dmpb"
BLOBS = "blobs"
"""Folder of the blobs, beside the files: shared by all backups of one destination."""


class Header(msgspec.Struct, tag="header", frozen=True):
    """When, from which schema, and whose: `service` is the public key of the tree heads."""

    at: datetime
    schema: str
    service: bytes
    release: str


class Rows(msgspec.Struct, tag="rows", frozen=True):
    """Some rows of a table; a table of no row has one such frame too."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


class End(msgspec.Struct, tag="end", frozen=True):
    """The last word: rows of each table, and the blobs that could not be copied, damaged or missing as they were."""

    rows: dict[str, int]
    without: frozenset[str]


Frame = Header | Rows | End
_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(Frame).decode
_LENGTH = struct.Struct(">I")


def packed(frames: Iterable[Frame]) -> Iterator[bytes]:
    """Frames to octets, each with its length before it."""
    for frame in frames:
        octets = _write(frame)
        yield _LENGTH.pack(len(octets)) + octets


def frames_of(path: Path, find_key: FindKey) -> Iterator[Frame]:
    """The frames of a backup, as they are read.

    Raises:
        StorageUnavailable: naming the file: as `unsealed`, or not in the form of a backup.
    """
    waiting = bytearray()
    for piece in unsealed(path, find_key):
        waiting += piece
        start = 0
        while len(waiting) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(waiting, start)
            if len(waiting) - start - _LENGTH.size < length:
                break
            start += _LENGTH.size
            yield _frame(path, bytes(waiting[start : start + length]))
            start += length
        del waiting[:start]
    if waiting:
        raise StorageUnavailable(f"{path.name} ends inside a frame")


def _frame(path: Path, octets: bytes) -> Frame:
    try:
        return _read(octets)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise StorageUnavailable(f"{path.name} is a backup of a form that this release does not know") from error


def verified(path: Path, find_key: FindKey) -> tuple[Header, End]:
    """Read a whole backup of the database: its first and its last frame.

    Raises:
        StorageUnavailable: naming the file: as `frames_of`, or its counts are not those of its end.
    """
    header: Header | None = None
    end: End | None = None
    counted = Counter[str]()
    for frame in frames_of(path, find_key):
        match frame:
            case Header():
                header = frame
            case Rows():
                counted[frame.table] += len(frame.rows)
            case End():
                end = frame
    if header is None or end is None or {table: count for table, count in end.rows.items() if count} != +counted:
        raise StorageUnavailable(f"{path.name} is not whole")
    return header, end
