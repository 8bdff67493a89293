"""What ties the objects of a submission together: members, relationships, one patient, unique ids (xds-wire 2)."""

from collections import Counter
from collections.abc import Iterable

from dmp.record.entry import Association, DocumentEntry, RegistryObjects, Relation, SubmissionSet, unique_key
from dmp.record.errors import XdsCode
from dmp.wire.xds import ebrim
from dmp.wire.xds.findings import Findings, Owner

_DEPRECATING = frozenset({Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES})
_RELATIONSHIPS = _DEPRECATING | {Relation.APPENDS, Relation.TRANSFORMS, Relation.SIGNS}


def the_submission_set(objects: RegistryObjects, findings: Findings) -> SubmissionSet | None:
    """The one submission set of the message (check 2), None when there is not exactly one."""
    if len(objects.submission_sets) == 1:
        return objects.submission_sets[0]
    count = str(len(objects.submission_sets))
    findings.add("RegistryObjectList", "SubmissionSet", "exactly one is needed, found", value=count)
    return None


def check_links(lot: SubmissionSet, objects: RegistryObjects, findings: Findings) -> None:
    """Check every association of a submission, and that each entry is a member once (check 3)."""
    entries = frozenset(entry.uuid for entry in objects.entries)
    for association in objects.associations:
        owner = findings.of(association.uuid)
        if association.type is Relation.HAS_MEMBER:
            _check_member(association, lot.uuid, entries, owner)
        elif association.type in _RELATIONSHIPS:
            _check_relationship(association, lot.uuid, entries, owner)
        else:
            owner.add("associationType", "not accepted in a submission", value=association.type)
    _check_all_members(objects, lot.uuid, findings)


def _check_member(link: Association, lot: str, entries: frozenset[str], owner: Owner) -> None:
    if link.source != lot:
        owner.add("sourceObject", "only the submission set has members, folders are not supported", value=link.source)
    elif link.target in entries and link.membership != "Original":
        owner.add("SubmissionSetStatus", "not Original, and the document is in this message", value=link.membership)
    elif link.target not in entries and not _is_elsewhere(link.target, lot):
        owner.add("targetObject", "not a document entry of this message", value=link.target)
    elif link.target not in entries and link.membership != "Reference":
        owner.add(
            "SubmissionSetStatus", "not Reference, and the document is not in this message", value=link.membership
        )


def _check_relationship(link: Association, lot: str, entries: frozenset[str], owner: Owner) -> None:
    """The source is a new document; the target a registered one, or a new one that it does not deprecate."""
    if link.source not in entries:
        owner.add("sourceObject", "not a document entry of this message", value=link.source)
    if link.target == lot and link.type is Relation.SIGNS:
        return
    if link.target in entries:
        if link.target == link.source or link.type in _DEPRECATING:
            owner.add("targetObject", "may not be a document of this message", value=link.target)
    elif not _is_elsewhere(link.target, lot):
        owner.add("targetObject", "neither in this message nor the UUID of a registered object", value=link.target)


def _is_elsewhere(target: str, lot: str) -> bool:
    return ebrim.is_uuid_urn(target) and target != lot


def _check_all_members(objects: RegistryObjects, lot: str, findings: Findings) -> None:
    links = Counter(a.target for a in objects.associations if a.type is Relation.HAS_MEMBER and a.source == lot)
    for entry in objects.entries:
        if links[entry.uuid] != 1:
            findings.add(entry.uuid, "HasMember", "must be a member of the submission set, once")


def check_patients(
    lot: SubmissionSet,
    entries: Iterable[DocumentEntry],
    findings: Findings,
    *,
    code: XdsCode = XdsCode.PATIENT_ID_DOES_NOT_MATCH,
) -> None:
    """One patient in the whole message, by number and root (check 5, DEC-102); the value is never shown."""
    patient = _patient_key(lot.patient_cx)
    for entry in entries:
        if patient and entry.patient_cx and _patient_key(entry.patient_cx) != patient:
            findings.add(entry.uuid, "patientId", "not the patient of the submission set", code=code)


def _patient_key(cx: str) -> tuple[str, ...]:
    """Number and authority of a CX; the type and the date are not compared (xds-wire 4.5)."""
    return tuple(cx.split("^")[:4]) if cx else ()


def check_unique_ids(objects: RegistryObjects, findings: Findings, *, code: XdsCode) -> None:
    """No uniqueId may stand twice in one message (check 8)."""
    seen: set[str] = set()
    for holder in (*objects.submission_sets, *objects.entries):
        key = unique_key(holder.unique_id)
        if key and key in seen:
            findings.add(holder.uuid, "uniqueId", "used twice in this message", value=holder.unique_id, code=code)
        seen.add(key)
