"""Find a person without identifier («recherche sans INS», TD0.5): regulation centres only, by several traits.

Whoever opposed to be found by the emergency call centre leads nowhere. Who
searched for whom stays in the traces: that of the search with its criteria,
and the one that each record found keeps (AR-10, AR-11).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.consult_record import NO_TRAITS
from dmp.record.errors import IncompleteRequest
from dmp.record.leads import lead_to_birth, lead_to_name, spelt
from dmp.record.lists import FoundPerson, PersonSearch
from dmp.record.patient import IdentityTraits
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

MOST_PERSONS = 20
"""Over it nobody is told: more criteria are needed (xds-wire 9.3)."""
MOST_NAMESAKES = 500
"""Records looked into for one search; a first and a family name that more persons share need a birth date."""
DAY = len("1979-03-28")


@dataclass(frozen=True)
class FindPatients:
    """The persons who have all of these traits."""

    search: PersonSearch

    verb = Verb.FIND_PATIENTS

    @property
    def about(self) -> tuple[str, ...]:
        """The criteria."""
        return self.search.criteria

    def scope(self, tx: Tx) -> Scope:
        """No record in particular; then every record that answers, each of which keeps the trace too."""
        asks = (Ask(self.verb, record=record, optional=True) for record in self._records(tx))
        return Scope(None, (Ask(self.verb), *asks), found_keep_trace=True)

    def apply(self, turn: Turn) -> tuple[FoundPerson, ...]:
        """The persons, by name.

        Raises:
            IncompleteRequest: too many answer, or a family name alone was given.
        """
        if self._lead is None:
            raise IncompleteRequest("a first name or a whole birth date is needed too", element="livingSubjectName")
        if len(turn.found) > MOST_PERSONS or len(self._keys(turn.tx)) > MOST_NAMESAKES:
            told = f"more than {MOST_PERSONS} persons answer: more criteria are needed"
            raise IncompleteRequest(told, element="parameterList")
        persons = (_person(found.record) for found in turn.found)
        return tuple(
            sorted(persons, key=lambda one: (one.traits.birth_name, one.traits.birth_first_name, one.identifiers))
        )

    @property
    def _lead(self) -> str | None:
        """What is looked up; the other criteria are compared with what the record says."""
        search = self.search
        if not spelt(search.family):
            return None
        if len(search.birth_date) == DAY:
            return lead_to_birth(search.family, search.birth_date)
        return lead_to_name(search.family, search.given) if spelt(search.given) else None

    def _keys(self, tx: Tx) -> list[str]:
        return tx.leads.records_of([self._lead] if self._lead else [])

    def _records(self, tx: Tx) -> Iterator[Record]:
        keys = self._keys(tx)
        for key in keys if len(keys) <= MOST_NAMESAKES else ():
            record = tx.records.find(key, listed_only=True)
            if record is not None and record.traits is not None and self._answers(record, record.traits):
                yield record

    def _answers(self, record: Record, traits: IdentityTraits) -> bool:
        search, address = self.search, dict(record.contact.address)
        all_of_them = traits.birth_first_names
        first_names = (traits.birth_first_name, traits.used_first_name, all_of_them, *all_of_them.split())
        return (
            _among(search.family, traits.birth_name, traits.used_name)
            and _among(search.given, *first_names)
            and traits.birth_date.startswith(search.birth_date)
            and search.sex in (None, traits.sex)
            and _among(search.city, address.get("city", ""))
            and _among(search.postal_code, address.get("postalCode", ""))
        )


def _among(wanted: str, *told: str) -> bool:
    return not wanted or spelt(wanted) in map(spelt, told)


def _person(record: Record) -> FoundPerson:
    return FoundPerson(record.identifiers, record.traits or NO_TRAITS, dict(record.contact.address).get("city", ""))
