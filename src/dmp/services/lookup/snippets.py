"""A few words of a document around what was found («extrait»), made from its text when its hit is shown.

What is marked is told as pieces: the page escapes each and marks some.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from dmp.documents.text import DocumentText, TextSection
from dmp.services.lookup.query import Wish
from dmp.services.lookup.words import DATE_SIGN, Token, tokens

AROUND = 90
"""Characters before the first word that is marked, and after the last."""
WIDEST = 260
MOST_LOOKED_AT = 40_000
"""Characters of one document; what was found further on is not shown."""
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Piece:
    """A run of text, marked when it is what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Snippet:
    """Some words of one section, with its title."""

    title: str
    pieces: tuple[Piece, ...]

    @property
    def plain(self) -> str:
        """All of it, nothing marked."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Marks:
    """What is to be marked: terms, and dates by what they begin with; each with the number of its wish."""

    terms: dict[str, int]
    dates: tuple[tuple[str, int], ...]

    @staticmethod
    def of(wishes: Sequence[Wish]) -> "Marks":
        """Those of what was wanted."""
        ways = [(way, number) for number, wish in enumerate(wishes) for way in wish.ways]
        dates = tuple((way.terms[0], number) for way, number in ways if way.is_date)
        terms = {term: number for way, number in reversed(ways) if not way.is_date for term in way.terms}
        return Marks(terms, dates)

    def wish(self, token: Token) -> int | None:
        """The number of the wish that a word answers; None when it answers none."""
        if token.term.startswith(DATE_SIGN):
            return next((number for date, number in self.dates if token.term.startswith(date)), None)
        return self.terms.get(token.term, self.terms.get(token.joined))


def snippets(text: DocumentText, wishes: Sequence[Wish], most: int = 2) -> tuple[Snippet, ...]:
    """The places that answer most of what was wanted, in the order of the document."""
    marks, left = Marks.of(wishes), MOST_LOOKED_AT
    found: list[tuple[int, int, Snippet]] = []
    for number, section in enumerate(text.sections):
        shown = TextSection(section.title, section.text[: max(left, 0)])
        left -= len(section.text)
        best = _best(shown, marks)
        if best is not None:
            found.append((best[0], number, best[1]))
    found.sort(key=lambda one: (-one[0], one[1]))
    return tuple(snippet for _, _, snippet in sorted(found[:most], key=lambda one: one[1]))


def marked(title: str, wishes: Sequence[Wish]) -> tuple[Piece, ...]:
    """A title, with what answers marked."""
    title = unicodedata.normalize("NFC", title)
    marks = Marks.of(wishes)
    spans = [(token.start, token.end) for token in tokens(title) if marks.wish(token) is not None]
    return tuple(_pieces(title, 0, len(title), spans))


def word_of(text: DocumentText, term: str) -> str:
    """How a document writes a term: the word to suggest; empty when it does not."""
    for section in text.sections:
        for part in (section.title, section.text[:MOST_LOOKED_AT]):
            found = next((token for token in tokens(part) if token.term == term), None)
            if found is not None:
                return part[found.start : found.end].lower()
    return ""


def _best(section: TextSection, marks: Marks) -> tuple[int, Snippet] | None:
    """The window of a section that answers most wishes, the first of them; and how many."""
    answers = [(token, wish) for token in tokens(section.text) if (wish := marks.wish(token)) is not None]
    if not answers:
        return None
    best, chosen, last = 0, (0, 0), 0
    for first, (token, _) in enumerate(answers):
        last = max(last, first)
        while last + 1 < len(answers) and answers[last + 1][0].end - token.start <= WIDEST - AROUND:
            last += 1
        wishes = len({wish for _, wish in answers[first : last + 1]})
        if wishes > best:
            best, chosen = wishes, (first, last)
    spans = [(token.start, token.end) for token, _ in answers[chosen[0] : chosen[1] + 1]]
    start = _at_blank(section.text, spans[0][0], -AROUND)
    end = _at_blank(section.text, spans[-1][1], AROUND)
    return best, Snippet(section.title, tuple(_pieces(section.text, start, end, spans)))


def _at_blank(text: str, at: int, step: int) -> int:
    """About so many characters on, where a word begins or ends; the place itself when there is no blank."""
    if step < 0:
        far = max(at + step, 0)
        return far if far == 0 else 1 + max(text.find(" ", far, at), far - 1)
    far = min(at + step, len(text))
    return far if far == len(text) else max(text.rfind(" ", at, far), at)


def _pieces(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    """The pieces of a window, blanks made one."""
    pieces: list[Piece] = [Piece(_ELLIPSIS)] if start > 0 else []
    at = start
    for begin, finish in spans:
        pieces += [Piece(text[at:begin]), Piece(text[begin:finish], marked=True)]
        at = finish
    pieces.append(Piece(text[at:end]))
    if end < len(text):
        pieces.append(Piece(_ELLIPSIS))
    return [Piece(_one_blank(piece.text), piece.marked) for piece in pieces if piece.text]


def _one_blank(text: str) -> str:
    blanks = " ".join(text.split())
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and blanks else ""
    return f"{before}{blanks}{after}"
