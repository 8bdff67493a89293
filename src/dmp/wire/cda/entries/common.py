"""What the entries of every family have: where they stand, who says them, what they state (cda 3.1-2, 3.3)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from dmp.record.facts import NOTHING, Concept, Fact, Source
from dmp.wire.cda.entries.absence import stated
from dmp.wire.cda.entries.place import FEW, STATEMENTS, Place
from dmp.wire.cda.entries.values import Value, concept, is_side, period, time, value
from dmp.wire.cda.tree import Branch, attribute, every, one, text

PCC = "1.3.6.1.4.1.19376.1.5.3.1"
"""Root of the templates of IHE for care (PCC)."""
ANS = "1.2.250.1.213.1.1.3"
"""Root of the templates of entries of the CI-SIS."""
STATUS, SEVERITY, CERTAINTY, CRITICALITY, COMMENT = "33999-4", "SEV", "66455-7", "82606-5", "48767-8"


class Reader(NamedTuple):
    """How statements of one family are told: of an element, those that it applies to."""

    name: str
    """Of the element."""
    applies: Callable[[Place], bool]
    read: Callable[[Place], Iterator[Fact]]


def reader(name: str, read: Callable[[Place], Iterator[Fact]], *templates: str) -> Reader:
    """A reader of statements that follow one of these templates; of any statement, when none is named."""
    wanted = frozenset(templates)

    def applies(place: Place) -> bool:
        return not wanted or not wanted.isdisjoint(place.templates)

    return Reader(name, applies, read)


def told(place: Place, first: Concept, *others: Concept) -> Fact:
    """What every fact of an entry says; `first` is what it is about, `others` may state an absence too."""
    branch = place.branch
    first = worded(place, first)
    start, end = period(branch)
    return Fact(
        source=source(place),
        concept=first,
        start=start,
        end=end,
        stated=stated((first, *others), negated=negated(place)),
        status=attribute(branch, "statusCode", "code"),
        mood=branch.get("moodCode") or "EVN",
        comment=comment(place),
    )


def worded(place: Place, found: Concept) -> Concept:
    """A concept without a label takes the words of its entry, which are in the narrative."""
    if found.text or found.display:
        return found
    return replace(found, text=place.reading.words.of(one(place.branch, "text")))


def source(place: Place) -> Source:
    """Where an entry stands, and who says it: the innermost author from the entry up."""
    who = place.innermost(_author)
    assigned = None if who is None else one(who, "assignedAuthor")
    return Source(
        ident=ident(place.branch),
        section=place.section,
        path=place.path,
        author="" if assigned is None else ident(assigned),
        author_name="" if assigned is None else name(assigned),
        recorded="" if who is None else time(attribute(who, "time", "value")),
    )


def _author(place: Place) -> Branch | None:
    """Who wrote what stands here; the author of the whole document is told by its header."""
    return one(place.branch, "author") if place.step else None


def ident(branch: Branch, names: str = "id") -> str:
    """The first identifier as `root^extension`; empty when all are null."""
    for found in every(branch, names):
        if found.get("root"):
            return "^".join(part for part in (found.get("root"), found.get("extension")) if part)
    return ""


def name(assigned: Branch) -> str:
    """Given and family name, else the software, else the structure."""
    person = f"{text(assigned, 'assignedPerson/name/given')} {text(assigned, 'assignedPerson/name/family')}".strip()
    return person or text(assigned, "assignedAuthoringDevice/softwareName") or organization(assigned)


def organization(assigned: Branch) -> str:
    """The name of the structure that somebody acts for."""
    return text(assigned, "representedOrganization/name")


def negated(place: Place) -> bool:
    """A negation at the entry, or at the link that leads to it."""
    linked = place.above is not None and place.above.branch.get("negationInd") == "true"
    return linked or place.branch.get("negationInd") == "true"


def related(branch: Branch, *kinds: str) -> Iterator[Branch]:
    """The statements that an entry links to, by the kinds of link wanted; all when none is."""
    for link in every(branch, "entryRelationship"):
        if not kinds or link.get("typeCode") in kinds:
            for _, found in link.named(STATEMENTS):
                yield from found


def detail(place: Place, code: str, branch: Branch | None = None) -> Concept:
    """The value of the observation of that code under an entry, told here and not once more; NOTHING without one."""
    for found in related(branch or place.branch):
        if attribute(found, "code", "code") == code:
            place.reading.told.add(found)
            answer = value(one(found, "value"), place.reading.words).concept
            words = place.reading.words.of(one(found, "text"))
            return answer if answer.words or not words else replace(answer, text=words)
    return Concept()


def reason(place: Place) -> Concept:
    """Why: the first reason that says something."""
    for found in related(place.branch, "RSON"):
        why = concept(one(found, "code"), place.reading.words)
        if why.words:
            return why
    return NOTHING


def comment(place: Place) -> str:
    """The comments of an entry («commentaire ER»)."""
    comments = [
        place.reading.words.of(one(found, "text"))
        for found in related(place.branch)
        if attribute(found, "code", "code") == COMMENT
    ]
    return "\n".join(dict.fromkeys(found for found in comments if found))


def located(place: Place) -> tuple[Concept, str]:
    """Where in the body an entry is, and on which side («latéralité»), told beside its site, its code or its value."""
    words = place.reading.words
    site = one(place.branch, "targetSiteCode") or one(place.branch, "approachSiteCode")
    for coded in (site, one(place.branch, "code"), one(place.branch, "value")):
        told = "" if coded is None or coded.is_leaf else side(coded, place)
        if told:
            return concept(site, words), told
    return concept(site, words), ""


def side(coded: Branch, place: Place) -> str:
    """The laterality among the qualifiers of a code."""
    for qualifier in every(coded, "qualifier")[:FEW]:
        if is_side(qualifier):
            return concept(one(qualifier, "value"), place.reading.words).words
    return ""


def performer(branch: Branch) -> tuple[str, str]:
    """Name and identifier of who did something, the first that is told."""
    for found in every(branch, "performer/assignedEntity"):
        who = name(found), ident(found)
        if any(who):
            return who
    return "", ""


def main_organization(place: Place) -> str:
    """The structure of the first performer of the documented act."""
    act = place.reading.header.main_act
    found = act.performers[0].organization if act is not None and act.performers else None
    return "" if found is None else found.name


def about(place: Place) -> Concept | None:
    """The other person whom an entry is about («sujet»), by the innermost that says it; None for the patient."""
    return place.innermost(_subject)


def _subject(place: Place) -> Concept | None:
    found = one(place.branch, "subject/relatedSubject")
    return None if found is None else concept(one(found, "code"), place.reading.words)


class Answer(NamedTuple):
    """What most observations say beside their code."""

    fact: Fact
    value: Value
    interpretation: tuple[str, ...]


def answer(place: Place) -> Answer:
    """Read an observation: what it is about, its value and how that is judged."""
    words = place.reading.words
    found = value(one(place.branch, "value"), words)
    judged = tuple(code.get("code") for code in every(place.branch, "interpretationCode") if code.get("code"))
    return Answer(told(place, concept(one(place.branch, "code"), words)), found, judged)
