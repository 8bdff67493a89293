"""Valid messages of every service, new each time, to be broken in one place or another."""

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha1
from pathlib import Path
from random import Random
from typing import Any

from dmp.client import lots
from dmp.client.credentials import Credentials, read_contract
from dmp.client.header import Saying, security_header
from dmp.record import dtm
from dmp.record.actor import Authentication
from dmp.record.entry import DocumentEntry, EntryStatus, Relation, SubmissionSet
from dmp.record.management import (
    AuthorisationAction,
    AuthorisationRequest,
    ClosingRequest,
    Device,
    IdentityChange,
    IdentityRequest,
    ManagementRequest,
    MessageHeader,
    MessageId,
    OpeningRequest,
    PartialTraits,
    RecordTest,
)
from dmp.record.patient import PatientId
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    GetAssociations,
    GetDocuments,
    GetRelatedDocuments,
    GetSubmissionSets,
    Question,
    StoredQuery,
)
from dmp.record.record import ClosingReason
from dmp.record.submission import Submission
from dmp.sandbox.maker import DocumentContext, plain_text
from dmp.sandbox.population import Person
from dmp.wire import habilitations, hl7v3, soap
from dmp.wire.xds import iti18_request, iti41, iti43, iti57_request
from dmp.wire.xml import Element


@dataclass(frozen=True)
class Message:
    """What a caller says in one call, before it is put in an envelope."""

    service: str
    action: str
    body: Element


def new_oid() -> str:
    """A fresh OID."""
    return f"2.25.{uuid.uuid4().int}"


