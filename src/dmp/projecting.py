"""From the octets of a document to what is kept beside it: the same at its arrival and at each rebuild."""

from collections.abc import Callable
from dataclasses import replace

from dmp.actions.projected import projected
from dmp.documents.pdf_words import PdfUnread, read_pdf, words_of_pdf
from dmp.documents.said import said_by
from dmp.documents.text import with_pdf_words
from dmp.jobs.words import Outcome
from dmp.store.projections import Projection
from dmp.store.rebuild import read_again
from dmp.store.tx import Store


def project(octets: bytes, words: Callable[[bytes], str] = words_of_pdf) -> Projection:
    """Read one document and the PDF in it, which takes some tenths of a second each; never fails."""
    said = said_by(octets)
    return projected(replace(said, text=with_pdf_words(said.text, words)))


def project_without_pdf(octets: bytes) -> Projection:
    """Read one document as if the PDF in it had no words: in some milliseconds, to compare what it says with a row."""
    return project(octets, lambda _: "")


def read_words(store: Store, record: str, document: str) -> Outcome:
    """Read one document of a record again, with the PDF in it.

    Raises:
        StorageUnavailable: its octets, or the database, cannot be had now.
    """
    unread: list[PdfUnread] = []

    def words(octets: bytes) -> str:
        try:
            return read_pdf(octets)
        except PdfUnread as failure:
            unread.append(failure)
            return ""

    found = read_again(store, record, document, lambda octets: project(octets, words))
    return Outcome(found, unread[0].said if unread else "", again=any(one.is_passing for one in unread))
