"""What an update may change, and which right each change needs (xds-wire 7.1 to 7.3)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from dmp.record.codes import keys
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation
from dmp.record.errors import Problem, XdsCode
from dmp.record.hl7text import Cx
from dmp.record.profile import Profile
from dmp.record.record import Record
from dmp.record.submission import UpdateEntry, UpdateFolder, UpdateStatus
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents

Target = DocumentEntry | Folder | Association
REPLACING = (Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES)

STATUS_VERBS = {
    (EntryStatus.APPROVED, EntryStatus.ARCHIVED): Verb.ARCHIVE,
    (EntryStatus.ARCHIVED, EntryStatus.APPROVED): Verb.UNARCHIVE,
    (EntryStatus.APPROVED, EntryStatus.DELETED): Verb.DELETE,
    (EntryStatus.ARCHIVED, EntryStatus.DELETED): Verb.DELETE,
    (EntryStatus.DEPRECATED, EntryStatus.DELETED): Verb.DELETE,
}
"""The status machine (xds-wire 7.3): every other change is refused."""

PLAIN_STATUSES = {
    (EntryStatus.APPROVED, EntryStatus.DEPRECATED),
    (EntryStatus.DEPRECATED, EntryStatus.APPROVED),
}
"""What plain IHE adds, for entries, folders and links: it asks for the right to change metadata."""

ASSIGNED_HERE = {
    "uuid", "logical_id", "version", "status", "chain", "deposit", "visibility", "confidentiality", "hash", "size",
    "repository_unique_id", "extra", "uri", "availability", "home",
}  # fmt: skip
"""Attributes that the registry sets itself, that are compared apart, or that may come back otherwise unmeant."""

IDENTIFIER_ERRORS = {
    "unique_id": XdsCode.METADATA_IDENTIFIER_ERROR,
    "object_type": XdsCode.OBJECT_TYPE_ERROR,
}
"""Attributes that no profile lets change, and how it is told."""
FRENCH_ERRORS = IDENTIFIER_ERRORS | {"patient_cx": XdsCode.PATIENT_ID_RECONCILIATION_ERROR}


@dataclass(frozen=True)
class Rules:
    """What the operations are checked against: the profile, and the record with what it holds."""

    profile: Profile
    record: Record
    contents: RecordContents

    @property
    def plain(self) -> bool:
        """Plain IHE, where every attribute but those that identify may change."""
        return not self.profile.french


def status_verb(operation: UpdateStatus, entry: DocumentEntry, *, plain: bool) -> Verb:
    """The right that a change of status needs; one that does not exist needs the right to know the document."""
    change = entry.status, operation.new
    if plain and change in PLAIN_STATUSES:
        return Verb.MASK
    return STATUS_VERBS.get(change, Verb.FIND_REFERENCE)


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


def entry_problems(operation: UpdateEntry, entry: DocumentEntry, rules: Rules) -> Iterator[Problem]:
    """What is wrong with a new version of `entry`, the current one."""
    new = operation.entry
    yield from _version_problems(new.logical_id, operation.previous_version, entry)
    yield from _unmodifiable(new, entry, rules)
    yield from _patient_problems(new, rules)
    yield from _irreversible(new.visibility, entry.visibility, new.logical_id)


def folder_problems(operation: UpdateFolder, folder: Folder, rules: Rules) -> Iterator[Problem]:
    """What is wrong with a new version of `folder`, the current one."""
    new = operation.folder
    yield from _version_problems(new.logical_id, operation.previous_version, folder)
    if new.unique_id != folder.unique_id:
        context = f"{new.logical_id} unique_id: this attribute may not change"
        yield Problem(XdsCode.METADATA_IDENTIFIER_ERROR, context)
    yield from _patient_problems(new, rules)


def status_problems(operation: UpdateStatus, target: Target, rules: Rules) -> Iterator[Problem]:
    """What is wrong with a change of the status of an entry, a folder or a link."""
    named, change = operation.target, (operation.original, operation.new)
    known = change in PLAIN_STATUSES if rules.plain else False
    if isinstance(target, DocumentEntry):
        known = known or change in STATUS_VERBS
    if _is_former(target, rules.contents):
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{named} targetObject: a newer version has replaced this one")
    elif operation.original is not target.status:
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{named} OriginalStatus: not the status of the object")
    elif not known:
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{named} NewStatus: this change of status does not exist")
    elif operation.new is EntryStatus.APPROVED and _is_replaced(target, rules.contents):
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{named} NewStatus: another document has replaced this one")
    elif isinstance(target, Association) and not _is_free(target, rules.contents):
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{named} targetObject: a link that its lot keeps as it is")


def link_problems(
    link: Association,
    ends: tuple[DocumentEntry | Folder | None, DocumentEntry | Folder | None],
    rules: Rules,
) -> Iterator[Problem]:
    """What is wrong with a new link between two registered objects: both Approved, and of the right kinds."""
    source, target = ends
    for name, end in (("sourceObject", source), ("targetObject", target)):
        if end is not None and end.status is not EntryStatus.APPROVED:
            yield Problem(XdsCode.DEPRECATED_DOCUMENT, f"{link.uuid} {name}: not Approved")
    membership = link.type is Relation.HAS_MEMBER
    if not isinstance(source, Folder if membership else DocumentEntry):
        kind = "folder" if membership else "document entry"
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{link.uuid} sourceObject: not a {kind} of this record")
    if not isinstance(target, DocumentEntry):
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{link.uuid} targetObject: not a document entry of this record")
    same = (link.type, link.source, link.target)
    known = rules.contents.links_touching([link.source])
    if any((k.type, k.source, k.target) == same and k.status is EntryStatus.APPROVED for k in known):
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{link.uuid}: this link is already registered")


def _version_problems(target: str, previous: int, current: DocumentEntry | Folder) -> Iterator[Problem]:
    if current.version != previous:
        context = f"{target} PreviousVersion: {previous} is not the current version"
        yield Problem(XdsCode.METADATA_VERSION_ERROR, context)
    if current.status is not EntryStatus.APPROVED:
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{target} status: only an Approved object can be updated")


def _patient_problems(new: DocumentEntry | Folder, rules: Rules) -> Iterator[Problem]:
    """Another identifier of the same person may take the place; another person's record is behind another door."""
    if rules.plain and Cx.parse(new.patient_cx).patient not in rules.record.identifiers:
        yield Problem(XdsCode.PATIENT_ID_RECONCILIATION_ERROR, f"{new.logical_id} patientId: another patient")


