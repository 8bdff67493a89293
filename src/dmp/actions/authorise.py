"""Declare or give up the right to read, and the role of attending doctor («autorisation», TD0.3)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.actor import Actor, Professional, facility_of, person_id
from dmp.record.patient import PatientId
from dmp.record.record import Attending, Authorisation, Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

DURATION = timedelta(days=365)
"""An authorisation lasts one year and is renewed by declaring it again (AR-1)."""

DONE, UNCHANGED = "", "Aucun changement : la demande était déjà satisfaite."


def subject_of(actor: Actor) -> str:
    """Who gets the right: the professional in person, else his structure (functional 3.3, y1)."""
    facility = facility_of(actor)
    return person_id(actor) if isinstance(actor, Professional) or facility is None else facility.id


def _scope(tx: Tx, patient: PatientId, verb: Verb) -> Scope:
    return Scope(tx.records.of(patient), (Ask(verb),))


@dataclass(frozen=True)
class Authorise:
    """The caller says that the person consents to his reading the record (AR-2)."""

    patient: PatientId

    verb = Verb.AUTHORISE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return _scope(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> str:
        """Record or renew it; returns what to say when nothing was new (xds-wire 9.4)."""
        record, subject = turn.known_record, subject_of(turn.caller.actor)
        old = record.authorisation_of(subject)
        still_valid = old is not None and old.until > turn.at
        new = Authorisation(subject, turn.at, turn.at + DURATION, person_id(turn.caller.actor), last_action=turn.at)
        if old is not None and still_valid:
            new = replace(new, start=old.start, by_holder=old.by_holder)
        others = tuple(given for given in record.authorisations if given.subject != subject)
        turn.tx.records.change(replace(record, authorisations=(*others, new)), at=turn.at)
        return UNCHANGED if still_valid else DONE


@dataclass(frozen=True)
class Renounce:
    """The caller gives up his right to read."""

    patient: PatientId

    verb = Verb.RENOUNCE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return _scope(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> str:
        """End it now; his role of attending doctor ends with it."""
        record, subject = turn.known_record, subject_of(turn.caller.actor)
        old = record.authorisation_of(subject)
        if old is None or old.until <= turn.at:
            return UNCHANGED
        ended = replace(old, until=turn.at, last_action=turn.at)
        kept = tuple(ended if given is old else given for given in record.authorisations)
        changed = without_attending(replace(record, authorisations=kept), subject)
        turn.tx.records.change(changed, at=turn.at)
        return DONE


@dataclass(frozen=True)
class BecomeAttending:
    """The caller declares himself attending doctor («médecin traitant»); the holder must confirm (DEC-1)."""

    patient: PatientId

    verb = Verb.BECOME_ATTENDING
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return _scope(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> str:
        """Record the declaration, unconfirmed."""
        record, doctor = turn.known_record, person_id(turn.caller.actor)
        if record.attending_of(doctor) is not None:
            return UNCHANGED
        attending = (*record.attending, Attending(doctor, turn.at))
        turn.tx.records.change(replace(record, attending=attending), at=turn.at)
        return DONE


@dataclass(frozen=True)
class LeaveAttending:
    """The caller is no longer the attending doctor."""

    patient: PatientId

    verb = Verb.LEAVE_ATTENDING
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return _scope(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> str:
        """Remove the role; the ordinary authorisation stays."""
        record, doctor = turn.known_record, person_id(turn.caller.actor)
        if record.attending_of(doctor) is None:
            return UNCHANGED
        turn.tx.records.change(without_attending(record, doctor), at=turn.at)
        return DONE


def without_attending(record: Record, doctor: str) -> Record:
    """The record without the role of a doctor."""
    return replace(record, attending=tuple(role for role in record.attending if role.doctor != doctor))
