"""Who acts for the holder, and who did (PT-10)."""

from dataclasses import dataclass

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.patient import PatientId
from dmp.record.people import People
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class ListPeople:
    """The people around the holder of a record."""

    patient: PatientId

    verb = Verb.LIST_PEOPLE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> People:
        """As the record names them, whether or not they may act today."""
        record = turn.known_record
        return People(
            guardians=record.guardians,
            withdrawals=record.withdrawals,
            protections=record.protections,
            delegates=record.delegates,
            heirs_opposed=record.heirs_opposed,
        )
