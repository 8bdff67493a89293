"""From the parameters of a stored query to the question that it asks (xds-wire 6.3, 6.4)."""

from collections.abc import Callable

from dmp.record.criteria import (
    NOTHING_EXCLUDED,
    ContentFilter,
    DocumentCriteria,
    DocumentIds,
    Exclusions,
    FolderCriteria,
    FolderIds,
    LotIds,
    RecordCriteria,
    SubmissionSetCriteria,
)
from dmp.record.entry import STABLE, EntryStatus
from dmp.record.errors import XdsCode
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
)
from dmp.wire.xds.given import Given
from dmp.wire.xds.queries import ASSOCIATION_TYPES, ENTRY, EXCLUDED, FOLDER, LOT, PATIENT, UUID, QueryId

_NAMES = ("EntryUUID", "UniqueId", "LogicalID")


def read_question(query_id: QueryId, given: Given) -> Question:
    """Read the question; what is wrong with a value goes to the findings of `given`."""
    return _READERS[query_id](given)


def _document_criteria(given: Given) -> DocumentCriteria:
    excluded = _exclusions(given)
    return DocumentCriteria(
        patient=given.patient(f"{ENTRY}PatientId"),
        statuses=given.statuses(f"{ENTRY}Status") or frozenset(EntryStatus),
        class_codes=given.pairs(f"{ENTRY}ClassCode"),
        type_codes=given.pairs(f"{ENTRY}TypeCode"),
        practice_settings=given.pairs(f"{ENTRY}PracticeSettingCode"),
        facility_types=given.pairs(f"{ENTRY}HealthcareFacilityTypeCode"),
        formats=given.pairs(f"{ENTRY}FormatCode"),
        event_codes=given.all_pairs(f"{ENTRY}EventCodeList"),
        confidentiality=given.all_pairs(f"{ENTRY}ConfidentialityCode"),
        created=given.period(f"{ENTRY}CreationTime"),
        service_start=given.period(f"{ENTRY}ServiceStartTime"),
        service_stop=given.period(f"{ENTRY}ServiceStopTime"),
        authors=given.texts(f"{ENTRY}AuthorPerson"),
        object_types=_object_types(given),
        availabilities=frozenset(given.texts(f"{ENTRY}DocumentAvailability")),
        reference_ids=given.all_texts(f"{ENTRY}ReferenceIdList"),
        excluded=excluded,
    )


def _exclusions(given: Given) -> Exclusions:
    """The `…Exclude` twins; one beside the parameter that it is the twin of says nothing that could be answered."""
    told = [name for name in EXCLUDED if given.has(f"{ENTRY}{name}Exclude")]
    for name in told:
        if given.has(f"{ENTRY}{name}"):
            given.owner.add(f"{ENTRY}{name}Exclude", "its twin is given too")
    if not told:
        return NOTHING_EXCLUDED
    return Exclusions(
        statuses=given.statuses(f"{ENTRY}StatusExclude"),
        class_codes=given.pairs(f"{ENTRY}ClassCodeExclude"),
        type_codes=given.pairs(f"{ENTRY}TypeCodeExclude"),
        practice_settings=given.pairs(f"{ENTRY}PracticeSettingCodeExclude"),
        facility_types=given.pairs(f"{ENTRY}HealthcareFacilityTypeCodeExclude"),
        formats=given.pairs(f"{ENTRY}FormatCodeExclude"),
        event_codes=given.pairs(f"{ENTRY}EventCodeListExclude"),
        confidentiality=given.pairs(f"{ENTRY}ConfidentialityCodeExclude"),
        authors=given.texts(f"{ENTRY}AuthorPersonExclude"),
        object_types=given.ids(f"{ENTRY}TypeExclude"),
    )


def _submission_set_criteria(given: Given) -> SubmissionSetCriteria:
    return SubmissionSetCriteria(
        patient=given.patient(f"{LOT}PatientId"),
        statuses=given.statuses(f"{LOT}Status"),
        source_ids=frozenset(given.texts(f"{LOT}SourceId")),
        submitted=given.period(f"{LOT}SubmissionTime"),
        author=given.text(f"{LOT}AuthorPerson"),
        content_types=given.pairs(f"{LOT}ContentType"),
    )


