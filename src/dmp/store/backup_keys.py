"""The keys of backups: one for each month, in the vault, so that a month can be forgotten (security 12.5)."""

import secrets
from datetime import datetime
from pathlib import Path

from dmp.record.errors import StorageUnavailable
from dmp.store.keys import key_files
from dmp.store.sealed_file import FindKey


def key_of(folder: Path, at: datetime) -> tuple[str, bytes]:
    """Id and octets of the key of a moment's month, made if it is the first backup of the month.

    Raises:
        StorageUnavailable: the vault cannot be written, or the key is open to others.
    """
    name = f"backup-{at:%Y%m}"
    path = folder / f"{name}.key"
    try:
        if not path.exists():
            key_files.make(path, secrets.token_bytes(key_files.KEY_SIZE))
    except OSError as error:
        raise StorageUnavailable("the vault cannot be written") from error
    return name, key_files.read_key(path)


def keys_in(folder: Path) -> FindKey:
    """Where restoring looks for the keys of backups."""

    def find(name: str) -> bytes:
        if not name.startswith("backup-") or "/" in name:
            raise StorageUnavailable("a backup names a key that is none of backups")
        return key_files.read_key(folder / f"{name}.key")

    return find
