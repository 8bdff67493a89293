"""Write a stored query, for a client: the other direction of `iti18.read` (xds-wire 6.1, 6.2)."""

from collections.abc import Iterable, Iterator

from dmp.record.criteria import (
    NOTHING_EXCLUDED,
    ContentFilter,
    DocumentCriteria,
    DocumentIds,
    Exclusions,
    FolderCriteria,
    FolderIds,
    LotIds,
    Pairs,
    RecordCriteria,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.record.entry import STABLE, EntryStatus
from dmp.record.hl7text import Cx
from dmp.record.patient import PatientId
from dmp.record.query import (
    FindDocuments,
    FindFolders,
    FindSubmissionSets,
    GetAll,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    GetFolderAndContents,
    GetFolders,
    GetFoldersForDocument,
    GetRelatedDocuments,
    GetSubmissionSetAndContents,
    GetSubmissionSets,
    Question,
    StoredQuery,
)
from dmp.wire.xds import ebrim
from dmp.wire.xds.ebrim import QUERY, Element, add, add_slot
from dmp.wire.xds.queries import (
    ASSOCIATION_STATUS,
    ASSOCIATION_TYPES,
    ENTRY,
    FOLDER,
    LEVEL,
    LOT,
    PARAMETERS,
    PATIENT,
    UUID,
    QueryId,
)
from dmp.wire.xds.query_values import listed, quoted

REQUEST = f"{{{QUERY}}}AdhocQueryRequest"
RESPONSE_OPTION = f"{{{QUERY}}}ResponseOption"

Slots = Iterator[tuple[str, list[str]]]
"""Names and values, written as on the wire; a name without values is left out."""


def write_request(query: StoredQuery, *, patient_type: str = "") -> Element:
    """Build the AdhocQueryRequest of a client; `patient_type` ends the patient identifier (`NH` for the DMP)."""
    query_id = query_id_of(query.question)
    request = ebrim.root(REQUEST)
    return_type = "LeafClass" if query.full_objects else "ObjectRef"
    add(request, RESPONSE_OPTION, {"returnType": return_type, "returnComposedObjects": "true"})
    adhoc = add(request, ebrim.ADHOC_QUERY, {"id": query_id})
    single = {parameter.name for parameter in PARAMETERS[query_id] if not parameter.many}
    for name, values in (*_question(query.question, patient_type), *_form(query)):
        # What takes one value is written bare: not every registry takes a list of one for it.
        add_slot(adhoc, name, *[_bare(value) for value in values] if name in single else values)
    return request


def query_id_of(question: Question) -> QueryId:
    """The stored query that asks this."""
    if isinstance(question, FindDocuments):
        if question.criteria.reference_ids:
            return QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID
        excludes = question.criteria.excluded != NOTHING_EXCLUDED
        return QueryId.FIND_DOCUMENTS_EXCLUDE if excludes else QueryId.FIND_DOCUMENTS
    return _IDS[type(question)]


_IDS: dict[type[Question], QueryId] = {
    FindSubmissionSets: QueryId.FIND_SUBMISSION_SETS,
    FindFolders: QueryId.FIND_FOLDERS,
    GetAll: QueryId.GET_ALL,
    GetDocuments: QueryId.GET_DOCUMENTS,
    GetFolders: QueryId.GET_FOLDERS,
    GetAssociations: QueryId.GET_ASSOCIATIONS,
    GetDocumentsAndAssociations: QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS,
    GetSubmissionSets: QueryId.GET_SUBMISSION_SETS,
    GetSubmissionSetAndContents: QueryId.GET_SUBMISSION_SET_AND_CONTENTS,
    GetFolderAndContents: QueryId.GET_FOLDER_AND_CONTENTS,
    GetFoldersForDocument: QueryId.GET_FOLDERS_FOR_DOCUMENT,
    GetRelatedDocuments: QueryId.GET_RELATED_DOCUMENTS,
}


def _question(question: Question, patient_type: str) -> Slots:
    match question:
        case FindDocuments(criteria):
            yield from _documents(criteria, patient_type)
        case FindSubmissionSets(criteria):
            yield from _submission_sets(criteria, patient_type)
        case FindFolders(criteria):
            yield from _folders(criteria, patient_type)
        case GetAll(criteria):
            yield from _record(criteria, patient_type)
        case GetDocuments(ids) | GetDocumentsAndAssociations(ids) | GetFoldersForDocument(ids):
            yield from _ids(ENTRY, ids)
        case GetRelatedDocuments(ids, relations, object_types):
            yield from _ids(ENTRY, ids)
            yield ASSOCIATION_TYPES, _texts(relations)
            yield from _types(object_types)
        case GetFolders(ids):
            yield from _ids(FOLDER, ids)
        case GetFolderAndContents(ids, wanted):
            yield from _ids(FOLDER, ids)
            yield from _filter(wanted)
        case GetSubmissionSetAndContents(ids, wanted):
            yield from _ids(LOT, ids)
            yield from _filter(wanted)
        case GetAssociations(uuids) | GetSubmissionSets(uuids):
            yield UUID, _texts(uuids)


def _form(query: StoredQuery) -> Slots:
    if query.association_statuses != {EntryStatus.APPROVED}:
        yield ASSOCIATION_STATUS, _texts(query.association_statuses)
    if query.all_versions:
        yield LEVEL, ["2"]


def _documents(criteria: DocumentCriteria, patient_type: str) -> Slots:
    excluded = criteria.excluded
    yield f"{ENTRY}PatientId", [_patient(criteria.patient, patient_type)]
    if not excluded.statuses:
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
    if not excluded.object_types:
        yield from _types(criteria.object_types)
    yield f"{ENTRY}DocumentAvailability", _texts(criteria.availabilities)
    yield from ((f"{ENTRY}ReferenceIdList", _texts(wanted)) for wanted in criteria.reference_ids)
    yield from _excluded(excluded)


def _excluded(excluded: Exclusions) -> Slots:
    yield f"{ENTRY}StatusExclude", _texts(excluded.statuses)
    yield f"{ENTRY}ClassCodeExclude", _codes(excluded.class_codes)
    yield f"{ENTRY}TypeCodeExclude", _codes(excluded.type_codes)
    yield f"{ENTRY}PracticeSettingCodeExclude", _codes(excluded.practice_settings)
    yield f"{ENTRY}HealthcareFacilityTypeCodeExclude", _codes(excluded.facility_types)
    yield f"{ENTRY}FormatCodeExclude", _codes(excluded.formats)
    yield f"{ENTRY}EventCodeListExclude", _codes(excluded.event_codes)
    yield f"{ENTRY}ConfidentialityCodeExclude", _codes(excluded.confidentiality)
    yield f"{ENTRY}AuthorPersonExclude", [listed(author) for author in excluded.authors]
    yield f"{ENTRY}TypeExclude", _texts(excluded.object_types)


def _submission_sets(criteria: SubmissionSetCriteria, patient_type: str) -> Slots:
    yield f"{LOT}PatientId", [_patient(criteria.patient, patient_type)]
    yield f"{LOT}Status", _texts(criteria.statuses)
    yield f"{LOT}SourceId", _texts(criteria.source_ids)
    yield from _period(f"{LOT}SubmissionTime", criteria.submitted)
    yield f"{LOT}AuthorPerson", [quoted(criteria.author)] if criteria.author else []
    yield f"{LOT}ContentType", _codes(criteria.content_types)


def _folders(criteria: FolderCriteria, patient_type: str) -> Slots:
    yield f"{FOLDER}PatientId", [_patient(criteria.patient, patient_type)]
    yield f"{FOLDER}Status", _texts(criteria.statuses)
    yield from _period(f"{FOLDER}LastUpdateTime", criteria.updated)
    yield from ((f"{FOLDER}CodeList", _codes(pairs)) for pairs in criteria.codes)


def _record(criteria: RecordCriteria, patient_type: str) -> Slots:
    yield PATIENT, [_patient(criteria.patient, patient_type)]
    yield f"{ENTRY}Status", _texts(criteria.entries)
    yield f"{LOT}Status", _texts(criteria.submission_sets)
    yield f"{FOLDER}Status", _texts(criteria.folders)
    yield from _filter(criteria.filter)


def _filter(wanted: ContentFilter) -> Slots:
    yield f"{ENTRY}FormatCode", _codes(wanted.formats)
    yield from ((f"{ENTRY}ConfidentialityCode", _codes(pairs)) for pairs in wanted.confidentiality)
    yield from _types(wanted.object_types)


def _types(object_types: frozenset[str]) -> Slots:
    if object_types != {STABLE}:
        yield f"{ENTRY}Type", _texts(object_types)


def _ids(prefix: str, ids: DocumentIds | FolderIds | LotIds) -> Slots:
    yield f"{prefix}EntryUUID", _texts(ids.uuids)
    yield f"{prefix}UniqueId", _texts(ids.unique_ids)
    if not isinstance(ids, LotIds):
        yield f"{prefix}LogicalID", _texts(ids.logical_ids)


def _patient(patient: PatientId, patient_type: str) -> str:
    return quoted(Cx(patient.number, patient.root, patient_type).text)


def _texts(values: Iterable[str]) -> list[str]:
    return [listed(value) for value in sorted(values)]


def _bare(value: str) -> str:
    return value.removeprefix("(").removesuffix(")") if value.startswith("(") else value


def _codes(pairs: Pairs) -> list[str]:
    return [listed(f"{code}^^{system}") for code, system in sorted(pairs)]


def _period(name: str, bounds: TimeRange) -> Slots:
    yield f"{name}From", [bounds.start] if bounds.start else []
    yield f"{name}To", [bounds.end] if bounds.end else []
