"""The persons whom a search by traits found, PDQ V3 (TD0.5, ITI-47): the answer, both ways (xds-wire 9.1, 9.3)."""

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from dmp.record.errors import DmpCode, InvalidMessage
from dmp.record.lists import FoundPerson, PersonSearch
from dmp.record.management import Acknowledgement, AcknowledgementCode, Device, MessageHeader, MessageId, PartialTraits
from dmp.wire.hl7v3.build import coded, identifier, make
from dmp.wire.hl7v3.header import SERVER, answering, write_wrapper
from dmp.wire.hl7v3.names import ACTIVE, INTERACTIONS, V3
from dmp.wire.hl7v3.node import Node
from dmp.wire.hl7v3.person import read_all_traits, read_patient_id
from dmp.wire.hl7v3.person_search import query_by_traits
from dmp.wire.hl7v3.read_answers import acknowledgement_of
from dmp.wire.hl7v3.relations import read_address
from dmp.wire.hl7v3.write_person import identifiers, write_person
from dmp.wire.xml import Element

FOUND = "PRPA_IN201306UV02"
TRIGGER = "PRPA_TE201306UV02"
DEGREE_OF_MATCH = "POURCENTAGE"
WHOLLY = 100
"""Who is in the answer has every trait that was asked for."""


def write_found(
    search: PersonSearch,
    persons: Sequence[FoundPerson],
    *,
    message_id: MessageId,
    at: datetime,
    server: Device = SERVER,
) -> Element:
    """Answer a search; nobody found is `NF`."""
    count = str(len(persons))
    process = _process(
        *(_subject(person, server) for person in persons),
        make(
            "queryAck",
            identifier("queryId", search.header.query or search.header.id),
            make("statusCode", code="deliveredResponse"),
            make("queryResponseCode", code="OK" if persons else "NF"),
            make("resultTotalQuantity", value=count),
            make("resultCurrentQuantity", value=count),
            make("resultRemainingQuantity", value="0"),
        ),
        query_by_traits(search),
    )
    accepted = _acknowledgement(Acknowledgement(AcknowledgementCode.ACCEPTED, search.header.id))
    head = answering(search.header, message_id=message_id, at=at, server=server)
    return write_wrapper(FOUND, head, receiver=search.header.sender, accept="NE", content=(accepted, process))


def write_search_refused(
    header: MessageHeader,
    code: DmpCode,
    text: str,
    *,
    message_id: MessageId,
    at: datetime,
    server: Device = SERVER,
) -> Element:
    """Answer that a search was not carried out, and why; nothing of its criteria is repeated (DEC-41)."""
    refusal = _acknowledgement(Acknowledgement(AcknowledgementCode.ERROR, header.id, code, text))
    process = _process(
        make(
            "queryAck",
            identifier("queryId", header.query or header.id),
            make("statusCode", code="aborted"),
            make("queryResponseCode", code=AcknowledgementCode.ERROR),
        )
    )
    head = answering(header, message_id=message_id, at=at, server=server)
    return write_wrapper(FOUND, head, receiver=header.sender, accept="NE", content=(refusal, process))


def read_found(body: Element) -> tuple[FoundPerson, ...] | Acknowledgement:
    """The persons found, or the refusal, as a client receives them.

    Raises:
        InvalidMessage: not this answer.
        IncompleteRequest, InvalidIdentity: a person of whom an identifier or a trait is missing or not well formed.
    """
    name = etree.QName(body)
    if name.namespace != V3 or name.localname != FOUND:
        raise InvalidMessage("not the answer to a search of persons", element="Body")
    root = Node.root(body)
    verdict = acknowledgement_of(root)
    if not verdict.accepted:
        return verdict
    subjects = root.need("controlActProcess").all("subject")
    return tuple(_person(subject.need("registrationEvent", "subject1", "patient")) for subject in subjects)


def _process(*content: Element) -> Element:
    return make("controlActProcess", coded("code", TRIGGER, INTERACTIONS), *content, classCode="CACT", moodCode="EVN")


def _acknowledgement(acknowledgement: Acknowledgement) -> Element:
    """The verdict stands in a child, as in the edition of HL7 V3 that PDQ is of."""
    code, text = acknowledgement.code, acknowledgement.text
    detail = make("acknowledgementDetail", make("code", code=code), make("text", text=text), typeCode="E")
    return make(
        "acknowledgement",
        make("typeCode", code=acknowledgement.verdict),
        make("targetMessage", identifier("id", acknowledgement.target)),
        detail if code else None,
    )


def _subject(person: FoundPerson, server: Device) -> Element:
    match = make(
        "queryMatchObservation",
        make("code", code=DEGREE_OF_MATCH),
        make("value", value=str(WHOLLY), xsi_type="INT"),
        classCode="COND",
        moodCode="EVN",
    )
    patient = make(
        "patient",
        *identifiers(person.identifiers),
        make("statusCode", code=ACTIVE),
        write_person(PartialTraits.of(person.traits), address=(("city", person.city),) if person.city else None),
        _keeper("providerOrganization", server, make("contactParty", classCode="CON"), classCode="ORG"),
        make("subjectOf1", match),
        classCode="PAT",
    )
    event = make(
        "registrationEvent",
        make("statusCode", code=ACTIVE),
        make("subject1", patient, typeCode="SBJ"),
        make("custodian", _keeper("assignedEntity", server, classCode="ASSIGNED"), typeCode="CST"),
        classCode="REG",
        moodCode="EVN",
    )
    return make("subject", event, typeCode="SUBJ", contextConductionInd="false")


def _keeper(name: str, server: Device, *more: Element, **attributes: str) -> Element:
    determiner = {"determinerCode": "INSTANCE"} if name == "providerOrganization" else {}
    return make(name, make("id", root=server.oid), *more, **attributes, **determiner)


def _person(patient: Node) -> FoundPerson:
    person = patient.need("patientPerson")
    return FoundPerson(
        tuple(read_patient_id(one) for one in patient.all("id")),
        read_all_traits(person),
        dict(read_address(person) or ()).get("city", ""),
    )
