"""What the holder decides of all accesses at once: emergencies, and hiding everything (AR-9, AR-10, AR-24)."""

from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.authorise import DONE, UNCHANGED
from dmp.record.patient import PatientId
from dmp.record.record import Oppositions, Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class ChooseForEmergencies:
    """Break-glass and emergency call centre, each opposed or not, and masked documents there (AR-9, AR-10, PT-3)."""

    patient: PatientId
    oppositions: Oppositions
    reads_masked: bool

    verb = Verb.CHOOSE_FOR_EMERGENCIES
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> str:
        """Write the wishes."""
        record = turn.known_record
        return _changed(turn, replace(record, oppositions=self.oppositions, emergency_reads_masked=self.reads_masked))


@dataclass(frozen=True)
class HideEverything:
    """The global switch: the whole record hidden, even in an emergency, or shown again (AR-24, DEC-28)."""

    patient: PatientId
    hidden: bool

    verb = Verb.HIDE_EVERYTHING
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> str:
        """Turn the switch; what was masked by itself stays so, whichever way."""
        return _changed(turn, replace(turn.known_record, hide_everything=self.hidden))


def _changed(turn: Turn, record: Record) -> str:
    if record == turn.known_record:
        return UNCHANGED
    turn.tx.records.change(record, at=turn.at)
    return DONE
