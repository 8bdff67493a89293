"""Words that exist nowhere else, and the search for them in files, however they are written."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import ascii_uppercase

LENGTH = 14
PIECE = 64 * 2**20
"""Octets of a file looked through at once."""


def new_word(dice: Random) -> str:
    """A word that nobody else uses, in letters that every field takes."""
    return "".join(dice.choices(ascii_uppercase, k=LENGTH))


@dataclass(frozen=True)
class Sighting:
    """Where a word was found, and how it was written there."""

    file: Path
    place: str
    """What the word was: a title, an INS."""
    spelling: str


def spellings(word: str) -> Iterator[tuple[str, bytes]]:
    """The ways in which a word may lie in a file without being a secret: as text, packed as text, as a plain digest.

    A digest without a key is as good as the word: whoever has a list of
    numbers or names finds it again (security 12.3).
    """
    octets = word.encode()
    yield "as it is", octets
    if word.lower() != word:
        yield "in small letters", word.lower().encode()
    yield "UTF-16", word.encode("utf-16-le")
    yield "hexadecimal", octets.hex().encode()
    for shift in range(3):
        # What stands before shifts base64: only the part that no neighbour changes is looked for.
        whole = base64.b64encode(b"\0" * shift + octets)
        first = (0, 2, 3)[shift]
        yield "base64", whole[first : first + (len(octets) * 8 - (0, 4, 2)[shift]) // 6]
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, octets, usedforsecurity=False)
        yield name, digest.digest()
        yield name, digest.hexdigest().encode()


def search(files: Sequence[Path], words: Sequence[tuple[str, str]]) -> Iterator[Sighting]:
    """Look for every spelling of every word (what it was, the word) in every file."""
    wanted = [(place, spelling, octets) for place, word in words for spelling, octets in spellings(word)]
    longest = max((len(octets) for _, _, octets in wanted), default=1)
    for file in files:
        for piece in _pieces(file, longest):
            for place, spelling, octets in wanted:
                if octets in piece:
                    yield Sighting(file, place, spelling)


def _pieces(file: Path, overlap: int) -> Iterator[bytes]:
    """The octets of a file, no word cut between two pieces."""
    before = b""
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield before + piece
            before = piece[-overlap:]
