"""The `registry` service: search (ITI-18) and change (ITI-57); for the internal listener, register (ITI-42)."""

from dmp.actions.find_documents import SearchRecord
from dmp.actions.register_documents import RegisterDocuments
from dmp.actions.update_documents import UpdateDocuments
from dmp.documents.intake import Examination
from dmp.record.entry import RegistryObjects
from dmp.record.errors import (
    AccessRefused,
    DmpError,
    DocumentNotFound,
    InvalidMessage,
    Problem,
    RecordClosed,
    RecordNotFound,
    Refused,
    StorageUnavailable,
    XdsCode,
)
from dmp.record.hl7text import Cx
from dmp.record.submission import UpdateEntry, UpdateFolder
from dmp.record.verb import Verb
from dmp.web.soap.operation import Answer, House, Message, Operation, answer_to
from dmp.web.soap.problems import write_problems
from dmp.wire.soap import Action
from dmp.wire.xds import iti18, iti42, iti57
from dmp.wire.xds.responses import ResponseStatus, registry_response


def _parse_search(message: Message, house: House) -> SearchRecord:  # noqa: ARG001
    query = iti18.read(message.body)
    return SearchRecord(message.patient(query.patient), query)


def _render_search(found: RegistryObjects, message: Message, house: House) -> Answer:
    full = iti18.wants_full_objects(message.body)
    return Answer(iti18.write_response(found, full_objects=full, counted=house.profile.french))


def _search_refused(error: DmpError, message: Message, house: House) -> Answer:
    """A refusal to read is an answer that finds nothing (DEC-41)."""
    match error:
        case AccessRefused() | RecordNotFound() | RecordClosed() | DocumentNotFound():
            return _render_search(RegistryObjects(), message, house)
        case Refused():
            return Answer(iti18.write_failure(error.problems))
        case StorageUnavailable():
            busy = Problem(XdsCode.REGISTRY_BUSY, "the registry cannot answer now, try again later")
            return Answer(iti18.write_failure((busy,)))
        case _:
            raise error


def _parse_update(message: Message, house: House) -> UpdateDocuments:
    update = iti57.read(message.body, profile=house.profile, at=message.at)
    patient = Cx.parse(update.submission_set.patient_cx).patient
    return UpdateDocuments(message.patient(patient), update, house.profile)


def _render_update(warnings: tuple[Problem, ...], message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(registry_response(ResponseStatus.SUCCESS, warnings))


def _update_refused(error: DmpError, message: Message, house: House) -> Answer:
    if isinstance(error, DocumentNotFound) and not house.profile.french and _is_updated(str(error), message, house):
        # Plain IHE has a code for an unknown version: a hidden one gets it too (test 15800b of the NIST test kit).
        unknown = Problem(XdsCode.METADATA_VERSION_ERROR, f"{error} PreviousVersion: no such version in this record")
        return Answer(registry_response(ResponseStatus.FAILURE, (unknown,)))
    return _write_refused(error, message, house)


def _is_updated(name: str, message: Message, house: House) -> bool:
    """Tell whether the message has a new version of this logical object."""
    operations = iti57.read(message.body, profile=house.profile, at=message.at).operations
    entries = {operation.entry.logical_id for operation in operations if isinstance(operation, UpdateEntry)}
    folders = {operation.folder.logical_id for operation in operations if isinstance(operation, UpdateFolder)}
    return name in entries | folders


def _parse_registration(message: Message, house: House) -> RegisterDocuments:
    """Plain IHE takes metadata whose documents another repository keeps; the French service does not.

    What nobody here can read, nobody can check: neither signature, nor author, nor patient.
    """
    if house.profile.french:
        raise InvalidMessage("not an action of this service", element="wsa:Action", subcode="wsa:ActionNotSupported")
    submission = iti42.read(message.body, profile=house.profile, at=message.at)
    patient = message.patient(Cx.parse(submission.submission_set.patient_cx).patient)
    return RegisterDocuments(patient, submission, Examination(house.profile), house.repository_unique_id)


def _write_refused(error: DmpError, message: Message, house: House) -> Answer:  # noqa: ARG001
    return Answer(write_problems(error, profile=house.profile, busy=XdsCode.REGISTRY_BUSY))


SEARCH: Operation = Operation(
    actions=(Action.STORED_QUERY,),
    answer_action=answer_to,
    element="{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest",
    verb=Verb.FIND,
    parse=_parse_search,
    render=_render_search,
    refused=_search_refused,
)
UPDATE: Operation = Operation(
    actions=(Action.UPDATE,),
    answer_action=answer_to,
    element="{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest",
    verb=Verb.MASK,
    parse=_parse_update,
    render=_render_update,
    refused=_update_refused,
)
REGISTER: Operation = Operation(
    actions=(Action.REGISTER,),
    answer_action=answer_to,
    element="{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest",
    verb=Verb.SUBMIT,
    parse=_parse_registration,
    render=_render_update,
    refused=_write_refused,
)
OPERATIONS = (SEARCH, UPDATE)
