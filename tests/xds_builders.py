"""Values of XDS metadata for tests: every default is valid for the French profile."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from dmp.record.codes import Code
from dmp.record.entry import Association, Author, DocumentEntry, Folder, RegistryObjects, Relation, SubmissionSet
from dmp.record.submission import Submission
from dmp.record.visibility import NORMAL, Visibility

XDS = Path(__file__).resolve().parents[2] / "shared" / "data" / "xds"
SCHEMAS = XDS / "schema-v3"
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CX = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
PERSON = "899900012345^DUPONT^ANNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
FACILITY = "CABINET DU PORT^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499900012345001"
ENTRY_UUID = "urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@dataclass(frozen=True)
class Octets:
    """The octets of a document, held in memory."""

    octets: bytes

    @property
    def size(self) -> int:
        return len(self.octets)

    @property
    def sha1(self) -> str:
        return hashlib.sha1(self.octets, usedforsecurity=False).hexdigest()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def read(self) -> bytes:
        return self.octets

    def chunks(self) -> Iterator[bytes]:
        yield self.octets


LETTER = Octets(b"<ClinicalDocument/>")


def inline(_element) -> Octets:
    """Resolve any Document element to one small document."""
    return LETTER


def an_author(**changes) -> Author:
    author = Author(
        person=PERSON,
        institutions=(FACILITY,),
        roles=("MEDECIN TRAITANT",),
        specialties=("G15_10/SM26^Médecin - Qualifié en Médecine Générale^1.2.250.1.213.1.1.4.5",),
    )
    return replace(author, **changes)


def an_entry(**changes) -> DocumentEntry:
    entry = DocumentEntry(
        uuid="Document01",
        unique_id="1.2.250.1.999.1.1",
        patient_cx=CX,
        mime_type="text/xml",
        class_code=Code("10", "1.2.250.1.213.1.1.4.1", "Compte rendu"),
        type_code=Code("11488-4", "2.16.840.1.113883.6.1", "CR ou fiche de consultation ou de visite"),
        format_code=Code("urn:ihe:iti:xds-sd:text:2008", "1.3.6.1.4.1.19376.1.2.3", "Document à corps non structuré"),
        facility_type=Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel"),
        practice_setting=Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
        creation_time="20261121101500",
        language="fr-FR",
        source_patient_cx="IPP-1^^^&1.2.250.1.999.2&ISO^PI",
        confidentiality=(NORMAL,),
        authors=(an_author(),),
        title="Compte rendu de consultation",
        legal_authenticator=PERSON,
        service_start="202611211000",
        source_patient_info=("PID-5|DUPUIS^MARIE^^^^^L", "PID-7|19790304", "PID-8|F"),
    )
    return replace(entry, **changes)


def a_registered_entry(**changes) -> DocumentEntry:
    known = {
        "uuid": ENTRY_UUID,
        "logical_id": ENTRY_UUID,
        "hash": LETTER.sha1,
        "size": LETTER.size,
        "repository_unique_id": "1.2.250.1.999.3",
    }
    return an_entry(**{**known, **changes})


def a_signature(**changes) -> DocumentEntry:
    """The entry of a lot's signature, as the French senders write it (xds-wire 10.1)."""
    signature = an_entry(
        uuid="Signature01",
        unique_id="1.2.250.1.999.1.9",
        class_code=Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN", "Digital Signature"),
        type_code=Code("E1762", "ASTM", "Full Document"),
        format_code=Code("http://www.w3.org/2000/09/xmldsig#", "URN", "Default Signature Style"),
        language="art",
        event_codes=(Code("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12", "Source"),),
        authors=(),
        title="",
        legal_authenticator="",
        service_start="",
        visibility=Visibility(masked=True, hidden_from_patient_since=AT),
    )
    return replace(signature, **changes)


def a_lot(**changes) -> SubmissionSet:
    lot = SubmissionSet(
        uuid="SubmissionSet01",
        unique_id="1.2.250.1.999.4.1",
        patient_cx=CX,
        source_id="1.2.250.1.999.5",
        submission_time="20261122093000",
        content_type=Code("07", "1.2.250.1.213.2.2", "Consultation"),
        authors=(an_author(),),
    )
    return replace(lot, **changes)


def a_folder(**changes) -> Folder:
    folder = Folder(
        uuid="Folder01",
        unique_id="1.2.250.1.999.6.1",
        patient_cx=CX,
        codes=(Code("SUIVI", "1.2.250.1.999.7", "Suivi"),),
        title="Suivi de cardiologie",
    )
    return replace(folder, **changes)


def a_placement(folder: str = "Folder01", document: str = "Document01", **changes) -> Association:
    """What puts a document in a folder."""
    return replace(Association(f"FD-{document}"[:40], Relation.HAS_MEMBER, folder, document), **changes)


def a_member(target: str = "Document01", **changes) -> Association:
    link = Association(f"HM-{target}"[:40], Relation.HAS_MEMBER, "SubmissionSet01", target, membership="Original")
    return replace(link, **changes)


def a_submission(*entries: DocumentEntry, links: tuple[Association, ...] = (), **changes) -> Submission:
    entries = entries or (an_entry(),)
    members = tuple(a_member(entry.uuid) for entry in entries)
    documents = {entry.uuid: LETTER for entry in entries}
    return replace(Submission(a_lot(), entries, members + links, documents), **changes)


def objects(*entries: DocumentEntry) -> RegistryObjects:
    return RegistryObjects(entries=entries)


def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / name))


def reparsed(element):
    """The element, or the octets, as it comes back from the wire."""
    return etree.fromstring(element if isinstance(element, bytes) else etree.tostring(element))
