"""Look at a record again on its day, and tell its holder if there is still something to tell (AR-1, AR-19)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.notices.recipients import majority_notices, notice_of
from dmp.notices.rules import REMINDED_EVERY
from dmp.record.actor import Caller, Operator
from dmp.record.age import coming_of_age
from dmp.record.entry import EntryStatus
from dmp.record.notice import Notice, NoticeKind, Timer, TimerKind
from dmp.record.record import RecordState
from dmp.record.verb import Verb
from dmp.store.tx import Tx

JOB = Caller(Operator("notice-job"))
"""Who looks when the day has come, without being asked."""


class Looked(StrEnum):
    """What a look came to."""

    TOLD = "told"
    OVER = "over"
    """Nothing to tell any more: renewed, announced, removed, or shown by itself meanwhile."""
    NOT_WANTED = "not-wanted"
    CLOSED = "closed"
    """The record is closed: nothing is told of it, unless it is opened again in time (`notices.rules.timers_of`)."""


@dataclass(frozen=True)
class TellWhenDue:
    """What a timer of a record has come to.

    Asks for what it reads: how to reach the holder, and what he decided.
    """

    record: str
    timer: Timer

    verb = Verb.READ_IDENTITY
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone; of a closed one its state is all that is asked (LC-10)."""
        record = tx.records.find(self.record)
        closed = record is not None and record.state is RecordState.CLOSED
        return Scope(record, (Ask(Verb.TEST_RECORD if closed else self.verb),))

    def apply(self, turn: Turn) -> Looked:
        """Put the notice into the outbox, in this transaction."""
        if turn.known_record.state is RecordState.CLOSED:
            self._come_back(turn)
            return Looked.CLOSED
        found = list(self._found(turn))
        for notice in found:
            turn.tx.outbox.tell(self.record, notice, at=turn.at)
        if found:
            self._come_back(turn)
            return Looked.TOLD
        return Looked.NOT_WANTED if self._still_stands(turn) else Looked.OVER

    def _come_back(self, turn: Turn) -> None:
        """Directives are looked at each year, as long as they stand; after a reopening too."""
        if self.timer.kind is TimerKind.DIRECTIVES:
            again = replace(self.timer, due=self.timer.due + REMINDED_EVERY)
            turn.tx.outbox.remind(self.record, [again])

    def _found(self, turn: Turn) -> Iterator[Notice]:
        if not self._still_stands(turn):
            return
        record, subject = turn.known_record, self.timer.subject
        if self.timer.kind is TimerKind.MAJORITY:
            yield from majority_notices(record, turn.at)
        elif self.timer.kind is TimerKind.DIRECTIVES:
            about = f"{subject} {self.timer.due.isoformat()}"
            yield from notice_of(record, NoticeKind.DIRECTIVES_KEPT, about, turn.at)
        elif self.timer.kind is TimerKind.ANNOUNCEMENT:
            since = record.visibility[subject].hidden_from_patient_since
            yield from notice_of(record, NoticeKind.ANNOUNCEMENT, f"{subject} {since}", turn.at)
        else:
            about = f"{subject} {self.timer.due.isoformat()}"
            yield from notice_of(record, NoticeKind.AUTHORISATION_ENDED, about, turn.at)

    def _still_stands(self, turn: Turn) -> bool:
        record, timer = turn.known_record, self.timer
        # What was absorbed hides and lets in through the record that absorbed it, which has timers of its own (LC-18).
        if record.merged_into or (timer.over is not None and turn.at >= timer.over):
            return False
        if timer.kind is TimerKind.MAJORITY:
            return record.traits is not None and coming_of_age(record.traits.birth_date) == timer.due
        if timer.kind is TimerKind.DIRECTIVES:
            return self._are_the_last(turn)
        if timer.kind is TimerKind.AUTHORISATION:
            given = record.authorisation_of(timer.subject)
            return given is not None and given.until == timer.due
        return self._waits_to_be_announced(turn)

    def _are_the_last(self, turn: Turn) -> bool:
        """Directives of the chain are in force, and the newest came a year before: later ones have their own day."""
        chain = turn.contents.by_chain(self.timer.subject)
        there = [entry for entry in chain if entry.status is EntryStatus.APPROVED and entry.deposit is not None]
        newest = max((entry.deposit.at for entry in there if entry.deposit is not None), default=None)
        return newest is not None and newest + REMINDED_EVERY <= self.timer.due

    def _waits_to_be_announced(self, turn: Turn) -> bool:
        """Still hidden from the patient, still there, and not hidden from those who would be told (AR-19, AR-21)."""
        record = turn.known_record
        hidden = record.visibility.get(self.timer.subject)
        if hidden is None or not turn.beside.waits_to_be_announced(hidden):
            return False
        return any(entry.status is not EntryStatus.DELETED for entry in turn.contents.by_chain(self.timer.subject))
