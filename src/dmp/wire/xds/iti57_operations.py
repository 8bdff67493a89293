"""Decode the operations of an ITI-57 message: each is an association whose source is the lot (xds-wire 7.1)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from dmp.record.entry import (
    Association,
    DocumentEntry,
    EntryStatus,
    Folder,
    RegistryObjects,
    Relation,
    SubmissionSet,
)
from dmp.record.errors import XdsCode
from dmp.record.submission import (
    PREVIOUS_VERSION,
    PROPAGATION,
    SubmitAssociation,
    UpdateEntry,
    UpdateFolder,
    UpdateOperation,
    UpdateStatus,
)
from dmp.wire.xds import ebrim, syntax
from dmp.wire.xds.findings import Findings, Owner
from dmp.wire.xds.iti57_request import NEW, ORIGINAL

UNDECODABLE = XdsCode.METADATA_UPDATE_OPERATION_ERROR
_RELATIONSHIPS = (Relation.APPENDS, Relation.TRANSFORMS, Relation.SIGNS)
_DEPRECATING = (Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES)


@dataclass(frozen=True)
class Message:
    """The objects of one message, from which its operations are decoded.

    `plain` opens the operations that only plain IHE knows: folders, statuses
    of associations, new associations.
    """

    lot: SubmissionSet
    objects: RegistryObjects
    findings: Findings
    plain: bool

    def operations(self) -> list[UpdateOperation]:
        """Every operation, in order; what cannot be decoded goes to the findings."""
        links = [link for link in self.objects.associations if link.uuid not in self._handed_in]
        found = [operation for link in links if (operation := self._operation(link)) is not None]
        self._check_all_used(found)
        if not self.objects.associations:
            self.findings.add(self.lot.uuid, "Association", "no operation in this message", code=UNDECODABLE)
        _check_targets(found, self.findings)
        return found

    @cached_property
    def _entries(self) -> dict[str, DocumentEntry]:
        """New versions by id; senders also name one by its logical id (xds-wire 7.2)."""
        by_logical_id = {entry.logical_id: entry for entry in self.objects.entries}
        return by_logical_id | {entry.uuid: entry for entry in self.objects.entries}

    @cached_property
    def _folders(self) -> dict[str, Folder]:
        by_logical_id = {folder.logical_id: folder for folder in self.objects.folders}
        return by_logical_id | {folder.uuid: folder for folder in self.objects.folders}

    @cached_property
    def _handed_in(self) -> dict[str, Association]:
        """The associations that a SubmitAssociation of the message hands in, by id."""
        if not self.plain:
            return {}
        named = {link.target for link in self.objects.associations if link.type is Relation.SUBMITS_ASSOCIATION}
        return {
            link.uuid: link for link in self.objects.associations if link.uuid in named and link.source not in named
        }

    @cached_property
    def _new_ids(self) -> frozenset[str]:
        return frozenset(new.uuid for new in (*self.objects.entries, *self.objects.folders))

    def _operation(self, link: Association) -> UpdateOperation | None:
        owner = self.findings.of(link.uuid)
        self._check_source(link, owner)
        match link.type:
            case Relation.HAS_MEMBER:
                return self._new_version(link, owner)
            case Relation.UPDATES_STATUS:
                return self._update_status(link, owner)
            case Relation.SUBMITS_ASSOCIATION if self.plain:
                return self._submit_association(link, owner)
        owner.add("associationType", "not an operation of this service", value=link.type, code=UNDECODABLE)
        return None

    def _check_source(self, link: Association, owner: Owner) -> None:
        """An operation starts from the lot; a symbolic name of nothing else means it too (xds-wire 7.2)."""
        symbolic = not ebrim.is_uuid_urn(link.source) and link.source not in self._new_ids
        if link.source != self.lot.uuid and not symbolic:
            owner.add("sourceObject", "not the submission set", value=link.source, code=UNDECODABLE)

    def _new_version(self, link: Association, owner: Owner) -> UpdateEntry | UpdateFolder | None:
        previous, propagate = _previous_version(link, owner), _propagation(link, owner)
        if self.plain and link.target in self._folders:
            folder = self._folders[link.target]
            _check_logical_id(folder, owner)
            return UpdateFolder(folder, previous, propagate=propagate, link=link.uuid)
        if link.membership != "Original":
            owner.add("SubmissionSetStatus", "not Original", value=link.membership, code=UNDECODABLE)
        entry = self._entries.get(link.target)
        if entry is None:
            owner.add("targetObject", "not a document entry of this message", value=link.target, code=UNDECODABLE)
            return None
        if entry.logical_id == entry.uuid:
            owner.add("lid", "also the id of the new version", value=entry.uuid)
        return UpdateEntry(entry, previous, propagate=propagate, link=link.uuid)

    def _update_status(self, link: Association, owner: Owner) -> UpdateStatus | None:
        original, new = _status(link, ORIGINAL, owner), _status(link, NEW, owner)
        if any(name == PREVIOUS_VERSION for name, _ in link.extra):
            owner.add(PREVIOUS_VERSION, "not used by this operation", code=UNDECODABLE)
        if link.target == self.lot.uuid:
            owner.add("targetObject", "a submission set has no status to change", value=link.target)
        elif not ebrim.is_uuid_urn(link.target) and link.target not in self._new_ids:
            owner.add("targetObject", "not the UUID of a registered object", value=link.target, code=UNDECODABLE)
        if original is None or new is None:
            return None
        if original is new:
            owner.add(NEW, "the same as OriginalStatus", value=new, code=UNDECODABLE)
        return UpdateStatus(link.target, original, new, link=link.uuid)

    def _submit_association(self, link: Association, owner: Owner) -> SubmitAssociation | None:
        handed_in = self._handed_in.get(link.target)
        if handed_in is None:
            owner.add("targetObject", "not an association of this message", value=link.target, code=UNDECODABLE)
            return None
        self._check_handed_in(handed_in, self.findings.of(handed_in.uuid))
        return SubmitAssociation(handed_in, link=link.uuid)

    def _check_handed_in(self, link: Association, owner: Owner) -> None:
        """A relationship of two documents, or a document put into a folder; replacing is a submission."""
        if link.type in _DEPRECATING:
            owner.add("associationType", "a replacement comes with its document", value=link.type)
        elif link.type not in (*_RELATIONSHIPS, Relation.HAS_MEMBER):
            owner.add("associationType", "not a link that can be added", value=link.type, code=UNDECODABLE)
        for name, end in (("sourceObject", link.source), ("targetObject", link.target)):
            if not ebrim.is_uuid_urn(end) and end not in self._new_ids:
                owner.add(name, "neither in this message nor the UUID of a registered object", value=end)
        if link.source == link.target:
            owner.add("targetObject", "also the source", value=link.target)

    def _check_all_used(self, operations: Iterable[UpdateOperation]) -> None:
        used = {new.uuid for operation in operations if (new := _new_object(operation)) is not None}
        for kind, new in (("entry", self.objects.entries), ("folder", self.objects.folders)):
            for unused in [each.uuid for each in new if each.uuid not in used]:
                self.findings.add(unused, "HasMember", f"no operation updates this {kind}", code=UNDECODABLE)


def _new_object(operation: UpdateOperation) -> DocumentEntry | Folder | None:
    match operation:
        case UpdateEntry(entry):
            return entry
        case UpdateFolder(folder):
            return folder
        case _:
            return None


def _check_logical_id(folder: Folder, owner: Owner) -> None:
    if not (ebrim.is_uuid_urn(folder.logical_id) and syntax.is_uuid(folder.logical_id[9:])):
        owner.add("lid", "not the UUID of a registered folder", value=folder.logical_id)
    elif folder.logical_id == folder.uuid:
        owner.add("lid", "also the id of the new version", value=folder.uuid)


def _previous_version(link: Association, owner: Owner) -> int:
    previous = _slot(link, PREVIOUS_VERSION, owner)
    if previous and not syntax.is_version(previous):
        owner.add(PREVIOUS_VERSION, "not a positive integer", value=previous, code=UNDECODABLE)
        previous = ""
    return int(previous or "1")


def _propagation(link: Association, owner: Owner) -> bool:
    """Yes unless told otherwise."""
    if not any(name == PROPAGATION for name, _ in link.extra):
        return True
    told = _slot(link, PROPAGATION, owner)
    if told and told not in ("yes", "no"):
        owner.add(PROPAGATION, "neither yes nor no", value=told, code=UNDECODABLE)
    return told != "no"


def _status(link: Association, name: str, owner: Owner) -> EntryStatus | None:
    text = _slot(link, name, owner)
    try:
        return EntryStatus(text) if text else None
    except ValueError:
        owner.add(name, "unknown status", value=text, code=UNDECODABLE)
        return None


def _slot(link: Association, name: str, owner: Owner) -> str:
    """The one value of a slot of an operation."""
    values = next((values for held, values in link.extra if held == name), ())
    if len(values) != 1 or not values[0].strip():
        owner.add(name, "exactly one value is needed", code=UNDECODABLE)
        return ""
    return values[0].strip()


def _check_targets(operations: Iterable[UpdateOperation], findings: Findings) -> None:
    """One update at most for each logical object, one change of status for each object.

    A link is added to a new version by hand, or carried over to it, not both.
    """
    operations = tuple(operations)
    for target, count in Counter(_targets(operations)).items():
        if count > 1:
            findings.add(target[1], "lid", "two operations for one object")
    carried = {
        new.uuid
        for operation in operations
        if isinstance(operation, UpdateEntry | UpdateFolder) and operation.propagate
        if (new := _new_object(operation)) is not None
    }
    for operation in operations:
        if isinstance(operation, SubmitAssociation):
            ends = {operation.association.source, operation.association.target}
            for end in sorted(ends & carried):
                what = "links are also carried over to this new version"
                findings.add(operation.association.uuid, PROPAGATION, what, value=end, code=UNDECODABLE)


def _targets(operations: Iterable[UpdateOperation]) -> Iterator[tuple[str, str]]:
    for operation in operations:
        match operation:
            case UpdateEntry(entry):
                yield "version", entry.logical_id
            case UpdateFolder(folder):
                yield "version", folder.logical_id
            case UpdateStatus(target):
                yield "status", target
            case SubmitAssociation(association):
                yield "association", association.uuid
