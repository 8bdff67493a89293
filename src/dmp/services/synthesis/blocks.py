"""The blocks of the synthesis, in the order in which a doctor reads them (cda-and-services 4.1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from dmp.record.facts import (
    Allergy,
    Device,
    Directive,
    Encounter,
    Fact,
    Kinship,
    Lifestyle,
    PlanItem,
    Problem,
    Procedure,
    Stated,
)
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.folding import Fold, folded
from dmp.services.panel import Words, same
from dmp.services.words import day_words, device_words, severity_words, state_words, truth_words, unit_words

F = TypeVar("F", bound=Fact)
CIM_10 = "2.16.840.1.113883.6.3"
DIRECTIVES = "EXPPAT_3"
"""Type of a document of advance directives."""
OVER = frozenset({"resolved", "inactive", "remission", "413322009", "73425007", "277022003", "g-a005"})
"""Clinical states of a problem that is no longer active, in HL7 words and SNOMED CT."""
_NAMELESS: Words = ("Sans nom dans le document", "Without a name in the document")
_YES = frozenset({"oui", "yes", "true"})
MOST_ENCOUNTERS = 5
MOST_ACTS = 20


@dataclass(frozen=True)
class Line:
    """One thing: what, since when or of what day, what is to be known beside it, and where it comes from."""

    what: Words
    day: str = ""
    beside: tuple[Words, ...] = ()
    conflict: Words = ("", "")
    declared: bool = False
    flagged: bool = False
    """Out of its bounds, or late."""
    code: str = ""
    """In CIM-10, for who reads codes."""
    link: str = ""
    """entryUUID of the document that the line itself is."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Block:
    """A part of the synthesis. `stated_none` are the documents that state that there is nothing (SV-8)."""

    name: str
    title: Words
    lines: tuple[Line, ...] = ()
    stated_none: tuple[Evidence, ...] = ()
    pinned: bool = False
    """Shown even when it is empty: its silence is worth reading."""
    more: str = ""
    """The slug of the service that shows all of it."""

    @property
    def source(self) -> tuple[Evidence, ...]:
        """The documents that all its lines come from, told once; empty where lines differ, or there is but one."""
        found = {tuple(one.uuid for one in line.evidence) for line in self.lines}
        return self.lines[0].evidence if len(self.lines) > 1 and len(found) == 1 else ()

    @property
    def contradicts_itself(self) -> bool:
        """One document lists something, another states that there is nothing: both are shown (SV-7)."""
        return bool(self.lines and self.stated_none)


def blocks_of(chart: Chart) -> tuple[Block, ...]:
    """Every block; those that say nothing and are not pinned are left out."""
    made = (
        _directives(chart),
        _allergies(chart),
        _problems(chart),
        _vigilance(chart),
        _history(chart),
        _acts(chart),
        _family(chart),
        _lifestyle(chart),
        _plan(chart),
        _encounters(chart),
    )
    return tuple(block for block in made if block.pinned or block.lines or block.stated_none)


# -- what must not be missed


def _directives(chart: Chart) -> Block:
    lines = [
        Line(same(sheet.entry.title or "Directives anticipées"), evidence_of(sheet).day, evidence=(evidence_of(sheet),))
        for sheet in chart.sheets
        if sheet.entry.type_code.code == DIRECTIVES
    ]
    told = {line.evidence[0].uuid for line in lines}
    for sheet, fact in chart.of("directives"):
        if isinstance(fact, Directive) and sheet.uuid not in told:
            lines.append(Line(_asserted(fact), day_words(fact.start), evidence=(evidence_of(sheet, fact),)))
    return Block("directives", ("Directives anticipées", "Advance directives"), tuple(lines))


def _asserted(fact: Directive) -> Words:
    """What a directive is about, and what it says of it."""
    name, (french, english) = fact.concept.words, truth_words(fact.value.words)
    return " : ".join(filter(None, (name, french))), ": ".join(filter(None, (name, english)))


