"""Read what a management message asks (xds-wire 9.1 to 9.3)."""

from collections.abc import Callable

from dmp.record.errors import IncompleteRequest, InvalidIdentity
from dmp.record.management import (
    ClosingRequest,
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
from dmp.record.patient import Contact, PatientId
from dmp.record.record import ClosingReason, Oppositions
from dmp.wire.hl7v3 import names
from dmp.wire.hl7v3.header import check_wrapper, interaction_of, read_header, reason_of
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.observations import read_consent, read_mark
from dmp.wire.hl7v3.person import read_all_traits, read_deceased, read_patient_id, read_traits
from dmp.wire.hl7v3.relations import read_address, read_card, read_guardians, read_telecoms
from dmp.wire.xml import Element

Reader = Callable[[MessageHeader, Node], ManagementRequest]


def read(body: Element) -> ManagementRequest:
    """Read a management message; `body` is the element inside the SOAP body.

    All but `InvalidMessage` is answered with AE and a detail code, never with
    a fault: `read_header` gives what that answer needs.

    Raises:
        InvalidMessage: not a management message, or one that cannot be answered.
        IncompleteRequest: something is missing, contradictory or unknown; the path of the element is named.
        ConsentMissing: opening or reactivating without a consent that was given.
        InvalidIdentity: an identifier or a trait that is not well formed.
    """
    interaction = interaction_of(body)
    header = read_header(body)
    root = Node.root(body)
    check_wrapper(root)
    reader = READERS.get((interaction, reason_of(root)))
    if reader is None:
        raise IncompleteRequest(
            "not a reason of this message", element=f"{root.path}/controlActProcess/reasonCode/@code"
        )
    return reader(header, root.need("controlActProcess"))


def _test(header: MessageHeader, process: Node) -> RecordTest:
    return RecordTest(header, _asked(process))


def _reading(header: MessageHeader, process: Node) -> IdentityRequest:
    return IdentityRequest(header, _asked(process))


def _asked(process: Node) -> PatientId:
    parameters = process.need("queryByParameter").need("parameterList")
    return read_patient_id(parameters.need("patientIdentifier").need("value"))


def _opening(header: MessageHeader, process: Node) -> OpeningRequest:
    patient = _patient(process)
    _check_status(patient, terminated=False)
    person = patient.need("patientPerson")
    return OpeningRequest(
        header=header,
        identifiers=_identifiers(patient),
        traits=read_all_traits(person),
        consent=read_consent(patient, names.CONSENT_TO_OPEN),
        contact=Contact(_either(read_address, person, patient) or (), _either(read_telecoms, person, patient) or ()),
        guardians=read_guardians(person) or (),
        oppositions=Oppositions(
            break_glass=read_mark(patient, names.BREAK_GLASS_OPPOSED) or False,
            emergency_dispatch=read_mark(patient, names.EMERGENCY_DISPATCH_OPPOSED) or False,
        ),
        card=read_card(person),
    )


def _reopening(header: MessageHeader, process: Node) -> ReopeningRequest:
    patient = _patient(process)
    _check_status(patient, terminated=False)
    consent = read_consent(patient, names.CONSENT_TO_REOPEN)
    return ReopeningRequest(header, _identifiers(patient), consent, _declared(patient))


def _change(header: MessageHeader, process: Node) -> IdentityChange:
    patient = _patient(process)
    _check_status(patient, terminated=False)
    person = patient.maybe("patientPerson") or patient
    traits = read_traits(person)
    _refuse_emptied(person, traits)
    return IdentityChange(
        header=header,
        identifiers=_identifiers(patient),
        traits=traits,
        address=_either(read_address, person, patient),
        telecoms=_either(read_telecoms, person, patient),
        guardians=read_guardians(person),
        break_glass_opposed=read_mark(patient, names.BREAK_GLASS_OPPOSED),
        emergency_dispatch_opposed=read_mark(patient, names.EMERGENCY_DISPATCH_OPPOSED),
        deceased=read_deceased(person),
    )


def _closing(header: MessageHeader, process: Node) -> ClosingRequest:
    patient = _patient(process)
    _check_status(patient, terminated=True)
    issue = process.need("reasonOf").need("detectedIssueEvent")
    reason, text = issue.need("code"), issue.maybe("text")
    if reason.get("code") not in tuple(ClosingReason) or reason.get("codeSystem") not in ("", names.CLOSING_REASONS):
        raise reason.refusal("not a reason to close a record", "code")
    return ClosingRequest(
        header,
        _identifiers(patient),
        ClosingReason(reason.get("code")),
        text.text if text else "",
        _declared(patient),
    )


READERS: dict[tuple[Interaction, str], Reader] = {
    (Interaction.QUERY, names.TEST): _test,
    (Interaction.QUERY, names.READ): _reading,
    (Interaction.OPENING, names.OPEN): _opening,
    (Interaction.CHANGE, names.REOPEN): _reopening,
    (Interaction.CHANGE, names.CHANGE): _change,
    (Interaction.CHANGE, names.CLOSE): _closing,
}
"""Which reason fits which message, and what reads it (xds-wire 9.1)."""


def _patient(process: Node) -> Node:
    return process.need("subject", "registrationRequest", "subject1", "patient")


def _identifiers(patient: Node) -> tuple[PatientId, ...]:
    """All the identifiers sent, each once, in their order."""
    nodes = patient.all("id")
    if not nodes:
        raise IncompleteRequest("element missing", element=f"{patient.path}/id")
    return tuple(dict.fromkeys(read_patient_id(node) for node in nodes))


def _check_status(patient: Node, *, terminated: bool) -> None:
    """A closing says `terminated`, anything else `active` or nothing (xds-wire 9.3)."""
    status = patient.maybe("statusCode")
    code = status.get("code") if status else ""
    allowed = (names.TERMINATED,) if terminated else (names.ACTIVE, "")
    if code not in allowed:
        raise IncompleteRequest("does not fit the reason of the message", element=f"{patient.path}/statusCode/@code")


def _declared(patient: Node) -> PartialTraits:
    person = patient.maybe("patientPerson")
    return read_traits(person) if person else PartialTraits()


def _refuse_emptied(person: Node, traits: PartialTraits) -> None:
    """The strict traits may change, never become empty (functional 1.1, LC-8)."""
    sex = person.maybe("administrativeGenderCode")
    emptied = {
        "name/family": traits.birth_name == "",
        "name/given": "" in (traits.birth_first_name, traits.birth_first_names),
        "birthTime": traits.birth_date == "",
        "administrativeGenderCode": sex is not None and traits.sex is None,
    }
    for element, refused in emptied.items():
        if refused:
            raise InvalidIdentity("this trait cannot be emptied", element=f"{person.path}/{element}")


Told = tuple[tuple[str, str], ...] | None


def _either(reader: Callable[[Node], Told], person: Node, patient: Node) -> Told:
    """What the person tells, else what the patient role tells: both places are allowed by HL7."""
    told = reader(person)
    return reader(patient) if told is None else told
