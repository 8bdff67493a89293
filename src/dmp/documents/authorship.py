"""Who sends and who wrote must agree with who calls (ID-7, DEC-54, DEC-104)."""

from collections.abc import Iterator

from dmp.record.actor import Caller, FacilitySoftware, Professional, Staff, facility_of, person_id
from dmp.record.entry import Author, DocumentEntry, SubmissionSet
from dmp.record.errors import Problem, XdsCode
from dmp.record.hl7text import Xcn, Xon
from dmp.record.profile import Profile


def of_lot(lot: SubmissionSet, caller: Caller) -> Iterator[Problem]:
    """The lot's author is the user and the structure of the assertion (DEC-54).

    For the card of an employee the structure alone answers (TD2.2).
    """
    people, structures = _named(lot.authors)
    facility = facility_of(caller.actor)
    if facility is not None and facility.id not in structures:
        yield _policy(lot.uuid, "authorInstitution", "the lot's author is not the structure of the assertion")
    if not isinstance(caller.actor, Staff) and person_id(caller.actor) not in people:
        yield _policy(lot.uuid, "authorPerson", "the lot's author is not the user of the assertion")


def of_document(entry: DocumentEntry, caller: Caller, *, tolerant: bool) -> Iterator[Problem]:
    """The caller is an author of the document, or its structure is (ID-7).

    In direct mode the person is among the authors or is the legal
    authenticator; in the others the structure is among the institutions. A
    warning in a tolerant sandbox (DEC-120).
    """
    people, structures = _named(entry.authors)
    if isinstance(caller.actor, Professional):
        signers = people | ({Xcn.parse(entry.legal_authenticator).id} if entry.legal_authenticator else set())
        if caller.actor.id not in signers:
            told = "the user of the assertion is neither author nor legal authenticator"
            yield _policy(entry.uuid, "authorPerson", told, warning=tolerant)
    elif isinstance(caller.actor, Staff | FacilitySoftware) and caller.actor.facility.id not in structures:
        told = "the structure of the assertion is not an author institution"
        yield _policy(entry.uuid, "authorInstitution", told, warning=tolerant)


def must_sign(caller: Caller, profile: Profile) -> bool:
    """Tell whether a lot must be signed: direct mode always, indirect by a setting (DEC-108)."""
    if not profile.french:
        return False
    if isinstance(caller.actor, FacilitySoftware):
        return profile.signature_required_indirect
    return True


def _named(authors: tuple[Author, ...]) -> tuple[set[str], set[str]]:
    people = {Xcn.parse(author.person).id for author in authors if author.person}
    return people, {Xon.parse(text).id for author in authors for text in author.institutions}


def _policy(name: str, attribute: str, what: str, *, warning: bool = False) -> Problem:
    return Problem(XdsCode.LOCAL_POLICY_RESTRICTION, f"{name} {attribute}: {what}", warning)
