"""What ties the objects of a submission together: members, relationships, one patient, unique ids (xds-wire 2)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dmp.record.entry import Association, DocumentEntry, Folder, RegistryObjects, Relation, SubmissionSet, unique_key
from dmp.record.errors import XdsCode
from dmp.wire.xds import ebrim
from dmp.wire.xds.findings import Findings, Owner

_DEPRECATING = frozenset({Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES})
_RELATIONSHIPS = _DEPRECATING | {Relation.APPENDS, Relation.TRANSFORMS, Relation.SIGNS}
_OF_UPDATES = frozenset({Relation.UPDATES_STATUS, Relation.SUBMITS_ASSOCIATION})


def the_submission_set(objects: RegistryObjects, findings: Findings) -> SubmissionSet | None:
    """The one submission set of the message (check 2), None when there is not exactly one."""
    if len(objects.submission_sets) == 1:
        return objects.submission_sets[0]
    count = str(len(objects.submission_sets))
    findings.add("RegistryObjectList", "SubmissionSet", "exactly one is needed, found", value=count)
    return None


@dataclass(frozen=True)
class _Message:
    """The ids of what one message holds, by kind; `placements` are its links from a folder to a document."""

    lot: str
    entries: frozenset[str]
    folders: frozenset[str]
    placements: frozenset[str]

    def is_elsewhere(self, uuid: str) -> bool:
        """Tell the UUID of what may be registered already."""
        here = uuid == self.lot or uuid in self.entries or uuid in self.folders or uuid in self.placements
        return ebrim.is_uuid_urn(uuid) and not here


def check_links(lot: SubmissionSet, objects: RegistryObjects, findings: Findings) -> None:
    """Check every association of a submission, and that each entry and folder is a member once (check 3)."""
    members = [link for link in objects.associations if link.type is Relation.HAS_MEMBER]
    message = _Message(
        lot.uuid,
        frozenset(entry.uuid for entry in objects.entries),
        frozenset(folder.uuid for folder in objects.folders),
        frozenset(link.uuid for link in members if link.source != lot.uuid),
    )
    for association in objects.associations:
        owner = findings.of(association.uuid)
        if association.type is Relation.HAS_MEMBER:
            _check_member(association, message, owner)
        elif association.type in _RELATIONSHIPS:
            _check_relationship(association, message, owner)
        else:
            code = XdsCode.REGISTRY_METADATA_ERROR if association.type in _OF_UPDATES else None
            owner.add("associationType", "not accepted in a submission", value=association.type, code=code)
    _check_all_members(objects, lot.uuid, findings)


def _check_member(link: Association, message: _Message, owner: Owner) -> None:
    """From the submission set to a document, a folder or a placement; or from a folder to a document."""
    if link.source != message.lot:
        _check_placement(link, message, owner)
    elif link.target in message.entries and link.membership != "Original":
        owner.add("SubmissionSetStatus", "not Original, and the document is in this message", value=link.membership)
    elif link.target in message.entries | message.folders | message.placements:
        return
    elif not message.is_elsewhere(link.target):
        owner.add("targetObject", "neither of this message nor the UUID of a registered entry", value=link.target)
    elif link.membership != "Reference":
        owner.add(
            "SubmissionSetStatus", "not Reference, and the document is not in this message", value=link.membership
        )


def _check_placement(link: Association, message: _Message, owner: Owner) -> None:
    """What puts a document in a folder, each of this message or registered (xds-wire 2.3)."""
    if link.source not in message.folders and not message.is_elsewhere(link.source):
        owner.add("sourceObject", "neither the submission set nor a folder", value=link.source)
    if link.target not in message.entries and not message.is_elsewhere(link.target):
        owner.add("targetObject", "not a document that can be put in a folder", value=link.target)


def _check_relationship(link: Association, message: _Message, owner: Owner) -> None:
    """The source is a new document; the target a registered one, or a new one that it does not deprecate."""
    if link.source not in message.entries:
        owner.add("sourceObject", "not a document entry of this message", value=link.source)
    if link.target == message.lot and link.type is Relation.SIGNS:
        return
    if link.target in message.entries:
        if link.target == link.source or link.type in _DEPRECATING:
            owner.add("targetObject", "may not be a document of this message", value=link.target)
    elif not message.is_elsewhere(link.target):
        owner.add("targetObject", "neither in this message nor the UUID of a registered object", value=link.target)


def _check_all_members(objects: RegistryObjects, lot: str, findings: Findings) -> None:
    links = Counter(a.target for a in objects.associations if a.type is Relation.HAS_MEMBER and a.source == lot)
    for held in (*objects.entries, *objects.folders):
        if links[held.uuid] != 1:
            findings.add(held.uuid, "HasMember", "must be a member of the submission set, once")


def check_patients(
    lot: SubmissionSet,
    held: Iterable[DocumentEntry | Folder],
    findings: Findings,
    *,
    code: XdsCode = XdsCode.PATIENT_ID_DOES_NOT_MATCH,
) -> None:
    """One patient in the whole message, by number and root (check 5, DEC-102); the value is never shown."""
    patient = _patient_key(lot.patient_cx)
    for one in held:
        if patient and one.patient_cx and _patient_key(one.patient_cx) != patient:
            findings.add(one.uuid, "patientId", "not the patient of the submission set", code=code)


def _patient_key(cx: str) -> tuple[str, ...]:
    """Number and authority of a CX; the type and the date are not compared (xds-wire 4.5)."""
    return tuple(cx.split("^")[:4]) if cx else ()


def check_unique_ids(objects: RegistryObjects, findings: Findings, *, code: XdsCode) -> None:
    """No uniqueId may stand twice in one message (check 8)."""
    seen: set[str] = set()
    for holder in (*objects.submission_sets, *objects.entries, *objects.folders):
        key = unique_key(holder.unique_id)
        if key and key in seen:
            findings.add(holder.uuid, "uniqueId", "used twice in this message", value=holder.unique_id, code=code)
        seen.add(key)
