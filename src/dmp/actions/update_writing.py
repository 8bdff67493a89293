"""Write an accepted update: new versions with their links, then statuses, new links, visibility (xds-wire 7.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dmp.actions.action import Turn
from dmp.actions.update_rules import Target
from dmp.record import dtm
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet
from dmp.record.profile import Profile
from dmp.record.submission import (
    SubmitAssociation,
    UpdateEntry,
    UpdateFolder,
    UpdateOperation,
    UpdateStatus,
    version_slots,
)
from dmp.record.visibility import Visibility


@dataclass
class Writing:
    """The writing of one accepted update.

    `newest` maps a logical id to the version that this message made, `uuids`
    the ids of the message to those they are registered under.
    """

    submission_set: SubmissionSet
    turn: Turn
    profile: Profile
    newest: dict[str, str] = field(default_factory=dict)
    uuids: dict[str, str] = field(default_factory=dict)

    def write(self, targets: Iterable[tuple[UpdateOperation, Target]]) -> None:
        """New versions first: statuses and new links are then those of the newest version."""
        found = list(targets)
        self.uuids = self._real_ids([operation for operation, _ in found])
        contents = self.turn.contents
        lot = replace(self.submission_set, uuid=self.uuids[self.submission_set.uuid])
        contents.add_lot(lot, contents.fingerprint(f"update {lot.uuid}"))
        wanted: dict[str, Visibility] = {}
        for operation, target in found:
            match operation, target:
                case UpdateEntry(entry), DocumentEntry():
                    self._new_entry(operation, target, lot)
                    wanted[target.chain] = entry.visibility
                case UpdateFolder(), Folder():
                    self._new_folder(operation, target, lot)
        for operation, target in found:
            match operation:
                case UpdateStatus():
                    self._change_status(operation, target, lot)
                case SubmitAssociation():
                    self._submit(operation, lot)
        if wanted:
            self._set_visibility(wanted)

    # -- ids

    def _real_ids(self, operations: Iterable[UpdateOperation]) -> dict[str, str]:
        """A UUID given by the sender is kept unless it is taken; a symbolic id becomes a new one (xds-wire 2.1)."""
        given = [self.submission_set.uuid, *(name for operation in operations for name in _made_by(operation))]
        kept = {uuid for uuid in given if uuid.startswith("urn:uuid:")} - self.turn.contents.taken(given)
        return {uuid: uuid if uuid in kept else self.turn.new_uuid() for uuid in given}

    def _id_of(self, operation: UpdateOperation) -> str:
        """The id of the association that the operation is."""
        return self.uuids.get(operation.link) or self.turn.new_uuid()

    # -- new versions

    def _new_entry(self, operation: UpdateEntry, old: DocumentEntry, lot: SubmissionSet) -> None:
        """A new row under the same logical id; the old one becomes Deprecated."""
        contents, uuid = self.turn.contents, self.uuids[operation.entry.uuid]
        contents.set_status(old.uuid, EntryStatus.DEPRECATED)
        newer = replace(self._told(operation.entry, old), uuid=uuid, version=old.version + 1)
        contents.add_entry(newer, lot=lot.uuid, document=contents.document_of(old.uuid))
        self._link_version(operation, old, newer, lot)

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

    def _new_folder(self, operation: UpdateFolder, old: Folder, lot: SubmissionSet) -> None:
        contents, uuid = self.turn.contents, self.uuids[operation.folder.uuid]
        contents.set_status(old.uuid, EntryStatus.DEPRECATED)
        newer = replace(
            operation.folder,
            uuid=uuid,
            version=old.version + 1,
            status=old.status,
            deposit=old.deposit,
            last_update=dtm.of(self.turn.at),
        )
        contents.add_folder(newer, lot=lot.uuid)
        self._link_version(operation, old, newer, lot)

    def _link_version(
        self,
        operation: UpdateEntry | UpdateFolder,
        old: DocumentEntry | Folder,
        newer: DocumentEntry | Folder,
        lot: SubmissionSet,
    ) -> None:
        """The new version is a member of its lot; the links of the old one follow, unless told to stay."""
        contents = self.turn.contents
        carried = self._carried(old.uuid, newer.uuid) if operation.propagate else []
        member = Association(
            self._id_of(operation),
            Relation.HAS_MEMBER,
            lot.uuid,
            newer.uuid,
            membership="Original" if isinstance(newer, DocumentEntry) else "",
            extra=version_slots(operation),
        )
        contents.add_links([*carried, member])
        self.newest[old.logical_id] = newer.uuid

    def _carried(self, old: str, new: str) -> list[Association]:
        """Relationships and memberships of folders, on the new version (xds-wire 7.1)."""
        contents = self.turn.contents
        touching = [link for link in contents.links_touching([old]) if link.status is EntryStatus.APPROVED]
        lots = {lot.uuid for lot in contents.lots_by_uuid(link.source for link in touching)}
        return [
            replace(
                link,
                uuid=self.turn.new_uuid(),
                source=new if link.source == old else link.source,
                target=new if link.target == old else link.target,
            )
            for link in touching
            if link.source not in lots
        ]

    # -- statuses and links

    def _change_status(self, operation: UpdateStatus, target: Target, lot: SubmissionSet) -> None:
        """A deletion takes the former versions of the metadata with it: no search may lead to them (DEC-23)."""
        contents, newest = self.turn.contents, target.uuid
        if not isinstance(target, Association):
            newest = self.newest.get(target.logical_id, target.uuid)
        contents.set_status(newest, operation.new)
        if operation.new is EntryStatus.DELETED and isinstance(target, DocumentEntry):
            for version in contents.by_logical_id(target.logical_id):
                contents.set_status(version.uuid, operation.new)
        contents.add_links([Association(self._id_of(operation), Relation.UPDATES_STATUS, lot.uuid, newest)])

    def _submit(self, operation: SubmitAssociation, lot: SubmissionSet) -> None:
        link = operation.association
        added = replace(
            link,
            uuid=self.uuids[link.uuid],
            source=self.uuids.get(link.source, link.source),
            target=self.uuids.get(link.target, link.target),
            added=dtm.of(self.turn.at) if link.type is Relation.HAS_MEMBER else "",
        )
        told = Association(self._id_of(operation), Relation.SUBMITS_ASSOCIATION, lot.uuid, added.uuid)
        self.turn.contents.add_links([added, told])

    # -- visibility

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


def _made_by(operation: UpdateOperation) -> tuple[str, ...]:
    """The ids that the message gives to what an operation registers."""
    match operation:
        case UpdateEntry(entry):
            made = entry.uuid
        case UpdateFolder(folder):
            made = folder.uuid
        case SubmitAssociation(association):
            made = association.uuid
        case UpdateStatus():
            made = ""
    return tuple(name for name in (made, operation.link) if name)
