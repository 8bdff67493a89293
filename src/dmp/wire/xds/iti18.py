"""ITI-18 Registry Stored Query: what is in a record («recherche», TD3.1, xds-wire 6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from dmp.record import profile
from dmp.record.entry import STABLE, EntryStatus, RegistryObjects
from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    FindSubmissionSets,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    Question,
    StoredQuery,
    SubmissionSetCriteria,
)
from dmp.wire.xds import ebrim, metadata
from dmp.wire.xds.ebrim import QUERY, Element, add
from dmp.wire.xds.findings import CONTEXT, Findings
from dmp.wire.xds.given import Given, read_given
from dmp.wire.xds.iti18_request import REQUEST, RESPONSE_OPTION, write_request
from dmp.wire.xds.queries import ASSOCIATION_STATUS, ENTRY, LEVEL, LOT, PARAMETERS, Parameter, QueryId
from dmp.wire.xds.responses import ResponseStatus, add_errors, read_errors, read_response_status, status_of
from dmp.wire.xds.rules import Rules, Stage

__all__ = ["QueryAnswer", "read", "read_response", "write_failure", "write_request", "write_response"]

RESPONSE = f"{{{QUERY}}}AdhocQueryResponse"
_RETURN_TYPES = {"LeafClass": True, "ObjectRef": False}


def read(body: Element) -> StoredQuery:
    """Read an AdhocQueryRequest.

    Raises:
        InvalidMessage: the body is not such a request.
        Refused: the query is unknown, or every parameter that is wrong.
    """
    query = _adhoc_query(body)
    query_id = _query_id(query)
    findings = Findings(XdsCode.REGISTRY_ERROR)
    full_objects = _full_objects(body, findings)
    given = read_given(query, (*PARAMETERS[query_id], Parameter(LEVEL)), findings)
    question = _question(query_id, given)
    all_versions = _all_versions(given)
    statuses = given.statuses(ASSOCIATION_STATUS) or frozenset({EntryStatus.APPROVED})
    findings.settle()
    return StoredQuery(question, full_objects, all_versions, statuses)


def _adhoc_query(body: Element) -> Element:
    if body.tag != REQUEST:
        raise InvalidMessage("an AdhocQueryRequest was expected", element=ebrim.local_name(body))
    queries = body.findall(ebrim.ADHOC_QUERY)
    if len(queries) != 1:
        raise InvalidMessage("exactly one rim:AdhocQuery is needed", element="AdhocQueryRequest")
    return queries[0]


def _query_id(query: Element) -> QueryId:
    text = query.get("id", "")
    try:
        return QueryId(ebrim.normal_id(text))
    except ValueError as error:
        context = f"AdhocQuery id: not a query of this service, {text}"[:CONTEXT]
        raise Refused(Problem(XdsCode.UNKNOWN_STORED_QUERY, context)) from error


def _full_objects(body: Element, findings: Findings) -> bool:
    option = body.find(RESPONSE_OPTION)
    text = option.get("returnType", "") if option is not None else ""
    if text not in _RETURN_TYPES:
        findings.add("ResponseOption", "returnType", "neither LeafClass nor ObjectRef", value=text)
    return _RETURN_TYPES.get(text, True)


def _all_versions(given: Given) -> bool:
    level = given.text(LEVEL) or "1"
    if level not in ("1", "2"):
        given.owner.add(LEVEL, "neither 1 nor 2", value=level)
    return level == "2"


def _question(query_id: QueryId, given: Given) -> Question:
    match query_id:
        case QueryId.FIND_DOCUMENTS:
            return FindDocuments(_document_criteria(given))
        case QueryId.FIND_SUBMISSION_SETS:
            return FindSubmissionSets(_submission_set_criteria(given))
        case QueryId.GET_DOCUMENTS:
            return GetDocuments(_document_ids(given))
        case QueryId.GET_ASSOCIATIONS:
            return GetAssociations(given.ids("$uuid"))
        case QueryId.GET_DOCUMENTS_AND_ASSOCIATIONS:
            return GetDocumentsAndAssociations(_document_ids(given))


def _document_criteria(given: Given) -> DocumentCriteria:
    return DocumentCriteria(
        patient=given.patient(f"{ENTRY}PatientId"),
        statuses=given.statuses(f"{ENTRY}Status"),
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
        object_types=given.ids(f"{ENTRY}Type") or frozenset({STABLE}),
        availabilities=frozenset(given.texts(f"{ENTRY}DocumentAvailability")),
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


def _document_ids(given: Given) -> DocumentIds:
    """Exactly one of the alternative lists."""
    uuids, unique_ids, logical_ids = (f"{ENTRY}{name}" for name in ("EntryUUID", "UniqueId", "LogicalID"))
    count = sum(given.has(name) for name in (uuids, unique_ids, logical_ids))
    if count == 0:
        given.owner.add(uuids, "missing, or its alternative", code=XdsCode.STORED_QUERY_MISSING_PARAM)
    elif count > 1:
        given.owner.add(uuids, "its alternative is given too")
    return DocumentIds(given.ids(uuids), frozenset(given.texts(unique_ids)), given.ids(logical_ids))


def write_response(
    objects: RegistryObjects, *, full_objects: bool, counted: bool = False, problems: Iterable[Problem] = ()
) -> Element:
    """Build the answer to a query that was understood; `counted` adds the total, as the DMP does.

    There is no community here: `home` is never written (xds-wire 6.5). The
    problems of a success are warnings.
    """
    attributes = {"status": ResponseStatus.SUCCESS.value}
    if counted:
        total = len(objects.entries) + len(objects.submission_sets) + len(objects.associations)
        attributes |= {"startIndex": "0", "totalResultCount": str(total)}
    response = ebrim.root(RESPONSE, attributes)
    add_errors(response, tuple(problems))
    listed = add(response, ebrim.REGISTRY_OBJECT_LIST)
    if full_objects:
        metadata.write_objects(listed, _homeless(objects), registered=True)
    else:
        for uuid in metadata.ids(objects):
            add(listed, ebrim.OBJECT_REF, {"id": uuid})
    return response


def _homeless(objects: RegistryObjects) -> RegistryObjects:
    entries = tuple([replace(entry, home="") if entry.home else entry for entry in objects.entries])
    lots = tuple([replace(lot, home="") if lot.home else lot for lot in objects.submission_sets])
    return RegistryObjects(entries, lots, objects.associations)


def write_failure(problems: tuple[Problem, ...]) -> Element:
    """Build the answer to a query that was refused; the list of objects is there and empty.

    Raises:
        ValueError: no problem is an error.
    """
    if status_of(problems) is not ResponseStatus.FAILURE:
        raise ValueError("a failure has at least one error")
    response = ebrim.root(RESPONSE, {"status": ResponseStatus.FAILURE})
    add_errors(response, problems)
    add(response, ebrim.REGISTRY_OBJECT_LIST)
    return response


@dataclass(frozen=True)
class QueryAnswer:
    """A query response as a client reads it; `refs` are the ids when only ids were asked."""

    status: ResponseStatus
    objects: RegistryObjects = RegistryObjects()
    refs: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_response(body: Element, *, at: datetime) -> QueryAnswer:
    """Read a response, for a client; `at` stands for the unknown start of hidden-from-patient timers.

    Raises:
        InvalidMessage: the body is not such a response.
        Refused: the objects it holds are not well formed.
    """
    if body.tag != RESPONSE:
        raise InvalidMessage("an AdhocQueryResponse was expected", element=ebrim.local_name(body))
    status, problems = read_response_status(body), read_errors(body)
    listed = body.find(ebrim.REGISTRY_OBJECT_LIST)
    if listed is None:
        return QueryAnswer(status, problems=problems)
    findings = Findings(XdsCode.REGISTRY_METADATA_ERROR)
    rules = Rules(profile.dmp(), at, Stage.REGISTERED)
    objects = metadata.read_objects(listed, rules, findings)
    refs = tuple([ebrim.normal_id(ref.get("id", "")) for ref in listed.iterchildren(ebrim.OBJECT_REF)])
    return QueryAnswer(status, objects, refs, problems + findings.settle())
