"""Search a record («recherche», ITI-18, TD3.1): what the caller may not see does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass

from dmp.actions.action import NOTHING, Ask, Listing, Scope, Turn
from dmp.actions.shown import Shown, asks_about, asks_about_folders, companions, current_versions
from dmp.actions.stored_queries import answer
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import DocumentEntry, RegistryObjects
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.query import FindDocuments, GetDocuments, StoredQuery
from dmp.record.verb import Verb
from dmp.store.tx import Tx

__all__ = ["MOST_OBJECTS", "SearchRecord", "asks_about", "current_versions"]

MOST_OBJECTS = 5000
"""Over this many full objects the answer is XDSTooManyResults, never a silent cut (xds-wire 6.5)."""


@dataclass(frozen=True)
class SearchRecord:
    """One stored query, inside one record."""

    patient: PatientId
    query: StoredQuery

    about = NOTHING

    @property
    def verb(self) -> Verb:
        """Ids alone, or a document already known by its uniqueId, are a mere reference (xds-wire 9.5)."""
        question = self.query.question
        by_unique_id = isinstance(question, GetDocuments) and bool(question.ids.unique_ids)
        return Verb.FIND_REFERENCE if by_unique_id or not self.query.full_objects else Verb.FIND

    def scope(self, tx: Tx) -> Scope:
        """The record and everything that could be part of the answer: each is decided before anything is counted."""
        question = self.query.question
        record = tx.records.of(self.patient, listed_only=isinstance(question, FindDocuments))
        if record is None:
            return Scope(None, (Ask(self.verb),))
        contents = tx.inside(record)
        if isinstance(question, FindDocuments):
            found = _candidates(question.criteria, contents.entries_but_signatures())
            return Scope(record, (Ask(self.verb),), listings=(Listing(self.verb, found),))
        entries = contents.entries()
        lots = companions(entries, contents.entries_of_lots())
        asks = asks_about(self.verb, entries, lots.__getitem__)
        return Scope(record, (Ask(self.verb), *asks, *asks_about_folders(self.verb, contents.folders())))

    def apply(self, turn: Turn) -> RegistryObjects:
        """Answer from what may be seen.

        Raises:
            Refused: too many results.
        """
        found = answer(self.query, Shown(turn.contents, turn.entries))
        if self.query.full_objects and _count(found) > MOST_OBJECTS:
            raise Refused(Problem(XdsCode.TOO_MANY_RESULTS, f"more than {MOST_OBJECTS} objects: narrow the search"))
        return found


def scope_of_documents(tx: Tx, patient: PatientId, *asks: Ask, verb: Verb = Verb.FIND) -> Scope:
    """The record of a person after these asks, and all its documents that lists show: `Turn.entries` are then those
    to which the caller has the right `verb`, decided in this act.

    The quickest way there: the first shelf alone is read, and nothing of it again while it is at hand (ADR 34).
    """
    record = tx.records.of(patient, listed_only=True)
    if record is None:
        return Scope(None, asks)
    return Scope(record, asks, listings=(Listing(verb, tx.inside(record).entries_but_signatures()),))


def _candidates(criteria: DocumentCriteria, entries: Sequence[DocumentEntry]) -> tuple[DocumentEntry, ...]:
    """The entries that answer, and the other versions of them: only a newer one that is seen takes one's place."""
    found = tuple([entry for entry in entries if criteria.holds(entry)])
    if all(entry.version == 1 for entry in entries):
        return found
    documents = {entry.logical_id for entry in found}
    return tuple([entry for entry in entries if entry.logical_id in documents])


def _count(found: RegistryObjects) -> int:
    return sum(map(len, (found.entries, found.submission_sets, found.folders, found.associations)))
