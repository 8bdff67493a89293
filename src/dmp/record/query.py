"""What a search asks for, and whether an object answers it (ITI-18, xds-wire 6). Pure: no rights here."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dmp.record import dtm
from dmp.record.codes import Code
from dmp.record.entry import STABLE, Author, DocumentEntry, EntryStatus, SubmissionSet, unique_key
from dmp.record.patient import PatientId

Pairs = frozenset[tuple[str, str]]
"""Codes of one slot, (code, scheme): any of them answers (OR)."""


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
    held = {(code.code, code.system) for code in codes}
    return all(wanted & held for wanted in slots)


@dataclass(frozen=True)
class DocumentCriteria:
    """The parameters of FindDocuments (xds-wire 6.4); empty means not asked."""

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
    object_types: frozenset[str] = frozenset({STABLE})
    availabilities: frozenset[str] = frozenset()

    def holds(self, entry: DocumentEntry) -> bool:
        """Tell whether an entry answers every parameter."""
        return (
            entry.status in self.statuses
            and entry.object_type in self.object_types
            and _has(self.class_codes, entry.class_code)
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
class DocumentIds:
    """GetDocuments and GetDocumentsAndAssociations: exactly one of the three lists is given."""

    uuids: frozenset[str] = frozenset()
    unique_ids: frozenset[str] = frozenset()
    logical_ids: frozenset[str] = frozenset()

    def holds(self, entry: DocumentEntry) -> bool:
        """Tell whether an entry is named by the list that was given."""
        by_unique_id = bool(self.unique_ids) and unique_key(entry.unique_id) in self._unique_keys
        return by_unique_id or entry.uuid in self.uuids or entry.logical_id in self.logical_ids

    @cached_property
    def _unique_keys(self) -> frozenset[str]:
        return frozenset(map(unique_key, self.unique_ids))


@dataclass(frozen=True)
class FindDocuments:
    """FindDocuments."""

    criteria: DocumentCriteria


@dataclass(frozen=True)
class FindSubmissionSets:
    """FindSubmissionSets."""

    criteria: SubmissionSetCriteria


@dataclass(frozen=True)
class GetDocuments:
    """GetDocuments."""

    ids: DocumentIds


@dataclass(frozen=True)
class GetAssociations:
    """GetAssociations: every association that has one of these ids at an end."""

    uuids: frozenset[str]


@dataclass(frozen=True)
class GetDocumentsAndAssociations:
    """GetDocumentsAndAssociations."""

    ids: DocumentIds


Question = FindDocuments | FindSubmissionSets | GetDocuments | GetAssociations | GetDocumentsAndAssociations


@dataclass(frozen=True)
class StoredQuery:
    """An ITI-18 request: the question, whether full objects or only ids are wanted, which versions are shown.

    `all_versions` is `$MetadataLevel` 2 (xds-wire 7.5); `association_statuses`
    is `$XDSAssociationStatus`.
    """

    question: Question
    full_objects: bool = True
    all_versions: bool = False
    association_statuses: frozenset[EntryStatus] = frozenset({EntryStatus.APPROVED})

    @property
    def patient(self) -> PatientId | None:
        """The patient the query names, None for queries by id (xds-wire 8.4-10)."""
        match self.question:
            case FindDocuments(criteria) | FindSubmissionSets(criteria):
                return criteria.patient
            case _:
                return None
