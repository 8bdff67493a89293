"""The sweeper removes what nobody names since an hour, and nothing else."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from dmp.record.errors import StorageUnavailable
from dmp.store import schema, sweep
from dmp.store.tx import Store
from kept_builders import blob_file, filled, key, octets
from store_builders import an_entry, deposit
from xds_builders import Octets

AN_HOUR = timedelta(hours=1)


def age(path: Path, by: timedelta) -> None:
    """Make a file look as if it had been written earlier."""
    then = datetime.now(UTC) - by
    os.utime(path, (then.timestamp(), then.timestamp()))


def age_all(folder: Path, by: timedelta) -> None:
    for path in (folder / "blobs").rglob("*"):
        age(path, by)


def left(folder: Path) -> set[str]:
    return {path.name for path in (folder / "blobs").rglob("*") if path.is_file()}


def run(store: Store) -> sweep.Swept:
    return sweep.sweep(store, datetime.now(UTC))


def test_what_rows_name_stays_however_old(store: Store, tmp_path: Path):
    filled(store, records=3, documents=4)
    age_all(tmp_path, 100 * AN_HOUR)
    before = left(tmp_path)

    found = run(store)

    assert (found.named, found.young, found.removed) == (12, 0, 0)
    assert left(tmp_path) == before


def test_garbage_goes_after_an_hour_and_not_before(store: Store, tmp_path: Path):
    filled(store)
    old, young = store.blobs.put([octets(1)]), store.blobs.put([octets(2)])
    age(blob_file(tmp_path, old.name), AN_HOUR + timedelta(seconds=5))
    age(blob_file(tmp_path, young.name), AN_HOUR - timedelta(seconds=5))

    found = run(store)

    assert (found.named, found.young, found.removed, found.octets) == (12, 1, 1, 4096 + 16)
    assert old.name not in left(tmp_path)
    assert young.name in left(tmp_path)
    assert found.sentence == "dmp: 1 blobs removed (4112 octets), 12 named by records, 1 too young to tell"


def test_a_write_that_was_cut_goes_too(store: Store, tmp_path: Path):
    filled(store)
    part = tmp_path / "blobs" / "ab" / "abcd.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"half")
    age(part, 2 * AN_HOUR)

    assert run(store).removed == 1
    assert not part.exists()


def test_a_transaction_in_flight_keeps_what_it_wrote(store: Store, tmp_path: Path):
    filled(store)
    with store.begin() as tx:
        deposit(tx.inside(tx.records.get(key(1))), an_entry(77), number=77, content=Octets(octets(77)))
        found = run(store)

    assert (found.young, found.removed) == (1, 0)
    age_all(tmp_path, 2 * AN_HOUR)
    assert run(store).removed == 0


def test_what_is_committed_while_the_sweeper_lists_is_asked_for_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    filled(store)
    names = store.blobs.names

    def slowly():
        with store.begin() as tx:
            deposit(tx.inside(tx.records.get(key(1))), an_entry(77), number=77, content=Octets(octets(77)))
        age_all(tmp_path, 2 * AN_HOUR)
        yield from names()

    with monkeypatch.context() as patch:
        patch.setattr(store.blobs, "names", slowly)
        found = run(store)

    assert (len(found.garbage), found.removed) == (1, 0)
    assert run(store).named == 13


def test_blobs_of_another_database_are_not_swept(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sweep, "FEW", 5)
    filled(store, records=2, documents=3)
    with store.connection() as connection:
        connection.execute(delete(schema.document))
    age_all(tmp_path, 2 * AN_HOUR)

    with pytest.raises(StorageUnavailable, match="those of this database"):
        run(store)

    assert len(left(tmp_path)) == 6


def test_one_sweep_removes_so_many_and_the_next_one_goes_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sweep, "MOST", 3)
    for number in range(5):
        store.blobs.put([octets(number)])
    age_all(tmp_path, 2 * AN_HOUR)

    assert [run(store).removed for _ in range(3)] == [3, 2, 0]
