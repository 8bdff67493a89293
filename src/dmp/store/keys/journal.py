"""What became of the keys, in a file beside them that only grows («journal des clés», security 12.1, 12.5).

One canonical JSON line for each master key made or retired, and for each
record whose key was destroyed; two for each removal inside a record
(`store/removals.py`). A backup of the database knows nothing of what was
destroyed or removed after it: this file does, and a restore reads it.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from dmp.audit.canonical import Fields, canonical, instant, timestamp
from dmp.record.errors import StorageUnavailable
from dmp.store.durable import sync_folder
from dmp.store.keys import key_files


class Fate(StrEnum):
    """What happened to a key, or to what a record holds."""

    MADE = "made"
    RETIRED = "retired"
    DESTROYED = "destroyed"
    REMOVING = "removing"
    REMOVED = "removed"


@dataclass(frozen=True)
class Line:
    """One event: `key` is the id of a master key, the key of a record (which says nothing of the person), or random.

    `certificate` and `signature` are those of the erasure of a record, empty
    for the others; `sealed` tells of a removal, to the service alone.
    """

    at: datetime
    fate: Fate
    key: str
    certificate: str = ""
    signature: bytes = b""
    sealed: bytes = b""

    def octets(self) -> bytes:
        """The line as it is written."""
        told = {"at": timestamp(self.at), "fate": self.fate.value, "key": self.key}
        if self.certificate:
            told |= {"certificate": self.certificate, "signature": self.signature.hex()}
        if self.sealed:
            told["sealed"] = self.sealed.hex()
        return canonical(told) + b"\n"

    @staticmethod
    def read(octets: bytes) -> "Line":
        """Read a line back; ValueError when it is not one."""
        members = json.loads(octets)
        fields = Fields({"certificate": "", "signature": "", "sealed": "", **members})
        return Line(
            instant(fields.text("at")),
            Fate(fields.text("fate")),
            fields.text("key"),
            fields.text("certificate"),
            bytes.fromhex(fields.text("signature")),
            bytes.fromhex(fields.text("sealed")),
        )


class KeyJournal:
    """The file; each line is on the disk before `append` returns."""

    def __init__(self, path: Path):
        """Use a file; made with its first line."""
        self._path = path

    @property
    def size(self) -> int:
        """Octets written until now: another size, another content."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, *lines: Line) -> None:
        """Add lines, together.

        Raises:
            StorageUnavailable: the file cannot be written.
        """
        octets = b"".join(line.octets() for line in lines)
        try:
            made = not self._path.exists()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                size = file.seek(0, os.SEEK_END)
                # What a crash cut short must not swallow the line that follows it.
                cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
                file.write(b"\n" + octets if cut else octets)
                os.fsync(descriptor)
            if made:
                sync_folder(self._path.parent)
        except OSError as error:
            raise StorageUnavailable("the journal of the keys cannot be written") from error

    def lines(self) -> Iterator[Line]:
        """All lines, oldest first; one that a crash cut short is left out.

        Raises:
            StorageUnavailable: other users may read or write the file.
        """
        if not self._path.exists():
            return
        for octets in key_files.read_guarded(self._path).splitlines(keepends=True):
            if octets.endswith(b"\n"):
                try:
                    yield Line.read(octets)
                except ValueError:
                    continue

    def destroyed(self) -> frozenset[str]:
        """The records whose key was destroyed."""
        return frozenset(line.key for line in self.lines() if line.fate is Fate.DESTROYED)
