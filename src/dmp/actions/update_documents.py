"""Change what is registered (ITI-57): mask, show, archive, delete (TD3.3a to d)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from dmp.actions.action import Ask, Scope, Turn
from dmp.record.codes import keys
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Relation, SubmissionSet
from dmp.record.errors import DocumentNotFound, Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx

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
"""Attributes that the registry sets itself, or that a caller may send back otherwise without meaning a change."""

IDENTIFIER_ERRORS = {
    "unique_id": XdsCode.METADATA_IDENTIFIER_ERROR,
    "patient_cx": XdsCode.PATIENT_ID_RECONCILIATION_ERROR,
    "object_type": XdsCode.OBJECT_TYPE_ERROR,
}


@dataclass(frozen=True)
class UpdateDocuments:
    """The operations of one message, on one record."""

    patient: PatientId
    update: MetadataUpdate

    verb = Verb.MASK

    @property
    def about(self) -> tuple[str, ...]:
        """The targets: logical ids and entryUUIDs."""
        return tuple(_target(operation) for operation in self.update.operations)

    def scope(self, tx: Tx) -> Scope:
        """The record and each target, with the right that its change needs."""
        record = tx.records.of(self.patient)
        if record is None:
            return Scope(None, (Ask(self.verb),))
        contents = tx.inside(record)
        asks = [ask for operation in self.update.operations for ask in _asks(operation, contents)]
        # First a right that says the same whether the targets exist or not (DEC-10).
        return Scope(record, (Ask(Verb.FIND_REFERENCE), *asks), asks[0].verb if asks else self.verb)

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Check and do every operation; returns no warning.

        Raises:
            DocumentNotFound: a target is not in this record, or may not be known.
            Refused: an operation breaks a rule of xds-wire 7.1 to 7.3; none is done.
        """
        known = {entry.logical_id: entry for entry in turn.entries} | {entry.uuid: entry for entry in turn.entries}
        for operation in self.update.operations:
            if _target(operation) not in known:
                raise DocumentNotFound(_target(operation))
        lot = replace(self.update.submission_set, uuid=turn.new_uuid())
        before = turn.contents.lot_fingerprint(lot.unique_id)
        if before is not None:
            context = f"{lot.unique_id}: a lot with this uniqueId is already in the record"
            raise Refused(Problem(XdsCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, context))
        problems = [p for op in self.update.operations for p in _problems(op, known[_target(op)])]
        if problems:
            raise Refused(*problems)
        turn.contents.add_lot(lot, turn.contents.fingerprint(f"update {lot.unique_id}"))
        wanted: dict[str, Visibility] = {}
        for operation in self.update.operations:
            entry = known[_target(operation)]
            if isinstance(operation, UpdateStatus):
                _change_status(operation, entry, turn, lot)
            else:
                _new_version(entry, turn, lot)
                wanted[entry.chain] = operation.entry.visibility
        if wanted:
            _set_visibility(wanted, turn)
        return ()


def _target(operation: UpdateEntry | UpdateStatus) -> str:
    return operation.entry.logical_id if isinstance(operation, UpdateEntry) else operation.target


def _asks(operation: UpdateEntry | UpdateStatus, contents: RecordContents) -> Iterable[Ask]:
    if isinstance(operation, UpdateStatus):
        for entry in contents.by_uuid([operation.target]):
            verb = STATUS_VERBS.get((entry.status, operation.new), Verb.FIND_REFERENCE)
            yield Ask(verb, entry, named=operation.target)
        return
    versions = contents.by_logical_id(operation.entry.logical_id)
    if versions:
        current = max(versions, key=lambda entry: entry.version)
        for verb in _verbs(current.visibility, operation.entry.visibility):
            yield Ask(verb, current, named=operation.entry.logical_id)


def _verbs(old: Visibility, new: Visibility) -> tuple[Verb, ...]:
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


def _problems(operation: UpdateEntry | UpdateStatus, entry: DocumentEntry) -> Iterable[Problem]:
    if isinstance(operation, UpdateStatus):
        yield from _status_problems(operation, entry)
        return
    target = operation.entry.logical_id
    if entry.version != operation.previous_version:
        context = f"{target} PreviousVersion: {operation.previous_version} is not the current version"
        yield Problem(XdsCode.METADATA_VERSION_ERROR, context)
    if entry.status is not EntryStatus.APPROVED:
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, f"{target} status: only an Approved entry can be updated")
    yield from _unmodifiable(operation.entry, entry)
    yield from _irreversible(operation.entry.visibility, entry.visibility, target)


