"""Key files: read only when nobody else can, written whole or not at all, overwritten before they go."""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dmp.record.errors import StorageUnavailable
from dmp.store.durable import all_or_nothing, sync_folder, write_new

KEY_SIZE = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_guarded(path: Path) -> bytes:
    """Read a file that its owner alone may read and write.

    Raises:
        StorageUnavailable: it is missing, or its group or others have a right on it.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            octets = file.read()
    except OSError as error:
        raise StorageUnavailable(f"the vault lacks {path.name}") from error
    if mode & _OTHERS:
        raise StorageUnavailable(f"{path.name} is open to other users of this machine: chmod 600")
    return octets


def read_key(path: Path) -> bytes:
    """Read a key of 32 octets.

    Raises:
        StorageUnavailable: as `read_guarded`, or of another length.
    """
    key = read_guarded(path)
    if len(key) != KEY_SIZE:
        raise StorageUnavailable(f"{path.name} is not a key of 32 octets")
    return key


def check_folder(folder: Path) -> None:
    """Refuse a folder where others could put a key of theirs.

    Raises:
        StorageUnavailable: its group or others may write in it.
    """
    with suppress(FileNotFoundError):
        if folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise StorageUnavailable("other users of this machine can write in the folder of the keys: chmod 700")


def make(path: Path, octets: bytes) -> bool:
    """Write a new file; false, and nothing done, when another process wrote it a moment ago.

    Raises:
        OSError: it cannot be written.
    """
    temporary = _temporary(path)
    with all_or_nothing(temporary):
        write_new(temporary, [octets])
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return False
        finally:
            temporary.unlink()
    sync_folder(path.parent)
    return True


def replace(path: Path, octets: bytes) -> None:
    """Write a file in the place of the one that is there: after a crash it is the one or the other.

    Raises:
        OSError: it cannot be written.
    """
    temporary = _temporary(path)
    with all_or_nothing(temporary):
        write_new(temporary, [octets])
        temporary.rename(path)
        sync_folder(path.parent)


def shred(path: Path) -> None:
    """Overwrite a file, then remove it; one that is gone is no error.

    A disk that copies what it writes may keep the former octets: what counts
    is that no file leads to them, and that every key below was wrapped anew.

    Raises:
        OSError: it cannot be written.
    """
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Let one process at a time make keys in a folder.

    Raises:
        OSError: the folder is not there.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _temporary(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
