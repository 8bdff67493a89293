"""Unstructured documents (N1): a letter as PDF/A, or plain text, inside a CDA header (cda-and-services 1.5)."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from dmp.record.codes import Code
from dmp.sandbox.maker.facts import LOINC
from dmp.sandbox.maker.fiction import FICTION
from dmp.sandbox.maker.pdf import Sheet, render
from dmp.wire.cda.making.context import DocumentContext
from dmp.wire.cda.making.header import Act, Content, Model, document
from dmp.wire.cda.making.tree import cda
from dmp.wire.cda.templates import XDS_SD

CONSULTATION_REPORT = Code("11488-4", LOINC, "CR ou fiche de consultation ou de visite")
DISCHARGE_LETTER = Code("11490-0", LOINC, "Lettre de liaison à la sortie d'un établissement de soins")
OPERATION_REPORT = Code("34874-8", LOINC, "CR opératoire")
IMAGING_REPORT = Code("18748-4", LOINC, "CR d'imagerie médicale")
REFERRAL_LETTER = Code("96349-6", LOINC, "Lettre d'adressage")


def letter(
    context: DocumentContext, *, title: str, paragraphs: Sequence[str], kind: Code = CONSULTATION_REPORT
) -> bytes:
    """A letter or report of the type `kind`, read as a PDF/A-1b page that carries identity, text and signature."""
    sheet = Sheet(title, tuple(paragraphs), context)
    return _unstructured(context, kind, title, "application/pdf", render(sheet))


def plain_text(
    context: DocumentContext,
    text: str,
    *,
    title: str = "Note de consultation",
    kind: Code = CONSULTATION_REPORT,
    until: datetime | None = None,
) -> bytes:
    """A note of the type `kind`, as text; the notice of fiction ends it. Its act may last `until` another day."""
    return _unstructured(context, kind, title, "text/plain", f"{text}\n\n{FICTION}\n".encode(), until=until)


def _unstructured(
    context: DocumentContext, kind: Code, title: str, media_type: str, octets: bytes, *, until: datetime | None = None
) -> bytes:
    """The document around the octets; its act is the encounter itself, which gives it a code of J142."""
    text = cda("text", b64encode(octets).decode("ascii"), mediaType=media_type, representation="B64")
    content = Content(title, Act(context.encounter, until=until), cda("nonXMLBody", text))
    return document(context, Model(kind, ((XDS_SD, ""),)), content)