def _allergies(chart: Chart) -> Block:
    found = [(sheet, fact) for sheet, fact in chart.of("allergies") if isinstance(fact, Allergy)]
    present = [(sheet, fact) for sheet, fact in found if fact.is_present]
    lines = []
    for fold in folded(present, agent_key):
        lead = fold.lead
        seen = dict.fromkeys(told.words for told in (lead.description, *lead.reactions) if told.words)
        beside = [*_given(", ".join(seen)), severity_words(lead.severity)]
        if lead.criticality:
            beside.append((f"risque : {lead.criticality.lower()}", f"risk: {lead.criticality.lower()}"))
        lines.append(_line(fold, same(_to_what(lead)), beside, fold.values(lambda fact: fact.clinical_status)))
    none = _stated_none((sheet, fact) for sheet, fact in found if fact.stated is Stated.ABSENT)
    title = ("Allergies et intolérances", "Allergies and intolerances")
    return Block("allergies", title, tuple(lines), none, pinned=True)


def _to_what(fact: Allergy) -> str:
    """Its agent; some forms ask "food allergy?" and have "yes" stand there."""
    agent = fact.agent.words
    return fact.concept.words if not agent or agent.casefold() in _YES else agent


def agent_key(fact: Allergy) -> str:
    """By the code of what it is to, else by its words."""
    return fact.agent.code or fact.agent.words.casefold().strip() or fact.concept.code or fact.concept.words.casefold()


# -- problems


def problem_key(fact: Problem) -> tuple[str, str]:
    """The category of three characters in CIM-10, else the code, else the words; each side for itself."""
    icd = fact.concept.code_in(CIM_10)[:3]
    return (icd or fact.concept.code or fact.concept.words.casefold().strip(), fact.laterality)


def is_active(fold: Fold[Problem]) -> bool:
    """Told as active, and no later document says that it is over; among the history it is no longer."""
    newest = max(fold.all, key=lambda pair: (pair[0].entry.creation_time, pair[0].uuid))[1]
    if newest.history or newest.clinical_status.casefold() in OVER:
        return False
    return newest.status in ("", "active", "suspended") or not newest.end


def _folds(chart: Chart) -> list[Fold[Problem]]:
    found = ((sheet, fact) for sheet, fact in chart.of("problems") if isinstance(fact, Problem) and fact.is_present)
    return list(folded(found, problem_key))


def _problems(chart: Chart) -> Block:
    lines = [_problem(fold) for fold in _folds(chart) if is_active(fold)]
    none = _stated_none(
        (sheet, fact) for sheet, fact in chart.of("problems") if fact.stated is Stated.ABSENT and not fact.concept.code
    )
    return Block("problems", ("Problèmes en cours", "Current problems"), tuple(lines), none, pinned=True)


def _history(chart: Chart) -> Block:
    lines = [_problem(fold) for fold in _folds(chart) if not is_active(fold)]
    return Block("history", ("Antécédents", "History"), tuple(lines))


def _problem(fold: Fold[Problem]) -> Line:
    lead = fold.lead
    beside = [severity_words(lead.severity)]
    beside += [same(text) for text in (lead.certainty, lead.laterality, lead.comment) if text]
    if lead.end:
        beside.append((f"jusqu’au {day_words(lead.end)}", f"until {day_words(lead.end)}"))
    line = _line(fold, same(lead.concept.words), beside, fold.values(lambda fact: fact.clinical_status))
    return replace(line, code=lead.concept.code_in(CIM_10))


# -- the rest


def _vigilance(chart: Chart) -> Block:
    """Implanted or used devices, and what documents ask to watch (section 44944-7)."""
    devices = ((s, f) for s, f in chart.of("devices") if isinstance(f, Device) and f.is_present and f.mood == "EVN")
    lines = [
        _line(fold, same(fold.lead.concept.words), device_words(fold.lead.serial))
        for fold in folded(devices, lambda fact: (fact.concept.code or fact.concept.words.casefold(), fact.serial))
    ]
    return Block("devices", ("Dispositifs et implants", "Devices and implants"), tuple(lines))


