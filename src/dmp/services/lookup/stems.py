"""The stem of a French word («racine»): what its forms share, so that «opérée», «opération» and «opératoire» meet.

A light stemmer for words without accents, made for medical French: plural and
feminine go, then at most one ending of derivation. Endings that tell diseases
apart («-ite», «-ose», «-ome») stay. What it gets wrong is listed in
`language_fr.toml`, under `exceptions`.
"""

from collections.abc import Mapping

SHORTEST = 4
"""Letters of a word from which endings are looked at."""

_ENDINGS: tuple[tuple[str, str, int], ...] = (
    # An ending, what stands in its place, and the letters that must be left before it; the longest that fits goes.
    *((ending, "", 4) for ending in ("isation", "ionnelle", "ionnel", "isee", "iser", "ise", "issant")),
    *((ending, "", 4) for ending in ("ation", "atoire", "ateur", "atrice", "ition", "ution", "ion")),
    *((ending, "", 4) for ending in ("ieuse", "ieux", "euse", "eux", "ement", "ament", "ment")),
    *((ending, "", 4) for ending in ("iaque", "ique", "iste", "isme", "age", "erie")),
    *((ending, "", 4) for ending in ("icale", "ical", "ienne", "ien", "arienne", "arien", "aire")),
    *((ending, "", 4) for ending in ("iere", "ier", "elle", "el", "ative", "atif", "ive", "if", "ie")),
    *((ending, "", 3) for ending in ("ale", "al")),
    *((ending, "", 5) for ending in ("ante", "ant", "aient", "ait")),
    *((ending, "", 4) for ending in ("ee", "er", "ir")),
    ("oureuse", "or", 3),
    ("oureux", "or", 3),
    ("eur", "or", 3),
    ("ogue", "og", 3),
)
_BY_LENGTH = tuple(
    (size, {ending: (put, left) for ending, put, left in _ENDINGS if len(ending) == size})
    for size in sorted({len(ending) for ending, _, _ in _ENDINGS}, reverse=True)
)
_DOUBLED = frozenset(letter * 2 for letter in "nlt")


def stem(word: str, exceptions: Mapping[str, str]) -> str:
    """The stem of a folded word; what is no word of letters, or a short one, is its own."""
    if len(word) < SHORTEST or not word.isalpha():
        return word
    if word in exceptions:
        return exceptions[word]
    singular = _singular(word)
    return exceptions.get(singular) or _bare(_without_ending(singular))


def _singular(word: str) -> str:
    if word.endswith("aux") and not word.endswith("eaux"):
        return word[:-3] + "al" if len(word) > 5 else word
    if len(word) > 4 and word[-1] in "sx" and not word.endswith(("ss", "eux", "oux")):
        return word[:-1]
    return word


def _without_ending(word: str) -> str:
    for size, endings in _BY_LENGTH:
        found = endings.get(word[-size:])
        if found is not None and len(word) - size >= found[1]:
            return word[:-size] + found[0]
    return word


def _bare(word: str) -> str:
    """Without the vowels and the doubled letter that feminines and participles leave."""
    while len(word) > 4 and word[-1] in "eiy":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-2:] in _DOUBLED else word
