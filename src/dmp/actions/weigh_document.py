"""Before a change: what somebody may do to one document, and who would see it then (functional 10, 6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from dmp.actions.action import Ask, Scope, Simulation, Turn
from dmp.actions.change_document import newest
from dmp.actions.named import named_in
from dmp.record.entry import DocumentEntry
from dmp.record.patient import PatientId
from dmp.record.prescription import TYPE_DISPENSATION, TYPE_PRESCRIPTION
from dmp.record.verb import CHANGES, Verb
from dmp.record.viewer import Explanation, Viewer, people_of
from dmp.store.tx import Tx

MEDICINES = ("medications", "prescriptions", "dispensations")
"""Facts that the checks of medicines rest on."""
_RIGHTS = (*sorted(CHANGES), Verb.REPLACE)


@dataclass(frozen=True)
class Weighed:
    """One document and what may be done to it; the explanations are there for who may simulate («voir comme»)."""

    entry: DocumentEntry
    rights: frozenset[Verb]
    at: datetime
    now: tuple[Explanation, ...] = ()
    """What every kind of people has of it."""
    then: tuple[Explanation, ...] = ()
    """The same, were it masked, or no longer masked."""
    people: tuple[Explanation, ...] = ()
    """What those whom the record names have of it: for the holder alone."""
    people_then: tuple[Explanation, ...] = ()
    medicines: bool = False
    """It tells of medicines, as far as who weighs it may read: masked, no check rests on it any more (RX-8)."""


@dataclass(frozen=True)
class WeighDocument:
    """Find one document, by the entryUUID of any of its versions, and weigh a change of it; nothing is written."""

    patient: PatientId
    document: str

    verb = Verb.FIND

    @property
    def about(self) -> tuple[str, ...]:
        """The document."""
        return (self.document,)

    def scope(self, tx: Tx) -> Scope:
        """The record and the document; what is not there costs what is hidden does (DEC-10)."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(Verb.FIND),))
        contents = tx.inside(record)
        found = newest(contents, self.document)
        absent, entry = found is None, found or contents.any_entry()
        of_document = [Ask(verb, entry, optional=True, absent=absent) for verb in _RIGHTS]
        of_record = [Ask(verb, optional=True) for verb in (Verb.DELETE, Verb.SIMULATE, Verb.SIMULATE_PERSON)]
        find = Ask(Verb.FIND, entry, named=self.document, absent=absent)
        read = Ask(Verb.READ, entry, optional=True, absent=absent)
        return Scope(record, (Ask(Verb.FIND), find, *of_record, *of_document, read))

    def apply(self, turn: Turn) -> Weighed:
        """Tell it."""
        entry = next(ask.entry for ask in turn.granted if ask.entry is not None)
        of_it = frozenset(ask.verb for ask in turn.granted if ask.entry is not None)
        given = of_it.intersection(_RIGHTS)
        # The door of every update (`UpdateDocuments.scope`): who may not come in may do nothing behind it.
        weighed = Weighed(entry, given if Verb.DELETE in turn.rights else frozenset(), turn.at)
        if Verb.READ in of_it:
            weighed = replace(weighed, medicines=_tells_of_medicines(turn, entry))
        if turn.simulation is None:
            return weighed
        visibility = entry.visibility
        now = turn.simulation.supposing(entry, visibility)
        then = turn.simulation.supposing(entry, replace(visibility, masked=not visibility.masked))
        weighed = replace(weighed, now=_explained(now, now.kinds), then=_explained(then, now.kinds))
        if Verb.SIMULATE_PERSON not in turn.rights:
            return weighed
        known = named_in(turn.known_record, turn.tx.directory)
        people = people_of(turn.known_record, turn.entries, known)
        return replace(weighed, people=_explained(now, people), people_then=_explained(then, people))


def _tells_of_medicines(turn: Turn, entry: DocumentEntry) -> bool:
    """By its type, or by what was read in it."""
    if entry.type_code.code in (TYPE_PRESCRIPTION, TYPE_DISPENSATION):
        return True
    names = turn.contents.documents_of((entry.uuid,)).values()
    told = turn.tx.projections.facts(turn.known_record.key, names, MEDICINES)
    return any(getattr(each, kind) for each in told.values() for kind in MEDICINES)


def _explained(simulation: Simulation, viewers: Iterable[Viewer]) -> tuple[Explanation, ...]:
    return tuple(told for viewer in viewers for told in simulation.explained(viewer))
