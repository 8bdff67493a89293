"""Say what one wants to be told of, and how («notifications», PT-3, PT-9)."""

from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.notice import NoticeWishes
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class ChooseNotices:
    """The wishes of the holder, his own or told at the desk (PT-18)."""

    patient: PatientId
    wishes: NoticeWishes

    verb = Verb.CHANGE_IDENTITY
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> NoticeWishes:
        """Write them; what is always told is told whatever they say."""
        record = turn.known_record
        if record.notices != self.wishes:
            turn.tx.records.change(replace(record, notices=self.wishes), at=turn.at)
        return self.wishes
