"""What the registry knows of a document, a lot and their links, in the words of XDS.b (xds-wire 4)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dmp.record.codes import Code
from dmp.record.visibility import Visibility

STABLE = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
"""objectType of a stable document entry."""
ON_DEMAND = "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248"
"""objectType of an on-demand document entry, refused here."""
SIGNATURE_TYPE = "E1762"
"""typeCode (ASTM) of the signature document of a lot (functional 5.1)."""

Slots = tuple[tuple[str, tuple[str, ...]], ...]
"""Slots unknown to XDS, stored and returned in the order received (DEC-119)."""


_BARE_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def unique_key(unique_id: str) -> str:
    """The form in which the uniqueIds of documents are compared: bare UUIDs without case (DEC-105)."""
    return unique_id.lower() if _BARE_UUID.fullmatch(unique_id) else unique_id


class EntryStatus(StrEnum):
    """availabilityStatus, with the two statuses that France adds (xds-wire 7.3)."""

    APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
    DEPRECATED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
    ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
    DELETED = "urn:asip:ci-sis:2010:StatusType:Deleted"


class Relation(StrEnum):
    """associationType (xds-wire 2.3)."""

    HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
    REPLACES = "urn:ihe:iti:2007:AssociationType:RPLC"
    APPENDS = "urn:ihe:iti:2007:AssociationType:APND"
    TRANSFORMS = "urn:ihe:iti:2007:AssociationType:XFRM"
    TRANSFORMS_AND_REPLACES = "urn:ihe:iti:2007:AssociationType:XFRM_RPLC"
    SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
    SNAPSHOT = "urn:ihe:iti:2010:AssociationType:IsSnapshotOf"
    UPDATES_STATUS = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
    SUBMITS_ASSOCIATION = "urn:ihe:iti:2010:AssociationType:SubmitAssociation"


@dataclass(frozen=True)
class Author:
    """An author; every value is the HL7 V2 text of the wire (XCN, XON, CE), read with `record.hl7text`."""

    person: str = ""
    institutions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    telecoms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deposit:
    """Who put a document into the record, as the service saw it: proof of ownership (DEC-6)."""

    at: datetime
    person: str
    structure: str
    mode: str
    """Authentification_mode of the assertion: DIRECTE, INDIRECTE or INDIRECTE_RENFORCEE."""


@dataclass(frozen=True)
class DocumentEntry:
    """A document as the registry describes it («fiche»), XDSDocumentEntry.

    `uuid` is `urn:uuid:…`, or a symbolic id until the submission is accepted.
    Times are DTM digits in UTC, with the precision that was sent. `patient_cx`
    and `source_patient_cx` are CX texts, returned as they came. `confidentiality`
    holds the plain codes (N, R, V) only: what hides the document is `visibility`.
    `chain` names the replacement chain that shares the visibility.
    """

    uuid: str
    unique_id: str
    patient_cx: str
    mime_type: str
    class_code: Code
    type_code: Code
    format_code: Code
    facility_type: Code
    practice_setting: Code
    creation_time: str
    language: str
    source_patient_cx: str
    confidentiality: tuple[Code, ...]
    authors: tuple[Author, ...] = ()
    title: str = ""
    comments: str = ""
    event_codes: tuple[Code, ...] = ()
    legal_authenticator: str = ""
    service_start: str = ""
    service_stop: str = ""
    source_patient_info: tuple[str, ...] = ()
    reference_ids: tuple[str, ...] = ()
    hash: str = ""
    """SHA-1 of the document's octets, 40 lower-case hex digits; empty until computed."""
    size: int | None = None
    repository_unique_id: str = ""
    uri: str = ""
    availability: str = ""
    object_type: str = STABLE
    home: str = ""
    extra: Slots = ()
    visibility: Visibility = Visibility()
    logical_id: str = ""
    version: int = 1
    status: EntryStatus = EntryStatus.APPROVED
    chain: str = ""
    deposit: Deposit | None = None

    @property
    def is_signature(self) -> bool:
        """Tell the signature document of a lot, which stays outside counts and lists (DEC-12)."""
        return self.type_code.code == SIGNATURE_TYPE


@dataclass(frozen=True)
class SubmissionSet:
    """A lot of documents sent together («lot de soumission»), XDSSubmissionSet."""

    uuid: str
    unique_id: str
    patient_cx: str
    source_id: str
    submission_time: str
    content_type: Code
    authors: tuple[Author, ...] = ()
    title: str = ""
    comments: str = ""
    intended_recipients: tuple[str, ...] = ()
    home: str = ""
    extra: Slots = ()
    status: EntryStatus = EntryStatus.APPROVED


@dataclass(frozen=True)
class Folder:
    """A group of documents («classeur»), XDSFolder (xds-wire 4.4).

    `last_update` is a DTM that the registry sets when the folder, or this
    version of it, is made; what a sender gives is replaced. In an answer it is
    the time of the last addition that the reader may know of (xds-wire 2.7;
    `Association.added`).
    """

    uuid: str
    unique_id: str
    patient_cx: str
    codes: tuple[Code, ...]
    title: str = ""
    comments: str = ""
    last_update: str = ""
    home: str = ""
    extra: Slots = ()
    logical_id: str = ""
    version: int = 1
    status: EntryStatus = EntryStatus.APPROVED
    deposit: Deposit | None = None


@dataclass(frozen=True)
class Association:
    """A link between two objects of the registry; `source` and `target` are their ids.

    `membership` is the value of slot SubmissionSetStatus (Original or
    Reference), `reason` the optional reason code of a relationship. `added`
    is kept and never told: the DTM at which a document was put in a folder.
    """

    uuid: str
    type: Relation
    source: str
    target: str
    membership: str = ""
    reason: Code | None = None
    extra: Slots = ()
    status: EntryStatus = EntryStatus.APPROVED
    added: str = ""


@dataclass(frozen=True)
class RegistryObjects:
    """What a query found, ready to be written as ebRIM."""

    entries: tuple[DocumentEntry, ...] = ()
    submission_sets: tuple[SubmissionSet, ...] = ()
    associations: tuple[Association, ...] = field(default=())
    folders: tuple[Folder, ...] = ()
