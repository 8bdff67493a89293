"""The processes below one (Linux)."""

from pathlib import Path


def family(process: int) -> list[int]:
    """The processes that one has started, at any depth; none when it has ended."""
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    found = [int(number) for number in told.split()]
    return [*found, *(below for child in found for below in family(child))]
