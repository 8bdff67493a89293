"""What somebody asks for, read from what he typed: words, phrases in quotes, dates; each with what it may be called.

Nothing that is typed can go wrong: signs part words, what is too long is cut
and said to be, and nothing is a pattern that a machine would follow.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from dmp.services.lookup.folding import flat
from dmp.services.lookup.language import language
from dmp.services.lookup.lexicon import Expression, Lexicon
from dmp.services.lookup.words import DATE_SIGN, Token, tokens

LONGEST = 200
"""Characters that are read (security 5.3)."""
MOST_WISHES = 12
SHORTEST_BEGINNING = 3
"""Letters of the last word from which it may be the beginning of one."""
SAME, LIKE, FURTHER, BEGUN = 1.0, 0.7, 0.85, 0.4
"""What the word itself weighs, another word for it, each further one beside the one before, one that begins so."""

_QUOTED = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”')


@dataclass(frozen=True)
class Way:
    """One way in which a document may say what is wanted: these terms in this order, `slack` other words between.

    The term of a date stands for all that begin so: `@2023` is any day of the year.
    """

    terms: Expression
    weight: float = SAME
    slack: int = 0

    @property
    def is_date(self) -> bool:
        """Whether it is a date."""
        return len(self.terms) == 1 and self.terms[0].startswith(DATE_SIGN)


@dataclass(frozen=True)
class Wish:
    """One thing that is wanted: `written` is how it was typed, `beginning` what a word may begin with, if any."""

    written: str
    ways: tuple[Way, ...]
    beginning: str = ""


@dataclass(frozen=True)
class Query:
    """All that is wanted; `newest` when the newest is asked for, `cut` when more was typed than is read."""

    written: str
    wishes: tuple[Wish, ...] = ()
    newest: bool = False
    cut: bool = False


def parse(typed: str, lexicon: Lexicon) -> Query:
    """Read what was typed; without a word that says something, there are no wishes."""
    written = " ".join(unicodedata.normalize("NFC", typed[: 4 * LONGEST]).split())
    text = written[:LONGEST]
    wishes: list[Wish] = []
    newest = False
    for part, quoted, last in _parts(text):
        found = list(tokens(part))
        if quoted:
            wishes += [Wish(part, (Way(tuple(token.term for token in found)),))] if found else []
            continue
        asked = [token for token in found if flat(part[token.start : token.end]) not in language().newest]
        newest = newest or len(asked) < len(found)
        wishes += _wishes(part, asked, lexicon, last=last)
    once = tuple(dict.fromkeys(wishes))
    cut = len(typed) > 4 * LONGEST or len(written) > LONGEST or len(once) > MOST_WISHES
    return Query(text, once[:MOST_WISHES], newest, cut)


def _parts(text: str) -> Iterator[tuple[str, bool, bool]]:
    """The text outside quotes and inside, and whether nothing follows."""
    end = 0
    for match in _QUOTED.finditer(text):
        yield text[end : match.start()], False, False
        yield match[match.lastindex or 0], True, False
        end = match.end()
    yield text[end:], False, True


def _wishes(part: str, found: list[Token], lexicon: Lexicon, *, last: bool) -> Iterator[Wish]:
    """What some words ask for: the longest expressions that are known, then words with hyphens, then single words."""
    at = 0
    while at < len(found):
        size = _known(found, at, lexicon) or found[at].parts
        taken = found[at : at + size]
        written = part[taken[0].start : taken[-1].end]
        terms = tuple(token.term for token in taken)
        ways = [Way(terms, slack=min(len(terms) - 1, 2))]
        if taken[0].joined and taken[0].parts == len(taken):
            ways.append(Way((taken[0].joined,)))
        for number, other in enumerate(lexicon.others(terms)):
            ways.append(Way(other, round(LIKE * FURTHER**number, 3), slack=min(len(other) - 1, 2)))
        at += size
        yield Wish(written, tuple(ways), _beginning(written, terms) if last and at == len(found) else "")


def _known(found: list[Token], at: int, lexicon: Lexicon) -> int:
    """How many words from here on are an expression of the lexicon; 0 when there is none of several words."""
    for size in range(min(lexicon.longest, len(found) - at), 1, -1):
        if lexicon.others(tuple(token.term for token in found[at : at + size])):
            return size
    return 0


def _beginning(written: str, terms: Expression) -> str:
    """What a word that may not be finished begins with."""
    word = flat(written)
    if len(terms) > 1 or not word.isalnum() or word.isdigit() or len(word) < SHORTEST_BEGINNING:
        return ""
    return terms[0] if word.startswith(terms[0]) and len(terms[0]) >= 4 else word
