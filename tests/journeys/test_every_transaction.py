"""TD0.2 to TD3.3d, each played by a caller of every column of the published rights, with its refusals.

The tables below are those of functional 3.3, cell by cell, as they are read; what is there under a condition (y5 to
y9) is played on both sides of it. TD0.9 and TD0.10 open a page, TD1.1 to TD1.5 have journeys of their own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dmp.client import CallRefused, DmpClient
from dmp.record.actor import Mode
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.record import Authorisation
from dmp.record.visibility import Visibility
from dmp.sandbox.population import Person
from journey_builders import DAY, MASKED, Story
from sandboxes import Sandbox, sandboxes

DIRECT = """
                         PSn PSr PSb  Mn  Mr  Mb MdT MTn MTb CPE ESn ESr
TD0.2                      y   y   y   y   y   y   y   y   y   y   y   y
TD0.3 let me in            y   -   -   y   -   -   -   y   -   y   -   -
TD0.3 give up              y   -   -   y   -   -   -   y   -   -   -   -
TD0.3 leave the role       -   -   -   -   -   -   -   y   -   -   -   -
TD0.4                      y   y   y   y   y   y   y   y   y   y   y   -
TD0.5                      -   y   -   -   y   -   -   -   -   -   -   y
TD1.3a                     y   y   y   y   y   y   y   y   y   y   y   y
TD1.6                      y   -   -   y   -   -   y   y   -   -   -   -
TD2.1 or TD2.2             y   y   y   y   y   y   y   y   y   y   y   y
TD3.1                      y   y   y   y   y   y   y   y   y   -   -   -
TD3.1 reference of others  y   y   y   y   y   y   y   y   y   -   -   -
TD3.1 reference of own     y   y   y   y   y   y   y   y   y   y   y   y
TD3.2                      y   y   y   y   y   y   -   y   y   -   -   -
TD3.2 to be announced      y   y   y   y   y   y   -   y   y   -   -   -
TD3.2 archived             y   y   y   y   y   y   -   y   y   -   -   -
TD3.2 masked               -   -   -   -   -   -   -   y   -   -   -   -
TD3.2 masked, allowed      -   y   y   -   y   y   -   y   y   -   -   -
TD3.2 masked, own          y   y   y   y   y   y   -   y   y   -   -   -
TD3.3a mask                y   -   -   y   -   -   y   y   -   -   -   -
TD3.3a unmask of others    -   -   -   -   -   -   -   y   -   -   -   -
TD3.3a unmask of own       y   -   -   y   -   -   y   y   -   -   -   -
TD3.3b                     -   -   -   y   -   -   y   y   -   -   -   -
TD3.3d archive of others   -   -   -   -   y   y   -   y   y   -   -   -
TD3.3d archive of own      y   -   -   y   y   y   y   y   y   -   -   -
TD3.3d unarchive of own    y   -   -   y   y   y   y   y   y   -   -   -
TD3.3c of others           -   -   -   -   -   -   -   -   -   -   -   -
TD3.3c of own              y   y   y   y   y   y   y   y   y   y   y   y
"""
"""Direct and indirect mode (PDT-INF-526 v1.8). TD3.3b by a nurse waits for a switch (DEC-15); what is the
caller's own is read in an emergency whatever the holder said (DEC-18)."""
AIR = {
    "TD0.3 leave the role": "-",
    "TD2.1 or TD2.2": "-",
    "TD3.3d archive of others": {"Mn": "y"},
}
"""What «authentification indirecte renforcée» changes in it (PDT-INF-606 v1.3; DEC-14)."""
NOW = datetime.now(UTC)
MODES = {"r": Mode.EMERGENCY_DISPATCH, "b": Mode.BREAK_GLASS}
PEOPLE = {"PS": "nurse", "M": "doctor2", "Md": "occupational_doctor", "MT": "doctor2"}
REASON = "Personne inconsciente, risque immédiat"
COLUMNS = DIRECT.split("\n")[1].split()
PUBLISHED = {
    line[:26].strip(): dict(zip(COLUMNS, line[26:].split(), strict=True)) for line in DIRECT.strip("\n").split("\n")[1:]
}
WORDS_OF_REFUSAL = {
    "DMPAccessDeniedByRightsService",
    "LocalPolicyRestrictionError",
    "UnresolvedReferenceException",
    "XDSDocumentUniqueIdError",
    "XDSMetadataUpdateError",
}


def published(column: str, *, air: bool) -> Mapping[str, str]:
    """The column of a table, transaction by transaction."""
    told = {row: cells[column] for row, cells in PUBLISHED.items()}
    for row, change in AIR.items() if air else ():
        told[row] = change if isinstance(change, str) else change.get(column, told[row])
    return told


