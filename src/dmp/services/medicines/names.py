"""Names of substances as they can be compared: without accents, salts, waters, and the small words between."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from dmp.services.tables import BrokenTable

_IN_BRACKETS = re.compile(r"\s*[\(\[][^)\]]*[\)\]]")
_BEFORE = re.compile(r"(\S+) (?:de la |de |d'|du )(.+)")
_WORD = re.compile(r"[a-z0-9]+")
_SPACES = re.compile(r"\s+")
_SIGNS = re.compile(r"[,;()\[\]/]")


@dataclass(frozen=True)
class Words:
    """What is cut off a name, and the names that mean the same (`names.toml`)."""

    before: frozenset[str]
    after: frozenset[str]
    kept: frozenset[str]
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
    try:
        told = tomllib.loads(text)
        lists = {name: frozenset(map(_word, told[name])) for name in ("before", "after", "kept")}
        aliases = {_simplified(_word(name)): _simplified(_word(other)) for name, other in told["aliases"].items()}
    except tomllib.TOMLDecodeError as error:
        raise BrokenTable(file, "as TOML", str(error)) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenTable(file, "lists", f"missing or malformed: {error}") from error
    return Words(**lists, aliases=aliases)


def _word(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"not a word: {value!r}")
    return value


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
    return f"* {_plain(name)}"


def plain_words(text: str) -> str:
    """Words to be found in one another, each between spaces: small letters, no accents, no ends of words."""
    return f" {' '.join(_ending_cut(word) for word in _WORD.findall(_plain(text)))} "


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
