"""One change to one document, as a page asks for it (TD3.3): it becomes the update that ITI-57 would have brought.

The rights, the rules and the writing are those of `UpdateDocuments`; the lot is
made here, in the name of who acts (DEC-54).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dmp.actions.action import Scope, Turn
from dmp.actions.update_documents import UpdateDocuments
from dmp.record import dtm
from dmp.record.actor import Actor, Caller, Professional, Representative, Staff, facility_of, person_id
from dmp.record.codes import Code
from dmp.record.entry import Author, DocumentEntry, EntryStatus, SubmissionSet
from dmp.record.errors import Problem
from dmp.record.facility import facility_xon
from dmp.record.patient import PatientId
from dmp.record.professional import patient_xcn, professional_xcn
from dmp.record.profile import dmp
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.verb import CHANGES, Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx

_NEW_STATUS: Mapping[Verb, EntryStatus] = {
    Verb.ARCHIVE: EntryStatus.ARCHIVED,
    Verb.UNARCHIVE: EntryStatus.APPROVED,
    Verb.DELETE: EntryStatus.DELETED,
}
_BY_CITIZEN = Code("EXP_PATIENT", "1.2.250.1.213.1.1.4.6", "Expression personnelle du patient")
_BY_CARE = Code("07", "1.2.250.1.213.2.2", "Consultation")


@dataclass(frozen=True)
class ChangeDocument:
    """Mask, show, archive, take out of the archive or delete one document, by the entryUUID of any of its versions."""

    patient: PatientId
    document: str
    change: Verb

    def __post_init__(self) -> None:
        """Nothing else is done to a document."""
        if self.change not in CHANGES:
            raise ValueError("not a change of a document")

    @property
    def verb(self) -> Verb:
        """What is done."""
        return self.change

    @property
    def about(self) -> tuple[str, ...]:
        """The document."""
        return (self.document,)

    def scope(self, tx: Tx) -> Scope:
        """As for the update; what is not there is asked about like what is hidden (DEC-10)."""
        record = tx.records.of(self.patient)
        entry = newest(tx.inside(record), self.document) if record is not None else None
        return self._update(entry, SubmissionSet("", "", "", "", "", _BY_CARE)).scope(tx)

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Do it; returns no warning.

        Raises:
            DocumentNotFound: it is not in this record, or may not be known.
            Refused: a rule of the update stands against it: masked and hidden from the patient at once (AR-20).
        """
        return self._update(newest(turn.contents, self.document), self._lot(turn)).apply(turn)

    def _update(self, entry: DocumentEntry | None, lot: SubmissionSet) -> UpdateDocuments:
        if entry is None:
            operation = UpdateStatus(self.document, EntryStatus.APPROVED, EntryStatus.ARCHIVED)
        elif self.change in _NEW_STATUS:
            operation = UpdateStatus(entry.uuid, entry.status, _NEW_STATUS[self.change])
        else:
            changed = replace(entry, uuid="Document01", visibility=changed_by(self.change, entry.visibility))
            operation = UpdateEntry(changed, entry.version)
        return UpdateDocuments(self.patient, MetadataUpdate(lot, (operation,)), dmp())

    def _lot(self, turn: Turn) -> SubmissionSet:
        facility = facility_of(turn.caller.actor)
        entry = newest(turn.contents, self.document)
        return SubmissionSet(
            uuid="SubmissionSet01",
            unique_id=_new_oid(turn),
            patient_cx=entry.patient_cx if entry is not None else "",
            source_id=_new_oid(turn),
            submission_time=dtm.of(turn.at),
            content_type=_BY_CARE if facility is not None else _BY_CITIZEN,
            authors=(_author(turn.caller, self.patient),),
        )


def newest(contents: RecordContents, document: str) -> DocumentEntry | None:
    """The document of an entryUUID in the newest version of its metadata: a change gives it another id."""
    found = next(iter(contents.by_uuid((document,))), None)
    if found is None or found.is_signature:
        return None
    return max(contents.by_logical_id(found.logical_id), key=lambda entry: entry.version)


def changed_by(change: Verb, visibility: Visibility) -> Visibility:
    """What hides a document after a change of it."""
    match change:
        case Verb.MASK | Verb.UNMASK:
            return replace(visibility, masked=change is Verb.MASK)
        case Verb.RELEASE:
            return replace(visibility, hidden_from_patient_since=None)
        case Verb.HIDE_FROM_GUARDIANS | Verb.RELEASE_TO_GUARDIANS:
            return replace(visibility, hidden_from_guardians=change is Verb.HIDE_FROM_GUARDIANS)
        case _:
            return visibility


def _author(caller: Caller, patient: PatientId) -> Author:
    actor, facility = caller.actor, facility_of(caller.actor)
    if facility is None:
        who = patient_xcn(PatientId(person_id(actor), patient.root), _name(actor))
        return Author(person=who.text)
    return Author(
        person=professional_xcn(person_id(actor), _name(actor)).text, institutions=(facility_xon(facility).text,)
    )


def _name(actor: Actor) -> str:
    return actor.name if isinstance(actor, Professional | Staff | Representative) else ""


def _new_oid(turn: Turn) -> str:
    return f"2.25.{int(turn.new_id().replace('-', ''), 16)}"
