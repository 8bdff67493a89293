"""Where the parts of a request wait while it is read: in memory, then in a file that only this process can read.

A part over 1 MiB goes to an unlinked temporary file, encrypted with a key that
never leaves the memory of the process: no health data touch the disk in clear.
"""

import hashlib
import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from dmp.record.errors import StorageUnavailable

IN_MEMORY = 1024 * 1024
PIECE = 256 * 1024


class SpooledContent:
    """A part that was received whole; a `dmp.record.submission.Content`."""

    def __init__(self, sink: "SpooledSink"):
        """Take over what a sink received."""
        self._sink = sink
        self.size = sink.size
        self.sha1 = sink.sha1.hexdigest()
        self.sha256 = sink.sha256.hexdigest()

    def read(self) -> bytes:
        """All the octets."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The octets, a piece at a time."""
        yield from self._sink.replay()


class SpooledSink:
    """Receives the octets of one part, measuring them on the way; its file goes away with it.

    Writing and replaying raise `StorageUnavailable` when the temporary folder
    is full or fails (security 13.5).
    """

    def __init__(self) -> None:
        """Start empty, in memory."""
        self.size = 0
        self.sha1 = hashlib.sha1(usedforsecurity=False)
        self.sha256 = hashlib.sha256()
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._cipher = Cipher(AES(os.urandom(32)), CTR(os.urandom(16)))
        self._encryptor = self._cipher.encryptor()

    def write(self, octets: bytes) -> None:
        """Take the next octets."""
        self.size += len(octets)
        self.sha1.update(octets)
        self.sha256.update(octets)
        if self._file is None and self.size <= IN_MEMORY:
            self._memory += octets
            return
        with _disk():
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="dmp-", buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
                self._append(self._file, bytes(self._memory))
                self._memory.clear()
            self._append(self._file, octets)

    def _append(self, file: IO[bytes], octets: bytes) -> None:
        waiting = memoryview(self._encryptor.update(octets))
        while waiting:
            waiting = waiting[file.write(waiting) :]

    def finish(self) -> SpooledContent:
        """The part is whole."""
        return SpooledContent(self)

    def replay(self) -> Iterator[bytes]:
        """Give the octets back, as often as asked, even twice at a time."""
        if self._file is None:
            yield bytes(self._memory)
            return
        decryptor, position = self._cipher.decryptor(), 0
        while position < self.size:
            with _disk():
                piece = os.pread(self._file.fileno(), PIECE, position)
            if not piece:
                raise StorageUnavailable("a request could not be read back: its temporary file is cut short")
            position += len(piece)
            yield decryptor.update(piece)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable("a request could not wait on disk") from error
