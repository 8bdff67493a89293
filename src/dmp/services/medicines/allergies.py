"""Allergies of the chart against medicines: the same substance or code, the same class, or a class that may cross."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dmp.record.facts import Allergy
from dmp.services.chart import Evidence, evidence_of
from dmp.services.medicines.alert import Alert, AlertKind, Situation, Subject
from dmp.services.medicines.alert_rules import AlertRules, AllergyClass
from dmp.services.medicines.names import key_of, plain_words
from dmp.services.medicines.product import ATC, CIP, CIS, Product
from dmp.services.medicines.thesaurus import Thesaurus

LEAST_ATC = 4
"""Characters from which an ATC code names a group narrow enough to be what somebody is allergic to."""
LEAST_WORD = 4
DIRECT = "allergy.same"


@dataclass(frozen=True)
class _Agent:
    """What somebody is allergic to, in every way in which it may be recognised."""

    words: str
    text: str
    substances: frozenset[str]
    atc: tuple[str, ...]
    cis: str
    codes: frozenset[str]
    evidence: Evidence


def allergies(situation: Situation) -> Iterator[Alert]:
    """An alert for each medicine that an allergy of the chart concerns, once for each allergy."""
    told = [_agent(fact, evidence, situation.thesaurus) for fact, evidence in _present(situation)]
    seen: set[tuple[str, str, str]] = set()
    for agent in told:
        for subject in situation.looked_at:
            alert = _alert(agent, subject, situation)
            if alert is not None and (alert.rule, agent.words, subject.product.label) not in seen:
                seen.add((alert.rule, agent.words, subject.product.label))
                yield alert


def _present(situation: Situation) -> Iterator[tuple[Allergy, Evidence]]:
    for sheet in situation.chart.sheets:
        for fact in sheet.facts.allergies:
            if fact.is_present and fact.clinical_status not in situation.rules.codes["resolved"]:
                yield fact, evidence_of(sheet, fact)


def _agent(fact: Allergy, evidence: Evidence, thesaurus: Thesaurus | None) -> _Agent:
    concept = fact.agent if fact.agent.words else fact.concept
    cis, cip = concept.code_in(CIS), concept.code_in(*CIP)
    known = None
    if thesaurus is not None:
        known = (thesaurus.medicine(cis) if cis else None) or (thesaurus.presentation(cip) if cip else None)
    names = [concept.display, concept.text, *(code.display for code in concept.translations)]
    names += known.substances if known else ()
    codes = list(concept.codes())
    return _Agent(
        words=concept.words,
        text=plain_words(" ".join(names)),
        substances=frozenset(key for name in names if (key := key_of(name))),
        atc=tuple(code for code, system in codes if system == ATC and len(code) >= LEAST_ATC),
        cis=cis,
        codes=frozenset(code for code, _ in codes),
        evidence=evidence,
    )


def _alert(agent: _Agent, subject: Subject, situation: Situation) -> Alert | None:
    if _same(agent, subject.product):
        return _told(agent, subject, situation.rules, None)
    for each in situation.rules.classes.values():
        if _names(agent, each) and _holds(each, subject.product):
            return _told(agent, subject, situation.rules, each)
    for each in situation.rules.classes.values():
        if not _names(agent, each):
            continue
        for name in each.cross:
            if _holds(situation.rules.classes[name], subject.product):
                return _told(agent, subject, situation.rules, situation.rules.classes[name], cross=True)
    return None


def _same(agent: _Agent, product: Product) -> bool:
    """The same substance, medicine or ATC group; or a text that names the substance."""
    if (agent.cis and agent.cis == product.cis) or agent.substances & product.substances:
        return True
    if any(theirs.startswith(mine) for mine in agent.atc for theirs in product.atc):
        return True
    if agent.substances & _told_in_words(product):
        return True
    return any(len(each) >= LEAST_WORD and plain_words(each) in agent.text for each in product.substances)


def _told_in_words(product: Product) -> frozenset[str]:
    """Keys of the words of a medicine that has neither substance nor class: «Amoxicilline 500 mg» names its own."""
    if product.substances or product.atc:
        return frozenset()
    return frozenset(key_of(word) for word in plain_words(product.label).split() if len(word) >= LEAST_WORD)


def _names(agent: _Agent, each: AllergyClass) -> bool:
    """Whether an allergy is one to a class."""
    if agent.codes & each.snomed or agent.substances & each.agents:
        return True
    if any(code.startswith(each.atc) for code in agent.atc):
        return True
    return any(word in agent.text for word in (*each.words, *each.wide))


def _holds(each: AllergyClass, product: Product) -> bool:
    """Whether a medicine is of a class."""
    held = product.substances or _told_in_words(product)
    return bool(held & each.agents) or any(code.startswith(each.atc) for code in product.atc)


def _told(
    agent: _Agent, subject: Subject, rules: AlertRules, by_class: AllergyClass | None, *, cross: bool = False
) -> Alert:
    return Alert(
        kind=AlertKind.CROSS_ALLERGY if cross else AlertKind.ALLERGY,
        rule=DIRECT if by_class is None else f"allergy.{'cross.' if cross else ''}{by_class.id}",
        version=rules.version,
        data=_day(rules) if by_class is None else by_class.since,
        medicines=(subject.product.label,),
        french=agent.words if by_class is None else f"{agent.words} ({by_class.french})",
        english=agent.words if by_class is None else f"{agent.words} ({by_class.english})",
        evidence=(agent.evidence, *subject.evidence),
        mark="decided" if by_class is None else by_class.mark,
    )


def _day(rules: AlertRules) -> date:
    return max(each.since for each in rules.classes.values())
