"""Record management requests and answers, valid by default; each test changes what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from dmp.record.codes import Code
from dmp.record.management import (
    AdministrativeData,
    AuthorisationStatus,
    CardIdentity,
    ClosingRequest,
    DeclaredAuthor,
    Device,
    IdentityChange,
    IdentityRequest,
    MessageHeader,
    MessageId,
    OpeningRequest,
    PartialTraits,
    Processing,
    RecordStatus,
    RecordTest,
    ReopeningRequest,
)
from dmp.record.patient import Contact, Guardian, IdentityTraits, PatientId, Sex
from dmp.record.record import ClosingReason, Closure, Oppositions, RecordState

V3 = "{urn:hl7-org:v3}"
NS = {"h": "urn:hl7-org:v3", "g": "asip:ci-sis:gdp:2010", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
AT = datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC)
ANSWER_ID = MessageId("1.2.250.1.999.9", "answer-1")

PATIENT = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
OLD_ID = PatientId("1541187387477485562488", "1.2.250.1.213.1.4.2")
ADDRESS = (("streetAddressLine", "3 rue des Tilleuls"), ("postalCode", "29200"), ("city", "Brest"))
TELECOMS = (("HP", "tel:0298000000"), ("MC", "tel:0600000000"), ("", "mailto:camille@example.org"))


def a_header(**changes: Any) -> MessageHeader:
    """Sent by a practice's software, without a query."""
    header = MessageHeader(
        id=MessageId("1.2.250.1.999.1", "b1f7"),
        created="20260302085959",
        sender=Device("1.2.250.1.999.2", "Cabinet 3"),
        processing=Processing.DEBUG,
        author=DeclaredAuthor(
            professional="899700000001",
            role=Code("G15_10/SM26", "1.2.250.1.213.1.1.4.5", "Médecin généraliste (SM)"),
            family="KERVELLA",
            given="Anne",
            structure="10B0000001",
            structure_name="Cabinet des Tilleuls",
        ),
    )
    return replace(header, **changes)


def a_query_header(**changes: Any) -> MessageHeader:
    """As a query has it: with a query id, without author."""
    return a_header(author=DeclaredAuthor(), query=MessageId("1.2.250.1.999.3", "q-1"), **changes)


def traits(**changes: Any) -> IdentityTraits:
    """All the traits of a woman who uses another name than her birth name."""
    told = IdentityTraits(
        birth_name="LE GOFF",
        birth_first_name="CAMILLE",
        birth_first_names="CAMILLE MARIE-LOUISE",
        birth_date="1979-03-28",
        sex=Sex.FEMALE,
        birth_place="29019",
        used_name="MARTIN",
        used_first_name="CAM",
    )
    return replace(told, **changes)


def a_guardian(**changes: Any) -> Guardian:
    """A father with a telephone and an address."""
    father = Guardian("FTH", "LE GOFF", "Yann", Contact(ADDRESS, (("MC", "tel:0611111111"),)))
    return replace(father, **changes)


def a_test(**changes: Any) -> RecordTest:
    """TD0.2."""
    return replace(RecordTest(a_query_header(), PATIENT), **changes)


def an_identity_request(**changes: Any) -> IdentityRequest:
    """TD1.3a."""
    return replace(IdentityRequest(a_query_header(), PATIENT), **changes)


def an_opening(**changes: Any) -> OpeningRequest:
    """TD1.1 with everything that a message may tell."""
    request = OpeningRequest(
        header=a_header(),
        identifiers=(PATIENT, OLD_ID),
        traits=traits(),
        consent="20260302",
        contact=Contact(ADDRESS, TELECOMS),
        guardians=(a_guardian(), a_guardian(relationship="MTH", given="Maël", identifier=PatientId("42", "1.2.3"))),
        oppositions=Oppositions(break_glass=True, emergency_dispatch=False),
        card=CardIdentity("LE GOFF", "MARTIN", "CAMILLE", "790328"),
    )
    return replace(request, **changes)


def a_reopening(**changes: Any) -> ReopeningRequest:
    """TD1.2."""
    declared = PartialTraits(birth_name="LE GOFF", birth_first_names="CAMILLE")
    return replace(ReopeningRequest(a_header(), (PATIENT,), "20260301173000", declared), **changes)


def a_change(**changes: Any) -> IdentityChange:
    """TD1.3b that tells nothing yet."""
    return replace(IdentityChange(a_header(), (PATIENT,)), **changes)


def a_closing(**changes: Any) -> ClosingRequest:
    """TD1.4 at the request of the person."""
    request = ClosingRequest(a_header(), (PATIENT,), ClosingReason.PATIENT_REQUEST, "Demande orale au cabinet")
    return replace(request, **changes)


def a_status(**changes: Any) -> RecordStatus:
    """An open record that the caller may read."""
    status = RecordStatus(
        state=RecordState.ACTIVE,
        identifiers=(PATIENT, OLD_ID),
        authorisation=AuthorisationStatus.VALID,
        traits=traits(),
        telecoms=TELECOMS,
        portal_account=True,
    )
    return replace(status, **changes)


def a_closed_status() -> RecordStatus:
    """A record closed by its holder."""
    closure = Closure(datetime(2025, 12, 24, 10, 30, tzinfo=UTC), ClosingReason.PATIENT_REQUEST, "Demande")
    return a_status(state=RecordState.CLOSED, authorisation=AuthorisationStatus.EXPIRED, closure=closure)


def some_data(**changes: Any) -> AdministrativeData:
    """Everything a TD1.3a can answer."""
    data = AdministrativeData(
        identifiers=(PATIENT,),
        traits=traits(),
        contact=Contact(ADDRESS, TELECOMS),
        guardians=(a_guardian(),),
        oppositions=Oppositions(emergency_dispatch=True),
        linked_to_portal=True,
    )
    return replace(data, **changes)


def resent(element: etree._Element) -> etree._Element:
    """The message as it arrives: written to octets and parsed again."""
    return etree.fromstring(etree.tostring(element))


def one(element: etree._Element, path: str) -> etree._Element:
    """The only element at an XPath with the prefixes h, g and xsi."""
    (found,) = element.xpath(path, namespaces=NS)
    return found


def values(element: etree._Element, path: str) -> list[str]:
    """The attribute values or texts at an XPath."""
    return [str(found) for found in element.xpath(path, namespaces=NS)]
