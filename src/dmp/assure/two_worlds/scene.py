"""What happens to one person: documents, lots, folders, and the steps in which they come (security 7)."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from dmp.actions.submit_documents import SubmitDocuments
from dmp.actions.update_documents import UpdateDocuments
from dmp.assure.two_worlds.world import START, World, Worlds, actor_of
from dmp.client import lots
from dmp.client.credentials import Credentials
from dmp.documents.intake import Examination, said_in
from dmp.record.actor import Caller, Representative
from dmp.record.codes import Code
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet
from dmp.record.patient import Contact, Guardian, PatientId
from dmp.record.record import Authorisation, Record
from dmp.record.submission import MetadataUpdate, Submission, UpdateEntry, UpdateStatus
from dmp.record.visibility import Visibility
from dmp.sandbox.maker import DocumentContext, plain_text
from dmp.sandbox.population import Person
from dmp.wire.content import MemoryContent

ALL = frozenset(EntryStatus)
"""Every status, asked for."""
GUARDIAN = Representative("285076322082910", "MERE-FICTIF Test")
"""The legal representative of everybody."""
LETTER = Code("11490-0", "2.16.840.1.113883.6.1", "Lettre de liaison à la sortie d'un établissement")
PRESCRIPTION = Code("57833-6", "2.16.840.1.113883.6.1", "Prescription de produits de santé")
DISPENSATION = Code("60593-1", "2.16.840.1.113883.6.1", "Dispensation médicamenteuse")
COMMON_WORD = "fictif"
"""What every document says."""
AUTHOR = "doctor"
"""Who made what is hidden, as the sandbox calls him."""


SHOWN = Visibility()
"""Hidden from nobody."""
Act = Callable[[World], object]
"""Something that happens in one world."""


@dataclass(frozen=True)
class Paper:
    """A document and its entry, under an id of ours."""

    entry: DocumentEntry
    octets: bytes
    author: Credentials
    word: str = ""
    """What no other document says: whoever searches for it asks for this one."""
    kind: Code | None = None
    at: datetime = START

    @property
    def uuid(self) -> str:
        """The entryUUID, which is the logical id too."""
        return self.entry.uuid

    @property
    def unique_id(self) -> str:
        """The uniqueId."""
        return self.entry.unique_id


@dataclass(frozen=True)
class Step:
    """Something that happens; a secret step happens in the first world only. `secret_act` replaces `act` there."""

    act: Act | None
    secret_act: Act | None = None

    def happen(self, worlds: Worlds, number: int) -> None:
        """Let it happen in each world, as the step of that number."""
        for world in worlds.all:
            act = self.secret_act if self.secret_act is not None and world is worlds.all[0] else self.act
            if act is not None:
                world.turn_to(number)
                act(world)


@dataclass
class Scene:
    """One person, one viewer, and a list of things that happen."""

    worlds: Worlds
    person: Person
    dice: random.Random
    steps: list[Step] = field(default_factory=list)
    secrets: list[Paper] = field(default_factory=list)
    shown: list[Paper] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    """The uniqueIds of the lots that hold secrets."""
    secret_folders: list[Folder] = field(default_factory=list)
    shown_folders: list[Folder] = field(default_factory=list)

    @property
    def patient(self) -> PatientId:
        """Whom the record is about."""
        return self.person.patient

    def uuid(self) -> str:
        """A fresh entryUUID, of the dice."""
        return f"urn:uuid:{UUID(int=self.dice.getrandbits(128), version=4)}"

    def oid(self) -> str:
        """A fresh uniqueId, of the dice."""
        return f"2.25.{self.dice.getrandbits(100)}"

    def paper(
        self,
        holder: str = AUTHOR,
        *,
        unique_id: str = "",
        title: str = "",
        hidden: Visibility = SHOWN,
        like: Paper | None = None,
        of: Code | None = None,
    ) -> Paper:
        """A document by a holder, as its own software would describe it, `of` a type or of any.

        `like` another one, it is a copy of it.
        """
        author = self.worlds.credentials(holder)
        kind = of or self.dice.choice((None, LETTER, PRESCRIPTION) if holder == AUTHOR else (None, LETTER))
        at = START - timedelta(hours=self.dice.randrange(1, 5000))
        if like is not None:
            kind, at, title = like.kind, like.at, like.entry.title
        context = DocumentContext(
            id=unique_id or self.oid(),
            patient=self.patient,
            traits=self.person.traits,
            author=author.professional,
            at=at,
            guardians=self.person.guardians,
        )
        word = "canari" + "".join(self.dice.choices("bcdfghjklmnpqrtvwxz", k=8))
        text, title = f"{COMMON_WORD} {word}", title or "Note"
        octets = plain_text(context, text, title=title, kind=kind) if kind else plain_text(context, text, title=title)
        return Paper(self.described(octets, hidden), octets, author, word, kind, at)

    def described(self, octets: bytes, hidden: Visibility = SHOWN) -> DocumentEntry:
        """The entry of a document, hidden from some."""
        return lots.entry_of(octets, self.uuid(), self.patient, visibility=hidden)

    def lot(self, who: Credentials | None, *, unique_id: str = "", uuid: str = "") -> SubmissionSet:
        """A lot by somebody; a citizen signs with his number."""
        made = lots.new_set(
            self.patient, who or self.worlds.credentials(AUTHOR), at=START, new_oid=lambda: unique_id or self.oid()
        )
        made = replace(made, uuid=uuid or self.uuid(), source_id="2.25.1")
        if who is None:
            made = replace(made, authors=tuple(replace(a, person=f"{self.patient.number}^X") for a in made.authors))
        return made

    def submission(
        self,
        who: Credentials,
        papers: Sequence[Paper],
        *,
        links: Sequence[tuple[str, Relation, str]] = (),
        lot: SubmissionSet | None = None,
        folders: Sequence[Folder] = (),
    ) -> Submission:
        """A lot of papers and folders, with links between ids; it holds what puts a paper in a folder."""
        lot = lot or self.lot(who)
        built = lots.build(lot, [(paper.entry, paper.octets) for paper in papers])
        more = [Association(f"link-{n}", kind, source, target) for n, (source, kind, target) in enumerate(links)]
        held = [folder.uuid for folder in folders] + [a.uuid for a in more if a.type is Relation.HAS_MEMBER]
        more += [Association(f"holds-{n}", Relation.HAS_MEMBER, lot.uuid, uuid) for n, uuid in enumerate(held)]
        return replace(built, associations=(*built.associations, *more), folders=tuple(folders))

    def folder(self, *, unique_id: str = "") -> Folder:
        """A folder under ids of ours."""
        return Folder(
            uuid=self.uuid(),
            unique_id=unique_id or self.oid(),
            patient_cx=f"{self.patient.number}^^^&{self.patient.root}&ISO^NH",
            codes=(Code("SUIVI", "1.2.250.1.999.7", "Suivi"),),
            title="Suivi",
        )

    def with_signature(self, submission: Submission) -> Submission:
        """A lot with an entry of type E1762, whose octets say nothing of the lot."""
        entry = replace(
            submission.entries[0],
            uuid=self.uuid(),
            unique_id=self.oid(),
            type_code=Code("E1762", "ASTM", "Full Document"),
            title="Signature",
            authors=submission.submission_set.authors,
            visibility=Visibility(masked=True, hidden_from_patient_since=START),
        )
        member = Association("hm-s", Relation.HAS_MEMBER, submission.submission_set.uuid, entry.uuid, "Original")
        signs = Association("signs", Relation.SIGNS, entry.uuid, submission.submission_set.uuid)
        return replace(
            submission,
            entries=(*submission.entries, entry),
            associations=(*submission.associations, member, signs),
            documents={**submission.documents, entry.uuid: MemoryContent(b"<Signature/>")},
        )

    # -- steps

    def caller(self, who: Credentials) -> Caller:
        """Somebody with a card, about this person."""
        return Caller(actor_of(who), patient=self.patient)

    def submits(self, submission: Submission) -> SubmitDocuments:
        """The act that puts a lot in, past the judgement of its documents; what they say is read."""
        examined = Examination(self.worlds.profile, said=said_in(submission))
        return SubmitDocuments(self.patient, submission, examined, "1.2.250.1.999.3")

    def deposits(self, submission: Submission, who: Credentials) -> Act:
        """Put a lot in (`submits`)."""
        action = self.submits(submission)

        def act(world: World) -> None:
            world.perform(self.caller(who), action)

        return act

    def changes(self, paper: Paper, who: Credentials, *, masked: bool) -> Act:
        """The author masks a document, or shows it again (TD3.3a)."""
        lot, uuid = self.lot(who), self.uuid()

        def act(world: World) -> None:
            entry = newest(world, self.patient, paper.uuid)
            changed = replace(entry, uuid=uuid, visibility=replace(entry.visibility, masked=masked))
            update = MetadataUpdate(lot, (UpdateEntry(changed, entry.version),))
            world.perform(self.caller(who), UpdateDocuments(self.patient, update, self.worlds.profile))

        return act

    def becomes(self, paper: Paper, status: EntryStatus, who: Credentials) -> Act:
        """The author archives or deletes a document (TD3.3c, TD3.3d)."""
        lot = self.lot(who)

        def act(world: World) -> None:
            entry = newest(world, self.patient, paper.uuid)
            update = MetadataUpdate(lot, (UpdateStatus(entry.uuid, entry.status, status),))
            world.perform(self.caller(who), UpdateDocuments(self.patient, update, self.worlds.profile))

        return act

    def amends(self, change: Callable[[Record], Record]) -> Act:
        """Change the record itself, as the portal will; nothing where there is none."""

        def act(world: World) -> None:
            with world.store.begin() as tx:
                record = tx.records.of(self.patient)
                if record is not None:
                    tx.records.change(change(record), at=world.at)

        return act

    def opens(self, known: Callable[[Record], Record] = lambda record: record) -> Act:
        """Make the record; `known` adds who may see it."""
        reached = Contact(telecoms=(("", "mailto:mere@example.org"),))
        guardian = Guardian("MTH", "MERE-FICTIF", "TEST", reached, PatientId(GUARDIAN.id, self.patient.root))
        record = Record(
            self.record_key,
            (self.patient,),
            opened=START,
            traits=self.person.traits,
            contact=self.person.contact,
            guardians=(guardian,),
        )

        def act(world: World) -> None:
            with world.store.begin() as tx:
                tx.records.add(known(record))

        return act

    @property
    def record_key(self) -> str:
        """Of the record of this scene."""
        return f"00000000-0000-4000-8000-{self.worlds.scenes:012d}"


def newest(world: World, patient: PatientId, logical_id: str) -> DocumentEntry:
    """The newest version of an entry.

    Raises:
        LookupError: there is no such entry.
    """
    with world.store.begin() as tx:
        record = tx.records.of(patient)
        if record is None:
            raise LookupError("no record")
        return max(tx.inside(record).by_logical_id(logical_id), key=lambda entry: entry.version)


def given(subject: str, *, by_holder: bool = False) -> Authorisation:
    """An authorisation for a year."""
    return Authorisation(subject, START, START + timedelta(days=365), subject, by_holder)
