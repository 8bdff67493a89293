"""Whole HTTP requests, made before the clock runs; what must differ from call to call is filled in at fixed places."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from dmp.bench.papers import PLACEHOLDER
from dmp.record.entry import EntryStatus
from dmp.record.patient import PatientId
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.submission import Submission
from dmp.wire import mtom, soap
from dmp.wire.xds import iti18_request, iti41, iti43

MESSAGE = "00000000-0000-7000-8000-000000000000"
"""The id of a message until it gets its own."""


@dataclass(frozen=True)
class Template:
    """The octets between which ids of a known length go."""

    pieces: tuple[bytes, ...]

    @staticmethod
    def of(octets: bytes, *places: str) -> "Template":
        """Part `octets` where these words stand, each once, in this order."""
        pieces: list[bytes] = []
        for place in places:
            before, found, octets = octets.partition(place.encode())
            assert found, f"{place} is not in the message"  # noqa: S101
            pieces.append(before)
        return Template((*pieces, octets))

    def filled(self, *words: bytes) -> list[bytes]:
        """The whole, as pieces to send."""
        octets = [self.pieces[0]]
        for word, piece in zip(words, self.pieces[1:], strict=True):
            octets += (word, piece)
        return octets


@dataclass(frozen=True)
class Addressed:
    """Where the services of an installation are."""

    services: dict[str, str]
    repository: str

    def search(self, patient: PatientId, security: bytes) -> Template:
        """FindDocuments of what is current, whole metadata (TD3.1); wants the id of the message."""
        criteria = DocumentCriteria(patient, frozenset({EntryStatus.APPROVED}))
        body = iti18_request.write_request(StoredQuery(FindDocuments(criteria)), patient_type="NH")
        action, url = soap.Action.STORED_QUERY, self.services["registry"]
        root = soap.request(body, action=action, to=url, message_id=f"urn:uuid:{MESSAGE}", security=security)
        return Template.of(http("/registry", mtom.simple_type(action), root), MESSAGE)

    def read(self, security: bytes) -> Template:
        """One document (TD3.2); wants the id of the message and the uniqueId of the document."""
        body = iti43.write_request([iti43.DocumentRequest(self.repository, PLACEHOLDER)])
        action, url = soap.Action.RETRIEVE, self.services["repository"]
        root = soap.request(body, action=action, to=url, message_id=f"urn:uuid:{MESSAGE}", security=security)
        boundary, root_id = f"uuid:{MESSAGE[:-1]}1", "root@dmp"
        kind, pieces = mtom.write(root, (), boundary=boundary, root_id=root_id, action=action)
        return Template.of(http("/repository", kind, b"".join(pieces)), MESSAGE, PLACEHOLDER)

    def submit(self, submission: Submission, security: bytes, *, message: str) -> bytes:
        """A lot, as MTOM (TD2.1)."""
        cids = {name: f"{index}.{message}@dmp" for index, name in enumerate(submission.documents)}
        parts = [
            iti43.Part(cids[entry.uuid], entry.mime_type, submission.documents[entry.uuid])
            for entry in submission.entries
        ]
        body = iti41.write_request(submission, cids=cids)
        action, url = soap.Action.PROVIDE_AND_REGISTER, self.services["repository"]
        root = soap.request(body, action=action, to=url, message_id=f"urn:uuid:{message}", security=security)
        kind, pieces = mtom.write(root, parts, boundary=f"uuid:{message}", root_id=f"root.{message}@dmp", action=action)
        return http("/repository", kind, b"".join(pieces))


def http(path: str, content_type: str, body: bytes) -> bytes:
    """A POST on a connection that is kept."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def message_ids(dice: random.Random) -> Iterator[bytes]:
    """Fresh UUIDs: a random half, then a count, which costs next to nothing."""
    start = f"{dice.randrange(16**8):08x}-{dice.randrange(16**4):04x}-7{dice.randrange(16**3):03x}-8000-"
    count = 0
    while True:
        count += 1
        yield f"{start}{count:012x}".encode()
