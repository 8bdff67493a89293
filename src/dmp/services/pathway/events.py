"""Events of the pathway («parcours de soins»): first from the metadata, so that a document of any level is one.

What belongs together is one event: a report and its images, a prescription and
what was delivered of it, the reports of one laboratory on one day, the copies
of one report.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial

from dmp.record.codes import Code
from dmp.record.dtm import is_dtm
from dmp.record.entry import DocumentEntry
from dmp.record.hl7text import Xcn, Xon
from dmp.record.professional import Specialty
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import day_in_france, day_of_care, digits_of_care
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.services.duplicates import Group, Thresholds, grouped
from dmp.services.pathway.rules import Rules

ACCESSION = "urn:ihe:iti:xds:2013:accession"
STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"
ENCOUNTER = "urn:ihe:iti:xds:2015:encounterId"
KEY_IMAGES = "IMG-KOS"
LABORATORY_REPORT = "11502-2"
PRESCRIPTION = "57833-6"


class Merged(StrEnum):
    """Why several documents are one event."""

    STUDY = "study"
    PRESCRIPTION = "prescription"
    LABORATORY = "laboratory"
    COPY = "copy"
    """The same document from several senders (`services.duplicates`)."""


@dataclass(frozen=True)
class Event:
    """Something that happened, or is planned; `id` is the entryUUID of its first document.

    `day` is None where the document says no day that can be read: the event is
    listed, and stands nowhere in the grid.
    """

    id: str
    lane: str
    title: str
    kind: Code
    day: date | None
    end: date | None
    digits: str
    author: str
    profession: Code
    structure: str
    structure_id: str
    codes: tuple[Code, ...]
    evidence: tuple[Evidence, ...]
    merged: Merged | None = None
    same: Group | None = None
    """What seems to be the same document as its first one."""
    planned: bool = False
    stay: str = ""
    """The stay in which it happened."""


def events_of(chart: Chart, rules: Rules) -> tuple[Event, ...]:
    """Every event of a chart, newest first, what belongs together merged."""
    numbers = chart.rules.of(DUPLICATES)
    found = grouped((sheet.entry for sheet in chart.sheets), numbers)
    same = {uuid: group for group in found for uuid in group.documents}
    groups = [(sorted(sheets, key=partial(_rank, numbers)), why) for sheets, why in _groups(chart.sheets, same, rules)]
    events = [_joined(sheets, why, same, rules) for sheets, why in groups]
    return tuple(sorted(events, key=order, reverse=True))


def order(event: Event) -> tuple[date, str, str]:
    """By day; what has none comes last in a list of the newest first."""
    return event.day or date.min, event.digits, event.id


def references(entry: DocumentEntry, kind: str) -> Iterator[str]:
    """The references of a document of one type, as they are compared: number and authority."""
    for text in entry.reference_ids:
        parts = text.split("^")
        if len(parts) > 4 and parts[4] == kind and parts[0]:
            yield f"{parts[0]}^{parts[3] if kind != STUDY else ''}"


def structure_of(entry: DocumentEntry) -> Xon:
    """The structure of the first author."""
    institutions = entry.authors[0].institutions if entry.authors else ()
    return Xon.parse(institutions[0]) if institutions else Xon("")


def _groups(
    sheets: Iterable[Sheet], same: Mapping[str, Group], rules: Rules
) -> Iterator[tuple[list[Sheet], Merged | None]]:
    """Copies, and documents that share a key, are one event; keys of two documents may join a third."""
    kept = list(sheets)
    parents = {sheet.uuid: sheet.uuid for sheet in kept}
    seen: dict[Hashable, str] = {}
    reasons: dict[str, Merged] = {}

    def root(ident: str) -> str:
        while parents[ident] != ident:
            ident = parents[ident]
        return ident

    def join(first: str, other: str, why: Merged) -> None:
        one, joined = root(first), root(other)
        if one != joined:
            reasons[one] = why
            parents[joined] = one

    for sheet in kept:
        join(same[sheet.uuid].first.uuid, sheet.uuid, Merged.COPY)
    for sheet in kept:
        for why, key in _keys(sheet, rules):
            join(seen.setdefault(key, sheet.uuid), sheet.uuid, why)
    groups: dict[str, list[Sheet]] = {}
    for sheet in kept:
        groups.setdefault(root(sheet.uuid), []).append(sheet)
    for ident, members in groups.items():
        yield members, reasons.get(ident)


def _keys(sheet: Sheet, rules: Rules) -> Iterator[tuple[Merged, Hashable]]:
    entry, lane = sheet.entry, rules.lane_of(sheet.entry)
    if lane == "imaging":
        studies = (*references(entry, STUDY), *(f"{study.uid}^" for study in sheet.facts.imaging if study.uid))
        yield from ((Merged.STUDY, (STUDY, study)) for study in studies)
        yield from ((Merged.STUDY, (ACCESSION, number)) for number in references(entry, ACCESSION))
    elif lane == "treatments":
        named = {_plain(fact.prescription) for fact in sheet.facts.dispensations}
        named |= {_plain(entry.unique_id)} if entry.type_code.code == PRESCRIPTION else set()
        yield from ((Merged.PRESCRIPTION, (PRESCRIPTION, ident)) for ident in named if ident)
    elif entry.type_code.code == LABORATORY_REPORT:
        laboratory, day = structure_of(entry), day_of_care(entry)
        if day is not None and (laboratory.id or laboratory.name):
            yield Merged.LABORATORY, (LABORATORY_REPORT, day, laboratory.id or laboratory.name)


def _plain(ident: str) -> str:
    return ident.strip().rstrip("^").upper()


def _joined(sheets: list[Sheet], why: Merged | None, same: Mapping[str, Group], rules: Rules) -> Event:
    """One event of sheets in the order of `_rank`, with the sources of all."""
    event = _event(sheets[0], rules)
    if len(sheets) == 1:
        return event
    codes = tuple(dict.fromkeys(code for sheet in sheets for code in sheet.entry.event_codes))
    evidence, group = tuple(evidence_of(sheet) for sheet in sheets), same[event.id]
    return replace(event, codes=codes, evidence=evidence, merged=why, same=group if group.copies else None)


def _rank(numbers: Thresholds, sheet: Sheet) -> tuple[bool, bool, bool, str, str]:
    """The report before images and scans, the prescription before the deliveries."""
    entry = sheet.entry
    images, delivery = entry.type_code.code == KEY_IMAGES, bool(sheet.facts.dispensations)
    scan = entry.type_code.code in numbers.scans
    return images, delivery, scan, entry.service_start or entry.creation_time, entry.uuid


def _event(sheet: Sheet, rules: Rules) -> Event:
    entry, structure = sheet.entry, structure_of(sheet.entry)
    author = entry.authors[0] if entry.authors else None
    start, end = day_of_care(entry), day_in_france(entry.service_stop)
    return Event(
        id=entry.uuid,
        lane=rules.lane_of(entry),
        title=entry.title or entry.type_code.display or entry.type_code.code,
        kind=entry.type_code,
        day=start,
        end=end if start is not None and end is not None and end > start else None,
        digits=digits_of_care(entry) if is_dtm(entry.service_start or entry.creation_time) else "",
        author=Xcn.parse(author.person).name if author is not None else "",
        profession=Specialty.parse(author.specialties[0]).profession if author and author.specialties else Code("", ""),
        structure=structure.name,
        structure_id=structure.id,
        codes=entry.event_codes,
        evidence=(evidence_of(sheet),),
    )
