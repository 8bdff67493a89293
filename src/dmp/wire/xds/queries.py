"""The stored queries that are answered, their parameters, and the names of all others (xds-wire 6.3, 6.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class QueryId(StrEnum):
    """The stored queries that are answered; every other id is unknown."""

    FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
    FIND_SUBMISSION_SETS = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
    GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
    GET_ASSOCIATIONS = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
    GET_DOCUMENTS_AND_ASSOCIATIONS = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"


@dataclass(frozen=True)
class Parameter:
    """How often a parameter may come: `many` values (OR), `repeated` slots (AND)."""

    name: str
    required: bool = False
    many: bool = False
    repeated: bool = False


LEVEL = "$MetadataLevel"
ASSOCIATION_STATUS = "$XDSAssociationStatus"
ENTRY = "$XDSDocumentEntry"
LOT = "$XDSSubmissionSet"


def _single(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return tuple([Parameter(prefix + name) for name in names])


def _many(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return tuple([Parameter(prefix + name, many=True) for name in names])


def _period(prefix: str, *names: str) -> tuple[Parameter, ...]:
    return _single(prefix, *[name + end for name in names for end in ("From", "To")])


PARAMETERS: dict[QueryId, tuple[Parameter, ...]] = {
    QueryId.FIND_DOCUMENTS: (
        Parameter(f"{ENTRY}PatientId", required=True),
        Parameter(f"{ENTRY}Status", required=True, many=True),
        *_many(ENTRY, "ClassCode", "TypeCode", "PracticeSettingCode", "HealthcareFacilityTypeCode", "FormatCode"),
        Parameter(f"{ENTRY}EventCodeList", many=True, repeated=True),
        Parameter(f"{ENTRY}ConfidentialityCode", many=True, repeated=True),
        *_period(ENTRY, "CreationTime", "ServiceStartTime", "ServiceStopTime"),
        *_many(ENTRY, "AuthorPerson", "Type", "DocumentAvailability"),
    ),
    QueryId.FIND_SUBMISSION_SETS: (
        Parameter(f"{LOT}PatientId", required=True),
        Parameter(f"{LOT}Status", required=True, many=True),
        *_many(LOT, "SourceId", "ContentType"),
        *_period(LOT, "SubmissionTime"),
        *_single(LOT, "AuthorPerson"),
    ),
    QueryId.GET_DOCUMENTS: _many(ENTRY, "EntryUUID", "UniqueId", "LogicalID"),
    QueryId.GET_ASSOCIATIONS: (Parameter("$uuid", required=True, many=True), *_many("", ASSOCIATION_STATUS)),
    QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS: (*_many(ENTRY, "EntryUUID", "UniqueId"), *_many("", ASSOCIATION_STATUS)),
}

_FOLDER = ("PatientId", "Status", "LastUpdateTimeFrom", "LastUpdateTimeTo", "CodeList", "EntryUUID", "UniqueId")
_OLD_SCHEMES = ("ClassCode", "PracticeSettingCode", "HealthcareFacilityTypeCode", "EventCode", "ConfidentialityCode")
_EXCLUDED = (
    "ClassCode",
    "TypeCode",
    "PracticeSettingCode",
    "HealthcareFacilityTypeCode",
    "EventCodeList",
    "ConfidentialityCode",
    "FormatCode",
    "AuthorPerson",
    "Status",
    "Type",
)


def _names() -> Iterable[str]:
    yield LEVEL
    for parameters in PARAMETERS.values():
        yield from (parameter.name for parameter in parameters)
    yield from (f"$XDSFolder{name}" for name in (*_FOLDER, "LogicalID", "CodeListScheme"))
    yield from (f"{LOT}EntryUUID", f"{LOT}UniqueId", "$patientId", "$AssociationTypes", f"{ENTRY}ReferenceIdList")
    yield from (f"{ENTRY}{name}Scheme" for name in _OLD_SCHEMES)
    yield from (f"{ENTRY}{name}Exclude" for name in _EXCLUDED)


KNOWN = frozenset(_names())
"""Every parameter of every stored query, and the code scheme parameters of long ago: refused where they mean
nothing, since leaving them out would answer more than was asked."""
