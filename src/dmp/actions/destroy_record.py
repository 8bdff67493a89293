"""Destroy a closed record after ten years, or when the person asks («destruction», LC-11)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from dmp import __version__
from dmp.actions.action import NOTHING, Ask, Perform, Scope, Turn
from dmp.audit.erasure import SignedErasure
from dmp.record.actor import Caller, Operator, person_id
from dmp.record.errors import AccessRefused, IncompleteRequest, RecordNotClosed, RecordNotFound
from dmp.record.patient import PatientId
from dmp.record.record import Record, RecordState
from dmp.record.retention import Ground, destruction_due
from dmp.record.verb import Verb
from dmp.store.erasures import Order
from dmp.store.retention import Due
from dmp.store.tx import Tx

JOB = Caller(Operator("retention-job"))
"""Who destroys when the ten years are over, without being asked."""


@dataclass(frozen=True)
class ListDueRecords:
    """The closed records that may be destroyed on that day; dates and keyed hashes, no name."""

    by: date

    verb = Verb.LIST_RETENTION
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002
        """No record in particular."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> list[Due]:
        """Look at each closed record."""
        return turn.tx.retention.due(by=self.by)


@dataclass(frozen=True)
class DestroyRecord:
    """Destroy the record of a person, or the one of this key."""

    record: PatientId | str
    confirmed_by: str
    ground: Ground = Ground.RETENTION

    verb = Verb.DESTROY_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        found = tx.records.find(self.record) if isinstance(self.record, str) else tx.records.of(self.record)
        return Scope(found, (Ask(self.verb),))

    def apply(self, turn: Turn) -> SignedErasure:
        """Destroy it; gives the signed certificate.

        Raises:
            IncompleteRequest: nobody else confirms.
            RecordNotClosed: it is open.
            AccessRefused: the ten years are not over, and the person does not ask.
        """
        record, by = turn.known_record, person_id(turn.caller.actor)
        self._refuse_alone(turn.caller, by)
        self._refuse_too_early(record, turn.at.date())
        order = Order(turn.new_id(), self.ground, by, self.confirmed_by, __version__)
        for part in _absorbed(record, turn.tx):
            ended = replace(part, closure=record.closure)
            turn.tx.erasures.destroy(ended, replace(order, id=turn.new_id()), at=turn.at)
        return turn.tx.erasures.destroy(record, order, at=turn.at)

    def _refuse_alone(self, caller: Caller, by: str) -> None:
        """Two operators, by name; the job needs none, but for nothing else than the end of the ten years."""
        if caller == JOB and self.ground is Ground.RETENTION:
            return
        if not self.confirmed_by.strip() or self.confirmed_by.strip().casefold() == by.strip().casefold():
            raise IncompleteRequest("another operator confirms the destruction", element="confirmed-by")

    def _refuse_too_early(self, record: Record, today: date) -> None:
        if record.state is not RecordState.CLOSED or record.closure is None:
            raise RecordNotClosed("only a closed record can be destroyed")
        due = destruction_due(record.closure)
        if self.ground is Ground.RETENTION and today < due:
            raise AccessRefused(f"the record is kept until its retention is over: {due}", rule="retention-not-over")


def _absorbed(record: Record, tx: Tx) -> Iterator[Record]:
    """The records that this one absorbed, and those that they had absorbed: their keys go too (LC-18)."""
    for absorption in record.absorbed:
        part = tx.records.get(absorption.record)
        yield from _absorbed(part, tx)
        yield part


def destroy_due(perform: Perform, *, today: date) -> Iterator[SignedErasure]:
    """Destroy every closed record whose ten years are over, one act each; gives the certificates.

    What a legal hold keeps is passed over, and what was reopened meanwhile.
    """
    for due in perform(JOB, ListDueRecords(today)):
        if not due.held and due.day <= today:
            with suppress(RecordNotClosed, RecordNotFound, AccessRefused):
                yield perform(JOB, DestroyRecord(due.record, confirmed_by=person_id(JOB.actor)))
