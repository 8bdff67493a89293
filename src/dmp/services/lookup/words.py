"""Words as a search knows them: without case, accents, elisions or endings, and the same however they were written.

«L’œdème», «oedèmes» and «OEDEME» are one word; so are «75mg» and «75 mg»,
«post-opératoire» and «postopératoire», «12/03/2023» and «12 mars 2023».
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from dmp.services.lookup.folding import flat, folded
from dmp.services.lookup.language import language
from dmp.services.lookup.stems import stem

LONGEST = 40
"""Characters of a word; what is longer is cut there."""
DATE_SIGN = "@"
"""Begins the term of a date: `@2023`, `@202303`, `@20230312`; no word begins so."""

_PART = re.compile(r"[^-]+")
_DIGITS = re.compile(r"\d+")
_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
    "decembre",
)  # fmt: skip
_TOKEN = re.compile(
    r"(?=[^\W_])(?:"
    r"(?P<elided>(?:[cdjlmnst]|(?:jus|lors|puis|quoi|pres)?qu)')"
    r"|(?P<said>(?:(?P<sd>\d{1,2})(?:er)?\s+)?(?P<sm>" + "|".join(_MONTHS) + r")\s+(?P<sy>(?:19|20)\d\d)(?!\d))"
    r"|(?P<word>[^\W\d_][^\W_]*+(?:-[^\W_]++)*+)"
    r"|(?P<day>(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>(?:19|20)\d\d)(?!\d))"
    r"|(?P<iso>(?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)-(?P<id>\d\d)(?!\d))"
    r"|(?P<month>(?P<mm>\d{1,2})/(?P<my>(?:19|20)\d\d)(?!\d))"
    r"|(?P<number>\d++(?:[.,]\d++)?)"
    r")"
)


class Token(NamedTuple):
    """A word of a text: the term that it is kept under, its place among those that are kept, where it is written.

    `joined` is the term of a whole word with hyphens, told with the first of its `parts`.
    """

    term: str
    place: int
    start: int
    end: int
    joined: str = ""
    parts: int = 1


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in their order, those that say nothing («mots vides») left out."""
    place = 0
    for match in _TOKEN.finditer(flat(text)):
        word = match[0]
        if match.lastgroup == "word" and "-" not in word:
            term = term_of(word)
            if term:
                start = match.start()
                yield Token(term, place, start, start + len(word))
                place += 1
        else:
            for token in _others(match, place):
                yield token
                place = token.place + 1


@lru_cache(maxsize=8192)
def term_of(word: str) -> str:
    """The term of one word, without case and accents; empty when it says nothing."""
    word = folded(word[:LONGEST])
    return "" if word in language().stop_words else stem(word, language().exceptions)


def _others(match: re.Match[str], place: int) -> Iterator[Token]:
    """What is no plain word: a number, a date, a word with hyphens."""
    kind = match.lastgroup
    if kind == "number":
        yield Token(_number(match[0]), place, match.start(), match.end())
    elif kind == "word":
        yield from _compound(match, place)
    elif kind != "elided":
        yield from _date(match, place)


def _compound(match: re.Match[str], place: int) -> Iterator[Token]:
    joined = stem(folded(match[0].replace("-", ""))[:LONGEST], language().exceptions)
    found = [(part, term) for part in _PART.finditer(match[0]) if (term := term_of(part[0]))]
    for number, (part, term) in enumerate(found):
        at = match.start() + part.start()
        first = (joined, len(found)) if number == 0 else ("", 1)
        yield Token(term, place + number, at, at + len(part[0]), *first)


def _number(text: str) -> str:
    """A number with a point; one that may be a year is a date."""
    if len(text) == 4 and text.isascii() and text.isdigit() and text.startswith(("19", "20")):
        return DATE_SIGN + text
    return text.replace(",", ".")[:LONGEST]


def _date(match: re.Match[str], place: int) -> Iterator[Token]:
    """The term of a date, with the precision that it was written with; of one that is none, its numbers."""
    digits = {name: value for name, value in match.groupdict().items() if value}
    year = next(digits[name] for name in ("y", "iy", "sy", "my") if name in digits)
    said = f"{_MONTHS.index(digits['sm']) + 1}" if "sm" in digits else ""
    month = next((digits[name] for name in ("m", "im", "mm") if name in digits), said)
    day = next((digits[name] for name in ("d", "id", "sd") if name in digits), "")
    if 1 <= int(month) <= 12 and (not day or 1 <= int(day) <= 31):
        term = f"{DATE_SIGN}{year}{int(month):02d}{f'{int(day):02d}' if day else ''}"
        yield Token(term, place, match.start(), match.end())
        return
    for number, part in enumerate(_DIGITS.finditer(match[0])):
        at = match.start() + part.start()
        yield Token(_number(part[0]), place + number, at, at + len(part[0]))
