"""A disk of its own for a claim, that can lose its power: an ext4 file system in a file (root, Linux).

A cut is the kernel's own emergency stop of a file system, without writing
anything more (EXT4_IOC_SHUTDOWN, no flush of the log): what was only in memory
is gone, as when the current fails. Mounting it again replays its journal.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = 2 * 2**30
"""Octets of the disk; the file that holds it takes what is written only."""
_SHUTDOWN = 0x8004587D
_NO_LOG_FLUSH = 2
PATIENCE = 20.0
"""Seconds for the last program to leave a disk."""


class NoDisk(Exception):
    """A file system cannot be made or mounted here."""


@dataclass(frozen=True)
class Disk:
    """A file system at `place`, made of `image`."""

    image: Path
    place: Path

    def cut(self) -> None:
        """Lose the power, now."""
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def power(self) -> None:
        """Mount it again, as after a cut; nothing may use it any more."""
        self.unmount()
        self.mount()

    def mount(self) -> None:
        """Make its content reachable.

        Raises:
            NoDisk: not root, no loop device, or a broken file system.
        """
        _run("mount", "-o", "loop", str(self.image), str(self.place))

    def unmount(self) -> None:
        """Take it away, as soon as the last program has left it.

        Raises:
            NoDisk: somebody stays.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return _run("umount", str(self.place))
            except NoDisk:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


@contextmanager
def disk(folder: Path, *, size: int = SIZE) -> Iterator[Disk]:
    """A new disk, taken away at the end.

    Raises:
        NoDisk: not root, or no tools for it.
    """
    made = Disk(folder / "disk.img", folder / "disk")
    made.place.mkdir()
    with made.image.open("wb") as file:
        file.truncate(size)
    _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1", str(made.image))
    made.mount()
    try:
        made.place.chmod(0o755)
        yield made
    finally:
        made.unmount()


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if path is None:
        raise NoDisk(f"{program} is not installed")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NoDisk(f"{program}: {done.stderr.strip()}")
