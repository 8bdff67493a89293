"""ITI-43 Retrieve Document Set: documents by uniqueId («consultation», TD3.2, xds-wire 3.1, 6.6)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dmp.record.errors import InvalidMessage, Problem
from dmp.record.submission import Content
from dmp.wire.xds import ebrim
from dmp.wire.xds.ebrim import XDSB, Element, add
from dmp.wire.xds.responses import (
    REGISTRY_RESPONSE,
    ResponseStatus,
    add_errors,
    read_errors,
    read_response_status,
    status_of,
)

REQUEST = f"{{{XDSB}}}RetrieveDocumentSetRequest"
RESPONSE = f"{{{XDSB}}}RetrieveDocumentSetResponse"
DOCUMENT_REQUEST = f"{{{XDSB}}}DocumentRequest"
DOCUMENT_RESPONSE = f"{{{XDSB}}}DocumentResponse"
DOCUMENT = f"{{{XDSB}}}Document"
HOME = f"{{{XDSB}}}HomeCommunityId"
REPOSITORY = f"{{{XDSB}}}RepositoryUniqueId"
UNIQUE_ID = f"{{{XDSB}}}DocumentUniqueId"
MIME_TYPE = f"{{{XDSB}}}mimeType"


@dataclass(frozen=True)
class DocumentRequest:
    """One document asked for: never its entryUUID, always its uniqueId."""

    repository_unique_id: str
    unique_id: str
    home: str = ""


@dataclass(frozen=True)
class RetrievedDocument:
    """One document found, with the request it answers; `mime_type` is the entry's."""

    request: DocumentRequest
    mime_type: str
    content: Content


@dataclass(frozen=True)
class Part:
    """An attachment to send beside the response; `content_id` is without `<>`."""

    content_id: str
    mime_type: str
    content: Content


@dataclass(frozen=True)
class RetrieveAnswer:
    """A retrieve response as a client reads it."""

    status: ResponseStatus
    documents: tuple[RetrievedDocument, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(body: Element) -> tuple[DocumentRequest, ...]:
    """Read a RetrieveDocumentSetRequest; the same document asked twice is two requests.

    Raises:
        InvalidMessage: another element, no DocumentRequest, or one that lacks an id.
    """
    if body.tag != REQUEST:
        raise InvalidMessage("a RetrieveDocumentSetRequest was expected", element=ebrim.local_name(body))
    return read_requests(body)


def read_requests(body: Element) -> tuple[DocumentRequest, ...]:
    """The documents that a request names, whatever it asks for them.

    Raises:
        InvalidMessage: no DocumentRequest, or one that lacks an id.
    """
    requests = tuple([_read_request(element) for element in body.iterchildren(DOCUMENT_REQUEST)])
    if not requests:
        raise InvalidMessage("nothing is asked for", element="DocumentRequest")
    return requests


def write_request(requests: Iterable[DocumentRequest]) -> Element:
    """Build the request of a client."""
    body = ebrim.root(REQUEST)
    add_requests(body, requests)
    return body


def add_requests(body: Element, requests: Iterable[DocumentRequest]) -> None:
    """Append the documents that a request names."""
    for request in requests:
        _add_request(add(body, DOCUMENT_REQUEST), request)


def write_response(
    documents: Sequence[RetrievedDocument], problems: Sequence[Problem] = (), *, new_id: Callable[[], str]
) -> tuple[Element, tuple[Part, ...]]:
    """Build the response and the attachments it includes.

    All found is a success, some a partial success, none a failure. `new_id`
    gives a fresh token (hex digits, dashes) for each Content-ID.
    """
    response = ebrim.root(RESPONSE)
    status = retrieve_status(documents, problems)
    add_errors(add(response, REGISTRY_RESPONSE, {"status": status}), problems)
    parts = tuple([Part(f"{new_id()}@dmp", found.mime_type, found.content) for found in documents])
    for found, part in zip(documents, parts, strict=True):
        element = add(response, DOCUMENT_RESPONSE)
        _add_request(element, found.request)
        add(element, MIME_TYPE, text=found.mime_type)
        add(add(element, DOCUMENT), ebrim.INCLUDE, {"href": f"cid:{quote(part.content_id, safe='@')}"})
    return response, parts


def retrieve_status(documents: Sequence[RetrievedDocument], problems: Sequence[Problem]) -> ResponseStatus:
    """The status of a retrieval (xds-wire 6.6)."""
    status = status_of(problems)
    return ResponseStatus.PARTIAL if documents and status is ResponseStatus.FAILURE else status


def read_response(body: Element, *, resolve: Callable[[Element], Content]) -> RetrieveAnswer:
    """Read a response, for a client; `resolve` gives the octets of a Document element.

    Raises:
        InvalidMessage: another element, or one that lacks its RegistryResponse or an id.
    """
    if body.tag != RESPONSE:
        raise InvalidMessage("a RetrieveDocumentSetResponse was expected", element=ebrim.local_name(body))
    registry = body.find(REGISTRY_RESPONSE)
    if registry is None:
        raise InvalidMessage("no RegistryResponse", element="RetrieveDocumentSetResponse")
    documents = tuple([_read_document(element, resolve) for element in body.iterchildren(DOCUMENT_RESPONSE)])
    return RetrieveAnswer(read_response_status(registry), documents, read_errors(registry))


def _read_document(element: Element, resolve: Callable[[Element], Content]) -> RetrievedDocument:
    document = element.find(DOCUMENT)
    if document is None:
        raise InvalidMessage("a document response without document", element="Document")
    return RetrievedDocument(_read_request(element), _text(element, MIME_TYPE), resolve(document))


def _read_request(element: Element) -> DocumentRequest:
    request = DocumentRequest(_text(element, REPOSITORY), _text(element, UNIQUE_ID), _text(element, HOME))
    if not request.repository_unique_id or not request.unique_id:
        raise InvalidMessage("repository and document ids are both needed", element=ebrim.local_name(element))
    return request


def _add_request(parent: Element, request: DocumentRequest) -> None:
    if request.home:
        add(parent, HOME, text=request.home)
    add(parent, REPOSITORY, text=request.repository_unique_id)
    add(parent, UNIQUE_ID, text=request.unique_id)


def _text(element: Element, tag: str) -> str:
    child = element.find(tag)
    return ebrim.text_of(child).strip() if child is not None else ""
