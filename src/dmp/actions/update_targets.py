"""What the operations of an update are about, and the rights that each needs (ITI-57, xds-wire 7.1)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dmp.actions.action import Ask
from dmp.actions.find_documents import current_versions
from dmp.actions.update_rules import Target, status_verb, visibility_verbs
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation
from dmp.record.submission import SubmitAssociation, UpdateEntry, UpdateFolder, UpdateOperation, UpdateStatus
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents

SHOWING = (Verb.UNMASK, Verb.RELEASE, Verb.RELEASE_TO_GUARDIANS)
"""Changes that take away what hides a document."""
ON_THE_RECORD = (Ask(Verb.MASK), Ask(Verb.FIND))
"""To change what is no document (a folder, a link): the right to change metadata, and a care relation to the record."""


@dataclass(frozen=True)
class Names:
    """What the operations of one message call the registered objects that they are about.

    An operation may name a new version of the same message: it is about that
    logical object.
    """

    operations: tuple[UpdateOperation, ...]

    def of(self, operation: UpdateOperation) -> tuple[str, ...]:
        """Logical ids and entryUUIDs, those of both ends for a new link."""
        match operation:
            case UpdateEntry(entry):
                return (entry.logical_id,)
            case UpdateFolder(folder):
                return (folder.logical_id,)
            case UpdateStatus(target):
                return (self.registered(target),)
            case SubmitAssociation(association):
                return self.registered(association.source), self.registered(association.target)

    def registered(self, name: str) -> str:
        """The logical id of a new version; any other name as it is."""
        return self.logical_ids.get(name, name)

    @cached_property
    def logical_ids(self) -> Mapping[str, str]:
        """The logical ids of the new versions, by the id they have in the message."""
        entries = {o.entry.uuid: o.entry.logical_id for o in self.operations if isinstance(o, UpdateEntry)}
        return entries | {o.folder.uuid: o.folder.logical_id for o in self.operations if isinstance(o, UpdateFolder)}


@dataclass(frozen=True)
class Targets:
    """The objects that the operations of one message name, inside one record.

    `plain` opens what plain IHE alone knows: folders and links.
    """

    names: Names
    contents: RecordContents
    plain: bool

    def of(self, operation: UpdateOperation) -> Target | None:
        """The object that an operation changes, in its newest version; None when it is not there."""
        match operation:
            case UpdateEntry(entry):
                return self._newest_entry(entry.logical_id)
            case UpdateFolder(folder):
                return self._newest_folder(folder.logical_id)
            case UpdateStatus(target):
                return self.end(target) or self._link(target)
            case SubmitAssociation(association):
                return association

    def end(self, name: str) -> DocumentEntry | Folder | None:
        """The entry or folder of this id: of a new version, the one that it replaces."""
        logical_id = self.names.logical_ids.get(name)
        if logical_id is not None:
            return self._newest_entry(logical_id) or self._newest_folder(logical_id)
        found = next(iter(self.contents.by_uuid([name])), None)
        return found or (next(iter(self.contents.folders_by_uuid([name])), None) if self.plain else None)

    def asks(self, operation: UpdateOperation, *, elsewhere: Iterable[str]) -> Iterator[Ask]:
        """The rights that an operation needs; `elsewhere` are objects of other records, told of by plain IHE."""
        match operation:
            case UpdateEntry():
                yield from self._asks_for_version(operation)
            case UpdateStatus():
                yield from self._asks_for_status(operation)
            case UpdateFolder(folder):
                yield from ON_THE_RECORD
                if self.of(operation) is None:
                    yield Ask(Verb.MASK, named=folder.logical_id, absent=True)
            case SubmitAssociation(association):
                yield from ON_THE_RECORD
                of_document = Verb.FIND_REFERENCE if association.type is Relation.HAS_MEMBER else Verb.MASK
                ends = ((of_document, association.source), (Verb.FIND_REFERENCE, association.target))
                yield from self._asks_for_ends([end for end in ends if end[1] not in frozenset(elsewhere)])

    def _asks_for_version(self, operation: UpdateEntry) -> Iterator[Ask]:
        (named,) = self.names.of(operation)
        target = self._newest_entry(named)
        if target is None:
            yield Ask(Verb.MASK, named=named, absent=True)
            return
        for verb in visibility_verbs(target.visibility, operation.entry.visibility):
            yield Ask(verb, target, named=named)
            if verb in SHOWING:
                yield from (Ask(verb, other, named=named) for other in _shown_with(target, self.contents))

    def _asks_for_status(self, operation: UpdateStatus) -> Iterator[Ask]:
        (named,) = self.names.of(operation)
        match self.of(operation):
            case None:
                yield Ask(Verb.MASK, named=named, absent=True)
            case DocumentEntry() as entry:
                yield Ask(status_verb(operation, entry, plain=self.plain), entry, named=named)
            case Folder():
                yield from ON_THE_RECORD
            case Association(source=source, target=target):
                yield from ON_THE_RECORD
                ends = (self.end(source), self.end(target))
                documents = (end for end in ends if isinstance(end, DocumentEntry))
                yield from (Ask(Verb.FIND_REFERENCE, document, named=named) for document in documents)

    def _asks_for_ends(self, ends: Iterable[tuple[Verb, str]]) -> Iterator[Ask]:
        for verb, name in ends:
            named = self.names.registered(name)
            match self.end(name):
                case None:
                    yield Ask(verb, named=named, absent=True)
                case DocumentEntry() as entry:
                    yield Ask(verb, entry, named=named)
                case Folder():
                    pass  # asked on the record

    def _newest_entry(self, logical_id: str) -> DocumentEntry | None:
        return max(self.contents.by_logical_id(logical_id), key=lambda entry: entry.version, default=None)

    def _newest_folder(self, logical_id: str) -> Folder | None:
        if not self.plain:
            return None
        return max(self.contents.folders_by_logical_id(logical_id), key=lambda folder: folder.version, default=None)

    def _link(self, name: str) -> Association | None:
        links = self.contents.links() if self.plain else ()
        return next((link for link in links if link.uuid == name), None)


def _shown_with(target: DocumentEntry, contents: RecordContents) -> tuple[DocumentEntry, ...]:
    """The other documents of the chain, which share what the target is shown to (DEC-2, DEC-3).

    Whoever deposits a document under the uniqueId of one hidden from him joins
    its chain: to show his own is to show the other, which needs the right to.
    """
    current = current_versions(contents.by_chain(target.chain))
    others = (entry for entry in current if entry.logical_id != target.logical_id)
    return tuple(entry for entry in others if entry.status is not EntryStatus.DELETED)
