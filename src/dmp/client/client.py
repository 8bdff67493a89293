"""A client of the record service: one object per holder of certificates, one method per transaction."""

import secrets
import ssl
import uuid
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

import httpx2

from dmp.client import lots
from dmp.client.credentials import Credentials, read_contract
from dmp.client.errors import CallRefused
from dmp.client.header import SOFTWARE, Saying, security_header
from dmp.client.transport import Reply, Transport
from dmp.record import dtm
from dmp.record.actor import Authentication, Mode, Professional
from dmp.record.codes import Code
from dmp.record.enrolment import ChannelChange
from dmp.record.entry import DocumentEntry, EntryStatus, SubmissionSet
from dmp.record.errors import DmpCode, InvalidIdentity, Problem
from dmp.record.lists import (
    AuthorisationLine,
    AuthorisationMode,
    DateKind,
    FoundPerson,
    PersonSearch,
    RecordLine,
    RecordListRequest,
)
from dmp.record.management import (
    Acknowledgement,
    AdministrativeData,
    AuthorisationAction,
    AuthorisationRequest,
    AuthorisationRole,
    ClosingRequest,
    Device,
    IdentityChange,
    IdentityRequest,
    ManagementRequest,
    MessageHeader,
    MessageId,
    OpeningRequest,
    RecordStatus,
    RecordTest,
    ReopeningRequest,
)
from dmp.record.notice import Channel
from dmp.record.patient import Contact, Guardian, IdentityStatus, IdentityTraits, PatientId, Sex
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.record import ClosingReason, Oppositions
from dmp.record.submission import MetadataUpdate, Submission
from dmp.record.visibility import Visibility
from dmp.wire import habilitations, habilitations_list, hl7v3, patient_access, patient_list, soap
from dmp.wire.patient_access import AccessAnswer
from dmp.wire.xds import iti18, iti18_request, iti41, iti42, iti43, iti57_request, iti62, iti86
from dmp.wire.xds.responses import RegistryAnswer, ResponseStatus, read_registry_response
from dmp.wire.xml import Element

UUID_ARC = "2.25"

Given = TypeVar("Given")


