"""The people around a holder, as he reads it on his pages (PT-11): who acts for him, and when parents no longer do."""

from dataclasses import dataclass
from datetime import datetime

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.record.age import coming_of_age
from dmp.record.patient import Guardian, PatientId
from dmp.record.people import Delegate, Protection
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class Family:
    """Those who act now; `former` are the representatives of a childhood that is over (LC-16)."""

    guardians: tuple[Guardian, ...]
    former: tuple[Guardian, ...]
    protections: tuple[Protection, ...]
    delegates: tuple[Delegate, ...]
    majority: datetime | None
    """When the holder is 18, or was; None where no birth date is known."""
    heirs_opposed: bool
    minor: bool
    names_delegates: bool
    """The viewer is the holder: nobody else names or takes back (DEC-29)."""


@dataclass(frozen=True)
class ReadFamily:
    """The holder, or his legal representative, looks at who acts for him."""

    patient: PatientId

    verb = Verb.LIST_PEOPLE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record; whether he may name delegates is asked too, and stops nothing."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb), Ask(Verb.NAME_DELEGATE, optional=True)))

    def apply(self, turn: Turn) -> Family:
        """As the rights stand today; what is over is left out."""
        record, at = turn.known_record, turn.at
        majority = coming_of_age(record.traits.birth_date) if record.traits is not None else None
        minor = majority is None or at < majority
        return Family(
            guardians=record.guardians if minor else (),
            former=() if minor else record.guardians,
            protections=tuple(each for each in record.protections if each.holds(at)),
            delegates=tuple(each for each in record.delegates if each.holds(at)),
            majority=majority,
            heirs_opposed=record.heirs_opposed,
            minor=minor and majority is not None,
            names_delegates=Verb.NAME_DELEGATE in turn.rights,
        )
