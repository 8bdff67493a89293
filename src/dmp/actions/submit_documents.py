"""Feed a record («alimentation», ITI-41, TD2.1 and TD2.2): all of the lot or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dmp.actions.action import Ask, Scope, Turn
from dmp.documents.intake import Examination
from dmp.record.actor import Caller, facility_of, person_id
from dmp.record.entry import Association, Deposit, DocumentEntry, EntryStatus, Relation
from dmp.record.errors import DocumentNotFound, Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.submission import Submission
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.tx import Tx

REPLACING = (Relation.REPLACES, Relation.TRANSFORMS_AND_REPLACES)


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
        """The lot and its documents, by uniqueId."""
        return (self.submission.submission_set.unique_id, *(entry.unique_id for entry in self.submission.entries))

    def scope(self, tx: Tx) -> Scope:
        """The record, the entries being replaced, and those that carry the same uniqueIds (DEC-4)."""
        record = tx.records.of(self.patient)
        door = (Ask(Verb.SUBMIT),)
        if record is None:
            return Scope(None, door)
        contents = tx.inside(record)
        targets = contents.by_uuid(self.targets())
        namesakes = contents.by_unique_id(entry.unique_id for entry in self.submission.entries)
        replaced = {link.target for link in self.submission.associations if link.type in REPLACING}
        wanted = [Ask(Verb.REPLACE if entry.uuid in replaced else Verb.FIND_REFERENCE, entry) for entry in targets]
        known = {entry.uuid for entry in targets}
        told = [Ask(Verb.FIND_REFERENCE, entry, optional=True) for entry in namesakes if entry.uuid not in known]
        return Scope(record, (*door, *wanted, *told))

    def targets(self) -> frozenset[str]:
        """The entries of the record that the lot links to."""
        inside = {entry.uuid for entry in self.submission.entries} | {self.submission.submission_set.uuid}
        return frozenset(link.target for link in self.submission.associations if link.target not in inside)

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Check what only the record can tell, then write everything; returns the warnings.

        Raises:
            Refused: every problem found, in the order of xds-wire 2.4.
            DocumentNotFound: a link leads to nothing that this caller may know.
        """
        contents, lot = turn.contents, self.submission.submission_set
        fingerprint = contents.fingerprint(self._said_by(turn.caller))
        before = contents.lot_fingerprint(lot.unique_id)
        if before is not None:
            return self._again(before[1] == fingerprint)
        self._refuse_unknown_targets(turn)
        problems = [*self._problems(turn), *self.examined.problems, *self.examined.about_person(turn.known_record)]
        if any(not problem.warning for problem in problems):
            raise Refused(*problems)
        _Writing(self, turn).write(fingerprint)
        return (*self.submission.warnings, *problems)

    def _said_by(self, caller: Caller) -> str:
        """What makes a retry the same: the sender, the lot, its documents to the octet (DEC-3)."""
        facility = facility_of(caller.actor)
        entries = sorted(self.submission.entries, key=lambda entry: entry.unique_id)
        documents = (f"{e.unique_id} {self.submission.documents[e.uuid].sha256}" for e in entries)
        sender = (person_id(caller.actor), facility.id if facility else "", self.submission.submission_set.unique_id)
        return "\n".join((*sender, *documents))

    def _again(self, same: bool) -> tuple[Problem, ...]:
        if same:
            return self.submission.warnings
        context = f"{self.submission.submission_set.unique_id}: a lot with this uniqueId is already in the record"
        raise Refused(Problem(XdsCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY, context))

    def _refuse_unknown_targets(self, turn: Turn) -> None:
        missing = self.targets() - {entry.uuid for entry in turn.entries}
        if missing:
            raise DocumentNotFound(min(missing))

    def _problems(self, turn: Turn) -> Iterable[Problem]:
        """Uniqueness and relationships (xds-wire 2.4, checks 10 to 12)."""
        yield from self._taken_uuids(turn)
        visible = {entry.unique_id: entry for entry in turn.entries}
        for entry in self.submission.entries:
            known = visible.get(entry.unique_id)
            document = self.submission.documents[entry.uuid]
            if known is not None and known.hash != document.sha1:
                yield Problem(XdsCode.NON_IDENTICAL_HASH, f"{entry.unique_id}: already there with another content")
        targets = {entry.uuid: entry for entry in turn.entries}
        for link in self.submission.associations:
            target = targets.get(link.target)
            if target is not None and link.type in _RELATIONS and target.status is not EntryStatus.APPROVED:
                yield Problem(XdsCode.DEPRECATED_DOCUMENT, f"{link.uuid} targetObject: {link.target} is not Approved")

    def _taken_uuids(self, turn: Turn) -> Iterable[Problem]:
        given = [entry.uuid for entry in self.submission.entries if entry.uuid.startswith("urn:uuid:")]
        for entry in turn.contents.by_uuid(given) if given else ():
            yield Problem(XdsCode.REGISTRY_METADATA_ERROR, f"{entry.uuid} id: this entryUUID is already registered")


