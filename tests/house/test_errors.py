"""Every error of the house has an answer at every edge, or is a fault on purpose (house 3, DEC-41)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from lxml import etree

from dmp.record.actor import Caller, Facility, Professional
from dmp.record.errors import (
    AccessRefused,
    AccountExists,
    AccountNotFound,
    AssertionRefused,
    ChannelExists,
    ConsentMissing,
    DmpError,
    DocumentNotFound,
    IncompleteRequest,
    InvalidIdentity,
    InvalidMessage,
    Problem,
    RecordClosed,
    RecordExists,
    RecordNotClosed,
    RecordNotFound,
    Refused,
    StorageUnavailable,
    XdsCode,
)
from dmp.record.lists import AuthorisationMode, DateKind, PersonSearch, RecordListRequest
from dmp.record.management import AuthorisationAction, AuthorisationRequest, RecordTest
from dmp.record.notice import Channel
from dmp.record.patient import PatientId
from dmp.record.profile import dmp
from dmp.record.query import DocumentIds, GetDocuments, StoredQuery
from dmp.web.soap import administration, habilitations, patient_access, patient_lists, patients, registry, repository
from dmp.web.soap.operation import Message, Operation
from dmp.wire import habilitations as hab
from dmp.wire import habilitations_list, hl7v3, patient_list
from dmp.wire import patient_access as pat
from dmp.wire.xds import iti18_request, iti42, iti43, iti62, iti86
from dmp.wire.xds.iti57_request import delete, write_request
from management_builders import a_query_header
from xds_builders import ENTRY_UUID, a_lot, a_registered_entry, a_submission

SECRET = "277076322082910"
PERSON = PatientId("279035121518989", "1.2.250.1.213.1.4.10")

EVERY_ERROR: tuple[DmpError, ...] = (
    InvalidMessage("the message cannot be read", element="Body"),
    AssertionRefused("the precise reason"),
    Refused(Problem(XdsCode.REPOSITORY_METADATA_ERROR, "Document01 title: not a title")),
    InvalidIdentity("the key is wrong", element="INS"),
    RecordNotFound("no record for this person"),
    RecordExists("the person already has a record"),
    RecordClosed("the record is closed", reason="FERMETURE_DECES"),
    RecordNotClosed("only a closed record can be reactivated"),
    ConsentMissing("opening needs consent", element="CONSENTEMENT_OUVERTURE_DMP"),
    IncompleteRequest("element missing", element="patient/id"),
    AccountExists("this person already has an account"),
    AccountNotFound("this person has no account"),
    ChannelExists("one-time codes already go to this address"),
    DocumentNotFound("urn:uuid:0b2f7d6e-1111-4222-8333-444455556666"),
    AccessRefused("no", rule="outside-matrix"),
    StorageUnavailable("the database cannot be used now"),
)
FAULTS = {InvalidMessage, AssertionRefused}
"""Answered by a SOAP fault, whatever the service."""
"""What an act of a service cannot raise: should it ever, the edge answers with a fault."""
BY_STATUS: set[type[DmpError]] = {
    Refused,
    DocumentNotFound,
    RecordExists,
    RecordNotClosed,
    ConsentMissing,
    InvalidIdentity,
}
OF_ACCOUNTS: set[type[DmpError]] = {AccountExists, AccountNotFound, ChannelExists}
"""Refusals of TD1.5, which the small services share."""
OF_SMALL_SERVICES = ("habilitations", "list of authorisations", "list of records", "account")
ELSEWHERE: dict[str, set[type[DmpError]]] = {
    "submit": {RecordExists, RecordNotClosed, ConsentMissing, IncompleteRequest},
    "update": {RecordExists, RecordNotClosed, ConsentMissing, IncompleteRequest},
    "search": {RecordExists, RecordNotClosed, ConsentMissing, IncompleteRequest, InvalidIdentity},
    "read": {RecordExists, RecordNotClosed, ConsentMissing, IncompleteRequest, InvalidIdentity},
    "register": {RecordExists, RecordNotClosed, ConsentMissing, IncompleteRequest},
    "remove metadata": {RecordExists, RecordNotClosed, ConsentMissing, IncompleteRequest},
    "remove documents": {RecordExists, RecordNotClosed, ConsentMissing, IncompleteRequest},
    "patients": {Refused, DocumentNotFound},
    **dict.fromkeys(OF_SMALL_SERVICES, BY_STATUS),
    "search of persons": {
        Refused,
        DocumentNotFound,
        RecordExists,
        RecordNotFound,
        RecordClosed,
        RecordNotClosed,
        ConsentMissing,
    },
}


class House:
    """What the answers need of a house, and nothing else."""

    profile = dmp()
    repository_unique_id = "1.2.250.1.213.4.1.1.1.2"
    device_oid = "1.2.250.1.213.4.1.1.1"

    @staticmethod
    def new_id() -> str:
        return "00000000-0000-4000-8000-000000000001"


def a_message(body) -> Message:
    doctor = Professional("899900012345", "X", "10", "SM26", Facility("1750000001", "", "SA07"))
    return Message(body, Caller(doctor), None, lambda _: None, datetime(2026, 11, 22, tzinfo=UTC))  # type: ignore[arg-type]


SERVICES: dict[str, tuple[Operation, Callable[[], object]]] = {
    "submit": (repository.SUBMIT, lambda: iti43.write_request([])),
    "update": (registry.UPDATE, lambda: write_request(delete(a_lot(), a_registered_entry()))),
    "search": (
        registry.SEARCH,
        lambda: iti18_request.write_request(StoredQuery(GetDocuments(DocumentIds(unique_ids=frozenset({"1.2"}))))),
    ),
    "read": (
        repository.READ,
        lambda: iti43.write_request([iti43.DocumentRequest("1.2.250.1.213.4.1.1.1.2", "1.2.3.4")]),
    ),
    "register": (registry.REGISTER, lambda: iti42.write_request(a_submission())),
    "remove metadata": (administration.REMOVE_METADATA, lambda: iti62.write_request([ENTRY_UUID])),
    "remove documents": (
        administration.REMOVE_DOCUMENTS,
        lambda: iti86.write_request([iti43.DocumentRequest("1.2.250.1.213.4.1.1.1.2", "1.2.3.4")]),
    ),
    "patients": (patients.OPERATIONS[0], lambda: hl7v3.write_request(RecordTest(a_query_header(), PERSON))),
    "habilitations": (
        habilitations.OPERATIONS[0],
        lambda: hab.write_authorisation(AuthorisationRequest(AuthorisationAction.ADD)),
    ),
    "list of authorisations": (
        habilitations.OPERATIONS[1],
        lambda: habilitations_list.write_list_request(AuthorisationMode.ALL),
    ),
    "list of records": (
        patient_lists.LIST,
        lambda: patient_list.write_list_request(RecordListRequest(DateKind.LAST_DOCUMENT)),
    ),
    "account": (
        patient_access.OPERATIONS[0],
        lambda: pat.write_creation(Channel.EMAIL, "anne@example.org"),
    ),
    "search of persons": (
        patient_lists.SEARCH,
        lambda: hl7v3.write_search(PersonSearch(a_query_header(), "DUPONT", "ANNE")),
    ),
}


def subclasses(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_error_of_the_house_is_listed_here():
    assert {type(error) for error in EVERY_ERROR} == {
        kind for kind in subclasses(DmpError) if kind.__module__.startswith("dmp.") and "code" in vars(kind)
    }


def test_codes_are_unique():
    codes = [error.code for error in EVERY_ERROR]
    assert len(codes) == len(set(codes))
    assert DmpError.code not in codes


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
def test_every_error_has_an_answer_or_is_a_fault(service, error):
    operation, body = SERVICES[service]
    kind = type(error)
    if kind in FAULTS | ELSEWHERE[service] | (set() if service in OF_SMALL_SERVICES else OF_ACCOUNTS):
        with pytest.raises(kind):
            operation.refused(error, a_message(body()), House())
        return

    answer = operation.refused(error, a_message(body()), House())

    assert answer.body is not None
    assert answer.parts == ()


def test_what_may_not_be_known_is_answered_as_unknown():
    for service in ("search", "read"):
        operation, body = SERVICES[service]
        answers = {
            str(_text(operation.refused(error, a_message(body()), House()).body))
            for error in (RecordNotFound("x"), AccessRefused("x", rule="r"), DocumentNotFound("x"), RecordClosed("x"))
        }
        assert len(answers) == 1


def _text(body) -> list[object]:
    element = etree.fromstring(body) if isinstance(body, bytes) else body
    return [(node.tag, dict(node.attrib), node.text) for node in element.iter()]
