"""Words for journeys over the wire: a person in a running sandbox, documents, lots, hand-made messages, traces."""

import ssl
import struct
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx2
import pytest
from sqlalchemy import select

from dmp.audit.trace import Trace
from dmp.client import CallRefused, DmpClient, lots
from dmp.client.credentials import read_contract
from dmp.desk.operations import Operations
from dmp.main import open_store
from dmp.record import dtm
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, EntryStatus, Relation
from dmp.record.errors import Problem
from dmp.record.patient import PatientId
from dmp.record.query import DocumentCriteria, DocumentIds, FindDocuments, GetDocuments, StoredQuery
from dmp.record.record import Record
from dmp.record.submission import Submission
from dmp.record.visibility import NORMAL, Visibility
from dmp.sandbox.maker import DocumentContext, letter, plain_text
from dmp.sandbox.population import Person
from dmp.store import schema
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store
from dmp.wire import mtom, soap
from dmp.wire.content import MemoryContent
from dmp.wire.dicom_kos import EXPLICIT, KOS_CLASS, KOS_FORMAT
from dmp.wire.xds import iti18_request, iti41, iti43
from dmp.wire.xml import Element

DAY = timedelta(days=1)
NOTHING_HIDDEN, MASKED = Visibility(), Visibility(masked=True)
UNKNOWN_UUID = "urn:uuid:0b2f7d6e-1111-4222-8333-444455556666"


class Served(Protocol):
    """What a running sandbox offers to these words."""

    folder: Path

    def client(self, holder: str, *, standing_for: str = "", air: bool = False) -> DmpClient: ...

    @property
    def operations(self) -> Operations: ...


@dataclass
class Seen:
    """The one trace that an act left."""

    trace: Trace | None = None
    answer: CallRefused | None = None

    @property
    def told(self) -> str:
        """What the caller learnt."""
        assert self.answer is not None
        return f"{self.answer} {[problem.context for problem in self.answer.problems]}"

    @property
    def said(self) -> str:
        """Everything precise about the reason."""
        assert self.trace is not None
        return " ".join((*self.trace.rules, self.trace.detail)).strip()


