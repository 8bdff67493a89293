"""Where the parts of a request wait while it is read: in memory, then in a file that only this process can read.

A part over 1 MiB goes to an unlinked temporary file, encrypted with a key that
never leaves the memory of the process: no health data touch the disk in clear.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from typing import IO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

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
    """Receives the octets of one part, measuring them on the way."""

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
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="dmp-")  # noqa: SIM115
            self._file.write(self._encryptor.update(bytes(self._memory)))
            self._memory.clear()
        self._file.write(self._encryptor.update(octets))

    def finish(self) -> SpooledContent:
        """The part is whole."""
        return SpooledContent(self)

    def replay(self) -> Iterator[bytes]:
        """Give the octets back, as often as asked."""
        if self._file is None:
            yield bytes(self._memory)
            return
        self._file.seek(0)
        decryptor = self._cipher.decryptor()
        while piece := self._file.read(PIECE):
            yield decryptor.update(piece)
