"""What a decision says to people, in French (security 6.8)."""

import tomllib
from functools import cache
from importlib.resources import files

from dmp.access.question import Decision

NOT_FOUND = "Ce document ou ce dossier n'existe pas, ou vous n'y avez pas accès."
"""All that a concealing refusal tells to the one who was refused."""


@cache
def rule_sentences() -> dict[str, str]:
    """The sentence of each rule, by the name that decisions and traces carry: for the access history."""
    text = files("dmp.access").joinpath("sentences.toml").read_text(encoding="utf-8")
    return {name: str(sentence) for name, sentence in tomllib.loads(text).items()}


def told(decision: Decision) -> str:
    """The sentence for the caller himself: a refusal that conceals never says which rule it was."""
    return NOT_FOUND if decision.conceal else rule_sentences()[decision.rule]
