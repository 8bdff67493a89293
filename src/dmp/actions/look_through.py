"""The list of the documents of a record, as a page shows it: one search, and when its reader was last here."""

from dataclasses import dataclass
from datetime import datetime

from dmp.actions.action import NOTHING, Scope, Turn
from dmp.actions.find_documents import SearchRecord
from dmp.audit.trace import Outcome, Trace
from dmp.record.actor import person_id
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.patient import PatientId
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.verb import Verb
from dmp.store.tx import Tx

LOOKED_BACK = 500
"""Acts among which one's own last visit is looked for; older than these, it is not known, and nothing is new."""
_VISITS = (Verb.FIND, Verb.READ)


@dataclass(frozen=True)
class Looked:
    """What was found, at which instant, and when the reader had last searched or read here, on another day."""

    entries: tuple[DocumentEntry, ...]
    at: datetime
    last_visit: datetime | None = None
    reader: str = ""
    """His id: what he put in himself is not new to him."""


@dataclass(frozen=True)
class LookThrough:
    """Search a record for the documents of these statuses."""

    patient: PatientId
    statuses: frozenset[EntryStatus]

    verb = Verb.FIND
    about = NOTHING

    @property
    def search(self) -> SearchRecord:
        """The search, which whoever else looks at the same list asks too."""
        return SearchRecord(self.patient, StoredQuery(FindDocuments(DocumentCriteria(self.patient, self.statuses))))

    def scope(self, tx: Tx) -> Scope:
        """That of the search."""
        return self.search.scope(tx)

    def apply(self, turn: Turn) -> Looked:
        """What the search gives.

        Raises:
            Refused: too many results.
        """
        found = self.search.apply(turn).entries
        return Looked(found, turn.at, _last_visit(turn), person_id(turn.caller.actor))


def _last_visit(turn: Turn) -> datetime | None:
    """From one's own traces alone: those of others tell nothing here."""
    me, today = person_id(turn.caller.actor), turn.today

    def looked_for() -> datetime | None:
        newest = turn.tx.traces.newest(turn.known_record.key, LOOKED_BACK)
        visits = (trace.at for trace in newest if _is_visit(trace, me))
        return next((at for at in visits if at.astimezone(PARIS).date() < today), None)

    # Of the days before today nothing changes any more.
    return turn.tx.records.once(turn.known_record.key, f"last visit before {today}", looked_for)


def _is_visit(trace: Trace, person: str) -> bool:
    return trace.who.person == person and trace.verb in _VISITS and trace.outcome is Outcome.DONE
