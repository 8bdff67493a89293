"""What an administrator removes between a backup and its restore (ITI-62, ITI-86): it must not come back."""

from collections.abc import Sequence
from dataclasses import dataclass

from dmp.assure.claim import Leg
from dmp.assure.crowd import Crowd, new_lot, patiently
from dmp.assure.ledger import Lot
from dmp.assure.service import Service
from dmp.client import CallRefused, DmpClient
from dmp.record.actor import Mode
from dmp.record.entry import DocumentEntry
from dmp.record.query import GetSubmissionSets, StoredQuery
from dmp.sandbox.population import Person

OF_EACH = 6
"""Documents that lose their octets after the backup, and as many that lose their entries."""


@dataclass(frozen=True)
class Removals:
    """What an administrator removes: of the first lots the octets, of the others all that is registered."""

    administrator: DmpClient
    reader: DmpClient
    lots: Sequence[Lot]

    @staticmethod
    def of(leg: Leg, service: Service, crowd: Crowd, people: Sequence[Person]) -> "Removals":
        """Deposit lots of one document that will be removed."""
        lots = list[Lot]()
        for number in range(2 * OF_EACH):
            person = people[number % len(people)]
            lot = Lot(person, new_lot(crowd.feeders[0], person, leg.dice("removed", number), weight=1500))
            patiently(lambda one=lot: crowd.feeders[0].submit_lot(one.person.patient, one.submission))
            lots.append(lot)
        administrator = service.client("administrator").in_mode(Mode.NORMAL, "Dossier 42")
        return Removals(administrator, crowd.readers[0], lots)

    def make(self) -> None:
        """Remove."""
        for lot in self.lots[:OF_EACH]:
            self.administrator.remove_documents(lot.person.patient, lot.unique_ids)
        for lot in self.lots[OF_EACH:]:
            (entry,) = self._entries(lot)
            query = StoredQuery(GetSubmissionSets(frozenset({entry.uuid})))
            found = self.reader.search(query, lot.person.patient).objects
            ids = [entry.uuid, *(one.uuid for one in (*found.submission_sets, *found.associations))]
            self.administrator.remove_metadata(lot.person.patient, ids)

    def still(self) -> int:
        """How many are gone: octets that nobody reads, entries that nobody finds."""
        emptied, forgotten = self.lots[:OF_EACH], self.lots[OF_EACH:]
        unread = sum(1 for lot in emptied if self._entries(lot) and not self._is_read(lot))
        return unread + sum(1 for lot in forgotten if not self._entries(lot))

    def close(self) -> None:
        """Close the connections."""
        self.administrator.close()

    def _entries(self, lot: Lot) -> list[DocumentEntry]:
        return [entry for entry in self.reader.find(lot.person.patient) if entry.unique_id in lot.unique_ids]

    def _is_read(self, lot: Lot) -> bool:
        try:
            return bool(self.reader.read(lot.person.patient, lot.unique_ids[0]))
        except CallRefused:
            return False
