"""Names of substances as they can be compared: without accents, salts, waters, and the small words between."""

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from dmp.services.tables import read_table

_IN_BRACKETS = re.compile(r"\s*[\(\[][^)\]]*[\)\]]")
_BEFORE = re.compile(r"(\S+) (?:de la |de |d'|du )(.+)")
_WORD = re.compile(r"[a-z0-9]+")
_SPACES = re.compile(r"\s+")
_HYPHENED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CLASS = "* "
_LONGEST_NAME = 6
"""Words of a name of a substance."""
_LEAST_NAME = 4
_SIGNS = re.compile(r"[,;()\[\]/]")


@dataclass(frozen=True)
class Words:
    """What is cut off a name, and the names that mean the same (`names.toml`)."""

    before: frozenset[str]
    after: frozenset[str]
    kept: frozenset[str]
    around: frozenset[str]
    """Beside the substances in the name of a medicine: doses, forms, makers; with their ends cut."""
    aliases: Mapping[str, str]


@cache
def shipped_words() -> Words:
    """The words that come with this release."""
    return read_words(files("dmp.services.medicines").joinpath("names.toml").read_text("utf-8"), "names.toml")


def read_words(text: str, file: str) -> Words:
    """Read a list of words.

    Raises:
        BrokenTable: it is no TOML, or a list is missing or holds something else than words.
    """
    whole = read_table(text, file)
    aliases = whole.part("aliases")
    read = Words(
        before=frozenset(whole.texts("before", None)),
        after=frozenset(whole.texts("after", None)),
        kept=frozenset(whole.texts("kept", None)),
        around=frozenset(map(_ending_cut, whole.texts("around", None))),
        aliases={_simplified(name): _simplified(aliases.text(name)) for name in aliases.names},
    )
    whole.text("version"), whole.day("from"), whole.mark(), whole.text("source")
    whole.done()
    return read


def key_of(name: str) -> str:
    """What a name of a substance is compared by; empty when it says nothing.

    Never shown: final e's are dropped, so that `amoxicillin` meets
    `amoxicilline`.
    """
    return _key_of(name)


@lru_cache(maxsize=50_000)
def _key_of(name: str) -> str:
    words = shipped_words()
    plain = _simplified(name)
    plain = words.aliases.get(plain, plain)
    bare = _without_salt(plain, words)
    bare = words.aliases.get(bare, bare)
    return " ".join(_ending_cut(word) for word in bare.split(" "))


def class_key(name: str) -> str:
    """What a class of substances is compared by: its whole name, never that of a substance."""
    return f"{_CLASS}{_plain(name)}"


def is_class(key: str) -> bool:
    """Whether a key is that of a class."""
    return key.startswith(_CLASS)


def plain_words(text: str) -> str:
    """Words to be found in one another, each between spaces: small letters, no accents, no ends of words."""
    return f" {' '.join(_ending_cut(word) for word in _WORD.findall(_plain(text)))} "


@dataclass(frozen=True)
class Named:
    """The substances that words name; `whole` where nothing else stands in them that could be one."""

    keys: frozenset[str]
    whole: bool


def substances_named(text: str, known: Container[str]) -> Named:
    """The known substances that the name of a medicine holds: «RAMIPRIL BIOGARAN 5 mg» names one, and no other.

    `known` are keys, as of `key_of`. A word that is neither a substance nor one
    of those beside them (doses, forms, makers) may be a substance that nobody
    here knows: the name is then not understood as a whole.
    """
    words = list(_words_of(text))
    keys, place, whole = set[str](), 0, bool(words)
    while place < len(words):
        for length in range(min(_LONGEST_NAME, len(words) - place), 0, -1):
            key = _key_of(" ".join(words[place : place + length]))
            if len(key) >= _LEAST_NAME and key in known and not _is_beside(words[place : place + length]):
                keys.add(key)
                break
        else:
            length = 1
            whole = whole and _is_beside(words[place : place + 1])
        place += length
    return Named(frozenset(keys), whole)


def known_by_words() -> frozenset[str]:
    """Keys of the substances that have another name in the words of this release."""
    return frozenset(map(key_of, shipped_words().aliases.values()))


def own_words(text: str) -> frozenset[str]:
    """The words of the name of a medicine that tell it from others, without those beside: «ramipril» of the above."""
    return frozenset(_ending_cut(word) for word in _words_of(text) if not _is_beside([word]))


def _words_of(text: str) -> Iterator[str]:
    """The words of a name; a salt that is written with a hyphen is one word."""
    for word in _HYPHENED.findall(_plain(text)):
        yield from (word,) if word in shipped_words().after else _WORD.findall(word)


def _is_beside(words: list[str]) -> bool:
    known = shipped_words()
    return all(
        word[0].isdigit() or _ending_cut(word) in known.around or word in known.before or word in known.after
        for word in words
    )


def searchable(name: str) -> str:
    """A name as it can be searched: small letters, no accents, commas and brackets as spaces."""
    return " ".join(_SIGNS.sub(" ", _plain(name)).split())


def _simplified(name: str) -> str:
    """Small letters without accents, brackets and double spaces."""
    return _plain(_IN_BRACKETS.sub(" ", name))


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    plain = plain.replace("’", "'").replace("‘", "'")
    return _SPACES.sub(" ", plain).strip(" ,.;")


def _without_salt(name: str, words: Words) -> str:
    found = _BEFORE.fullmatch(name)
    if found and found[1] in words.before and found[2].split(" ")[0] not in words.kept:
        name = found[2]
    parts = name.split(" ")
    while len(parts) > 1 and parts[-1] in words.after:
        parts.pop()
        if len(parts) > 1 and parts[-1] in ("de", "d'"):
            parts.pop()
    return " ".join(parts)


def _ending_cut(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
