"""What keeps somebody out of a programme: in coded problems, procedures and relatives, or by what he said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.facts import Fact, Problem
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.screening.evidence import CCAM
from dmp.services.screening.programmes import Exclusion, Measure, Programme

SERVICE = "screening"
ICD10 = frozenset({"2.16.840.1.113883.6.3"})
_OVER = frozenset({"resolved", "inactive", "remission", "413322009", "73425007", "completed"})


@dataclass(frozen=True)
class Found:
    """An exclusion that holds; `told` where the holder said so, `until` where it ends."""

    exclusion: Exclusion | None
    evidence: tuple[Evidence, ...] = ()
    told: HealthChoice | None = None
    until: date | None = None

    @property
    def excludes(self) -> bool:
        """Whether it keeps somebody out, or is only to be asked about."""
        if self.exclusion is None or (self.told is not None and self.told.kind is ChoiceKind.EXCLUDED):
            return True
        return self.exclusion.measure is Measure.EXCLUDE

    @property
    def leaves(self) -> bool:
        """Whether the care of a specialist takes the place of the programme."""
        return self.exclusion is not None and self.exclusion.leaves_programme


def exclusions_of(programme: Programme, chart: Chart) -> tuple[Found, ...]:
    """Those that hold today, in the order of the programme, then what the holder said of no known one."""
    found = [one for each in programme.exclusions for one in _of(each, programme, chart)]
    known = {each.id for each in programme.exclusions}
    for choice in chosen(chart, ChoiceKind.EXCLUDED, chart.today):
        about, _, code = choice.subject.partition(".")
        if about == programme.id and code not in known:
            found.append(Found(None, told=choice, until=choice.until))
    return tuple(found)


def chosen(chart: Chart, kind: ChoiceKind, today: date) -> Iterator[HealthChoice]:
    """What the holder chose about screening and that still holds, as the viewer may know of it (SC-10)."""
    for choice in chart.choices:
        about = choice.service == SERVICE or kind is ChoiceKind.CONDITION
        if choice.kind is kind and about and (choice.until is None or choice.until > today):
            yield choice


def _of(exclusion: Exclusion, programme: Programme, chart: Chart) -> Iterator[Found]:
    """At most one: what documents say, else what the holder said."""
    evidence = tuple(dict.fromkeys(_documents(exclusion, chart)))
    told = next(_told(exclusion, programme, chart), None)
    if evidence:
        yield Found(exclusion, evidence)
    elif told is not None:
        yield Found(exclusion, told=told, until=told.until)


def _told(exclusion: Exclusion, programme: Programme, chart: Chart) -> Iterator[HealthChoice]:
    for choice in chosen(chart, ChoiceKind.EXCLUDED, chart.today):
        if choice.subject == f"{programme.id}.{exclusion.id}":
            yield choice
    for choice in chosen(chart, ChoiceKind.CONDITION, chart.today):
        if choice.subject in exclusion.flags:
            yield choice


def _documents(exclusion: Exclusion, chart: Chart) -> Iterator[Evidence]:
    for sheet in chart.sheets:
        for fact in sheet.facts.problems:
            if fact.is_present and not (exclusion.active_only and _is_over(fact)) and _is(exclusion, fact):
                yield evidence_of(sheet, fact)
        yield from _acts(exclusion, sheet)
    if exclusion.relatives_from:
        yield from _family(exclusion, chart)


def _family(exclusion: Exclusion, chart: Chart) -> tuple[Evidence, ...]:
    """Enough relatives: of different kinships, or told in one document; what two documents repeat is one relative."""
    told = [(sheet, _relatives(exclusion, sheet)) for sheet in chart.sheets]
    kinships = {kinship for _, relatives in told for kinship in relatives}
    most = max((len(relatives) for _, relatives in told), default=0)
    if max(len(kinships), most) < exclusion.relatives_from:
        return ()
    return tuple(evidence_of(sheet) for sheet, relatives in told if relatives)


def _is(exclusion: Exclusion, fact: Fact) -> bool:
    codes = tuple(fact.concept.codes())
    by_icd10 = any(system in ICD10 and _under(code, exclusion.icd10) for code, system in codes)
    return by_icd10 or any(code in exclusion.codes for code, _ in codes)


def _under(code: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a code of ICD-10 is one of these or under one: C50.2 is under C50, with its dot or without."""
    plain = code.replace(".", "")
    return any(plain.startswith(prefix.replace(".", "")) for prefix in prefixes)


def _is_over(fact: Problem) -> bool:
    return fact.history or fact.clinical_status.lower() in _OVER


def _acts(exclusion: Exclusion, sheet: Sheet) -> Iterator[Evidence]:
    for fact in sheet.facts.procedures:
        named = any(system in CCAM and code in exclusion.ccam for code, system in fact.concept.codes())
        if named and fact.mood == "EVN" and fact.is_present:
            yield evidence_of(sheet, fact)
    if any(code.system in CCAM and code.code in exclusion.ccam for code in sheet.entry.event_codes):
        yield evidence_of(sheet)


def _relatives(exclusion: Exclusion, sheet: Sheet) -> tuple[str, ...]:
    """The kinship of each relative of a document who had the disease."""
    found: list[str] = []
    for fact in sheet.facts.family:
        kinship = next((code for code, _ in fact.relative.codes() if code in exclusion.relatives), "")
        ill = any(system in ICD10 and _under(code, exclusion.relatives_icd10) for code, system in fact.concept.codes())
        if kinship and ill and fact.is_present:
            found.append(kinship)
    return tuple(found)
