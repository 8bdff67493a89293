"""The wire of the client: envelopes, MTOM, mutual TLS."""

import secrets
import ssl
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx2

from dmp.client.errors import Fault, Unreachable
from dmp.record.profile import MIB
from dmp.record.submission import Content
from dmp.wire import mtom, soap
from dmp.wire.octets import XmlLimits
from dmp.wire.xds.iti43 import Part
from dmp.wire.xml import Element, parse

TIMEOUT = 60.0
ANSWER = XmlLimits(size=256 * MIB, depth=64, nodes=20_000_000)
PACKAGE = mtom.Limits(envelope=ANSWER.size, request=512 * MIB, parts=1000)
"""A search may find thousands of documents: answers may be larger than requests."""


@dataclass(frozen=True)
class Reply:
    """The body of an answer; `resolve` gives the octets of a Document element of it."""

    body: Element
    resolve: Callable[[Element], Content]


class Transport:
    """Posts messages over mutual TLS; keeps its connections."""

    def __init__(self, tls: ssl.SSLContext, way: httpx2.BaseTransport | None = None):
        """Use this TLS context, which holds the client certificate; `way` takes the place of the network."""
        self._http = httpx2.Client(verify=tls, timeout=TIMEOUT, trust_env=False, transport=way)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def overheard_by(self, note: Callable[[httpx2.Request], None]) -> None:
        """Show each request to somebody before it is sent: to one who replays traffic, or draws up an example."""
        self._http.event_hooks = {"request": [note]}

    def call(
        self, url: str, action: str, body: Element, *, security: Element, parts: Sequence[Part] | None = None
    ) -> Reply:
        """Send one message, as MTOM when it may have parts, be there none.

        Raises:
            Fault: the service refused the message.
            Unreachable: nobody answered, or the handshake was refused.
        """
        message = f"urn:uuid:{uuid.uuid4()}"
        root = soap.request(body, action=action, to=url, message_id=message, security=security)
        if parts is not None:
            boundary, root_id = f"uuid:{uuid.uuid4()}", f"root.{secrets.token_hex(8)}@dmp"
            media_type, pieces = mtom.write(root, parts, boundary=boundary, root_id=root_id, action=action)
            content = b"".join(pieces)
        else:
            media_type, content = mtom.simple_type(action), root
        try:
            response = self._http.post(url, content=content, headers={"Content-Type": media_type})
        except httpx2.TransportError as error:
            raise Unreachable(url, str(error) or type(error).__name__) from error
        return _read(response)


def _read(response: httpx2.Response) -> Reply:
    if response.status_code in (404, 405, 408, 413, 415, 431, 503):
        raise Fault(str(response.status_code), response.reason_phrase, status=response.status_code)
    packaged = mtom.packaging(response.headers.get("content-type"))
    multipart = mtom.Multipart(response.content)
    if packaged.multipart:
        reader = mtom.MultipartReader(packaged, limits=PACKAGE)
        reader.feed(response.content)
        multipart = reader.close()
    envelope = soap.read(parse(multipart.root, limits=ANSWER))
    fault = soap.read_fault(envelope)
    if fault is not None:
        raise Fault(fault.subcode or fault.code, fault.reason, status=response.status_code)
    return Reply(envelope.body, multipart.resolve)
