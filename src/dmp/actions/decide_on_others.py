"""Let somebody in, and keep somebody out: what the holder decides of others, or has written down for him (PT-10)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.authorise import DONE, DURATION, UNCHANGED, without_attending
from dmp.record.actor import Holder, Professional, person_id
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.record import Authorisation, Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

BACK = "Le blocage est levé : l'autorisation donnée auparavant, toujours en cours, vaut de nouveau."
"""Of who was authorised when he was blocked: a block hides an authorisation and does not end it (AR-6)."""


@dataclass(frozen=True)
class _AboutSomebody:
    """An act of a record about a professional or a structure, by his national id."""

    patient: PatientId
    subject: str

    verb = Verb.BLOCK
    ends_role = False
    """It takes the role of attending doctor away too, which needs a right of its own: delegates lack it (DEC-29)."""

    @property
    def about(self) -> tuple[str, ...]:
        """Who it is about."""
        return (self.subject,)

    def scope(self, tx: Tx) -> Scope:
        """The record, and whom the directory knows under this id."""
        record, ask = tx.records.of(self.patient), Ask(self.verb, subject=tx.directory.subject(self.subject))
        if self.ends_role and record is not None and record.attending_of(self.subject) is not None:
            return Scope(record, (ask, replace(ask, verb=Verb.REMOVE_ATTENDING)))
        return Scope(record, (ask,))


@dataclass(frozen=True)
class AuthoriseOther(_AboutSomebody):
    """Let somebody read, for one year or until a day before: by the holder, or with his consent (AR-1, AR-4, PT-10)."""

    until: datetime | None = None
    lasting: timedelta = DURATION

    verb = Verb.AUTHORISE_OTHER

    def apply(self, turn: Turn) -> str:
        """Give or renew it; it counts as the holder's own act when he does it himself (DEC-21).

        Raises:
            IncompleteRequest: the last day is past, or further than an authorisation lasts.
        """
        record, actor = turn.known_record, turn.caller.actor
        self._refuse_impossible_end(turn.at)
        old = record.authorisation_of(self.subject)
        valid = old if old is not None and old.until > turn.at else None
        until = self.until or turn.at + self.lasting
        if valid is not None and isinstance(actor, Professional):
            until = max(until, valid.until)  # what the holder gave, nobody else shortens
        new = Authorisation(
            self.subject,
            valid.start if valid else turn.at,
            until,
            person_id(actor),
            by_holder=isinstance(actor, Holder) or (valid is not None and valid.by_holder),
            last_action=turn.at,
        )
        others = tuple(given for given in record.authorisations if given.subject != self.subject)
        turn.tx.records.change(replace(record, authorisations=(*others, new)), at=turn.at)
        return _told(turn, UNCHANGED if valid else DONE)

    def _refuse_impossible_end(self, at: datetime) -> None:
        if self.until is not None and self.until <= at:
            raise IncompleteRequest("La date de fin est déjà passée : choisissez un jour à venir", element="until")
        if self.until is not None and self.until > at + self.lasting:
            days = self.lasting.days
            raise IncompleteRequest(f"Une autorisation dure {days} jours au plus, puis se renouvelle", element="until")


@dataclass(frozen=True)
class Withdraw(_AboutSomebody):
    """Take back the right to read that was given to somebody (PT-10)."""

    verb = Verb.WITHDRAW

    ends_role = True

    def apply(self, turn: Turn) -> str:
        """End it now; his role of attending doctor ends with it."""
        record = turn.known_record
        old = record.authorisation_of(self.subject)
        role = record.attending_of(self.subject)
        if role is None and (old is None or old.until <= turn.at):
            return _told(turn, UNCHANGED)
        kept = tuple(_ended(given, turn.at) if given is old else given for given in record.authorisations)
        _change(turn, without_attending(replace(record, authorisations=kept), self.subject))
        return DONE


@dataclass(frozen=True)
class Block(_AboutSomebody):
    """Keep somebody out, before any contact too («blocage», AR-6): by the holder, or his attending doctor for him.

    What was given to him stays written and is worth nothing while he is
    blocked: a blocked professional does not read «even with an authorisation».
    """

    verb = Verb.BLOCK

    def apply(self, turn: Turn) -> str:
        """Block him."""
        record = turn.known_record
        if self.subject in record.blocked:
            return UNCHANGED
        _change(turn, replace(record, blocked=record.blocked | {self.subject}))
        return DONE


@dataclass(frozen=True)
class Unblock(_AboutSomebody):
    """Lift a block."""

    verb = Verb.UNBLOCK

    def apply(self, turn: Turn) -> str:
        """Lift it; says so where an older authorisation is in force again."""
        record = turn.known_record
        if self.subject not in record.blocked:
            return UNCHANGED
        _change(turn, replace(record, blocked=record.blocked - {self.subject}))
        old = record.authorisation_of(self.subject)
        return _told(turn, BACK if old is not None and old.until > turn.at else DONE)


@dataclass(frozen=True)
class ConfirmAttending(_AboutSomebody):
    """Confirm a doctor who declared himself attending doctor: the wider rights open (DEC-1)."""

    verb = Verb.CONFIRM_ATTENDING

    def apply(self, turn: Turn) -> str:
        """Confirm him; others whom the holder confirmed stay (AR-8: a group, a replacement)."""
        record = turn.known_record
        role = record.attending_of(self.subject)
        if role is None or role.confirmed:
            return UNCHANGED
        roles = tuple(replace(each, confirmed=True) if each is role else each for each in record.attending)
        _change(turn, replace(record, attending=roles))
        return DONE


@dataclass(frozen=True)
class RemoveAttending(_AboutSomebody):
    """Take the role of attending doctor from somebody, confirmed or not; his ordinary authorisation stays (DEC-1)."""

    verb = Verb.REMOVE_ATTENDING

    def apply(self, turn: Turn) -> str:
        """Remove it."""
        record = turn.known_record
        if record.attending_of(self.subject) is None:
            return UNCHANGED
        _change(turn, without_attending(record, self.subject))
        return DONE


def _ended(given: Authorisation, at: datetime) -> Authorisation:
    return replace(given, until=min(given.until, at), last_action=at)


def _change(turn: Turn, record: Record) -> None:
    turn.tx.records.change(record, at=turn.at)


def _told(turn: Turn, words: str) -> str:
    """What is told of what was there before: nothing to a representative, since a minor may have secrets (AR-21)."""
    return words if turn.beside.told_what_stood else DONE
