"""A pharmacist reads a prescription, and writes down what he does with it (RX-2, RX-4).

The prescription and its number are the national base's, not the record's: the
number that the patient shows is what lets him read this one prescription and
nothing else. With the patient there and the record open, he finds those whose
document he may read. Of two pharmacies at once, the second is told what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from dmp.actions.action import NOTHING, Action, Scope, Turn
from dmp.actions.numbered import (
    NOT_ITS_AUTHOR,
    Which,
    found_by,
    in_person,
    papers_of_one,
    pharmacist,
    prescription_of,
    right_to_write,
    scope_of,
    scope_of_number,
    scope_with_patient,
    told_to_pharmacist,
    unless,
)
from dmp.record import facts
from dmp.record.actor import Professional
from dmp.record.errors import AccessRefused, IncompleteRequest
from dmp.record.facts import Concept
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.prescription import TYPE_DISPENSATION, TYPE_PRESCRIPTION, Checked, Deed, Execution, Prescription
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.services.medicines.cycle import against_cancelling, against_delivery, cycle_of, may_be_written
from dmp.store.tx import Tx


@dataclass(frozen=True)
class AtCounter:
    """A prescription before a pharmacist, and whose it is: he delivers to nobody else."""

    prescription: Prescription
    traits: IdentityTraits | None


@dataclass(frozen=True)
class ReadPrescription:
    """Read the prescription of a number: scanned, or typed with the patient present."""

    number: str

    verb = Verb.READ
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record that it stands with; who may write a dispensation may read what is to be dispensed."""
        return scope_of_number(tx, self.number, right_to_write(TYPE_DISPENSATION), verb=self.verb)

    def apply(self, turn: Turn) -> AtCounter:
        """The prescription, with what was done so far.

        Raises:
            AccessRefused: the caller is no pharmacist in person.
            RecordNotFound: no prescription has this number.
        """
        person = pharmacist(turn)
        return _before(turn, person, prescription_of(turn.tx, self.number))


@dataclass(frozen=True)
class ListDeliverable:
    """What may still be delivered to who stands there, by the documents of his record that a pharmacist may read."""

    patient: PatientId

    verb = Verb.READ
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and the documents of the prescriptions."""
        return scope_with_patient(tx, self.patient, right_to_write(TYPE_DISPENSATION), verb=self.verb)

    def apply(self, turn: Turn) -> tuple[Prescription, ...]:
        """Them, without their numbers, the newest first; also those of which he may note what he delivered of late.

        Raises:
            AccessRefused: the caller is no pharmacist in person.
        """
        person, today, rules = pharmacist(turn), turn.today, cycle_of(turn.rules)
        found = (each for each in told_to_pharmacist(turn) if may_be_written(each, today, rules))
        return tuple(replace(each.told_to(person.id), number="") for each in found)


@dataclass(frozen=True)
class Handed:
    """What was done with one line; `product` where it is another one than that of the line («substitution»)."""

    item: str
    deed: Deed
    quantity: Decimal = Decimal(0)
    product: Concept = facts.NOTHING
    lot: str = ""
    reason: str = ""
    checked: Checked | None = None
    """What he read of another product before he wrote it down (RX-7)."""


class Copy(Protocol):
    """Makes the act that puts the document of deliveries into the record, hidden from whom `visibility` says."""

    def __call__(
        self, record: Record, prescription: Prescription, done: Sequence[Execution], visibility: Visibility
    ) -> Action[object]:
        """The act, once the deliveries are possible."""
        ...


@dataclass(frozen=True)
class Dispense:
    """What a pharmacist did with some lines, all of it or nothing; `copy` is None where the patient opposed it."""

    which: Which
    handed: tuple[Handed, ...]
    day: date | None = None
    """Today when it is not told."""
    copy: Copy | None = None
    once: str = ""
    """An id that the caller chose: what is sent again under it was done, and is not done twice."""

    verb = Verb.SUBMIT
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record that it stands with; the right is that to put its document in."""
        return scope_of(tx, self.which, right_to_write(TYPE_DISPENSATION), verb=self.verb)

    def apply(self, turn: Turn) -> AtCounter:
        """Write it down.

        Raises:
            AccessRefused: the caller is no pharmacist in person.
            IncompleteRequest: a rule forbids it, or nothing is left: `element` says which, `line` of what.
            RecordNotFound: no prescription has this number, or he may not know of it this way.
            Refused: the document does not go in.
        """
        person = pharmacist(turn)
        found = found_by(turn, self.which)
        if self.once and any(each.id.partition(" ")[0] == self.once for each in _by(person, found)):
            return _before(turn, person, found)
        if not self.handed or len({each.item for each in self.handed}) != len(self.handed):
            raise IncompleteRequest("each line once", element="nothing-done")
        done = [self._done(turn, person, each) for each in self.handed]
        others, rules = _others(turn, found), cycle_of(turn.rules)
        for each in done:
            unless(against_delivery(found, each, turn.today, rules, others))
        given = [each for each in done if each.quantity > 0]
        if self.copy is not None and given:
            hidden = turn.beside.hides_its_delivery(found, papers_of_one(turn.tx, turn.known_record, found))
            turn.also(self.copy(turn.known_record, found, given, hidden))
        changed = replace(found, executions=(*found.executions, *done))
        turn.tx.prescriptions.change(changed)
        return _before(turn, person, changed)

    def _done(self, turn: Turn, person: Professional, handed: Handed) -> Execution:
        return Execution(
            id=f"{self.once or turn.new_id()} {handed.item}",
            at=turn.at,
            day=self.day or turn.today,
            item=handed.item,
            deed=handed.deed,
            quantity=handed.quantity,
            pharmacist=person.id,
            name=person.name,
            pharmacy=person.facility.id,
            product=handed.product,
            lot=handed.lot,
            reason=handed.reason,
            checked=handed.checked,
            copied=self.copy is not None and handed.quantity > 0,
        )


def _before(turn: Turn, person: Professional, prescription: Prescription) -> AtCounter:
    return AtCounter(prescription.told_to(person.id), turn.known_record.traits)


def _by(person: Professional, prescription: Prescription) -> list[Execution]:
    return [each for each in prescription.executions if each.pharmacist == person.id]


def _others(turn: Turn, found: Prescription) -> list[Prescription]:
    """The others of the same person that his pharmacy, or he, delivered something of: those that he knows of (RX-8)."""
    return [
        each
        for each in turn.tx.prescriptions.of(turn.known_record)
        if each.id != found.id and turn.beside.delivered_of(each)
    ]


@dataclass(frozen=True)
class CancelPrescription:
    """The prescriber cancels what nobody has delivered yet: all of it, or the remainder (RX-6)."""

    number: str
    reason: str = ""

    verb = Verb.SUBMIT
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record that it stands with; the right is that to prescribe."""
        return scope_of_number(tx, self.number, right_to_write(TYPE_PRESCRIPTION))

    def apply(self, turn: Turn) -> Prescription:
        """Cancel it.

        Raises:
            AccessRefused: somebody else wrote it.
            IncompleteRequest: nothing is left to cancel: `element` is its state.
            RecordNotFound: no prescription has this number.
        """
        person = in_person(turn)
        found = prescription_of(turn.tx, self.number)
        if not turn.beside.wrote(found):
            raise AccessRefused(NOT_ITS_AUTHOR, rule="not-its-prescriber")
        unless(against_cancelling(found, turn.today, cycle_of(turn.rules)))
        changed = replace(found, cancelled=turn.at, reason=self.reason)
        turn.tx.prescriptions.change(changed)
        return changed.told_to(person.id)
