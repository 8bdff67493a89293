"""Say who represents the holder by law, and that it is over, on proof («représentants légaux», LC-8, LC-15, LC-17).

The operator does it, with a reason that the trace keeps: which act of civil
status, which decision of which court.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.actions.action import Ask, Scope, Turn
from dmp.record.actor import person_id
from dmp.record.age import is_minor
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest
from dmp.record.ins import may_be_minor
from dmp.record.patient import Guardian, PatientId
from dmp.record.people import Protection, Withdrawal
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

LONGEST_MEASURE = timedelta(days=20 * 366)
"""The longest that a court may order («code civil», 442)."""


@dataclass(frozen=True)
class DeclareGuardian:
    """Somebody who has authority over a minor: a parent, a second one, his guardian."""

    patient: PatientId
    guardian: Guardian

    verb = Verb.DECLARE_REPRESENTATIVE

    @property
    def about(self) -> tuple[str, ...]:
        """Whom."""
        return (self.guardian.identifier.number,) if self.guardian.identifier is not None else ()

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Guardian:
        """Add him, or put him in the place of what was said of him; an authority that was withdrawn is given back.

        Raises:
            IncompleteRequest: no reason, no number, the holder himself, or a holder who is of age.
        """
        record, person = turn.known_record, self.guardian.identifier
        _refuse_without_reason(turn)
        if person is None:
            raise _refusal("Le numéro du représentant légal est nécessaire.", "person")
        _refuse_the_holder(record, person)
        if not _is_minor(record, turn.at):
            raise _refusal("Le titulaire est majeur : déclarez une mesure de protection.", "holder")
        others = tuple(each for each in record.guardians if each.identifier is None or not _same(each, person.number))
        changed = replace(
            record,
            guardians=(*others, self.guardian),
            withdrawals=tuple(gone for gone in record.withdrawals if gone.person.number != person.number),
        )
        turn.tx.records.change(changed, at=turn.at)
        return self.guardian


@dataclass(frozen=True)
class DeclareProtection:
    """A measure that protects a holder who is of age, who is in charge of it, and its dates."""

    patient: PatientId
    protection: Protection

    verb = Verb.DECLARE_REPRESENTATIVE

    @property
    def about(self) -> tuple[str, ...]:
        """Who is in charge."""
        return (self.protection.person.number,)

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Protection:
        """Write it; another measure of the same person is replaced.

        Raises:
            IncompleteRequest: no reason, dates that cannot be, the holder himself, a minor, or a holder who is one.
        """
        record, new = turn.known_record, self.protection
        _refuse_without_reason(turn)
        _refuse_the_holder(record, new.person)
        if _is_minor(record, turn.at):
            raise _refusal("Le titulaire est mineur : déclarez un représentant légal.", "holder")
        if may_be_minor(new.person.number, turn.today):
            raise _refusal("La personne chargée de la mesure doit être majeure.", "person")
        if new.until <= max(turn.at, new.since):
            raise _refusal("La date de fin est déjà passée, ou précède le début.", "until")
        if new.until > new.since + LONGEST_MEASURE:
            raise _refusal("Une mesure dure au plus vingt ans : vérifiez la date de fin.", "until")
        others = tuple(each for each in record.protections if each.person.number != new.person.number)
        turn.tx.records.change(replace(record, protections=(*others, new)), at=turn.at)
        return new


@dataclass(frozen=True)
class EndRepresentation:
    """Somebody represents the holder no more: authority withdrawn, measure ended."""

    patient: PatientId
    person: str
    """His number."""

    verb = Verb.END_REPRESENTATIVE

    @property
    def about(self) -> tuple[str, ...]:
        """Whom."""
        return (self.person,)

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """End it now, be he the last one: a minor is better without a representative in his record than with that one.

        Raises:
            IncompleteRequest: no reason, or he represents nobody here.
        """
        record, at = turn.known_record, turn.at
        _refuse_without_reason(turn)
        gone = [each for each in record.guardians if _same(each, self.person)]
        measures = [each for each in record.protections if each.person.number == self.person and each.until > at]
        if not gone and not measures:
            raise _refusal("Cette personne ne représente pas le titulaire.", "person")
        actor = person_id(turn.caller.actor)
        withdrawals = (
            Withdrawal(each.identifier, at, actor, turn.caller.reason) for each in gone[:1] if each.identifier
        )
        ended = {each: replace(each, since=min(each.since, at), until=at) for each in measures}
        changed = replace(
            record,
            guardians=tuple(each for each in record.guardians if each not in gone),
            withdrawals=(*record.withdrawals, *withdrawals),
            protections=tuple(ended.get(each, each) for each in record.protections),
        )
        turn.tx.records.change(changed, at=at)


def still_having_authority(record: Record, told: tuple[Guardian, ...]) -> tuple[Guardian, ...]:
    """The legal representatives of a message, without those whose authority was withdrawn (LC-15)."""
    gone = {withdrawal.person.number for withdrawal in record.withdrawals}
    return tuple(each for each in told if each.identifier is None or each.identifier.number not in gone)


def _same(guardian: Guardian, number: str) -> bool:
    return guardian.identifier is not None and guardian.identifier.number == number


def _is_minor(record: Record, at: datetime) -> bool:
    return record.traits is not None and is_minor(record.traits.birth_date, at.astimezone(PARIS).date())


def _refuse_the_holder(record: Record, person: PatientId) -> None:
    if any(own.number == person.number for own in record.identifiers):
        raise _refusal("Le titulaire ne se représente pas lui-même.", "person")


def _refuse_without_reason(turn: Turn) -> None:
    if not turn.caller.reason.strip():
        raise _refusal("Indiquez la pièce qui le prouve : acte d'état civil, décision de justice.", "reason")


def _refusal(message: str, element: str) -> IncompleteRequest:
    return IncompleteRequest(message, element=f"representative.{element}")
