"""The `patients` service: record management in HL7 V3 (TD0.2, TD1.1, TD1.2, TD1.3a, TD1.3b, TD1.4)."""

from typing import Any

from dmp.actions.action import Action
from dmp.actions.consult_record import CheckRecord, ReadIdentity
from dmp.actions.open_record import OpenRecord
from dmp.actions.record_life import ChangeIdentity, CloseRecord, ReopenRecord
from dmp.record import dtm
from dmp.record.errors import (
    AccessRefused,
    ConsentMissing,
    DmpCode,
    DmpError,
    IncompleteRequest,
    InvalidIdentity,
    RecordClosed,
    RecordExists,
    RecordNotClosed,
    RecordNotFound,
    StorageUnavailable,
)
from dmp.record.management import (
    AdministrativeData,
    ClosingRequest,
    Device,
    IdentityChange,
    IdentityRequest,
    MessageId,
    OpeningRequest,
    RecordStatus,
    RecordTest,
    ReopeningRequest,
)
from dmp.record.verb import Verb
from dmp.web.soap.operation import Answer, House, Message, Operation, answer_to
from dmp.wire import hl7v3, soap
from dmp.wire.xml import NS

_CODES: dict[type[DmpError], DmpCode] = {
    RecordExists: DmpCode.FOUND,
    RecordNotFound: DmpCode.NOT_FOUND,
    RecordClosed: DmpCode.CLOSED,
    RecordNotClosed: DmpCode.FOUND,
    ConsentMissing: DmpCode.CONSENT_MISSING,
    InvalidIdentity: DmpCode.IDENTITY_FAILURE,
    IncompleteRequest: DmpCode.INVALID_MESSAGE,
    AccessRefused: DmpCode.ACCESS_DENIED,
    StorageUnavailable: DmpCode.UNAVAILABLE,
}
"""The detail code of each refusal (xds-wire 9.6)."""


def _parse(message: Message, house: House) -> Action[Any]:
    request = hl7v3.read(message.body)
    match request:
        case RecordTest(_, patient):
            return CheckRecord(message.patient(patient))
        case IdentityRequest(_, patient):
            return ReadIdentity(message.patient(patient))
        case OpeningRequest():
            return _opening(request, message, house)
        case ReopeningRequest():
            return ReopenRecord(message.patient_among(request.identifiers), dtm.lowest(request.consent))
        case IdentityChange():
            return ChangeIdentity(message.patient_among(request.identifiers), request)
        case ClosingRequest():
            return CloseRecord(message.patient_among(request.identifiers), request.reason, request.text)


def _opening(request: OpeningRequest, message: Message, house: House) -> OpenRecord:
    named = message.patient_among(request.identifiers)
    for patient in request.identifiers:
        house.check_identity(patient)
    others = (patient for patient in request.identifiers if patient != named)
    return OpenRecord(
        identifiers=(named, *others),
        regime=house.regime,
        traits=request.traits,
        consent=dtm.lowest(request.consent),
        contact=request.contact,
        guardians=request.guardians,
        oppositions=request.oppositions,
    )


def _render(result: object, message: Message, house: House) -> Answer:
    request = hl7v3.read(message.body)
    new, at, server = MessageId(house.new_id()), message.at, _server(house)
    match request, result:
        case RecordTest(), RecordStatus():
            return Answer(hl7v3.write_status(request, result, message_id=new, at=at, server=server))
        case IdentityRequest(), AdministrativeData():
            return Answer(hl7v3.write_identity(request, result, message_id=new, at=at, server=server))
        case OpeningRequest() | ReopeningRequest() | IdentityChange() | ClosingRequest(), _:
            return Answer(hl7v3.write_done(request, message_id=new, at=at, server=server))
        case _:
            raise TypeError(f"{type(result).__name__} answers no {type(request).__name__}")


def _refused(error: DmpError, message: Message, house: House) -> Answer:
    """A refusal is an answer with AE and a detail code (DEC-41); what cannot even be answered is a fault."""
    code = _CODES.get(type(error))
    if code is None:
        raise error
    new, server = MessageId(house.new_id()), _server(house)
    if isinstance(error, RecordNotFound):
        request = hl7v3.read(message.body)
        if isinstance(request, IdentityRequest):
            return Answer(hl7v3.write_identity(request, None, message_id=new, at=message.at, server=server))
    header, interaction = hl7v3.read_header(message.body), hl7v3.interaction_of(message.body)
    text = _text(error)
    body = hl7v3.write_refused(header, interaction, code, text, message_id=new, at=message.at, server=server)
    return Answer(body)


def _text(error: DmpError) -> str:
    element = getattr(error, "element", "")
    return f"{element}: {error}" if element else str(error)


def _server(house: House) -> Device:
    return Device(house.device_oid, "DMP")


def _operation(action: soap.Action, verb: Verb) -> Operation:
    return Operation(
        actions=(action,),
        answer_action=answer_to,
        element=f"{{{NS['hl7']}}}{action.rpartition(':')[2]}",
        verb=verb,
        parse=_parse,
        render=_render,
        refused=_refused,
    )


OPERATIONS = (
    _operation(soap.Action.READ_RECORD, Verb.TEST_RECORD),
    _operation(soap.Action.CREATE_RECORD, Verb.OPEN_RECORD),
    _operation(soap.Action.CHANGE_RECORD, Verb.CHANGE_IDENTITY),
)
