"""From octets to an act and back: the pipeline that every SOAP service shares (DEC-100).

size → packaging → XML safety → envelope → VIHF → shapes → perform → render.
Nothing about the body is told before the VIHF is accepted. A call that is
refused before it becomes an act leaves its one trace here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from dmp.record.actor import Caller
from dmp.record.errors import AssertionRefused, DmpError, InvalidMessage
from dmp.record.verb import Verb
from dmp.web.http import Incoming, Outgoing
from dmp.web.soap import habilitations, patients, registry, repository
from dmp.web.soap.operation import Answer, House, Message, Operation
from dmp.wire import mtom, soap
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
    """A request whose octets are all here."""

    head: Incoming
    packaging: mtom.Packaging
    root: bytes
    parts: mtom.Multipart | None


@dataclass(frozen=True)
class Edge:
    """The SOAP services of one house."""

    house: House
    authenticate: Authenticate

    def answer(self, received: Received) -> Outgoing:
        """Answer one request, whatever it holds."""
        try:
            envelope = soap.read(received.root, http_action=received.packaging.action)
        except InvalidMessage as error:
            return self.unreadable(error)
        try:
            operation = self._operation(received, envelope)
            caller, vihf = self.authenticate(envelope, received.head.certificate)
        except (InvalidMessage, AssertionRefused) as error:
            return self._fault(error, envelope)
        message = self._message(received, envelope, caller, vihf)
        try:
            answer = self._act(operation, message)
        except (InvalidMessage, AssertionRefused) as error:
            return self._fault(error, envelope, traced=True)
        return self._send(operation, answer, envelope)
