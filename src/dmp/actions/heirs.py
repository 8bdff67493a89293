"""Access to the record of a dead person: opposed in time, asked for, decided («ayants droit», L.1110-4 V, LC-13)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.actor import Representative, person_id
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.people import HeirAnswer, HeirMotive, HeirQuality, HeirRequest
from dmp.record.record import Record, RecordState
from dmp.record.verb import Verb
from dmp.store.tx import Tx

LONGEST = timedelta(days=366)
"""What is opened to an heir is for one purpose, and not for good."""
MOST = 20
"""Requests that wait in one record: who writes more of them is not kept, but traced."""


@dataclass(frozen=True)
class OpposeHeirs:
    """The holder says whether his heirs may ever read his record."""

    patient: PatientId
    opposed: bool

    verb = Verb.OPPOSE_HEIRS
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """Write it."""
        record = turn.known_record
        if record.heirs_opposed != self.opposed:
            turn.tx.records.change(replace(record, heirs_opposed=self.opposed), at=turn.at)


@dataclass(frozen=True)
class AskAsHeir:
    """Somebody asks, for himself; the desk writes down the letter of who has no account.

    What comes back says nothing of whether there is a record, whether its
    holder is dead, or what he wished: the operator answers by letter (DEC-9).
    """

    patient: PatientId
    heir: PatientId
    name: str
    quality: HeirQuality
    motive: HeirMotive

    verb = Verb.ASK_AS_HEIR

    @property
    def about(self) -> tuple[str, ...]:
        """Who asks."""
        return (self.heir.number,)

    def scope(self, tx: Tx) -> Scope:
        """The record, if there is one."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """Keep the request, where its subject is dead; asked twice, it is kept once.

        Raises:
            IncompleteRequest: asked for somebody else, or without a name.
        """
        actor = turn.caller.actor
        if isinstance(actor, Representative) and actor.id != self.heir.number:
            raise _refusal("Chacun fait cette demande pour lui-même, sous sa propre identité.", "heir")
        name = actor.name if isinstance(actor, Representative) else self.name.strip()
        if not name:
            raise _refusal("Indiquez le nom de la personne qui demande.", "name")
        record = turn.record
        if record is not None and _is_of_the_dead(record) and _is_new(record, self.heir.number, turn.at):
            asked = HeirRequest(self.heir, name, self.quality, self.motive, turn.at)
            turn.tx.records.change(replace(record, heirs=(*record.heirs, asked)), at=turn.at)


@dataclass(frozen=True)
class Asked:
    """What heirs asked of a record, and whether the deceased had opposed it."""

    requests: tuple[HeirRequest, ...]
    opposed: bool


@dataclass(frozen=True)
class ListHeirs:
    """The operator reads what was asked."""

    patient: PatientId

    verb = Verb.LIST_HEIRS
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Asked:
        """Every request, answered or not, in the order in which they came."""
        record = turn.known_record
        return Asked(record.heirs, record.heirs_opposed)


@dataclass(frozen=True)
class DecideOnHeir:
    """The operator grants the last request of a person until an instant, or refuses it: `until` is None.

    His reason says what was shown as proof of quality, or why not. Refusing
    what was granted ends it at once.
    """

    patient: PatientId
    heir: str
    """His number."""
    until: datetime | None

    verb = Verb.DECIDE_ON_HEIR

    @property
    def about(self) -> tuple[str, ...]:
        """Who asked."""
        return (self.heir,)

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> HeirRequest:
        """Write the answer.

        Raises:
            IncompleteRequest: nobody asked, no proof, the deceased opposed it, or a date that cannot be.
        """
        record, at = turn.known_record, turn.at
        asked = next((each for each in reversed(record.heirs) if each.person.number == self.heir), None)
        if asked is None:
            raise _refusal("Cette personne n'a rien demandé.", "heir")
        if not turn.caller.reason.strip():
            raise _refusal("Indiquez la pièce qui prouve la qualité, ou le motif du refus.", "reason")
        if self.until is not None:
            _refuse_the_grant(record, self.until, at)
        answered = replace(
            asked,
            answer=HeirAnswer.REFUSED if self.until is None else HeirAnswer.GRANTED,
            decided=at,
            operator=person_id(turn.caller.actor),
            proof=turn.caller.reason,
            until=self.until,
        )
        heirs = tuple(answered if each is asked else each for each in record.heirs)
        turn.tx.records.change(replace(record, heirs=heirs), at=at)
        return answered


def _refuse_the_grant(record: Record, until: datetime, at: datetime) -> None:
    if record.heirs_opposed:
        raise _refusal("Le défunt s'y est opposé de son vivant.", "opposition")
    if not _is_of_the_dead(record):
        raise _refusal("Le dossier n'est pas celui d'une personne décédée, ou il est ouvert.", "record")
    if not at < until <= at + LONGEST:
        raise _refusal("L'accès prend fin dans l'année : choisissez une date à venir.", "until")


def _is_of_the_dead(record: Record) -> bool:
    return record.deceased and record.state is RecordState.CLOSED


def _is_new(record: Record, number: str, at: datetime) -> bool:
    waiting = [each for each in record.heirs if each.answer is HeirAnswer.WAITING]
    if len(waiting) >= MOST or any(each.person.number == number for each in waiting):
        return False
    return not any(each.person.number == number and each.holds(at) for each in record.heirs)


def _refusal(message: str, element: str) -> IncompleteRequest:
    return IncompleteRequest(message, element=f"heir.{element}")
