"""From the entries of a search to lines: versions folded, duplicates folded, each named in plain words. Pure.

Whatever is counted or folded comes from the entries that the viewer was given,
and from nothing else (AR-17).
"""

from collections.abc import Iterable, Iterator, Mapping
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
from dmp.services.duplicates import Alike, Group, Thresholds, grouped
from dmp.web.days import day, day_of, local
from dmp.web.entry_ids import bare
from dmp.web.shelf.families import Family, Pin, family_named, kind_of, pin_of, short_of


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
    """A former version, that a line folds away."""

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
    code: str = ""
    """Of its type."""
    pin: Pin | None = None
    badges: tuple[Badge, ...] = ()
    announced_on: str = ""
    """The day on which a document to be announced shows to its patient by itself."""
    versions: tuple[Older, ...] = ()
    copies: tuple["Line", ...] = ()
    """What seems to be the same document (`services.duplicates`)."""
    why: Alike | None = None
    """Why it is a copy; None for a document that leads."""

    @property
    def all(self) -> tuple["Line", ...]:
        """Itself and its copies."""
        return (self, *self.copies)

    @property
    def ids(self) -> tuple[str, ...]:
        """The documents that it shows or folds away."""
        return tuple([each for line in self.all for each in (line.id, *(older.id for older in line.versions))])

    @property
    def short(self) -> str:
        """Its kind in a word, for the lists; empty where the title says it."""
        return short_of(self.code, self.kind, self.title)


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
_OUT_OF_FORCE = {
    EntryStatus.DEPRECATED: Badge.REPLACED,
    EntryStatus.ARCHIVED: Badge.ARCHIVED,
    EntryStatus.DELETED: Badge.DELETED,
}


def lines_of(
    entries: Iterable[DocumentEntry], at: datetime, visitor: Visitor = NOBODY, *, numbers: Thresholds | None = None
) -> tuple[Line, ...]:
    """One line for each document and its copies, newest care first.

    `numbers` say when two of them are taken for one; those of the release where the caller has a single document.
    """
    pairs = [pair for chain in _chains(entries) for pair in _with_versions(chain, at, visitor)]
    lines = {entry.uuid: line for entry, line in pairs}
    found = [_of_group(group, lines) for group in grouped((entry for entry, _ in pairs), numbers)]
    found.sort(key=lambda line: (line.when, line.added, line.id), reverse=True)
    return tuple(found)


def _of_group(group: Group, lines: Mapping[str, Line]) -> Line:
    """The first of a group with its copies: as new, and as lately added, as the last of them."""
    first = lines[group.first.uuid]
    if not group.copies:
        return first
    copies = tuple(replace(lines[copy.entry.uuid], why=copy.why) for copy in group.copies)
    is_new = Badge.NEW not in first.badges and any(Badge.NEW in copy.badges for copy in copies)
    return replace(
        first,
        copies=copies,
        added=max(line.added for line in (first, *copies)),
        badges=(Badge.NEW, *first.badges) if is_new else first.badges,
    )


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


def _line(entry: DocumentEntry, at: datetime, visitor: Visitor) -> Line:
    author, code = _first(entry), entry.type_code
    kind, family, pin = _sort(code.code, code.system, code.display, entry.class_code.code)
    since = entry.visibility.hidden_from_patient_since
    waiting = since is not None and at < shown_to_patient(since)
    when, shown = _time(_care(entry))
    return Line(
        id=bare(entry.uuid),
        day=shown,
        when=when,
        added=_added(entry),
        kind=kind,
        family=family,
        title=entry.title or kind,
        author=_person(author.person),
        speciality=speciality_of(author.specialties[0]) if author.specialties else "",
        structure=_place(author.institutions[0]) if author.institutions else "",
        by_patient=by_patient(entry),
        code=code.code,
        pin=pin,
        badges=tuple(_badges(entry, visitor, waiting=waiting)),
        announced_on=day(shown_to_patient(since)) if since is not None and waiting else "",
    )


@lru_cache(maxsize=4096)
def _sort(code: str, system: str, display: str, group: str) -> tuple[str, Family, Pin | None]:
    """What a type and class are called, where they stand, and what of the summary they are."""
    return kind_of(code, system, display), family_named(code, group), pin_of(code)


@lru_cache(maxsize=8192)
def _time(text: str) -> tuple[str, str]:
    """A DTM as lists sort by it, and as they show it."""
    return dtm.padded(local(text)), day_of(text)


def _badges(entry: DocumentEntry, visitor: Visitor, *, waiting: bool) -> Iterator[Badge]:
    if visitor.finds_new(entry):
        yield Badge.NEW
    if entry.visibility.masked:
        yield Badge.MASKED
    if waiting:
        yield Badge.TO_ANNOUNCE
    if entry.visibility.hidden_from_guardians:
        yield Badge.FROM_GUARDIANS
    if entry.status in _OUT_OF_FORCE:
        yield _OUT_OF_FORCE[entry.status]


def _first(entry: DocumentEntry) -> Author:
    return entry.authors[0] if entry.authors else Author()


def _care(entry: DocumentEntry) -> str:
    """When the care was given; else when the document was made."""
    return entry.service_start or entry.creation_time


def _day(entry: DocumentEntry) -> str:
    return _time(_care(entry))[1]


def _added(entry: DocumentEntry) -> float:
    """When it was put in, else made; 0 when nobody knows."""
    if entry.deposit is not None:
        return entry.deposit.at.timestamp()
    return _instant(entry.creation_time)


@lru_cache(maxsize=8192)
def _instant(text: str) -> float:
    return dtm.lowest(text).timestamp() if dtm.is_dtm(text) else 0


@lru_cache(maxsize=1024)
def _person(text: str) -> str:
    """The name in an XCN: the authors of a list are few."""
    return Xcn.parse(text).name


@lru_cache(maxsize=1024)
def _place(text: str) -> str:
    """The name in an XON."""
    return Xon.parse(text).name


@lru_cache(maxsize=1024)
def speciality_of(text: str) -> str:
    """An authorSpecialty in words: the speciality of a doctor, else the profession."""
    specialty = Specialty.parse(text)
    known = value_set(Nomenclature.KNOW_HOW).label(specialty.know_how, KNOW_HOW_SYSTEM) if specialty.know_how else ""
    if known and specialty.profession.code != PHARMACIST:
        name = known.removesuffix(" (SM)").removeprefix("Qualifié en ")
        return name[:1].upper() + name[1:]
    return specialty.profession.display
