"""A new master key: every record is wrapped again while acts go on, and the old key goes when nothing needs it."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dmp.record.errors import IncompleteRequest, StorageUnavailable
from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.store import rotation, schema
from dmp.store.rotation import Step
from dmp.store.tx import Store
from dmp.store.vault import Vault
from store_builders import NIR, NOW, PERSON, a_record, an_entry, deposited, opened

LATER = NOW + timedelta(hours=1)


def records(count: int) -> Iterator[Record]:
    for number in range(count):
        yield a_record(key=f"rec-{number:04d}", identifiers=(PatientId(f"{number:015d}", NIR),))


def masters(store: Store) -> dict[str, str]:
    with store.connection() as connection:
        return dict(connection.execute(select(schema.record.c.record, schema.record.c.master)).all())


def test_every_record_opens_after_the_rotation_and_the_old_key_can_go(store: Store, tmp_path: Path):
    opened(store, a_record())
    deposited(store, an_entry())
    assert store.vault.make_master(at=NOW) == "0002"

    assert list(rotation.wrap_all(store)) == [Step(1, 1)]
    rotation.retire(store, "0001", at=LATER)

    assert masters(store) == {"rec-1": "0002"}
    store.vault = Vault(tmp_path / "keys")
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        assert tx.inside(record).entries() == (an_entry(),)


def test_records_are_wrapped_in_batches_and_the_progress_is_told(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "AT_ONCE", 4)
    opened(store, *records(10))
    store.vault.make_master(at=NOW)

    assert list(rotation.wrap_all(store)) == [Step(4, 10), Step(8, 10), Step(10, 10)]
    assert set(masters(store).values()) == {"0002"}
    assert rotation.behind(store) == 0


def test_a_rotation_that_was_cut_short_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "AT_ONCE", 4)
    opened(store, *records(10))
    store.vault.make_master(at=NOW)
    next(rotation.wrap_all(store))

    assert rotation.behind(store) == 6
    assert list(rotation.wrap_all(store)) == [Step(4, 6), Step(6, 6)]


def test_a_record_that_is_opened_changed_or_fed_meanwhile_is_right(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "AT_ONCE", 1)
    opened(store, *records(3), a_record())
    store.vault.make_master(at=NOW)
    steps = rotation.wrap_all(store)
    next(steps)

    opened(store, a_record(key="rec-0000-new", identifiers=(PatientId("1" * 15, NIR),)))
    deposited(store, an_entry())
    with store.begin() as tx:
        record = tx.records.get("rec-0002")
        tx.records.change(replace(record, deceased=True), at=NOW)
    list(steps)

    assert set(masters(store).values()) == {"0002"}
    with store.begin() as tx:
        assert tx.records.get("rec-0002").deceased
        fed = tx.records.of(PERSON)
        assert fed is not None
        assert tx.inside(fed).entries() == (an_entry(),)


def test_an_act_that_began_before_its_record_was_wrapped_again_ends_well(store: Store):
    opened(store, a_record())
    store.vault.make_master(at=NOW)

    with store.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        list(rotation.wrap_all(store))
        tx.records.change(replace(record, deceased=True), at=NOW)

    with store.begin() as tx:
        assert tx.records.get("rec-1").deceased
    assert masters(store) == {"rec-1": "0002"}


def test_a_key_that_was_wrapped_again_by_somebody_else_is_left_alone(store: Store):
    opened(store, a_record())
    with store.connection() as connection:
        row = connection.execute(select(schema.record)).one()
        stale = {"key": row.record, "old": secrets.token_bytes(40), "new_master": "9", "new_wrapped": b"x"}
        connection.execute(rotation._WRAP_AGAIN, [stale])

    with store.begin() as tx:
        assert tx.records.get("rec-1").key == "rec-1"


def test_a_key_in_use_is_not_retired(store: Store, tmp_path: Path):
    opened(store, a_record())
    store.vault.make_master(at=NOW)

    with pytest.raises(IncompleteRequest, match="1 records are wrapped with it"):
        rotation.retire(store, "0001", at=LATER)
    with pytest.raises(IncompleteRequest, match="the newest master key is in use"):
        rotation.retire(store, "0002", at=LATER)
    with pytest.raises(IncompleteRequest, match="no master key of this id"):
        rotation.retire(store, "0007", at=LATER)
    assert (tmp_path / "keys/master-0001.key").exists()


def test_the_former_key_stays_until_every_running_service_has_met_the_new_one(store: Store):
    store.vault.make_master(at=NOW)

    with pytest.raises(IncompleteRequest, match="not 5 minutes old yet"):
        rotation.retire(store, "0001", at=NOW + timedelta(minutes=4))
    rotation.retire(store, "0001", at=NOW + timedelta(minutes=5))
    assert store.vault.masters == ("0002",)


def test_a_copy_of_the_database_from_before_opens_no_more(store: Store):
    opened(store, a_record())
    with store.connection() as connection:
        copy = connection.execute(select(schema.record)).one()
    store.vault.make_master(at=NOW)
    list(rotation.wrap_all(store))
    rotation.retire(store, "0001", at=LATER)

    with pytest.raises(StorageUnavailable, match="its master key is not here"):
        store.vault.open_key("rec-1", copy.master, bytes(copy.wrapped))
