"""Words that mean the same («synonymes»), as the search adds them: dated data, `synonyms_fr.toml` or an operator's own.

A broken file is refused whole, with the table and the word named; whoever
loads keeps the former one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from dmp.services.lookup.words import tokens
from dmp.services.rule_set import RuleFile, RuleSet
from dmp.services.tables import BrokenTable, Entry, read_table

MOST_TERMS = 6
"""Of one expression."""

Expression = tuple[str, ...]
"""The terms of some words, in their order."""


@dataclass(frozen=True)
class Lexicon:
    """What each expression may also be called; `longest` counts the terms of the longest one."""

    version: str
    since: date
    meanings: Mapping[Expression, tuple[Expression, ...]]
    pairs: int
    longest: int

    def others(self, expression: Expression) -> tuple[Expression, ...]:
        """The other ways to say it, in the order of the file."""
        return self.meanings.get(expression, ())


def read_lexicon(text: str, name: str) -> Lexicon:
    """Read a file of synonyms.

    Raises:
        BrokenTable: it is broken.
    """
    whole = read_table(text, name)
    version, since = whole.text("version"), whole.day("from")
    found: dict[Expression, dict[Expression, None]] = {}
    pairs = 0
    for table in sorted(set(whole.values) - whole.asked):
        for one, other, both in _pairs(whole.part(table), text):
            pairs += 1
            found.setdefault(one, {})[other] = None
            if both:
                found.setdefault(other, {})[one] = None
    meanings = {one: tuple(others) for one, others in found.items()}
    longest = max(map(len, meanings), default=1)
    return Lexicon(version, since, MappingProxyType(meanings), pairs, longest)


def _pairs(table: Entry, text: str) -> Iterator[tuple[Expression, Expression, bool]]:
    """The pairs of one table: an expression, another way to say it, whether either means the other."""
    both = table.flag("both_ways")
    table.mark()
    table.text("source")
    words = table.part("words")
    table.done()
    for word, meanings in words.values.items():
        place = f"{word}, line {_line_of(word, text)}"
        one = _expression(place, words, word)
        for meaning in meanings if isinstance(meanings, list) else [meanings]:
            other = _expression(place, words, meaning)
            if other != one:
                yield one, other, both


def _line_of(word: str, text: str) -> int:
    """Where a file says it first, for whoever mends it."""
    lines = (line.lstrip(" \"'") for line in text.splitlines())
    return next((number for number, line in enumerate(lines, 1) if line.startswith(word)), 1)


def _expression(entry: str, table: Entry, words: object) -> Expression:
    terms = tuple(token.term for token in tokens(words)) if isinstance(words, str) else ()
    if not terms or len(terms) > MOST_TERMS:
        told = f"{words!r} is no expression of 1 to {MOST_TERMS} words that say something"
        raise BrokenTable(table.file, f"{table.place}, {entry}", told)
    return terms


FILE = RuleFile("lookup/synonyms.toml", "dmp.services.lookup", "synonyms_fr.toml")
RULES = RuleSet(
    "synonyms",
    ("Synonymes de la recherche dans les documents", "Synonyms of the search inside documents"),
    (FILE,),
    lambda texts: read_lexicon(texts[FILE.name], FILE.name),
)


def shipped() -> Lexicon:
    """The synonyms that come with this release."""
    return RULES.shipped
