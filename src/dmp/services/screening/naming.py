"""What a choice of the holder about screening may be about, in words: a programme, an exclusion, an organ, a risk."""

from collections.abc import Mapping

from dmp.services.panel import Words
from dmp.services.rule_set import Rules
from dmp.services.screening.loading import RULES
from dmp.services.screening.programmes import Programme, Programmes


def subject_named(subject: str, rules: Rules) -> Words | None:
    """The words of a subject; None for one that is not known."""
    return _names(rules.of(RULES)).get(subject)


def _names(programmes: Programmes) -> Mapping[str, Words]:
    names: dict[str, Words] = {}
    for programme in programmes.programmes:
        names[programme.id] = programme.label.pair
        for exclusion in programme.exclusions:
            names[f"{programme.id}.{exclusion.id}"] = exclusion.label.pair
            names |= dict.fromkeys(exclusion.flags, exclusion.label.pair)
        names |= _organ(programme)
    return names


def _organ(programme: Programme) -> dict[str, Words]:
    if not programme.organ:
        return {}
    french, english = programme.organ_words.pair
    return {
        programme.organ: (f"avoir {french}", f"having {english}"),
        f"NO_{programme.organ}": (f"ne pas avoir {french}", f"not having {english}"),
    }
