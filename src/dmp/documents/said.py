"""What is read from a document when it arrives, and again at each rebuild: its facts and its words."""

from dataclasses import dataclass, field

from dmp.documents.extraction import extract, extract_images, facts_of
from dmp.documents.text import NO_TEXT, DocumentText, text_of, text_of_cda
from dmp.record.errors import Refused
from dmp.record.facts import Facts
from dmp.wire.cda.document import open_document
from dmp.wire.cda.header import CdaHeader
from dmp.wire.cda.tree import Element
from dmp.wire.dicom_kos import is_dicom


@dataclass(frozen=True)
class Said:
    """What one document says, in facts and in words."""

    facts: Facts = field(default=Facts(), repr=False)
    text: DocumentText = field(default=NO_TEXT, repr=False)


def said_by(octets: bytes) -> Said:
    """Read a document from its octets; never fails, whatever they are."""
    if is_dicom(octets):
        return said_by_images(octets)
    try:
        document = open_document(octets)
    except Refused:
        return Said(facts_of(octets), text_of(octets))
    return said_by_cda(document)


def said_by_cda(document: Element, header: CdaHeader | None = None) -> Said:
    """Read a ClinicalDocument that is open already; `header` is its own, where it has been read."""
    return Said(extract(document, header), text_of_cda(document))


def said_by_images(octets: bytes) -> Said:
    """Read a key object selection, which has no words."""
    return Said(extract_images(octets))
