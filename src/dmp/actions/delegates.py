"""Let somebody of age act for the holder, and take it back («délégué», «aidant»; PT-11, DEC-29)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.actor import person_id
from dmp.record.age import is_minor
from dmp.record.dtm import PARIS
from dmp.record.errors import IncompleteRequest
from dmp.record.ins import may_be_minor, normalised
from dmp.record.patient import PatientId
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

LONGEST = timedelta(days=2 * 365)
"""Who wants it for longer names the delegate anew (PT-11 asks for an end date)."""
MOST, PAST = 10, 20
"""Delegates at one time; and former ones that the record still names, the traces keep them all."""


@dataclass(frozen=True)
class NameDelegate:
    """The holder names somebody, by number and name, for a scope and until an instant."""

    patient: PatientId
    person: PatientId
    name: str
    scope_given: DelegateScope
    until: datetime

    verb = Verb.NAME_DELEGATE

    @property
    def about(self) -> tuple[str, ...]:
        """Whom."""
        return (self.person.number,)

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Delegate:
        """Name him, under the name of his account.

        Raises:
            IncompleteRequest: told in French to the holder: the end is past or too far away, the person is the
                holder, is one already, may be a minor, or has no account under this number and name.
        """
        record = turn.known_record
        self._refuse_the_time(turn.at)
        self._refuse_the_record(record, turn.at)
        delegate = Delegate(self.person, self._known_name(turn), self.scope_given, turn.at, self.until)
        self._refuse_a_minor(turn)
        turn.tx.records.change(replace(record, delegates=(*_recent(record, turn.at), delegate)), at=turn.at)
        return delegate

    def _refuse_the_time(self, at: datetime) -> None:
        if self.until <= at:
            raise _refusal("La date de fin est déjà passée : choisissez une date à venir.", "until")
        if self.until > at + LONGEST:
            raise _refusal("Une délégation dure au plus deux ans : choisissez une date plus proche.", "until")

    def _refuse_the_record(self, record: Record, at: datetime) -> None:
        if record.traits is not None and is_minor(record.traits.birth_date, at.astimezone(PARIS).date()):
            raise _refusal(
                "Un mineur ne désigne pas de délégué : ses représentants légaux agissent pour lui.", "holder"
            )
        if any(self.person.number == own.number for own in record.identifiers):
            raise _refusal("Cette personne est le titulaire du dossier : désignez quelqu'un d'autre.", "person")
        holding = [each for each in record.delegates if each.holds(at)]
        if any(each.person.number == self.person.number for each in holding):
            raise _refusal("Cette personne est déjà déléguée : retirez-la d'abord pour changer ses droits.", "person")
        if len(holding) >= MOST:
            raise _refusal("Il y a déjà dix délégués : retirez-en un d'abord.", "person")

    def _known_name(self, turn: Turn) -> str:
        """The name of his account; who tells a number alone learns nothing from it, whoever has an account or none."""
        account = turn.tx.accounts.of_person(self.person)
        told = _words(self.name)
        if account is None or account.closed or not told or not told <= _words(account.name):
            message = (
                "Aucun compte ne répond à ce numéro et à ce nom : vérifiez-les, ou demandez-lui d'ouvrir un compte."
            )
            raise _refusal(message, "person")
        return account.name

    def _refuse_a_minor(self, turn: Turn) -> None:
        """His own record tells his age, else his number does."""
        today = turn.today
        theirs = turn.tx.records.of(self.person)
        known = theirs.traits.birth_date if theirs is not None and theirs.traits is not None else ""
        if is_minor(known, today) if known else may_be_minor(self.person.number, today):
            raise _refusal("Un délégué doit être majeur.", "person")


@dataclass(frozen=True)
class RevokeDelegate:
    """The holder takes it back, or the desk for him: it ends now."""

    patient: PatientId
    person: str
    """His number."""

    verb = Verb.REVOKE_DELEGATE

    @property
    def about(self) -> tuple[str, ...]:
        """Whom."""
        return (self.person,)

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Delegate:
        """End it.

        Raises:
            IncompleteRequest: he is no delegate.
        """
        return _end(turn, self.person)


@dataclass(frozen=True)
class LeaveDelegation:
    """The delegate himself gives it up."""

    patient: PatientId

    verb = Verb.LEAVE_DELEGATION
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Delegate:
        """End it."""
        return _end(turn, person_id(turn.caller.actor))


def _end(turn: Turn, person: str) -> Delegate:
    record = turn.known_record
    found = next((each for each in record.delegates if each.person.number == person and each.holds(turn.at)), None)
    if found is None:
        raise _refusal("Cette personne n'est pas déléguée, ou ne l'est plus.", "person")
    ended = replace(found, until=turn.at)
    delegates = tuple(ended if each is found else each for each in record.delegates)
    turn.tx.records.change(replace(record, delegates=delegates), at=turn.at)
    return ended


def _recent(record: Record, at: datetime) -> tuple[Delegate, ...]:
    over = sorted((each for each in record.delegates if not each.holds(at)), key=lambda each: each.until)
    forgotten = over[:-PAST]
    return tuple(each for each in record.delegates if each not in forgotten)


def _words(name: str) -> frozenset[str]:
    return frozenset(normalised(name).replace("-", " ").split())


def _refusal(message: str, element: str) -> IncompleteRequest:
    return IncompleteRequest(message, element=f"delegate.{element}")
