"""The `repository` service: feed (ITI-41) and read (ITI-43)."""

from dmp.actions.read_documents import ReadDocument, ReadDocuments
from dmp.actions.submit_documents import SubmitDocuments
from dmp.documents import intake
from dmp.record.entry import unique_key
from dmp.record.errors import (
    AccessRefused,
    DmpError,
    DocumentNotFound,
    Problem,
    RecordClosed,
    RecordNotFound,
    Refused,
    StorageUnavailable,
    XdsCode,
)
from dmp.record.hl7text import Cx
from dmp.record.verb import Verb
from dmp.web.soap.operation import Answer, House, Message, Operation, answer_to
from dmp.web.soap.problems import write_problems
from dmp.wire.content import MemoryContent
from dmp.wire.soap import Action
from dmp.wire.xds import iti41, iti43
from dmp.wire.xds.iti43 import DocumentRequest, RetrievedDocument
from dmp.wire.xds.responses import ResponseStatus, registry_response

_XDSB = "{urn:ihe:iti:xds-b:2007}"
MOST_DOCUMENTS = 200
"""Documents asked for in one message (security 5.3)."""
_NOT_FOUND = "no such document, or not for you"


def _parse_submission(message: Message, house: House) -> SubmitDocuments:
    submission = iti41.read(message.body, resolve=message.resolve, profile=house.profile, at=message.at)
    patient = message.patient(Cx.parse(submission.submission_set.patient_cx).patient)
    examined = intake.examine(submission, caller=message.caller, rules=house.intake, at=message.at)
    return SubmitDocuments(patient, submission, examined, house.repository_unique_id)


def _render_submission(warnings: tuple[Problem, ...], message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(registry_response(ResponseStatus.SUCCESS, warnings))


def _submission_refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(write_problems(error, profile=house.profile, busy=XdsCode.REPOSITORY_BUSY))


def _ours(request: DocumentRequest, house: House) -> bool:
    return request.repository_unique_id == house.repository_unique_id


def _parse_reading(message: Message, house: House) -> ReadDocuments:
    patient, requests = message.patient(), iti43.read(message.body)
    if len(requests) > MOST_DOCUMENTS:
        raise Refused(Problem(XdsCode.REPOSITORY_ERROR, f"more than {MOST_DOCUMENTS} documents asked for at a time"))
    return ReadDocuments(patient, tuple(request.unique_id for request in requests if _ours(request, house)))


def _render_reading(read: tuple[ReadDocument | None, ...], message: Message, house: House) -> Answer:
    found = {unique_key(document.entry.unique_id): document for document in read if document is not None}
    documents: list[RetrievedDocument] = []
    problems: list[Problem] = []
    for request in iti43.read(message.body):
        document = found.get(unique_key(request.unique_id))
        if not _ours(request, house):
            problems.append(Problem(XdsCode.UNKNOWN_REPOSITORY_ID, request.repository_unique_id))
        elif document is None:
            problems.append(Problem(XdsCode.DOCUMENT_UNIQUE_ID_ERROR, f"{request.unique_id}: {_NOT_FOUND}"))
        else:
            documents.append(_retrieved(request, document))
    body, parts = iti43.write_response(documents, problems, new_id=house.new_id)
    return Answer(body, parts)


def _retrieved(request: DocumentRequest, document: ReadDocument) -> RetrievedDocument:
    return RetrievedDocument(request, document.entry.mime_type, MemoryContent(document.octets))


def _reading_refused(error: DmpError, message: Message, house: House) -> Answer:
    """Refused, absent, closed: the same answer as for an unknown document (xds-wire 6.6)."""
    match error:
        case AccessRefused() | RecordNotFound() | RecordClosed() | DocumentNotFound():
            return _render_reading((), message, house)
        case Refused():
            return Answer(iti43.write_response((), error.problems, new_id=house.new_id)[0])
        case StorageUnavailable():
            busy = Problem(XdsCode.REPOSITORY_BUSY, "the service cannot answer now, try again later")
            return Answer(iti43.write_response((), (busy,), new_id=house.new_id)[0])
        case _:
            raise error


SUBMIT = Operation(
    actions=(Action.PROVIDE_AND_REGISTER,),
    answer_action=answer_to,
    element=f"{_XDSB}ProvideAndRegisterDocumentSetRequest",
    verb=Verb.SUBMIT,
    parse=_parse_submission,
    render=_render_submission,
    refused=_submission_refused,
    multipart=True,
    multipart_only=True,
)
READ = Operation(
    actions=(Action.RETRIEVE,),
    answer_action=answer_to,
    element=f"{_XDSB}RetrieveDocumentSetRequest",
    verb=Verb.READ,
    parse=_parse_reading,
    render=_render_reading,
    refused=_reading_refused,
    multipart=True,
)
OPERATIONS = (SUBMIT, READ)
