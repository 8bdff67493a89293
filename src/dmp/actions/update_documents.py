"""Change what is registered (ITI-57): mask, show, archive, delete (TD3.3a to d)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.find_documents import current_versions
from dmp.actions.same_lot import asks_about_namesakes, problems_of_namesakes
from dmp.actions.update_rules import entry_problems, status_problems, status_verb, visibility_verbs
from dmp.documents import authorship
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Relation, SubmissionSet
from dmp.record.errors import DocumentNotFound, Problem, Refused
from dmp.record.patient import PatientId
from dmp.record.profile import Profile
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx

Operation = UpdateEntry | UpdateStatus
SHOWING = (Verb.UNMASK, Verb.RELEASE, Verb.RELEASE_TO_GUARDIANS)
"""Changes that take away what hides a document."""


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
        return tuple(dict.fromkeys(self._named(operation) for operation in self.update.operations))

    def scope(self, tx: Tx) -> Scope:
        """The record and each target, with the right that its change needs."""
        record = tx.records.of(self.patient)
        # First a right that says the same whether the targets exist or not, and that reads nothing (DEC-10, DEC-27).
        door = Ask(Verb.DELETE)
        if record is None:
            return Scope(None, (door,), self.verb)
        contents = tx.inside(record)
        asks = [ask for operation in self.update.operations for ask in self._asks(operation, contents)]
        told = asks_about_namesakes(self.update.submission_set, contents)
        return Scope(record, (door, *asks, *told), asks[0].verb if asks else self.verb)

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Check and do every operation; returns no warning.

        Raises:
            DocumentNotFound: a target is not in this record, or may not be known.
            Refused: an operation breaks a rule of xds-wire 7.1 to 7.3; none is done.
        """
        targets = [(operation, self._allowed(operation, turn)) for operation in self.update.operations]
        problems = [*self._problems_of_lot(turn)]
        for operation, entry in targets:
            if isinstance(operation, UpdateEntry):
                problems += entry_problems(operation, entry, self.profile)
            else:
                problems += status_problems(operation, entry, turn.contents.by_logical_id(entry.logical_id))
        if problems:
            raise Refused(*problems)
        _Writing(self.update.submission_set, turn, self.profile).write(targets)
        return ()

    def _named(self, operation: Operation) -> str:
        """What the caller calls the target: its logical id, or its entryUUID.

        A change of status may name the new version in the same message: it is about that logical document.
        """
        if isinstance(operation, UpdateEntry):
            return operation.entry.logical_id
        updates = (other.entry for other in self.update.operations if isinstance(other, UpdateEntry))
        return next((entry.logical_id for entry in updates if entry.uuid == operation.target), operation.target)

    def _target(self, operation: Operation, contents: RecordContents) -> DocumentEntry | None:
        named = self._named(operation)
        if isinstance(operation, UpdateStatus) and named == operation.target:
            return next(iter(contents.by_uuid([named])), None)
        versions = contents.by_logical_id(named)
        return max(versions, key=lambda entry: entry.version, default=None)

    def _allowed(self, operation: Operation, turn: Turn) -> DocumentEntry:
        target = self._target(operation, turn.contents)
        if target is None or all(entry.uuid != target.uuid for entry in turn.entries):
            raise DocumentNotFound(self._named(operation))
        return target

    def _asks(self, operation: Operation, contents: RecordContents) -> Iterable[Ask]:
        target, named = self._target(operation, contents), self._named(operation)
        if target is None:
            yield Ask(self.verb, named=named, absent=True)
            return
        if isinstance(operation, UpdateStatus):
            yield Ask(status_verb(operation, target), target, named=named)
            return
        for verb in visibility_verbs(target.visibility, operation.entry.visibility):
            yield Ask(verb, target, named=named)
            if verb in SHOWING:
                yield from (Ask(verb, other, named=named) for other in _shown_with(target, contents))

    def _problems_of_lot(self, turn: Turn) -> Iterable[Problem]:
        """A lot of its own, by the one who sends it (DEC-54)."""
        lot = self.update.submission_set
        yield from problems_of_namesakes(lot, turn)
        if self.profile.french:
            yield from authorship.of_lot(lot, turn.caller)


