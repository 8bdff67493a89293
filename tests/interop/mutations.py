"""Valid requests of every service, and seeded ways to break their structure."""

from collections.abc import Callable
from copy import deepcopy
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

ODD_TEXTS = (
    "",
    " ",
    "é" * 300,
    "9" * 400,
    "-1",
    "urn:uuid:",
    "urn:uuid:zzzzzzzz-0000-4000-8000-000000000000",
    "^^^&&ISO",
    "^^^&1.2.250.1.213.1.4.10&ISO^NH",
    "('",
    "''''",
    "20260231",
    "1.2.3.",
    "\u202e\u0085\ud7ff",
    "𝔸" * 50,
    "cid:",
    "{}",
    "%00%0a%zz",
    "http://www.w3.org/2003/05/soap-envelope",
)


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
    element = random.choice([found for found in root.iter("*") if found is not root])
    random.choice(TREE_CHANGES)(element, random)
    content = request.content[:start] + etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return replace(request, content=content + request.content[end:])


def _delete(element: etree._Element, random: Random) -> None:
    element.getparent().remove(element)


def _double(element: etree._Element, random: Random) -> None:
    element.addnext(deepcopy(element))


def _move(element: etree._Element, random: Random) -> None:
    inside = set(element.iter())
    others = [found for found in element.getroottree().getroot().iter("*") if found not in inside]
    random.choice(others).append(element)


def _rename(element: etree._Element, random: Random) -> None:
    name = etree.QName(element)
    element.tag = random.choice((f"{{{name.namespace}}}Odd", name.localname, f"{{urn:odd}}{name.localname}"))


def _wrap(element: etree._Element, random: Random) -> None:
    parent, index = element.getparent(), element.getparent().index(element)
    around = etree.Element(element.tag)
    parent.insert(index, around)
    around.append(element)


def _empty(element: etree._Element, random: Random) -> None:
    for child in list(element):
        element.remove(child)


def _shuffle(element: etree._Element, random: Random) -> None:
    children = list(element)
    random.shuffle(children)
    element[:] = children


def _say(element: etree._Element, random: Random) -> None:
    element.text = random.choice(ODD_TEXTS)


def _comment(element: etree._Element, random: Random) -> None:
    element.insert(0, etree.Comment("odd"))


def _attribute(element: etree._Element, random: Random) -> None:
    if not element.attrib:
        element.set("odd", random.choice(ODD_TEXTS))
        return
    name = random.choice(sorted(element.attrib))
    if random.random() < 0.3:
        del element.attrib[name]
    else:
        element.set(name, random.choice(ODD_TEXTS))


TREE_CHANGES = (_delete, _double, _move, _rename, _wrap, _empty, _shuffle, _say, _say, _comment, _attribute, _attribute)


def _octets(request: Request, random: Random) -> Request:
    content, at = request.content, random.randrange(len(request.content) + 1)
    length = random.choice((1, 1, 4, 200, 2000))
    changed = random.choice(
        (
            content[:at],
            content[:at] + content[at + length :],
            content[:at] + content[at : at + length] * 2 + content[at + length :],
            content[:at] + random.randbytes(length) + content[at:],
            content.replace(b"\r\n", b"\n"),
            content.replace(b"--part-9f0c", b"--part-other", 1),
            content + content,
            b"",
        )
    )
    return replace(request, content=changed)


def _media_type(request: Request, random: Random) -> Request:
    parameters = request.content_type.split("; ")
    index = random.randrange(len(parameters))
    odd = random.choice(("", "charset=UTF-16", 'boundary="é"', "start=<nobody>", 'action=""', "=", 'type="a/b"', "; ;"))
    parameters[index : index + 1] = random.choice(([], [odd], [parameters[index], odd], [parameters[index]] * 2))
    return replace(request, content_type="; ".join(parameters).strip())