def _folder_criteria(given: Given) -> FolderCriteria:
    return FolderCriteria(
        patient=given.patient(f"{FOLDER}PatientId"),
        statuses=given.statuses(f"{FOLDER}Status"),
        updated=given.period(f"{FOLDER}LastUpdateTime"),
        codes=given.all_pairs(f"{FOLDER}CodeList"),
    )


def _record_criteria(given: Given) -> RecordCriteria:
    return RecordCriteria(
        patient=given.patient(PATIENT),
        entries=given.statuses(f"{ENTRY}Status"),
        submission_sets=given.statuses(f"{LOT}Status"),
        folders=given.statuses(f"{FOLDER}Status"),
        filter=_filter(given),
    )


def _filter(given: Given) -> ContentFilter:
    return ContentFilter(
        formats=given.pairs(f"{ENTRY}FormatCode"),
        confidentiality=given.all_pairs(f"{ENTRY}ConfidentialityCode"),
        object_types=_object_types(given),
    )


def _object_types(given: Given) -> frozenset[str]:
    return given.ids(f"{ENTRY}Type") or frozenset({STABLE})


def _document_ids(given: Given) -> DocumentIds:
    uuids, unique_ids, logical_ids = _alternatives(given, ENTRY)
    return DocumentIds(given.ids(uuids), frozenset(given.texts(unique_ids)), given.ids(logical_ids))


def _folder_ids(given: Given) -> FolderIds:
    uuids, unique_ids, logical_ids = _alternatives(given, FOLDER)
    return FolderIds(given.ids(uuids), frozenset(given.texts(unique_ids)), given.ids(logical_ids))


def _lot_ids(given: Given) -> LotIds:
    uuids, unique_ids, _ = _alternatives(given, LOT)
    return LotIds(given.ids(uuids), frozenset(given.texts(unique_ids)))


def _alternatives(given: Given, prefix: str) -> tuple[str, ...]:
    """The parameters that name an object, of which exactly one must come."""
    names = tuple([prefix + name for name in _NAMES])
    count = sum(map(given.has, names))
    if count == 0:
        given.owner.add(names[0], "missing, or its alternative", code=XdsCode.STORED_QUERY_MISSING_PARAM)
    elif count > 1:
        given.owner.add(names[0], "its alternative is given too")
    return names


def _find_documents(given: Given) -> Question:
    return FindDocuments(_document_criteria(given))


def _related(given: Given) -> Question:
    return GetRelatedDocuments(_document_ids(given), given.relations(ASSOCIATION_TYPES), _object_types(given))


_READERS: dict[QueryId, Callable[[Given], Question]] = {
    QueryId.FIND_DOCUMENTS: _find_documents,
    QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID: _find_documents,
    QueryId.FIND_DOCUMENTS_EXCLUDE: _find_documents,
    QueryId.FIND_SUBMISSION_SETS: lambda given: FindSubmissionSets(_submission_set_criteria(given)),
    QueryId.FIND_FOLDERS: lambda given: FindFolders(_folder_criteria(given)),
    QueryId.GET_ALL: lambda given: GetAll(_record_criteria(given)),
    QueryId.GET_DOCUMENTS: lambda given: GetDocuments(_document_ids(given)),
    QueryId.GET_FOLDERS: lambda given: GetFolders(_folder_ids(given)),
    QueryId.GET_ASSOCIATIONS: lambda given: GetAssociations(given.ids(UUID)),
    QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS: lambda given: GetDocumentsAndAssociations(_document_ids(given)),
    QueryId.GET_SUBMISSION_SETS: lambda given: GetSubmissionSets(given.ids(UUID)),
    QueryId.GET_SUBMISSION_SET_AND_CONTENTS: lambda given: GetSubmissionSetAndContents(_lot_ids(given), _filter(given)),
    QueryId.GET_FOLDER_AND_CONTENTS: lambda given: GetFolderAndContents(_folder_ids(given), _filter(given)),
    QueryId.GET_FOLDERS_FOR_DOCUMENT: lambda given: GetFoldersForDocument(_document_ids(given)),
    QueryId.GET_RELATED_DOCUMENTS: _related,
}
