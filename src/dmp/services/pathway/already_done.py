"""Already done («déjà fait»): the last comparable examinations, before one is prescribed (IMG-8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dmp.record.facts import Fact
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import day_of_care, first_day, months_after
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.services.duplicates import grouped
from dmp.services.pathway.comparing import LOINC, Comparable, Group, same_system
from dmp.services.tables import Words

_WITHDRAWN = frozenset({"nullified", "cancelled", "aborted", "active"})
_PRESCRIPTIONS = "42"
"""Class of what is asked for: it is not done by being asked for."""


@dataclass(frozen=True)
class Wanted:
    """An examination that somebody is about to ask for: by its code, or by modality and region."""

    code: str = ""
    system: str = ""
    modality: str = ""
    region: str = ""
    label: str = ""
    """What the one who prescribes calls it."""


@dataclass(frozen=True)
class Done:
    """A comparable examination: what it was, when, and the document."""

    title: str
    day: date | None
    recent: bool
    evidence: Evidence


@dataclass(frozen=True)
class AlreadyDone:
    """The last comparable examinations, newest first; `label` is what they have in common."""

    wanted: Wanted
    label: Words
    months: int
    done: tuple[Done, ...]

    @property
    def recent(self) -> bool:
        """Whether one of them is recent enough to speak of before another is asked for."""
        return any(one.recent for one in self.done)


def already_done(chart: Chart, wanted: Wanted, table: Comparable) -> AlreadyDone:
    """Look for the same code, the codes of its groups, the same modality of the same region."""
    groups = table.groups_of(wanted.code, wanted.system)
    search = _Search(wanted, groups, table, chart.today, max((one.months for one in groups), default=table.months))
    found = [done for sheet in chart.sheets for done in search.in_sheet(sheet)]
    found.sort(key=lambda one: (one.day or date.min, one.evidence.uuid), reverse=True)
    return AlreadyDone(wanted, search.label, search.months, tuple(_once(found, chart)[: table.most]))


def _once(found: list[Done], chart: Chart) -> list[Done]:
    """Copies of one report are one examination, told by the first of them that says it."""
    named = {one.evidence.uuid for one in found}
    groups = grouped((sheet.entry for sheet in chart.sheets if sheet.uuid in named), chart.rules.of(DUPLICATES))
    first = {uuid: group.first.uuid for group in groups for uuid in group.documents}
    kept: dict[tuple[str, date | None], Done] = {}
    for one in found:
        key = first[one.evidence.uuid], one.day
        if key not in kept or one.evidence.uuid == key[0]:
            kept[key] = one
    return list(kept.values())


@dataclass(frozen=True)
class _Search:
    """What is looked for, sheet by sheet."""

    wanted: Wanted
    groups: tuple[Group, ...]
    table: Comparable
    today: date
    months: int

    @property
    def label(self) -> Words:
        if self.groups:
            return self.groups[0].label
        if self.wanted.modality:
            return self.table.imaging_words(self.wanted.modality, self.wanted.region)
        return Words(self.wanted.label or self.wanted.code, self.wanted.label or self.wanted.code)

    def in_sheet(self, sheet: Sheet) -> Iterator[Done]:
        """Each day once: what facts say of it, else what the metadata do."""
        told: dict[date | None, Fact | None] = {}
        for fact in _facts(sheet):
            if self._is(fact.concept.codes()):
                told.setdefault(first_day(fact.start) if fact.start else day_of_care(sheet.entry), fact)
        if not told and self._is_entry(sheet):
            told[day_of_care(sheet.entry)] = None
        for day, fact in told.items():
            if day is None or day <= self.today:
                yield self._done(sheet, day, fact)

    def _done(self, sheet: Sheet, day: date | None, fact: Fact | None) -> Done:
        evidence = evidence_of(sheet, fact)
        title = fact.concept.words if fact is not None else evidence.title
        return Done(title, day, day is not None and months_after(day, self.months) > self.today, evidence)

    def _is(self, codes: Iterable[tuple[str, str]]) -> bool:
        return any(
            self._same(code, system) or any(one.has(code, system) for one in self.groups) for code, system in codes
        )

    def _same(self, code: str, system: str) -> bool:
        return bool(code) and code == self.wanted.code and same_system(system, self.wanted.system)

    def _is_entry(self, sheet: Sheet) -> bool:
        if sheet.entry.class_code.code == _PRESCRIPTIONS:
            return False
        if self._is((code.code, code.system) for code in sheet.entry.event_codes):
            return True
        return bool(self.wanted.modality) and self._is_imaging(sheet)

    def _is_imaging(self, sheet: Sheet) -> bool:
        """Of the same modality, and of a region that shows the wanted one; a region that is not told matches none."""
        named = {code.code for code in sheet.entry.event_codes if code.system != LOINC}
        named |= {series.modality for study in sheet.facts.imaging for series in study.series}
        regions = named | {study.region.code for study in sheet.facts.imaging}
        modality = any(self.table.same_modality(code, self.wanted.modality) for code in named if code)
        where = self.wanted.region
        return modality and (not where or any(self.table.shows(code, where) for code in regions if code))


def _facts(sheet: Sheet) -> Iterator[Fact]:
    """Results and acts that happened."""
    for fact in (*sheet.facts.results, *sheet.facts.procedures, *sheet.facts.imaging):
        if fact.mood == "EVN" and fact.is_present and fact.status not in _WITHDRAWN:
            yield fact
