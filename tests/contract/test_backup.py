"""A backup comes back whole or is refused by name; what was erased since stays erased."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dmp.record.errors import StorageUnavailable
from dmp.record.record import ClosingReason, Closure, RecordState
from dmp.record.retention import Ground
from dmp.store import schema
from dmp.store.backup import Taken, backup, backups_in, prune
from dmp.store.check import check
from dmp.store.erasures import Order
from dmp.store.restore import newest, restore, verify
from dmp.store.sealing import seal_traces
from dmp.store.tx import Store
from kept_builders import blob_file, damage, deposit_of, filled, key, octets, patient
from store_builders import NOW, an_entry, deposit, uuid
from stores import fresh_database, opened_store
from xds_builders import Octets

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def taken_to(tmp_path: Path) -> Path:
    return tmp_path / "destination"


@pytest.fixture
def elsewhere(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable:
    """An empty service on a new database, with the vault of the first one."""

    @contextmanager
    def opened() -> Iterator[Store]:
        url = request.getfixturevalue("second_database_url")
        folder = tmp_path / "elsewhere"
        shutil.copytree(tmp_path / "keys", folder / "keys", dirs_exist_ok=True)
        with opened_store(url, folder) as store:
            yield store

    return opened


@pytest.fixture
def second_database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if engine_name == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'second.db')}"
        return
    server, template = request.getfixturevalue("postgresql_url"), request.getfixturevalue("postgresql_template")
    with fresh_database(server, template=template) as url:
        yield url


def take(store: Store, destination: Path, tmp_path: Path, at: datetime = NOW) -> Taken:
    return backup(store, destination, keys=tmp_path / "keys", at=at)


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the database."""
    with store.connection() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in schema.metadata.sorted_tables
        }


def contents(store: Store, records: int) -> dict[str, str]:
    """Every document of the records, read as an act reads it: entryUUID to SHA-256."""
    found = {}
    with store.begin() as tx:
        for number in range(records):
            record = tx.records.of(patient(number))
            if record is not None:
                inside = tx.inside(record)
                for entry in inside.entries():
                    found[entry.uuid] = hashlib.sha256(inside.read_document(entry.uuid)).hexdigest()
    return found


def destroy(store: Store, number: int, at: datetime) -> None:
    """Close and destroy a record, as the acts do."""
    with store.begin() as tx:
        record = tx.records.get(key(number))
        closure = Closure(NOW, ClosingReason.PATIENT_REQUEST)
        tx.records.change(replace(record, state=RecordState.CLOSED, closure=closure), at=NOW)
    order = Order(f"00000000-0000-4000-a000-{number:012d}", Ground.REQUEST, "anne", "basile")
    with store.begin() as tx:
        tx.erasures.destroy(tx.records.get(key(number)), order, at=at)


def test_hundreds_of_documents_come_back_exactly_and_the_service_goes_on(
    store: Store, taken_to: Path, tmp_path: Path, elsewhere
):
    filled(store, records=50, documents=6)
    before, kept = rows(store), contents(store, 50)

    taken = take(store, taken_to, tmp_path)
    store.close()
    shutil.rmtree(tmp_path / "blobs")

    assert (taken.blobs, taken.copied, taken.without) == (300, 300, [])
    with elsewhere() as other:
        restored = restore(other, taken_to, keys=tmp_path / "keys")
        assert restored.report.faults == []
        assert (restored.blobs, restored.erased, restored.header.at) == (300, 0, NOW)
        assert rows(other) == before
        assert contents(other, 50) == kept
        assert check(other, read_blobs=True).sound
        with other.begin() as tx:
            content = Octets(octets(1))
            entry = replace(an_entry(7777), hash=content.sha1, size=content.size)
            deposit(tx.inside(tx.records.get(key(3))), entry, number=77, content=content)
            tx.traces.append(deposit_of(key(3), an_entry(7777), number=7777))
        assert seal_traces(other, LATER) == 2
        assert check(other, read_blobs=True).sound


def test_a_backup_says_nothing_and_holds_no_key(store: Store, taken_to: Path, tmp_path: Path):
    filled(store)
    taken = take(store, taken_to, tmp_path)

    octets_of_all = b"".join(path.read_bytes() for path in taken_to.rglob("*") if path.is_file())

    for word in (key(0).encode(), b"rec-0", b"document", b"schema", patient(0).number.encode()):
        assert word not in octets_of_all
    for path in (tmp_path / "keys").glob("*.key"):
        assert path.read_bytes() not in octets_of_all
    assert taken.file.name == "20261122T093000.000000Z.dmpb"
    assert {path.stat().st_mode & 0o077 for path in taken_to.rglob("*")} == {0}