@dataclass
class Play:
    """A caller who stands in one column, before a record that lets him in."""

    story: Story
    column: str
    air: bool

    @property
    def holder(self) -> str:
        """Who it is."""
        return {"CPE": "secretary", "ESn": "hospital", "ESr": "regulation_centre"}.get(
            self.column, PEOPLE.get(self.column[:-1], "")
        )

    def client(self) -> DmpClient:
        """How he calls."""
        mode = MODES.get(self.column[-1], Mode.NORMAL)
        place = "regulation_centre" if mode is Mode.EMERGENCY_DISPATCH else "hospital"
        if self.column in ("ESn", "ESr"):
            client = self.story.by(self.holder, standing_for="doctor2")
        elif self.air:
            client = self.story.by(place, standing_for=self.holder, air=True)
        else:
            client = self.story.by(self.holder)
            if mode is Mode.EMERGENCY_DISPATCH:
                centre = self.story.by(place).credentials.facility
                client = client.in_mode(mode)
                client.credentials = replace(client.credentials, facility=centre)
        return client.in_mode(mode, REASON if mode is Mode.BREAK_GLASS else "")

    def prepare(self) -> None:
        """The record is open, the caller let in; he works wherever he calls from."""
        story, who = self.story.opened("doctor3"), self.story.by(self.holder).credentials
        places = [story.by(name).credentials.facility.id for name in ("hospital", "regulation_centre")]
        with story.store() as store, store.begin() as tx:
            tx.directory.load([], [(person.user, place) for person in self._people() for place in places])
        given = Authorisation(who.user, NOW - DAY, NOW + 99 * DAY, story.patient.number, by_holder=True)
        story.change(lambda record: replace(record, authorisations=(*record.authorisations, given)))
        if self.column.startswith("MT"):
            story.by("doctor2").become_attending(story.patient)
            story.confirm_attending("doctor2")

    def _people(self):
        return [self.story.by(name).credentials for name in ("nurse", "doctor2", "occupational_doctor")]

    def own(self, title: str, visibility: Visibility = Visibility()) -> DocumentEntry:  # noqa: B008
        """A document of the caller: what he wrote, what his structure sent."""
        if self.holder in ("secretary", "hospital"):
            return self._sent_by("hospital", title, visibility)
        if self.holder == "regulation_centre":
            return self._sent_by("regulation_centre", title, visibility)
        return self.story.fed(title, by=self.holder, visibility=visibility)

    def of_others(self, title: str, visibility: Visibility = Visibility()) -> DocumentEntry:  # noqa: B008
        """A document of somebody else."""
        return self.story.fed(title, by="doctor3", visibility=visibility)

    def _sent_by(self, structure: str, title: str, visibility: Visibility) -> DocumentEntry:
        client = self.story.by(structure, standing_for="doctor2")
        document = self.document(title, client)
        client.submit(self.story.patient, [document], visibility=visibility)
        entry = self.story.found("doctor2", document)
        self.story.documents[entry.unique_id] = document
        return entry

    def document(self, title: str, client: DmpClient) -> bytes:
        """A note of a doctor who works where the client calls from."""
        written = self.story.note(title, author="doctor2")
        doctors = self.story.by("doctor2").credentials.facility.id.encode()
        return written.replace(doctors, client.credentials.facility.id.encode())

    def feed(self, client: DmpClient) -> None:
        """A new document, as the caller would deposit it."""
        personal = self.holder in ("nurse", "doctor2", "occupational_doctor")
        written = self.story.note("Nouveau", author=self.holder) if personal else self.document("Nouveau", client)
        own_place = self.story.by(self.holder).credentials.facility.id.encode()
        client.submit(self.story.patient, [written.replace(own_place, client.credentials.facility.id.encode())])

    def played(self) -> dict[str, str]:
        """Each transaction and what came of it; those that end something come last."""
        self.prepare()
        story, me, patient = self.story, self.client(), self.story.patient
        entries = self._entries()
        acts: dict[str, Callable[[], object]] = {
            "TD0.2": lambda: me.test_record(patient),
            "TD1.3a": lambda: me.read_identity(patient),
            "TD0.4": lambda: me.my_records(since=NOW - DAY),
            "TD0.5": lambda: me.find_patients(story.person.traits.birth_name, story.person.traits.birth_first_name),
            "TD1.6": lambda: me.list_authorisations(patient),
            "TD2.1 or TD2.2": lambda: self.feed(me),
            "TD3.1": lambda: self._must_find(me, entries["others"]),
            "TD3.1 reference of others": lambda: self._must_refer(me, entries["others"]),
            "TD3.1 reference of own": lambda: self._must_refer(me, entries["own"]),
            "TD3.2": lambda: self._must_read(me, entries["others"]),
            "TD3.2 to be announced": lambda: self._must_read(me, entries["to announce"]),
            "TD3.2 archived": lambda: self._must_read(me, entries["archived"]),
            "TD3.2 masked": lambda: self._must_read(me, entries["masked"]),
            "TD3.2 masked, own": lambda: self._must_read(me, entries["own masked"]),
            "TD3.2 masked, allowed": lambda: self._once_allowed(lambda: self._must_read(me, entries["masked"])),
            "TD3.3a mask": lambda: me.mask(patient, entries["to mask"]),
            "TD3.3a unmask of others": lambda: me.unmask(patient, entries["masked"]),
            "TD3.3a unmask of own": lambda: me.unmask(patient, entries["own masked"]),
            "TD3.3b": lambda: me.show_to_patient(patient, entries["to announce"]),
            "TD3.3d archive of others": lambda: me.archive(patient, entries["others"]),
            "TD3.3d archive of own": lambda: me.archive(patient, entries["own"]),
            "TD3.3d unarchive of own": lambda: me.unarchive(patient, entries["own archived"]),
            "TD3.3c of others": lambda: me.delete(patient, entries["to mask"]),
            "TD3.3c of own": lambda: me.delete(patient, entries["own to delete"]),
            "TD0.3 let me in": lambda: me.authorise(patient),
            "TD0.3 leave the role": lambda: me.leave_attending(patient),
            "TD0.3 give up": lambda: me.renounce(patient),
        }
        return {name: outcome(act) for name, act in acts.items()}

    def _entries(self) -> dict[str, DocumentEntry]:
        story, to_announce = self.story, Visibility(hidden_from_patient_since=NOW)
        entries = {
            "others": self.of_others("D'un autre"),
            "masked": self.of_others("Masqué", MASKED),
            "to announce": self.of_others("À annoncer", to_announce),
            "archived": self.of_others("Archivé"),
            "to mask": self.of_others("À masquer"),
            "own": self.own("Le sien"),
            "own masked": self.own("Le sien, masqué", MASKED),
            "own archived": self.own("Le sien, archivé"),
            "own to delete": self.own("Le sien, à supprimer"),
        }
        story.by("doctor3").archive(story.patient, entries["archived"])
        self._set_status(entries["own archived"], EntryStatus.ARCHIVED)
        entries["own archived"] = replace(entries["own archived"], status=EntryStatus.ARCHIVED)
        return entries

    def _set_status(self, entry: DocumentEntry, status: EntryStatus) -> None:
        """By nobody: who may archive it is what is tried."""
        with self.story.store() as store, store.begin() as tx:
            record = tx.records.of(self.story.patient)
            assert record is not None
            tx.inside(record).set_status(entry.uuid, status)

    def _once_allowed(self, act: Callable[[], None]) -> None:
        """The holder lets emergencies read what is masked, for the time of the act."""
        self.story.change(lambda record: replace(record, emergency_reads_masked=True))
        try:
            act()
        finally:
            self.story.change(lambda record: replace(record, emergency_reads_masked=False))

    def _must_find(self, client: DmpClient, entry: DocumentEntry) -> None:
        assert_there(entry.title in self.story.titles(client))

    def _must_refer(self, client: DmpClient, entry: DocumentEntry) -> None:
        assert_there(self.story.entry(client, entry.unique_id) is not None)

    def _must_read(self, client: DmpClient, entry: DocumentEntry) -> None:
        assert client.read(self.story.patient, entry.unique_id) == self.story.documents[entry.unique_id]


class NotThere(Exception):
    """A search that answered, without what was looked for: so are searches refused (DEC-41)."""


def assert_there(found: bool) -> None:
    if not found:
        raise NotThere


def outcome(act: Callable[[], object]) -> str:
    """What came of an act: `y`, `-`, or a word that no refusal of rights has."""
    try:
        act()
    except NotThere:
        return "-"
    except CallRefused as refusal:
        return "-" if refusal.code in WORDS_OF_REFUSAL else str(refusal)
    return "y"


@pytest.fixture(scope="module")
def place() -> Iterator[Sandbox]:
    """A service of its own: here everybody works everywhere."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, sandboxes(Path(folder)) as start:
        yield start()


@pytest.fixture
def story(place: Sandbox, person: Person) -> Story:
    """An adult without record."""
    return Story(place, person)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_transaction_is_as_published_in_direct_and_indirect_mode(story, column):
    assert Play(story, column, air=False).played() == published(column, air=False)


@pytest.mark.parametrize("column", [column for column in COLUMNS if not column.startswith("ES")])
def test_every_transaction_is_as_published_in_air(story, column):
    assert Play(story, column, air=True).played() == published(column, air=True)
