"""The care team of the holder («équipe de soins», L.1110-12): declared once he was told, unless he objects (AR-3)."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.authorise import DONE, DURATION, UNCHANGED
from dmp.record.actor import person_id
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.record import Care, Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class DeclareCare:
    """A structure says that one of its teams cares for the holder from now on, and that he was told (AR-3, DEC-26).

    `team` is as `directory.team_key` makes it. Who is in the team is what the
    structure declares, day by day (`Membership`): it is looked up at each act.
    """

    patient: PatientId
    team: str
    informed: date
    """The day on which the holder was told."""
    until: datetime

    verb = Verb.DECLARE_CARE

    @property
    def about(self) -> tuple[str, ...]:
        """The team."""
        return (self.team,)

    def scope(self, tx: Tx) -> Scope:
        """The record, and what the directory knows of the team."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb, subject=tx.directory.team(self.team)),))

    def apply(self, turn: Turn) -> str:
        """Write or renew it, for a year at most.

        Raises:
            IncompleteRequest: the holder was not told yet, the end is past or too far.
        """
        record, at = turn.known_record, turn.at
        if self.informed > at.astimezone(PARIS).date():
            raise IncompleteRequest("La personne doit avoir été informée avant la déclaration", element="informed")
        if not at < self.until <= at + DURATION:
            raise IncompleteRequest("La fin de la prise en charge est à venir, dans l'année", element="until")
        old = record.care_of(self.team)
        start = old.since if old is not None and at < old.until else at
        new = Care(self.team, start, self.until, self.informed, person_id(turn.caller.actor))
        if old == new:
            return UNCHANGED
        _write(turn, record, new)
        return DONE


@dataclass(frozen=True)
class OpposeCare:
    """The holder objects to a care team, declared or not yet; or lifts the objection (AR-3, L.1110-12)."""

    patient: PatientId
    team: str
    opposed: bool

    verb = Verb.OPPOSE_CARE

    @property
    def about(self) -> tuple[str, ...]:
        """The team."""
        return (self.team,)

    def scope(self, tx: Tx) -> Scope:
        """The record, and what the directory knows of the team."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb, subject=tx.directory.team(self.team)),))

    def apply(self, turn: Turn) -> str:
        """Write it; the team reads no more from the next act on."""
        record, at = turn.known_record, turn.at
        today = at.astimezone(PARIS).date()
        old = record.care_of(self.team) or Care(self.team, at, at, today, person_id(turn.caller.actor))
        if old.opposed is self.opposed:
            return UNCHANGED
        _write(turn, record, replace(old, opposed=self.opposed))
        return DONE


def _write(turn: Turn, record: Record, care: Care) -> None:
    others = tuple(each for each in record.care if each.team != care.team)
    turn.tx.records.change(replace(record, care=(*others, care)), at=turn.at)
