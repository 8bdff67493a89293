"""Open the records of the OPT_OUT regime: for everybody who was told and did not oppose it within six weeks (LC-5)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.open_record import OpenRecord
from dmp.record.errors import RecordExists
from dmp.record.opening import Informed
from dmp.record.patient import PatientId
from dmp.record.record import RecordState, Regime
from dmp.record.verb import Verb
from dmp.store.tx import Tx


class Opened(StrEnum):
    """What came of one notice."""

    OPENED = "opened"
    JOINED = "joined"
    """There was a record: it joins the citizen's health space (L.1111-14)."""
    OPPOSED = "opposed"
    CLOSED = "closed"
    """There was one, closed by its holder or for him: it stays so."""
    GONE = "gone"
    """Another worker did it."""


@dataclass(frozen=True)
class OpenInformed:
    """Open the record of one person whose time to oppose is over; `token` names the notice."""

    token: bytes

    verb = Verb.OPEN_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record that the person may have already; of a closed one its state is all that is asked."""
        told = tx.openings.get(self.token)
        record = tx.records.of(told.patient) if told is not None else None
        closed = record is not None and record.state is RecordState.CLOSED
        return Scope(record, (Ask(Verb.TEST_RECORD if closed else self.verb),))

    def apply(self, turn: Turn) -> Opened:
        """Open it, or see that there is nothing to open; the notice goes with this transaction.

        Raises:
            DmpError: as `OpenRecord`: the notice lacks what an opening needs.
        """
        told = turn.tx.openings.get(self.token)
        if told is None:
            return Opened.GONE
        turn.tx.openings.done(self.token)
        record = turn.record
        if record is not None:
            if record.state is RecordState.CLOSED:
                return Opened.CLOSED
            if not record.linked_to_portal:
                turn.tx.records.change(replace(record, linked_to_portal=True), at=turn.at)
            return Opened.JOINED
        if turn.tx.openings.opposed(told.patient) is not None:
            return Opened.OPPOSED
        _opening(told).apply(turn)
        return Opened.OPENED


@dataclass(frozen=True)
class OpposeOpening:
    """Write down that a person opposes the opening of a record (LC-5); consent given later opens one all the same."""

    patient: PatientId

    verb = Verb.OPPOSE_OPENING
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record that there must not be."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """Keep it in the register.

        Raises:
            RecordExists: there is a record; it is closed instead.
        """
        if turn.record is not None:
            raise RecordExists("Un dossier est déjà ouvert : il peut être fermé, sur demande de la personne")
        turn.tx.openings.oppose(self.patient, turn.at)


def _opening(told: Informed) -> OpenRecord:
    return OpenRecord((told.patient,), Regime.OPT_OUT, told.traits, contact=told.contact, guardians=told.guardians)
