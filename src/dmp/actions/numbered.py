"""What the acts on a prescription with a number share: how it is found, who acts, what stands in the way (RX-1, RX-2).

The number is a secret of its bearer: no trace and no refusal holds it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dmp.actions.action import Ask, Listing, Scope, Turn
from dmp.record.actor import Professional
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, unique_key
from dmp.record.errors import AccessRefused, IncompleteRequest, RecordNotFound
from dmp.record.patient import PatientId
from dmp.record.prescription import (
    TYPE_DISPENSATION,
    TYPE_PRESCRIPTION,
    Documented,
    Prescription,
    read_number,
)
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.services.medicines.cycle import Obstacle
from dmp.store.tx import Tx

_CLASSES = {TYPE_PRESCRIPTION: "42", TYPE_DISPENSATION: "43"}
_LOINC, _CLASS_SYSTEM = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.1"
_NOTHING = Code("", "")
NOT_A_PHARMACIST = "Seul un pharmacien lit une ordonnance par son numéro et la délivre."
NOT_IN_PERSON = "Un professionnel de santé le fait en personne, avec sa carte ou Pro Santé Connect."
NOT_ITS_AUTHOR = "Seul son prescripteur peut annuler une ordonnance."


@dataclass(frozen=True)
class ByNumber:
    """A prescription by the number that the patient shows."""

    number: str


@dataclass(frozen=True)
class InRecord:
    """A prescription by its id, in a record that is open with the patient there (RX-2)."""

    patient: PatientId
    id: str


Which = ByNumber | InRecord


def right_to_write(type_code: str) -> Ask:
    """The right to put a document of a type into the record: a service adds none of its own (SV-9)."""
    paper = DocumentEntry(
        uuid="",
        unique_id="",
        patient_cx="",
        mime_type="text/xml",
        class_code=Code(_CLASSES[type_code], _CLASS_SYSTEM),
        type_code=Code(type_code, _LOINC),
        format_code=_NOTHING,
        facility_type=_NOTHING,
        practice_setting=_NOTHING,
        creation_time="",
        language="fr-FR",
        source_patient_cx="",
        confidentiality=(),
    )
    return Ask(Verb.SUBMIT, deposited=(paper,))


def scope_of_number(tx: Tx, number: str, ask: Ask, *, verb: Verb | None = None) -> Scope:
    """The record of a number; one that was absorbed leads to the record that absorbed it (LC-18)."""
    known = read_number(number)
    record: Record | None = tx.prescriptions.home(known) if known else None
    while record is not None and record.merged_into:
        record = tx.records.find(record.merged_into)
    if record is None or (found := tx.prescriptions.one(known)) is None:
        return Scope(record, (ask,), verb=verb)
    return Scope(record, (ask,), verb=verb, prescription=Documented(found, papers_of_one(tx, record, found)))


def papers_of_one(tx: Tx, record: Record, prescription: Prescription) -> tuple[DocumentEntry, ...]:
    """The entries of the document of a prescription, whoever may know of them; none where it has no document."""
    return tx.inside(record).by_unique_id((prescription.document,)) if prescription.document else ()


def scope_of(tx: Tx, which: Which, ask: Ask, *, verb: Verb | None = None) -> Scope:
    """The record of a prescription, and the rights to find it there."""
    if isinstance(which, ByNumber):
        return scope_of_number(tx, which.number, ask, verb=verb)
    return scope_with_patient(tx, which.patient, ask, verb=verb)


def scope_with_patient(tx: Tx, patient: PatientId, *asks: Ask, verb: Verb | None = None) -> Scope:
    """The record of who stands there, and the right to read the document of each prescription."""
    record = tx.records.of(patient)
    asks = (*asks, Ask(Verb.FIND), Ask(Verb.READ))
    if record is None:
        return Scope(None, asks, verb=verb)
    return Scope(record, asks, listings=(Listing(Verb.READ, papers_of(tx, record)),), verb=verb)


def papers_of(tx: Tx, record: Record) -> tuple[DocumentEntry, ...]:
    """The entries of the documents that went to the record with a number."""
    names = {unique_key(each.document) for each in tx.prescriptions.of(record) if each.document}
    entries = tx.inside(record).entries_but_signatures() if names else ()
    return tuple(entry for entry in entries if unique_key(entry.unique_id) in names)


def told_to_pharmacist(turn: Turn) -> tuple[Prescription, ...]:
    """The prescriptions of a record, as a pharmacist who has it open may know of them, the newest first."""
    return turn.beside.told_at_the_counter(turn.tx.prescriptions.of(turn.known_record), turn.entries)


def told_of(turn: Turn) -> tuple[Prescription, ...]:
    """Those that the caller may know of in a list, the newest first; `turn.entries` are the documents of which he may.

    Of one whose document he may not know, nobody is told: it would tell of the document (AR-17).
    """
    record = turn.known_record
    unseen = _names(papers_of(turn.tx, record)) - _names(turn.entries)
    return tuple(each for each in turn.tx.prescriptions.of(record) if turn.beside.is_told_of(each, unseen))


def _names(entries: Iterable[DocumentEntry]) -> set[str]:
    return {unique_key(entry.unique_id) for entry in entries}


def found_by(turn: Turn, which: Which) -> Prescription:
    """The prescription that a pharmacist acts on.

    Raises:
        RecordNotFound: there is none, or none that he may know of this way: same answer.
    """
    if isinstance(which, ByNumber):
        return prescription_of(turn.tx, which.number)
    found = next((each for each in told_to_pharmacist(turn) if each.id == which.id), None)
    if found is None:
        raise RecordNotFound("no prescription has this id")
    return found


def prescription_of(tx: Tx, number: str) -> Prescription:
    """The prescription of a number.

    Raises:
        RecordNotFound: there is none: as for a person who has no record.
    """
    found = tx.prescriptions.one(read_number(number))
    if found is None:
        raise RecordNotFound("no prescription has this number")
    return found


def in_person(turn: Turn) -> Professional:
    """Who acts, when he is a professional in person.

    Raises:
        AccessRefused: somebody else acts, or the software of a structure.
    """
    person = turn.beside.in_person
    if person is None:
        raise AccessRefused(NOT_IN_PERSON, rule="not-in-person")
    return person


def pharmacist(turn: Turn) -> Professional:
    """Who acts, when he is a pharmacist in person (RX-2).

    Raises:
        AccessRefused: he is none.
    """
    person = in_person(turn)
    if not turn.beside.dispenses:
        raise AccessRefused(NOT_A_PHARMACIST, rule="not-a-pharmacist")
    return person


def unless(obstacles: Iterable[Obstacle]) -> None:
    """Go on, unless something stands in the way.

    Raises:
        IncompleteRequest: the first obstacle: `element` is its code, `line` the line that it is about.
    """
    for each in obstacles:
        line = f", line {each.item}" if each.item else ""
        told = f"the prescription does not allow this: {each.code}{line}"
        raise IncompleteRequest(told, element=each.code, line=each.item)
