"""ITI-18 Registry Stored Query: what is in a record («recherche», TD3.1, xds-wire 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dmp.record import profile
from dmp.record.entry import EntryStatus, RegistryObjects
from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.record.query import StoredQuery
from dmp.wire.xds import ebrim, metadata
from dmp.wire.xds.ebrim import QUERY, RIM, Element
from dmp.wire.xds.ebrim_text import attribute
from dmp.wire.xds.findings import CONTEXT, Findings
from dmp.wire.xds.given import Given, read_given
from dmp.wire.xds.iti18_request import REQUEST, RESPONSE_OPTION, write_request
from dmp.wire.xds.queries import ASSOCIATION_STATUS, LEVEL, PARAMETERS, Parameter, QueryId
from dmp.wire.xds.questions import read_question
from dmp.wire.xds.responses import ResponseStatus, errors_text, read_errors, read_response_status, status_of
from dmp.wire.xds.rules import Rules, Stage
from dmp.wire.xds.write_objects import objects_text

__all__ = [
    "QueryAnswer",
    "read",
    "read_response",
    "wants_full_objects",
    "write_failure",
    "write_request",
    "write_response",
]

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
    _check_return_type(body, findings)
    given = read_given(query, (*PARAMETERS[query_id], Parameter(LEVEL)), findings)
    question = read_question(query_id, given)
    all_versions = _all_versions(given)
    statuses = given.statuses(ASSOCIATION_STATUS) or frozenset({EntryStatus.APPROVED})
    findings.settle()
    return StoredQuery(question, wants_full_objects(body), all_versions, statuses)


def wants_full_objects(body: Element) -> bool:
    """Tell whether a request that was read asks for full objects, and not for their ids alone."""
    option = body.find(RESPONSE_OPTION)
    return option is None or _RETURN_TYPES.get(option.get("returnType", ""), True)


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


def _check_return_type(body: Element, findings: Findings) -> None:
    option = body.find(RESPONSE_OPTION)
    text = option.get("returnType", "") if option is not None else ""
    if text not in _RETURN_TYPES:
        findings.add("ResponseOption", "returnType", "neither LeafClass nor ObjectRef", value=text)


def _all_versions(given: Given) -> bool:
    level = given.text(LEVEL) or "1"
    if level not in ("1", "2"):
        given.owner.add(LEVEL, "neither 1 nor 2", value=level)
    return level == "2"


def write_response(
    objects: RegistryObjects, *, full_objects: bool, counted: bool = False, problems: Sequence[Problem] = ()
) -> bytes:
    """Write the answer to a query that was understood; `counted` adds the total, as the DMP does.

    There is no community here: `home` is never written (xds-wire 6.5). The
    problems of a success are warnings.

    Raises:
        ValueError: a value holds a character that XML cannot hold.
    """
    total = sum(map(len, (objects.entries, objects.submission_sets, objects.folders, objects.associations)))
    count = f' startIndex="0" totalResultCount="{total}"' if counted else ""
    if full_objects:
        listed = objects_text(_homeless(objects), registered=True)
    else:
        listed = "".join([f'<rim:ObjectRef id="{attribute(uuid)}"/>' for uuid in metadata.ids(objects)])
    return (
        f'<query:AdhocQueryResponse xmlns:query="{QUERY}" xmlns:rim="{RIM}" status="{ResponseStatus.SUCCESS}"{count}>'
        f"{errors_text(problems)}<rim:RegistryObjectList>{listed}</rim:RegistryObjectList></query:AdhocQueryResponse>"
    ).encode()


def _homeless(objects: RegistryObjects) -> RegistryObjects:
    return RegistryObjects(
        tuple([replace(entry, home="") if entry.home else entry for entry in objects.entries]),
        tuple([replace(lot, home="") if lot.home else lot for lot in objects.submission_sets]),
        objects.associations,
        tuple([replace(folder, home="") if folder.home else folder for folder in objects.folders]),
    )


def write_failure(problems: Sequence[Problem]) -> bytes:
    """Write the answer to a query that was refused; the list of objects is there and empty.

    Raises:
        ValueError: no problem is an error.
    """
    if status_of(problems) is not ResponseStatus.FAILURE:
        raise ValueError("a failure has at least one error")
    return (
        f'<query:AdhocQueryResponse xmlns:query="{QUERY}" xmlns:rim="{RIM}" status="{ResponseStatus.FAILURE}">'
        f"{errors_text(problems)}<rim:RegistryObjectList/></query:AdhocQueryResponse>"
    ).encode()


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
