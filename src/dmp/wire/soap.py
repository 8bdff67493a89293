"""SOAP 1.2 and WS-Addressing: envelopes read and written, faults (xds-wire 1.2, 1.4, 1.7, DEC-117, DEC-118)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from dmp.record.errors import AssertionRefused, InvalidMessage
from dmp.record.profile import ProfileName
from dmp.wire.xml import NS, Element, label, parse, plain_text, qname, serialise

ANONYMOUS: Final = "http://www.w3.org/2005/08/addressing/anonymous"
ADDRESSING_FAULT: Final = "http://www.w3.org/2005/08/addressing/fault"
SOAP_FAULT: Final = "http://www.w3.org/2005/08/addressing/soap/fault"

_ADDRESSING: Final = frozenset(
    qname(f"wsa:{name}") for name in ("Action", "MessageID", "To", "From", "ReplyTo", "FaultTo", "RelatesTo")
)
_UNDERSTOOD: Final = _ADDRESSING | {qname("wsse:Security")}
_OUR_ROLES: Final = frozenset(
    {
        "",
        "http://www.w3.org/2003/05/soap-envelope/role/next",
        "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
    }
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_HEADER = 1024


class Action(StrEnum):
    """The `wsa:Action` of each request (xds-wire 1.2)."""

    STORED_QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
    PROVIDE_AND_REGISTER = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
    REGISTER = "urn:ihe:iti:2007:RegisterDocumentSet-b"
    RETRIEVE = "urn:ihe:iti:2007:RetrieveDocumentSet"
    UPDATE = "urn:ihe:iti:2010:UpdateDocumentSet"
    DELETE = "urn:ihe:iti:2010:DeleteDocumentSet"
    REMOVE_DOCUMENTS = "urn:ihe:iti:2017:RemoveDocuments"
    READ_RECORD = "urn:hl7-org:v3:PRPA_IN201307UV02"
    CREATE_RECORD = "urn:hl7-org:v3:PRPA_IN201311UV02"
    CHANGE_RECORD = "urn:hl7-org:v3:PRPA_IN201314UV02"
    FIND_PATIENTS = "urn:hl7-org:v3:PRPA_IN201305UV02"
    SET_AUTHORIZATION = "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization"
    LIST_AUTHORIZATIONS = "urn:si-dmp-habilitations:HabilitationsEndPoint:listAuthorizationByPatient"
    PATIENT_LIST = "urn:si-dmp-patients:PatientSpecificEndPoint:patientList"


_ANSWERS: Final = {
    Action.READ_RECORD: "urn:hl7-org:v3:PRPA_IN201308UV02",
    Action.CREATE_RECORD: "urn:hl7-org:v3:PRPA_IN201311ResponseUV02",
    Action.CHANGE_RECORD: "urn:hl7-org:v3:PRPA_IN201314ResponseUV02",
    Action.FIND_PATIENTS: "urn:hl7-org:v3:PRPA_IN201306UV02",
}


def answer_action(action: Action, *, profile: ProfileName = ProfileName.IHE) -> str:
    """The `wsa:Action` of the answer; the French service writes that of ITI-57 with a hyphen (xds-wire 1.2)."""
    if action is Action.UPDATE and profile is ProfileName.DMP:
        return f"{action}-Response"
    return _ANSWERS.get(action, f"{action}Response")


@dataclass(frozen=True)
class Envelope:
    """A message whose headers were checked. `body` is the only child of env:Body, `tree` the whole envelope.

    `to` and `relates_to` are empty when absent.
    """

    action: str
    message_id: str
    to: str
    relates_to: str
    security: Element | None
    body: Element
    tree: Element

    def required_security(self) -> Element:
        """The wsse:Security header, for a service that takes no anonymous message.

        Raises:
            InvalidMessage: there is none (DEC-117).
        """
        if self.security is None:
            raise InvalidMessage("header missing", element="wsse:Security")
        return self.security


def read(message: bytes | Element, *, http_action: str | None = None, charset: str | None = None) -> Envelope:
    """Read an envelope, octets or a tree from `xml.parse` (xds-wire 1.4).

    `http_action` and `charset` are parameters of the media type it came under;
    an empty `http_action` says nothing and is passed over.

    Raises:
        InvalidMessage: a rule of xds-wire 1.4 is broken; `fault` and `subcode` say which.
    """
    tree = parse(message, charset=charset) if isinstance(message, bytes) else message
    if tree.tag != qname("env:Envelope"):
        raise InvalidMessage("not a SOAP 1.2 envelope", element="env:Envelope", fault="VersionMismatch")
    headers, body = _parts(tree)
    _refuse_unknown(headers)
    _refuse_stray_includes(tree, body)
    _refuse_callbacks(headers)
    action = _header(headers, "wsa:Action")
    if http_action and http_action != action:
        raise InvalidMessage(
            "differs from the action parameter of Content-Type", element="wsa:Action", subcode="wsa:ActionMismatch"
        )
    return Envelope(
        action=action,
        message_id=_header(headers, "wsa:MessageID"),
        to=_optional(headers, "wsa:To"),
        relates_to=_optional(headers, "wsa:RelatesTo"),
        security=_one(headers, "wsse:Security"),
        body=body,
        tree=tree,
    )


def check_action(envelope: Envelope, expected: Mapping[str, str]) -> None:
    """Check that a service takes the action, and that the body is the one of the action (xds-wire 1.4, rule 3).

    `expected` gives, for each action of the path, the Clark name of the body.

    Raises:
        InvalidMessage: `wsa:ActionNotSupported`.
    """
    if envelope.action not in expected:
        raise InvalidMessage("not an action of this service", element="wsa:Action", subcode="wsa:ActionNotSupported")
    if envelope.body.tag != expected[envelope.action]:
        raise InvalidMessage("not the action of this body", element="wsa:Action", subcode="wsa:ActionNotSupported")


def _parts(tree: Element) -> tuple[list[Element], Element]:
    """The header blocks and the only child of the body."""
    children = _elements(tree)
    names = [child.tag for child in children]
    if names not in ([qname("env:Header"), qname("env:Body")], [qname("env:Body")]):
        raise InvalidMessage("a Header then a Body expected", element="env:Envelope")
    bodies = _elements(children[-1])
    if len(bodies) != 1:
        raise InvalidMessage("exactly one element expected", element="env:Body")
    return _elements(children[0]) if len(children) == 2 else [], bodies[0]


def _elements(parent: Element) -> list[Element]:
    """The child elements of a part of the envelope, between which only white space and comments may stand."""
    around = [parent.text, *(child.tail for child in parent)]
    if any(piece and piece.strip() for piece in around):
        raise InvalidMessage("text where only elements may be", element=label(parent))
    return list(parent.iterchildren("*"))


def _refuse_unknown(headers: Iterable[Element]) -> None:
    """Only `env:mustUnderstand` counts: callers also write one without namespace, which means nothing (rule 4)."""
    for header in headers:
        must = (header.get(qname("env:mustUnderstand")) or "0").strip()
        if must not in ("0", "1", "false", "true"):
            raise InvalidMessage("not a boolean", element="env:mustUnderstand")
        ours = (header.get(qname("env:role")) or "").strip() in _OUR_ROLES
        if must in ("1", "true") and ours and header.tag not in _UNDERSTOOD:
            raise InvalidMessage("header not understood", element=str(header.tag), fault="MustUnderstand")


def _refuse_stray_includes(tree: Element, body: Element) -> None:
    """An xop:Include anywhere but in a document could bring octets that no signature covers (xds-wire 11)."""
    allowed = {include for document in body.iter(qname("xdsb:Document")) for include in document.iterchildren("*")}
    if any(include not in allowed for include in tree.iter(qname("xop:Include"))):
        raise InvalidMessage("allowed in xdsb:Document only", element="xop:Include")


def _refuse_callbacks(headers: list[Element]) -> None:
    """Answers go back on the same connection: no address but the anonymous one (rule 2)."""
    for name in ("wsa:ReplyTo", "wsa:FaultTo"):
        endpoint = _one(headers, name)
        if endpoint is None:
            continue
        addresses = list(endpoint.iterchildren(qname("wsa:Address")))
        if len(addresses) != 1 or plain_text(addresses[0]).strip() != ANONYMOUS:
            raise InvalidMessage(
                "anonymous address expected", element=name, subcode="wsa:OnlyAnonymousAddressSupported"
            )


def _one(headers: Iterable[Element], name: str) -> Element | None:
    """The header of that name, None when absent; never two (DEC-117)."""
    found = [header for header in headers if header.tag == qname(name)]
    if len(found) > 1:
        subcode = "wsa:InvalidAddressingHeader" if name.startswith("wsa:") else ""
        raise InvalidMessage("header present more than once", element=name, subcode=subcode)
    return found[0] if found else None


def _optional(headers: Iterable[Element], name: str) -> str:
    """The value of an addressing header, one word, empty when absent."""
    header = _one(headers, name)
    value = "" if header is None else plain_text(header).strip()
    if len(value.split()) > 1 or len(value) > _LONGEST_HEADER:
        raise InvalidMessage("not an address", element=name, subcode="wsa:InvalidAddressingHeader")
    return value


def _header(headers: Iterable[Element], name: str) -> str:
    """The value of a required addressing header."""
    value = _optional(headers, name)
    if not value:
        raise InvalidMessage("header missing", element=name, subcode="wsa:MessageAddressingHeaderRequired")
    return value


def write(body: Element, *, action: str, relates_to: str | None, message_id: str) -> bytes:
    """Write an answer (xds-wire 1.4, rule 6). `message_id` is a fresh `urn:uuid:`."""
    return _compose(_addressing(action, message_id, ANONYMOUS, relates_to), serialise(body))


def render_with(body: bytes, *, action: str, relates_to: str | None, message_id: str) -> bytes:
    """Write an answer, as `write` does, around a body that is octets already, with every namespace it needs."""
    return _compose(_addressing(action, message_id, ANONYMOUS, relates_to), body)


def request(body: Element, *, action: str, to: str, message_id: str, security: Element | bytes | None = None) -> bytes:
    """Write a request. `security` is the wsse:Security header, put in as it stands: its signature must still hold."""
    header = security if isinstance(security, bytes) else b"" if security is None else serialise(security)
    return _compose(_addressing(action, message_id, to, None) + header, serialise(body))


def _addressing(action: str, message_id: str, to: str, relates_to: str | None) -> bytes:
    headers = {"Action": action, "MessageID": message_id, "To": to, "RelatesTo": relates_to}
    return "".join(
        f"<wsa:{name}>{escape(value)}</wsa:{name}>" for name, value in headers.items() if value is not None
    ).encode()


def _compose(header: bytes, body: bytes) -> bytes:
    """Join octets: what was signed or measured is never parsed and written again."""
    names = "".join(f" xmlns:{prefix}={quoteattr(NS[prefix])}" for prefix in ("env", "wsa"))
    return b"".join(
        (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope{names}><env:Header>'.encode(),
            header,
            b"</env:Header><env:Body>",
            body,
            b"</env:Body></env:Envelope>",
        )
    )


@dataclass(frozen=True)
class Fault:
    """A SOAP fault: `code` is `Sender`, `Receiver`, `VersionMismatch` or `MustUnderstand`; `subcode` a prefixed name.

    `header` is the Clark name of the header that was not understood.
    """

    code: str
    subcode: str
    reason: str
    header: str = ""

    @property
    def http_status(self) -> int:
        """400 for the sender's faults, 500 for the others, as the HTTP binding wants (DEC-117)."""
        return 400 if self.code == "Sender" else 500


