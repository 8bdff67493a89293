"""From the entries of a search to lines: versions folded, duplicates folded, each named in plain words. Pure.

Whatever is counted or folded comes from the entries that the viewer was given,
and from nothing else (AR-17).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from dmp.record import dtm
from dmp.record.announcement import shown_to_patient
from dmp.record.entry import Author, DocumentEntry, EntryStatus
from dmp.record.hl7text import Xcn, Xon
from dmp.record.nomenclature import KNOW_HOW_SYSTEM, Nomenclature, value_set
from dmp.record.professional import PHARMACIST, Specialty
from dmp.web.days import day, day_of, local
from dmp.web.entry_ids import bare
from dmp.web.shelf.families import Family, Pin, family_of, kind_of, pin_of, short_of


class Badge(StrEnum):
    """What a line says at a glance."""

    NEW = "new"
    MASKED = "masked"
    TO_ANNOUNCE = "to-announce"
    FROM_GUARDIANS = "from-guardians"
    REPLACED = "replaced"
    ARCHIVED = "archived"
    DELETED = "deleted"


@dataclass(frozen=True)
class Older:
    """A former version, or another copy, that a line folds away."""

    id: str
    day: str


@dataclass(frozen=True)
class Line:
    """One document as a list shows it; `id` is its bare UUID, `when` and `added`, the deposit, sort."""

    id: str
    day: str
    when: str
    added: float
    kind: str
    family: Family
    title: str
    author: str
    speciality: str
    structure: str
    by_patient: bool
    short: str = ""
    """Its kind in a word, for the lists; empty where the title says it."""
    pin: Pin | None = None
    badges: tuple[Badge, ...] = ()
    announced_on: str = ""
    """The day on which a document to be announced shows to its patient by itself."""
    versions: tuple[Older, ...] = ()
    copies: tuple[Older, ...] = ()


@dataclass(frozen=True)
class Visitor:
    """Who looks, and since when something is new to him: what others put in since his last visit, if one is known."""

    id: str = ""
    last_visit: datetime | None = None

    def finds_new(self, entry: DocumentEntry) -> bool:
        """Whether a document came since."""
        deposit = entry.deposit
        if deposit is None or self.last_visit is None or deposit.person == self.id:
            return False
        return deposit.at > self.last_visit


NOBODY = Visitor()


def lines_of(entries: Iterable[DocumentEntry], at: datetime, visitor: Visitor = NOBODY) -> tuple[Line, ...]:
    """One line for each document, newest care first."""
    newest = [_with_versions(chain, at, visitor) for chain in _chains(entries)]
    lines = [pair for pairs in newest for pair in pairs]
    lines.sort(key=lambda pair: (pair[1].when, pair[1].added, pair[1].id), reverse=True)
    return tuple(_without_copies(lines))


def by_patient(entry: DocumentEntry) -> bool:
    """Whether the holder, or who acts for him, put it in: only they act without a structure."""
    return entry.deposit is not None and not entry.deposit.structure


def _chains(entries: Iterable[DocumentEntry]) -> Iterator[list[DocumentEntry]]:
    """The entries of each replacement chain, newest first."""
    chains: dict[str, list[DocumentEntry]] = {}
    for entry in entries:
        chains.setdefault(entry.chain or entry.logical_id or entry.uuid, []).append(entry)
    for chain in chains.values():
        if len(chain) > 1:
            chain.sort(key=lambda entry: (_added(entry), entry.creation_time, entry.uuid), reverse=True)
        yield chain


def _with_versions(chain: list[DocumentEntry], at: datetime, visitor: Visitor) -> list[tuple[DocumentEntry, Line]]:
    """A line for each document in force; what was replaced stands under the newest, or alone when that is not there."""
    in_force = [entry for entry in chain if entry.status is not EntryStatus.DEPRECATED] or chain[:1]
    lines = [(entry, _line(entry, at, visitor)) for entry in in_force]
    if len(chain) == len(in_force):
        return lines
    kept = {entry.uuid for entry in in_force}
    former = tuple(Older(bare(one.uuid), _day(one)) for one in chain if one.uuid not in kept)
    entry, first = lines[0]
    return [(entry, replace(first, versions=former)), *lines[1:]]


def _without_copies(lines: list[tuple[DocumentEntry, Line]]) -> Iterator[Line]:
    """The same octets, or the same type, author, day and title, once; never two that are hidden differently."""
    kept: list[Line] = []
    places: dict[tuple[object, ...], int] = {}
    for entry, line in lines:
        marks = (entry.visibility, entry.status)
        same = [("octets", entry.hash, *marks)] if entry.hash else []
        same += [("words", entry.type_code.code, _first(entry).person, _care(entry), entry.title, *marks)]
        place = next((places[key] for key in same if key in places), None)
        if place is None:
            place = len(kept)
            kept.append(line)
        else:
            kept[place] = replace(kept[place], copies=(*kept[place].copies, Older(line.id, line.day)))
        for key in same:
            places.setdefault(key, place)
    yield from kept


def _line(entry: DocumentEntry, at: datetime, visitor: Visitor) -> Line:
    author = _first(entry)
    kind = kind_of(entry.type_code.code, entry.type_code.system, entry.type_code.display)
    since = entry.visibility.hidden_from_patient_since
    waiting = since is not None and at < shown_to_patient(since)
    return Line(
        id=bare(entry.uuid),
        day=_day(entry),
        when=dtm.padded(local(_care(entry))),
        added=_added(entry),
        kind=kind,
        family=family_of(entry),
        title=entry.title or kind,
        author=Xcn.parse(author.person).name,
        speciality=speciality_of(author.specialties[0]) if author.specialties else "",
        structure=Xon.parse(author.institutions[0]).name if author.institutions else "",
        by_patient=by_patient(entry),
        short=short_of(entry.type_code.code, kind, entry.title or kind),
        pin=pin_of(entry.type_code.code),
        badges=tuple(_badges(entry, visitor, waiting=waiting)),
        announced_on=day(shown_to_patient(since)) if since is not None and waiting else "",
    )


def _badges(entry: DocumentEntry, visitor: Visitor, *, waiting: bool) -> Iterator[Badge]:
    if visitor.finds_new(entry):
        yield Badge.NEW
    hidden = (
        (entry.visibility.masked, Badge.MASKED),
        (waiting, Badge.TO_ANNOUNCE),
        (entry.visibility.hidden_from_guardians, Badge.FROM_GUARDIANS),
        (entry.status is EntryStatus.DEPRECATED, Badge.REPLACED),
        (entry.status is EntryStatus.ARCHIVED, Badge.ARCHIVED),
        (entry.status is EntryStatus.DELETED, Badge.DELETED),
    )
    yield from (badge for holds, badge in hidden if holds)


def _first(entry: DocumentEntry) -> Author:
    return entry.authors[0] if entry.authors else Author()


def _care(entry: DocumentEntry) -> str:
    """When the care was given; else when the document was made."""
    return entry.service_start or entry.creation_time


def _day(entry: DocumentEntry) -> str:
    return day_of(_care(entry))


def _added(entry: DocumentEntry) -> float:
    """When it was put in, else made; 0 when nobody knows."""
    if entry.deposit is not None:
        return entry.deposit.at.timestamp()
    return dtm.lowest(entry.creation_time).timestamp() if dtm.is_dtm(entry.creation_time) else 0


@lru_cache(maxsize=1024)
def speciality_of(text: str) -> str:
    """An authorSpecialty in words: the speciality of a doctor, else the profession."""
    specialty = Specialty.parse(text)
    known = value_set(Nomenclature.KNOW_HOW).label(specialty.know_how, KNOW_HOW_SYSTEM) if specialty.know_how else ""
    if known and specialty.profession.code != PHARMACIST:
        name = known.removesuffix(" (SM)").removeprefix("Qualifié en ")
        return name[:1].upper() + name[1:]
    return specialty.profession.display
