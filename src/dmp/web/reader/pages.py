"""The pages of the reader, made for one portal: a document, its files, and the original to keep."""

import re
import unicodedata
from dataclasses import dataclass
from functools import partial

from dmp.actions.read_documents import ReadDocument
from dmp.actions.read_entry import OpenDocument, ReadEntry
from dmp.record.entry import DocumentEntry
from dmp.services import SERVICES
from dmp.services.duplicates import RULES as DUPLICATES
from dmp.web.chart.room import FROM, Tab, tab_of
from dmp.web.chart.room import PATIENT as OF_THE_HOLDER
from dmp.web.chart.room import PROFESSIONAL as OF_A_RECORD
from dmp.web.entry_ids import full, is_uuid
from dmp.web.portal import trouble
from dmp.web.portal.forms import number_in
from dmp.web.portal.page import Answer, Download, Framed, Needs, Page, PageFunction, PageRoute, Visit
from dmp.web.portal.places import PATIENT, PROFESSIONAL
from dmp.web.reader.around import Version, neighbours, newest_of, versions_of
from dmp.web.reader.content import UNKNOWN, extension_of, opened
from dmp.web.reader.view import ReaderView, read_view
from dmp.web.reader.words import kind_of
from dmp.wire.cda.reading import EmbeddedFile

PATIENT_DOCUMENTS = f"{PATIENT}/documents"
RECORD, RECORD_DOCUMENTS = f"{PROFESSIONAL}/dossier", f"{PROFESSIONAL}/dossier/documents"

PICTURE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Of an image, which pages put in their text: opened by itself, it is nobody's page."""
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""Of a PDF: `sandbox` would have Firefox show nothing, and Chromium styles the page of its own viewer (ADR 28)."""
_NOT_THERE = trouble.of_status(404)


@dataclass(frozen=True)
class ReadingPage:
    """A document, and what is around it."""

    document: ReaderView
    back: str
    before: str = ""
    after: str = ""
    newest: str = ""
    """Where the version that replaces this one is, when there is one that the visitor may find."""
    versions: tuple[Version, ...] = ()
    origin: Tab | None = None
    """The page of the chart that it was opened from."""


_CHARTS = {one.documents: one for one in (OF_THE_HOLDER, OF_A_RECORD)}
"""The chart beside each list of documents."""


def reader_routes(prefix: str, needs: Needs, back: str) -> tuple[PageRoute, ...]:
    """The pages of the documents below `prefix`; `back` is the list that they come from."""
    pages: tuple[tuple[str, PageFunction], ...] = (
        ("", partial(reading_page, prefix, back)),
        ("/contenu", content),
        ("/fichier/{number}", attached_file),
        ("/image/{number}", picture),
        ("/original", original),
    )
    return tuple(PageRoute(f"{prefix}/{{id}}{path}", page, needs=needs) for path, page in pages)


def reading_page(prefix: str, back: str, visit: Visit) -> Answer:
    """A document, to be read."""
    uuid = _asked_for(visit)
    opened_document = visit.perform(OpenDocument(visit.patient, uuid)) if uuid else None
    if opened_document is None:
        return _NOT_THERE
    view = read_view(opened_document.read, visit.language, prefix)
    before, after = neighbours(prefix, opened_document, visit.portal.rules().of(DUPLICATES))
    page = ReadingPage(
        document=view,
        back=back,
        before=before,
        after=after,
        newest=newest_of(prefix, opened_document),
        versions=versions_of(prefix, opened_document),
        origin=tab_of(_CHARTS[prefix], SERVICES, visit.asked(FROM)),
    )
    return Page("reader/reader.html", (view.title, view.title), page, frames=view.frames)


def content(visit: Visit) -> Answer:
    """The file to be read: a PDF for a frame, an image for the page; anything else is handed out."""
    read = _read(visit)
    return _NOT_THERE if read is None else _shown(opened(read.octets).main, read.entry)


def attached_file(visit: Visit) -> Answer:
    """A file beside a narrative."""
    read, number = _read(visit), _number(visit)
    files = opened(read.octets).files if read is not None else ()
    return _shown(files[number], read.entry) if read is not None and number < len(files) else _NOT_THERE


def picture(visit: Visit) -> Answer:
    """An image of a narrative; no other file is shown here."""
    read, number = _read(visit), _number(visit)
    files = opened(read.octets).files if read is not None else ()
    if read is None or number >= len(files) or not files[number].is_picture:
        return _NOT_THERE
    return _shown(files[number], read.entry)


def original(visit: Visit) -> Answer:
    """The document as it was deposited, under a name of ours."""
    read = _read(visit)
    if read is None:
        return _NOT_THERE
    media_type = opened(read.octets).document_type
    return _handed_out(read.octets, media_type, name_of(read.entry, media_type))


def name_of(entry: DocumentEntry, media_type: str) -> str:
    """The name of a file to keep, of its day and its kind: nothing of it was chosen by its author."""
    day = entry.service_start or entry.creation_time
    kind = unicodedata.normalize("NFKD", kind_of(entry.type_code)).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", kind))[:60].strip("-") or "document"
    digits = re.sub(r"[^0-9]", "", day)[:8] or "sans-date"
    return f"{digits}-{words}.{extension_of(media_type)}"


def _read(visit: Visit) -> ReadDocument | None:
    uuid = _asked_for(visit)
    return visit.perform(ReadEntry(visit.patient, uuid)) if uuid else None


def _asked_for(visit: Visit) -> str:
    """The entryUUID of the address; empty when it is the id of nothing."""
    found = visit.parts["id"].lower()
    return full(found) if is_uuid(found) else ""


def _number(visit: Visit) -> int:
    """The place of a file; one that no document has when it is no number."""
    found = number_in(visit.parts["number"])
    return found if found is not None else 10_000


def _shown(file: EmbeddedFile, entry: DocumentEntry) -> Answer:
    name = name_of(entry, file.media_type)
    if file.is_pdf:
        return Framed(file.octets, file.media_type, PDF_POLICY, name)
    if file.is_picture:
        return Framed(file.octets, file.media_type, PICTURE_POLICY, name)
    return _handed_out(file.octets, file.media_type, name)


def _handed_out(octets: bytes, media_type: str, name: str) -> Download:
    """A file to keep; of a type that browsers would run, or that is not known, nothing is said."""
    return Download(octets, media_type if extension_of(media_type) != UNKNOWN else "application/octet-stream", name)


ROUTES = (
    *reader_routes(PATIENT_DOCUMENTS, Needs.PATIENT, PATIENT_DOCUMENTS),
    *reader_routes(RECORD_DOCUMENTS, Needs.PROFESSIONAL, RECORD),
)
