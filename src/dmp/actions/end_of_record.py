"""The end of a record as its holder sees it: closed, to be destroyed on request («fermeture», LC-10, LC-11)."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.errors import RecordNotClosed, RecordNotFound
from dmp.record.patient import PatientId
from dmp.record.record import Closure, RecordState
from dmp.record.retention import destruction_due
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class EndOfRecord:
    """Where a record is in its life; `kept_until` is the day from which it is destroyed without being asked."""

    state: RecordState
    closure: Closure | None = None
    kept_until: date | None = None
    destruction_asked: datetime | None = None
    held: bool = False
    """A legal hold keeps it from being destroyed («gel légal»)."""


@dataclass(frozen=True)
class ViewEnd:
    """Is the record open, and what becomes of it; of his own request its holder alone is told."""

    patient: PatientId

    verb = Verb.TEST_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> EndOfRecord:
        """Read it.

        Raises:
            RecordNotFound: there is none.
        """
        record = turn.record
        if record is None:
            raise RecordNotFound("no record for this person")
        due = destruction_due(record.closure) if record.closure is not None else None
        if not turn.beside.holder_alone:
            return EndOfRecord(record.state, record.closure, due)
        return EndOfRecord(record.state, record.closure, due, record.destruction_asked, record.legal_hold is not None)


@dataclass(frozen=True)
class AskDestruction:
    """Ask for one's closed record to be destroyed, or take that back: two operators carry it out (LC-11)."""

    patient: PatientId
    wanted: bool

    verb = Verb.ASK_DESTRUCTION
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> datetime | None:
        """Write it; gives when it was asked, the first time, None when it is taken back.

        Raises:
            RecordNotClosed: it is open.
        """
        record = turn.known_record
        if record.state is not RecordState.CLOSED:
            raise RecordNotClosed("only a closed record can be destroyed")
        asked = (record.destruction_asked or turn.at) if self.wanted else None
        if asked != record.destruction_asked:
            turn.tx.records.change(replace(record, destruction_asked=asked), at=turn.at)
        return asked