def test_a_second_backup_copies_new_blobs_only(store: Store, taken_to: Path, tmp_path: Path):
    filled(store, records=3, documents=4)
    take(store, taken_to, tmp_path)
    with store.begin() as tx:
        deposit(tx.inside(tx.records.get(key(1))), an_entry(77), number=77, content=Octets(octets(77)))

    again = take(store, taken_to, tmp_path, LATER)

    assert (again.blobs, again.copied) == (13, 1)
    assert len(backups_in(taken_to)) == 2


def test_what_was_erased_after_a_backup_stays_erased_after_its_restore(
    store: Store, taken_to: Path, tmp_path: Path, elsewhere
):
    filled(store, records=5, documents=3)
    take(store, taken_to, tmp_path)
    destroy(store, 2, LATER)
    kept = contents(store, 5)

    with elsewhere() as other:
        restored = restore(other, taken_to, keys=tmp_path / "keys")
        assert (restored.erased, restored.report.faults) == (1, [])
        assert contents(other, 5) == kept
        assert len(kept) == 12
        with other.begin() as tx:
            assert tx.records.of(patient(2)) is None
        names = {blob.name for blob in other.blobs.names()}
        with other.connection() as connection:
            assert names == set(connection.execute(select(schema.document.c.id)).scalars())
        assert restored.report.counts["records destroyed"] == 1


def test_an_older_backup_comes_back_as_of_its_own_moment(store: Store, taken_to: Path, tmp_path: Path, elsewhere):
    filled(store, records=3, documents=4)
    first, kept = take(store, taken_to, tmp_path), contents(store, 3)
    with store.begin() as tx:
        deposit(tx.inside(tx.records.get(key(1))), an_entry(77), number=77, content=Octets(octets(77)))
    take(store, taken_to, tmp_path, LATER)

    assert newest(taken_to) != first.file
    with elsewhere() as other:
        restored = restore(other, first.file, keys=tmp_path / "keys")
        assert (restored.file, restored.report.faults) == (first.file, [])
        assert contents(other, 3) == kept


def unchanged(store: Store) -> bool:
    return not any(rows(store).values())


@pytest.mark.parametrize("left", [0, 1, 60, 120, 121, 1000, -1, -17])
def test_a_backup_cut_short_is_refused_by_name_and_nothing_is_written(
    sqlite_store: Store, taken_to: Path, tmp_path: Path, left: int, sqlite_template: Path
):
    filled(sqlite_store)
    file = take(sqlite_store, taken_to, tmp_path).file
    file.write_bytes(file.read_bytes()[:left])

    with opened_store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'other.db')}", tmp_path) as other:
        with pytest.raises(StorageUnavailable, match=file.name):
            restore(other, taken_to, keys=tmp_path / "keys")
        assert unchanged(other)
    with pytest.raises(StorageUnavailable, match=file.name):
        verify(taken_to, keys=tmp_path / "keys")


def test_a_large_backup_that_ends_at_a_chunk_or_lost_one_is_refused(
    sqlite_store: Store, taken_to: Path, tmp_path: Path
):
    with sqlite_store.begin() as tx:
        tx.directory.load([], [])
    filled(sqlite_store, records=3, documents=4)
    with sqlite_store.connection() as connection:
        connection.execute(update(schema.record).values(master="x" * 1_200_000))
    file = take(sqlite_store, taken_to, tmp_path).file
    whole, chunk = file.read_bytes(), 1024 * 1024 + 16
    line = whole.index(b"\n") + 1
    assert len(whole) > 3 * chunk

    for damaged in (
        whole[: line + chunk],
        whole[: line + 2 * chunk],
        whole[:line] + whole[line + chunk :],
        whole[:line] + whole[line + chunk : line + 2 * chunk] + whole[line : line + chunk] + whole[line + 2 * chunk :],
        whole + b"\0",
    ):
        file.write_bytes(damaged)
        with pytest.raises(StorageUnavailable, match=f"{file.name} is cut short or altered"):
            verify(taken_to, keys=tmp_path / "keys")
    file.write_bytes(whole)
    assert verify(taken_to, keys=tmp_path / "keys").blobs == 12


