"""Declare the right to read of a person who is there, by number and identity together («autorisation», TD0.3).

Pages ask for both: a number alone must open no conversation about whose it is
(security 9.4). Under another identity there is no record, for the answer and
for the trace alike.
"""

from dataclasses import dataclass, replace

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.authorise import Authorise
from dmp.record.ins import same_person
from dmp.record.patient import IdentityTraits, PatientId
from dmp.record.verb import Verb
from dmp.store.tx import Tx

DAY = len("1979-03-28")


@dataclass(frozen=True)
class AuthoriseInPerson:
    """The caller says that the person of this name and birth date consents to his reading the record (AR-2)."""

    patient: PatientId
    name: str
    """Of birth, or in use."""
    birth_date: str
    """A partial ISO text."""

    verb = Verb.AUTHORISE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record of this number, if it is of this person."""
        record = tx.records.of(self.patient)
        ours = record is not None and (record.traits is None or is_of(record.traits, self.name, self.birth_date))
        return Scope(record if ours else None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> IdentityTraits | None:
        """Record or renew it; gives the identity that the record has, to be compared with the caller's own (ID-1)."""
        Authorise(self.patient).apply(turn)
        return turn.known_record.traits


def is_of(traits: IdentityTraits, name: str, birth_date: str) -> bool:
    """Tell whether a name and a birth date are a person's; a date on record may be incomplete (ID-2)."""
    born = traits.birth_date
    same_day = birth_date == born or (len(born) < DAY and birth_date.startswith(born))
    names = (one for one in (traits.birth_name, traits.used_name) if one)
    said = replace(traits, birth_name=name)
    return bool(name) and same_day and any(not same_person(said, replace(traits, birth_name=one)) for one in names)
