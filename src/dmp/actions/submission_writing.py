"""Write a lot that was accepted into its record: documents, entries, folders, links, and what they change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dmp.actions.action import Turn
from dmp.actions.projected import keep_projection
from dmp.actions.ties import REPLACING, Ties, is_placement
from dmp.documents.said import Said
from dmp.notices.rules import DIRECTIVES, directives_timers, new_documents
from dmp.record import dtm
from dmp.record.actor import Authentication, FacilitySoftware, Professional, Staff, facility_of, person_id
from dmp.record.entry import Association, Deposit, DocumentEntry, EntryStatus, Folder, Relation, unique_key
from dmp.record.notice import Frequency
from dmp.record.patient import IdentityTraits
from dmp.record.record import Record
from dmp.record.submission import Content, Submission
from dmp.record.visibility import Visibility
from dmp.store.entries import RecordContents

DEPENDING = (Relation.APPENDS, Relation.TRANSFORMS)
"""What an addendum or a transformation is to its document: it shares its end."""


def namesakes(entry: DocumentEntry, turn: Turn) -> list[DocumentEntry]:
    """The entries of the same uniqueId that the sender may know of."""
    return [other for other in turn.entries if unique_key(other.unique_id) == unique_key(entry.unique_id)]


def twin(
    known: Iterable[DocumentEntry], entry: DocumentEntry, document: Content | None, contents: RecordContents
) -> DocumentEntry | None:
    """The one of them that has the same octets: equal by SHA-256, since SHA-1 collisions can be made.

    Where the octets of either are not here, hash and size are all there is.
    """
    for other in known:
        if document is not None and contents.has_document(other.uuid):
            same = contents.sha256_of(other.uuid) == document.sha256
        elif document is not None:
            same = (other.hash, other.size) == (document.sha1, document.size)
        else:
            same = (other.hash, other.size) == (entry.hash, entry.size)
        if same:
            return other
    return None


@dataclass
class Writing:
    """The writing of one accepted lot; `ties` are what it links to, `traits` those of a first qualified source."""

    submission: Submission
    turn: Turn
    ties: Ties
    repository_unique_id: str
    traits: IdentityTraits | None
    said: Mapping[str, Said]
    """What each document says, by the id that its entry came with."""
    uuids: dict[str, str] = field(default_factory=dict)
    visibility: dict[str, Visibility] = field(default_factory=dict)

    def write(self, fingerprint: bytes) -> None:
        """Write documents, entries, folders, links and lot, then what the record itself must remember."""
        submission, contents = self.submission, self.turn.contents
        self.uuids = self._real_ids()
        self.visibility = dict(self.turn.known_record.visibility)
        lot = replace(submission.submission_set, uuid=self.uuids[submission.submission_set.uuid])
        contents.add_lot(lot, fingerprint)
        for entry in submission.entries:
            self._write_entry(entry, lot.uuid)
        for folder in submission.folders:
            self._write_folder(folder, lot.uuid)
        links = [self._real_link(link) for link in submission.associations]
        contents.add_links((*links, *self._placed_like_what_they_replace(links)))
        self._deprecate()
        self._remember()
        self._tell_of_new_documents(lot.uuid)
        self._remind_of_directives()

    def _real_ids(self) -> dict[str, str]:
        """Symbolic ids become new UUIDs everywhere they occur (xds-wire 2.1).

        So do those that something has which the sender may not know of: he is not told (DEC-10).
        """
        lot = self.submission
        given = [o.uuid for o in (lot.submission_set, *lot.entries, *lot.folders, *lot.associations)]
        kept = {uuid for uuid in given if uuid.startswith("urn:uuid:")} - self.turn.contents.taken(given)
        return {uuid: uuid if uuid in kept else self.turn.new_uuid() for uuid in given}

    def _replaced_by(self, entry: DocumentEntry) -> list[DocumentEntry]:
        """What a new document replaces."""
        links = (link for link in self.submission.associations if link.type in REPLACING)
        return [self.ties.documents[link.target] for link in links if link.source == entry.uuid]

    # -- entries and folders

    def _write_entry(self, entry: DocumentEntry, lot: str) -> None:
        contents, document = self.turn.contents, self.submission.documents.get(entry.uuid)
        uuid = self.uuids[entry.uuid]
        chain = self._chain(uuid, (*self._replaced_by(entry), *contents.by_unique_id([entry.unique_id])))
        if not entry.is_signature:
            self._hide(chain, self._since_the_first_deposit(entry.visibility, chain))
        # A hidden one of the same octets would be told by the time that it saves (security 7).
        same = twin(namesakes(entry, self.turn), entry, document, contents)
        name = ""
        if document is not None:
            # What a registry alone is told of leads to no octets here, and keeps the hash, the size and the
            # repository it came with (ITI-42); octets that were removed are stored anew (ITI-86).
            held = same is not None and contents.has_document(same.uuid)
            name = contents.document_of(same.uuid) if same is not None and held else self._store(document, entry)
            entry = replace(
                entry, hash=document.sha1, size=document.size, repository_unique_id=self.repository_unique_id
            )
        complete = replace(
            entry,
            uuid=uuid,
            logical_id=uuid,
            version=1,
            status=EntryStatus.APPROVED,
            chain=chain,
            deposit=self._deposit(),
        )
        contents.add_entry(complete, lot=lot, document=name)

    def _store(self, document: Content, entry: DocumentEntry) -> str:
        """Keep the octets, and what was read from them."""
        name = self.turn.contents.add_document(document)
        if not entry.is_signature:
            keep_projection(self.turn, name, self.said.get(entry.uuid, Said()), entry)
        return name

    def _write_folder(self, folder: Folder, lot: str) -> None:
        uuid = self.uuids[folder.uuid]
        complete = replace(
            folder,
            uuid=uuid,
            logical_id=uuid,
            version=1,
            status=EntryStatus.APPROVED,
            last_update=dtm.of(self.turn.at),
            deposit=self._deposit(),
        )
        self.turn.contents.add_folder(complete, lot=lot)

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

    # -- what hides a chain of documents

    def _chain(self, uuid: str, before: Iterable[DocumentEntry]) -> str:
        """The chain of what is replaced, joined with that of documents of the same uniqueId (DEC-2, DEC-3)."""
        chains = list(dict.fromkeys(entry.chain for entry in before))
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

    # -- links, and what they change

    def _real_link(self, link: Association) -> Association:
        return replace(
            link,
            uuid=self.uuids[link.uuid],
            source=self._uuid(link.source),
            target=self._uuid(link.target),
            added=dtm.of(self.turn.at) if is_placement(link, self.submission) else "",
        )

    def _uuid(self, named: str) -> str:
        """The real id of an object of the message or of the record."""
        return self.uuids.get(named) or self.ties.real(named)

    def _placed_like_what_they_replace(self, links: Iterable[Association]) -> Iterator[Association]:
        """A new document goes into the folders of what it replaces, those that its sender knows of or not (2.7)."""
        contents = self.turn.contents
        there = {(link.source, link.target) for link in links}
        approved = {f.uuid for f in contents.folders() if f.status is EntryStatus.APPROVED}
        if not approved:
            return
        for entry in self.submission.entries:
            uuid = self.uuids[entry.uuid]
            for link in contents.links_touching(old.uuid for old in self._replaced_by(entry)):
                place = (link.source, uuid)
                if link.source in approved and link.status is EntryStatus.APPROVED and place not in there:
                    there.add(place)
                    new = Association(self.turn.new_uuid(), Relation.HAS_MEMBER, link.source, uuid)
                    yield replace(new, added=dtm.of(self.turn.at))

    def _deprecate(self) -> None:
        """What is replaced becomes Deprecated, with its addenda and transformations (xds-wire 2.7)."""
        contents = self.turn.contents
        ended = {old.uuid for entry in self.submission.entries for old in self._replaced_by(entry)}
        links = contents.links() if ended else ()
        while more := {link.source for link in links if link.type in DEPENDING and link.target in ended} - ended:
            ended |= more
        for entry in contents.by_uuid(ended):
            if entry.status is EntryStatus.APPROVED:
                contents.set_status(entry.uuid, EntryStatus.DEPRECATED)

    def _remember(self) -> None:
        """Keep in the record what hides its documents, and the traits of a first qualified source (DEC-122)."""
        record = self.turn.known_record
        changed: Record = replace(record, visibility=self.visibility, traits=record.traits or self.traits)
        if changed != record:
            self.turn.tx.records.change(changed, at=self.turn.at)

    def _written(self) -> tuple[DocumentEntry, ...]:
        """The documents of the lot as they are in the record."""
        return self.turn.contents.by_uuid(self.uuids[entry.uuid] for entry in self.submission.entries)

    def _remind_of_directives(self) -> None:
        """Come back in a year to what the holder wrote for the end of his life (L.1111-11)."""
        if any(entry.type_code.code == DIRECTIVES for entry in self.submission.entries):
            self.turn.tx.outbox.remind(self.turn.known_record.key, directives_timers(self._written(), self.turn.at))

    def _tell_of_new_documents(self, lot: str) -> None:
        """Leave a notice for a holder who asked for it; nothing else is looked at where nobody did (PT-9)."""
        turn, key = self.turn, self.turn.known_record.key
        if turn.known_record.notices.frequency is Frequency.NONE:
            return
        written = self._written()
        now = turn.tx.records.held(key).record
        for notice in new_documents(now, lot, written, turn.caller, turn.at):
            turn.tx.outbox.tell(key, notice, at=turn.at)