def test_one_flipped_bit_anywhere_in_a_backup_is_refused_by_name(sqlite_store: Store, taken_to: Path, tmp_path: Path):
    filled(sqlite_store)
    file = take(sqlite_store, taken_to, tmp_path).file
    whole = file.read_bytes()

    for position in (*range(0, 130, 7), *range(130, len(whole), len(whole) // 20), len(whole) - 1):
        file.write_bytes(whole)
        damage(file, at=position)
        with pytest.raises(StorageUnavailable, match=r"20261122T\d+\.\d+Z\.dmpb|vault lacks backup-|none of backups"):
            verify(taken_to, keys=tmp_path / "keys")


@pytest.mark.parametrize("harm", ["damaged", "missing"])
def test_a_blob_that_is_not_as_it_was_is_refused_by_name(
    store: Store, taken_to: Path, tmp_path: Path, elsewhere, harm: str
):
    filled(store)
    take(store, taken_to, tmp_path)
    path = sorted((taken_to / "blobs").rglob("*"))[-1]
    if harm == "damaged":
        damage(path)
    else:
        path.unlink()

    with elsewhere() as other:
        with pytest.raises(StorageUnavailable, match=f"blobs/../{path.name} of the backup"):
            restore(other, taken_to, keys=tmp_path / "keys")
        assert unchanged(other)


def test_a_backup_does_not_open_with_another_key_nor_without_it(sqlite_store: Store, taken_to: Path, tmp_path: Path):
    filled(sqlite_store)
    file = take(sqlite_store, taken_to, tmp_path).file
    kek = tmp_path / "keys" / "backup-202611.key"

    kek.write_bytes(bytes(range(32)))
    with pytest.raises(StorageUnavailable, match=f"{file.name} does not open with the key backup-202611"):
        verify(taken_to, keys=tmp_path / "keys")

    kek.unlink()
    with pytest.raises(StorageUnavailable, match=r"the vault lacks backup-202611\.key"):
        verify(taken_to, keys=tmp_path / "keys")


def test_a_backup_of_another_service_is_refused(sqlite_store: Store, taken_to: Path, tmp_path: Path, sqlite_template):
    filled(sqlite_store)
    file = take(sqlite_store, taken_to, tmp_path).file
    other = tmp_path / "other"
    other.mkdir()

    with opened_store(f"sqlite:///{shutil.copy(sqlite_template, other / 'dmp.db')}", other) as foreign:
        shutil.copy(tmp_path / "keys" / "backup-202611.key", other / "keys")
        with pytest.raises(StorageUnavailable, match=f"{file.name} is the backup of another service"):
            restore(foreign, taken_to, keys=other / "keys")


def test_a_service_that_is_not_empty_is_refused(store: Store, taken_to: Path, tmp_path: Path):
    filled(store)
    take(store, taken_to, tmp_path)
    before = rows(store)

    with pytest.raises(StorageUnavailable, match="the database is not empty: "):
        restore(store, taken_to, keys=tmp_path / "keys")

    assert rows(store) == before


def test_a_backup_of_another_schema_is_refused(
    sqlite_store: Store, taken_to: Path, tmp_path: Path, sqlite_template: Path
):
    filled(sqlite_store)
    with sqlite_store.connection() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    take(sqlite_store, taken_to, tmp_path)

    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'other.db')}"
    with opened_store(url, tmp_path) as other, pytest.raises(StorageUnavailable, match="has the schema 9999"):
        restore(other, taken_to, keys=tmp_path / "keys")


def test_a_folder_without_backup_is_refused(sqlite_store: Store, tmp_path: Path):
    with pytest.raises(StorageUnavailable, match="no finished backup"):
        restore(sqlite_store, tmp_path, keys=tmp_path / "keys")


def test_a_damaged_blob_does_not_stop_a_backup_and_is_told(store: Store, taken_to: Path, tmp_path: Path, elsewhere):
    filled(store)
    lost = next(store.blobs.names()).name
    damage(blob_file(tmp_path, lost))

    taken = take(store, taken_to, tmp_path)

    assert (taken.without, taken.copied) == ([lost], 11)
    assert "1 BLOBS COULD NOT BE COPIED" in taken.sentence
    with elsewhere() as other:
        restored = restore(other, taken_to, keys=tmp_path / "keys")
        assert [fault.subject for fault in restored.report.faults] == [lost]
        assert "1 blobs were damaged when the backup was made" in restored.sentence


