"""Everything a viewer may ask about what he may not know of, with full knowledge of its ids and octets (security 7)."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dmp.client.credentials import Credentials
from dmp.client.lots import sender, signed
from dmp.record import dtm
from dmp.record.actor import Authentication
from dmp.record.entry import EntryStatus, Relation, SubmissionSet
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
    FindSubmissionSets,
    GetAssociations,
    GetDocuments,
    GetDocumentsAndAssociations,
    Question,
    StoredQuery,
    SubmissionSetCriteria,
    TimeRange,
)
from dmp.record.submission import MetadataUpdate, Submission, UpdateEntry, UpdateStatus
from dmp.record.visibility import MASKED, Visibility
from dmp.wire import habilitations, hl7v3, soap
from dmp.wire.xds import iti18_request, iti43, iti57_request
from world_builders import ALL, START, Paper, Probe, deposit_message, message
from world_scenes import Seen

REPOSITORY = "1.2.250.1.213.4.1.1.1.2"
UNKNOWN = "urn:uuid:ffffffff-ffff-4fff-bfff-fffffffffff0"
FIRST_UNKNOWN = "urn:uuid:00000000-0000-4000-8000-000000000000"
"""Ids of nothing, after and before all the others."""


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

    def reads(self) -> Iterator[Probe]:
        """Searches of every kind, retrieval, TD0.2 and TD1.3a."""
        for question in self._questions():
            query = StoredQuery(question, full_objects=self.dice.random() < 0.7, all_versions=self.dice.random() < 0.5)
            if isinstance(question, GetAssociations | GetDocumentsAndAssociations) and self.dice.random() < 0.5:
                query = replace(query, association_statuses=ALL)
            body = iti18_request.write_request(query, patient_type="NH")
            yield message(f"ITI-18 {query}", "registry", soap.Action.STORED_QUERY, body, self.name())
        for unique_ids in self._unique_ids():
            body = iti43.write_request([iti43.DocumentRequest(REPOSITORY, unique_id) for unique_id in unique_ids])
            yield message(f"ITI-43 {unique_ids}", "repository", soap.Action.RETRIEVE, body, self.name())
        for kind in (RecordTest, IdentityRequest):
            header = MessageHeader(MessageId("1.2.3"), dtm.of(START), Device("1.2.4", "x"), query=MessageId("1.2.5"))
            body = hl7v3.write_request(kind(header, self.seen.scene.patient))
            yield message(kind.__name__, "patients", "urn:hl7-org:v3:PRPA_IN201307UV02", body, self.name())

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

    def writes(self) -> Iterator[Probe]:
        """Updates and deposits aimed at what is hidden; those that hide what the viewer sends come last."""
        yield from self._updates()
        who = self.seen.who
        if who is not None:
            yield from (deposit_message(label, lot, self.name()) for label, lot in self._deposits(who))
            body = habilitations.write_authorisation(AuthorisationRequest(AuthorisationAction.ADD))
            yield message("TD0.3", "habilitations", habilitations.ACTIONS[0], body, self.name())

    def _updates(self) -> Iterator[Probe]:
        operations = [self._status(), self._version(), self._status(), self._version()]
        for operation in operations:
            yield self._update(operation)
        yield self._update(operations[0], self._on_shown())
        yield self._update(self._on_shown(), operations[1])
        yield self._update(UpdateStatus(UNKNOWN, EntryStatus.APPROVED, EntryStatus.ARCHIVED), operations[0])
        yield self._update(UpdateStatus(FIRST_UNKNOWN, EntryStatus.APPROVED, EntryStatus.ARCHIVED), operations[0])
        yield self._update(operations[1], lot_id=self._lot_id())
        yield self._update(self._on_shown(), lot_id=self._lot_id())

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

    def _deposits(self, who: Credentials) -> Iterator[tuple[str, Submission]]:
        """Lots of the viewer that run into hidden things."""
        scene, secret = self.seen.scene, self._secret()
        lot_id, some_id = self._lot_id(), self.dice.choice(self.seen.ids or [UNKNOWN])
        yield "same lot id", self._lot(who, self._paper(), lot=scene.lot(who, unique_id=lot_id))
        yield "same lot uuid", self._lot(who, self._paper(), lot=scene.lot(who, uuid=some_id))
        yield "same link uuid", self._linked(who, some_id)
        for relation in (Relation.REPLACES, Relation.APPENDS, Relation.TRANSFORMS_AND_REPLACES):
            paper = self._paper()
            yield f"{relation} of a hidden one", self._lot(who, paper, links=[(paper.uuid, relation, some_id)])
        paper = self._paper()
        links = [(paper.uuid, Relation.APPENDS, target) for target in (UNKNOWN, FIRST_UNKNOWN, secret.uuid)]
        yield "links to hidden and unknown", self._lot(who, paper, links=links)
        if scene.shown:
            paper = self._paper()
            links = [(paper.uuid, Relation.REPLACES, t) for t in (self.dice.choice(scene.shown).uuid, secret.uuid)]
            yield "replaces shown and hidden", self._lot(who, paper, links=links)
        used = self.dice.choice(scene.shown).unique_id if scene.shown else "2.25.1"
        paper = self._paper()
        yield (
            "hidden target, used document id",
            self._lot(who, self._paper(used), links=[(paper.uuid, Relation.APPENDS, secret.uuid)]),
        )
        # Last, since what it writes has that id in the second world, and another one in the first.
        yield "same entryUUID", self._lot(who, self._named(self._paper(), some_id))
        lots = [
            ("same uniqueId, other octets", self._lot(who, self._paper(secret.unique_id))),
            ("same uniqueId, same octets", self._lot(who, self._copy(who, secret))),
        ]
        yield from self.dice.sample(lots, len(lots))

    def _paper(self, unique_id: str = "") -> Paper:
        viewer = self.seen.viewer
        return self.seen.scene.paper(viewer.standing_for or viewer.holder, unique_id=unique_id)

    def _copy(self, who: Credentials, secret: Paper) -> Paper:
        if secret.entry.is_signature:
            return self._paper(secret.unique_id)
        entry = replace(self.seen.scene.described(secret.octets), authors=(sender(who),))
        return Paper(entry, secret.octets, who)

    @staticmethod
    def _named(paper: Paper, uuid: str) -> Paper:
        return replace(paper, entry=replace(paper.entry, uuid=uuid))

    def _lot(
        self,
        who: Credentials,
        paper: Paper,
        *,
        links: list[tuple[str, Relation, str]] | None = None,
        lot: SubmissionSet | None = None,
    ) -> Submission:
        entry = replace(paper.entry, authors=(sender(who),))
        if links and links[0][0] != paper.uuid:
            links = [(paper.uuid, relation, target) for _, relation, target in links]
        built = self.seen.scene.submission(who, [replace(paper, entry=entry)], links=links or (), lot=lot)
        if who.authentication is not Authentication.DIRECT:
            return built
        return signed(built, who, at=START, new_oid=self.seen.scene.oid)

    def _linked(self, who: Credentials, uuid: str) -> Submission:
        lot = self._lot(who, self._paper())
        first, *others = lot.associations
        return replace(lot, associations=(replace(first, uuid=uuid), *others))


def _told(operation: UpdateEntry | UpdateStatus) -> str:
    if isinstance(operation, UpdateStatus):
        return f"{operation.target} {operation.original.rpartition(':')[2]} to {operation.new.rpartition(':')[2]}"
    return f"{operation.entry.logical_id} {operation.entry.visibility} from {operation.previous_version}"
