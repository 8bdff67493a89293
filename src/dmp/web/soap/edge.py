"""From octets to an act and back: the pipeline that every SOAP service shares (DEC-100).

size → packaging → XML safety → envelope → VIHF → shapes → perform → render.
Nothing about the body is told before the VIHF is accepted. A call that is
refused before it becomes an act leaves its one trace here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from dmp.record.actor import Caller
from dmp.record.errors import AssertionRefused, DmpError, InvalidMessage
from dmp.record.verb import Verb
from dmp.web.http import Incoming, Outgoing
from dmp.web.soap import habilitations, patients, registry, repository
from dmp.web.soap.operation import Answer, House, Message, Operation
from dmp.wire import mtom, soap
from dmp.wire.mime import MediaType
from dmp.wire.soap import Envelope
from dmp.wire.vihf.assertion import Vihf

SERVICES: Mapping[str, tuple[Operation, ...]] = {
    "repository": repository.OPERATIONS,
    "registry": registry.OPERATIONS,
    "patients": patients.OPERATIONS,
    "habilitations": habilitations.OPERATIONS,
}
"""One path per service (xds-wire 1.1)."""


class Authenticate(Protocol):
    """Verifies the VIHF of an envelope; bound by `main` to the trust, the directory and the memory of replays."""

    def __call__(self, envelope: Envelope, certificate: bytes) -> tuple[Caller, Vihf]:
        """Say who calls, or raise `AssertionRefused`."""
        ...


@dataclass(frozen=True)
class Received:
    """A request whose octets are all here; simple SOAP is a multipart of its envelope alone."""

    head: Incoming
    media_type: MediaType
    content: mtom.Multipart


@dataclass(frozen=True)
class Edge:
    """The SOAP services of one house."""

    house: House
    authenticate: Authenticate

    def answer(self, received: Received) -> Outgoing:
        """Answer one request, whatever it holds."""
        try:
            envelope = self._open(received)
        except InvalidMessage as error:
            return self.refuse(error)
        caller: Caller | None = None
        verb: Verb | None = None
        try:
            operation = _operation(received, envelope)
            verb = operation.verb
            security = envelope.required_security()
            caller, vihf = self.authenticate(replace(envelope, security=security), received.head.certificate)
            caller = replace(caller, message=envelope.message_id)
            received.content.check_references(envelope.tree)
            message = Message(envelope.body, caller, vihf, received.content.resolve, self.house.clock())
            answer = self._act(operation, message)
        except _TracedByTheGate as traced:
            return self._fault(traced.error, envelope.message_id)
        except (InvalidMessage, AssertionRefused) as error:
            self.house.refuse(caller, verb, error)
            return self._fault(error, envelope.message_id)
        return self._send(operation, answer, envelope)

    def refuse(self, error: InvalidMessage) -> Outgoing:
        """Answer a request of which nothing can be read: its packaging or its XML is broken."""
        self.house.refuse(None, None, error)
        return Outgoing(error.status) if error.status else self._fault(error, None)

    def _open(self, received: Received) -> Envelope:
        media_type, content = received.media_type, received.content
        charset = content.charset or media_type.charset
        return soap.read(content.root, http_action=media_type.parameters.get("action"), charset=charset)

    def _act(self, operation: Operation, message: Message) -> Answer:
        """Parse, perform, render; every error of the house becomes the answer of this message."""
        try:
            action = operation.parse(message, self.house)
        except (InvalidMessage, AssertionRefused):
            raise
        except DmpError as error:
            self.house.refuse(message.caller, operation.verb, error)
            return operation.refused(error, message, self.house)
        try:
            result = self.house.perform(message.caller, action)
        except (InvalidMessage, AssertionRefused) as error:
            raise _TracedByTheGate(error) from error
        except DmpError as error:
            return operation.refused(error, message, self.house)
        return operation.render(result, message, self.house)

    def _send(self, operation: Operation, answer: Answer, envelope: Envelope) -> Outgoing:
        action = operation.answer_action(envelope.action, self.house.profile)
        message_id = f"urn:uuid:{self.house.new_id()}"
        root = soap.write(answer.body, action=action, relates_to=envelope.message_id, message_id=message_id)
        if not operation.multipart:
            return Outgoing(200, mtom.simple_type(action), (root,))
        boundary, root_id = f"uuid:{self.house.new_id()}", f"{self.house.new_id()}@dmp"
        media_type, pieces = mtom.write(root, answer.parts, boundary=boundary, root_id=root_id, action=action)
        return Outgoing(200, media_type, tuple(pieces))

    def _fault(self, error: InvalidMessage | AssertionRefused, relates_to: str | None) -> Outgoing:
        told = soap.fault_of(error, profile=self.house.profile.name)
        body = soap.fault(told, relates_to=relates_to, message_id=f"urn:uuid:{self.house.new_id()}")
        return Outgoing(told.http_status, mtom.simple_type(""), (body,))


class _TracedByTheGate(Exception):
    """A refusal that ends in a fault, met inside the gate, which has traced it already."""

    def __init__(self, error: InvalidMessage | AssertionRefused):
        super().__init__(str(error))
        self.error = error


def _operation(received: Received, envelope: Envelope) -> Operation:
    """The operation of this path, action and body (xds-wire 1.4, rule 3)."""
    operations = SERVICES[received.head.path]
    soap.check_action(envelope, {action: op.element for op in operations for action in op.actions})
    operation = next(op for op in operations if envelope.action in op.actions)
    if operation.multipart_only and not received.media_type.multipart:
        raise InvalidMessage("this message must come as MTOM (multipart/related)", element="Content-Type")
    return operation
