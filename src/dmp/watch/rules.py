"""The numbers of the watch, dated data with their source (`rules.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Rule:
    """One sign: from which number on, how much it weighs, in which words it is told."""

    name: str
    weight: int
    cap: int
    least: int
    strong: float
    source: str
    french: str
    english: str
    usual: float = 0.0
    """How many times what is usual for the person is no sign yet; 0 where that does not matter."""

    def strength(self, count: float, usual: float = 0.0) -> int:
        """How strong a number is: 0 is no sign, 1 is one, 2 counts double."""
        bound = max(float(self.least), self.usual * usual)
        if count < bound:
            return 0
        return 2 if count >= self.strong * bound else 1


@dataclass(frozen=True)
class Rules:
    """All of them; signs of `days` days together raise an alert at `threshold`."""

    threshold: int
    days: int
    history: int
    """Days of work that are remembered of each person."""
    rules: Mapping[str, Rule]

    def __getitem__(self, name: str) -> Rule:
        """The rule of a name."""
        return self.rules[name]


@cache
def shipped() -> Rules:
    """The rules that come with this release.

    Raises:
        TypeError: a number or a word of a rule is missing.
    """
    return read_rules(files("dmp.watch").joinpath("rules.toml").read_text(encoding="utf-8"))


def read_rules(text: str) -> Rules:
    """Read the table.

    Raises:
        TypeError: a number or a word of a rule is missing, or has no place here.
    """
    told: dict[str, Any] = tomllib.loads(text)
    named = {name: Rule(name, **values) for name, values in told.items() if isinstance(values, dict)}
    return Rules(told["threshold"], told["days"], told["history"], MappingProxyType(named))
