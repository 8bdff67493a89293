"""Questions as octets, and whole answers to compare."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lxml import etree

from dmp.assure.two_worlds.world import World
from dmp.record.actor import Caller
from dmp.record.submission import Submission
from dmp.web.http import Incoming, Outgoing
from dmp.web.soap.edge import Received
from dmp.wire import mtom, soap
from dmp.wire.xds import iti41, iti43
from dmp.wire.xml import Element

SERVICE_MADE = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[578][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
"""Ids that the service makes: version 7 here, version 8 for the children of objects. Ours are of version 4."""
SECURITY = etree.Element("{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}Security")
"""An empty header: whoever calls was believed already."""


@dataclass(frozen=True, order=True)
class Endpoint:
    """One way in: the path of a service, and a `wsa:Action` that it takes."""

    service: str
    action: str

    def __str__(self) -> str:
        """As a note tells it."""
        return f"{self.service} {self.action}"


@dataclass(frozen=True)
class Probe:
    """A message of the viewer. The label says what it asks, and names nobody."""

    label: str
    endpoint: Endpoint
    octets: bytes
    content_type: str
    names_patient: bool = True
    """Whether its VIHF names the patient: for the lists over many records it names nobody."""


Make = Callable[[], Probe]
"""Makes a message when its turn comes."""


def message(label: str, endpoint: Endpoint, body: Element, name: str) -> Probe:
    """A message without documents, under this MessageID (a UUID)."""
    return Probe(label, endpoint, _envelope(endpoint.action, body, name), mtom.simple_type(endpoint.action))


def deposit_message(label: str, submission: Submission, name: str) -> Probe:
    """A lot with its documents, as MTOM (ITI-41)."""
    cids = {uuid: f"{n}@x" for n, uuid in enumerate(submission.documents)}
    parts = [iti43.Part(cids[e.uuid], e.mime_type, submission.documents[e.uuid]) for e in submission.entries]
    action = soap.Action.PROVIDE_AND_REGISTER
    root = _envelope(action, iti41.write_request(submission, cids=cids), name)
    kind, pieces = mtom.write(root, parts, boundary="uuid:b", root_id="root@x", action=action)
    return Probe(label, Endpoint("repository", action), b"".join(pieces), kind)


def _envelope(action: str, body: Element, name: str) -> bytes:
    return soap.request(body, action=action, to="https://localhost", message_id=f"urn:uuid:{name}", security=SECURITY)


def ask(world: World, caller: Caller, probe: Probe, step: int) -> bytes:
    """Send a probe at a step of its own, and give the whole answer, `renamed`."""
    world.turn_to(step)
    world.caller = caller if probe.names_patient else replace(caller, patient=None)
    packaged = mtom.packaging(probe.content_type)
    content = mtom.Multipart(probe.octets)
    if packaged.multipart:
        reader = mtom.MultipartReader(packaged)
        reader.feed(probe.octets)
        content = reader.close()
    answer = world.edge.answer(
        Received(Incoming(probe.endpoint.service, probe.content_type, "", b""), packaged, content)
    )
    return renamed(answer)


def renamed(answer: Outgoing) -> bytes:
    """Status, headers and body in one, the ids of the service renamed in the order in which they come."""
    names: dict[bytes, bytes] = {}
    whole = b"\n".join((str(answer.status).encode(), answer.content_type.encode(), repr(answer.headers).encode()))
    whole += b"\n\n" + b"".join(answer.pieces)

    def rename(found: re.Match[bytes]) -> bytes:
        return names.setdefault(found[0], b"id-%d" % len(names))

    return SERVICE_MADE.sub(rename, whole)
