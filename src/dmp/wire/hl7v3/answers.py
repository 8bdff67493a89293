"""Write the answers to management messages (xds-wire 9.1, 9.2)."""

from datetime import datetime

from lxml import etree

from dmp.record.errors import DmpCode
from dmp.record.management import (
    Acknowledgement,
    AcknowledgementCode,
    AdministrativeData,
    ClosingRequest,
    Device,
    IdentityChange,
    IdentityRequest,
    Interaction,
    MessageHeader,
    MessageId,
    OpeningRequest,
    RecordChange,
    RecordStatus,
    RecordTest,
    ReopeningRequest,
)
from dmp.wire.hl7v3 import names
from dmp.wire.hl7v3.build import coded, identifier, make
from dmp.wire.hl7v3.header import SERVER, answering, write_wrapper
from dmp.wire.hl7v3.subject import attention_lines, closing_reason, data_subject, done_subject, status_subject
from dmp.wire.hl7v3.write_requests import query_by_parameter
from dmp.wire.xml import Element

QUERY_ANSWER = "PRPA_IN201308UV02"
DONE = {Interaction.OPENING: "PRPA_IN201312UV02", Interaction.CHANGE: "PRPA_IN201315UV02"}
REFUSED = {Interaction.OPENING: "PRPA_IN201313UV02", Interaction.CHANGE: "PRPA_IN201316UV02"}


def write_status(
    request: RecordTest, status: RecordStatus, *, message_id: MessageId, at: datetime, server: Device = SERVER
) -> Element:
    """Answer a test of existence: state of the record, the caller's own authorisation (xds-wire 9.2, DEC-31)."""
    subject = status_subject(status, server) if status.found else None
    process = _query_process(request, names.TEST, subject, closing_reason(status))
    head = answering(request.header, message_id=message_id, at=at, server=server)
    content = (*attention_lines(status), _accepted(request.header), process)
    return write_wrapper(QUERY_ANSWER, head, receiver=request.header.sender, accept="NE", content=content)


def write_identity(
    request: IdentityRequest,
    data: AdministrativeData | None,
    *,
    message_id: MessageId,
    at: datetime,
    server: Device = SERVER,
) -> Element:
    """Answer a reading of the administrative data; None when there is no record (xds-wire 9.1)."""
    process = _query_process(request, names.READ, data_subject(data, server) if data else None)
    head = answering(request.header, message_id=message_id, at=at, server=server)
    content = (_accepted(request.header), process)
    return write_wrapper(QUERY_ANSWER, head, receiver=request.header.sender, accept="NE", content=content)


def write_done(request: RecordChange, *, message_id: MessageId, at: datetime, server: Device = SERVER) -> Element:
    """Answer an opening, a reactivation, a change or a closing that was carried out."""
    match request:
        case OpeningRequest():
            interaction, status = Interaction.OPENING, names.ACTIVE
        case ReopeningRequest() | IdentityChange():
            interaction, status = Interaction.CHANGE, names.ACTIVE
        case ClosingRequest():
            interaction, status = Interaction.CHANGE, names.TERMINATED
    process = _process(done_subject(request.identifiers, status, server))
    head = answering(request.header, message_id=message_id, at=at, server=server)
    content = (_accepted(request.header), process)
    message = write_wrapper(DONE[interaction], head, receiver=request.header.sender, accept="NE", content=content)
    return _response(interaction, message)


def write_refused(
    header: MessageHeader,
    interaction: Interaction,
    code: DmpCode,
    text: str,
    *,
    message_id: MessageId,
    at: datetime,
    server: Device = SERVER,
    verdict: AcknowledgementCode = AcknowledgementCode.ERROR,
) -> Element:
    """Answer that a message was not carried out, and why; `text` is read by people and names nobody (DEC-41)."""
    head = answering(header, message_id=message_id, at=at, server=server)
    refusal = _acknowledgement(Acknowledgement(verdict, header.id, code, text))
    if interaction is Interaction.QUERY:
        content = (refusal, _process(_query_ack(header, "aborted", verdict)))
        return write_wrapper(QUERY_ANSWER, head, receiver=header.sender, accept="NE", content=content)
    content = (refusal, _process())
    message = write_wrapper(REFUSED[interaction], head, receiver=header.sender, accept="NE", content=content)
    return _response(interaction, message)


def _accepted(header: MessageHeader) -> Element:
    return _acknowledgement(Acknowledgement(AcknowledgementCode.ACCEPTED, header.id))


def _acknowledgement(acknowledgement: Acknowledgement) -> Element:
    code, text = acknowledgement.code, acknowledgement.text
    detail = make("acknowledgementDetail", make("code", code=code), make("text", text=text), typeCode="E")
    target = make("targetMessage", identifier("id", acknowledgement.target))
    return make("acknowledgement", target, detail if code else None, typeCode=acknowledgement.verdict)


def _process(*content: Element | None) -> Element:
    return make("controlActProcess", *content, classCode="CACT", moodCode="EVN")


def _query_process(
    request: RecordTest | IdentityRequest, reason: str, subject: Element | None, closing: Element | None = None
) -> Element:
    """Reason, subject if any, why it is closed, verdict on the query, and the query itself."""
    return _process(
        coded("reasonCode", reason, names.REASONS),
        subject,
        closing,
        _query_ack(request.header, "deliveredResponse", "NF" if subject is None else "OK"),
        query_by_parameter(request.header, request.patient),
    )


def _query_ack(header: MessageHeader, status: str, code: str) -> Element:
    return make(
        "queryAck",
        identifier("queryId", header.query or header.id),
        make("statusCode", code=status),
        make("queryResponseCode", code=code),
    )


def _response(interaction: Interaction, message: Element) -> Element:
    """Wrap an answer as the French service does (xds-wire 9.1)."""
    response = etree.Element(f"{{{names.GDP}}}{interaction}_Response", nsmap={"gdp": names.GDP})
    response.append(message)
    return response
