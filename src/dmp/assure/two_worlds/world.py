"""A world: the whole service behind its TLS and its VIHF, octets in, octets out, on one store (security 7).

Its clock and its ids are ours, so that two answers can be compared octet for
octet once the ids that the service made are put aside.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from dmp.actions.action import Action, Result
from dmp.client.credentials import Credentials, read_contract
from dmp.gate import Gate
from dmp.main import build_gate, build_house, open_store
from dmp.record.actor import Actor, Authentication, Caller, FacilitySoftware, Holder, Mode, Staff
from dmp.record.enrolment import Enrolment
from dmp.record.patient import PatientId
from dmp.record.profile import Profile
from dmp.record.verb import Verb
from dmp.sandbox.folder import SandboxOptions, write_contract
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import ready
from dmp.settings import Settings
from dmp.store import dialect, migrate, schema
from dmp.store.tx import Store
from dmp.trust import Trust
from dmp.web.soap.edge import Edge
from dmp.wire.soap import Envelope
from dmp.wire.vihf.assertion import Statements, Vihf

START = datetime.now(UTC).replace(microsecond=0)
"""When every scene begins; one instant for a whole run, so that two worlds never differ by it."""


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

    def enrol(self) -> Enrolment:
        """A login and a password that follow the steps too; hashed, a password would never be the same twice."""
        said = self.new_id()
        return Enrolment(said, said, said)

    def turn_to(self, step: int) -> None:
        """Begin a step: a minute per step, ids of its own."""
        self.step, self.made, self.at = step, 0, START + timedelta(minutes=step)

    def perform(self, caller: Caller, action: Action[Result]) -> Result:
        """Do something, at the time of the step."""
        return self.gate.perform(caller, action, self.at)

    def refuse(self, caller: Caller | None, verb: Verb | None, error: Exception) -> None:
        """Leave the trace of a call that never became an act."""
        self.gate.note_refusal(caller, verb, error, self.at)

    def authenticate(self, envelope: Envelope, certificate: bytes) -> tuple[Caller, Vihf]:  # noqa: ARG002
        """Whoever calls was believed already."""
        statements = Statements("_a", self.at, "", "", (), (), self.at, "", "")
        vihf = Vihf(statements, "3.0", Authentication.DIRECT, "", "", "", (), Mode.NORMAL, self.caller.patient)
        return self.caller, vihf

    def count_traces(self) -> int:
        """How many traces there are."""
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
def worlds(folder: Path, *, count: int = 2) -> Iterator["Worlds"]:
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
        enrol=world.enrol,
    )
    world.edge = Edge(house, world.authenticate)
    try:
        yield world
    finally:
        store.close()


@dataclass
class Worlds:
    """Several worlds side by side: in the first everything happens, in the others what the viewer may see."""

    folder: Path
    settings: Settings
    all: list[World]
    scenes: int = 0

    @property
    def profile(self) -> Profile:
        """Of the wire, the same everywhere."""
        return self.settings.wire_profile

    def credentials(self, holder: str, *, standing_for: str = "", air: bool = False) -> Credentials:
        """Of a holder of certificates, as the sandbox calls him; as `DmpClient.from_sandbox`."""
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