def _is_former(target: Target, contents: RecordContents) -> bool:
    match target:
        case DocumentEntry():
            return any(other.version > target.version for other in contents.by_logical_id(target.logical_id))
        case Folder():
            return any(other.version > target.version for other in contents.folders_by_logical_id(target.logical_id))
        case Association():
            return False


def _is_replaced(target: Target, contents: RecordContents) -> bool:
    """What a document of the record replaces stays Deprecated as long as that link stands."""
    if not isinstance(target, DocumentEntry):
        return False
    return any(
        link.target == target.uuid and link.type in REPLACING and link.status is EntryStatus.APPROVED
        for link in contents.links_touching([target.uuid])
    )


def _is_free(link: Association, contents: RecordContents) -> bool:
    """Links of documents, and members of folders; those of a lot are what was signed and sent."""
    if link.type is Relation.HAS_MEMBER:
        return bool(contents.folders_by_uuid([link.source]))
    return link.type in (Relation.APPENDS, Relation.TRANSFORMS, *REPLACING)


def _unmodifiable(new: DocumentEntry, old: DocumentEntry, rules: Rules) -> Iterator[Problem]:
    """In the French profile only the confidentialityCode may change: the rest is imputed to the author (xds-wire 7.1).

    Plain IHE keeps what identifies the document.
    """
    told = IDENTIFIER_ERRORS if rules.plain else FRENCH_ERRORS
    for name in _changed(new, old):
        if name in told or not rules.plain:
            code = told.get(name, XdsCode.UNMODIFIABLE_METADATA)
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
