"""From octets to an act and back: the pipeline that every SOAP service shares (DEC-100).

size → packaging → XML safety → envelope → VIHF → shapes → perform → render.
Nothing about the body is told before the VIHF is accepted. A call that is
refused before it becomes an act leaves its one trace here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from dmp.record.actor import Caller
from dmp.record.errors import AssertionRefused, DmpError, InvalidMessage, StorageUnavailable
from dmp.record.verb import Verb
from dmp.web.http import Incoming, Outgoing
from dmp.web.soap import habilitations, patient_access, patient_lists, patients, registry, repository
from dmp.web.soap.operation import Answer, House, Message, Operation
from dmp.web.unforeseen import report
from dmp.wire import mtom, soap
from dmp.wire.mime import MediaType
from dmp.wire.soap import Envelope
from dmp.wire.vihf.assertion import Vihf

SERVICES: Mapping[str, tuple[Operation, ...]] = {
    "repository": repository.OPERATIONS,
    "registry": registry.OPERATIONS,
    "patients": (*patients.OPERATIONS, *patient_lists.OPERATIONS, *patient_access.OPERATIONS),
    "habilitations": habilitations.OPERATIONS,
}
"""One path per service (xds-wire 1.1)."""
RETRY_AFTER = "5"
"""Seconds that a caller should wait when the storage is not available."""
_BUSY = soap.Fault("Receiver", "", "the service cannot answer now, try again later")
_BROKEN = soap.Fault("Receiver", "", "the service failed")


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
    services: Mapping[str, tuple[Operation, ...]] = field(default_factory=lambda: SERVICES)

    def answer(self, received: Received) -> Outgoing:
        """Answer one request, whatever it holds; of an error that nobody foresaw nothing is told (xds-wire 1.7)."""
        call = _Call()
        try:
            return self._answer(received, call)
        except Exception as error:  # a process edge: whatever goes wrong is answered and traced
            return self._refuse(call, error)

    def refuse(self, error: Exception) -> Outgoing:
        """Answer a request of which nothing can be read: its packaging is broken, or it could not be kept."""
        return self._refuse(_Call(), error)

    def _answer(self, received: Received, call: "_Call") -> Outgoing:
        envelope = _open(received)
        call.message_id = envelope.message_id
        operation = _operation(received, envelope, self.services[received.head.path])
        call.verb = operation.verb
        security = envelope.required_security()
        caller, vihf = self.authenticate(replace(envelope, security=security), received.head.certificate)
        call.caller = replace(caller, message=envelope.message_id)
        received.content.check_references(envelope.tree)
        message = Message(envelope.body, call.caller, vihf, received.content.resolve, self.house.clock())
        return self._send(operation, self._act(operation, message, call), envelope)

    def _act(self, operation: Operation, message: Message, call: "_Call") -> Answer:
        """Parse, perform, render; every error of the house becomes the answer of this message, if it has one."""
        try:
            action = operation.parse(message, self.house)
            call.traced = True  # from here on the gate leaves the trace
            result = self.house.perform(message.caller, action)
        except (InvalidMessage, AssertionRefused):
            raise
        except DmpError as error:
            answer = operation.refused(error, message, self.house)
            self._trace(call, error)
            return answer
        return operation.render(result, message, self.house)

    def _refuse(self, call: "_Call", error: Exception) -> Outgoing:
        try:
            self._trace(call, error)
        except Exception as untraced:  # no trace, no act: whatever the request was, it is now a failure of ours
            error = untraced
        if isinstance(error, InvalidMessage) and error.status:
            return Outgoing(error.status)
        if isinstance(error, InvalidMessage | AssertionRefused):
            return self._fault(soap.fault_of(error, profile=self.house.profile.name), call.message_id)
        if isinstance(error, DmpError) and not isinstance(error, StorageUnavailable):
            return self._fault(soap.Fault("Sender", "", error.code), call.message_id)
        report(error)
        if isinstance(error, StorageUnavailable):
            return replace(self._fault(_BUSY, call.message_id), status=503, headers={"Retry-After": RETRY_AFTER})
        return self._fault(_BROKEN, call.message_id)

    def _trace(self, call: "_Call", error: Exception) -> None:
        """Leave the one trace of this call, unless it is there."""
        if not call.traced:
            call.traced = True
            self.house.refuse(call.caller, call.verb, error)

    def _send(self, operation: Operation, answer: Answer, envelope: Envelope) -> Outgoing:
        action = operation.answer_action(envelope.action, self.house.profile)
        message_id = f"urn:uuid:{self.house.new_id()}"
        write = soap.render_with if isinstance(answer.body, bytes) else soap.write
        root = write(answer.body, action=action, relates_to=envelope.message_id, message_id=message_id)
        if not operation.multipart:
            return Outgoing(200, mtom.simple_type(action), (root,))
        boundary, root_id = f"uuid:{self.house.new_id()}", f"{self.house.new_id()}@dmp"
        media_type, pieces = mtom.write(root, answer.parts, boundary=boundary, root_id=root_id, action=action)
        return Outgoing(200, media_type, tuple(pieces))

    def _fault(self, told: soap.Fault, relates_to: str | None) -> Outgoing:
        body = soap.fault(told, relates_to=relates_to, message_id=f"urn:uuid:{self.house.new_id()}")
        return Outgoing(told.http_status, mtom.simple_type(""), (body,))


@dataclass
class _Call:
    """What is known so far of one request, for its trace and for the fault that may end it."""

    message_id: str | None = None
    caller: Caller | None = None
    verb: Verb | None = None
    traced: bool = False


def _open(received: Received) -> Envelope:
    media_type, content = received.media_type, received.content
    charset = content.charset or media_type.charset
    return soap.read(content.root, http_action=media_type.parameters.get("action"), charset=charset)


def _operation(received: Received, envelope: Envelope, operations: tuple[Operation, ...]) -> Operation:
    """The operation of this path, action and body (xds-wire 1.4, rule 3)."""
    soap.check_action(envelope, {action: op.element for op in operations for action in op.actions})
    operation = next(op for op in operations if envelope.action in op.actions)
    if operation.multipart_only and not received.media_type.multipart:
        raise InvalidMessage("this message must come as MTOM (multipart/related)", element="Content-Type")
    return operation
