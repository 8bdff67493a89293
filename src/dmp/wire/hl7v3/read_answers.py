"""Read the answers to management messages, as a client receives them (xds-wire 9.1, 9.2)."""

from lxml import etree

from dmp.record import dtm
from dmp.record.errors import InvalidMessage
from dmp.record.management import (
    Acknowledgement,
    AcknowledgementCode,
    AdministrativeData,
    AuthorisationStatus,
    Interaction,
    MessageId,
    RecordStatus,
)
from dmp.record.patient import Contact, IdentityTraits
from dmp.record.record import ClosingReason, Closure, Oppositions, RecordState
from dmp.wire.hl7v3 import names
from dmp.wire.hl7v3.answers import DONE, QUERY_ANSWER, REFUSED
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.observations import read_mark
from dmp.wire.hl7v3.person import read_all_traits, read_deceased, read_patient_id
from dmp.wire.hl7v3.relations import read_address, read_guardians, read_telecoms
from dmp.wire.hl7v3.times import instant
from dmp.wire.xml import Element


def read_acknowledgement(body: Element) -> Acknowledgement:
    """The verdict on a message, out of any answer.

    Raises:
        InvalidMessage: not an answer to a management message.
        IncompleteRequest: the answer lacks its verdict or its target.
    """
    return acknowledgement_of(_answer(body))


def read_status(body: Element) -> RecordStatus | Acknowledgement:
    """The answer to a test of existence, or its refusal.

    Raises:
        InvalidMessage: not an answer to a management message.
        IncompleteRequest: the answer lacks something or contradicts itself.
        InvalidIdentity: an identifier or a trait that is not well formed.
    """
    root = _answer(body)
    verdict = acknowledgement_of(root)
    if not verdict.accepted:
        return verdict
    patient = _patient(root)
    return RecordStatus() if patient is None else _status(root, patient)


def read_identity(body: Element) -> AdministrativeData | Acknowledgement | None:
    """The answer to a reading of the administrative data, or its refusal; None when there is no record.

    Raises:
        InvalidMessage, IncompleteRequest, InvalidIdentity: as `read_status`.
    """
    root = _answer(body)
    verdict = acknowledgement_of(root)
    if not verdict.accepted:
        return verdict
    patient = _patient(root)
    return None if patient is None else _data(patient)


def _answer(body: Element) -> Node:
    """The answer itself, out of its French wrapper if it has one."""
    name = etree.QName(body)
    if name.namespace == names.GDP and name.localname in {f"{interaction}_Response" for interaction in Interaction}:
        inner = [child for child in body if isinstance(child.tag, str)]
        body = inner[0] if len(inner) == 1 else body
        name = etree.QName(body)
    if name.namespace != names.V3 or name.localname not in {QUERY_ANSWER, *DONE.values(), *REFUSED.values()}:
        raise InvalidMessage("not an answer to a record management message", element="Body")
    return Node.root(body)


def acknowledgement_of(root: Node) -> Acknowledgement:
    """The verdict of an answer, be it told by an attribute or by a child (xds-wire 9.1).

    Raises:
        IncompleteRequest: the answer lacks its verdict or its target.
    """
    node = root.need("acknowledgement")
    child = node.find("typeCode")
    verdict = node.get("typeCode") or (child.get("code") if child else "")
    if verdict not in tuple(AcknowledgementCode):
        raise node.refusal("not a verdict", "typeCode")
    target = node.need("targetMessage", "id")
    code = node.find("acknowledgementDetail", "code")
    text = node.find("acknowledgementDetail", "text")
    return Acknowledgement(
        AcknowledgementCode(verdict),
        MessageId(target.demand("root"), target.get("extension")),
        code.get("code") if code else "",
        text.text if text else "",
    )


def _patient(root: Node) -> Node | None:
    """The patient of an answer that found a record; None when it found none."""
    process = root.need("controlActProcess")
    response = process.need("queryAck", "queryResponseCode")
    if response.get("code") not in ("OK", "NF"):
        raise response.refusal("neither OK nor NF", "code")
    found = response.get("code") == "OK"
    return process.need("subject", "registrationEvent", "subject1", "patient") if found else None


def _status(root: Node, patient: Node) -> RecordStatus:
    status = patient.need("statusCode")
    states = {names.ACTIVE: RecordState.ACTIVE, names.TERMINATED: RecordState.CLOSED}
    if status.get("code") not in states:
        raise status.refusal("neither active nor terminated", "code")
    attending = _attention(root, names.ATTENDING)
    person = patient.find("patientPerson")
    return RecordStatus(
        state=states[status.get("code")],
        identifiers=tuple(read_patient_id(id_) for id_ in patient.all("id")),
        authorisation=_authorisation(root),
        attending=attending.boolean if attending else False,
        traits=_traits(person),
        telecoms=(read_telecoms(person) or ()) if person else (),
        portal_account=read_mark(patient, names.PORTAL_ACCOUNT, names.PORTAL_ACCOUNTS) or False,
        linked_to_portal=read_mark(patient, names.LINKED_TO_PORTAL) or False,
        closure=_closure(root),
    )


def _data(patient: Node) -> AdministrativeData:
    person = patient.need("patientPerson")
    return AdministrativeData(
        identifiers=tuple(read_patient_id(id_) for id_ in patient.all("id")),
        traits=read_all_traits(person),
        contact=Contact(read_address(person) or (), read_telecoms(person) or ()),
        guardians=read_guardians(person) or (),
        oppositions=Oppositions(
            break_glass=read_mark(patient, names.BREAK_GLASS_OPPOSED) or False,
            emergency_dispatch=read_mark(patient, names.EMERGENCY_DISPATCH_OPPOSED) or False,
        ),
        deceased=read_deceased(person) or False,
        portal_account=read_mark(patient, names.PORTAL_ACCOUNT, names.PORTAL_ACCOUNTS) or False,
        linked_to_portal=read_mark(patient, names.LINKED_TO_PORTAL) or False,
    )


def _traits(person: Node | None) -> IdentityTraits | None:
    return read_all_traits(person) if person else None


def _attention(root: Node, key: str) -> Node | None:
    lines = [line for line in root.all("attentionLine") if line.need("keyWordText").get("code") == key]
    return lines[0].need("value") if lines else None


def _authorisation(root: Node) -> AuthorisationStatus | None:
    value = _attention(root, names.AUTHORISATION)
    if value is None:
        return None
    if value.get("code") not in tuple(AuthorisationStatus):
        raise value.refusal("not a status of authorisation", "code")
    return AuthorisationStatus(value.get("code"))


def _closure(root: Node) -> Closure | None:
    """When and why a record was closed, as far as both are told with words that are known."""
    process = root.need("controlActProcess")
    issue = process.find("reasonOf", "detectedIssueEvent")
    reason = issue.find("code") if issue else None
    text = issue.find("text") if issue else None
    effective = process.find("subject", "registrationEvent", "effectiveTime")
    if reason is None or effective is None or reason.get("code") not in tuple(ClosingReason):
        return None
    return Closure(dtm.lowest(instant(effective)), ClosingReason(reason.get("code")), text.text if text else "")
