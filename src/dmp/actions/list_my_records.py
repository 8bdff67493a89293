"""Tell the records that let somebody read («mes dossiers», TD0.4).

The list never tells of a record that is closed, that blocks who asks or whom
he asks for, or that has nothing to do with him. Its dates are those of the
documents that the caller may see: a masked one leaves no trace (AR-17).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dmp.actions.action import Ask, Found, Listing, Scope, Turn
from dmp.actions.authorise import subject_of
from dmp.actions.consult_record import NO_TRAITS
from dmp.actions.list_authorisations import read_by
from dmp.record.actor import Actor, FacilitySoftware, Professional, facility_of
from dmp.record.errors import AccessRefused, DmpError, IncompleteRequest
from dmp.record.leads import leads_to_readable
from dmp.record.lists import DateKind, RecordLine, RecordListRequest
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx

MOST_RECORDS = 3000
"""Records looked into for one list: over it the caller is asked for a later date, never answered in part."""


@dataclass(frozen=True)
class ListMyRecords:
    """The records that let `caller` read, or a professional of his structure, as of one instant."""

    caller: Actor
    request: RecordListRequest
    at: datetime

    verb = Verb.LIST_RECORDS

    @property
    def about(self) -> tuple[str, ...]:
        """Whose list it is, when it is not the caller's own."""
        return (self.request.owner,) if self.request.owner else ()

    def scope(self, tx: Tx) -> Scope:
        """No record in particular; then every record that may be in the list, and what it holds."""
        records = tuple(self._records(tx))
        each = (Ask(self.verb, record=record, optional=True) for record in records)
        held = ((record, tx.inside(record).entries_but_signatures()) for record in records)
        listings = tuple(Listing(Verb.FIND, entries, record) for record, entries in held)
        return Scope(None, (Ask(self.verb), *each), listings=listings)

    def apply(self, turn: Turn) -> tuple[RecordLine, ...]:
        """The list, by name.

        Raises:
            AccessRefused: it is the list of somebody whom the caller may not ask for.
            IncompleteRequest: a structure asks without date, or too many records would have to be looked into.
        """
        problem = self._problem(turn.tx)
        if problem is not None:
            raise problem
        by_document = self.request.date is DateKind.LAST_DOCUMENT
        lines = [self._line(found) for found in turn.found]
        kept = [line for line in lines if not by_document or self._is_new(line.updated)]
        return tuple(sorted(kept, key=_by_name))

    @property
    def _subject(self) -> str:
        """Whom the records let in: the caller in person, his structure where he is no professional (y1)."""
        return self.request.owner or subject_of(self.caller)

    def _keys(self, tx: Tx) -> list[str]:
        since = self.request.since if self.request.date is DateKind.LAST_AUTHORISATION else None
        return tx.leads.records_of(leads_to_readable(self._subject, at=self.at, since=since))

    def _records(self, tx: Tx) -> Iterator[Record]:
        for key in self._keys(tx) if self._problem(tx) is None else ():
            record = tx.records.find(key, listed_only=True)
            if record is not None and self._lists(record):
                yield record

    def _lists(self, record: Record) -> bool:
        """Tell whether the record lets him read, since the date if that is what is asked."""
        dates = read_by(record, self._subject, self.at)
        by_document = self.request.date is DateKind.LAST_DOCUMENT
        return dates is not None and (by_document or self._is_new(dates[1]))

    def _is_new(self, date: datetime | None) -> bool:
        return self.request.since is None or (date is not None and date >= self.request.since)

    def _problem(self, tx: Tx) -> DmpError | None:
        """What is wrong with the request itself: then nothing is looked into."""
        owner, facility = self.request.owner, facility_of(self.caller)
        if isinstance(self.caller, Professional):
            if owner not in ("", self.caller.id):
                return AccessRefused("Un professionnel ne liste que ses propres dossiers.", rule="list-of-others")
        elif owner and (facility is None or not tx.directory.linked(owner, facility.id)):
            return AccessRefused("Ce professionnel n'exerce pas dans la structure.", rule="list-of-others")
        dated = self.request.since is not None and self.request.date is DateKind.LAST_AUTHORISATION
        if isinstance(self.caller, FacilitySoftware) and not dated:
            return IncompleteRequest("a structure lists new authorisations, since a date", element="startDate")
        if len(self._keys(tx)) > MOST_RECORDS:
            return IncompleteRequest(f"more than {MOST_RECORDS} records: a later date is needed", element="startDate")
        return None

    def _line(self, found: Found) -> RecordLine:
        deposits = [(entry, entry.deposit.at) for entry in found.entries if entry.deposit is not None]
        record, first = found.record, dict[str, datetime]()
        for entry, at in deposits:
            # The first version that he may see: one before it that he may not would tell of itself (AR-17).
            name = entry.chain or entry.logical_id
            first[name] = min(at, first.get(name, at))
        return RecordLine(
            identifiers=record.identifiers,
            traits=record.traits or NO_TRAITS,
            attending=record.attending_of(self._subject) is not None,
            updated=max((at for _, at in deposits), default=None),
            added=max(first.values(), default=None),
        )


def _by_name(line: RecordLine) -> tuple[str, str, PatientId]:
    return line.traits.birth_name, line.traits.birth_first_name, line.identifiers[0]
