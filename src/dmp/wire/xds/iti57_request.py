"""Write the updates of ITI-57, for a client: mask, release, delete, archive (xds-wire 7.2)."""

from dataclasses import replace

from dmp.record.entry import Association, DocumentEntry, EntryStatus, RegistryObjects, Relation, SubmissionSet
from dmp.record.submission import (
    MetadataUpdate,
    SubmitAssociation,
    UpdateEntry,
    UpdateFolder,
    UpdateOperation,
    UpdateStatus,
    version_slots,
)
from dmp.wire.xds import ebrim, metadata
from dmp.wire.xds.ebrim import Element, add

ORIGINAL, NEW = "OriginalStatus", "NewStatus"


def write_request(update: MetadataUpdate) -> Element:
    """Build the request of a client: one association for each operation, and what it hands in."""
    request = ebrim.root(ebrim.SUBMIT_OBJECTS_REQUEST)
    listed = add(request, ebrim.REGISTRY_OBJECT_LIST)
    handed_in = tuple([o.association for o in update.operations if isinstance(o, SubmitAssociation)])
    objects = RegistryObjects(
        entries=tuple([o.entry for o in update.operations if isinstance(o, UpdateEntry)]),
        submission_sets=(update.submission_set,),
        associations=(*[_link(update.submission_set, o, n) for n, o in enumerate(update.operations)], *handed_in),
        folders=tuple([o.folder for o in update.operations if isinstance(o, UpdateFolder)]),
    )
    metadata.write_objects(listed, objects, registered=False)
    return request


def _link(lot: SubmissionSet, operation: UpdateOperation, order: int) -> Association:
    uuid = operation.link or f"operation-{order + 1}"
    match operation:
        case UpdateEntry(entry):
            slots = version_slots(operation)
            return Association(uuid, Relation.HAS_MEMBER, lot.uuid, entry.uuid, membership="Original", extra=slots)
        case UpdateFolder(folder):
            return Association(uuid, Relation.HAS_MEMBER, lot.uuid, folder.uuid, extra=version_slots(operation))
        case UpdateStatus(target, original, new):
            statuses = ((ORIGINAL, (original.value,)), (NEW, (new.value,)))
            return Association(uuid, Relation.UPDATES_STATUS, lot.uuid, target, extra=statuses)
        case SubmitAssociation(association):
            return Association(uuid, Relation.SUBMITS_ASSOCIATION, lot.uuid, association.uuid)


def mask(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    """Hide a registered document from professionals (TD3.3a)."""
    return _new_version(lot, replace(entry, visibility=replace(entry.visibility, masked=True)))


def unmask(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    """Show a masked document to professionals again (TD3.3a)."""
    return _new_version(lot, replace(entry, visibility=replace(entry.visibility, masked=False)))


def show_to_patient(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    """Make a document visible to the patient, for good (TD3.3b)."""
    return _new_version(lot, replace(entry, visibility=replace(entry.visibility, hidden_from_patient_since=None)))


def show_to_guardians(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    """Make a document visible to the legal representatives, for good (TD3.3b)."""
    return _new_version(lot, replace(entry, visibility=replace(entry.visibility, hidden_from_guardians=False)))


def delete(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    """Withdraw a registered document (TD3.3c)."""
    return _new_status(lot, entry, EntryStatus.DELETED)


def archive(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    """Put a document away (TD3.3d)."""
    return _new_status(lot, entry, EntryStatus.ARCHIVED)


def unarchive(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    """Take a document out of the archive (TD3.3d)."""
    return _new_status(lot, entry, EntryStatus.APPROVED)


def _new_version(lot: SubmissionSet, entry: DocumentEntry) -> MetadataUpdate:
    changed = replace(entry, uuid="Document01", logical_id=entry.logical_id or entry.uuid)
    return MetadataUpdate(lot, (UpdateEntry(changed, entry.version),))


def _new_status(lot: SubmissionSet, entry: DocumentEntry, new: EntryStatus) -> MetadataUpdate:
    return MetadataUpdate(lot, (UpdateStatus(entry.uuid, entry.status, new),))
