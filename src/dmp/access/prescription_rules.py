"""Who may know of a prescription that has a number, and act on it (services RX-1 to RX-8; AR-17, AR-21).

Pure functions of who asks, of the prescription, and of the entries of its document: those of the record, or those
that the gate let through. The number is a secret of its bearer, so whoever tells it knows of the prescription; these
rules are about all other ways to it, and about who acts.
"""

from collections.abc import Collection, Iterable, Iterator

from dmp.record.actor import Actor, Holder, Professional
from dmp.record.entry import DocumentEntry, EntryStatus, unique_key
from dmp.record.prescription import Prescription
from dmp.record.professional import PHARMACIST
from dmp.record.visibility import Visibility


def in_person(actor: Actor) -> Professional | None:
    """A professional who acts himself, by his card or Pro Santé Connect: no structure's software prescribes (RX-2)."""
    return actor if isinstance(actor, Professional) else None


def prescribes(actor: Actor) -> bool:
    """His profession prescribes medicines (CSP L.4141-2, L.4151-4; SV-9 adds the right to put the document in)."""
    return isinstance(actor, Professional) and actor.prescribes


def dispenses(actor: Actor) -> bool:
    """A pharmacist in person: he alone reads by the number, and delivers (RX-2)."""
    return isinstance(actor, Professional) and actor.profession == PHARMACIST


def is_secret(prescription: Prescription, papers: Iterable[DocumentEntry]) -> bool:
    """Representatives may not know of it: taken in secret, or its document is hidden from them (AR-21, DEC-29).

    What is done about it, they may not know either. `papers` are the entries
    of its document as the record has them, hidden as their chain is (DEC-2).
    """
    return prescription.secret or any(each.visibility.hidden_from_guardians for each in papers)


def told_at_the_counter(kept: Iterable[Prescription], papers: Iterable[DocumentEntry]) -> Iterator[Prescription]:
    """Those that a pharmacist who has a record open may know of without their numbers, in the order they came.

    `papers` are the entries that he may read now: those alone whose document is
    one of them, in force. What is hidden from representatives is left out, since
    one of them may stand before the screen (AR-21, RX-2); its number leads to it.
    """
    in_force = [entry for entry in papers if entry.status is EntryStatus.APPROVED]
    seen = {unique_key(each.unique_id) for each in in_force if not each.visibility.hidden_from_guardians}
    for each in kept:
        if each.document and unique_key(each.document) in seen and not each.secret:
            yield each


def is_told_of(actor: Actor, prescription: Prescription, unseen: Collection[str]) -> bool:
    """The holder knows of his own, a professional of those that he wrote, who acts for the holder of none in secret.

    `unseen` are the documents that the caller may not know, by `unique_key`: a
    prescription would tell of its document (AR-17). What he wrote himself, he knows.
    """
    if isinstance(actor, Professional):
        return wrote(actor, prescription)
    if unique_key(prescription.document) in unseen:
        return False
    return isinstance(actor, Holder) or not prescription.secret


def wrote(actor: Actor, prescription: Prescription) -> bool:
    """He prescribed it: he may cancel what is left of it (RX-6)."""
    return isinstance(actor, Professional) and prescription.prescriber == actor.id


def delivered_of(actor: Actor, prescription: Prescription) -> bool:
    """He, or his pharmacy, delivered something of it: of that he knows, hidden or not (RX-8)."""
    if not isinstance(actor, Professional):
        return False
    return any(actor.id == done.pharmacist or actor.facility.id == done.pharmacy for done in prescription.executions)


def hides_its_delivery(prescription: Prescription, papers: Iterable[DocumentEntry]) -> Visibility:
    """A delivery tells what the prescription told: its document is hidden from the same people (AR-17, AR-21)."""
    papers = tuple(papers)
    return Visibility(
        masked=any(each.visibility.masked for each in papers),
        hidden_from_guardians=is_secret(prescription, papers),
    )
