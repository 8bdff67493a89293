"""ITI-57 Update Document Set: mask, release, delete, archive (TD3.3, xds-wire 7)."""

from collections import Counter
from datetime import datetime

from dmp.record.entry import Association, DocumentEntry, EntryStatus, RegistryObjects, Relation, SubmissionSet
from dmp.record.errors import XdsCode
from dmp.record.profile import Profile
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.wire.xds import ebrim, links, metadata, syntax
from dmp.wire.xds.ebrim import Element
from dmp.wire.xds.findings import Findings, Owner
from dmp.wire.xds.iti41 import object_list
from dmp.wire.xds.iti57_request import NEW, ORIGINAL, PREVIOUS, write_request
from dmp.wire.xds.rules import Rules, Stage

__all__ = ["read", "write_request"]

_UNDECODABLE = XdsCode.METADATA_UPDATE_OPERATION_ERROR


def read(body: Element, *, profile: Profile, at: datetime) -> MetadataUpdate:
    """Read an lcm:SubmitObjectsRequest of updates; `at` starts the timer of what is hidden from the patient.

    A status may be changed on an entry that the same message updates: its
    target is then the id of that entry in the message. Updates of folders
    and SubmitAssociation are refused.

    Raises:
        InvalidMessage: the body is not such a request.
        Refused: every broken rule: `XDSMetadataUpdateError` for metadata,
            `XDSMetadataUpdateOperationError` for operations.
    """
    findings = Findings(XdsCode.METADATA_UPDATE_ERROR)
    rules = Rules(profile, at, Stage.UPDATED)
    objects = metadata.read_objects(object_list(body), rules, findings)
    lot = links.the_submission_set(objects, findings)
    operations: list[UpdateEntry | UpdateStatus] = []
    if lot is not None:
        operations = _operations(lot, objects, findings)
        links.check_patients(lot, objects.entries, findings, code=XdsCode.PATIENT_ID_RECONCILIATION_ERROR)
    links.check_unique_ids(objects, findings, code=XdsCode.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE)
    _check_targets(operations, findings)
    findings.settle()
    (lot,) = objects.submission_sets
    return MetadataUpdate(lot, tuple(operations))


def _operations(lot: SubmissionSet, objects: RegistryObjects, findings: Findings) -> list[UpdateEntry | UpdateStatus]:
    entries = {entry.uuid: entry for entry in objects.entries}
    by_lid = {entry.logical_id: entry for entry in objects.entries}
    operations: list[UpdateEntry | UpdateStatus] = []
    operation: UpdateEntry | UpdateStatus | None
    for link in objects.associations:
        owner = findings.of(link.uuid)
        _check_source(link, lot, entries, owner)
        if link.type is Relation.HAS_MEMBER:
            # Senders also name the new version by its logical id (xds-wire 7.2).
            operation = _update_entry(link, entries.get(link.target) or by_lid.get(link.target), owner)
        else:
            operation = _other_operation(link, lot, entries, owner)
        operations += [operation] if operation else []
    updated = {operation.entry.uuid for operation in operations if isinstance(operation, UpdateEntry)}
    for uuid in entries:
        if uuid not in updated:
            findings.add(uuid, "HasMember", "no operation updates this entry", code=_UNDECODABLE)
    if not objects.associations:
        findings.add(lot.uuid, "Association", "no operation in this message", code=_UNDECODABLE)
    return operations


def _check_source(link: Association, lot: SubmissionSet, entries: dict[str, DocumentEntry], owner: Owner) -> None:
    """An operation starts from the submission set; a symbolic name of nothing else means it too (xds-wire 7.2)."""
    symbolic = not ebrim.is_uuid_urn(link.source) and link.source not in entries
    if link.source != lot.uuid and not symbolic:
        owner.add("sourceObject", "not the submission set", value=link.source, code=_UNDECODABLE)


def _other_operation(
    link: Association, lot: SubmissionSet, entries: dict[str, DocumentEntry], owner: Owner
) -> UpdateStatus | None:
    if link.type is Relation.UPDATES_STATUS:
        return _update_status(link, lot, entries, owner)
    owner.add("associationType", "not an operation of this service", value=link.type, code=_UNDECODABLE)
    return None


def _update_entry(link: Association, entry: DocumentEntry | None, owner: Owner) -> UpdateEntry | None:
    if link.membership != "Original":
        owner.add("SubmissionSetStatus", "not Original", value=link.membership, code=_UNDECODABLE)
    previous = _slot(link, PREVIOUS, owner)
    if previous and not syntax.is_version(previous):
        owner.add(PREVIOUS, "not a positive integer", value=previous, code=_UNDECODABLE)
        previous = ""
    if entry is None:
        owner.add("targetObject", "not a document entry of this message", value=link.target, code=_UNDECODABLE)
        return None
    if entry.logical_id == entry.uuid:
        owner.add("lid", "also the id of the new version", value=entry.uuid)
    return UpdateEntry(entry, int(previous or "1"))


def _update_status(
    link: Association, lot: SubmissionSet, entries: dict[str, DocumentEntry], owner: Owner
) -> UpdateStatus | None:
    original, new = _status(link, ORIGINAL, owner), _status(link, NEW, owner)
    if any(name == PREVIOUS for name, _ in link.extra):
        owner.add(PREVIOUS, "not used by this operation", code=_UNDECODABLE)
    if link.target == lot.uuid:
        owner.add("targetObject", "a submission set has no status to change", value=link.target)
    elif not ebrim.is_uuid_urn(link.target) and link.target not in entries:
        owner.add("targetObject", "not the UUID of a registered object", value=link.target, code=_UNDECODABLE)
    if original is None or new is None:
        return None
    if original is new:
        owner.add(NEW, "the same as OriginalStatus", value=new, code=_UNDECODABLE)
    return UpdateStatus(link.target, original, new)


def _status(link: Association, name: str, owner: Owner) -> EntryStatus | None:
    text = _slot(link, name, owner)
    try:
        return EntryStatus(text) if text else None
    except ValueError:
        owner.add(name, "unknown status", value=text, code=_UNDECODABLE)
        return None


def _slot(link: Association, name: str, owner: Owner) -> str:
    """The one value of a slot of an operation."""
    values = next((values for held, values in link.extra if held == name), ())
    if len(values) != 1 or not values[0].strip():
        owner.add(name, "exactly one value is needed", code=_UNDECODABLE)
        return ""
    return values[0].strip()


def _check_targets(operations: list[UpdateEntry | UpdateStatus], findings: Findings) -> None:
    """One update at most for each logical document, one change of status for each object."""
    updated = Counter(o.entry.logical_id for o in operations if isinstance(o, UpdateEntry))
    changed = Counter(o.target for o in operations if isinstance(o, UpdateStatus))
    for target, count in [*updated.items(), *changed.items()]:
        if count > 1:
            findings.add(target, "lid", "two operations for one object")
