"""Everything a viewer may ask about what he may not know of, with full knowledge of its ids and octets (security 7)."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from dmp.client.credentials import Credentials
from dmp.client.lots import sender, signed
from dmp.record import dtm
from dmp.record.actor import Authentication
from dmp.record.entry import EntryStatus, Folder, Relation, SubmissionSet
from dmp.record.management import (
    AuthorisationAction,
    AuthorisationRequest,
    Device,
    IdentityRequest,
    MessageHeader,
    MessageId,
    RecordTest,
)
from dmp.record.query import (
    DocumentCriteria,
    DocumentIds,
    FindDocuments,
    FindFolders,
    FindSubmissionSets,
    FolderCriteria,
    FolderIds,
    GetAll,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    GetFolderAndContents,
    GetFolders,
    GetFoldersForDocument,
    GetRelatedDocuments,
    GetSubmissionSetAndContents,
    GetSubmissionSets,
    LotIds,
    Question,
    RecordCriteria,
    StoredQuery,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.record.submission import MetadataUpdate, UpdateEntry, UpdateStatus
from dmp.record.visibility import MASKED, Visibility
from dmp.wire import habilitations, hl7v3, soap
from dmp.wire.xds import iti18_request, iti43, iti57_request
from world_builders import ALL, START, Paper, Probe, deposit_message, message
from world_scenes import Seen

REPOSITORY = "1.2.250.1.213.4.1.1.1.2"
UNKNOWN = "urn:uuid:ffffffff-ffff-4fff-bfff-fffffffffff0"
FIRST_UNKNOWN = "urn:uuid:00000000-0000-4000-8000-000000000000"
"""Ids of nothing, after and before all the others."""


LINKS = (Relation.REPLACES, Relation.APPENDS, Relation.TRANSFORMS_AND_REPLACES)


@dataclass(frozen=True)
class Lot:
    """A lot to be deposited: one paper, links from it, what is forced of its ids."""

    label: str
    paper: Paper
    links: Sequence[tuple[Relation, str]] = ()
    header: SubmissionSet | None = None
    link_id: str = ""
    folders: Sequence[Folder] = ()
    places: Sequence[str] = ()
    """Folders that the paper is put in, by id."""


@dataclass
class Questions:
    """The messages of one viewer about one scene; ids come from the dice of the scene."""

    seen: Seen

    @property
    def dice(self) -> random.Random:
        return self.seen.scene.dice

    def name(self) -> str:
        return self.seen.scene.uuid()[9:]

    # -- reading

    def reads(self) -> list[Callable[[], Probe]]:
        """Searches of every kind, retrieval, TD0.2 and TD1.3a."""
        return [
            *[partial(self._search, question) for question in self._questions()],
            *[partial(self._retrieve, unique_ids) for unique_ids in self._unique_ids()],
            *[partial(self._manage, kind) for kind in (RecordTest, IdentityRequest)],
        ]

    def _search(self, question: Question) -> Probe:
        query = StoredQuery(question, full_objects=self.dice.random() < 0.7, all_versions=self.dice.random() < 0.5)
        finds = isinstance(question, FindDocuments | FindSubmissionSets | FindFolders)
        alone = isinstance(question, GetDocuments | GetFolders | GetFoldersForDocument)
        if not (finds or alone) and self.dice.random() < 0.5:
            query = replace(query, association_statuses=ALL)
        body = iti18_request.write_request(query, patient_type="NH")
        return message(f"ITI-18 {query}", "registry", soap.Action.STORED_QUERY, body, self.name())

    def _retrieve(self, unique_ids: list[str]) -> Probe:
        body = iti43.write_request([iti43.DocumentRequest(REPOSITORY, unique_id) for unique_id in unique_ids])
        return message(f"ITI-43 {unique_ids}", "repository", soap.Action.RETRIEVE, body, self.name())

    def _manage(self, kind: type[RecordTest] | type[IdentityRequest]) -> Probe:
        header = MessageHeader(MessageId("1.2.3"), dtm.of(START), Device("1.2.4", "x"), query=MessageId("1.2.5"))
        body = hl7v3.write_request(kind(header, self.seen.scene.patient))
        return message(kind.__name__, "patients", "urn:hl7-org:v3:PRPA_IN201307UV02", body, self.name())

    def _questions(self) -> Iterator[Question]:
        patient, entry = self.seen.scene.patient, self._secret().entry
        yield FindDocuments(DocumentCriteria(patient, ALL))
        yield FindDocuments(DocumentCriteria(patient, frozenset({self.dice.choice(sorted(ALL))})))
        yield FindDocuments(
            DocumentCriteria(patient, ALL, confidentiality=(frozenset({(MASKED.code, MASKED.system)}),))
        )
        yield FindDocuments(
            DocumentCriteria(patient, ALL, type_codes=frozenset({(entry.type_code.code, entry.type_code.system)}))
        )
        yield FindDocuments(DocumentCriteria(patient, ALL, authors=("%ARNOUX%",)))
        yield FindDocuments(DocumentCriteria(patient, ALL, created=TimeRange(start=entry.creation_time)))
        lots = frozenset({EntryStatus.APPROVED, EntryStatus.ARCHIVED})
        yield FindSubmissionSets(SubmissionSetCriteria(patient, lots))
        yield FindSubmissionSets(SubmissionSetCriteria(patient, frozenset({self.dice.choice(sorted(lots))})))
        secrets = [paper.uuid for paper in self.seen.scene.secrets]
        shown = [paper.uuid for paper in self.seen.scene.shown]
        every = frozenset({*self.seen.ids, *shown, *secrets})
        yield GetDocuments(DocumentIds(logical_ids=frozenset({*shown, *secrets})))
        for kind in (GetDocuments, GetDocumentsAndAssociations):
            yield kind(DocumentIds(uuids=every))
            yield kind(DocumentIds(uuids=frozenset(secrets)))
            yield kind(DocumentIds(unique_ids=frozenset(paper.unique_id for paper in self._papers())))
            yield kind(DocumentIds(unique_ids=frozenset({entry.unique_id})))
        yield GetAssociations(every)
        yield GetAssociations(frozenset(secrets))
        yield GetSubmissionSets(every)
        yield from self._about_folders()
        yield GetAll(RecordCriteria(patient, ALL, ALL, ALL))
        for paper in (self._secret(), *self.seen.scene.shown[:1]):
            yield GetFoldersForDocument(DocumentIds(uuids=frozenset({paper.uuid})))
            yield GetRelatedDocuments(DocumentIds(unique_ids=frozenset({paper.unique_id})), frozenset(LINKS))
        yield GetSubmissionSetAndContents(LotIds(unique_ids=frozenset({self._lot_id()})))

    def _about_folders(self) -> Iterator[Question]:
        yield FindFolders(FolderCriteria(self.seen.scene.patient, ALL))
        folders = [*self.seen.scene.secret_folders, *self.seen.scene.shown_folders]
        if folders:
            one = self.dice.choice(folders)
            yield GetFolders(FolderIds(unique_ids=frozenset(folder.unique_id for folder in folders)))
            yield GetFolders(FolderIds(logical_ids=frozenset(folder.uuid for folder in folders)))
            yield GetFolderAndContents(FolderIds(uuids=frozenset({one.uuid})))
            yield GetFolderAndContents(FolderIds(unique_ids=frozenset({one.unique_id})))

    def _unique_ids(self) -> Iterator[list[str]]:
        secrets = [paper.unique_id for paper in self.seen.scene.secrets]
        shown = [paper.unique_id for paper in self.seen.scene.shown]
        mixed = [*secrets, *shown, "2.25.404", *secrets[:1]]
        self.dice.shuffle(mixed)
        yield secrets
        yield mixed

    def _papers(self) -> list[Paper]:
        return [*self.seen.scene.secrets, *self.seen.scene.shown]

    def _secret(self) -> Paper:
        return self.dice.choice(self.seen.scene.secrets)

    # -- writing

    def writes(self) -> list[Callable[[], Probe]]:
        """Updates and deposits aimed at what is hidden; those that hide what the viewer sends come last."""
        probes = self._updates()
        who = self.seen.who
        if who is None:
            return probes
        return [*probes, *[partial(self._deposit, who, make) for make in self._deposits(who)], self._authorise]

    def _deposit(self, who: Credentials, make: Callable[[], Lot]) -> Probe:
        lot = make()
        links = [(lot.paper.uuid, relation, target) for relation, target in lot.links]
        entry = replace(lot.paper.entry, authors=(sender(who),))
        links += [(folder, Relation.HAS_MEMBER, lot.paper.uuid) for folder in lot.places]
        papers = [replace(lot.paper, entry=entry)]
        built = self.seen.scene.submission(who, papers, links=links, lot=lot.header, folders=lot.folders)
        if lot.link_id:
            first, *others = built.associations
            built = replace(built, associations=(replace(first, uuid=lot.link_id), *others))
        if who.authentication is Authentication.DIRECT:
            built = signed(built, who, at=START, new_oid=self.seen.scene.oid)
        return deposit_message(lot.label, built, self.name())

    def _authorise(self) -> Probe:
        body = habilitations.write_authorisation(AuthorisationRequest(AuthorisationAction.ADD))
        return message("TD0.3", "habilitations", habilitations.ACTIONS[0], body, self.name())

    def _updates(self) -> list[Callable[[], Probe]]:
        unknown, first_unknown = [
            UpdateStatus(name, EntryStatus.APPROVED, EntryStatus.ARCHIVED) for name in (UNKNOWN, FIRST_UNKNOWN)
        ]
        return [
            lambda: self._update(self._status()),
            lambda: self._update(self._version()),
            lambda: self._update(self._status()),
            lambda: self._update(self._version()),
            lambda: self._update(self._status(), self._on_shown()),
            lambda: self._update(self._on_shown(), self._version()),
            lambda: self._update(unknown, self._status()),
            lambda: self._update(first_unknown, self._status()),
            lambda: self._update(self._version(), lot_id=self._lot_id()),
            lambda: self._update(self._on_shown(), lot_id=self._lot_id()),
        ]

    def _update(self, *operations: UpdateEntry | UpdateStatus | None, lot_id: str = "") -> Probe:
        lot = self.seen.scene.lot(self.seen.who, unique_id=lot_id)
        told = tuple(operation for operation in operations if operation is not None)
        body = iti57_request.write_request(MetadataUpdate(lot, told))
        label = f"ITI-57 {[_told(operation) for operation in told]} lot {lot_id or 'new'}"
        return message(label, "registry", soap.Action.UPDATE, body, self.name())

    def _status(self) -> UpdateStatus:
        target = self.dice.choice([*self.seen.ids, *[paper.uuid for paper in self.seen.scene.secrets]])
        original, new = self.dice.sample(sorted(ALL), 2)
        if self.dice.random() < 0.5:
            original, new = EntryStatus.APPROVED, self.dice.choice((EntryStatus.ARCHIVED, EntryStatus.DELETED))
        return UpdateStatus(target, original, new)

    def _version(self) -> UpdateEntry:
        """A change of visibility, or of more, on the right version or on another one."""
        paper = self._secret()
        visibility = Visibility(
            masked=self.dice.random() < 0.5,
            hidden_from_patient_since=START if self.dice.random() < 0.2 else None,
            hidden_from_guardians=self.dice.random() < 0.3,
        )
        changed = replace(paper.entry, uuid=self.seen.scene.uuid(), logical_id=paper.uuid, visibility=visibility)
        if self.dice.random() < 0.3:
            changed = replace(changed, title="Autre titre")
        return UpdateEntry(changed, self.dice.randint(1, 3))

    def _on_shown(self) -> UpdateStatus | None:
        if not self.seen.scene.shown:
            return None
        target = self.dice.choice(self.seen.scene.shown)
        return UpdateStatus(target.uuid, EntryStatus.APPROVED, EntryStatus.ARCHIVED)

    def _lot_id(self) -> str:
        return self.dice.choice(self.seen.scene.lots or ["2.25.77"])

    def _deposits(self, who: Credentials) -> list[Callable[[], Lot]]:
        """Lots of the viewer that run into hidden things."""
        scene, dice = self.seen.scene, self.dice
        secret, some_id = self._secret(), dice.choice(self.seen.ids or [UNKNOWN])
        shown = dice.choice(scene.shown) if scene.shown else None
        both = [(Relation.REPLACES, paper.uuid) for paper in (shown, secret) if paper is not None]
        three = [(Relation.APPENDS, target) for target in (UNKNOWN, FIRST_UNKNOWN, secret.uuid)]
        used = shown.unique_id if shown else "2.25.1"
        last = [
            lambda: Lot("same uniqueId, other octets", self._paper(secret.unique_id)),
            lambda: Lot("same uniqueId, same octets", self._copy(secret)),
        ]
        return [
            lambda: Lot("same lot id", self._paper(), header=scene.lot(who, unique_id=self._lot_id())),
            lambda: Lot("same lot uuid", self._paper(), header=scene.lot(who, uuid=some_id)),
            lambda: Lot("same link uuid", self._paper(), link_id=some_id),
            *[partial(self._linked_to, relation, some_id) for relation in LINKS],
            lambda: Lot("links to hidden and unknown", self._paper(), links=three),
            lambda: Lot("replaces shown and hidden", self._paper(), links=both),
            lambda: Lot("hidden target, used document id", self._paper(used), links=three[2:]),
            *self._into_folders(),
            # Last, since what it writes has that id in the second world, and another one in the first.
            lambda: Lot("same entryUUID", self._named(self._paper(), some_id)),
            *dice.sample(last, len(last)),
        ]

    def _into_folders(self) -> list[Callable[[], Lot]]:
        scene = self.seen.scene
        if not scene.secret_folders:
            return [lambda: Lot("put in a folder that is not there", self._paper(), places=[UNKNOWN])]
        hidden = self.dice.choice(scene.secret_folders)
        return [
            lambda: Lot("put in a hidden folder", self._paper(), places=[hidden.uuid]),
            lambda: Lot("put in hidden and unknown ones", self._paper(), places=[UNKNOWN, hidden.uuid, FIRST_UNKNOWN]),
            lambda: Lot("same folder id", self._paper(), folders=[scene.folder(unique_id=hidden.unique_id)]),
        ]

    def _linked_to(self, relation: Relation, target: str) -> Lot:
        return Lot(f"{relation} of a hidden one", self._paper(), links=[(relation, target)])

    def _paper(self, unique_id: str = "") -> Paper:
        viewer = self.seen.viewer
        return self.seen.scene.paper(viewer.standing_for or viewer.holder, unique_id=unique_id)

    def _copy(self, secret: Paper) -> Paper:
        if secret.entry.is_signature:
            return self._paper(secret.unique_id)
        return Paper(self.seen.scene.described(secret.octets), secret.octets, secret.author)

    @staticmethod
    def _named(paper: Paper, uuid: str) -> Paper:
        return replace(paper, entry=replace(paper.entry, uuid=uuid))


def _told(operation: UpdateEntry | UpdateStatus) -> str:
    if isinstance(operation, UpdateStatus):
        return f"{operation.target} {operation.original.rpartition(':')[2]} to {operation.new.rpartition(':')[2]}"
    return f"{operation.entry.logical_id} {operation.entry.visibility} from {operation.previous_version}"
