"""Feed a record («alimentation», ITI-41, TD2.1 and TD2.2): all of the lot or nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.same_lot import asks_about_namesakes, problems_of_namesakes
from dmp.actions.shown import Shown, asks_to_see_folders
from dmp.actions.submission_writing import Writing, namesakes, twin
from dmp.actions.ties import RELATIONSHIPS, REPLACING, Ties, ties_of
from dmp.documents.intake import Examination
from dmp.record.actor import Caller, facility_of, person_id
from dmp.record.entry import EntryStatus
from dmp.record.errors import DocumentNotFound, Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.submission import Submission
from dmp.record.verb import Verb
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx


@dataclass(frozen=True)
class SubmitDocuments:
    """A lot, and what reading its documents told (`examined`)."""

    patient: PatientId
    submission: Submission
    examined: Examination
    repository_unique_id: str

    verb = Verb.SUBMIT

    @property
    def about(self) -> tuple[str, ...]:
        """The lot, its documents and its folders, by uniqueId."""
        lot = self.submission
        return (lot.submission_set.unique_id, *(held.unique_id for held in (*lot.entries, *lot.folders)))

    def scope(self, tx: Tx) -> Scope:
        """The record, what the lot links to, and what carries the same ids (DEC-4)."""
        record = tx.records.of(self.patient)
        door = Ask(Verb.SUBMIT, deposited=self.submission.entries)
        if record is None:
            return Scope(None, (door,))
        contents, ties = tx.inside(record), ties_of(self.submission, tx, record, self.examined.profile)
        named = [self._ask(name, ties) for name in sorted(ties.names.documents - ties.elsewhere)]
        return Scope(record, (door, *named, *self._asks_about_clashes(contents, ties)))

    def _ask(self, named: str, ties: Ties) -> Ask:
        """The right that a link to a document of the record needs."""
        target = ties.documents.get(named)
        verb = Verb.REPLACE if named in ties.names.replaced else Verb.FIND_REFERENCE
        return Ask(verb, target, named=named, absent=target is None)

    def _asks_about_clashes(self, contents: RecordContents, ties: Ties) -> Iterable[Ask]:
        """May the sender know of what has an id of his lot, and of the folders that he names?"""
        lot, known = self.submission, {entry.uuid for entry in ties.documents.values()}
        entries = {e.uuid: e for e in contents.by_unique_id(entry.unique_id for entry in lot.entries)}
        entries |= {e.uuid: e for e in contents.by_uuid(entry.uuid for entry in lot.entries)}
        folders = {folder.uuid: folder for folder in ties.folders.values()}
        if lot.folders:
            folders |= {f.uuid: f for f in contents.folders_by_unique_id(folder.unique_id for folder in lot.folders)}
            folders |= {f.uuid: f for f in contents.folders_by_uuid(folder.uuid for folder in lot.folders)}
        yield from (Ask(Verb.FIND_REFERENCE, e, optional=True) for e in entries.values() if e.uuid not in known)
        yield from asks_to_see_folders(folders.values(), contents)
        yield from asks_about_namesakes(lot.submission_set, contents)

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Check what only the record can tell, then write everything; returns the warnings.

        Raises:
            DocumentNotFound: a folder is not in this record, or may not be known.
            Refused: every problem found, in the order of xds-wire 2.4.
        """
        contents, lot = turn.contents, self.submission.submission_set
        fingerprint = contents.fingerprint(self._said_by(turn.caller))
        if fingerprint in contents.lots_called(lot.unique_id).values():
            return self.submission.warnings
        ties = ties_of(self.submission, turn.tx, turn.known_record, self.examined.profile)
        shown = Shown(contents, turn.entries)
        for named in sorted(ties.names.folders - ties.elsewhere):
            if named not in shown.folders:
                raise DocumentNotFound(named)
        for clash in problems_of_namesakes(lot, turn):
            raise Refused(clash)
        examined = (*self.examined.problems, *self.examined.about_person(turn.known_record))
        problems = [*self._problems(turn, ties, shown), *examined]
        if any(not problem.warning for problem in problems):
            raise Refused(*problems)
        told = self.examined
        Writing(self.submission, turn, ties, self.repository_unique_id, told.traits, told.said).write(fingerprint)
        return (*self.submission.warnings, *problems)

    def _said_by(self, caller: Caller) -> str:
        """What makes a retry the same: the sender, the lot, its documents to the octet, what it ties (DEC-3)."""
        facility, lot = facility_of(caller.actor), self.submission
        inside = {held.uuid: held.unique_id for held in (*lot.entries, *lot.folders)}
        entries = sorted(lot.entries, key=lambda entry: entry.unique_id)
        octets = (lot.documents[e.uuid].sha256 if e.uuid in lot.documents else e.hash for e in entries)
        documents = (f"{e.unique_id} {told}" for e, told in zip(entries, octets, strict=True))
        folders = sorted(f"folder {folder.unique_id}" for folder in lot.folders)
        outside = (link for link in lot.associations if link.target not in inside and link.target.startswith("urn:"))
        links = sorted(f"{link.type} {inside.get(link.source, '')} {link.target}" for link in outside)
        sender = (person_id(caller.actor), facility.id if facility else "", lot.submission_set.unique_id)
        return "\n".join((*sender, *documents, *folders, *links))

    def _problems(self, turn: Turn, ties: Ties, shown: Shown) -> Iterator[Problem]:
        """Patient, uniqueness and relationships (xds-wire 2.4, checks 6 and 9 to 12)."""
        for named in sorted(ties.elsewhere):
            yield Problem(XdsCode.PATIENT_ID_DOES_NOT_MATCH, f"{named}: an object of another patient")
        yield from self._taken_uuids(shown)
        called = {folder.unique_id for folder in shown.folders.values()}
        for folder in self.submission.folders:
            if folder.unique_id in called:
                context = f"{folder.unique_id}: a folder with this uniqueId is already in the record"
                yield Problem(XdsCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, context)
        yield from self._other_contents(turn)
        yield from self._replaced_twice()
        yield from self._not_approved(ties)

    def _taken_uuids(self, shown: Shown) -> Iterator[Problem]:
        """An entryUUID that leads the sender to something; one that does not is renewed (DEC-10)."""
        known = shown.entries.keys() | shown.folders.keys()
        for held in (*self.submission.entries, *self.submission.folders):
            if held.uuid in known:
                yield Problem(XdsCode.REGISTRY_METADATA_ERROR, f"{held.uuid} id: this entryUUID is already registered")

    def _other_contents(self, turn: Turn) -> Iterator[Problem]:
        """A document known to the sender under this uniqueId, that is not the same to the octet (check 11)."""
        for entry in self.submission.entries:
            known = namesakes(entry, turn)
            if known and twin(known, entry, self.submission.documents.get(entry.uuid), turn.contents) is None:
                yield Problem(XdsCode.NON_IDENTICAL_HASH, f"{entry.unique_id}: already there with another content")

    def _replaced_twice(self) -> Iterator[Problem]:
        """A document has one successor: two that replace it in one lot would part its chain in two."""
        replaced = [link.target for link in self.submission.associations if link.type in REPLACING]
        for target in dict.fromkeys(target for target in replaced if replaced.count(target) > 1):
            yield Problem(XdsCode.REGISTRY_METADATA_ERROR, f"{target} targetObject: replaced twice in one lot")

    def _not_approved(self, ties: Ties) -> Iterator[Problem]:
        """Nothing is tied to what is no longer Approved (check 12)."""
        for link in self.submission.associations:
            target, folder = ties.documents.get(link.target), ties.folders.get(link.source)
            if target is not None and link.type in RELATIONSHIPS and target.status is not EntryStatus.APPROVED:
                yield Problem(XdsCode.DEPRECATED_DOCUMENT, f"{link.uuid} targetObject: {link.target} is not Approved")
            if folder is not None and folder.status is not EntryStatus.APPROVED:
                yield Problem(XdsCode.DEPRECATED_DOCUMENT, f"{link.uuid} sourceObject: {link.source} is not Approved")