@dataclass(frozen=True)
class Story:
    """One fictional person in a running sandbox, and what happens to his record."""

    sandbox: Served
    person: Person
    documents: dict[str, bytes] = field(default_factory=dict)

    @property
    def patient(self) -> PatientId:
        return self.person.patient

    @property
    def doctor(self) -> DmpClient:
        return self.by("doctor")

    @property
    def nurse(self) -> DmpClient:
        return self.by("nurse")

    def by(self, holder: str, **how: Any) -> DmpClient:
        """The client of a holder of the sandbox."""
        return self.sandbox.client(holder, **how)

    def opened(self, *holders: str) -> "Story":
        """The record is open, and these professionals are let in."""
        self.doctor.open_record(self.patient, self.person.traits, guardians=self.person.guardians)
        for holder in holders:
            self.by(holder).authorise(self.patient)
        return self

    # -- documents

    def context(self, author: str = "doctor", **changes: Any) -> DocumentContext:
        context = DocumentContext(
            id=DmpClient.new_oid(),
            patient=self.patient,
            traits=self.person.traits,
            author=self.by(author).professional,
            at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
            guardians=self.person.guardians,
        )
        return replace(context, **changes)

    def note(self, title: str = "Note", *, author: str = "doctor", kind: Code | None = None, **changes: Any) -> bytes:
        """A note as plain text: the lightest valid document."""
        more = {"kind": kind} if kind else {}
        return plain_text(self.context(author, **changes), f"Document fictif : {title}.", title=title, **more)

    def letter(self, title: str = "Lettre", *, author: str = "doctor", **changes: Any) -> bytes:
        """A letter as PDF."""
        return letter(self.context(author, **changes), title=title, paragraphs=["Document fictif."])

    def fed(self, title: str = "Note", *, by: str = "doctor", visibility: Visibility = NOTHING_HIDDEN) -> DocumentEntry:
        """A note by somebody is in the record; gives its entry as its author finds it."""
        document = self.note(title, author=by)
        self.by(by).submit(self.patient, [document], visibility=visibility)
        entry = self.found(by, document)
        self.documents[entry.unique_id] = document
        return entry

    def lot(
        self, documents: Sequence[bytes], *, by: DmpClient | None = None, sign: bool = True, **how: Any
    ) -> Submission:
        """A lot as the client would send it, to be spoilt before it is sent; `sign=False` leaves it unsigned."""
        client = by or self.doctor
        at, visibility = datetime.now(UTC), how.pop("visibility", NOTHING_HIDDEN)
        entries = [
            (lots.entry_of(octets, f"Document{n:02d}", self.patient, visibility=visibility), octets)
            for n, octets in enumerate(documents, start=1)
        ]
        lot = lots.new_set(self.patient, client.credentials, at=at, new_oid=client.new_oid)
        submission = lots.build(lot, entries, **how)
        return self.signed(submission, client) if sign else submission

    def signed(self, submission: Submission, by: DmpClient | None = None) -> Submission:
        client = by or self.doctor
        return lots.signed(submission, client.credentials, at=datetime.now(UTC), new_oid=client.new_oid)

    # -- what can be found

    def found(self, holder: str | DmpClient, document: bytes) -> DocumentEntry:
        """The newest entry of a document, as somebody finds it by its uniqueId."""
        unique_id = lots.entry_of(document, "x", self.patient).unique_id
        entry = self.entry(holder, unique_id)
        assert entry is not None
        return entry

    def entry(self, holder: str | DmpClient, unique_id: str) -> DocumentEntry | None:
        """An entry by uniqueId, None when it is not for this holder."""
        client = self.by(holder) if isinstance(holder, str) else holder
        ids = DocumentIds(unique_ids=frozenset({unique_id}))
        entries = client.search(StoredQuery(GetDocuments(ids)), self.patient).objects.entries
        return entries[0] if entries else None

    def titles(self, holder: str | DmpClient, *statuses: EntryStatus) -> list[str]:
        """The titles that somebody finds, Approved ones unless told."""
        client = self.by(holder) if isinstance(holder, str) else holder
        return sorted(e.title for e in client.find(self.patient, statuses=statuses or (EntryStatus.APPROVED,)))

    # -- behind the wire

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = open_store(self.sandbox.operations.settings)
        try:
            yield store
        finally:
            store.close()

    def record_of(self, patient: PatientId) -> Record | None:
        with self.store() as store, store.begin() as tx:
            return tx.records.of(patient)

    def record(self) -> Record:
        record = self.record_of(self.patient)
        assert record is not None
        return record

    def kept(self, entry: DocumentEntry) -> DocumentEntry:
        """An entry as the store keeps it, with what nobody is told of it."""
        with self.store() as store, store.begin() as tx:
            record = tx.records.of(self.patient)
            assert record is not None
            (kept,) = tx.inside(record).by_uuid([entry.uuid])
        return kept

    def visibility_of(self, entry: DocumentEntry) -> Visibility:
        """What hides the chain of a document, with the start of its timer."""
        return self.kept(entry).visibility

    def change(self, how: Callable[[Record], Record]) -> None:
        """Change the record as the portal will."""
        with self.store() as store, store.begin() as tx:
            record = tx.records.of(self.patient)
            assert record is not None
            tx.records.change(how(record), at=datetime.now(UTC))

    def block(self, holder: str, *, structure: bool = False) -> None:
        who = self.by(holder).credentials
        name = who.facility.id if structure else who.user
        self.change(lambda record: replace(record, blocked=record.blocked | {name}))

    def confirm_attending(self, holder: str = "doctor") -> None:
        """The holder confirms the attending doctor (DEC-1)."""
        doctor = self.by(holder).credentials.user
        self.change(
            lambda record: replace(
                record,
                attending=tuple(replace(a, confirmed=a.confirmed or a.doctor == doctor) for a in record.attending),
            )
        )

    def blobs(self) -> int:
        """How many sealed documents the sandbox keeps."""
        return sum(1 for path in self.sandbox.operations.settings.blobs.rglob("*") if path.is_file())

    @contextmanager
    def one_trace(self) -> Iterator[Seen]:
        """What is done inside leaves exactly one trace, anywhere, which is given afterwards."""
        before, seen = self._trace_names(), Seen()
        yield seen
        new = [self._trace(*name) for name in sorted(self._trace_names() - before)]
        assert len(new) == 1, [(trace.verb, trace.outcome, trace.detail) for trace in new]
        (seen.trace,) = new

    @contextmanager
    def refused(self, code: str) -> Iterator[Seen]:
        """What is done inside is refused with this code, and leaves exactly one trace that says so."""
        with self.one_trace() as seen, pytest.raises(CallRefused) as refusal:
            yield seen
        assert refusal.value.code == code, (refusal.value, seen.said)
        assert seen.trace is not None
        assert seen.trace.outcome == "refused", seen.trace
        seen.answer = refusal.value

    def _trace_names(self) -> set[tuple[str, str]]:
        with self.store() as store, store.connection() as connection:
            return {
                (row.record, row.id) for row in connection.execute(select(schema.trace.c.record, schema.trace.c.id))
            }

    def _trace(self, record: str, name: str) -> Trace:
        with self.store() as store, store.begin() as tx:
            if record != NO_RECORD:
                tx.records.get(record)
            sealed = next(sealed for one, _, sealed in tx.traces.rows(record) if one == name)
            return Trace.read(tx.traces.opened(record, name, sealed).text)


