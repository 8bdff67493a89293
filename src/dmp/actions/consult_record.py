"""Ask whether a record exists, and read its administrative data (TD0.2, TD1.3a)."""

from dataclasses import dataclass
from datetime import datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.authorise import subject_of
from dmp.record.actor import Caller, Mode, Professional, facility_of, person_id
from dmp.record.errors import RecordNotFound
from dmp.record.management import AdministrativeData, AuthorisationStatus, RecordStatus
from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.record.record import Record, RecordState
from dmp.record.verb import Verb
from dmp.store.tx import Tx

NO_TRAITS = IdentityTraits("", "", "", "", Sex.UNDETERMINED)


@dataclass(frozen=True)
class CheckRecord:
    """Is there a record, and may I read it? («test d'existence», LC-7)."""

    patient: PatientId

    verb = Verb.TEST_RECORD
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and whether a search of it would be let through: the rights say so, not this module."""
        record = tx.records.of(self.patient)
        search = (Ask(Verb.FIND, record=record, optional=True),) if record is not None else ()
        return Scope(record, (Ask(self.verb), *search))

    def apply(self, turn: Turn) -> RecordStatus:
        """State and own authorisation, nothing else (LC-7)."""
        record, readable = turn.record, bool(turn.found)
        if record is None:
            return RecordStatus()
        return RecordStatus(
            state=record.state,
            identifiers=record.identifiers,
            authorisation=authorisation_status(record, turn.caller, turn.at, readable=readable),
            readable=readable,
            attending=record.attending_of(person_id(turn.caller.actor)) is not None,
            traits=record.traits,
            telecoms=record.contact.telecoms,
            portal_account=record.portal_account,
            linked_to_portal=record.linked_to_portal,
            closure=record.closure,
        )


@dataclass(frozen=True)
class ReadIdentity:
    """The administrative data of a record («données de gestion», TD1.3a)."""

    patient: PatientId

    verb = Verb.READ_IDENTITY
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))

    def apply(self, turn: Turn) -> AdministrativeData:
        """Traits, contact, representatives and oppositions.

        Raises:
            RecordNotFound: there is none.
        """
        record = turn.record
        if record is None:
            raise RecordNotFound("no record for this person")
        return AdministrativeData(
            identifiers=record.identifiers,
            traits=record.traits or NO_TRAITS,
            contact=record.contact,
            guardians=record.guardians,
            oppositions=record.oppositions,
            deceased=record.deceased,
            portal_account=record.portal_account,
            linked_to_portal=record.linked_to_portal,
        )


def authorisation_status(record: Record, caller: Caller, at: datetime, *, readable: bool) -> AuthorisationStatus | None:
    """The caller's authorisation as TD0.2 tells it (DEC-40); not tested for the emergency call centre.

    What was given is worth something to a professional only where the rights let him search (`readable`): an
    occupational doctor needs the holder's own word (DEC-21), a care team reads in normal mode. A closed record is
    searched by nobody: its state says so, and what was given stays written.
    """
    if caller.mode is Mode.EMERGENCY_DISPATCH:
        return None
    facility, in_person = facility_of(caller.actor), isinstance(caller.actor, Professional)
    names = [person_id(caller.actor)] if in_person else [subject_of(caller.actor)]
    names += [facility.id] if facility else []
    if record.blocked.intersection(names):
        return AuthorisationStatus.FORBIDDEN
    given = [a for a in map(record.authorisation_of, names) if a is not None]
    in_force = any(authorisation.start <= at < authorisation.until for authorisation in given)
    worth = readable or not in_person or record.state is not RecordState.ACTIVE
    if worth and (in_force or record.is_cared_for_by(caller.teams, at)):
        return AuthorisationStatus.VALID
    lapsed = any(authorisation.until <= at for authorisation in given)
    return AuthorisationStatus.EXPIRED if lapsed else AuthorisationStatus.NEVER_GIVEN
