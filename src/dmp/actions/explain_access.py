"""Who sees what, told to the holder: one sentence for each document and viewer, and the record as others see it.

Both are simulations («voir comme»): the rights answer for somebody who is not
there, by the code that answers when he is (AR-15). What the caller himself may
not know of, such as a document that waits to be announced to him, is in neither:
he sees what the other one would see without it.
"""

from dataclasses import dataclass

from dmp.actions.action import Ask, Listing, Scope, Simulation, Turn
from dmp.actions.find_documents import SearchRecord, current_versions
from dmp.actions.named import named_in
from dmp.record.actor import Professional
from dmp.record.entry import EntryStatus, RegistryObjects
from dmp.record.errors import AccessRefused, RecordClosed, RecordNotFound
from dmp.record.patient import PatientId
from dmp.record.query import DocumentCriteria, FindDocuments, StoredQuery
from dmp.record.verb import Verb
from dmp.record.viewer import Explanation, Viewer, people_of
from dmp.store.tx import Tx


@dataclass(frozen=True)
class ExplainAccess:
    """What these viewers have of each document, and why; without viewers, every kind of people."""

    patient: PatientId
    viewers: tuple[Viewer, ...] = ()

    @property
    def verb(self) -> Verb:
        """Somebody in particular needs a right of its own."""
        return _verb(*self.viewers)

    @property
    def about(self) -> tuple[str, ...]:
        """The viewers."""
        return tuple(viewer.name for viewer in self.viewers)

    def scope(self, tx: Tx) -> Scope:
        """The record, and each document that the caller may know of."""
        return _scope(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> tuple[Explanation, ...]:
        """Viewer after viewer, document after document."""
        simulation = _simulation(turn)
        viewers = self.viewers or simulation.kinds
        return tuple(explanation for viewer in viewers for explanation in simulation.explained(viewer))


@dataclass(frozen=True)
class ExplainPeople:
    """The same for the people whom the record names: attending, authorised, blocked, representing.

    `known` are professionals whose name, profession and structure the caller's
    page has learnt elsewhere, from the history of accesses or the directory.
    """

    patient: PatientId
    known: tuple[Professional, ...] = ()

    verb = Verb.SIMULATE_PERSON

    @property
    def about(self) -> tuple[str, ...]:
        """Who they are is read in the record."""
        return ()

    def scope(self, tx: Tx) -> Scope:
        """The record, and each document that the caller may know of."""
        return _scope(tx, self.patient, self.verb)

    def apply(self, turn: Turn) -> tuple[Explanation, ...]:
        """Person after person, document after document."""
        simulation = _simulation(turn)
        known = (*named_in(turn.known_record, turn.tx.directory), *self.known)
        people = people_of(turn.known_record, turn.entries, known)
        return tuple(explanation for viewer in people for explanation in simulation.explained(viewer))


@dataclass(frozen=True)
class Seen:
    """What somebody would get: objects, or the sentence that he would be told instead."""

    objects: RegistryObjects = RegistryObjects()
    told: str = ""


@dataclass(frozen=True)
class SeeAs:
    """The record as somebody else would find it («voir comme le docteur X»): one search, in his place.

    Without a query, the list of documents in force.
    """

    patient: PatientId
    viewer: Viewer
    query: StoredQuery | None = None

    @property
    def verb(self) -> Verb:
        """Somebody in particular needs a right of its own."""
        return _verb(self.viewer)

    @property
    def about(self) -> tuple[str, ...]:
        """The viewer."""
        return (self.viewer.name,)

    @property
    def search(self) -> SearchRecord:
        """What he would ask."""
        in_force = DocumentCriteria(self.patient, frozenset({EntryStatus.APPROVED}))
        return SearchRecord(self.patient, self.query or StoredQuery(FindDocuments(in_force)))

    def scope(self, tx: Tx) -> Scope:
        """What the search would look at; the caller's own right to find it is asked first, for each."""
        searched = self.search.scope(tx)
        own = (Ask(Verb.FIND, ask.entry, optional=True, lot=ask.lot) for ask in searched.asks if ask.entry is not None)
        listed = tuple(Listing(Verb.FIND, each.entries) for each in searched.listings)
        return Scope(searched.record, (Ask(self.verb), *own), listings=listed)

    def apply(self, turn: Turn) -> Seen:
        """Search in the viewer's place.

        Raises:
            Refused: too many results.
        """
        try:
            return Seen(_simulation(turn).answered(self.viewer, self.search))
        except (AccessRefused, RecordNotFound, RecordClosed) as refusal:
            return Seen(told=str(refusal))


def _verb(*viewers: Viewer) -> Verb:
    return Verb.SIMULATE_PERSON if any(viewer.is_a_person for viewer in viewers) else Verb.SIMULATE


def _scope(tx: Tx, patient: PatientId, verb: Verb) -> Scope:
    record = tx.records.of(patient)
    if record is None:
        return Scope(None, (Ask(verb),))
    entries = current_versions(tx.inside(record).entries_but_signatures())
    return Scope(record, (Ask(verb), *[Ask(Verb.FIND, entry, optional=True) for entry in entries]))


def _simulation(turn: Turn) -> Simulation:
    assert turn.simulation is not None, "the gate let a simulation through without its means"  # noqa: S101
    return turn.simulation
