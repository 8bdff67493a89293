"""What surrounds every management message: ids, times, software, author (xds-wire 9.1)."""

from datetime import datetime

from lxml import etree

from dmp.record import dtm
from dmp.record.codes import Code
from dmp.record.errors import IncompleteRequest, InvalidMessage
from dmp.record.management import (
    DeclaredAuthor,
    Device,
    Interaction,
    MessageHeader,
    MessageId,
    Processing,
)
from dmp.wire.hl7v3.build import coded, identifier, make, party, time
from dmp.wire.hl7v3.names import INTERACTIONS, PROFESSIONALS, REASONS, STRUCTURES, V3
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.times import instant
from dmp.wire.xml import Element

SERVER = Device("1.2.250.1.213.4.1.1.1", "DMP")
"""The service, as senders address it."""


def interaction_of(body: Element) -> Interaction:
    """Which of the three management messages this is.

    Raises:
        InvalidMessage: none of them.
    """
    name = etree.QName(body)
    if name.namespace != V3 or name.localname not in tuple(Interaction):
        raise InvalidMessage("not a record management message", element="Body")
    return Interaction(name.localname)


def read_header(body: Element) -> MessageHeader:
    """Read what an answer needs, even from a message that will be refused.

    Only the id of the message is indispensable. What is absent or unreadable
    is left empty here and refused by `check_wrapper`.

    Raises:
        InvalidMessage: not a management message, or one without an id to answer to.
    """
    interaction_of(body)
    return read_any_header(Node.root(body))


def read_any_header(root: Node) -> MessageHeader:
    """The same of a message of any kind.

    Raises:
        InvalidMessage: one without an id to answer to.
    """
    id_ = root.find("id")
    if id_ is None or not id_.get("root"):
        raise InvalidMessage("a message without id cannot be answered", element=f"{root.path}/id")
    return MessageHeader(
        id=_message_id(id_),
        created=_created(root),
        sender=_device(root),
        processing=_processing(root) or Processing.PRODUCTION,
        author=_author(root),
        query=_query_id(root),
    )


def check_wrapper(root: Node) -> None:
    """Hold the wrapper to its rules, in the order of the message (xds-wire 9.1).

    Raises:
        IncompleteRequest: a piece is missing or contradicts another; it is named.
    """
    instant(root.need("creationTime"))
    interaction = root.need("interactionId")
    if interaction.get("extension") != etree.QName(root.element).localname:
        raise interaction.refusal("not the name of this message", "extension")
    if _processing(root) is None:
        raise root.need("processingCode").refusal("neither P, D nor T", "code")
    root.need("sender", "device", "id").demand("root")


def reason_of(root: Node) -> str:
    """The reason a message is sent for; whether it fits the message is for the reader of that message.

    Raises:
        IncompleteRequest: no reason, several different ones, or a code of another system.
    """
    process = root.need("controlActProcess")
    reasons = process.all("reasonCode")
    codes = {reason.demand("code") for reason in reasons}
    if len(codes) != 1:
        problem = "reasons that differ" if codes else "element missing"
        raise IncompleteRequest(problem, element=f"{process.path}/reasonCode")
    if any(reason.get("codeSystem") not in ("", REASONS) for reason in reasons):
        raise reasons[0].refusal("not a reason of management messages", "codeSystem")
    return codes.pop()


def write_wrapper(
    name: str, header: MessageHeader, *, receiver: Device, accept: str, content: tuple[Element, ...]
) -> Element:
    """A message of that name; `accept` is AL to ask for an answer, NE in an answer."""
    return make(
        name,
        identifier("id", header.id),
        time("creationTime", header.created),
        make("interactionId", root=INTERACTIONS, extension=name),
        make("processingCode", code=header.processing),
        make("processingModeCode", code="T"),
        make("acceptAckCode", code=accept),
        party("receiver", "RCV", receiver),
        party("sender", "SND", header.sender),
        *content,
        ITSVersion="XML_1.0",
    )


def answering(header: MessageHeader, *, message_id: MessageId, at: datetime, server: Device) -> MessageHeader:
    """The header of an answer: same processing, sent by the server."""
    return MessageHeader(message_id, dtm.of(at), server, header.processing)


def write_author(author: DeclaredAuthor) -> Element | None:
    """The `author` of a registration request, None when nobody is declared."""
    if author == DeclaredAuthor():
        return None
    person = make("id", root=PROFESSIONALS, extension=author.professional) if author.professional else None
    role = coded("code", author.role.code, author.role.system, author.role.display) if author.role else None
    entity = make("assignedEntity", person, role, _author_name(author), _represented(author), classCode="ASSIGNED")
    return make("author", entity, typeCode="AUT")


def _author_name(author: DeclaredAuthor) -> Element | None:
    if not author.family and not author.given:
        return None
    name = make("name", make("family", text=author.family), make("given", text=author.given), xsi_type="PN")
    return make("assignedPerson", name, classCode="PSN", determinerCode="INSTANCE")


def _represented(author: DeclaredAuthor) -> Element | None:
    if not author.structure and not author.structure_name:
        return None
    id_ = make("id", root=STRUCTURES, extension=author.structure) if author.structure else None
    name = make("name", text=author.structure_name) if author.structure_name else None
    return make(
        "representedOrganization",
        id_,
        name,
        make("contactParty", classCode="CON"),
        classCode="ORG",
        determinerCode="INSTANCE",
    )


def _message_id(node: Node) -> MessageId:
    return MessageId(node.get("root"), node.get("extension"))


def _created(root: Node) -> str:
    node = root.find("creationTime")
    try:
        return instant(node) if node else ""
    except IncompleteRequest:
        return ""


def _processing(root: Node) -> Processing | None:
    node = root.find("processingCode")
    code = node.get("code") if node else ""
    return Processing(code) if code in tuple(Processing) else None


def _device(root: Node) -> Device:
    device = root.find("sender", "device")
    id_ = device.find("id") if device else None
    software = device.find("softwareName") if device else None
    return Device(id_.get("root") if id_ else "", software.text if software else "")


def _query_id(root: Node) -> MessageId | None:
    node = root.find("controlActProcess", "queryByParameter", "queryId")
    return _message_id(node) if node and node.get("root") else None


def _author(root: Node) -> DeclaredAuthor:
    entity = root.find("controlActProcess", "subject", "registrationRequest", "author", "assignedEntity")
    if entity is None:
        return DeclaredAuthor()
    role = entity.find("code")
    family = entity.find("assignedPerson", "name", "family")
    given = entity.find("assignedPerson", "name", "given")
    organisation = entity.find("representedOrganization")
    name = organisation.find("name") if organisation else None
    return DeclaredAuthor(
        professional=_national_id(entity, PROFESSIONALS),
        role=Code(role.get("code"), role.get("codeSystem"), role.get("displayName")) if role else None,
        family=family.text if family else "",
        given=given.text if given else "",
        structure=_national_id(organisation, STRUCTURES) if organisation else "",
        structure_name=name.text if name else "",
    )


def _national_id(holder: Node, root: str) -> str:
    return next((id_.get("extension") for id_ in holder.all("id") if id_.get("root") == root), "")
