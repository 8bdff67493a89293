"""Examine the documents of a lot: everything that can be told without the record (xds-wire 2.4, checks 14 and 15).

Runs before the transaction; what only the record can tell (is it this person's
document?) waits in `Examination.about_person`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dmp.documents import authorship
from dmp.documents.said import Said, said_by, said_by_cda, said_by_images
from dmp.record import nomenclature
from dmp.record.actor import Caller
from dmp.record.entry import DocumentEntry
from dmp.record.errors import InvalidIdentity, Problem, Refused, XdsCode
from dmp.record.hl7text import Cx
from dmp.record.ins import check_ins
from dmp.record.patient import IdentityTraits
from dmp.record.profile import Profile
from dmp.record.record import Record
from dmp.record.submission import Content, Submission
from dmp.record.visibility import Visibility
from dmp.wire.cda.active_content import check_content
from dmp.wire.cda.comparison import compare, compare_file
from dmp.wire.cda.document import open_document
from dmp.wire.cda.formats import MimeType
from dmp.wire.cda.header import CdaHeader, read_header
from dmp.wire.cda.rules import HeaderFinding, check_header, check_patient
from dmp.wire.cda.schemas import Schemas
from dmp.wire.cda.tree import Branch
from dmp.wire.dicom_kos import check_kos

LotSignature = Callable[[bytes, Submission, Caller, datetime], None]
"""Verifies the signature document of a lot against our anchors; raises `Refused` when it does not hold (DEC-108)."""


@dataclass(frozen=True)
class IntakeRules:
    """What this installation asks of a deposit."""

    profile: Profile
    production: bool
    verify_signature: LotSignature
    schemas: Schemas | None = None
    signed: bool = True
    """Whether lots are signed where the profile says so; the portal makes its own, which nobody signs (ADR 0029)."""


@dataclass(frozen=True)
class Examination:
    """What reading the documents told: problems, and the headers for the judgement that needs the record."""

    profile: Profile
    problems: tuple[Problem, ...] = ()
    headers: tuple[tuple[str, CdaHeader], ...] = field(default=())
    said: Mapping[str, Said] = field(default_factory=dict[str, Said])
    """What each document says, by the id of its entry."""

    def about_person(self, record: Record) -> Iterator[Problem]:
        """Is every document about the person of this record? (DEC-107, cda 1.2)."""
        for name, header in self.headers:
            findings = check_patient(header, identifiers=record.identifiers, traits=record.traits, profile=self.profile)
            yield from (_problem(name, finding) for finding in findings)

    @property
    def traits(self) -> IdentityTraits | None:
        """Traits of the first document that tells them all: a qualified source (DEC-122)."""
        told = (header.patient.traits for _, header in self.headers)
        return next((traits for traits in told if traits is not None), None)


def examine(submission: Submission, *, caller: Caller, rules: IntakeRules, at: datetime) -> Examination:
    """Examine every document of a lot.

    `at` is the time of reception, against which the signer's certificate is judged.
    """
    problems = [p for entry in submission.entries for p in _octets(entry, submission, rules.profile)]
    if not rules.profile.french:
        found = (*problems, *_signature(submission, caller, rules=rules, at=at))
        return Examination(rules.profile, found, said=said_in(submission))
    problems += _lot(submission, caller, rules)
    read = _Read()
    for entry in submission.entries:
        problems += nomenclature.check_codes(entry, profile=rules.profile)
        problems += _hidden_twice(entry)
        if not entry.is_signature:
            problems += authorship.of_document(entry, caller, tolerant=rules.profile.tolerant)
            problems += _content(entry, submission.documents[entry.uuid], rules, read)
    problems += _signature(submission, caller, rules=rules, at=at)
    return Examination(rules.profile, tuple(problems), tuple(read.headers), read.said)


@dataclass
class _Read:
    """What was read from the documents of one lot."""

    headers: list[tuple[str, CdaHeader]] = field(default_factory=list[tuple[str, CdaHeader]])
    said: dict[str, Said] = field(default_factory=dict[str, Said])


def said_in(submission: Submission) -> dict[str, Said]:
    """What the documents say where they are not judged (profile `ihe`)."""
    documents = ((entry, submission.documents[entry.uuid]) for entry in submission.entries if not entry.is_signature)
    return {entry.uuid: said_by(content.read()) for entry, content in documents}


def _octets(entry: DocumentEntry, submission: Submission, profile: Profile) -> Iterator[Problem]:
    """The limit of one document (DEC-55), and its size and hash where no header is compared (check 14)."""
    document = submission.documents[entry.uuid]
    if document.size > profile.max_document:
        yield _refusal(entry, "size", f"the document is over {profile.max_document} octets")
    if entry.is_signature or not profile.french:
        yield from compare_file(entry, size=document.size, sha1=document.sha1)


def _lot(submission: Submission, caller: Caller, rules: IntakeRules) -> Iterator[Problem]:
    """What holds for the lot as a whole: its size, its patient, its codes, its author."""
    lot = submission.submission_set
    if sum(document.size for document in submission.documents.values()) > rules.profile.max_lot:
        yield Problem(XdsCode.REPOSITORY_METADATA_ERROR, f"{lot.uuid}: the lot is over {rules.profile.max_lot} octets")
    try:
        patient = Cx.parse(lot.patient_cx).patient
        check_ins(patient, production=rules.production, tolerant=rules.profile.tolerant)
    except InvalidIdentity as error:
        yield Problem(XdsCode.REPOSITORY_METADATA_ERROR, f"{lot.uuid} {error.element}: {error}")
    yield from nomenclature.check_set_codes(lot, profile=rules.profile)
    yield from authorship.of_lot(lot, caller)


def _hidden_twice(entry: DocumentEntry) -> Iterator[Problem]:
    """Masked to professionals and hidden from the patient: nobody could announce it (AR-20)."""
    visibility: Visibility = entry.visibility
    if visibility.masked and visibility.hidden_from_patient_since and not entry.is_signature:
        yield _refusal(entry, "confidentialityCode", "MASQUE_PS and INVISIBLE_PATIENT exclude each other (AR-20)")


def _content(entry: DocumentEntry, content: Content, rules: IntakeRules, read: _Read) -> Iterable[Problem]:
    """The octets are what the metadata announce: a key object selection, or a CDA (DOC-2)."""
    octets = content.read()
    if entry.mime_type == MimeType.DICOM:
        read.said[entry.uuid] = said_by_images(octets)
        return check_kos(octets, entry, tolerant=rules.profile.tolerant)
    try:
        document = open_document(octets)
        branch = Branch(document)
        header = read_header(branch)
    except Refused as refusal:
        return [Problem(p.code, f"{entry.uuid} {p.context}", p.warning) for p in refusal.problems]
    read.headers.append((entry.uuid, header))
    read.said[entry.uuid] = said_by_cda(document, header)
    found = [_problem(entry.uuid, finding) for finding in check_header(branch, header, profile=rules.profile)]
    found += compare(entry, header, size=content.size, sha1=content.sha1, profile=rules.profile)
    found += [Problem(p.code, f"{entry.uuid} {p.context}", p.warning) for p in check_content(document)]
    if rules.schemas is not None:
        found += [Problem(p.code, f"{entry.uuid} {p.context}", p.warning) for p in rules.schemas.check(document)]
    return found


def _signature(submission: Submission, caller: Caller, *, rules: IntakeRules, at: datetime) -> Iterator[Problem]:
    """The lot signature: required in direct mode, verified whenever it is there (DEC-108)."""
    signatures = [entry for entry in submission.entries if entry.is_signature]
    lot = submission.submission_set
    if not signatures and rules.signed and authorship.must_sign(caller, rules.profile):
        yield Problem(XdsCode.REPOSITORY_METADATA_ERROR, f"{lot.uuid} signature: the lot is not signed (type E1762)")
    for entry in signatures:
        try:
            rules.verify_signature(submission.documents[entry.uuid].read(), submission, caller, at)
        except Refused as refusal:
            yield from (Problem(p.code, f"{entry.uuid} {p.context}", p.warning) for p in refusal.problems)


def _problem(name: str, finding: HeaderFinding) -> Problem:
    context = f"{name} {finding.element}: {finding.message} ({finding.rule})"
    return Problem(XdsCode.REPOSITORY_METADATA_ERROR, context[:400], warning=not finding.blocking)


def _refusal(entry: DocumentEntry, attribute: str, what: str) -> Problem:
    return Problem(XdsCode.REPOSITORY_METADATA_ERROR, f"{entry.uuid} {attribute}: {what}")