def problems(refusal: pytest.ExceptionInfo[CallRefused]) -> list[str]:
    """The codes of a registry error list, warnings left out."""
    return [str(problem.code) for problem in errors(refusal)]


def errors(refusal: pytest.ExceptionInfo[CallRefused]) -> list[Problem]:
    return [problem for problem in refusal.value.problems if not problem.warning]


def with_entry(submission: Submission, name: str = "Document01", **changes: Any) -> Submission:
    """The lot with one entry described otherwise."""
    entries = tuple(replace(e, **changes) if e.uuid == name else e for e in submission.entries)
    return replace(submission, entries=entries)


def with_lot(submission: Submission, **changes: Any) -> Submission:
    """The lot itself described otherwise."""
    return replace(submission, submission_set=replace(submission.submission_set, **changes))


def with_document(submission: Submission, octets: bytes, name: str = "Document01") -> Submission:
    """The lot with other octets behind one entry, described as they are."""
    content = MemoryContent(octets)
    changed = with_entry(submission, name, hash=content.sha1, size=content.size)
    return replace(changed, documents={**submission.documents, name: content})


def wrapping(document: bytes, octets: bytes, media_type: str) -> bytes:
    """An unstructured document around another file."""
    head, _, rest = document.partition(b'mediaType="text/plain"')
    opening, _, tail = rest.partition(b">")
    body = tail[tail.index(b"</text>") :]
    return b"".join((head, f'mediaType="{media_type}"'.encode(), opening, b">", b64encode(octets), body))


def a_kos(patient: PatientId, instance: str, study: str) -> bytes:
    """A DICOM Key Object Selection of a patient, in explicit little-endian form."""
    qualifiers = _dicom(0x40, 0x32, b"UT", patient.root.encode())
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(qualifiers)) + qualifiers
    meta = _dicom(2, 2, b"UI", KOS_CLASS.encode()) + _dicom(2, 0x10, b"UI", EXPLICIT.encode())
    body = (
        _dicom(8, 0x16, b"UI", KOS_CLASS.encode())
        + _dicom(8, 0x18, b"UI", instance.encode())
        + _dicom(0x10, 0x20, b"LO", patient.number.encode())
        + _dicom(0x10, 0x24, b"SQ", item)
        + _dicom(0x20, 0x0D, b"UI", study.encode())
    )
    return b"\0" * 128 + b"DICM" + meta + body


