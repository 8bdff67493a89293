"""What was put in, shown to who put it in: when, what, under which id, and who can see it."""

from collections.abc import Iterable
from dataclasses import dataclass

from dmp.actions.find_documents import SearchRecord
from dmp.record import dtm
from dmp.record.actor import Professional
from dmp.record.criteria import DocumentCriteria, DocumentIds
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.errors import DocumentNotFound
from dmp.record.hl7text import Xcn
from dmp.record.query import FindDocuments, GetDocuments, StoredQuery
from dmp.web.days import day_of
from dmp.web.entry_ids import bare
from dmp.web.portal.page import Visit

_STATUSES = {
    EntryStatus.DEPRECATED: ("Remplacé par un plus récent", "Replaced by a newer one"),
    EntryStatus.ARCHIVED: ("Archivé", "Archived"),
    EntryStatus.DELETED: ("Supprimé", "Deleted"),
}


@dataclass(frozen=True)
class Receipt:
    """One deposit, in words; `about` is the day of the act."""

    uuid: str
    title: str
    kind: str
    code: str
    at: str
    about: str
    unique_id: str
    size: int
    hash: str
    current: bool
    status: tuple[str, str]
    seen_by: tuple[tuple[str, str], ...]


def entry_of(visit: Visit, uuid: str, *, reference: bool) -> DocumentEntry:
    """The entry of a bare UUID; as a mere `reference` one finds one's own documents, whoever may read them.

    Raises:
        DocumentNotFound: there is none, or none for this visitor.
        DmpError: the rights say no.
    """
    ids = DocumentIds(uuids=frozenset({f"urn:uuid:{uuid}"}))
    found = visit.perform(SearchRecord(visit.patient, StoredQuery(GetDocuments(ids), full_objects=not reference)))
    if not found.entries:
        raise DocumentNotFound(uuid)
    return found.entries[0]


def own_of(visit: Visit, who: Professional) -> tuple[Receipt, ...]:
    """What a professional put in the record that he has open, the newest first.

    Raises:
        DmpError: the rights say no.
    """
    criteria = DocumentCriteria(visit.patient, frozenset(EntryStatus))
    found = visit.perform(SearchRecord(visit.patient, StoredQuery(FindDocuments(criteria), full_objects=False)))
    own = [one for one in found.entries if one.deposit is not None and one.deposit.person == who.id]
    return tuple(receipt_of(entry) for entry in sorted(own, key=_newest, reverse=True))


def is_by(entry: DocumentEntry, who: Professional) -> bool:
    """Whether a professional wrote a document, or answers for it."""
    people = (*(author.person for author in entry.authors), entry.legal_authenticator)
    return any(Xcn.parse(person).id == who.id for person in people if person)


def receipt_of(entry: DocumentEntry, *, for_patient: bool = False) -> Receipt:
    """A deposit in words, for a professional or for who put it in as a patient."""
    deposited = f"{entry.deposit.at.astimezone(dtm.PARIS):%d/%m/%Y à %Hh%M}" if entry.deposit is not None else ""
    return Receipt(
        bare(entry.uuid),
        entry.title,
        entry.type_code.display,
        entry.type_code.code,
        deposited,
        day_of(entry.service_start),
        entry.unique_id,
        entry.size or 0,
        entry.hash,
        entry.status is EntryStatus.APPROVED,
        _STATUSES.get(entry.status, ("En cours", "Current")),
        tuple(_seen_by(entry, for_patient=for_patient)),
    )


def _newest(entry: DocumentEntry) -> str:
    return entry.deposit.at.isoformat() if entry.deposit is not None else ""


def _seen_by(entry: DocumentEntry, *, for_patient: bool) -> Iterable[tuple[str, str]]:
    """Who can see a document, from what hides it; what of it one profession sees is in the rules of access."""
    marks = entry.visibility
    if for_patient:
        yield "Vous le voyez, et les personnes qui agissent pour vous.", "You see it, and those who act for you."
    elif marks.hidden_from_patient_since is not None:
        yield (
            "Le patient ne le voit pas encore : annoncez-le, puis montrez-le. Il le verra sans cela après un mois.",
            "The patient does not see it yet: announce it, then show it. It shows by itself after a month.",
        )
    else:
        yield "Le patient le voit.", "The patient sees it."
    if marks.hidden_from_guardians:
        yield "Les représentants légaux ne le voient pas.", "Legal representatives do not see it."
    if marks.masked:
        yield (
            "Il est masqué : les professionnels ne le voient pas, sauf son auteur et le médecin traitant confirmé.",
            "It is masked: professionals do not see it, but its author and the confirmed attending doctor.",
        )
    else:
        yield (
            "Les professionnels autorisés le voient, selon leur métier.",
            "Authorised professionals see it, as their profession allows.",
        )
