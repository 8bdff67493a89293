"""Close, reopen and change a record's administrative data (TD1.2, TD1.3b, TD1.4)."""

from dataclasses import dataclass, replace
from datetime import datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.representatives import still_having_authority
from dmp.record.actor import person_id
from dmp.record.age import is_minor
from dmp.record.errors import ConsentMissing, IncompleteRequest, InvalidIdentity, RecordNotClosed
from dmp.record.management import IdentityChange
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.record import ClosingReason, Closure, Consent, Oppositions, Record, RecordState
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class CloseRecord:
    """Close a record: everything is kept, nothing can be reached (LC-9, LC-10)."""

    patient: PatientId
    reason: ClosingReason
    text: str = ""

    verb = Verb.CLOSE_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Record:
        """Close it; closing for death also notes the death (LC-13)."""
        record = turn.known_record
        closed = replace(
            record,
            state=RecordState.CLOSED,
            closure=Closure(turn.at, self.reason, self.text),
            deceased=record.deceased or self.reason is ClosingReason.DEATH,
        )
        return turn.tx.records.change(closed, at=turn.at)


@dataclass(frozen=True)
class ReopenRecord:
    """Open a closed record again, with consent (LC-12)."""

    patient: PatientId
    consent: datetime | None

    verb = Verb.REOPEN_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Record:
        """Its content is back; the old authorisations are over, the blocks stay (LC-12).

        Who consents is alive: what was opened to his heirs does not come back with a later death (LC-13).

        Raises:
            RecordNotClosed: it is open.
            ConsentMissing: no consent to reactivation.
        """
        record = turn.known_record
        if record.state is not RecordState.CLOSED:
            raise RecordNotClosed("only a closed record can be reactivated")
        if self.consent is None:
            raise ConsentMissing("reactivation needs the person's consent", element="CONSENTEMENT_REACTIVATION_DMP")
        expired = tuple(replace(given, until=min(given.until, turn.at)) for given in record.authorisations)
        reopened = replace(
            record,
            state=RecordState.ACTIVE,
            closure=None,
            authorisations=expired,
            attending=(),
            deceased=False,
            heirs=(),
            destruction_asked=None,
            consent=Consent(self.consent, person_id(turn.caller.actor)),
        )
        return turn.tx.records.change(reopened, at=turn.at)


@dataclass(frozen=True)
class ChangeIdentity:
    """Change what may be changed of a person's administrative data (TD1.3b, LC-8)."""

    patient: PatientId
    change: IdentityChange

    verb = Verb.CHANGE_IDENTITY
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> Record:
        """Write what was told; what was not told stays. A death closes the record (LC-13).

        Raises:
            InvalidIdentity: a strict trait differs from the one on record (xds-wire 9.3).
            IncompleteRequest: a minor would be left without representative.
        """
        record = turn.known_record
        changed = self._changed(record)
        if changed.traits and is_minor(changed.traits.birth_date, turn.at.date()) and not changed.guardians:
            raise IncompleteRequest("a minor needs a legal representative", element="personalRelationship")
        if changed.deceased and not record.deceased and changed.state is RecordState.ACTIVE:
            closure = Closure(turn.at, ClosingReason.DEATH)
            changed = replace(changed, state=RecordState.CLOSED, closure=closure)
        return record if changed == record else turn.tx.records.change(changed, at=turn.at)

    def _changed(self, record: Record) -> Record:
        change, contact, old = self.change, record.contact, record.oppositions
        told = change.guardians
        return replace(
            record,
            traits=self._traits(record.traits),
            contact=replace(
                contact,
                address=contact.address if change.address is None else change.address,
                telecoms=contact.telecoms if change.telecoms is None else change.telecoms,
            ),
            # An address that is told, or told again, is one that somebody confirmed (RM-7).
            unreachable=record.unreachable if change.telecoms is None else (),
            guardians=record.guardians if told is None else still_having_authority(record, told),
            oppositions=Oppositions(
                old.break_glass if change.break_glass_opposed is None else change.break_glass_opposed,
                old.emergency_dispatch
                if change.emergency_dispatch_opposed is None
                else change.emergency_dispatch_opposed,
            ),
            deceased=record.deceased if change.deceased is None else change.deceased,
        )

    def _traits(self, known: IdentityTraits | None) -> IdentityTraits | None:
        """Only the used names may change: the strict traits come from the national identity service."""
        told = self.change.traits
        if known is None:
            return None
        for name in ("birth_name", "birth_first_name", "birth_first_names", "birth_date", "sex", "birth_place"):
            value = getattr(told, name)
            if value and value != getattr(known, name):
                raise InvalidIdentity("a qualified trait cannot be changed here", element=f"patientPerson {name}")
        return replace(
            known,
            used_name=known.used_name if told.used_name is None else told.used_name,
            used_first_name=known.used_first_name if told.used_first_name is None else told.used_first_name,
        )
