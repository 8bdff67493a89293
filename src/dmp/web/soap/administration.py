"""The services of the internal listener: register (ITI-42), remove metadata (ITI-62) and documents (ITI-86).

Removing is for administrators alone; registering asks for the right to feed,
as a deposit does, and is there in plain IHE only (xds-wire 1.1).
"""

from collections.abc import Mapping
from dataclasses import replace

from dmp.actions.remove_documents import NOT_THERE, RemoveDocuments
from dmp.actions.remove_metadata import RemoveMetadata
from dmp.record.actor import Administrator, Authentication, Caller, Professional, Staff
from dmp.record.errors import DmpError, Problem, Refused, XdsCode
from dmp.record.verb import Verb
from dmp.web.soap.operation import Answer, House, Message, Operation, answer_to
from dmp.web.soap.problems import problems_of, write_problems
from dmp.web.soap.registry import REGISTER
from dmp.wire.soap import Action
from dmp.wire.xds import iti62, iti86
from dmp.wire.xds.iti43 import DocumentRequest
from dmp.wire.xds.responses import ResponseStatus, registry_response

MOST_DOCUMENTS = 200
"""Documents removed by one message, as many as may be read by one (security 5.3)."""


def as_administrator(caller: Caller, administrators: tuple[str, ...]) -> Caller:
    """The same caller as administrator, when the operator named him and he calls in person, with his own card.

    Anybody else stays who he is: the matrix gives him no removal, and the
    trace says who tried.
    """
    match caller.actor:
        case (Professional() | Staff()) as actor if actor.via is Authentication.DIRECT and actor.id in administrators:
            return replace(caller, actor=Administrator(actor.id, actor.name))
        case _:
            return caller


def _parse_metadata(message: Message, house: House) -> RemoveMetadata:  # noqa: ARG001
    return RemoveMetadata(message.patient(), iti62.read(message.body))


def _render_metadata(_result: None, message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(registry_response(ResponseStatus.SUCCESS))


def _metadata_refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(write_problems(error, profile=house.profile, busy=XdsCode.REGISTRY_BUSY))


def _parse_documents(message: Message, house: House) -> RemoveDocuments:
    patient, requests = message.patient(), iti86.read(message.body)
    if len(requests) > MOST_DOCUMENTS:
        raise Refused(Problem(XdsCode.REPOSITORY_ERROR, f"more than {MOST_DOCUMENTS} documents to remove at a time"))
    ours = tuple(request.unique_id for request in requests if _is_ours(request, house))
    if not ours:
        raise Refused(*_of_others(requests, house))
    return RemoveDocuments(patient, ours)


def _render_documents(removed: frozenset[str], message: Message, house: House) -> Answer:
    requests = iti86.read(message.body)
    missing = (request.unique_id for request in requests if _is_ours(request, house))
    absent = [
        Problem(XdsCode.DOCUMENT_UNIQUE_ID_ERROR, f"{name}: {NOT_THERE}") for name in missing if name not in removed
    ]
    return Answer(iti86.write_response(len(removed), [*_of_others(requests, house), *absent]))


def _documents_refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
    problems = problems_of(error, profile=house.profile, busy=XdsCode.REPOSITORY_BUSY)
    return Answer(iti86.write_response(0, problems))


def _is_ours(request: DocumentRequest, house: House) -> bool:
    return request.repository_unique_id == house.repository_unique_id


def _of_others(requests: tuple[DocumentRequest, ...], house: House) -> list[Problem]:
    others = dict.fromkeys(r.repository_unique_id for r in requests if not _is_ours(r, house))
    return [Problem(XdsCode.UNKNOWN_REPOSITORY_ID, name) for name in others]


REMOVE_METADATA = Operation(
    actions=(Action.DELETE,),
    answer_action=answer_to,
    element=iti62.REQUEST,
    verb=Verb.REMOVE_METADATA,
    parse=_parse_metadata,
    render=_render_metadata,
    refused=_metadata_refused,
)
REMOVE_DOCUMENTS = Operation(
    actions=(Action.REMOVE_DOCUMENTS,),
    answer_action=answer_to,
    element=iti86.REQUEST,
    verb=Verb.REMOVE_DOCUMENTS,
    parse=_parse_documents,
    render=_render_documents,
    refused=_documents_refused,
)
SERVICES: Mapping[str, tuple[Operation, ...]] = {
    "admin-registry": (REGISTER, REMOVE_METADATA),
    "admin-repository": (REMOVE_DOCUMENTS,),
}
"""One path per service of the internal listener (xds-wire 1.1)."""
