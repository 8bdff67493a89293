"""Problems and allergies («problèmes», «antécédents», «allergies»): an act of concern around what was observed."""

from collections.abc import Iterator
from dataclasses import replace

from dmp.record.facts import NOTHING, Allergy, Concept, Fact, Problem, Stated
from dmp.wire.cda.entries import common
from dmp.wire.cda.entries.common import CERTAINTY, CRITICALITY, PCC, SEVERITY, STATUS, reader
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.values import concept, first_concept
from dmp.wire.cda.tree import Branch, attribute, every, one

HISTORY = "11348-0"
"""Section of the history («antécédents médicaux»)."""


def read_problems(place: Place) -> Iterator[Fact]:
    """Each problem of a concern.

    Raises:
        ValueError: the concern holds no observation.
    """
    for inner in _observed(place, "SUBJ"):
        found = inner.branch
        value = first_concept(found, "value", place.reading.words)
        site, laterality = common.located(inner)
        yield Problem(
            **vars(_or_unknown(common.told(inner, value), value)),
            kind=first_concept(found, "code", place.reading.words),
            clinical_status=_clinical_status(inner),
            certainty=common.detail(inner, CERTAINTY).words,
            severity=common.detail(inner, SEVERITY).words,
            site=site,
            laterality=laterality,
            history=place.section == HISTORY,
        )


def read_allergies(place: Place) -> Iterator[Fact]:
    """Each allergy of a concern.

    Raises:
        ValueError: the concern holds no observation.
    """
    for inner in _observed(place):
        found = inner.branch
        words = place.reading.words
        kind = first_concept(found, "code", words)
        value = first_concept(found, "value", words)
        named = _agent(inner)
        agent = named if named != NOTHING else value
        yield Allergy(
            **vars(_or_unknown(common.told(inner, kind, value, named), agent)),
            agent=agent,
            description=_description(value, kind, agent),
            reactions=tuple(_reaction(reaction, inner) for reaction in _seen(inner)),
            severity=_severity(inner),
            criticality=common.detail(inner, CRITICALITY).words,
            certainty=common.detail(inner, CERTAINTY).words,
            clinical_status=_clinical_status(inner),
        )


def _or_unknown(fact: Fact, what: Concept) -> Fact:
    """A problem that is null and told by no words states that nothing is known."""
    nothing = what.null and not what.words and not fact.concept.words
    return replace(fact, stated=Stated.UNKNOWN) if nothing and fact.is_present else fact


def _observed(place: Place, *kinds: str) -> list[Place]:
    """The observations of a concern, told here; a negation of the concern is one of each."""
    found = [inner for link in place.below() for inner in link.below() if inner.name == "observation"]
    found = [inner for inner in found if not kinds or inner.relation in kinds]
    if not found:
        raise ValueError("a concern without an observation")
    place.reading.told.update(inner.branch for inner in found)
    return found


def _clinical_status(place: Place) -> str:
    """The code of the status observation, else the status of the concern."""
    status = common.detail(place, STATUS)
    concern = place.holder
    return status.code or status.words or ("" if concern is None else attribute(concern.branch, "statusCode", "code"))


def _agent(place: Place) -> Concept:
    """What the allergy is to: the first agent with a code or words."""
    for participant in every(place.branch, "participant"):
        if participant.get("typeCode") == "CSM":
            for entity in every(participant, "participantRole/playingEntity"):
                found = concept(one(entity, "code"), place.reading.words)
                named = place.reading.words.of(one(entity, "name"))
                if found.words or named:
                    return found if found.words else Concept(text=named, null=found.null)
    return NOTHING


def _description(value: Concept, kind: Concept, agent: Concept) -> Concept:
    """What the allergy is clinically, unless its value only says its type or its agent again."""
    again = {kind.text, kind.words, agent.text, agent.words}
    told = value.words and value != agent and (value.code, value.system) != (kind.code, kind.system)
    return value if told and (value.code or value.text not in again) else NOTHING


def _seen(place: Place) -> list[Branch]:
    """The reactions that were seen: one that is negated was not, nor is it an observation of its own."""
    reactions = list(common.related(place.branch, "MFST"))
    place.reading.told.update(reactions)
    return [found for found in reactions if found.get("negationInd") != "true"]


def _severity(place: Place) -> str:
    """Of the allergy, else of the reactions to it."""
    own = common.detail(place, SEVERITY).words
    told = {found: common.detail(place, SEVERITY, found).words for found in common.related(place.branch, "MFST")}
    return own or ", ".join(dict.fromkeys(told[found] for found in _seen(place) if told[found]))


def _reaction(found: Branch, place: Place) -> Concept:
    """What happened, with its words where the value has no code."""
    value = first_concept(found, "value", place.reading.words)
    words = place.reading.words.of(one(found, "text"))
    return value if value.words or not words else Concept(text=words, null=value.null)


READERS = (
    reader("act", read_allergies, f"{PCC}.4.5.3"),
    reader("act", read_problems, f"{PCC}.4.5.2"),
)
