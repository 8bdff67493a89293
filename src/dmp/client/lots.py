"""Put documents into lots: metadata read from their headers, links, signature (xds-wire 2, 10.1)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from dmp.client.credentials import Credentials
from dmp.record import dtm
from dmp.record.actor import Authentication
from dmp.record.codes import Code
from dmp.record.entry import SIGNATURE_TYPE, Association, Author, DocumentEntry, Relation, SubmissionSet
from dmp.record.facility import facility_xon
from dmp.record.hl7text import Cx
from dmp.record.ins import INS_ROOTS
from dmp.record.patient import PatientId
from dmp.record.professional import professional_xcn
from dmp.record.submission import Content, Submission
from dmp.record.visibility import NORMAL, Visibility
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import read_header
from dmp.wire.cda.metadata import entry_from_header
from dmp.wire.content import MemoryContent
from dmp.wire.xds import lot_signature

DEFAULT_CONTENT = Code("07", "1.2.250.1.213.2.2", "Consultation")
"""contentTypeCode of a lot that says nothing else (JDV_J59)."""


def patient_cx(patient: PatientId) -> str:
    """The CX of a patient; an INS ends with its type NH."""
    return Cx(patient.number, patient.root, "NH" if patient.root in INS_ROOTS else "").text


def sender(credentials: Credentials) -> Author:
    """The author of a lot: user and structure of the assertion (DEC-54)."""
    specialty = f"G15_{credentials.profession}" + (f"/{credentials.know_how}" if credentials.know_how else "")
    return Author(
        person=professional_xcn(credentials.user, credentials.family or credentials.name, credentials.given).text,
        institutions=(facility_xon(credentials.facility).text,),
        specialties=(f"{specialty}^^1.2.250.1.213.1.1.4.5",) if credentials.profession.isdigit() else (),
    )


def new_set(
    patient: PatientId,
    credentials: Credentials,
    *,
    at: datetime,
    new_oid: Callable[[], str],
    content: Code = DEFAULT_CONTENT,
) -> SubmissionSet:
    """A submission set for one call."""
    return SubmissionSet(
        uuid="SubmissionSet01",
        unique_id=new_oid(),
        patient_cx=patient_cx(patient),
        source_id=new_oid(),
        submission_time=dtm.of(at),
        content_type=content,
        authors=(sender(credentials),),
    )


def entry_of(
    document: bytes,
    uuid: str,
    patient: PatientId,
    *,
    class_code: Code | None = None,
    visibility: Visibility = Visibility(),  # noqa: B008
) -> DocumentEntry:
    """The metadata that a document's own header calls for."""
    header = read_header(open_document(document))
    sha1 = hashlib.sha1(document, usedforsecurity=False).hexdigest()
    entry = entry_from_header(header, uuid=uuid, patient=patient, class_code=class_code, size=len(document), sha1=sha1)
    return replace(entry, visibility=visibility)


def build(lot: SubmissionSet, documents: Iterable[tuple[DocumentEntry, bytes]], *, replaces: str = "") -> Submission:
    """A lot of described documents; `replaces` is the entryUUID that the first one replaces."""
    described = list(documents)
    links = [
        Association(f"member-{index}", Relation.HAS_MEMBER, lot.uuid, entry.uuid, membership="Original")
        for index, (entry, _) in enumerate(described, start=1)
    ]
    if replaces:
        links.append(Association("replaces-1", Relation.REPLACES, described[0][0].uuid, replaces))
    contents: dict[str, Content] = {entry.uuid: MemoryContent(octets) for entry, octets in described}
    return Submission(lot, tuple(entry for entry, _ in described), tuple(links), contents)


def signed(submission: Submission, credentials: Credentials, *, at: datetime, new_oid: Callable[[], str]) -> Submission:
    """The same lot with its signature document and the link that says so (DEC-108)."""
    lot = submission.submission_set
    unique_id = new_oid()
    octets = signature_of(submission, credentials, at=at, unique_id=unique_id)
    entry = _signature_entry(submission, credentials, at=at, unique_id=unique_id)
    links = (
        Association("member-signature", Relation.HAS_MEMBER, lot.uuid, entry.uuid, membership="Original"),
        Association("signs-1", Relation.SIGNS, entry.uuid, lot.uuid),
    )
    return replace(
        submission,
        entries=(*submission.entries, entry),
        associations=(*submission.associations, *links),
        documents={**submission.documents, entry.uuid: MemoryContent(octets)},
    )


def signature_of(submission: Submission, credentials: Credentials, *, at: datetime, unique_id: str) -> bytes:
    """The XAdES signature over every document of the lot; `unique_id` is that of the signature document."""
    documents = {entry.unique_id: submission.documents[entry.uuid] for entry in submission.entries}
    return lot_signature.sign(
        signature_id=unique_id,
        submission_set_unique_id=submission.submission_set.unique_id,
        documents=documents,
        key=credentials.key,
        certificate=credentials.certificate,
        at=at,
    )


def must_sign(credentials: Credentials) -> bool:
    """Lots are signed in direct mode; a structure may (DEC-108)."""
    return credentials.authentication is Authentication.DIRECT


def _signature_entry(
    submission: Submission, credentials: Credentials, *, at: datetime, unique_id: str
) -> DocumentEntry:
    """How the DMP describes a signature (xds-wire 10.1)."""
    lot, first = submission.submission_set, submission.entries[0]
    author = sender(credentials)
    return DocumentEntry(
        uuid="Signature01",
        unique_id=unique_id,
        patient_cx=lot.patient_cx,
        mime_type="text/xml",
        class_code=Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN", "Digital Signature"),
        type_code=Code(SIGNATURE_TYPE, "ASTM", "Full Document"),
        format_code=Code("http://www.w3.org/2000/09/xmldsig#", "URN", "Default Signature Style"),
        facility_type=first.facility_type,
        practice_setting=first.practice_setting,
        creation_time=dtm.of(at),
        language="art",
        source_patient_cx=first.source_patient_cx,
        source_patient_info=first.source_patient_info,
        confidentiality=(NORMAL,),
        visibility=Visibility(masked=True, hidden_from_patient_since=at),
        authors=(author,),
        title="Signature du lot",
        event_codes=(Code("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12", "Source"),),
        legal_authenticator=author.person,
        service_start=dtm.of(at),
    )
