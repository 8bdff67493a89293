"""Two worlds that differ only by what a viewer may not see, and questions to tell them apart (security 7).

A world is the whole service behind its TLS and its VIHF: octets in, octets
out, one store. Its clock and its ids are ours, so that two answers can be
compared octet for octet once the ids that the service made are put aside.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from lxml import etree
from sqlalchemy import func, select

from dmp.actions.action import Action
from dmp.actions.submit_documents import SubmitDocuments
from dmp.actions.update_documents import UpdateDocuments
from dmp.client import lots
from dmp.client.credentials import Credentials, read_contract
from dmp.documents.intake import Examination
from dmp.gate import Gate
from dmp.main import build_gate, build_house, open_store
from dmp.record.actor import (
    Actor,
    Authentication,
    Caller,
    FacilitySoftware,
    Holder,
    Mode,
    Representative,
    Staff,
)
from dmp.record.codes import Code
from dmp.record.entry import Association, DocumentEntry, EntryStatus, Folder, Relation, SubmissionSet
from dmp.record.patient import Guardian, PatientId
from dmp.record.profile import Profile
from dmp.record.record import Authorisation, Record
from dmp.record.submission import MetadataUpdate, Submission, UpdateEntry, UpdateStatus
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from dmp.sandbox.folder import SandboxOptions, write_contract
from dmp.sandbox.maker import DocumentContext, plain_text
from dmp.sandbox.population import Person
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import ready
from dmp.settings import Settings
from dmp.store import dialect, migrate, schema
from dmp.store.tx import Store
from dmp.trust import Trust
from dmp.web.http import Incoming, Outgoing
from dmp.web.soap.edge import Edge, Received
from dmp.wire import mtom, soap
from dmp.wire.content import MemoryContent
from dmp.wire.vihf.assertion import Statements, Vihf
from dmp.wire.xds import iti41, iti43
from dmp.wire.xml import Element

START = datetime.now(UTC).replace(microsecond=0)
SERVICE_MADE = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[578][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
"""Ids that the service makes: version 7 here, version 8 for the children of objects. Ours are of version 4."""
SECURITY = etree.Element("{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}Security")
ALL = frozenset(EntryStatus)
GUARDIAN = Representative("285076322082910", "MERE-FICTIF Test")
AUTHOR = "doctor"


@dataclass
class World:
    """One service, its clock and its ids in our hands."""

    store: Store
    gate: Gate = field(init=False)
    edge: Edge = field(init=False)
    at: datetime = START
    scene: int = 0
    step: int = 0
    made: int = 0
    caller: Caller = field(default_factory=lambda: Caller(Holder(PatientId("", ""))))

    def new_id(self) -> str:
        """Ids that follow the steps, as those of the service follow the time."""
        self.made += 1
        return str(UUID(int=(self.scene << 96) | (self.step << 80) | (7 << 76) | (8 << 60) | self.made))

    def turn_to(self, step: int) -> None:
        """Begin a step: a minute per step, ids of its own."""
        self.step, self.made, self.at = step, 0, START + timedelta(minutes=step)

    def perform(self, caller: Caller, action: Action) -> object:
        return self.gate.perform(caller, action, self.at)

    def refuse(self, caller: Caller | None, verb: Verb | None, error: Exception) -> None:
        self.gate.note_refusal(caller, verb, error, self.at)

    def authenticate(self, _envelope: object, _certificate: bytes) -> tuple[Caller, Vihf]:
        """Whoever calls was believed already."""
        statements = Statements("_a", self.at, "", "", (), (), self.at, "", "")
        vihf = Vihf(statements, "3.0", Authentication.DIRECT, "", "", "", (), Mode.NORMAL, self.caller.patient)
        return self.caller, vihf

    def count_traces(self) -> int:
        with self.store.connection() as connection:
            return connection.execute(select(func.count()).select_from(schema.trace)).scalar_one()

    def ids(self, record: str) -> set[str]:
        """Every entryUUID of a record: of entries, lots, links and folders."""
        with self.store.begin() as tx, suppress(LookupError):
            contents = tx.inside(tx.records.get(record))
            kinds = (contents.entries(), contents.lots(), contents.links(), contents.folders())
            return {each.uuid for kind in kinds for each in kind}
        return set()


@contextmanager
def worlds(folder: Path, count: int = 2) -> Iterator["Worlds"]:
    """Services that share certificates and keys, and nothing else."""
    settings, holders = ready(folder, SandboxOptions(free_port()))
    write_contract(folder, settings, holders)
    with ExitStack() as stack:
        yield Worlds(folder, settings, [stack.enter_context(_world(folder, settings, n)) for n in range(count)])


@contextmanager
def _world(folder: Path, settings: Settings, number: int) -> Iterator[World]:
    url = f"sqlite:///{folder / f'world-{number}.db'}"
    engine = dialect.open_engine(url, connections=1)
    migrate.upgrade(engine)
    engine.dispose()
    settings = replace(settings, database_url=url, blobs=folder / f"blobs-{number}")
    store = open_store(settings)
    raw = store.engine.raw_connection()
    raw.cursor().execute("PRAGMA synchronous=OFF")  # nothing here must outlive a power cut
    raw.close()
    world = World(store)
    world.gate = replace(build_gate(store, settings), new_id=world.new_id)
    house = replace(
        build_house(world.gate, settings, Trust(settings)),
        new_id=world.new_id,
        clock=lambda: world.at,
        perform=world.perform,
        refuse=world.refuse,
    )
    world.edge = Edge(house, world.authenticate)
    try:
        yield world
    finally:
        store.close()


@dataclass
class Worlds:
    """The worlds of a test: in the first everything happens, in the others what the viewer may see."""

    folder: Path
    settings: Settings
    all: list[World]
    scenes: int = 0

    @property
    def profile(self) -> Profile:
        return self.settings.wire_profile

    def credentials(self, holder: str, *, standing_for: str = "", air: bool = False) -> Credentials:
        return _credentials(self.folder, holder, standing_for, air)


@lru_cache(maxsize=64)
def _credentials(folder: Path, holder: str, standing_for: str, air: bool) -> Credentials:
    contract = read_contract(folder)
    who = Credentials.from_sandbox(contract, holder)
    if not standing_for:
        return who
    mode = Authentication.REINFORCED if air else Authentication.INDIRECT
    return who.standing_for(Credentials.from_sandbox(contract, standing_for), mode)


def actor_of(who: Credentials) -> Actor:
    """The actor that an accepted assertion of these credentials makes."""
    if who.authentication is Authentication.INDIRECT:
        return FacilitySoftware(who.facility, who.user, who.name, who.profession, who.know_how)
    if not who.profession.isdigit():
        return Staff(who.user, who.name, who.profession, who.facility, who.authentication)
    return replace(who.professional, via=who.authentication)


# -- what happens in a record


@dataclass(frozen=True)
class Paper:
    """A document and its entry, under an id of ours."""

    entry: DocumentEntry
    octets: bytes
    author: Credentials

    @property
    def uuid(self) -> str:
        return self.entry.uuid

    @property
    def unique_id(self) -> str:
        return self.entry.unique_id


@dataclass(frozen=True)
class Step:
    """Something that happens; a secret step happens in the first world only. `secret_act` replaces `act` there."""

    act: Callable[[World], None] | None
    secret_act: Callable[[World], None] | None = None

    def happen(self, worlds: Worlds, number: int) -> None:
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
        return self.person.patient

    def uuid(self) -> str:
        return f"urn:uuid:{UUID(int=self.dice.getrandbits(128), version=4)}"

    def oid(self) -> str:
        return f"2.25.{self.dice.getrandbits(100)}"

    def paper(self, holder: str = AUTHOR, *, unique_id: str = "", title: str = "", **visibility: bool) -> Paper:
        """A document by a holder, as its own software would describe it."""
        author = self.worlds.credentials(holder)
        kinds = (None, Code("11490-0", "2.16.840.1.113883.6.1", "Lettre de liaison à la sortie d'un établissement"))
        kind = self.dice.choice(kinds)
        context = DocumentContext(
            id=unique_id or self.oid(),
            patient=self.patient,
            traits=self.person.traits,
            author=author.professional,
            at=START - timedelta(hours=self.dice.randrange(1, 5000)),
            guardians=self.person.guardians,
        )
        octets = plain_text(
            context, f"fictif {self.dice.random()}", title=title or "Note", **({"kind": kind} if kind else {})
        )
        return Paper(self.described(octets, **visibility), octets, author)

    def described(self, octets: bytes, *, masked: bool = False, patient: bool = False, guardians: bool = False):
        hidden = Visibility(masked, START if patient else None, guardians)
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

    def caller(self, who: Credentials, **how: object) -> Caller:
        return replace(Caller(actor_of(who), patient=self.patient), **how)

    def deposits(self, submission: Submission, who: Credentials, **how: object) -> Callable[[World], None]:
        """Put a lot in, past the examination of its documents."""
        action = SubmitDocuments(self.patient, submission, Examination(self.worlds.profile), "1.2.250.1.999.3")

        def act(world: World) -> None:
            world.perform(self.caller(who, **how), action)

        return act

    def changes(self, paper: Paper, who: Credentials, **visibility: bool) -> Callable[[World], None]:
        """The author changes what hides a document (TD3.3a)."""
        lot, uuid = self.lot(who), self.uuid()

        def act(world: World) -> None:
            entry = newest(world, self.patient, paper.uuid)
            changed = replace(entry, uuid=uuid, visibility=replace(entry.visibility, **visibility))
            update = MetadataUpdate(lot, (UpdateEntry(changed, entry.version),))
            world.perform(self.caller(who), UpdateDocuments(self.patient, update, self.worlds.profile))

        return act

    def becomes(self, paper: Paper, status: EntryStatus, who: Credentials) -> Callable[[World], None]:
        """The author archives or deletes a document (TD3.3c, TD3.3d)."""
        lot = self.lot(who)

        def act(world: World) -> None:
            entry = newest(world, self.patient, paper.uuid)
            update = MetadataUpdate(lot, (UpdateStatus(entry.uuid, entry.status, status),))
            world.perform(self.caller(who), UpdateDocuments(self.patient, update, self.worlds.profile))

        return act

    def amends(self, **changes: object) -> Callable[[World], None]:
        """Change the record itself, as the portal will."""

        def act(world: World) -> None:
            with world.store.begin() as tx:
                record = tx.records.of(self.patient)
                assert record is not None
                tx.records.change(replace(record, **changes), at=world.at)

        return act

    def opens(self, **known: object) -> Callable[[World], None]:
        """Make the record."""
        record = Record(
            f"00000000-0000-4000-8000-{self.worlds.scenes:012d}",
            (self.patient,),
            opened=START,
            traits=self.person.traits,
            contact=self.person.contact,
            guardians=(Guardian("MTH", "MERE-FICTIF", "TEST", identifier=PatientId(GUARDIAN.id, self.patient.root)),),
        )
        record = replace(record, **known)

        def act(world: World) -> None:
            with world.store.begin() as tx:
                tx.records.add(record)

        return act

    @property
    def record_key(self) -> str:
        return f"00000000-0000-4000-8000-{self.worlds.scenes:012d}"


def newest(world: World, patient: PatientId, logical_id: str) -> DocumentEntry:
    with world.store.begin() as tx:
        record = tx.records.of(patient)
        assert record is not None
        return max(tx.inside(record).by_logical_id(logical_id), key=lambda entry: entry.version)


def given(subject: str, *, by_holder: bool = False) -> Authorisation:
    return Authorisation(subject, START, START + timedelta(days=365), subject, by_holder)


# -- questions, as octets


@dataclass(frozen=True)
class Probe:
    """A message of the viewer."""

    label: str
    service: str
    octets: bytes
    content_type: str


def message(label: str, service: str, action: str, body: Element, name: str) -> Probe:
    root = soap.request(body, action=action, to="https://localhost", message_id=f"urn:uuid:{name}", security=SECURITY)
    return Probe(label, service, root, mtom.simple_type(action))


def deposit_message(label: str, submission: Submission, name: str) -> Probe:
    cids = {uuid: f"{n}@x" for n, uuid in enumerate(submission.documents)}
    body = iti41.write_request(submission, cids=cids)
    parts = [iti43.Part(cids[e.uuid], e.mime_type, submission.documents[e.uuid]) for e in submission.entries]
    action = soap.Action.PROVIDE_AND_REGISTER
    root = soap.request(body, action=action, to="https://localhost", message_id=f"urn:uuid:{name}", security=SECURITY)
    kind, pieces = mtom.write(root, parts, boundary="uuid:b", root_id="root@x", action=action)
    return Probe(label, "repository", b"".join(pieces), kind)


def ask(world: World, caller: Caller, probe: Probe, step: int) -> bytes:
    """Send a probe and give the whole answer, the ids of the service renamed in the order in which they come."""
    world.turn_to(step)
    world.caller = caller
    packaged = mtom.packaging(probe.content_type)
    content = mtom.Multipart(probe.octets)
    if packaged.multipart:
        reader = mtom.MultipartReader(packaged)
        reader.feed(probe.octets)
        content = reader.close()
    answer = world.edge.answer(Received(Incoming(probe.service, probe.content_type, "", b""), packaged, content))
    return renamed(answer)


def renamed(answer: Outgoing) -> bytes:
    names: dict[bytes, bytes] = {}
    whole = b"\n".join((str(answer.status).encode(), answer.content_type.encode(), repr(answer.headers).encode()))
    whole += b"\n\n" + b"".join(answer.pieces)
    return SERVICE_MADE.sub(lambda found: names.setdefault(found[0], b"id-%d" % len(names)), whole)