def _shown_with(target: DocumentEntry, contents: RecordContents) -> tuple[DocumentEntry, ...]:
    """The other documents of the chain, which share what the target is shown to (DEC-2, DEC-3).

    Whoever deposits a document under the uniqueId of one hidden from him joins
    its chain: to show his own is to show the other, which needs the right to.
    """
    current = current_versions(contents.by_chain(target.chain))
    others = (entry for entry in current if entry.logical_id != target.logical_id)
    return tuple(entry for entry in others if entry.status is not EntryStatus.DELETED)


@dataclass
class _Writing:
    """The writing of one accepted update; `newest` maps a logical id to the version that this message made."""

    submission_set: SubmissionSet
    turn: Turn
    profile: Profile
    newest: dict[str, str] = field(default_factory=dict)

    def write(self, targets: Iterable[tuple[Operation, DocumentEntry]]) -> None:
        """Write the new versions, then the statuses, which are those of the newest version."""
        contents = self.turn.contents
        lot = replace(self.submission_set, uuid=self.turn.new_uuid())
        contents.add_lot(lot, contents.fingerprint(f"update {lot.uuid}"))
        wanted: dict[str, Visibility] = {}
        for operation, entry in targets:
            if isinstance(operation, UpdateEntry):
                self._new_version(operation.entry, entry, lot)
                wanted[entry.chain] = operation.entry.visibility
        for operation, entry in targets:
            if isinstance(operation, UpdateStatus):
                self._change_status(operation.new, entry, lot)
        if wanted:
            self._set_visibility(wanted)

    def _new_version(self, new: DocumentEntry, old: DocumentEntry, lot: SubmissionSet) -> None:
        """A new row under the same logical id; the old one becomes Deprecated, its links follow (xds-wire 7.1)."""
        contents, uuid = self.turn.contents, self.turn.new_uuid()
        contents.set_status(old.uuid, EntryStatus.DEPRECATED)
        newer = replace(self._told(new, old), uuid=uuid, version=old.version + 1)
        contents.add_entry(newer, lot=lot.uuid, document=contents.document_of(old.uuid))
        moved = [
            replace(
                link,
                uuid=self.turn.new_uuid(),
                source=uuid if link.source == old.uuid else link.source,
                target=uuid if link.target == old.uuid else link.target,
            )
            for link in contents.links_touching([old.uuid])
            if link.type is not Relation.HAS_MEMBER
        ]
        member = self._link(Relation.HAS_MEMBER, lot.uuid, uuid)
        contents.add_links([*moved, replace(member, membership="Original")])
        self.newest[old.logical_id] = uuid

    def _told(self, new: DocumentEntry, old: DocumentEntry) -> DocumentEntry:
        """The metadata of the new version: the old ones in the French profile, what was sent in plain IHE."""
        if self.profile.french:
            return old
        return replace(
            new,
            logical_id=old.logical_id,
            status=old.status,
            chain=old.chain,
            deposit=old.deposit,
            hash=new.hash or old.hash,
            size=old.size if new.size is None else new.size,
            repository_unique_id=old.repository_unique_id,
        )

    def _change_status(self, status: EntryStatus, entry: DocumentEntry, lot: SubmissionSet) -> None:
        """A deletion takes the former versions of the metadata with it: no search may lead to them (DEC-23)."""
        contents = self.turn.contents
        newest = self.newest.get(entry.logical_id, entry.uuid)
        contents.set_status(newest, status)
        if status is EntryStatus.DELETED:
            for version in contents.by_logical_id(entry.logical_id):
                contents.set_status(version.uuid, status)
        contents.add_links([self._link(Relation.UPDATES_STATUS, lot.uuid, newest)])

    def _set_visibility(self, wanted: dict[str, Visibility]) -> None:
        """Each whole chain takes its new visibility; the announcement timer keeps its start (DEC-2, DEC-24)."""
        record = self.turn.known_record
        visibility = dict(record.visibility)
        for chain, asked in wanted.items():
            since = visibility.pop(chain, Visibility()).hidden_from_patient_since
            new = replace(asked, hidden_from_patient_since=asked.hidden_from_patient_since and since)
            if new != Visibility():
                visibility[chain] = new
        self.turn.tx.records.change(replace(record, visibility=visibility), at=self.turn.at)

    def _link(self, relation: Relation, source: str, target: str) -> Association:
        return Association(self.turn.new_uuid(), relation, source, target)
