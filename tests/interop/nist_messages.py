"""From the message of a plan to the octets on the wire: symbols, identifiers, envelope, packaging."""

import re
import uuid
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree
from nist_plan import Kind, Step
from raw import READ, SEARCH, SUBMIT, UPDATE, an_envelope, an_include, inline, mtom_body, mtom_type, simple_type
from raw_bodies import an_oid

XDSB = "urn:ihe:iti:xds-b:2007"
ACTION = {
    Kind.SUBMIT: SUBMIT,
    Kind.RAW: SUBMIT,
    Kind.QUERY: SEARCH,
    Kind.RETRIEVE: READ,
    Kind.UPDATE: UPDATE,
    Kind.REGISTER: "urn:ihe:iti:2007:RegisterDocumentSet-b",
    Kind.REMOVE_METADATA: "urn:ihe:iti:2010:DeleteDocumentSet",
    Kind.REMOVE_DOCUMENTS: "urn:ihe:iti:2017:RemoveDocuments",
}
METADATA = {Kind.SUBMIT, Kind.REGISTER, Kind.UPDATE}
"""The kinds whose message holds registry objects to give identifiers to."""
UNOPTIMISED = {"12344", "11981"}
"""Tests whose documents are sent as base64 inside the envelope; the others use XOP."""
PATIENT_SCHEMES = {
    "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
    "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
    "urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a",
}
UNIQUE_ID_SCHEMES = {
    "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
    "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8",
    "urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a",
}
REFERENCES = ("id", "classifiedObject", "registryObject", "sourceObject", "targetObject")
RAW_PATIENT = re.compile(rb'(?<=value=")[^"]*\^\^\^[^"]*(?=")')
RAW_MESSAGE_ID = re.compile(rb"urn:uuid:[0-9A-F]{31}(?=<)")


@dataclass(frozen=True)
class Message:
    """A body ready to send, and what was put into it."""

    body: etree._Element
    given: dict[str, dict[str, str]] = field(default_factory=lambda: {"AssignedUids": {}, "AssignedUuids": {}})
    """Fresh identifiers by the id of their object in the plan, under the names that plans use."""
    documents: dict[str, bytes] = field(default_factory=dict)
    """Octets to send, by uniqueId."""


@dataclass(frozen=True)
class Packed:
    """What goes over HTTP."""

    content: bytes
    content_type: str


def message_of(step: Step, symbols: Mapping[str, str], patient: str) -> Message:
    """The message of a step: symbols filled, patient and fresh identifiers put in as the plan asks."""
    body = deepcopy(step.inline_message)
    if body is None:
        body = etree.parse(step.message_file, etree.XMLParser(remove_comments=True, remove_blank_text=True)).getroot()
    fill(body, symbols)
    if step.kind not in METADATA:
        return Message(body)
    if not step.names_its_patient:
        for identifier in _identifiers(body, PATIENT_SCHEMES):
            identifier.set("value", patient)
    unique_ids = _fresh_unique_ids(step, body)
    uuids = _fresh_uuids(body) if step.has("AssignUuids") else {}
    documents = {unique_ids[e]: file.read_bytes() for e, file in step.documents.items() if e in unique_ids}
    return Message(body, {"AssignedUids": unique_ids, "AssignedUuids": uuids}, documents)


def fill(root: etree._Element, symbols: Mapping[str, str]) -> None:
    """Put values in the place of symbols, in texts and attributes."""
    for element in root.iter(etree.Element):
        element.text = filled(element.text, symbols)
        for name, value in element.attrib.items():
            element.set(name, filled(value, symbols))


def filled(text: str | None, symbols: Mapping[str, str]) -> str | None:
    """A text with values in the place of symbols, the longest symbol first."""
    for symbol in sorted(symbols, key=len, reverse=True):
        text = text and text.replace(symbol, symbols[symbol])
    return text


def _identifiers(body: etree._Element, schemes: set[str]) -> list[etree._Element]:
    return [e for e in body.iter("{*}ExternalIdentifier") if e.get("identificationScheme") in schemes]


def _fresh_unique_ids(step: Step, body: etree._Element) -> dict[str, str]:
    kept = step.keeps_ids_of
    fresh = {}
    for identifier in _identifiers(body, UNIQUE_ID_SCHEMES):
        owner = identifier.getparent().get("id")
        if kept is not None and owner not in kept:
            identifier.set("value", an_oid())
            fresh[owner] = identifier.get("value")
    return fresh


def _fresh_uuids(body: etree._Element) -> dict[str, str]:
    symbolic = [i for e in body.iter(etree.Element) if (i := e.get("id")) and not i.startswith("urn:uuid:")]
    fresh = {name: f"urn:uuid:{uuid.uuid4()}" for name in symbolic}
    for element in body.iter(etree.Element):
        for reference in REFERENCES:
            if element.get(reference) in fresh:
                element.set(reference, fresh[element.get(reference)])
    return fresh


def packed(step: Step, message: Message, security: str) -> Packed:
    """The message of a step in its envelope, with its documents."""
    action = ACTION[step.kind]
    if step.kind is not Kind.SUBMIT:
        return Packed(an_envelope(action, text(message.body), security), simple_type(action))
    return packed_submission(step, message, security)


def packed_submission(step: Step, message: Message, security: str) -> Packed:
    """ITI-41, as XOP or with the documents inside the envelope; both are MTOM (xds-wire 1.5)."""
    parts, elements = {}, []
    for number, (entry, file) in enumerate(step.documents.items()):
        octets, content_id = file.read_bytes(), f"{number}@nist"
        unoptimised = step.place.test in UNOPTIMISED
        parts |= {} if unoptimised else {content_id: octets}
        content = inline(octets) if unoptimised else an_include(content_id)
        elements.append(f'<x:Document id="{message.given["AssignedUuids"].get(entry, entry)}">{content}</x:Document>')
    request = f'<x:ProvideAndRegisterDocumentSetRequest xmlns:x="{XDSB}">{text(message.body)}{"".join(elements)}'
    envelope = an_envelope(SUBMIT, f"{request}</x:ProvideAndRegisterDocumentSetRequest>", security)
    return Packed(mtom_body(envelope, parts), mtom_type())


def raw_request(step: Step, patient: str, security: str) -> Packed:
    """The HTTP body of a plan, as it is but for what cannot be replayed.

    The repository of the kit turned its line ends into bare LF: they become
    CRLF again, as in the base64 of the same document. The patient and the
    message id, written into the file, become ours; a VIHF goes to the end of
    the SOAP header, which has no security header.
    """
    content = re.sub(rb"\r?\n", b"\r\n", step.message_file.read_bytes())
    content = RAW_PATIENT.sub(lambda _: escape(patient).encode(), content)
    content = RAW_MESSAGE_ID.sub(f"urn:uuid:{uuid.uuid4()}".encode(), content)
    return Packed(content.replace(b"</soapenv:Header>", security.encode() + b"</soapenv:Header>"), step.content_type)


def text(element: etree._Element) -> str:
    """An element as it goes into an envelope."""
    return etree.tostring(element, encoding="unicode", with_tail=False)
