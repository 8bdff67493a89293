"""What is kept of the words of one document, to be searched: each term with its places, packed small.

Kept beside the entry of the document, sealed like it, written when the
document arrives and gone when it goes. Nothing here is about several
documents: whoever searches weighs terms over what he may read (`find`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dmp.documents.text import DocumentText, TextSection, TextState
from dmp.services.lookup.words import tokens

READER = 1
"""Grows with each change of how words become terms: those of a former number are made again."""
MOST_PLACES = 12
"""Of one term in one document: more say nothing more."""
MOST_WORDS = 20_000
"""Of one document."""
MOST_OCTETS = 20_000
"""Of the terms of one document, before they are compressed."""
MOST_KEPT = 6_000
"""Characters of the text that are kept, for the few words around what was found."""
BETWEEN_SECTIONS = 10
"""Places that part two sections: no phrase goes from one to the next."""

_WORD = re.compile(rb"\n([a-z]{3,40}) ")
_FIRST = 0x21
"""The code point of a step of 0; blanks and ends of line stand below."""
_SURROGATES = 0xD800
LONGEST_STEP = 3
"""Octets of a step, at most."""
_PART, _TITLE = "\x1e", "\x1f"
"""What ends a section that is kept, and its title."""
_SIGNS = str.maketrans(dict.fromkeys((_PART, _TITLE), " "))


@dataclass(frozen=True)
class Terms:
    """The terms of one document: `length` its words, `lines` a line `term steps` for each term, in order.

    The steps from place to place are written as one character each, so that a
    term is found without reading the others. `kept` is the beginning of the
    text. `waiting` tells of a PDF whose words were not read yet, `cut` of more
    than is kept.
    """

    length: int = 0
    state: TextState = TextState.NONE
    cut: bool = False
    waiting: bool = False
    reader: int = READER
    lines: bytes = field(default=b"\n", repr=False)
    kept: bytes = field(default=b"", repr=False)

    def places(self, term: str) -> tuple[int, ...]:
        """Where a term stands, in order; empty where it does not."""
        start = self.lines.find(f"\n{term} ".encode())
        if start < 0:
            return ()
        begin = start + len(term.encode()) + 2
        return _places(self.lines[begin : self.lines.index(b"\n", begin)])

    def starting(self, beginning: str) -> Iterator[str]:
        """The terms that begin so."""
        start = self.lines.find(f"\n{beginning}".encode())
        while start >= 0:
            yield self.lines[start + 1 : self.lines.index(b" ", start)].decode()
            start = self.lines.find(f"\n{beginning}".encode(), start + 1)

    def words(self) -> Iterator[str]:
        """Every term that is a word of letters, as most are: what a word with a typing mistake is compared with."""
        return (word.decode() for word in _WORD.findall(self.lines))

    @property
    def text(self) -> DocumentText:
        """The beginning of the text, for `snippets`."""
        parts = (part.partition(_TITLE) for part in self.kept.decode().split(_PART)[:-1])
        return DocumentText(tuple(TextSection(title, text) for title, _, text in parts))

    @property
    def packed(self) -> bytes:
        """As it is kept; nothing of a document without words."""
        if self.state is TextState.NONE and not self.waiting:
            return b""
        heading = f"{self.reader} {self.length} {self.state} {int(self.cut)} {int(self.waiting)}"
        return heading.encode() + self.lines + b"\n" + self.kept


NO_TERMS = Terms()


def unpack(packed: bytes) -> Terms:
    """What was kept.

    Raises:
        ValueError: it is no such thing.
    """
    if not packed:
        return NO_TERMS
    heading, _, rest = packed.partition(b"\n")
    lines, _, kept = (b"\n" + rest).partition(b"\n\n")
    reader, length, state, cut, waiting = heading.decode().split(" ")
    return Terms(int(length), TextState(state), cut == "1", waiting == "1", int(reader), lines + b"\n", kept)


def terms_of(text: DocumentText) -> Terms:
    """The terms of a document; of one that is too long, those that come first."""
    found: dict[str, list[int]] = {}
    place, count, octets, cut = 0, 0, 1, text.cut
    for term, at in _stream(text):
        count, place = count + (at != place or not count), at
        places = found.get(term)
        if places is None:
            octets += len(term.encode()) + 2 + LONGEST_STEP
            if octets > MOST_OCTETS or count > MOST_WORDS:
                cut = True
                break
            found[term] = [at]
        elif len(places) < MOST_PLACES and octets < MOST_OCTETS:
            octets += LONGEST_STEP
            places.append(at)
    lines = "".join(f"{term} {_steps(places)}\n" for term, places in sorted(found.items()))
    return Terms(count, text.state, cut, bool(text.pdfs), lines=f"\n{lines}".encode(), kept=_kept(text).encode())


def _kept(text: DocumentText) -> str:
    """The beginning of a text, blanks made one."""
    parts: list[str] = []
    left = MOST_KEPT
    for section in text.sections:
        title, words = (
            " ".join(one.translate(_SIGNS).split())[: max(left, 0)] for one in (section.title, section.text)
        )
        parts.append(f"{title}{_TITLE}{words[: max(left - len(title), 0)]}{_PART}")
        left -= len(title) + len(words)
        if left <= 0:
            break
    return "".join(parts)


def _stream(text: DocumentText) -> Iterator[tuple[str, int]]:
    """Each term with its place, section after section."""
    start = 0
    for section in text.sections:
        for part in (section.title, section.text):
            last = -1
            for token in tokens(part):
                last = token.place
                yield token.term, start + last
                if token.joined:
                    yield token.joined, start + last
            start += last + 1
        start += BETWEEN_SECTIONS


def _steps(places: list[int]) -> str:
    before = 0
    steps: list[str] = []
    for place in places:
        steps.append(chr(min(_FIRST + place - before, _SURROGATES - 1)))
        before = place
    return "".join(steps)


def _places(steps: bytes) -> tuple[int, ...]:
    place = 0
    found: list[int] = []
    for character in steps.decode():
        place += ord(character) - _FIRST
        found.append(place)
    return tuple(found)
