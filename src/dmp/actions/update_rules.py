"""What an update may change, and which right each change needs (xds-wire 7.1 to 7.3)."""

from collections.abc import Iterable, Iterator
from dataclasses import fields

from dmp.record.codes import keys
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.errors import Problem, XdsCode
from dmp.record.hl7text import Cx
from dmp.record.profile import Profile
from dmp.record.submission import UpdateEntry, UpdateStatus
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility

STATUS_VERBS = {
    (EntryStatus.APPROVED, EntryStatus.ARCHIVED): Verb.ARCHIVE,
    (EntryStatus.ARCHIVED, EntryStatus.APPROVED): Verb.UNARCHIVE,
    (EntryStatus.APPROVED, EntryStatus.DELETED): Verb.DELETE,
    (EntryStatus.ARCHIVED, EntryStatus.DELETED): Verb.DELETE,
    (EntryStatus.DEPRECATED, EntryStatus.DELETED): Verb.DELETE,
}
"""The status machine (xds-wire 7.3): every other change is refused."""

ASSIGNED_HERE = {
    "uuid", "logical_id", "version", "status", "chain", "deposit", "visibility", "confidentiality", "hash", "size",
    "repository_unique_id", "extra", "uri", "availability", "home",
}  # fmt: skip
"""Attributes that the registry sets itself, that are compared apart, or that may come back otherwise unmeant."""

IDENTIFIER_ERRORS = {
    "unique_id": XdsCode.METADATA_IDENTIFIER_ERROR,
    "patient_cx": XdsCode.PATIENT_ID_RECONCILIATION_ERROR,
    "object_type": XdsCode.OBJECT_TYPE_ERROR,
}
"""Attributes that no profile lets change, and how it is told."""


def status_verb(operation: UpdateStatus, entry: DocumentEntry) -> Verb:
    """The right that a change of status needs; one that does not exist needs the right to know the document."""
    return STATUS_VERBS.get((entry.status, operation.new), Verb.FIND_REFERENCE)


def visibility_verbs(old: Visibility, new: Visibility) -> tuple[Verb, ...]:
    """The rights that a change of visibility needs; an update that changes nothing asks for the right to mask."""
    shown_to_patient = old.hidden_from_patient_since is not None and new.hidden_from_patient_since is None
    changes = (
        (new.masked and not old.masked, Verb.MASK),
        (old.masked and not new.masked, Verb.UNMASK),
        (shown_to_patient, Verb.RELEASE),
        (new.hidden_from_guardians and not old.hidden_from_guardians, Verb.HIDE_FROM_GUARDIANS),
        (old.hidden_from_guardians and not new.hidden_from_guardians, Verb.RELEASE_TO_GUARDIANS),
    )
    return tuple(verb for changed, verb in changes if changed) or (Verb.MASK,)


def entry_problems(operation: UpdateEntry, entry: DocumentEntry, profile: Profile) -> Iterator[Problem]:
    """What is wrong with a new version of `entry`, the current one."""
    target = operation.entry.logical_id
    if entry.version != operation.previous_version:
        context = f"{target} PreviousVersion: {operation.previous_version} is not the current version"
        yield Problem(XdsCode.METADATA_VERSION_ERROR, context)
    if entry.status is not EntryStatus.APPROVED:
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{target} status: only an Approved entry can be updated")
    yield from _unmodifiable(operation.entry, entry, profile)
    yield from _irreversible(operation.entry.visibility, entry.visibility, target)


def status_problems(
    operation: UpdateStatus, entry: DocumentEntry, versions: Iterable[DocumentEntry]
) -> Iterator[Problem]:
    """What is wrong with a change of the status of `entry`; `versions` are all those of its logical document."""
    target = operation.target
    if any(other.version > entry.version for other in versions):
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{target} targetObject: a newer version has replaced this one")
    elif operation.original is not entry.status:
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{target} OriginalStatus: not the status of the entry")
    elif (operation.original, operation.new) not in STATUS_VERBS:
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{target} NewStatus: this change of status does not exist")


def _unmodifiable(new: DocumentEntry, old: DocumentEntry, profile: Profile) -> Iterator[Problem]:
    """In the French profile only the confidentialityCode may change: the rest is imputed to the author (xds-wire 7.1).

    Plain IHE keeps what identifies the document and its patient.
    """
    for name in _changed(new, old):
        if profile.french or name in IDENTIFIER_ERRORS:
            code = IDENTIFIER_ERRORS.get(name, XdsCode.UNMODIFIABLE_METADATA)
            yield Problem(code, f"{new.logical_id} {name}: this attribute may not change")


def _changed(new: DocumentEntry, old: DocumentEntry) -> Iterator[str]:
    """The attributes that differ."""
    for field in fields(DocumentEntry):
        if field.name not in ASSIGNED_HERE and _value(new, field.name) != _value(old, field.name):
            yield field.name
    if new.hash and new.hash != old.hash:
        yield "hash"
    if new.size is not None and new.size != old.size:
        yield "size"
    if keys(new.confidentiality) != keys(old.confidentiality):
        yield "confidentiality"


def _value(entry: DocumentEntry, name: str) -> object:
    """What counts of an attribute: labels are never compared, a patient is number and root (DEC-103, DEC-107)."""
    value: object = getattr(entry, name)
    return Cx.parse(entry.patient_cx).patient if name == "patient_cx" else _without_labels(value)


def _without_labels(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_without_labels(item) for item in value)
    code, system = getattr(value, "code", None), getattr(value, "system", None)
    return value if code is None else (code, system)


def _irreversible(new: Visibility, old: Visibility, target: str) -> Iterator[Problem]:
    """Hidden from the patient is set at deposit only and can only be lifted (xds-wire 7.2, TD3.3b)."""
    if new.hidden_from_patient_since is not None and old.hidden_from_patient_since is None:
        context = f"{target} confidentialityCode: INVISIBLE_PATIENT can be set at deposit only"
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, context)
    elif new.masked and new.hidden_from_patient_since is not None:
        context = f"{target} confidentialityCode: MASQUE_PS and INVISIBLE_PATIENT exclude each other (AR-20)"
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, context)