def fault_of(error: InvalidMessage | AssertionRefused, *, profile: ProfileName = ProfileName.DMP) -> Fault:
    """The fault that tells an error: for a refused assertion one code and no sentence, or nothing at all (DEC-118)."""
    if isinstance(error, InvalidMessage):
        header = error.element if error.fault == "MustUnderstand" else ""
        return Fault(error.fault, error.subcode, f"{error.element}: {error}", header)
    if profile is ProfileName.DMP:
        return Fault("Sender", f"dmp:{error.answer}", error.answer)
    return Fault("Sender", "wsse:InvalidSecurity", "the security header was refused")


def fault(error: Fault | InvalidMessage | AssertionRefused, *, relates_to: str | None, message_id: str) -> bytes:
    """Write a fault (xds-wire 1.7); `relates_to` is None when the request could not be read that far.

    An assertion refused under the `ihe` profile goes through `fault_of` first.
    """
    told = error if isinstance(error, Fault) else fault_of(error)
    action = ADDRESSING_FAULT if told.subcode.startswith("wsa:") else SOAP_FAULT
    header = _addressing(action, message_id, ANONYMOUS, relates_to) + _binding_header(told)
    return _compose(header, _fault_body(told).encode())


def http_status(error: InvalidMessage | AssertionRefused) -> int:
    """The HTTP status of a refusal; an `InvalidMessage` with a status of its own carries no SOAP body (DEC-117)."""
    own = error.status if isinstance(error, InvalidMessage) else 0
    return own or fault_of(error).http_status


