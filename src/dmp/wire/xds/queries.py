"""The stored queries, their parameters, and the names of all others (xds-wire 6.3, 6.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class QueryId(StrEnum):
    """The stored queries that are answered; every other id is unknown."""

    FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
    FIND_DOCUMENTS_BY_REFERENCE_ID = "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492"
    FIND_DOCUMENTS_EXCLUDE = "urn:uuid:4308b1df-36de-4bef-8e2e-ba91f593c435"
    FIND_SUBMISSION_SETS = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
    FIND_FOLDERS = "urn:uuid:958f3006-baad-4929-a4de-ff1114824431"
    GET_ALL = "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"
    GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
    GET_FOLDERS = "urn:uuid:5737b14c-8a1a-4539-b659-e03a34a5e1e4"
    GET_ASSOCIATIONS = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
    GET_DOCUMENTS_AND_ASSOCIATIONS = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"
    GET_SUBMISSION_SETS = "urn:uuid:51224314-5390-4169-9b91-b1980040715a"
    GET_SUBMISSION_SET_AND_CONTENTS = "urn:uuid:e8e3cb2c-e39c-46b9-99e4-c12f57260b83"
    GET_FOLDER_AND_CONTENTS = "urn:uuid:b909a503-523d-4517-8acf-8e5834dfc4c7"
    GET_FOLDERS_FOR_DOCUMENT = "urn:uuid:10cae35a-c7f9-4cf5-b61e-fc3278ffb578"
    GET_RELATED_DOCUMENTS = "urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6"


@dataclass(frozen=True)
class Parameter:
    """How often a parameter may come: `many` values (OR), `repeated` slots (AND)."""

    name: str
    required: bool = False
    many: bool = False
    repeated: bool = False


LEVEL = "$MetadataLevel"
ASSOCIATION_STATUS = "$XDSAssociationStatus"
ASSOCIATION_TYPES = "$AssociationTypes"
PATIENT = "$patientId"
UUID = "$uuid"
ENTRY = "$XDSDocumentEntry"
LOT = "$XDSSubmissionSet"
FOLDER = "$XDSFolder"


def _single(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return tuple([Parameter(prefix + name) for name in names])


def _many(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return tuple([Parameter(prefix + name, many=True) for name in names])


def _repeated(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return tuple([Parameter(prefix + name, many=True, repeated=True) for name in names])


def _required(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return tuple([Parameter(prefix + name, required=True, many=True) for name in names])


def _period(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return _single(prefix, *[name + end for name in names for end in ("From", "To")])


_FIND = (
    Parameter(f"{ENTRY}PatientId", required=True),
    *_required(ENTRY, "Status"),
    *_many(ENTRY, "ClassCode", "TypeCode", "PracticeSettingCode", "HealthcareFacilityTypeCode", "FormatCode"),
    *_repeated(ENTRY, "EventCodeList", "ConfidentialityCode"),
    *_period(ENTRY, "CreationTime", "ServiceStartTime", "ServiceStopTime"),
    *_many(ENTRY, "AuthorPerson", "Type", "DocumentAvailability"),
)
EXCLUDED = (
    "Status",
    "ClassCode",
    "TypeCode",
    "PracticeSettingCode",
    "HealthcareFacilityTypeCode",
    "FormatCode",
    "EventCodeList",
    "ConfidentialityCode",
    "AuthorPerson",
    "Type",
)
"""What FindDocumentsExclude may leave out: a parameter excludes its twin."""
_FILTER = (*_many(ENTRY, "FormatCode", "Type"), *_repeated(ENTRY, "ConfidentialityCode"))
_LINKS = _many("", ASSOCIATION_STATUS)

PARAMETERS: dict[QueryId, tuple[Parameter, ...]] = {
    QueryId.FIND_DOCUMENTS: _FIND,
    QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID: (
        *_FIND,
        Parameter(f"{ENTRY}ReferenceIdList", required=True, many=True, repeated=True),
    ),
    QueryId.FIND_DOCUMENTS_EXCLUDE: (
        *(Parameter(p.name, p.required and p.name != f"{ENTRY}Status", p.many, p.repeated) for p in _FIND),
        *_many(ENTRY, *[f"{name}Exclude" for name in EXCLUDED]),
    ),
    QueryId.FIND_SUBMISSION_SETS: (
        Parameter(f"{LOT}PatientId", required=True),
        *_required(LOT, "Status"),
        *_many(LOT, "SourceId", "ContentType"),
        *_period(LOT, "SubmissionTime"),
        *_single(LOT, "AuthorPerson"),
    ),
    QueryId.FIND_FOLDERS: (
        Parameter(f"{FOLDER}PatientId", required=True),
        *_required(FOLDER, "Status"),
        *_period(FOLDER, "LastUpdateTime"),
        *_repeated(FOLDER, "CodeList"),
    ),
    QueryId.GET_ALL: (
        Parameter(PATIENT, required=True),
        *_required("", f"{ENTRY}Status", f"{LOT}Status", f"{FOLDER}Status"),
        *_FILTER,
        *_LINKS,
    ),
    QueryId.GET_DOCUMENTS: _many(ENTRY, "EntryUUID", "UniqueId", "LogicalID"),
    QueryId.GET_FOLDERS: _many(FOLDER, "EntryUUID", "UniqueId", "LogicalID"),
    QueryId.GET_ASSOCIATIONS: (*_required("", UUID), *_LINKS),
    QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS: (*_many(ENTRY, "EntryUUID", "UniqueId"), *_LINKS),
    QueryId.GET_SUBMISSION_SETS: (*_required("", UUID), *_LINKS),
    QueryId.GET_SUBMISSION_SET_AND_CONTENTS: (*_single(LOT, "EntryUUID", "UniqueId"), *_FILTER, *_LINKS),
    QueryId.GET_FOLDER_AND_CONTENTS: (*_single(FOLDER, "EntryUUID", "UniqueId"), *_FILTER, *_LINKS),
    QueryId.GET_FOLDERS_FOR_DOCUMENT: _single(ENTRY, "EntryUUID", "UniqueId"),
    QueryId.GET_RELATED_DOCUMENTS: (
        *_single(ENTRY, "EntryUUID", "UniqueId"),
        *_required("", ASSOCIATION_TYPES),
        *_many(ENTRY, "Type"),
        *_LINKS,
    ),
}

_OLD_SCHEMES = ("ClassCode", "PracticeSettingCode", "HealthcareFacilityTypeCode", "EventCode", "ConfidentialityCode")


def _names() -> Iterable[str]:
    yield LEVEL
    for parameters in PARAMETERS.values():
        yield from (parameter.name for parameter in parameters)
    yield f"{FOLDER}CodeListScheme"
    yield from (f"{ENTRY}{name}Scheme" for name in _OLD_SCHEMES)


KNOWN = frozenset(_names())
"""Every parameter of every stored query, and the code scheme parameters of long ago: refused where they mean
nothing, since leaving them out would answer more than was asked."""
