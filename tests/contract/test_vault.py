"""Keys: made once, kept from others' eyes, and what they seal opens only where it was sealed."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from dmp.record.errors import StorageUnavailable
from dmp.record.patient import PatientId
from dmp.store import schema
from dmp.store.tx import Store
from dmp.store.vault import Vault
from store_builders import PERSON, SOMEBODY_ELSE, a_record, another_record, at_once, opened

KEYS = ["heads.key", "index.key", "master-0001.key", "service.key"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Vault.create(tmp_path / "keys")
    return tmp_path / "keys"


def octets(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_keys_are_made_for_their_owner_alone(folder: Path):
    assert sorted(path.name for path in folder.iterdir()) == KEYS
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {len(key) for key in octets(folder).values()} == {32}
    assert len(set(octets(folder).values())) == 4


def test_keys_that_exist_are_never_touched(folder: Path):
    before = octets(folder)

    Vault.create(folder)

    assert octets(folder) == before


def test_only_the_missing_key_is_made_again(folder: Path):
    before = octets(folder)
    (folder / "service.key").unlink()

    Vault.create(folder)

    after = octets(folder)
    assert after.pop("service.key") != before.pop("service.key")
    assert after == before


def test_services_that_start_together_agree_on_the_keys(tmp_path: Path):
    vaults = at_once(*([lambda: Vault.create(tmp_path / "keys")] * 8))

    assert len({vault.person(PERSON) for vault in vaults}) == 1
    assert len({vault.service.key for vault in vaults}) == 1
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == KEYS


@pytest.mark.parametrize("name", KEYS)
def test_a_vault_without_one_of_its_keys_is_refused(folder: Path, name: str):
    (folder / name).unlink()

    with pytest.raises(StorageUnavailable, match=r"the vault lacks|no master key"):
        Vault(folder)


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("key", [b"", b"x" * 31, b"x" * 33])
def test_a_key_of_the_wrong_length_is_refused(folder: Path, name: str, key: bytes):
    (folder / name).write_bytes(key)

    with pytest.raises(StorageUnavailable, match=f"{name} is not a key of 32 octets"):
        Vault(folder)


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o602])
def test_a_key_that_other_users_of_the_machine_can_reach_is_refused(folder: Path, name: str, mode: int):
    (folder / name).chmod(mode)

    with pytest.raises(StorageUnavailable, match=f"{name} is open to other users"):
        Vault(folder)


def test_a_vault_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageUnavailable, match="the vault cannot be written"):
        Vault.create(tmp_path / "file" / "keys")


def test_a_record_opens_with_the_vault_that_made_it_and_with_no_other(folder: Path, tmp_path: Path):
    seal, master, wrapped = Vault(folder).new_key("rec-1")

    assert Vault(folder).open_key("rec-1", master, wrapped) == seal
    with pytest.raises(StorageUnavailable, match="does not open with the keys of this vault"):
        Vault.create(tmp_path / "other").open_key("rec-1", master, wrapped)


@pytest.mark.parametrize("cut", [0, 1, 15, 39])
def test_an_altered_wrapped_key_is_refused(folder: Path, cut: int):
    vault = Vault(folder)
    _, master, wrapped = vault.new_key("rec-1")

    for altered in (wrapped[:cut], wrapped[:cut] + bytes([wrapped[cut] ^ 1]) + wrapped[cut + 1 :]):
        with pytest.raises(StorageUnavailable, match="does not open"):
            vault.open_key("rec-1", master, altered)


def test_a_newer_master_key_wraps_new_records_and_the_older_one_still_opens_its_own(folder: Path):
    seal, master, wrapped = Vault(folder).new_key("rec-1")
    newer = folder / "master-0002.key"
    newer.touch(mode=0o600)
    newer.write_bytes(b"n" * 32)

    vault = Vault(folder)

    assert vault.new_key("rec-2")[1] == "0002"
    assert vault.open_key("rec-1", master, wrapped) == seal
    (folder / "master-0001.key").unlink()
    with pytest.raises(StorageUnavailable, match="does not open"):
        Vault(folder).open_key("rec-1", master, wrapped)


def test_a_sealed_text_opens_only_as_what_it_was_sealed_as(folder: Path):
    seal, _, _ = Vault(folder).new_key("rec-1")
    elsewhere = replace(seal, scope="rec-2")
    sealed = seal.close("entry", "name", b"text")

    assert seal.open("entry", "name", sealed) == b"text"
    for other, kind, name in ((seal, "lot", "name"), (seal, "entry", "other"), (elsewhere, "entry", "name")):
        with pytest.raises(StorageUnavailable, match=f"a sealed {kind} does not open"):
            other.open(kind, name, sealed)


def test_a_sealed_text_that_was_altered_or_cut_is_refused(folder: Path):
    seal = Vault(folder).service
    sealed = seal.close("trace", "name", b"text")

    altered = [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in range(len(sealed))]
    for wrong in (*altered, *(sealed[:n] for n in range(len(sealed)))):
        with pytest.raises(StorageUnavailable, match="does not open"):
            seal.open("trace", "name", wrong)


def test_the_same_text_is_never_sealed_alike(folder: Path):
    seal = Vault(folder).service

    assert seal.close("trace", "name", b"text") != seal.close("trace", "name", b"text")


def test_an_empty_text_can_be_sealed(folder: Path):
    seal = Vault(folder).service

    assert seal.open("trace", "name", seal.close("trace", "name", b"")) == b""


def test_a_token_names_one_thing_in_one_record(folder: Path):
    vault = Vault(folder)
    one, two = vault.new_key("rec-1")[0], vault.new_key("rec-2")[0]

    assert one.token("document", "1.2.3") == one.token("document", "1.2.3")
    tokens = {one.token("document", "1.2.3"), two.token("document", "1.2.3"), one.token("lot", "1.2.3")}
    assert len(tokens) == 3


def test_a_person_is_the_number_and_its_root(folder: Path):
    vault = Vault(folder)

    assert vault.person(PERSON) == Vault(folder).person(PatientId(PERSON.number, PERSON.root))
    assert len({vault.person(PERSON), vault.person(SOMEBODY_ELSE), vault.person(PatientId(PERSON.number, "1.2"))}) == 3


def test_a_technical_id_is_never_the_digest_of_a_person(folder: Path):
    vault = Vault(folder)

    assert vault.person(PatientId("x", "id")) != vault.digest("x")


def test_a_stolen_database_opens_with_no_other_vault(store: Store, database_url: str, tmp_path: Path):
    opened(store, a_record())
    store.close()
    Vault.create(tmp_path / "other")
    thief = Store.open(database_url, blobs=tmp_path / "blobs", keys=tmp_path / "other")

    with thief.begin() as tx:
        assert tx.records.of(PERSON) is None
        with pytest.raises(StorageUnavailable, match="does not open with the keys of this vault"):
            tx.records.get("rec-1")
    thief.close()


def test_the_key_of_one_record_does_not_serve_another(store: Store):
    opened(store, a_record(), another_record())
    with store.engine.begin() as connection:
        keys = schema.record
        one = connection.execute(keys.select().where(keys.c.record == "rec-1")).one()
        connection.execute(update(keys).where(keys.c.record == "rec-2").values(wrapped=one.wrapped))

    with store.begin() as tx, pytest.raises(StorageUnavailable, match="a sealed record does not open"):
        tx.records.get("rec-2")