def _status_problems(operation: UpdateStatus, entry: DocumentEntry) -> Iterable[Problem]:
    if operation.original is not entry.status:
        context = f"{operation.target} OriginalStatus: not the status of the entry"
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, context)
    elif (operation.original, operation.new) not in STATUS_VERBS:
        context = f"{operation.target} NewStatus: this change of status does not exist"
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, context)


def _unmodifiable(new: DocumentEntry, old: DocumentEntry) -> Iterable[Problem]:
    """Only the confidentialityCode may change: hash, author or date would break imputability (xds-wire 7.1)."""
    for field in fields(DocumentEntry):
        name = field.name
        if name in ASSIGNED_HERE or _same(getattr(new, name), getattr(old, name)):
            continue
        code = IDENTIFIER_ERRORS.get(name, XdsCode.UNMODIFIABLE_METADATA)
        yield Problem(code, f"{new.logical_id} {name}: this attribute may not change")
    if new.hash and new.hash != old.hash:
        yield Problem(XdsCode.UNMODIFIABLE_METADATA, f"{new.logical_id} hash: this attribute may not change")
    if keys(new.confidentiality) != keys(old.confidentiality):
        context = f"{new.logical_id} confidentialityCode: N, R and V may not change"
        yield Problem(XdsCode.UNMODIFIABLE_METADATA, context)


def _same(new: object, old: object) -> bool:
    """Labels are never compared (DEC-103)."""
    return _without_labels(new) == _without_labels(old)


def _without_labels(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_without_labels(item) for item in value)
    code, system = getattr(value, "code", None), getattr(value, "system", None)
    return value if code is None else (code, system)


def _irreversible(new: Visibility, old: Visibility, target: str) -> Iterable[Problem]:
    """Hidden from the patient is set at deposit only and can only be lifted (xds-wire 7.2, TD3.3b)."""
    if new.hidden_from_patient_since is not None and old.hidden_from_patient_since is None:
        context = f"{target} confidentialityCode: INVISIBLE_PATIENT can be set at deposit only"
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, context)
    elif new.masked and new.hidden_from_patient_since is not None:
        context = f"{target} confidentialityCode: MASQUE_PS and INVISIBLE_PATIENT exclude each other (AR-20)"
        yield Problem(XdsCode.METADATA_UPDATE_ERROR, context)


def _change_status(operation: UpdateStatus, entry: DocumentEntry, turn: Turn, lot: SubmissionSet) -> None:
    turn.contents.set_status(entry.uuid, operation.new)
    _settle_lot(entry, turn)
    turn.contents.add_links([_link(turn, Relation.UPDATES_STATUS, lot.uuid, entry.uuid)])


def _new_version(entry: DocumentEntry, turn: Turn, lot: SubmissionSet) -> None:
    """A new row under the same logical id; the old one becomes Deprecated, its links follow (xds-wire 7.1)."""
    contents, uuid = turn.contents, turn.new_uuid()
    contents.set_status(entry.uuid, EntryStatus.DEPRECATED)
    newer = replace(entry, uuid=uuid, version=entry.version + 1)
    contents.add_entry(newer, lot=lot.uuid, document=contents.document_of(entry.uuid))
    moved = [
        replace(
            link,
            uuid=turn.new_uuid(),
            source=uuid if link.source == entry.uuid else link.source,
            target=uuid if link.target == entry.uuid else link.target,
        )
        for link in contents.links_touching([entry.uuid])
        if link.type is not Relation.HAS_MEMBER
    ]
    member = _link(turn, Relation.HAS_MEMBER, lot.uuid, uuid)
    contents.add_links([*moved, replace(member, membership="Original")])


def _set_visibility(wanted: dict[str, Visibility], turn: Turn) -> None:
    """Each whole chain takes its new visibility; the announcement timer keeps its start (DEC-2, DEC-24)."""
    record = turn.known_record
    visibility = dict(record.visibility)
    for chain, asked in wanted.items():
        old = visibility.pop(chain, Visibility())
        new = replace(
            asked, hidden_from_patient_since=asked.hidden_from_patient_since and old.hidden_from_patient_since
        )
        if new != Visibility():
            visibility[chain] = new
    turn.tx.records.change(replace(record, visibility=visibility), at=turn.at)


def _settle_lot(entry: DocumentEntry, turn: Turn) -> None:
    """A lot is Archived when all its documents are (xds-wire 4.3)."""
    for lot, held in turn.contents.entries_of_lots().items():
        if entry.uuid in held:
            statuses = {other.status for other in turn.contents.by_uuid(held)}
            archived = statuses == {EntryStatus.ARCHIVED}
            turn.contents.set_lot_status(lot, EntryStatus.ARCHIVED if archived else EntryStatus.APPROVED)


def _link(turn: Turn, relation: Relation, source: str, target: str) -> Association:
    return Association(turn.new_uuid(), relation, source, target)
