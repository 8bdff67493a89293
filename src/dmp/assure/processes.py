"""The processes below one (Linux)."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_ESTABLISHED = "01"
"""In `/proc/net/tcp`."""


def family(process: int) -> list[int]:
    """The processes that one has started, at any depth; none when it has ended."""
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    found = [int(number) for number in told.split()]
    return [*found, *(below for child in found for below in family(child))]


def connected(processes: Iterable[int], port: int) -> set[int]:
    """Those of some processes that hold a TCP connection somebody made to a local port."""
    held = {line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if _is_to(line, port)}
    wanted = {f"socket:[{inode}]" for inode in held}
    return {process for process in processes if not wanted.isdisjoint(_files(process))}


def _is_to(line: str, port: int) -> bool:
    _, local, _, state = line.split()[:4]
    return state == _ESTABLISHED and int(local.rpartition(":")[2], 16) == port


def _files(process: int) -> set[str]:
    found: set[str] = set()
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            found.add(str(descriptor.readlink()))
    return found
