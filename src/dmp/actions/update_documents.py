"""Change what is registered (ITI-57): mask, show, archive, delete (TD3.3a to d); in plain IHE any change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.same_lot import asks_about_namesakes, problems_of_namesakes
from dmp.actions.update_rules import Rules, Target, entry_problems, folder_problems, link_problems, status_problems
from dmp.actions.update_targets import Names, Targets
from dmp.actions.update_writing import Writing
from dmp.documents import authorship
from dmp.record.entry import DocumentEntry, Folder
from dmp.record.errors import DocumentNotFound, Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.profile import Profile
from dmp.record.submission import (
    MetadataUpdate,
    SubmitAssociation,
    UpdateEntry,
    UpdateFolder,
    UpdateOperation,
    UpdateStatus,
)
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx


@dataclass(frozen=True)
class UpdateDocuments:
    """The operations of one message, on one record."""

    patient: PatientId
    update: MetadataUpdate
    profile: Profile

    verb = Verb.MASK

    @property
    def about(self) -> tuple[str, ...]:
        """The targets: logical ids and entryUUIDs."""
        names = Names(self.update.operations)
        return tuple(dict.fromkeys(name for operation in self.update.operations for name in names.of(operation)))

    def scope(self, tx: Tx) -> Scope:
        """The record and each target, with the right that its change needs."""
        record = tx.records.of(self.patient)
        # First a right that says the same whether the targets exist or not, and that reads nothing (DEC-10, DEC-27).
        door = Ask(Verb.DELETE)
        if record is None:
            return Scope(None, (door,), self.verb)
        contents = tx.inside(record)
        targets, elsewhere = self._targets(contents), self._elsewhere(tx, record.key)
        asks = [ask for operation in self.update.operations for ask in targets.asks(operation, elsewhere=elsewhere)]
        told = asks_about_namesakes(self.update.submission_set, contents)
        return Scope(record, (door, *asks, *told), asks[0].verb if asks else self.verb)

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Check and do every operation; returns no warning.

        Raises:
            DocumentNotFound: a target is not in this record, or may not be known.
            Refused: an operation breaks a rule of xds-wire 7.1 to 7.3; none is done.
        """
        targets = self._targets(turn.contents)
        problems = [*self._problems_of_lot(turn), *self._problems_of_patients(turn), *self._taken_uuids(turn)]
        found: list[tuple[UpdateOperation, Target]] = []
        if not problems:
            found = [(operation, _allowed(operation, targets, turn)) for operation in self.update.operations]
            problems += [problem for pair in found for problem in self._problems(*pair, targets, turn)]
        if problems:
            raise Refused(*problems)
        Writing(self.update.submission_set, turn, self.profile).write(found)
        return ()

    def _targets(self, contents: RecordContents) -> Targets:
        return Targets(Names(self.update.operations), contents, plain=not self.profile.french)

    def _problems(self, operation: UpdateOperation, target: Target, targets: Targets, turn: Turn) -> Iterator[Problem]:
        rules = Rules(self.profile, turn.known_record, turn.contents)
        match operation, target:
            case UpdateEntry(), DocumentEntry():
                yield from entry_problems(operation, target, rules)
            case UpdateFolder(), Folder():
                yield from folder_problems(operation, target, rules)
            case SubmitAssociation(association), _:
                ends = targets.end(association.source), targets.end(association.target)
                yield from link_problems(association, ends, rules)
            case UpdateStatus(), _:
                yield from status_problems(operation, target, rules)

    def _problems_of_lot(self, turn: Turn) -> Iterable[Problem]:
        """A lot of its own, by the one who sends it (DEC-54)."""
        lot = self.update.submission_set
        yield from problems_of_namesakes(lot, turn)
        if self.profile.french:
            yield from authorship.of_lot(lot, turn.caller)

    def _problems_of_patients(self, turn: Turn) -> Iterator[Problem]:
        """Plain IHE tells that an end of a new link belongs to somebody else (DEC-10)."""
        for name in self._elsewhere(turn.tx, turn.known_record.key):
            yield Problem(XdsCode.PATIENT_ID_RECONCILIATION_ERROR, f"{name}: an object of another patient")

    def _elsewhere(self, tx: Tx, record: str) -> tuple[str, ...]:
        """Ends of new links that another record holds; the French profile never looks (DEC-10)."""
        if self.profile.french:
            return ()
        new = (operation for operation in self.update.operations if isinstance(operation, SubmitAssociation))
        ends = [end for operation in new for end in (operation.association.source, operation.association.target)]
        return tuple(end for end in dict.fromkeys(ends) if tx.places.record_of(end) not in (None, record))

    def _taken_uuids(self, turn: Turn) -> Iterator[Problem]:
        """Plain IHE tells that an id is taken; the French profile gives another one (DEC-10)."""
        if self.profile.french:
            return
        new = [
            operation.entry.uuid if isinstance(operation, UpdateEntry) else operation.folder.uuid
            for operation in self.update.operations
            if isinstance(operation, UpdateEntry | UpdateFolder)
        ]
        for uuid in sorted(turn.contents.taken(new)):
            yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{uuid} id: this entryUUID is already registered")


def _allowed(operation: UpdateOperation, targets: Targets, turn: Turn) -> Target:
    """The object of an operation; an entry must be one of those that the gate let through.

    Raises:
        DocumentNotFound: it is not there, or not for this caller.
    """
    target = targets.of(operation)
    refused = isinstance(target, DocumentEntry) and all(entry.uuid != target.uuid for entry in turn.entries)
    if target is None or refused:
        raise DocumentNotFound(targets.names.of(operation)[0])
    return target
