"""For whom somebody may act («mes proches»): children, protected adults, those who made him a delegate (PT-11, PT-12).

Leads propose records, the rights decide of each as if it were opened now
(ADR 18, ADR 20): who is nothing any more to a holder does not find him.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp.actions.action import NOTHING, Ask, Found, Scope, Turn
from dmp.actions.consult_record import NO_TRAITS
from dmp.record.actor import person_id
from dmp.record.age import coming_of_age
from dmp.record.leads import lead_to_acted_for
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.people import DelegateScope
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

MOST_RECORDS = 500
"""Records looked into for one list: more than anybody is in charge of."""


class Quality(StrEnum):
    """What somebody is to a holder for whom he acts."""

    GUARDIAN = "guardian"
    """A legal representative of a minor."""
    PROTECTION = "protection"
    """In charge of a measure that protects an adult (LC-17)."""
    DELEGATE = "delegate"
    HEIR = "heir"


@dataclass(frozen=True)
class Part:
    """What somebody is to a holder now, what he may do, and until when; None for what has no end of its own."""

    quality: Quality
    until: datetime | None = None
    scope: DelegateScope | None = None


@dataclass(frozen=True)
class ActedFor:
    """A record that somebody may open; `key` names it in his list, and tells nothing of the person."""

    key: str
    patient: PatientId
    traits: IdentityTraits
    part: Part


@dataclass(frozen=True)
class ListActedFor:
    """The records of those for whom a person of this number acts; others than the caller's own are in no list."""

    person: str

    verb = Verb.LIST_RECORDS
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """No record in particular; then each that may be in the list."""
        keys = tx.leads.records_of([lead_to_acted_for(self.person)])[:MOST_RECORDS]
        found = (tx.records.find(key, listed_only=True) for key in keys)
        others = (record for record in found if record is not None and not self._is_own(record))
        return Scope(None, (Ask(self.verb), *[Ask(self.verb, record=record, optional=True) for record in others]))

    def apply(self, turn: Turn) -> tuple[ActedFor, ...]:
        """The list, by name."""
        person = person_id(turn.caller.actor)
        return tuple(sorted((_acted_for(found, person, turn.at) for found in turn.found), key=_by_name))

    def _is_own(self, record: Record) -> bool:
        return any(own.number == self.person for own in record.identifiers)


def part_of(person: str, record: Record, at: datetime) -> Part:
    """What somebody whom the rights let in is to the holder: the widest, in the order of the rights (ADR 20)."""
    heirs = (each for each in record.heirs if each.person.number == person and each.holds(at))
    if record.deceased and (heir := next(heirs, None)) is not None:
        return Part(Quality.HEIR, heir.until)
    for each in record.protections:
        if each.person.number == person and each.measure.represents and each.holds(at):
            return Part(Quality.PROTECTION, each.until)
    majority = coming_of_age(record.traits.birth_date) if record.traits is not None else None
    if (majority is None or at < majority) and any(
        each.identifier is not None and each.identifier.number == person for each in record.guardians
    ):
        return Part(Quality.GUARDIAN, majority)
    for each in record.delegates:
        if each.person.number == person and each.holds(at):
            return Part(Quality.DELEGATE, each.until, each.scope)
    return Part(Quality.GUARDIAN, majority)


def _acted_for(found: Found, person: str, at: datetime) -> ActedFor:
    record = found.record
    return ActedFor(record.key, record.patient, record.traits or NO_TRAITS, part_of(person, record, at))


def _by_name(one: ActedFor) -> tuple[str, str, str]:
    return one.traits.birth_first_name, one.traits.birth_name, one.key
