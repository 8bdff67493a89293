"""From a file and what is said of it to a lot in the record: what the portals of patients and professionals share.

The lot goes through the examination that a lot of the services goes through,
and the same door; only the signature is missing, since nobody has a key in a
browser (ADR 0029).
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid5

from dmp.actions.deposit_file import DepositFile, Replaced
from dmp.actions.submit_documents import SubmitDocuments
from dmp.documents import intake
from dmp.documents.files.typed import CDA, TypedFile
from dmp.documents.intake import Examination, IntakeRules
from dmp.record import dtm
from dmp.record.actor import Caller
from dmp.record.codes import Code
from dmp.record.entry import Association, DocumentEntry, Relation, SubmissionSet
from dmp.record.errors import Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.submission import Submission
from dmp.record.visibility import NORMAL, Visibility
from dmp.web.deposit_authors import Writer, named_by, target_of
from dmp.web.portal.callers import caller_of
from dmp.web.portal.page import Visit
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import BodyKind, CdaHeader, read_header
from dmp.wire.cda.metadata import entry_from_header
from dmp.wire.cda.parts import Ii, ParentDocument, ServiceEvent
from dmp.wire.cda.patient import RecordTarget
from dmp.wire.cda.write import UNSTRUCTURED, write_unstructured
from dmp.wire.content import MemoryContent

_DOCUMENT, _LOT = "document", "lot"
_TAKEN = (XdsCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, XdsCode.NON_IDENTICAL_HASH)
_SERIES = re.compile(r"[0-9]{1,8}")


@dataclass(frozen=True)
class Told:
    """What somebody says of a file: `day` is that of the act, as YYYYMMDD, empty for today.

    `nonce` is the UUID of the form: the same form sent twice puts in one
    document. `replaces` is the bare UUID of the entry that it replaces.
    """

    nonce: str
    title: str
    kind: Code
    day: str = ""
    event: Code | None = None
    visibility: Visibility = Visibility()
    replaces: str = ""


@dataclass(frozen=True)
class Depositing:
    """What an installation gives to who puts in documents: its rules, its names, its clock."""

    rules: IntakeRules
    repository_unique_id: str
    source_id: str
    new_id: Callable[[], str]
    clock: Callable[[], datetime]

    def nonce(self, given: str) -> str:
        """The UUID of a form: the one that it came with, or a fresh one."""
        try:
            return str(UUID(given))
        except ValueError:
            return self.new_id()

    def put_in(self, visit: Visit, writer: Writer, file: TypedFile, told: Told) -> str:
        """Put a document in; gives the bare UUID of its entry. What was put in by the same form stays as it is.

        Raises:
            AccessRefused, DocumentNotFound: as for any deposit.
            Refused: what the examination, or the record, found wrong.
        """
        lot = _Lot(self, visit, writer, file, told)
        if file.media_type == CDA:
            visit.perform(lot.of_cda())
            return lot.uuid
        return _put(visit, lot)

    def put_written(self, visit: Visit, writer: Writer, written: "Written", told: Told) -> str:
        """Put in a document that the house writes from facts; gives the bare UUID of its entry.

        Raises:
            AccessRefused, DocumentNotFound: as for any deposit.
            Refused: what the examination, or the record, found wrong.
        """
        return _put(visit, _Lot(self, visit, writer, written, told))

    def deposit_written(
        self, visit: Visit, writer: Writer, written: "Written", told: Told, *, patient: PatientId | None = None
    ) -> DepositFile:
        """The act that `put_written` performs, for another act that does it in its own transaction.

        `patient` is whose record it is, where none is open and the other act knows.
        """
        return _Lot(self, visit, writer, written, told, patient=patient).around_file()


@dataclass(frozen=True)
class Place:
    """Where a document that the house writes stands: its patient, its id, its series, its moment."""

    record: Record
    id: str
    series: str
    version: int
    replaces: str
    at: datetime


@dataclass(frozen=True)
class Written:
    """A document of structure (N3) that the house writes once it may go in.

    `about` is what it says, so that the same form sent twice puts in one
    document; `series` the setId of a first version; `templates` those of its model.
    """

    about: bytes = field(repr=False)
    series: str
    templates: tuple[str, ...]
    write: Callable[[Place], bytes]


def _put(visit: Visit, lot: "_Lot") -> str:
    """Put in a document that is written once its record is known; one that the same form put in stays."""
    try:
        visit.perform(lot.around_file())
    except Refused as error:
        if not _is_there_already(error):
            raise
    return lot.uuid


def _is_there_already(error: Refused) -> bool:
    """Whether the document that this form makes is there: its ids are made of its nonce and of all it says."""
    return all(problem.warning or problem.code in _TAKEN for problem in error.problems)


class _Lot:
    """One deposit: its ids, and the lot that they stand in."""

    def __init__(
        self,
        depositing: Depositing,
        visit: Visit,
        writer: Writer,
        what: TypedFile | Written,
        told: Told,
        *,
        patient: PatientId | None = None,
    ):
        self._written = what if isinstance(what, Written) else None
        self._file = TypedFile(CDA, what.about) if isinstance(what, Written) else what
        self._house, self._writer, self._told = depositing, writer, told
        self._caller: Caller = caller_of(visit.signed_in)
        self._patient: PatientId = patient or visit.patient
        self._at = depositing.clock()
        about = (told.title, told.kind.code, told.day, told.replaces, hashlib.sha256(self._file.octets).hexdigest())
        self._seed = uuid5(UUID(told.nonce), "\n".join(about))
        self.uuid = str(uuid5(self._seed, "entry"))

    def around_file(self) -> DepositFile:
        """A document written around the file, once its record is known."""
        target = RecordTarget(ids=(Ii(self._patient.root, self._patient.number),))
        header = self._header(target, self._writer, None)
        return DepositFile(self._submitted(self._described(header, self._patient), b""), self._finished)

    def of_cda(self) -> SubmitDocuments:
        """The document that the file is: its own header says all of it.

        Raises:
            Refused: it cannot be read, or lacks what an entry cannot do without.
        """
        octets = self._file.octets
        return self._examined(self._described(read_header(open_document(octets)), self._patient), octets)

    def _finished(self, record: Record, before: Replaced | None) -> SubmitDocuments:
        if self._written is not None:
            octets = self._written.write(self._place(record, before, self._written))
            return self._examined(self._described(read_header(open_document(octets)), record.patient), octets)
        header = self._header(target_of(record), named_by(self._writer, record), before)
        octets = write_unstructured(header, self._file.octets)
        return self._examined(self._described(header, record.patient), octets)

    def _place(self, record: Record, before: Replaced | None, written: Written) -> Place:
        """Where a document that the house writes stands."""
        series, version, parent = self._series(before)
        return Place(
            record,
            _oid(self._seed, _DOCUMENT),
            series.unique_id if before is not None else written.series,
            int(version),
            parent.ids[0].unique_id if parent is not None else "",
            self._at,
        )

    def _examined(self, entry: DocumentEntry, octets: bytes) -> SubmitDocuments:
        act = self._submitted(entry, octets)
        examined = intake.examine(act.submission, caller=self._caller, rules=self._house.rules, at=self._at)
        return replace(act, examined=examined)

    # -- the document

    def _header(self, target: RecordTarget, writer: Writer, before: Replaced | None) -> CdaHeader:
        """The header around the file; a version after another one has the series of that one."""
        told, now = self._told, _stamp(self._at)
        author = replace(writer.person, time=now)
        series, version, parent = self._series(before)
        act = ServiceEvent(code=told.event, start=told.day or now, performers=(writer.performer,))
        return CdaHeader(
            id=Ii(_oid(self._seed, _DOCUMENT)),
            code=told.kind,
            title=told.title,
            effective_time=now,
            confidentiality=NORMAL,
            language="fr-FR",
            set_id=series,
            version=version,
            template_ids=UNSTRUCTURED if self._written is None else self._written.templates,
            patient=target,
            authors=(author,),
            legal_authenticator=author,
            custodian=writer.custodian,
            acts=(act,),
            replaced=parent,
            orders=(),
            accessions=(),
            facility=writer.facility,
            body=BodyKind.UNSTRUCTURED if self._written is None else BodyKind.STRUCTURED,
            media_type=self._file.media_type if self._written is None else "",
            self_presentable=False,
        )

    def _series(self, before: Replaced | None) -> tuple[Ii, str, ParentDocument | None]:
        """The setId, the version, and the document before (cda 1.6)."""
        if before is None:
            return Ii(_oid(self._seed, _DOCUMENT)), "1", None
        old = _header_of(before)
        root, _, extension = before.entry.unique_id.partition("^")
        name = Ii(root, extension)
        set_id = old.set_id if old is not None and old.set_id is not None else name
        known = old.version if old is not None and _SERIES.fullmatch(old.version) else "1"
        parent = ParentDocument("RPLC", (name,), set_id, known)
        return set_id, str(int(known) + 1), parent

    # -- the lot

    def _described(self, header: CdaHeader, patient: PatientId) -> DocumentEntry:
        entry = entry_from_header(header, uuid=f"urn:uuid:{self.uuid}", patient=patient)
        return replace(entry, visibility=self._told.visibility)

    def _submitted(self, entry: DocumentEntry, octets: bytes) -> SubmitDocuments:
        nothing, lot = Examination(self._house.rules.profile), self._submission(entry, octets)
        return SubmitDocuments(self._patient, lot, nothing, self._house.repository_unique_id)

    def _submission(self, entry: DocumentEntry, octets: bytes) -> Submission:
        content = MemoryContent(octets)
        lot = SubmissionSet(
            uuid="SubmissionSet01",
            unique_id=_oid(self._seed, _LOT),
            patient_cx=entry.patient_cx,
            source_id=self._house.source_id,
            submission_time=dtm.of(self._at),
            content_type=self._writer.content_type(self._told.event),
            authors=(self._writer.sender,),
            title=entry.title,
        )
        links = [Association("member", Relation.HAS_MEMBER, lot.uuid, entry.uuid, membership="Original")]
        if self._told.replaces:
            links.append(Association("replaces", Relation.REPLACES, entry.uuid, f"urn:uuid:{self._told.replaces}"))
        return Submission(lot, (entry,), tuple(links), {entry.uuid: content})


def _header_of(before: Replaced) -> CdaHeader | None:
    """The header of what is replaced; None where its octets are elsewhere, or no CDA."""
    try:
        return read_header(open_document(before.octets)) if before.octets else None
    except Refused:
        return None


def _stamp(at: datetime) -> str:
    """A time to the second with its offset, in French legal time."""
    return at.astimezone(dtm.PARIS).strftime("%Y%m%d%H%M%S%z")


def _oid(seed: UUID, what: str) -> str:
    """An OID made of a UUID (ITU-T X.667)."""
    return f"2.25.{uuid5(seed, what).int}"
