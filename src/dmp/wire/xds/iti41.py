"""ITI-41 Provide and Register Document Set-b: a lot and its documents («alimentation», TD2.1, xds-wire 2)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote

from dmp.record.entry import DocumentEntry, RegistryObjects
from dmp.record.errors import InvalidMessage, Problem, Refused, XdsCode
from dmp.record.profile import Profile
from dmp.record.submission import Content, Submission
from dmp.wire.xds import ebrim, links, metadata
from dmp.wire.xds.ebrim import XDSB, Element, add
from dmp.wire.xds.findings import Findings
from dmp.wire.xds.responses import registry_response, status_of
from dmp.wire.xds.rules import Rules

REQUEST = f"{{{XDSB}}}ProvideAndRegisterDocumentSetRequest"
DOCUMENT = f"{{{XDSB}}}Document"

Resolve = Callable[[Element], Content]
"""Gives the octets of a Document element, inline or included."""


def read(body: Element, *, resolve: Resolve, profile: Profile, at: datetime) -> Submission:
    """Read a ProvideAndRegisterDocumentSetRequest.

    Symbolic ids are kept, `urn:uuid:` ids are put in lower case. Hash and
    size are read, not compared: the documents are checked with the record.
    `at` starts the timer of what is hidden from the patient.

    Raises:
        InvalidMessage: the body is not such a request.
        Refused: every broken rule of the metadata, and of `resolve`, at once.
    """
    listed = object_list(_child(body))
    findings = Findings(XdsCode.REPOSITORY_METADATA_ERROR)
    documents = _read_documents(body, resolve, findings)
    objects = metadata.read_objects(listed, Rules(profile, at), findings)
    lot = links.the_submission_set(objects, findings)
    if lot is not None:
        links.check_links(lot, objects, findings)
        links.check_patients(lot, (*objects.entries, *objects.folders), findings)
    links.check_unique_ids(objects, findings, code=XdsCode.REPOSITORY_DUPLICATE_UNIQUE_ID_IN_MESSAGE)
    _check_documents(objects.entries, body, findings)
    warnings = findings.settle()
    (lot,) = objects.submission_sets
    return Submission(lot, objects.entries, objects.associations, documents, warnings, objects.folders)


def object_list(request: Element) -> Element:
    """The RegistryObjectList of an lcm:SubmitObjectsRequest.

    Raises:
        InvalidMessage: another element, or one without a list.
    """
    if request.tag != ebrim.SUBMIT_OBJECTS_REQUEST:
        raise InvalidMessage("an lcm:SubmitObjectsRequest was expected", element=ebrim.local_name(request))
    listed = request.find(ebrim.REGISTRY_OBJECT_LIST)
    if listed is None:
        raise InvalidMessage("no rim:RegistryObjectList", element="SubmitObjectsRequest")
    return listed


def _child(body: Element) -> Element:
    if body.tag != REQUEST:
        raise InvalidMessage("a ProvideAndRegisterDocumentSetRequest was expected", element=ebrim.local_name(body))
    requests = body.findall(ebrim.SUBMIT_OBJECTS_REQUEST)
    if len(requests) != 1:
        raise InvalidMessage("exactly one lcm:SubmitObjectsRequest is needed", element=ebrim.local_name(body))
    return requests[0]


def _read_documents(body: Element, resolve: Resolve, findings: Findings) -> dict[str, Content]:
    documents: dict[str, Content] = {}
    for element in body.iterchildren(DOCUMENT):
        uuid = ebrim.normal_id(element.get("id", ""))
        if uuid in documents:
            findings.add(uuid, "Document", "two documents with one id")
            continue
        try:
            documents[uuid] = resolve(element)
        except Refused as refusal:
            findings.take(refusal.problems)
    return documents


def _check_documents(entries: tuple[DocumentEntry, ...], body: Element, findings: Findings) -> None:
    """Every entry has its document and every document its entry (check 13)."""
    sent = [ebrim.normal_id(element.get("id", "")) for element in body.iterchildren(DOCUMENT)]
    described = {entry.uuid for entry in entries}
    received = frozenset(sent)
    for entry in entries:
        if entry.uuid not in received:
            findings.add(entry.uuid, "Document", "not in the message", code=XdsCode.MISSING_DOCUMENT)
    for uuid in sent:
        if uuid not in described:
            findings.add(uuid or "(no id)", "Document", "without entry", code=XdsCode.MISSING_DOCUMENT_METADATA)


def write_request(submission: Submission, *, cids: Mapping[str, str]) -> Element:
    """Build the request of a client; `cids` gives the Content-ID of each document, without `<>`, by entry id."""
    request = ebrim.root(REQUEST)
    submit = add(request, ebrim.SUBMIT_OBJECTS_REQUEST)
    lots = (submission.submission_set,)
    objects = RegistryObjects(submission.entries, lots, submission.associations, submission.folders)
    metadata.write_objects(add(submit, ebrim.REGISTRY_OBJECT_LIST), objects, registered=False)
    for uuid in submission.documents:
        add(add(request, DOCUMENT, {"id": uuid}), ebrim.INCLUDE, {"href": f"cid:{quote(cids[uuid], safe='@')}"})
    return request


def write_response(problems: tuple[Problem, ...] = ()) -> Element:
    """Build the answer of the repository: success, unless one problem is not a warning."""
    return registry_response(status_of(problems), problems)
