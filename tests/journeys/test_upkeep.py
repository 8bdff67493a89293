"""Check, sweep, back up and restore on the command line, on a service that real calls have filled."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.desk.operations import Operations
from dmp.main import open_store
from dmp.record.actor import Mode
from dmp.record.entry import Relation
from dmp.sandbox.folder import SandboxOptions
from dmp.sandbox.population import Person, people
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import running
from dmp.settings import to_environment
from journey_builders import MASKED, Story
from kept_builders import damage
from sandboxes import Sandbox


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of its own: what it holds is known, and is damaged."""
    folder = tmp_path_factory.mktemp("kept") / "sandbox"
    with running(folder, SandboxOptions(free_port(), administration_port=free_port())) as base_url:
        sandbox = Sandbox(folder, base_url)
        try:
            yield sandbox
        finally:
            sandbox.close()


@pytest.fixture(scope="module")
def persons() -> list[Person]:
    return [one for one in people(23, 20) if not one.guardians][:4]


def dmp(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def said(*arguments: str) -> str:
    result = dmp(*arguments)
    assert result.exit_code == 0, (result.stdout, result.exception)
    return result.stdout


def test_a_service_that_calls_have_filled_is_sound_backed_up_and_restored(
    kept: Sandbox, persons: list[Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stories = [Story(kept, person).opened("doctor", "nurse") for person in persons[:3]]
    for story in stories:
        first, hidden = story.fed("Lettre"), story.fed("Secret", visibility=MASKED)
        story.doctor.submit(story.patient, [story.letter("Nouvelle lettre")], replaces=first.uuid)
        story.doctor.archive(story.patient, story.fed("Archivé"))
        assert story.doctor.read(story.patient, hidden.unique_id)
    here, destination = ("--dir", str(kept.folder)), str(tmp_path / "destination")

    told = said("check", "--blobs", *here)
    assert "dmp: sound" in told
    assert told.splitlines()[0].split() == ["records", "3"]
    assert "0 blobs removed" in said("sweep", *here)
    assert "rows" in said("backup", destination, *here)
    assert "0 older backups and 0 blobs" in said("backup", destination, "--keep", "2", *here)
    assert "is whole" in said("restore", destination, "--check", *here)

    settings = replace(
        Operations.at(kept.folder).settings,
        database_url=f"sqlite:///{tmp_path / 'restored.db'}",
        blobs=tmp_path / "restored",
    )
    for name, value in to_environment(settings).items():
        monkeypatch.setenv(name, value)
    said("migrate")
    restored = said("restore", destination)
    assert "dmp: restored as of" in restored
    assert restored.endswith("dmp: sound\n")
    assert said("check", "--blobs").partition("traces")[0] == told.partition("traces")[0]

    again = dmp("restore", destination)
    assert "the database is not empty" in str(again.exception)


def test_what_the_administrator_removed_after_a_backup_stays_removed(
    kept: Sandbox, persons: list[Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    story = Story(kept, persons[-1]).opened("doctor", "nurse")
    emptied, forgotten, left = story.fed("Vidé"), story.fed("Oublié"), story.fed("Gardé")
    here, destination = ("--dir", str(kept.folder)), str(tmp_path / "destination")
    said("backup", destination, *here)
    administrator = story.by("administrator").in_mode(Mode.NORMAL, "Dossier 42")
    administrator.remove_documents(story.patient, [emptied.unique_id])
    administrator.remove_metadata(story.patient, whole_lot_of(story, forgotten.uuid))
    assert said("check", "--blobs", *here).endswith("dmp: sound\n")

    settings = replace(
        Operations.at(kept.folder).settings,
        database_url=f"sqlite:///{tmp_path / 'restored.db'}",
        blobs=tmp_path / "restored",
    )
    for name, value in to_environment(settings).items():
        monkeypatch.setenv(name, value)
    said("migrate")
    restored = said("restore", destination)

    assert re.search(r"[5-9] documents and objects removed again", restored)
    assert restored.endswith("dmp: sound\n")
    with closing(open_store(settings)) as store, store.begin() as tx:
        record = tx.records.of(story.patient)
        assert record is not None
        contents = tx.inside(record)
        assert not contents.has_document(emptied.uuid)
        assert contents.by_uuid([forgotten.uuid]) == ()
        assert contents.read_document(left.uuid) == story.documents[left.unique_id]


def whole_lot_of(story: Story, uuid: str) -> list[str]:
    """The ids of an entry, of its lot, of its signature and of the links between them."""
    with story.store() as store, store.begin() as tx:
        record = tx.records.of(story.patient)
        assert record is not None
        contents = tx.inside(record)
        members = [entry.uuid for entry in contents.lot_of(uuid)]
        links = contents.links_touching(members)
        (lot,) = {link.source for link in links if link.type is Relation.HAS_MEMBER and link.target == uuid}
        return [lot, *members, *(link.uuid for link in contents.links_touching([lot, *members]))]


def test_a_fault_is_told_by_random_ids_and_by_the_exit_status(kept: Sandbox, persons: list[Person], tmp_path: Path):
    here = ("--dir", str(kept.folder))
    damaged = max(path for path in Operations.at(kept.folder).settings.blobs.rglob("*") if path.is_file())
    damage(damaged)
    try:
        checked, backed = dmp("check", "--blobs", *here), dmp("backup", str(tmp_path / "destination"), *here)
    finally:
        damage(damaged)

    assert checked.exit_code == 1
    assert f"{damaged.name}: its blob is damaged" in checked.stdout
    assert "dmp: NOT sound: 1 faults" in checked.stdout
    assert not any(person.patient.number in checked.stdout for person in persons)
    assert backed.exit_code == 1
    assert "1 BLOBS COULD NOT BE COPIED" in backed.stdout
    assert dmp("check", "--blobs", *here).exit_code == 0
