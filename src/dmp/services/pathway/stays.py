"""Stays in a hospital («séjours»): documents of one encounter, or of one structure on overlapping days (PW-3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from dmp.record.facts import Encounter
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import day_in_france, day_of_care, days_after, first_day
from dmp.services.pathway.events import ENCOUNTER, Event, references, structure_of
from dmp.services.pathway.rules import Rules


@dataclass(frozen=True)
class Stay:
    """From admission to discharge, as far as documents tell; `documents` are their entryUUIDs."""

    id: str
    start: date
    end: date
    structure: str
    structure_id: str
    documents: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    encounters: frozenset[str] = frozenset()
    """Numbers of the encounter, as the metadata give them."""

    def covers(self, day: date, margin: int = 0) -> bool:
        """Whether a day is one of the stay."""
        return days_after(self.start, -margin) <= day <= days_after(self.end, margin)


def stays_of(chart: Chart, rules: Rules) -> tuple[Stay, ...]:
    """Every stay, newest first."""
    stays: list[Stay] = []
    places: dict[str, list[int]] = {}
    for told in sorted(_told(chart.sheets, rules), key=lambda stay: (stay.start, stay.id)):
        near = {place: None for key in _keys(told) for place in places.get(key, ())}
        place = next((place for place in sorted(near) if _same(stays[place], told, rules)), len(stays))
        if place == len(stays):
            stays.append(told)
        else:
            stays[place] = _both(stays[place], told)
        for key in _keys(told):
            places.setdefault(key, []).append(place)
    return tuple(sorted(stays, key=lambda stay: (stay.start, stay.id), reverse=True))


def _keys(stay: Stay) -> Iterator[str]:
    """What two tellings of one stay have in common: a number of the encounter, or the structure."""
    yield from stay.encounters
    yield from {text.casefold() for text in (stay.structure_id, stay.structure) if text}


def attached(events: Iterable[Event], stays: tuple[Stay, ...]) -> tuple[Event, ...]:
    """Events with the stay in which they happened: by their document, else by structure and day."""
    by_document = {uuid: stay.id for stay in stays for uuid in stay.documents}
    found = ((event, _stay_of(event, stays, by_document)) for event in events)
    return tuple(replace(event, stay=stay) if stay else event for event, stay in found)


def _stay_of(event: Event, stays: tuple[Stay, ...], by_document: dict[str, str]) -> str:
    for evidence in event.evidence:
        if evidence.uuid in by_document:
            return by_document[evidence.uuid]
    if event.day is None or not event.structure_id:
        return ""
    inside = (stay.id for stay in stays if stay.structure_id == event.structure_id and stay.covers(event.day))
    return next(inside, "")


def _told(sheets: Iterable[Sheet], rules: Rules) -> Iterator[Stay]:
    for sheet in sheets:
        stay = _of_document(sheet, rules)
        if stay is not None:
            yield stay
        for rank, fact in enumerate(sheet.facts.encounters):
            told = _of_fact(sheet, fact, rank, rules)
            if told is not None:
                yield told


def _of_document(sheet: Sheet, rules: Rules) -> Stay | None:
    """A document of a type of stays, of an encounter, or of a hospital over several days."""
    entry, start = sheet.entry, day_of_care(sheet.entry)
    end = day_in_france(entry.service_stop) or start
    encounters = frozenset(references(entry, ENCOUNTER))
    if start is None or end is None or not 0 <= (end - start).days <= rules.longest_stay_days:
        return None
    several = end > start and entry.facility_type.code in rules.hospitals
    if not (encounters or several or entry.type_code.code in rules.stay_types):
        return None
    structure = structure_of(entry)
    return Stay(sheet.uuid, start, end, structure.name, structure.id, (sheet.uuid,), (evidence_of(sheet),), encounters)


def _of_fact(sheet: Sheet, fact: Encounter, rank: int, rules: Rules) -> Stay | None:
    """A stay that a document only tells of, in the history of reimbursements for example."""
    start, end = first_day(fact.start), first_day(fact.end)
    if fact.mood != "EVN" or not fact.is_present or start is None or end is None:
        return None
    if not 0 < (end - start).days <= rules.longest_stay_days:
        return None
    return Stay(f"{sheet.uuid}#{rank}", start, end, fact.place, "", (), (evidence_of(sheet, fact),))


def _same(one: Stay, other: Stay, rules: Rules) -> bool:
    if one.encounters & other.encounters:
        return True
    if one.encounters and other.encounters:
        return False
    here = (one.structure_id or one.structure).casefold(), (other.structure_id or other.structure).casefold()
    place = here[0] == here[1] or one.structure.casefold() == other.structure.casefold()
    margin = rules.stay_margin_days
    near = days_after(one.start, -margin) <= other.end and other.start <= days_after(one.end, margin)
    return bool(here[0]) and place and near


def _both(one: Stay, other: Stay) -> Stay:
    known = {each.uuid for each in one.evidence}
    more = tuple(each for each in other.evidence if each.uuid not in known)
    return replace(
        one,
        start=min(one.start, other.start),
        end=max(one.end, other.end),
        structure_id=one.structure_id or other.structure_id,
        documents=(*one.documents, *other.documents),
        evidence=(*one.evidence, *more),
        encounters=one.encounters | other.encounters,
    )