def _acts(chart: Chart) -> Block:
    done = ((s, f) for s, f in chart.of("procedures") if isinstance(f, Procedure) and f.is_present and f.mood == "EVN")
    folds = folded(done, lambda fact: (fact.concept.code or fact.concept.words.casefold(), fact.start[:8]))
    newest = sorted(folds, key=lambda fold: fold.lead.start, reverse=True)[:MOST_ACTS]
    lines = [_line(fold, same(fold.lead.concept.words), _given(fold.lead.laterality)) for fold in newest]
    return Block("acts", ("Actes et interventions", "Acts and operations"), tuple(lines))


def _family(chart: Chart) -> Block:
    found = ((s, f) for s, f in chart.of("family") if isinstance(f, Kinship) and f.is_present)
    lines = [
        _line(fold, same(fold.lead.concept.words), _given(fold.lead.relative.words))
        for fold in folded(
            found, lambda fact: (fact.relative.code or fact.relative.words, fact.concept.words.casefold())
        )
    ]
    return Block("family", ("Antécédents familiaux", "Family history"), tuple(lines))


def _lifestyle(chart: Chart) -> Block:
    found = ((s, f) for s, f in chart.of("lifestyle") if isinstance(f, Lifestyle) and f.is_present)
    lines = []
    for fold in folded(found, lambda fact: fact.concept.code or fact.concept.words.casefold()):
        lead = fold.lead
        amount = (
            f"{lead.quantity.value.replace('.', ',')} {unit_words(lead.quantity.unit, lead.quantity.value)}".strip()
        )
        beside = [*_given(amount), truth_words(lead.value.words), *_given(lead.comment)]
        lines.append(_line(fold, same(lead.concept.words), beside))
    return Block("lifestyle", ("Mode de vie", "Lifestyle"), tuple(lines))


def _plan(chart: Chart) -> Block:
    today = chart.today.strftime("%Y%m%d")
    found = ((s, f) for s, f in chart.of("plan") if isinstance(f, PlanItem) and f.is_present)
    to_come = [pair for pair in found if not pair[1].start or pair[1].start[:8] >= today]
    folds = folded(to_come, lambda fact: (fact.concept.code or fact.concept.words.casefold(), fact.start[:8]))
    lines = [_line(fold, same(fold.lead.concept.words), _given(fold.lead.comment)) for fold in folds]
    return Block("plan", ("Ce qui est prévu", "What is planned"), tuple(lines))


def _encounters(chart: Chart) -> Block:
    found = [(s, f) for s, f in chart.of("encounters") if isinstance(f, Encounter) and f.mood == "EVN" and f.is_present]
    folds = folded(found, lambda fact: (fact.concept.code or fact.concept.words.casefold(), fact.start[:8]))
    newest = sorted(folds, key=lambda fold: fold.lead.start, reverse=True)[:MOST_ENCOUNTERS]
    lines = [
        _line(fold, same(fold.lead.concept.words), _given(fold.lead.place, fold.lead.performer)) for fold in newest
    ]
    return Block("encounters", ("Dernières rencontres", "Last encounters"), tuple(lines))


def _given(*texts: str) -> list[Words]:
    return [same(text) for text in texts if text]


def _line(fold: Fold[F], what: Words, beside: Iterable[Words] = (), said: tuple[str, ...] = ()) -> Line:
    """A fold as a line; what its documents disagree on is said, never settled (SV-7)."""
    states = dict.fromkeys(state_words(one) for one in said)
    french, english = (" / ".join(words) for words in zip(*states, strict=True)) if states else ("", "")
    conflict = (f"Les documents ne disent pas la même chose : {french}", f"Documents disagree: {english}")
    return Line(
        what=what if any(what) else _NAMELESS,
        day=day_words(fold.lead.start),
        beside=tuple(words for words in beside if words[0]),
        conflict=conflict if len(states) > 1 else ("", ""),
        declared=fold.is_declared,
        evidence=fold.evidence,
    )


def _stated_none(found: Iterable[tuple[Sheet, Fact]]) -> tuple[Evidence, ...]:
    told: Iterator[Evidence] = (evidence_of(sheet, fact) for sheet, fact in found)
    return tuple({one.uuid: one for one in told}.values())
