"""Documents while they travel: where the octets of a part go, and those held in memory (xds-wire 2.5)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from dmp.record.submission import Content


@dataclass(frozen=True)
class MemoryContent:
    """A document held in memory; a `dmp.record.submission.Content`."""

    octets: bytes = field(repr=False)
    size: int = field(init=False)
    sha1: str = field(init=False)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        """Measure the octets."""
        object.__setattr__(self, "size", len(self.octets))
        object.__setattr__(self, "sha1", hashlib.sha1(self.octets, usedforsecurity=False).hexdigest())
        object.__setattr__(self, "sha256", hashlib.sha256(self.octets).hexdigest())

    def read(self) -> bytes:
        """All the octets."""
        return self.octets

    def chunks(self) -> Iterator[bytes]:
        """The octets, in one piece."""
        yield self.octets


class Sink(Protocol):
    """Where the octets of a part go as they come; whoever makes sinks also disposes of those never finished."""

    def write(self, octets: bytes) -> None:
        """Take the next octets."""
        ...

    def finish(self) -> Content:
        """The part is whole."""
        ...


class MemorySink:
    """A sink in memory."""

    def __init__(self) -> None:
        """Start empty."""
        self._octets = bytearray()

    def write(self, octets: bytes) -> None:
        """Take the next octets."""
        self._octets += octets

    def finish(self) -> MemoryContent:
        """Measure what came."""
        return MemoryContent(bytes(self._octets))
