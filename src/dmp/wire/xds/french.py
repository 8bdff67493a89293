"""What the DMP asks of metadata beyond XDS.b: column F of the tables (xds-wire 4.2, 4.3, 4.6; functional 5.2)."""

from dmp.record.codes import Code
from dmp.record.entry import Author, DocumentEntry, SubmissionSet
from dmp.record.visibility import CONFIDENTIALITY_SYSTEM, is_visibility
from dmp.wire.xds.findings import Owner

TITLE_LIMIT = 128
CONFIDENTIALITY_LIMIT = 4
LEVELS = frozenset({"N", "R", "V"})


def check_entry(entry: DocumentEntry, codes: tuple[Code, ...], owner: Owner) -> None:
    """Check one entry; `codes` is its whole confidentialityCode, in order.

    The signature of a lot describes no act of care: it needs no author,
    authenticator, title or service time (xds-wire 10.1).
    """
    _check_confidentiality(codes, owner)
    if len(entry.title) > TITLE_LIMIT:
        owner.add("title", f"longer than {TITLE_LIMIT} characters")
    if entry.is_signature:
        return
    _check_authors(entry.authors, owner)
    required = (
        ("title", entry.title.strip()),
        ("legalAuthenticator", entry.legal_authenticator),
        ("serviceStartTime", entry.service_start),
    )
    for attribute, value in required:
        if not value:
            owner.add(attribute, "missing")


def check_submission_set(lot: SubmissionSet, owner: Owner) -> None:
    """The sender of a lot is named in person."""
    _check_authors(lot.authors, owner)


def _check_authors(authors: tuple[Author, ...], owner: Owner) -> None:
    if not authors:
        owner.add("author", "missing")
    if not all(author.person for author in authors):
        owner.add("authorPerson", "missing")


def _check_confidentiality(codes: tuple[Code, ...], owner: Owner) -> None:
    """A level first, then visibility codes, four at most."""
    if len(codes) > CONFIDENTIALITY_LIMIT:
        owner.add("confidentialityCode", f"more than {CONFIDENTIALITY_LIMIT} codes")
    for order, code in enumerate(codes):
        level = code.code in LEVELS and code.system == CONFIDENTIALITY_SYSTEM
        if order == 0 and not level:
            owner.add("confidentialityCode", "the first is not N, R or V")
        elif not (level or is_visibility(code)):
            owner.add("confidentialityCode", "code not in the French table", value=code.code)
