"""The words of an explanation («visible pour…, caché à…, parce que…») and of what comes after a refusal."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from dmp.access.question import Decision
from dmp.record.actor import Professional, Representative, person_id
from dmp.record.viewer import Sight, Viewer


class Words(NamedTuple):
    """The same thing in both languages."""

    french: str
    english: str

    def filled(self, **parts: "Words") -> "Words":
        """Put each part in its place, in each language."""
        return Words(
            self.french.format(**{name: words.french for name, words in parts.items()}),
            self.english.format(**{name: words.english for name, words in parts.items()}),
        )

    def as_sentence(self) -> "Words":
        """Begin with a capital."""
        return Words(self.french[:1].upper() + self.french[1:], self.english[:1].upper() + self.english[1:])


NO_WORDS = Words("", "")
NOTHING_TO_DO = Words("Aucune démarche n'ouvre cet accès.", "Nothing opens this access.")
TO_BE_CHECKED = Words(
    "Vérifiez l'identité de la personne et l'identifiant du document.",
    "Check the identity of the person and the id of the document.",
)
"""After every refusal that conceals, whatever it conceals: an unknown document gives the same words (AR-17)."""


@cache
def table(name: str) -> Mapping[str, Words]:
    """One part of the sentences: `who`, `professions`, `sight`, `because`, `next`."""
    text = files("dmp.access").joinpath("sentences_explain.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: Words(*pair) for key, pair in tomllib.loads(text)[name].items()})


def next_step(decision: Decision) -> Words:
    """What a refused professional can do now; it never says, nor lets guess, that something is hidden (AR-17)."""
    return TO_BE_CHECKED if decision.conceal else table("next").get(decision.rule, NOTHING_TO_DO)


def sentence(viewer: Viewer, sight: Sight, rule: str) -> Words:
    """What the holder reads about one document and one viewer."""
    return table("sight")[sight].filled(who=who(viewer), because=table("because")[rule]).as_sentence()


def who(viewer: Viewer) -> Words:
    """The viewer as a sentence names him."""
    actor = viewer.actor
    name = actor.name if isinstance(actor, Professional | Representative) else ""
    profession = table("professions").get(actor.profession) if isinstance(actor, Professional) else None
    words = table("who")["nameless" if viewer.is_a_person and not name else viewer.standing]
    number = person_id(actor)
    return words.filled(profession=profession or NO_WORDS, name=Words(name, name), id=Words(number, number))
