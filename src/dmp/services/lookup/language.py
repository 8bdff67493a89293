"""What the search must know of French (`language_fr.toml`): words that say nothing, words that ask for the newest."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dmp.services.lookup.folding import folded

_NAME = "language_fr.toml"


@dataclass(frozen=True)
class Language:
    """The table, its words folded."""

    version: str
    stop_words: frozenset[str]
    newest: frozenset[str]
    exceptions: Mapping[str, str]


@cache
def language() -> Language:
    """The table that comes with this release, read once.

    Raises:
        ValueError: it is broken.
    """
    told: dict[str, Any] = tomllib.loads(files("dmp.services.lookup").joinpath(_NAME).read_text(encoding="utf-8"))
    return Language(
        version=str(told["version"]),
        stop_words=frozenset(folded(word) for word in told["stop_words"]),
        newest=frozenset(folded(word) for word in told["newest"]),
        exceptions=MappingProxyType(
            {folded(word): stem for stem, words in told["exceptions"].items() for word in words}
        ),
    )
