"""What a stored query asks of objects, and whether one answers it (xds-wire 6.3, 6.4). Pure: no rights here."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dmp.record import dtm
from dmp.record.codes import Code, keys
from dmp.record.entry import STABLE, Author, DocumentEntry, EntryStatus, Folder, SubmissionSet, unique_key
from dmp.record.patient import PatientId

Pairs = frozenset[tuple[str, str]]
"""Codes of one slot, (code, scheme): any of them answers (OR)."""
Texts = frozenset[str]
"""Values of one slot: any of them answers."""


@dataclass(frozen=True)
class TimeRange:
    """`start <= value < end`, both DTM or empty for open; a missing value never answers."""

    start: str = ""
    end: str = ""

    def holds(self, value: str) -> bool:
        """Tell whether a DTM value is inside; comparison pads to the first instant."""
        if not self.start and not self.end:
            return True
        if not value:
            return False
        instant = dtm.padded(value)
        return (not self.start or dtm.padded(self.start) <= instant) and (
            not self.end or instant < dtm.padded(self.end)
        )


@lru_cache(maxsize=1024)
def _like(pattern: str) -> re.Pattern[str]:
    signs = {"%": ".*", "_": "."}
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in pattern), re.DOTALL)


def any_author(patterns: tuple[str, ...], authors: tuple[Author, ...]) -> bool:
    """SQL LIKE on the whole XCN text, case-sensitive; no pattern: true (xds-wire 6.2)."""
    if not patterns:
        return True
    return any(_like(pattern).fullmatch(author.person) for pattern in patterns for author in authors)


def _has(wanted: Pairs, code: Code) -> bool:
    return not wanted or (code.code, code.system) in wanted


def _all(slots: tuple[Pairs, ...], codes: tuple[Code, ...]) -> bool:
    """OR inside a slot, AND between slots."""
    if not slots:
        return True
    held = {(code.code, code.system) for code in codes}
    return all(wanted & held for wanted in slots)


@dataclass(frozen=True)
class Exclusions:
    """What FindDocumentsExclude leaves out: an entry that has one of these codes, or matches, does not answer."""

    statuses: frozenset[EntryStatus] = frozenset()
    class_codes: Pairs = frozenset()
    type_codes: Pairs = frozenset()
    practice_settings: Pairs = frozenset()
    facility_types: Pairs = frozenset()
    formats: Pairs = frozenset()
    event_codes: Pairs = frozenset()
    confidentiality: Pairs = frozenset()
    authors: tuple[str, ...] = ()
    object_types: Texts = frozenset()

    def holds(self, entry: DocumentEntry) -> bool:
        """Tell whether an entry is left out."""
        single = (
            (self.class_codes, entry.class_code),
            (self.type_codes, entry.type_code),
            (self.practice_settings, entry.practice_setting),
            (self.facility_types, entry.facility_type),
            (self.formats, entry.format_code),
        )
        return (
            entry.status in self.statuses
            or entry.object_type in self.object_types
            or any((code.code, code.system) in excluded for excluded, code in single)
            or not self.event_codes.isdisjoint(keys(entry.event_codes))
            or not self.confidentiality.isdisjoint(keys(entry.confidentiality + entry.visibility.codes))
            or (bool(self.authors) and any_author(self.authors, entry.authors))
        )


NOTHING_EXCLUDED = Exclusions()


@dataclass(frozen=True)
class DocumentCriteria:
    """The parameters of FindDocuments and of its two relatives (xds-wire 6.3, 6.4); empty means not asked."""

    patient: PatientId
    statuses: frozenset[EntryStatus]
    class_codes: Pairs = frozenset()
    type_codes: Pairs = frozenset()
    practice_settings: Pairs = frozenset()
    facility_types: Pairs = frozenset()
    formats: Pairs = frozenset()
    event_codes: tuple[Pairs, ...] = ()
    confidentiality: tuple[Pairs, ...] = ()
    created: TimeRange = TimeRange()
    service_start: TimeRange = TimeRange()
    service_stop: TimeRange = TimeRange()
    authors: tuple[str, ...] = ()
    object_types: Texts = frozenset({STABLE})
    availabilities: Texts = frozenset()
    reference_ids: tuple[Texts, ...] = ()
    """CXi texts, compared whole: one of every slot must be there."""
    excluded: Exclusions = NOTHING_EXCLUDED

    def holds(self, entry: DocumentEntry) -> bool:
        """Tell whether an entry answers every parameter."""
        if entry.status not in self.statuses or entry.object_type not in self.object_types:
            return False
        return self._asks_nothing_else or self._holds_the_rest(entry)

    @cached_property
    def _asks_nothing_else(self) -> bool:
        return self == DocumentCriteria(self.patient, self.statuses, object_types=self.object_types)

    def _holds_the_rest(self, entry: DocumentEntry) -> bool:
        return (
            _has(self.class_codes, entry.class_code)
            and _has(self.type_codes, entry.type_code)
            and _has(self.practice_settings, entry.practice_setting)
            and _has(self.facility_types, entry.facility_type)
            and _has(self.formats, entry.format_code)
            and _all(self.event_codes, entry.event_codes)
            and _all(self.confidentiality, entry.confidentiality + entry.visibility.codes)
            and self.created.holds(entry.creation_time)
            and self.service_start.holds(entry.service_start)
            and self.service_stop.holds(entry.service_stop)
            and any_author(self.authors, entry.authors)
            and (not self.availabilities or entry.availability in self.availabilities)
            and all(not wanted.isdisjoint(entry.reference_ids) for wanted in self.reference_ids)
            and (self.excluded is NOTHING_EXCLUDED or not self.excluded.holds(entry))
        )


@dataclass(frozen=True)
class SubmissionSetCriteria:
    """The parameters of FindSubmissionSets (xds-wire 6.3)."""

    patient: PatientId
    statuses: frozenset[EntryStatus]
    source_ids: frozenset[str] = frozenset()
    submitted: TimeRange = TimeRange()
    author: str = ""
    content_types: Pairs = frozenset()

    def holds(self, lot: SubmissionSet) -> bool:
        """Tell whether a lot answers every parameter."""
        return (
            lot.status in self.statuses
            and (not self.source_ids or lot.source_id in self.source_ids)
            and self.submitted.holds(lot.submission_time)
            and any_author((self.author,) if self.author else (), lot.authors)
            and _has(self.content_types, lot.content_type)
        )


@dataclass(frozen=True)
class FolderCriteria:
    """The parameters of FindFolders (xds-wire 6.3)."""

    patient: PatientId
    statuses: frozenset[EntryStatus]
    updated: TimeRange = TimeRange()
    codes: tuple[Pairs, ...] = ()

    def holds(self, folder: Folder) -> bool:
        """Tell whether a folder answers every parameter."""
        return (
            folder.status in self.statuses and self.updated.holds(folder.last_update) and _all(self.codes, folder.codes)
        )


@dataclass(frozen=True)
class ContentFilter:
    """Which documents of a lot, of a folder or of a record are wanted (xds-wire 6.3); empty means all."""

    formats: Pairs = frozenset()
    confidentiality: tuple[Pairs, ...] = ()
    object_types: Texts = frozenset({STABLE})

    def holds(self, entry: DocumentEntry) -> bool:
        """Tell whether an entry is wanted."""
        return (
            entry.object_type in self.object_types
            and _has(self.formats, entry.format_code)
            and _all(self.confidentiality, entry.confidentiality + entry.visibility.codes)
        )


@dataclass(frozen=True)
class RecordCriteria:
    """The parameters of GetAll: the statuses wanted of each kind of object."""

    patient: PatientId
    entries: frozenset[EntryStatus]
    submission_sets: frozenset[EntryStatus]
    folders: frozenset[EntryStatus]
    filter: ContentFilter = ContentFilter()


@dataclass(frozen=True)
class DocumentIds:
    """Document entries named by exactly one of three lists."""

    uuids: Texts = frozenset()
    unique_ids: Texts = frozenset()
    logical_ids: Texts = frozenset()

    def holds(self, entry: DocumentEntry) -> bool:
        """Tell whether an entry is named by the list that was given."""
        by_unique_id = bool(self.unique_ids) and unique_key(entry.unique_id) in self._unique_keys
        return by_unique_id or entry.uuid in self.uuids or entry.logical_id in self.logical_ids

    @cached_property
    def _unique_keys(self) -> frozenset[str]:
        return frozenset(map(unique_key, self.unique_ids))


@dataclass(frozen=True)
class FolderIds:
    """Folders named by exactly one of three lists."""

    uuids: Texts = frozenset()
    unique_ids: Texts = frozenset()
    logical_ids: Texts = frozenset()

    def holds(self, folder: Folder) -> bool:
        """Tell whether a folder is named by the list that was given."""
        by_unique_id = folder.unique_id in self.unique_ids
        return by_unique_id or folder.uuid in self.uuids or folder.logical_id in self.logical_ids


@dataclass(frozen=True)
class LotIds:
    """Lots named by exactly one of two lists."""

    uuids: Texts = frozenset()
    unique_ids: Texts = frozenset()

    def holds(self, lot: SubmissionSet) -> bool:
        """Tell whether a lot is named by the list that was given."""
        return lot.unique_id in self.unique_ids or lot.uuid in self.uuids