def test_a_document_removed_while_it_is_backed_up_makes_another_moment_be_taken(
    store: Store, taken_to: Path, tmp_path: Path, elsewhere, monkeypatch: pytest.MonkeyPatch
):
    filled(store, records=3, documents=4)
    pieces, removed = store.blobs.pieces, list[str]()

    def removing(name: str) -> Iterator[bytes]:
        if not removed:
            removed.append(name)
            with store.begin() as tx:
                for number in range(3):
                    inside = tx.inside(tx.records.get(key(number)))
                    inside.remove_document(name)
            store.blobs.delete(name)
        return pieces(name)

    monkeypatch.setattr(store.blobs, "pieces", removing)
    taken = take(store, taken_to, tmp_path)

    assert (taken.blobs, taken.without) == (11, [])
    assert len(backups_in(taken_to)) == 1
    with elsewhere() as other:
        restored = restore(other, taken_to, keys=tmp_path / "keys")
        assert [fault.what for fault in restored.report.faults] == ["its document is not in the record"]


def test_a_backup_that_fails_leaves_no_file_and_a_good_one_is_whole_without_it(
    store: Store, taken_to: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    filled(store)
    fsync = os.fsync

    def full(descriptor: int) -> None:
        file = Path(f"/proc/self/fd/{descriptor}").readlink()
        if file.parent == taken_to and file.suffix == ".part":
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageUnavailable, match="cannot be written"):
            take(store, taken_to, tmp_path)
    assert [path.name for path in taken_to.iterdir()] == ["blobs"]

    take(store, taken_to, tmp_path)
    assert verify(taken_to, keys=tmp_path / "keys").blobs == 12


def test_a_backup_is_of_one_moment_while_the_service_goes_on(store: Store, taken_to: Path, tmp_path: Path, elsewhere):
    filled(store, records=10, documents=4)
    stop, failed = threading.Event(), list[Exception]()

    def write() -> None:
        number = 5000
        try:
            while not stop.is_set():
                number += 1
                content = Octets(octets(number))
                entry = replace(an_entry(number), hash=content.sha1, size=content.size)
                with store.begin() as tx:
                    deposit(tx.inside(tx.records.get(key(number % 10))), entry, number=number, content=content)
                    tx.traces.append(deposit_of(key(number % 10), entry, number=number))
                if number % 20 == 0:
                    seal_traces(store, NOW)
        except Exception as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for hour in range(3):
            take(store, taken_to, tmp_path, NOW + timedelta(hours=hour))
    finally:
        stop.set()
        writer.join(30)

    assert failed == []
    with elsewhere() as other:
        restored = restore(other, taken_to, keys=tmp_path / "keys")
        assert restored.report.faults == []
        assert restored.blobs > 40
        assert check(other, read_blobs=True).sound


def test_old_backups_are_forgotten_with_the_blobs_that_they_alone_name(
    store: Store, taken_to: Path, tmp_path: Path, elsewhere
):
    filled(store, records=4, documents=3)
    for hour in range(2):
        take(store, taken_to, tmp_path, NOW + timedelta(hours=hour))
    destroy(store, 1, LATER)
    take(store, taken_to, tmp_path, LATER)

    assert prune(taken_to, keys=tmp_path / "keys", keep=2) == (1, 0)
    assert prune(taken_to, keys=tmp_path / "keys", keep=1) == (1, 3)

    assert len(backups_in(taken_to)) == 1
    assert sum(1 for path in (taken_to / "blobs").rglob("*") if path.is_file()) == 9
    with elsewhere() as other:
        assert restore(other, taken_to, keys=tmp_path / "keys").report.sound


def test_nothing_is_forgotten_while_a_backup_that_stays_cannot_be_read(
    sqlite_store: Store, taken_to: Path, tmp_path: Path
):
    filled(sqlite_store)
    for hour in range(2):
        take(sqlite_store, taken_to, tmp_path, NOW + timedelta(hours=hour))
    damage(backups_in(taken_to)[1], at=500)

    with pytest.raises(StorageUnavailable, match="is cut short or altered"):
        prune(taken_to, keys=tmp_path / "keys", keep=1)

    assert len(backups_in(taken_to)) == 2


def test_each_month_has_its_own_key(sqlite_store: Store, taken_to: Path, tmp_path: Path):
    filled(sqlite_store)
    take(sqlite_store, taken_to, tmp_path, NOW)
    take(sqlite_store, taken_to, tmp_path, NOW + timedelta(days=30))

    months = sorted(path.name for path in (tmp_path / "keys").glob("backup-*.key"))

    assert months == ["backup-202611.key", "backup-202612.key"]
    assert uuid(1) not in repr(backups_in(taken_to))
