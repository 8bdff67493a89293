"""Write a stored query, for a client: the other direction of `iti18.read` (xds-wire 6.1, 6.2)."""

from collections.abc import Iterable, Iterator

from dmp.record.entry import STABLE, EntryStatus
from dmp.record.hl7text import Cx
from dmp.record.patient import PatientId
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    FindSubmissionSets,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    Pairs,
    Question,
    StoredQuery,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.wire.xds import ebrim
from dmp.wire.xds.ebrim import QUERY, Element, add, add_slot
from dmp.wire.xds.queries import ASSOCIATION_STATUS, ENTRY, LEVEL, LOT, QueryId
from dmp.wire.xds.query_values import listed, quoted

REQUEST = f"{{{QUERY}}}AdhocQueryRequest"
RESPONSE_OPTION = f"{{{QUERY}}}ResponseOption"

Slots = Iterator[tuple[str, list[str]]]
"""Names and values, written as on the wire; a name without values is left out."""


def write_request(query: StoredQuery, *, patient_type: str = "") -> Element:
    """Build the AdhocQueryRequest of a client; `patient_type` ends the patient identifier (`NH` for the DMP)."""
    request = ebrim.root(REQUEST)
    return_type = "LeafClass" if query.full_objects else "ObjectRef"
    add(request, RESPONSE_OPTION, {"returnType": return_type, "returnComposedObjects": "true"})
    adhoc = add(request, ebrim.ADHOC_QUERY, {"id": _query_id(query.question)})
    for name, values in _slots(query, patient_type):
        add_slot(adhoc, name, *values)
    return request


def _query_id(question: Question) -> QueryId:
    match question:
        case FindDocuments():
            return QueryId.FIND_DOCUMENTS
        case FindSubmissionSets():
            return QueryId.FIND_SUBMISSION_SETS
        case GetDocuments():
            return QueryId.GET_DOCUMENTS
        case GetAssociations():
            return QueryId.GET_ASSOCIATIONS
        case GetDocumentsAndAssociations():
            return QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS


def _slots(query: StoredQuery, patient_type: str) -> Slots:
    match query.question:
        case FindDocuments(criteria):
            yield from _documents(criteria, patient_type)
        case FindSubmissionSets(criteria):
            yield from _submission_sets(criteria, patient_type)
        case GetDocuments(ids) | GetDocumentsAndAssociations(ids):
            yield from _ids(ids)
        case GetAssociations(uuids):
            yield "$uuid", _texts(uuids)
    if query.association_statuses != {EntryStatus.APPROVED}:
        yield ASSOCIATION_STATUS, _texts(query.association_statuses)
    if query.all_versions:
        yield LEVEL, ["2"]


def _documents(criteria: DocumentCriteria, patient_type: str) -> Slots:
    yield f"{ENTRY}PatientId", [_patient(criteria.patient, patient_type)]
    yield f"{ENTRY}Status", _texts(criteria.statuses)
    yield f"{ENTRY}ClassCode", _codes(criteria.class_codes)
    yield f"{ENTRY}TypeCode", _codes(criteria.type_codes)
    yield f"{ENTRY}PracticeSettingCode", _codes(criteria.practice_settings)
    yield f"{ENTRY}HealthcareFacilityTypeCode", _codes(criteria.facility_types)
    yield f"{ENTRY}FormatCode", _codes(criteria.formats)
    yield from ((f"{ENTRY}EventCodeList", _codes(pairs)) for pairs in criteria.event_codes)
    yield from ((f"{ENTRY}ConfidentialityCode", _codes(pairs)) for pairs in criteria.confidentiality)
    yield from _period(f"{ENTRY}CreationTime", criteria.created)
    yield from _period(f"{ENTRY}ServiceStartTime", criteria.service_start)
    yield from _period(f"{ENTRY}ServiceStopTime", criteria.service_stop)
    yield f"{ENTRY}AuthorPerson", [listed(author) for author in criteria.authors]
    if criteria.object_types != {STABLE}:
        yield f"{ENTRY}Type", _texts(criteria.object_types)
    yield f"{ENTRY}DocumentAvailability", _texts(criteria.availabilities)


def _submission_sets(criteria: SubmissionSetCriteria, patient_type: str) -> Slots:
    yield f"{LOT}PatientId", [_patient(criteria.patient, patient_type)]
    yield f"{LOT}Status", _texts(criteria.statuses)
    yield f"{LOT}SourceId", _texts(criteria.source_ids)
    yield from _period(f"{LOT}SubmissionTime", criteria.submitted)
    yield f"{LOT}AuthorPerson", [quoted(criteria.author)] if criteria.author else []
    yield f"{LOT}ContentType", _codes(criteria.content_types)


def _ids(ids: DocumentIds) -> Slots:
    yield f"{ENTRY}EntryUUID", _texts(ids.uuids)
    yield f"{ENTRY}UniqueId", _texts(ids.unique_ids)
    yield f"{ENTRY}LogicalID", _texts(ids.logical_ids)


def _patient(patient: PatientId, patient_type: str) -> str:
    return quoted(Cx(patient.number, patient.root, patient_type).text)


def _texts(values: Iterable[str]) -> list[str]:
    return [listed(value) for value in sorted(values)]


def _codes(pairs: Pairs) -> list[str]:
    return [listed(f"{code}^^{system}") for code, system in sorted(pairs)]


def _period(name: str, bounds: TimeRange) -> Slots:
    yield f"{name}From", [bounds.start] if bounds.start else []
    yield f"{name}To", [bounds.end] if bounds.end else []
