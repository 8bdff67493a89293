"""Write the management messages, as a client sends them (xds-wire 9.1 to 9.3)."""

from dmp.record.management import (
    ClosingRequest,
    Device,
    IdentityChange,
    IdentityRequest,
    Interaction,
    ManagementRequest,
    MessageHeader,
    OpeningRequest,
    PartialTraits,
    RecordTest,
    ReopeningRequest,
)
from dmp.record.patient import PatientId
from dmp.wire.hl7v3 import names
from dmp.wire.hl7v3.build import coded, identifier, make
from dmp.wire.hl7v3.header import SERVER, write_author, write_wrapper
from dmp.wire.hl7v3.observations import write_mark
from dmp.wire.hl7v3.write_person import identifiers, write_person
from dmp.wire.xml import Element


def write_request(request: ManagementRequest, *, receiver: Device = SERVER) -> Element:
    """The message that asks for this; a query without id of its own takes the one of the message."""
    match request:
        case RecordTest():
            return _query(request, names.TEST, receiver)
        case IdentityRequest():
            return _query(request, names.READ, receiver)
        case OpeningRequest():
            return _registration(Interaction.OPENING, names.OPEN, request.header, receiver, patient=_opening(request))
        case ReopeningRequest():
            return _registration(
                Interaction.CHANGE, names.REOPEN, request.header, receiver, patient=_reopening(request)
            )
        case IdentityChange():
            return _registration(Interaction.CHANGE, names.CHANGE, request.header, receiver, patient=_change(request))
        case ClosingRequest():
            return _closing(request, receiver)


def query_by_parameter(header: MessageHeader, patient: PatientId) -> Element:
    """The question of a query, which the answer repeats."""
    asked = make("patientIdentifier", identifier("value", patient), make("semanticsText", text="Patient.id"))
    return make(
        "queryByParameter",
        identifier("queryId", header.query or header.id),
        make("statusCode", code="new"),
        make("parameterList", asked),
    )


def _query(request: RecordTest | IdentityRequest, reason: str, receiver: Device) -> Element:
    process = make(
        "controlActProcess",
        coded("reasonCode", reason, names.REASONS),
        query_by_parameter(request.header, request.patient),
        classCode="CACT",
        moodCode="EVN",
    )
    return write_wrapper(Interaction.QUERY, request.header, receiver=receiver, accept="AL", content=(process,))


def _registration(
    interaction: Interaction,
    reason: str,
    header: MessageHeader,
    receiver: Device,
    *,
    patient: Element,
    status: str = names.ACTIVE,
    reason_of: Element | None = None,
) -> Element:
    registration = make(
        "registrationRequest",
        make("statusCode", code=status),
        make("subject1", patient, typeCode="SBJ"),
        write_author(header.author),
        classCode="REG",
        moodCode="RQO",
    )
    process = make(
        "controlActProcess",
        coded("reasonCode", reason, names.REASONS),
        make("subject", registration, typeCode="SUBJ", contextConductionInd="false"),
        reason_of,
        classCode="CACT",
        moodCode="EVN",
    )
    return write_wrapper(interaction, header, receiver=receiver, accept="AL", content=(process,))


def _patient(
    values: tuple[PatientId, ...], person: Element | None, *marks: Element, status: str = names.ACTIVE
) -> Element:
    return make("patient", *identifiers(values), make("statusCode", code=status), person, *marks, classCode="PAT")


def _declared(traits: PartialTraits) -> Element | None:
    return None if traits == PartialTraits() else write_person(traits)


def _opening(request: OpeningRequest) -> Element:
    person = write_person(
        PartialTraits.of(request.traits),
        address=request.contact.address or None,
        telecoms=request.contact.telecoms or None,
        guardians=request.guardians or None,
        card=request.card,
    )
    return _patient(
        request.identifiers,
        person,
        write_mark(names.CONSENT_TO_OPEN, value=True, effective=request.consent),
        write_mark(names.BREAK_GLASS_OPPOSED, value=request.oppositions.break_glass),
        write_mark(names.EMERGENCY_DISPATCH_OPPOSED, value=request.oppositions.emergency_dispatch),
    )


def _reopening(request: ReopeningRequest) -> Element:
    consent = write_mark(names.CONSENT_TO_REOPEN, value=True, effective=request.consent)
    return _patient(request.identifiers, _declared(request.declared), consent)


def _change(request: IdentityChange) -> Element:
    person = write_person(
        request.traits,
        address=request.address,
        telecoms=request.telecoms,
        guardians=request.guardians,
        deceased=request.deceased,
    )
    told = {
        names.BREAK_GLASS_OPPOSED: request.break_glass_opposed,
        names.EMERGENCY_DISPATCH_OPPOSED: request.emergency_dispatch_opposed,
    }
    marks = [write_mark(code, value=value) for code, value in told.items() if value is not None]
    return _patient(request.identifiers, person, *marks)


def _closing(request: ClosingRequest, receiver: Device) -> Element:
    return _registration(
        Interaction.CHANGE,
        names.CLOSE,
        request.header,
        receiver,
        patient=_patient(request.identifiers, _declared(request.declared), status=names.TERMINATED),
        status="completed",
        reason_of=write_reason(request.reason, request.text),
    )


def write_reason(code: str, text: str) -> Element:
    """Why a record is, or was, closed."""
    issue = make(
        "detectedIssueEvent",
        coded("code", code, names.CLOSING_REASONS),
        make("text", text=text) if text else None,
        classCode="ALRT",
        moodCode="EVN",
    )
    return make("reasonOf", issue, typeCode="RSON")
