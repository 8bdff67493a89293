"""Two medicines together: the same thing twice, or an interaction of the thesaurus."""

from collections.abc import Iterator
from datetime import date

from dmp.services.medicines.alert import Alert, AlertKind, Situation, Subject
from dmp.services.medicines.lines import LineState
from dmp.services.medicines.names import key_of
from dmp.services.medicines.product import WHOLE_ATC, Product
from dmp.services.medicines.thesaurus import Interaction

INTERACTION = "interaction.ansm"
SAME_SUBSTANCE, SAME_CLASS, TWO_PRESCRIBERS = "duplicate.substance", "duplicate.atc", "duplicate.prescribers"
_OPEN = (LineState.PRESCRIBED, LineState.PARTLY_DISPENSED, LineState.NOT_COLLECTED)


def interactions(situation: Situation) -> Iterator[Alert]:
    """Every interaction between two medicines that the thesaurus tells, the most serious first."""
    if situation.thesaurus is None:
        return
    found = [alert for one, other in situation.pairs() for alert in _between(one, other, situation)]
    yield from sorted(found, key=lambda alert: (alert.level or 9, alert.medicines))


def _between(one: Subject, other: Subject, situation: Situation) -> Iterator[Alert]:
    thesaurus = situation.thesaurus
    if thesaurus is None:
        return
    seen: set[tuple[str, str]] = set()
    for mine in sorted(one.product.substances):
        for theirs in sorted(other.product.substances):
            for each in thesaurus.between(mine, theirs):
                if (each.one, each.other) not in seen:
                    seen.add((each.one, each.other))
                    yield _interaction(each, one, other, thesaurus.origin.interactions, situation.rules.version)


def _interaction(each: Interaction, one: Subject, other: Subject, day: date, version: str) -> Alert:
    named = f"{each.one} + {each.other}"
    return Alert(
        kind=AlertKind.INTERACTION,
        rule=f"{INTERACTION}.{each.worst.name.lower()}",
        version=version,
        data=day,
        medicines=(one.product.label, other.product.label),
        french=named,
        english=named,
        level=each.worst,
        quoted=(*(condition for _, condition in each.levels if condition), each.mechanism),
        evidence=(*one.evidence, *other.evidence),
        mark="confirmed",
    )


def duplicates(situation: Situation) -> Iterator[Alert]:
    """Two medicines with one substance, or of one ATC class; one medicine open with two prescribers."""
    for one, other in situation.pairs():
        shared = sorted(one.product.substances & other.product.substances)
        if shared:
            names = _names_of(one.product, shared)
            yield _duplicate(SAME_SUBSTANCE, (one, other), names, situation)
            continue
        length = situation.parameters.duplicate_atc
        group = _classes(one.product, length) & _classes(other.product, length)
        if group:
            yield _duplicate(SAME_CLASS, (one, other), f"ATC {sorted(group)[0]}", situation)
    for subject in situation.subjects:
        if subject.treatment is not None and not subject.proposed and _prescribers(subject) > 1:
            yield _duplicate(TWO_PRESCRIBERS, (subject,), subject.product.label, situation)


def _classes(product: Product, length: int) -> set[str]:
    return {code[:length] for code in product.atc if len(code) in (length, WHOLE_ATC)}


def _prescribers(subject: Subject) -> int:
    """How many people have a line open for one treatment."""
    lines = subject.treatment.lines if subject.treatment is not None else ()
    people = {
        author.person
        for each in lines
        if each.state in _OPEN and each.until is not None
        for author in each.line.sheet.entry.authors[:1]
    }
    return len(people)


def _names_of(product: Product, keys: list[str]) -> str:
    return ", ".join(name for name in product.names if key_of(name) in keys) or ", ".join(keys)


def _duplicate(rule: str, subjects: tuple[Subject, ...], about: str, situation: Situation) -> Alert:
    return Alert(
        kind=AlertKind.DUPLICATE,
        rule=rule,
        version=situation.parameters.version,
        data=date.fromisoformat(situation.parameters.version),
        medicines=tuple(each.product.label for each in subjects),
        french=about,
        english=about,
        evidence=tuple(each for subject in subjects for each in subject.evidence),
    )