class DmpClient:
    """Speaks for one holder of certificates, over mutual TLS, with a fresh VIHF for each call."""

    def __init__(
        self,
        credentials: Credentials,
        services: dict[str, str],
        *,
        tls: ssl.SSLContext,
        repository: str,
        way: httpx2.BaseTransport | None = None,
    ):
        """Use the services at these addresses; `repository` is the repositoryUniqueId.

        With `way`, requests go there in place of the network: to an application in this process.
        """
        self.credentials = credentials
        self.mode = Mode.NORMAL
        self.reason = ""
        self.secret = False
        self._services = services
        self._repository = repository
        self._transport = Transport(tls, way)

    @staticmethod
    def from_sandbox(folder: Path | str, holder: str, *, standing_for: str = "", air: bool = False) -> "DmpClient":
        """A client for a holder of `sandbox.json`.

        `standing_for` names the person a structure calls for; `air` makes that
        the reinforced indirect mode.
        """
        contract = read_contract(Path(folder))
        credentials = Credentials.from_sandbox(contract, holder)
        if standing_for:
            mode = Authentication.REINFORCED if air else Authentication.INDIRECT
            credentials = credentials.standing_for(Credentials.from_sandbox(contract, standing_for), mode)
        tls = credentials.tls(contract["ca"])
        return DmpClient(credentials, contract["services"], tls=tls, repository=contract["repository_unique_id"])

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def overheard_by(self, note: Callable[[httpx2.Request], None]) -> None:
        """Show each request to somebody before it is sent, octets and all."""
        self._transport.overheard_by(note)

    def __enter__(self) -> Self:
        """Close at the end of a `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def in_mode(self, mode: Mode, reason: str = "") -> "DmpClient":
        """The same client in another access mode."""
        other = copy(self)
        other.mode, other.reason = mode, reason
        return other

    def in_secret(self) -> "DmpClient":
        """The same client in the secret connection of a minor («connexion secrète»)."""
        other = copy(self)
        other.secret = True
        return other

    @property
    def professional(self) -> Professional:
        """Who the client speaks for, as an author of documents."""
        return self.credentials.professional

    @staticmethod
    def new_oid() -> str:
        """A fresh OID, under the arc of UUIDs."""
        return f"{UUID_ARC}.{uuid.uuid4().int}"

    # -- the record

    def test_record(self, patient: PatientId) -> RecordStatus:
        """Is there a record, and may I read it? (TD0.2)."""
        reply = self._manage(RecordTest(self._header(query=True), patient), patient)
        return _answered(hl7v3.read_status(reply))

    def open_record(
        self,
        patient: PatientId,
        traits: IdentityTraits,
        *,
        contact: Contact = Contact(),  # noqa: B008
        guardians: tuple[Guardian, ...] = (),
        oppositions: Oppositions = Oppositions(),  # noqa: B008
        others: tuple[PatientId, ...] = (),
    ) -> None:
        """Open a record with the consent that the person gave now (TD1.1)."""
        consent = dtm.of(datetime.now(UTC))
        request = OpeningRequest(self._header(), (patient, *others), traits, consent, contact, guardians, oppositions)
        self._manage(request, patient)

    def reopen_record(self, patient: PatientId) -> None:
        """Open a closed record again, with the consent that the person gave now (TD1.2)."""
        self._manage(ReopeningRequest(self._header(), (patient,), dtm.of(datetime.now(UTC))), patient)

    def read_identity(self, patient: PatientId) -> AdministrativeData | None:
        """The administrative data of a record (TD1.3a); None when there is no record."""
        reply = self._manage(IdentityRequest(self._header(query=True), patient), patient)
        return _answered(hl7v3.read_identity(reply))

    def change_identity(self, change: IdentityChange, patient: PatientId) -> None:
        """Change administrative data (TD1.3b); the header of `change` is renewed."""
        self._manage(replace(change, header=self._header()), patient)

    def close_record(self, patient: PatientId, reason: ClosingReason, text: str = "") -> None:
        """Close a record (TD1.4)."""
        self._manage(ClosingRequest(self._header(), (patient,), reason, text), patient)

    def authorise(self, patient: PatientId) -> str:
        """Say that the person lets me read (TD0.3); returns the comment of the service."""
        return self._authorisation(AuthorisationRequest(AuthorisationAction.ADD), patient)

    def renounce(self, patient: PatientId) -> str:
        """Give up my right to read (TD0.3)."""
        return self._authorisation(AuthorisationRequest(AuthorisationAction.REMOVE), patient)

    def become_attending(self, patient: PatientId) -> str:
        """Declare myself attending doctor (TD0.3)."""
        request = AuthorisationRequest(AuthorisationAction.ADD, AuthorisationRole.ATTENDING)
        return self._authorisation(request, patient)

    def leave_attending(self, patient: PatientId) -> str:
        """Give up the role of attending doctor (TD0.3)."""
        request = AuthorisationRequest(AuthorisationAction.REMOVE, AuthorisationRole.ATTENDING)
        return self._authorisation(request, patient)

    def list_authorisations(
        self, patient: PatientId, mode: AuthorisationMode = AuthorisationMode.ALL
    ) -> tuple[AuthorisationLine, ...]:
        """Whom a record lets in, and whom it keeps out (TD1.6)."""
        body = habilitations_list.write_list_request(mode)
        reply = self._call("habilitations", habilitations_list.ACTIONS[0], body, patient)
        answer = habilitations_list.read_list(reply.body)
        if answer.status != DmpCode.OK:
            raise CallRefused(answer.status, answer.context)
        return answer.lines

    def my_records(
        self, date: DateKind = DateKind.LAST_AUTHORISATION, *, since: datetime | None = None, owner: str = ""
    ) -> tuple[RecordLine, ...]:
        """The records that let me read, or a professional of my structure (TD0.4)."""
        body = patient_list.write_list_request(RecordListRequest(date, since, owner))
        reply = self._call("patients", patient_list.ACTIONS[0], body, None)
        answer = patient_list.read_list(reply.body)
        if answer.status != DmpCode.OK:
            raise CallRefused(answer.status, answer.context)
        return answer.lines

    def find_patients(
        self,
        family: str,
        given: str = "",
        *,
        birth_date: str = "",
        sex: Sex | None = None,
        city: str = "",
        postal_code: str = "",
    ) -> tuple[FoundPerson, ...]:
        """The persons of these traits, for a regulation centre (TD0.5); `birth_date` is a partial ISO date."""
        header = self._header(query=True)
        search = PersonSearch(header, family, given, birth_date, sex, city=city, postal_code=postal_code)
        reply = self._call("patients", soap.Action.FIND_PATIENTS, hl7v3.write_search(search), None)
        return _answered(hl7v3.read_found(reply.body))

    def create_patient_access(self, patient: PatientId, channel: Channel, canal: str) -> AccessAnswer:
        """Make the account of a patient, whose codes go to `canal` (TD1.5a): login and password to hand to him."""
        return self._access(patient_access.CREATE, patient_access.write_creation(channel, canal), patient)

    def change_patient_channel(self, patient: PatientId, change: ChannelChange) -> None:
        """Change where the one-time codes of a patient go (TD1.5b)."""
        self._access(patient_access.CHANGE, patient_access.write_change(change), patient)

    def renew_patient_access(self, patient: PatientId) -> AccessAnswer:
        """A new login and password for a patient, the old ones end (TD1.5d)."""
        return self._access(patient_access.RENEW, patient_access.write_renewal(), patient)

    # -- documents

    def submit(
        self,
        patient: PatientId,
        documents: Sequence[bytes],
        *,
        replaces: str = "",
        visibility: Visibility = Visibility(),  # noqa: B008
        class_codes: Sequence[Code | None] = (),
        identity: IdentityStatus = IdentityStatus.QUALIFIED,
    ) -> tuple[Problem, ...]:
        """Deposit CDA documents as one lot (TD2.1), signed where the mode wants it; returns the warnings.

        `replaces` is the entryUUID that the first document replaces.

        `identity` is how sure the software is of who the patient is: no message
        carries it, so it is kept here (functional 1.3).

        Raises:
            InvalidIdentity: the identity is not qualified; nothing was sent.
            CallRefused: nothing was stored; `problems` say why.
        """
        if not identity.may_feed:
            raise InvalidIdentity(
                f"only a qualified identity feeds a record, this one is {identity}", element="identity"
            )
        at, classes = datetime.now(UTC), [*class_codes, *[None] * len(documents)]
        described = [
            (
                lots.entry_of(octets, f"Document{n:02d}", patient, class_code=classes[n - 1], visibility=visibility),
                octets,
            )
            for n, octets in enumerate(documents, start=1)
        ]
        lot = lots.new_set(patient, self.credentials, at=at, new_oid=self.new_oid)
        submission = lots.build(lot, described, replaces=replaces)
        if lots.must_sign(self.credentials):
            submission = lots.signed(submission, self.credentials, at=at, new_oid=self.new_oid)
        return self.submit_lot(patient, submission)

    def submit_lot(self, patient: PatientId, submission: Submission) -> tuple[Problem, ...]:
        """Send a lot exactly as it is (ITI-41)."""
        cids = {name: f"{index}.{secrets.token_hex(8)}@dmp" for index, name in enumerate(submission.documents)}
        parts = [
            iti43.Part(cids[entry.uuid], entry.mime_type, submission.documents[entry.uuid])
            for entry in submission.entries
            if entry.uuid in submission.documents
        ]
        body = iti41.write_request(submission, cids=cids)
        reply = self._call("repository", soap.Action.PROVIDE_AND_REGISTER, body, patient, parts=parts)
        return _succeeded(read_registry_response(reply.body))

    def search(self, query: StoredQuery, patient: PatientId) -> iti18.QueryAnswer:
        """Any stored query (ITI-18)."""
        reply = self._call(
            "registry", soap.Action.STORED_QUERY, iti18_request.write_request(query, patient_type="NH"), patient
        )
        answer = iti18.read_response(reply.body, at=datetime.now(UTC))
        if answer.status is not ResponseStatus.SUCCESS:
            raise _refused(answer.problems)
        return answer

    def find(
        self, patient: PatientId, *, statuses: Iterable[EntryStatus] = (EntryStatus.APPROVED,)
    ) -> tuple[DocumentEntry, ...]:
        """The documents that I may see, newest first (TD3.1)."""
        criteria = DocumentCriteria(patient, frozenset(statuses))
        return self.search(StoredQuery(FindDocuments(criteria)), patient).objects.entries

    def retrieve(self, patient: PatientId, unique_ids: Iterable[str]) -> iti43.RetrieveAnswer:
        """Documents by uniqueId, with the problems of those that did not come (ITI-43)."""
        requests = [iti43.DocumentRequest(self._repository, unique_id) for unique_id in unique_ids]
        reply = self._call("repository", soap.Action.RETRIEVE, iti43.write_request(requests), patient)
        return iti43.read_response(reply.body, resolve=reply.resolve)

    def read(self, patient: PatientId, unique_id: str) -> bytes:
        """One document, octet for octet (TD3.2).

        Raises:
            CallRefused: it is not there, or not for me.
        """
        answer = self.retrieve(patient, [unique_id])
        if not answer.documents:
            raise _refused(answer.problems)
        return answer.documents[0].content.read()

    def mask(self, patient: PatientId, entry: DocumentEntry) -> None:
        """Mask a document to professionals (TD3.3a)."""
        self.update(patient, iti57_request.mask(self._set(patient), entry))

    def unmask(self, patient: PatientId, entry: DocumentEntry) -> None:
        """Show a masked document again (TD3.3a)."""
        self.update(patient, iti57_request.unmask(self._set(patient), entry))

    def show_to_patient(self, patient: PatientId, entry: DocumentEntry) -> None:
        """Make a document visible to its patient (TD3.3b)."""
        self.update(patient, iti57_request.show_to_patient(self._set(patient), entry))

    def show_to_guardians(self, patient: PatientId, entry: DocumentEntry) -> None:
        """Make a document visible to the legal representatives (TD3.3b)."""
        self.update(patient, iti57_request.show_to_guardians(self._set(patient), entry))

    def archive(self, patient: PatientId, entry: DocumentEntry) -> None:
        """Archive a document (TD3.3d)."""
        self.update(patient, iti57_request.archive(self._set(patient), entry))

    def unarchive(self, patient: PatientId, entry: DocumentEntry) -> None:
        """Bring an archived document back (TD3.3d)."""
        self.update(patient, iti57_request.unarchive(self._set(patient), entry))

    def delete(self, patient: PatientId, entry: DocumentEntry) -> None:
        """Delete one of my documents («dépublier», TD3.3c)."""
        self.update(patient, iti57_request.delete(self._set(patient), entry))

    def update(self, patient: PatientId, update: MetadataUpdate) -> tuple[Problem, ...]:
        """Send an update exactly as it is (ITI-57)."""
        reply = self._call("registry", soap.Action.UPDATE, iti57_request.write_request(update), patient)
        return _succeeded(read_registry_response(reply.body))

    def register(self, patient: PatientId, submission: Submission) -> tuple[Problem, ...]:
        """Register a lot whose documents stay elsewhere (ITI-42); plain IHE only, on the internal listener."""
        reply = self._call("admin-registry", soap.Action.REGISTER, iti42.write_request(submission), patient)
        return _succeeded(read_registry_response(reply.body))

    # -- administration, with the client `in_mode(Mode.NORMAL, reason)`

    def remove_metadata(self, patient: PatientId, ids: Iterable[str]) -> None:
        """Remove registered objects, by their ids (ITI-62)."""
        reply = self._call("admin-registry", soap.Action.DELETE, iti62.write_request(ids), patient)
        _succeeded(read_registry_response(reply.body))

    def remove_documents(self, patient: PatientId, unique_ids: Iterable[str]) -> RegistryAnswer:
        """Remove the octets of documents, by uniqueId (ITI-86); the answer tells those that were not there."""
        requests = [iti43.DocumentRequest(self._repository, unique_id) for unique_id in unique_ids]
        body = iti86.write_request(requests)
        reply = self._call("admin-repository", soap.Action.REMOVE_DOCUMENTS, body, patient)
        answer = read_registry_response(reply.body)
        if answer.status is ResponseStatus.FAILURE:
            raise _refused(answer.problems)
        return answer

    # -- how

    def security(self, patient: PatientId | None) -> Element:
        """A signed `wsse:Security` header for one call."""
        said = Saying(self.mode, self.reason, self.secret)
        return security_header(self.credentials, patient, said, at=datetime.now(UTC))

    def _set(self, patient: PatientId) -> SubmissionSet:
        return lots.new_set(patient, self.credentials, at=datetime.now(UTC), new_oid=self.new_oid)

    def _header(self, *, query: bool = False) -> MessageHeader:
        name = MessageId(self.new_oid())
        sender = Device(self.new_oid(), SOFTWARE.name)
        return MessageHeader(
            name, dtm.of(datetime.now(UTC)), sender, query=MessageId(self.new_oid()) if query else None
        )

    def _manage(self, request: ManagementRequest, patient: PatientId) -> Element:
        body = hl7v3.write_request(request)
        reply = self._call("patients", _action_of(body), body, patient)
        acknowledgement = hl7v3.read_acknowledgement(reply.body)
        if not acknowledgement.accepted:
            raise CallRefused(acknowledgement.code, acknowledgement.text)
        return reply.body

    def _authorisation(self, request: AuthorisationRequest, patient: PatientId) -> str:
        body = habilitations.write_authorisation(request)
        reply = self._call("habilitations", habilitations.ACTIONS[0], body, patient)
        answer = habilitations.read_authorisation_answer(reply.body)
        if answer.status != "DMPOk":
            raise CallRefused(answer.status, answer.context)
        return answer.context

    def _access(self, request: str, body: Element, patient: PatientId) -> AccessAnswer:
        reply = self._call("patients", patient_access.actions_of(request)[0], body, patient)
        answer = patient_access.read_answer(request, reply.body)
        if answer.status != DmpCode.OK:
            raise CallRefused(answer.status, answer.context)
        return answer

    def _call(
        self,
        service: str,
        action: str,
        body: Element,
        patient: PatientId | None,
        *,
        parts: Sequence[iti43.Part] | None = None,
    ) -> Reply:
        return self._transport.call(self._services[service], action, body, security=self.security(patient), parts=parts)


def _answered(answer: Given | Acknowledgement) -> Given:
    """The answer itself; a refusal was raised already."""
    if isinstance(answer, Acknowledgement):
        raise CallRefused(answer.code, answer.text)
    return answer


def _action_of(body: Element) -> str:
    return f"urn:hl7-org:v3:{body.tag.rpartition('}')[2]}"


def _succeeded(answer: RegistryAnswer) -> tuple[Problem, ...]:
    if answer.status is not ResponseStatus.SUCCESS:
        raise _refused(answer.problems)
    return answer.problems


def _refused(problems: tuple[Problem, ...]) -> CallRefused:
    errors = [problem for problem in problems if not problem.warning]
    first = errors[0] if errors else None
    return CallRefused(str(first.code) if first else "unknown", first.context if first else "", problems)