def _fault_body(told: Fault) -> str:
    subcode = ""
    if told.subcode:
        prefix = told.subcode.partition(":")[0]
        value = f"<env:Value xmlns:{prefix}={quoteattr(NS[prefix])}>{escape(told.subcode)}</env:Value>"
        subcode = f"<env:Subcode>{value}</env:Subcode>"
    reason = escape(_NOT_XML.sub("?", told.reason)[:400])
    return (
        f"<env:Fault><env:Code><env:Value>env:{told.code}</env:Value>{subcode}</env:Code>"
        f'<env:Reason><env:Text xml:lang="en">{reason}</env:Text></env:Reason></env:Fault>'
    )


def _binding_header(told: Fault) -> bytes:
    """The header that SOAP 1.2 asks for beside these two faults."""
    if told.code == "VersionMismatch":
        return b'<env:Upgrade><env:SupportedEnvelope qname="env:Envelope"/></env:Upgrade>'
    if told.code == "MustUnderstand" and told.header:
        name = etree.QName(told.header)
        given = (
            f"xmlns:h={quoteattr(name.namespace)} qname={quoteattr('h:' + name.localname)}" if name.namespace else ""
        )
        return f"<env:NotUnderstood {given or 'qname=' + quoteattr(name.localname)}/>".encode()
    return b""


def read_fault(envelope: Envelope) -> Fault | None:
    """The fault a message carries, None when it carries something else: how a client learns that it was refused."""
    if envelope.body.tag != qname("env:Fault"):
        return None
    code = envelope.body.find("/".join(map(qname, ("env:Code", "env:Value"))))
    subcode = envelope.body.find("/".join(map(qname, ("env:Code", "env:Subcode", "env:Value"))))
    reason = envelope.body.find("/".join(map(qname, ("env:Reason", "env:Text"))))
    name = "" if code is None else plain_text(code).strip().rpartition(":")[2]
    return Fault(
        name or "Receiver",
        "" if subcode is None else plain_text(subcode).strip(),
        "" if reason is None else plain_text(reason),
    )
