"""A document that the house has just made, to be read on a page before anybody keeps it."""

from dataclasses import dataclass

from dmp.wire.cda.narrative import Section
from dmp.wire.cda.reading import read_cda


@dataclass(frozen=True)
class Narrated:
    """Its sections, as the reader shows those of any document; it has neither pictures nor files."""

    sections: tuple[Section, ...]
    mark: str = "made"
    address: str = ""
    files: tuple[None, ...] = ()


def narrated(octets: bytes) -> Narrated:
    """Read what was made, as anybody will read it."""
    return Narrated(read_cda(octets).narrative.sections)