def _dicom(group: int, number: int, form: bytes, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    long = form in {b"SQ", b"UT"}
    size = struct.pack("<HI", 0, len(value)) if long else struct.pack("<H", len(value))
    return struct.pack("<HH", group, number) + form + size + value


def a_kos_entry(story: Story, instance: str, octets: bytes) -> DocumentEntry:
    """The entry that announces a KOS, by the doctor."""
    content, author = MemoryContent(octets), lots.sender(story.doctor.credentials)
    return DocumentEntry(
        uuid="Document01",
        unique_id=instance,
        patient_cx=lots.patient_cx(story.patient),
        mime_type="application/dicom",
        class_code=Code("31", "1.2.250.1.213.1.1.4.1", "Imagerie médicale"),
        type_code=Code("IMG-KOS", "1.2.250.1.213.1.1.4.12", "Référence d'objets d'un examen d'imagerie"),
        format_code=KOS_FORMAT,
        facility_type=Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel"),
        practice_setting=Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
        creation_time="20261102093000",
        language="fr-FR",
        source_patient_cx=lots.patient_cx(story.patient),
        confidentiality=(NORMAL,),
        authors=(author,),
        title="Références d'imagerie",
        legal_authenticator=author.person,
        service_start="20261102090000",
        source_patient_info=("PID-5|FICTIF^ANNE^^^^^L", "PID-7|19790328", "PID-8|F"),
        hash=content.sha1,
        size=content.size,
    )


# -- hand-made messages


@dataclass(frozen=True)
class Sent:
    """An answer as it came: HTTP status, body element, fault subcode or code when it is one."""

    status: int
    body: Element
    fault: str
    reason: str

    @property
    def errors(self) -> list[str]:
        """The error codes of a registry response."""
        return [str(name) for name in self.body.xpath("//@errorCode")]

    @property
    def registry_status(self) -> str:
        return self.body.get("status", "").rpartition(":")[2]


@dataclass(frozen=True)
class Envelope:
    """A request to be sent by hand; what is None is made as the client makes it."""

    action: str
    body: Element
    security: Element | bytes | None = None
    message_id: str = ""
    parts: tuple[iti43.Part, ...] = ()


def post(story: Story, holder: str, service: str, envelope: Envelope) -> Sent:
    """Send a hand-made message over the certificate of a holder."""
    client = story.by(holder)
    security = client.security(story.patient) if envelope.security is None else envelope.security
    url = read_contract(story.sandbox.folder)["services"][service]
    message_id = envelope.message_id or f"urn:uuid:{uuid.uuid4()}"
    root = soap.request(envelope.body, action=envelope.action, to=url, message_id=message_id, security=security)
    if envelope.parts:
        boundary = f"uuid:{uuid.uuid4()}"
        kind, pieces = mtom.write(
            root, envelope.parts, boundary=boundary, root_id=f"{uuid.uuid4()}@x", action=envelope.action
        )
        return post_octets(story, holder, service, b"".join(pieces), kind)
    return post_octets(story, holder, service, root, mtom.simple_type(envelope.action))


def post_octets(story: Story, holder: str, service: str, octets: bytes, content_type: str) -> Sent:
    """Send octets as they are."""
    contract, credentials = read_contract(story.sandbox.folder), story.by(holder).credentials
    tls = ssl.create_default_context(cafile=contract["ca"])
    tls.load_cert_chain(credentials.auth_certificate, credentials.auth_key)
    with httpx2.Client(verify=tls, trust_env=False) as http:
        answer = http.post(contract["services"][service], content=octets, headers={"Content-Type": content_type})
    return _sent(answer)


def _sent(answer: httpx2.Response) -> Sent:
    kind = mtom.packaging(answer.headers["content-type"])
    root = answer.content
    if kind.multipart:
        reader = mtom.MultipartReader(kind)
        reader.feed(answer.content)
        root = reader.close().root
    envelope = soap.read(root)
    fault = soap.read_fault(envelope)
    told = (fault.subcode or fault.code) if fault else ""
    return Sent(answer.status_code, envelope.body, told, fault.reason if fault else "")


def a_search(story: Story, **criteria: Any) -> Element:
    """A FindDocuments, ready to be spoilt."""
    wanted = DocumentCriteria(story.patient, frozenset({EntryStatus.APPROVED}), **criteria)
    return iti18_request.write_request(StoredQuery(FindDocuments(wanted)), patient_type="NH")


def a_submission(submission: Submission) -> tuple[Element, tuple[iti43.Part, ...]]:
    """The body and the parts of an ITI-41."""
    cids = {name: f"{uuid.uuid4()}@x" for name in submission.documents}
    parts = tuple(
        iti43.Part(cids[entry.uuid], entry.mime_type, submission.documents[entry.uuid]) for entry in submission.entries
    )
    return iti41.write_request(submission, cids=cids), parts


def replacing(submission: Submission, target: str) -> Submission:
    """The lot says that its first document replaces `target`."""
    links = tuple(
        replace(link, target=target) if link.type is Relation.REPLACES else link for link in submission.associations
    )
    return replace(submission, associations=links)


def now_dtm() -> str:
    return dtm.of(datetime.now(UTC))
