"""Keep an invitation of the national insurer with the record of whom it is for (SC-5).

It is a message to the holder: it is shown in his space, and sends nothing out,
since the insurer has written to him already (RM-8). Where there is no record
that could keep it, nothing is kept.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.errors import IncompleteRequest
from dmp.record.invitation import FIRST_DAY, MOST_INVITATIONS, NAME, Invitation
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.services.rule_set import Rules
from dmp.services.screening.loading import RULES
from dmp.store.tx import Tx


class Received(StrEnum):
    """What came of an invitation."""

    KEPT = "kept"
    KNOWN = "known"
    """It came before: nothing was written."""
    NOT_KEPT = "not-kept"
    """No record, a closed one, or that of a dead person (RM-7): which of them is not told."""


@dataclass(frozen=True)
class ReceiveInvitation:
    """One event of the insurer: its `name` there, for whom, to which programme, on which day."""

    patient: PatientId
    name: str
    programme: str
    day: date

    verb = Verb.INVITE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone; the trace names no programme."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Received:
        """Keep it, once however often it comes.

        Raises:
            IncompleteRequest: no programme of ours, or a day or a name that cannot be.
        """
        check(self, turn.rules, turn.today)
        record, personal = turn.known_record, turn.tx.personal
        if record.deceased or record.merged_into:
            return Received.NOT_KEPT
        known = personal.invitations(record)
        if any(one.name == self.name for one in known):
            return Received.KNOWN
        for old in known[: max(len(known) + 1 - MOST_INVITATIONS, 0)]:
            personal.remove(record, old.id)
        name = sha256(f"invitation {self.name}".encode()).hexdigest()[:32]
        personal.put(record, Invitation(name, self.name, self.programme, self.day, turn.at))
        return Received.KEPT


def check(told: ReceiveInvitation, rules: Rules, today: date) -> None:
    """Refuse what cannot be an event of the insurer, by the programmes in force.

    Raises:
        IncompleteRequest: with the field that is wrong.
    """
    if not NAME.fullmatch(told.name):
        raise IncompleteRequest("1 to 64 letters, digits or . _ : -", element="id")
    programmes = tuple(one.id for one in rules.of(RULES).programmes)
    if told.programme not in programmes:
        raise IncompleteRequest(f"one of {', '.join(programmes)}", element="programme")
    if not FIRST_DAY <= told.day <= today:
        raise IncompleteRequest(f"a day from {FIRST_DAY} to today", element="day")