_RELATIONS = {Relation.REPLACES, Relation.APPENDS, Relation.TRANSFORMS, Relation.TRANSFORMS_AND_REPLACES}


@dataclass
class _Writing:
    """The writing of one accepted lot."""

    action: SubmitDocuments
    turn: Turn
    uuids: dict[str, str] = field(default_factory=dict)
    visibility: dict[str, Visibility] = field(default_factory=dict)

    def write(self, fingerprint: bytes) -> None:
        """Write documents, entries, links and lot, then what the record itself must remember."""
        submission, contents = self.action.submission, self.turn.contents
        self.uuids = self._real_ids()
        self.visibility = dict(self.turn.known_record.visibility)
        lot = replace(submission.submission_set, uuid=self.uuids[submission.submission_set.uuid])
        contents.add_lot(lot, fingerprint)
        replaced = self._replaced()
        for entry in submission.entries:
            self._write_entry(entry, lot.uuid, replaced.get(entry.uuid))
        contents.add_links(self._real_link(link) for link in submission.associations)
        self._deprecate()
        self._remember()

    def _real_ids(self) -> dict[str, str]:
        """Symbolic ids become new UUIDs everywhere they occur (xds-wire 2.1)."""
        submission = self.action.submission
        objects = (submission.submission_set, *submission.entries, *submission.associations)
        return {o.uuid: o.uuid if o.uuid.startswith("urn:uuid:") else self.turn.new_uuid() for o in objects}

    def _replaced(self) -> Mapping[str, DocumentEntry]:
        known = {entry.uuid: entry for entry in self.turn.entries}
        links = (link for link in self.action.submission.associations if link.type in REPLACING)
        return {link.source: known[link.target] for link in links if link.target in known}

    def _write_entry(self, entry: DocumentEntry, lot: str, replaced: DocumentEntry | None) -> None:
        contents, document = self.turn.contents, self.action.submission.documents[entry.uuid]
        uuid = self.uuids[entry.uuid]
        namesakes = contents.by_unique_id([entry.unique_id])
        chain = self._chain(uuid, replaced, namesakes)
        self._hide(chain, entry.visibility)
        twin = next((other for other in namesakes if other.hash == document.sha1), None)
        if twin is None:
            name = self.turn.new_id()
            contents.add_document(name, document)
        else:
            name = contents.document_of(twin.uuid)
        complete = replace(
            entry,
            uuid=uuid,
            logical_id=uuid,
            version=1,
            status=EntryStatus.APPROVED,
            chain=chain,
            hash=document.sha1,
            size=document.size,
            repository_unique_id=self.action.repository_unique_id,
            deposit=self._deposit(),
        )
        contents.add_entry(complete, lot=lot, document=name)

    def _chain(self, uuid: str, replaced: DocumentEntry | None, namesakes: tuple[DocumentEntry, ...]) -> str:
        """The chain of what is replaced, joined with that of documents of the same uniqueId (DEC-2, DEC-3)."""
        chains = list(dict.fromkeys(e.chain for e in (*((replaced,) if replaced else ()), *namesakes)))
        if not chains:
            return uuid
        for other in chains[1:]:
            self.turn.contents.set_chain(other, chains[0])
            self._hide(chains[0], self.visibility.pop(other, Visibility()))
        return chains[0]

    def _hide(self, chain: str, more: Visibility) -> None:
        """Join what the sender asked with what already hides the chain: the strictest wins (DEC-2)."""
        secret = Visibility(hidden_from_guardians=self.turn.caller.secret)
        joined = self.visibility.get(chain, Visibility()).strictest(more).strictest(secret)
        if joined != Visibility():
            self.visibility[chain] = joined

    def _deposit(self) -> Deposit:
        actor = self.turn.caller.actor
        facility = facility_of(actor)
        via = getattr(actor, "via", None)
        mode = str(via) if via else "INDIRECTE"
        return Deposit(self.turn.at, person_id(actor), facility.id if facility else "", mode)

    def _real_link(self, link: Association) -> Association:
        return replace(
            link,
            uuid=self.uuids[link.uuid],
            source=self.uuids.get(link.source, link.source),
            target=self.uuids.get(link.target, link.target),
        )

    def _deprecate(self) -> None:
        """What is replaced becomes Deprecated, with its addenda and transformations (xds-wire 2.7)."""
        contents = self.turn.contents
        targets = {link.target for link in self.action.submission.associations if link.type in REPLACING}
        cascade = {
            link.source
            for link in contents.links_touching(targets)
            if link.target in targets and link.type in (Relation.APPENDS, Relation.TRANSFORMS)
        }
        for uuid in sorted(targets | cascade):
            contents.set_status(uuid, EntryStatus.DEPRECATED)

    def _remember(self) -> None:
        """Keep in the record what hides its documents, and the traits of a first qualified source (DEC-122)."""
        record = self.turn.known_record
        changed: Record = replace(
            record,
            visibility=self.visibility,
            traits=record.traits or self.action.examined.traits,
        )
        if changed != record:
            self.turn.tx.records.change(changed, at=self.turn.at)
