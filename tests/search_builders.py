"""Letters that say what a test wants to find, in a record."""

from cda_write_builders import a_header
from dmp.actions.submit_documents import SubmitDocuments
from dmp.documents.intake import Examination
from dmp.documents.said import said_by
from dmp.projecting import project
from dmp.record.entry import DocumentEntry
from dmp.record.profile import dmp
from dmp.record.record import Authorisation
from dmp.record.submission import Submission
from dmp.sandbox.maker import plain_text
from dmp.store.rebuild import rebuild
from dmp.wire.cda.write import write_unstructured
from maker_builders import a_context
from own_pages_builders import DAY, DOCTOR, NOW, Around
from pdf_builders import a_page_of
from store_builders import PERSON, deposited
from xds_builders import Octets, a_lot, a_member
from xds_builders import an_entry as a_sent_entry

PATIENT_SEARCH, PROFESSIONAL_SEARCH = "/patient/sante/recherche", "/professional/dossier/sante/recherche"
GIVEN = Authorisation(DOCTOR.id, NOW - DAY, NOW + 300 * DAY, DOCTOR.id)


def a_letter(text: str, number: int = 1) -> bytes:
    """A document that says this."""
    return plain_text(a_context(id=f"1.2.250.1.999.1.1.{number}"), text)


def a_letter_in_pdf(text: str) -> bytes:
    """A document around a PDF that says this."""
    return write_unstructured(a_header(media_type="application/pdf"), a_page_of(text))


def fill(around: Around, *documents: tuple[DocumentEntry, bytes], **changes) -> None:
    """A record with these documents, read as they are at a deposit."""
    around.open(**{"authorisations": (GIVEN,), **changes})
    for number, (entry, octets) in enumerate(documents, start=1):
        deposited(around.store, entry, number=number, content=Octets(octets))
    rebuild(around.store, project)


def a_deposit(octets: bytes, number: int = 1, **changes) -> SubmitDocuments:
    """A lot of one document, read as at its arrival and judged by nobody."""
    entry = a_sent_entry(unique_id=f"1.2.250.1.999.1.{number}", **changes)
    lot = a_lot(unique_id=f"1.2.250.1.999.4.{number}")
    submission = Submission(lot, (entry,), (a_member(),), {entry.uuid: Octets(octets)})
    return SubmitDocuments(
        PERSON, submission, Examination(dmp(), said={entry.uuid: said_by(octets)}), "1.2.250.1.999.3"
    )
