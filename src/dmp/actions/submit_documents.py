"""Feed a record («alimentation», ITI-41, TD2.1 and TD2.2): all of the lot or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dmp.actions.action import Ask, Scope, Turn
from dmp.actions.same_lot import asks_about_namesakes, problems_of_namesakes
from dmp.documents.intake import Examination
from dmp.record.actor import (
    Authentication,
    Caller,
    FacilitySoftware,
    Professional,
    Staff,
    facility_of,
    person_id,
)
from dmp.record.entry import Association, Deposit, DocumentEntry, EntryStatus, Relation, unique_key
from dmp.record.errors import Problem, Refused, XdsCode
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.record.submission import Content, Submission
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents
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
        contents, lot = tx.inside(record), self.submission.submission_set
        targets = self._targets(contents)
        wanted = [self._ask(named, targets.get(named)) for named in sorted(self.targets())]
        known = {entry.uuid for entry in targets.values()}
        entries = self.submission.entries
        clashes = (*contents.by_unique_id(e.unique_id for e in entries), *contents.by_uuid(e.uuid for e in entries))
        told = [Ask(Verb.FIND_REFERENCE, entry, optional=True) for entry in clashes if entry.uuid not in known]
        return Scope(record, (*door, *wanted, *told, *asks_about_namesakes(lot, contents)))

    def _ask(self, named: str, target: DocumentEntry | None) -> Ask:
        """The right that a link to an entry of the record needs."""
        replaces = any(link.target == named for link in self.submission.associations if link.type in REPLACING)
        return Ask(Verb.REPLACE if replaces else Verb.FIND_REFERENCE, target, named=named, absent=target is None)

    def targets(self) -> frozenset[str]:
        """The entries of the record that the lot links to."""
        inside = {entry.uuid for entry in self.submission.entries} | {self.submission.submission_set.uuid}
        return frozenset(link.target for link in self.submission.associations if link.target not in inside)

    def _targets(self, contents: RecordContents) -> dict[str, DocumentEntry]:
        """The entries that the lot links to, by the name it gives them.

        In the French profile a logical id means the current version, which the
        sender may not know of (xds-wire 7.4); elsewhere, its first version.
        """
        found = {entry.uuid: entry for entry in contents.by_uuid(self.targets())}
        if not self.examined.profile.french:
            return found
        return {
            named: max(contents.by_logical_id(named), key=lambda entry: entry.version) if entry.version == 1 else entry
            for named, entry in found.items()
        }

    def apply(self, turn: Turn) -> tuple[Problem, ...]:
        """Check what only the record can tell, then write everything; returns the warnings.

        Raises:
            Refused: every problem found, in the order of xds-wire 2.4.
        """
        contents, lot, targets = turn.contents, self.submission.submission_set, self._targets(turn.contents)
        fingerprint = contents.fingerprint(self._said_by(turn.caller))
        if fingerprint in contents.lots_called(lot.unique_id).values():
            return self.submission.warnings
        for clash in problems_of_namesakes(lot, turn):
            raise Refused(clash)
        examined = (*self.examined.problems, *self.examined.about_person(turn.known_record))
        problems = [*self._problems(turn, targets), *examined]
        if any(not problem.warning for problem in problems):
            raise Refused(*problems)
        _Writing(self, turn, targets).write(fingerprint)
        return (*self.submission.warnings, *problems)

    def _said_by(self, caller: Caller) -> str:
        """What makes a retry the same: the sender, the lot, its documents to the octet (DEC-3)."""
        facility = facility_of(caller.actor)
        entries = sorted(self.submission.entries, key=lambda entry: entry.unique_id)
        documents = (f"{e.unique_id} {self.submission.documents[e.uuid].sha256}" for e in entries)
        sender = (person_id(caller.actor), facility.id if facility else "", self.submission.submission_set.unique_id)
        return "\n".join((*sender, *documents))

    def _problems(self, turn: Turn, targets: Mapping[str, DocumentEntry]) -> Iterable[Problem]:
        """Uniqueness and relationships (xds-wire 2.4, checks 10 to 12)."""
        yield from self._taken_uuids(turn)
        for entry in self.submission.entries:
            known = _namesakes(entry, turn)
            if known and _twin(known, self.submission.documents[entry.uuid], turn.contents) is None:
                yield Problem(XdsCode.NON_IDENTICAL_HASH, f"{entry.unique_id}: already there with another content")
        for link in self.submission.associations:
            target = targets.get(link.target)
            if target is not None and link.type in _RELATIONS and target.status is not EntryStatus.APPROVED:
                yield Problem(XdsCode.DEPRECATED_DOCUMENT, f"{link.uuid} targetObject: {link.target} is not Approved")

    def _taken_uuids(self, turn: Turn) -> Iterable[Problem]:
        """An entryUUID that leads the sender to a document; one that does not is renewed (DEC-10)."""
        known = {entry.uuid for entry in turn.entries}
        for entry in self.submission.entries:
            if entry.uuid in known:
                yield Problem(XdsCode.REGISTRY_METADATA_ERROR, f"{entry.uuid} id: this entryUUID is already registered")


def _namesakes(entry: DocumentEntry, turn: Turn) -> list[DocumentEntry]:
    """The entries of the same uniqueId that the sender may know of."""
    return [other for other in turn.entries if unique_key(other.unique_id) == unique_key(entry.unique_id)]


def _twin(known: Iterable[DocumentEntry], document: Content, contents: RecordContents) -> DocumentEntry | None:
    """The one of them that has the same octets: equal by SHA-256, since SHA-1 collisions can be made."""
    return next((other for other in known if contents.sha256_of(other.uuid) == document.sha256), None)


_RELATIONS = {Relation.REPLACES, Relation.APPENDS, Relation.TRANSFORMS, Relation.TRANSFORMS_AND_REPLACES}


@dataclass
class _Writing:
    """The writing of one accepted lot; `targets` are the entries it links to, by the name it gives them."""

    action: SubmitDocuments
    turn: Turn
    targets: Mapping[str, DocumentEntry]
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
        """Symbolic ids become new UUIDs everywhere they occur (xds-wire 2.1).

        So do those that something has which the sender may not know of: he is not told (DEC-10).
        """
        submission = self.action.submission
        given = [o.uuid for o in (submission.submission_set, *submission.entries, *submission.associations)]
        kept = {uuid for uuid in given if uuid.startswith("urn:uuid:")} - self.turn.contents.taken(given)
        return {uuid: uuid if uuid in kept else self.turn.new_uuid() for uuid in given}

    def _replaced(self) -> Mapping[str, DocumentEntry]:
        links = (link for link in self.action.submission.associations if link.type in REPLACING)
        return {link.source: self.targets[link.target] for link in links}

    def _write_entry(self, entry: DocumentEntry, lot: str, replaced: DocumentEntry | None) -> None:
        contents, document = self.turn.contents, self.action.submission.documents[entry.uuid]
        uuid = self.uuids[entry.uuid]
        namesakes = contents.by_unique_id([entry.unique_id])
        chain = self._chain(uuid, replaced, namesakes)
        if not entry.is_signature:
            self._hide(chain, self._since_the_first_deposit(entry.visibility, chain))
        # A hidden one of the same octets would be told by the time that it saves (security 7).
        twin = _twin(_namesakes(entry, self.turn), document, contents)
        name = contents.add_document(document) if twin is None else contents.document_of(twin.uuid)
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

    def _since_the_first_deposit(self, asked: Visibility, chain: str) -> Visibility:
        """The announcement timer starts with the chain: nobody starts it again by replacing (AR-19, DEC-24)."""
        if asked.hidden_from_patient_since is None:
            return asked
        deposits = [entry.deposit.at for entry in self.turn.contents.by_chain(chain) if entry.deposit is not None]
        return replace(asked, hidden_from_patient_since=min((asked.hidden_from_patient_since, *deposits)))

    def _hide(self, chain: str, more: Visibility) -> None:
        """Join what the sender asked with what already hides the chain: the strictest wins (DEC-2)."""
        secret = Visibility(hidden_from_guardians=self.turn.caller.secret)
        joined = self.visibility.get(chain, Visibility()).strictest(more).strictest(secret)
        if joined != Visibility():
            self.visibility[chain] = joined

    def _deposit(self) -> Deposit:
        actor = self.turn.caller.actor
        facility = facility_of(actor)
        match actor:
            case Professional(via=via) | Staff(via=via):
                mode = via.value
            case FacilitySoftware():
                mode = Authentication.INDIRECT.value
            case _:
                mode = ""
        return Deposit(self.turn.at, person_id(actor), facility.id if facility else "", mode)

    def _real_link(self, link: Association) -> Association:
        return replace(
            link,
            uuid=self.uuids[link.uuid],
            source=self._uuid(link.source),
            target=self._uuid(link.target),
        )

    def _uuid(self, named: str) -> str:
        """The real id of an object of the message or of the record."""
        return self.targets[named].uuid if named in self.targets else self.uuids.get(named, named)

    def _deprecate(self) -> None:
        """What is replaced becomes Deprecated, with its addenda and transformations (xds-wire 2.7)."""
        contents = self.turn.contents
        targets = {entry.uuid for entry in self._replaced().values()}
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
