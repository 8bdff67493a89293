"""Hold a record for a court or an inquiry, and lift the hold («gel légal», xds-wire 7.7): the operator's acts."""

from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.actor import person_id
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.record import LegalHold, Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class HoldRecord:
    """From now on nothing of the record is removed nor destroyed."""

    patient: PatientId
    reason: str

    verb = Verb.HOLD_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Record:
        """Set the hold; a new reason replaces the one before, which the history keeps.

        Raises:
            IncompleteRequest: no reason is given.
        """
        if not self.reason.strip():
            raise IncompleteRequest("a legal hold says why", element="reason")
        hold = LegalHold(turn.at, self.reason, person_id(turn.caller.actor))
        return turn.tx.records.change(replace(turn.known_record, legal_hold=hold), at=turn.at)


@dataclass(frozen=True)
class LiftHold:
    """The record is as any other again."""

    patient: PatientId

    verb = Verb.LIFT_HOLD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Record:
        """Lift it, where there is one."""
        record = turn.known_record
        return (
            record
            if record.legal_hold is None
            else turn.tx.records.change(replace(record, legal_hold=None), at=turn.at)
        )
