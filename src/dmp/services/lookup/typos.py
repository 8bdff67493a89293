"""Words that look like one that was typed: a letter too many, too few, another, or two the wrong way round."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

SHORTEST = 4
"""Letters of a word that is compared."""
LONGEST = 30


@dataclass(frozen=True)
class Near:
    """A term of the papers that looks like a word that was typed; `uuid` names one of the papers that hold it."""

    written: str
    term: str
    uuid: str


def differences(term: str) -> int:
    """How many letters of a term may be wrong; none of a short one, and none of what is no word."""
    if not SHORTEST <= len(term) <= LONGEST or not (term.isascii() and term.isalpha()):
        return 0
    return 1 if len(term) < 6 else 2


def near(written: str, term: str, held: Sequence[tuple[str, Set[str]]]) -> list[Near]:
    """The nearest term of papers, each an id with its terms: that which differs least, then that which most hold."""
    most = differences(term)
    found: dict[str, tuple[int, int, str]] = {}
    compared: dict[str, int] = {}
    for uuid, words in held:
        for word in words:
            if word not in compared:
                compared[word] = _difference(term, word, most)
            if compared[word] <= most:
                _, count, first = found.get(word, (0, 0, uuid))
                found[word] = (compared[word], count + 1, first)
    order = sorted(found, key=lambda word: (found[word][0], -found[word][1], word))
    return [Near(written, word, found[word][2]) for word in order[:1]]


def _difference(one: str, other: str, most: int) -> int:
    """How many changes lead from one to the other (Damerau and Levenshtein); `most` + 1 when it is more than that."""
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        former, before, row = before, row, [number]
        for at, another in enumerate(other, 1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != another))
            if number > 1 and at > 1 and letter == other[at - 2] and one[number - 2] == another:
                cost = min(cost, former[at - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