@dataclass
class Writer:
    """Writes what a hospital says for its doctor to the installation of a contract."""

    folder: Path
    """Where `sandbox.json` is."""
    people: Sequence[Person]
    dice: Random
    _models: dict[PatientId, tuple[DocumentEntry, bytes]] = field(default_factory=dict)

    @cached_property
    def contract(self) -> dict[str, Any]:
        """What `sandbox.json` says."""
        return read_contract(self.folder)

    @cached_property
    def feeder(self) -> Credentials:
        """The hospital, which deposits for its doctor (indirect mode)."""
        return self._hospital(Authentication.INDIRECT)

    @cached_property
    def reader(self) -> Credentials:
        """The same doctor, as who he reads and changes (reinforced indirect mode)."""
        return self._hospital(Authentication.REINFORCED)

    def _hospital(self, mode: Authentication) -> Credentials:
        doctor = Credentials.from_sandbox(self.contract, "doctor")
        return Credentials.from_sandbox(self.contract, "hospital").standing_for(doctor, mode)

    def security(self, who: Credentials, person: Person) -> Element:
        """A signed header of now."""
        return security_header(who, person.patient, Saying(), at=datetime.now(UTC))

    def envelope(self, message: Message, security: Element | bytes) -> bytes:
        """A message ready to be sent."""
        message_id = f"urn:uuid:{uuid.uuid4()}"
        to = "https://localhost/services"
        return soap.request(message.body, action=message.action, to=to, message_id=message_id, security=security)

    def message(self, person: Person) -> Message:
        """One of the messages that fit in an envelope alone."""
        kinds: tuple[Callable[[Person], Message], ...] = (
            self.search,
            self.search,
            self._retrieve,
            self._update,
            self._update,
            self._management,
            self._management,
            self.authorisation,
        )
        return self.dice.choice(kinds)(person)

    def search(self, person: Person) -> Message:
        """A stored query (ITI-18)."""
        ids = frozenset({f"urn:uuid:{uuid.uuid4()}"})
        questions: tuple[Question, ...] = (
            FindDocuments(DocumentCriteria(person.patient, frozenset({EntryStatus.APPROVED}))),
            GetDocuments(DocumentIds(uuids=ids)),
            GetAssociations(ids),
            GetSubmissionSets(ids),
            GetRelatedDocuments(DocumentIds(uuids=ids), frozenset({Relation.REPLACES})),
        )
        body = iti18_request.write_request(StoredQuery(self.dice.choice(questions)), patient_type="NH")
        return Message("registry", soap.Action.STORED_QUERY, body)

    def _retrieve(self, _person: Person) -> Message:
        repository = self.contract["repository_unique_id"]
        wanted = [iti43.DocumentRequest(repository, new_oid()) for _ in range(self.dice.randint(1, 3))]
        return Message("repository", soap.Action.RETRIEVE, iti43.write_request(wanted))

    def _update(self, person: Person) -> Message:
        entry, _ = self.document(person)
        named = f"urn:uuid:{uuid.uuid4()}"
        entry = replace(entry, uuid=named, logical_id=named)
        change = self.dice.choice(
            (iti57_request.mask, iti57_request.unmask, iti57_request.archive, iti57_request.delete)
        )
        return Message("registry", soap.Action.UPDATE, iti57_request.write_request(change(self._lot(person), entry)))

    def _management(self, person: Person) -> Message:
        patients, now = (person.patient,), dtm.of(datetime.now(UTC))
        query = MessageHeader(MessageId(new_oid()), now, Device(new_oid(), "essai"), query=MessageId(new_oid()))
        header = replace(query, query=None)
        requests: tuple[ManagementRequest, ...] = (
            RecordTest(query, person.patient),
            IdentityRequest(query, person.patient),
            OpeningRequest(header, patients, person.traits, now, person.contact, person.guardians),
            IdentityChange(header, patients, PartialTraits(used_name="FICTIVE"), address=person.contact.address),
            ClosingRequest(header, patients, ClosingReason.PATIENT_REQUEST, "fictif"),
        )
        body = hl7v3.write_request(self.dice.choice(requests))
        return Message("patients", f"urn:hl7-org:v3:{body.tag.rpartition('}')[2]}", body)

    def authorisation(self, _person: Person) -> Message:
        """A person lets the doctor in (TD0.3)."""
        body = habilitations.write_authorisation(AuthorisationRequest(AuthorisationAction.ADD))
        return Message("habilitations", habilitations.ACTIONS[0], body)

    def document(self, person: Person) -> tuple[DocumentEntry, bytes]:
        """A new document and its metadata: one that was typeset before, under an id of its own."""
        entry, octets = self._models.get(person.patient) or self._model(person)
        new = new_oid()
        octets = octets.replace(entry.unique_id.encode(), new.encode())
        digest = sha1(octets, usedforsecurity=False).hexdigest()
        return replace(entry, unique_id=new, hash=digest, size=len(octets)), octets

    def _model(self, person: Person) -> tuple[DocumentEntry, bytes]:
        """Making a document and reading its header take longer than all the rest of a message."""
        context = DocumentContext(
            id=new_oid(),
            patient=person.patient,
            traits=person.traits,
            author=self.feeder.professional,
            at=datetime.now(UTC).replace(microsecond=0),
            contact=person.contact,
        )
        octets = plain_text(context, f"Document fictif {secrets.token_hex(8)}.")
        self._models[person.patient] = lots.entry_of(octets, "Document01", person.patient), octets
        return self._models[person.patient]

    def lot(self, person: Person, entry: DocumentEntry, octets: bytes) -> Submission:
        """A lot of one document, whose hash and size fit its octets."""
        digest = sha1(octets, usedforsecurity=False).hexdigest()
        entry = replace(entry, hash=digest, size=len(octets))
        return lots.build(self._lot(person), [(entry, octets)])

    def submission(self, person: Person, submission: Submission, cids: Mapping[str, str]) -> bytes:
        """The envelope of a submission; `cids` are the Content-IDs of its documents, by entry."""
        body = iti41.write_request(submission, cids=dict(cids))
        message = Message("repository", soap.Action.PROVIDE_AND_REGISTER, body)
        return self.envelope(message, self.security(self.feeder, person))

    def _lot(self, person: Person) -> SubmissionSet:
        return lots.new_set(person.patient, self.feeder, at=datetime.now(UTC), new_oid=new_oid)
