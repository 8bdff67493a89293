"""Files that are there after a power cut, whole, or not at all (security 13.1)."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_new(path: str | Path, pieces: Iterable[bytes]) -> None:
    """Write a file that must not exist yet, for its owner's eyes, and wait until its octets are on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_whole(path: str | Path) -> bytes:
    """Read a file with as few calls as there are: open, size, read, close."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        content = os.read(descriptor, size)
        while len(content) < size and (more := os.read(descriptor, size - len(content))):
            content += more
        return content
    finally:
        os.close(descriptor)


def sync_folder(folder: str | Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def all_or_nothing(*paths: str | Path) -> Iterator[None]:
    """Remove these files when what writes them fails, whatever the failure."""
    try:
        yield
    except BaseException:
        for path in paths:
            with suppress(OSError):
                Path(path).unlink(missing_ok=True)
        raise
