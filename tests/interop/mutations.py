"""Valid requests of every service, and seeded ways to break their structure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from lxml import etree
from raw import (
    READ,
    SEARCH,
    SUBMIT,
    UPDATE,
    RawCaller,
    an_envelope,
    an_include,
    inline,
    mtom_body,
    mtom_type,
    simple_type,
)
from raw_bodies import Lot, change_status, retrieve, search

from dmp.assure.mutations import change_media_type, change_octets, change_tree
from dmp.record.management import (
    AuthorisationAction,
    AuthorisationRequest,
    Device,
    MessageHeader,
    MessageId,
    RecordTest,
)
from dmp.record.patient import PatientId
from dmp.wire import habilitations, hl7v3
from dmp.wire.xml import serialise


@dataclass(frozen=True)
class Request:
    """A request ready to be posted."""

    service: str
    content: bytes
    content_type: str


def valid_requests(caller: RawCaller, ins: str, security: str) -> list[Callable[[], Request]]:
    """Makers of valid requests of each kind, each message new."""
    patient = PatientId(ins, "1.2.250.1.213.1.4.10")
    head = MessageHeader(MessageId("2.25.1"), "20261102083000", Device("2.25.2", "essai"), query=MessageId("2.25.3"))
    test = serialise(hl7v3.write_request(RecordTest(head, patient))).decode()
    grant = serialise(habilitations.write_authorisation(AuthorisationRequest(AuthorisationAction.ADD))).decode()
    simple = {
        SEARCH: ("registry", search(ins)),
        UPDATE: ("registry", change_status(ins, "urn:uuid:00000000-0000-4000-8000-000000000000")),
        READ: ("repository", retrieve("1.2.3", "1.2.4")),
        "urn:hl7-org:v3:PRPA_IN201307UV02": ("patients", test),
        habilitations.ACTIONS[0]: ("habilitations", grant),
    }

    def plain(action: str, service: str, body: str) -> Callable[[], Request]:
        return lambda: Request(service, an_envelope(action, body, security), simple_type(action))

    def submission() -> Request:
        lot = Lot.of(ins)
        root = an_envelope(SUBMIT, lot.request(an_include("d1@raw")), security)
        return Request("repository", mtom_body(root, {"d1@raw": lot.document}), mtom_type())

    def inlined() -> Request:
        lot = Lot.of(ins)
        root = an_envelope(SUBMIT, lot.request(inline(lot.document)), security)
        return Request("repository", mtom_body(root, {}), mtom_type())

    return [*(plain(action, *what) for action, what in simple.items()), submission, inlined]


def mutated(request: Request, random: Random) -> Request:
    """The request with one to three changes of its structure."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        change = random.choice((_tree, _tree, _tree, _tree, _octets, _media_type))
        request = change(request, random)
    return request


def _tree(request: Request, random: Random) -> Request:
    """Change the envelope as a tree, wherever it stands in the octets."""
    start = request.content.find(b"<?xml")
    end = request.content.find(b"</s:Envelope>") + len(b"</s:Envelope>")
    try:
        root = etree.fromstring(request.content[start:end])
    except etree.XMLSyntaxError:
        return request
    change_tree(root, random)
    content = request.content[:start] + etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return replace(request, content=content + request.content[end:])


def _octets(request: Request, random: Random) -> Request:
    return replace(request, content=change_octets(request.content, random))


def _media_type(request: Request, random: Random) -> Request:
    return replace(request, content_type=change_media_type(request.content_type, random))
