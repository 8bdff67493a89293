"""What an administrator removed from a record, as the journal of the keys keeps it (ITI-62, ITI-86, security 12.5).

A removal has two lines of one random id. The first, on the disk before the act
commits, holds the record and the ids of what goes, sealed with the key of the
service: whoever reads the journal learns that something was removed, when, and
no more. The second says that the act was committed: an act that was refused or
undone leaves the first one alone, which removes nothing.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from dmp.record.errors import StorageUnavailable
from dmp.store.keys.journal import Fate, Line
from dmp.store.vault import Vault

_KIND = "removal"


class Removal(msgspec.Struct, frozen=True, array_like=True):
    """What was removed: `names` are ids of entries, lots, folders and links, and names of stored documents."""

    record: str
    names: tuple[str, ...]


_read = msgspec.msgpack.Decoder(Removal).decode
_write = msgspec.msgpack.Encoder().encode


def announced(vault: Vault, removal: Removal, *, named: str, at: datetime) -> Line:
    """The line that is written before the act commits."""
    return Line(at, Fate.REMOVING, named, sealed=vault.service.close(_KIND, named, _write(removal)))


def opened(vault: Vault, line: Line) -> Removal:
    """What such a line says.

    Raises:
        StorageUnavailable: this service did not write it, or it was altered.
    """
    try:
        return _read(vault.service.open(_KIND, line.key, line.sealed))
    except msgspec.DecodeError as error:
        raise StorageUnavailable("a line of the journal of the keys holds no removal") from error


def parted(lines: Iterable[Line]) -> tuple[list[Line], list[Line]]:
    """The announced removals that were committed, and those of which that is not known."""
    listed = list(lines)
    committed = {line.key for line in listed if line.fate is Fate.REMOVED}
    announcements = [line for line in listed if line.fate is Fate.REMOVING]
    return (
        [line for line in announcements if line.key in committed],
        [line for line in announcements if line.key not in committed],
    )
