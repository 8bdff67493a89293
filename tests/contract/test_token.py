"""Master keys in a PKCS#11 token: they never leave it, and it may go and come back."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmp.record.errors import StorageUnavailable
from dmp.store import rotation
from dmp.store.keys import token as tokens
from dmp.store.keys.token import Token, TokenMasters
from dmp.store.tx import Store
from dmp.store.vault import Vault
from store_builders import PERSON, a_record, an_entry, at_once, deposited, opened
from tokens import soft_token

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("token")


@pytest.fixture
def token(softhsm: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Token]:
    monkeypatch.setattr(tokens, "PAUSE", 0.0)
    tokens._link.cache_clear()
    made = soft_token(softhsm, f"t{uuid.uuid4().hex[:12]}")
    # The module saw the tokens that were there when it started.
    import pkcs11

    pkcs11.lib(str(made.module)).reinitialize()
    yield made
    tokens._link.cache_clear()


def taken_away(softhsm: Path) -> Path:
    home = softhsm / "softhsm" / "tokens"
    return home.rename(home.with_name("elsewhere"))


def given_back(away: Path) -> None:
    away.rename(away.with_name("tokens"))


def test_the_folder_of_a_vault_with_a_token_holds_no_key(token: Token, tmp_path: Path):
    Vault.create(tmp_path / "keys", token)

    lines = {path.name: path.read_bytes().split() for path in (tmp_path / "keys").iterdir()}
    assert sorted(lines) == ["heads.wrapped", "index.wrapped", "service.wrapped"]
    assert {(line[0], len(line[1])) for line in lines.values()} == {(b"t0001", 120)}


def test_what_the_token_wraps_opens_again(token: Token, tmp_path: Path):
    vault = Vault.create(tmp_path / "keys", token)
    seal, master, wrapped = vault.new_key("rec-1")

    again = Vault(tmp_path / "keys", token)

    assert (master, len(wrapped)) == ("t0001", 60)
    assert again.open_key("rec-1", master, wrapped) == seal
    assert again.person(PERSON) == vault.person(PERSON)
    assert again.heads.public_key() == vault.heads.public_key()


def test_a_master_key_never_leaves_the_token(token: Token):
    import pkcs11

    masters = TokenMasters(token)
    masters.make()

    (key,) = pkcs11.lib(str(token.module)).get_token(token_label=token.label).open().get_objects()
    assert (key[pkcs11.Attribute.SENSITIVE], key[pkcs11.Attribute.EXTRACTABLE]) == (True, False)
    assert (key[pkcs11.Attribute.ALWAYS_SENSITIVE], key[pkcs11.Attribute.NEVER_EXTRACTABLE]) == (True, True)
    assert (key[pkcs11.Attribute.WRAP], key[pkcs11.Attribute.UNWRAP], key[pkcs11.Attribute.SIGN]) == (False,) * 3
    with pytest.raises(pkcs11.AttributeSensitive):
        key[pkcs11.Attribute.VALUE]


def test_the_wrapped_key_of_one_record_opens_for_no_other(token: Token, tmp_path: Path):
    vault = Vault.create(tmp_path / "keys", token)
    _, master, wrapped = vault.new_key("rec-1")

    with pytest.raises(StorageUnavailable, match="does not open with the keys of this vault"):
        vault.open_key("rec-2", master, wrapped)


@pytest.mark.parametrize("cut", [0, 11, 12, 28, 59])
def test_an_altered_wrapped_key_is_refused(token: Token, tmp_path: Path, cut: int):
    vault = Vault.create(tmp_path / "keys", token)
    _, master, wrapped = vault.new_key("rec-1")

    for altered in (wrapped[:cut], wrapped[:cut] + bytes([wrapped[cut] ^ 1]) + wrapped[cut + 1 :]):
        with pytest.raises(StorageUnavailable, match="altered, or wrapped elsewhere"):
            vault.open_key("rec-1", master, altered)
    assert vault.open_key("rec-1", master, wrapped).scope == "rec-1"


def test_a_token_that_went_away_is_used_again_when_it_is_back(token: Token, softhsm: Path, tmp_path: Path):
    vault = Vault.create(tmp_path / "keys", token)
    known, met = vault.new_key("rec-1"), vault.new_key("rec-2")
    vault.open_key("rec-2", *met[1:])

    away = taken_away(softhsm)
    try:
        with pytest.raises(StorageUnavailable, match="the token of the master keys does not answer"):
            vault.open_key("rec-1", *known[1:])
        with pytest.raises(StorageUnavailable, match="the token of the master keys does not answer"):
            vault.new_key("rec-3")
        assert vault.open_key("rec-2", *met[1:]) == met[0]
    finally:
        given_back(away)

    assert vault.open_key("rec-1", *known[1:]) == known[0]
    assert vault.new_key("rec-3")[1] == "t0001"


def test_a_service_whose_token_is_away_does_not_start(token: Token, softhsm: Path, tmp_path: Path):
    Vault.create(tmp_path / "keys", token)
    tokens._link.cache_clear()

    away = taken_away(softhsm)
    try:
        with pytest.raises(StorageUnavailable, match="the token of the master keys does not answer"):
            Vault(tmp_path / "keys", token)
    finally:
        given_back(away)


def test_a_pin_that_was_refused_is_not_tried_again(token: Token, tmp_path: Path):
    token.pin_file.write_text("000000")
    masters = TokenMasters(token)

    for _ in range(3):
        with pytest.raises(StorageUnavailable, match="refuses the PIN of DMP_PKCS11_PIN_FILE"):
            masters.ids()

    token.pin_file.write_text("271828")
    assert masters.ids() == ()


def test_a_pin_that_others_may_read_is_refused(token: Token):
    token.pin_file.chmod(0o640)

    with pytest.raises(StorageUnavailable, match="is open to other users"):
        TokenMasters(token).ids()


def test_a_module_that_is_not_there_is_told(token: Token, tmp_path: Path):
    with pytest.raises(StorageUnavailable, match="DMP_PKCS11_MODULE"):
        TokenMasters(Token(tmp_path / "none.so", token.label, token.pin_file)).ids()


def test_threads_share_the_token(token: Token, tmp_path: Path):
    vault = Vault.create(tmp_path / "keys", token)

    made = at_once(*([lambda: vault.new_key("rec-1")] * 8))

    assert {vault.open_key("rec-1", master, wrapped) == seal for seal, master, wrapped in made} == {True}


def test_services_that_start_together_make_one_master_key(token: Token, tmp_path: Path):
    vaults = at_once(*([lambda: Vault.create(tmp_path / "keys", token)] * 4))

    assert {vault.masters for vault in vaults} == {("t0001",)}
    assert len({vault.person(PERSON) for vault in vaults}) == 1


def test_a_vault_of_files_moves_into_a_token(token: Token, tmp_path: Path):
    files = Vault.create(tmp_path / "keys")
    old, master, wrapped = files.new_key("rec-1")

    vault = Vault.create(tmp_path / "keys", token)
    newest = vault.make_master(at=NOW)

    assert (vault.masters, newest) == (("0001", "t0001", "t0002"), "t0002")
    assert vault.open_key("rec-1", master, wrapped) == old
    moved = vault.rewrapped("rec-1", master, wrapped)
    assert (moved[0], vault.open_key("rec-1", *moved)) == ("t0002", old)
    names = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert names == ["heads.wrapped", "index.wrapped", "journal.jsonl", "master-0001.key", "service.wrapped"]
    again = Vault(tmp_path / "keys", token)
    assert (again.person(PERSON), again.service) == (files.person(PERSON), files.service)


def test_a_store_works_on_a_token_through_a_rotation(token: Token, sqlite_database_url: str, tmp_path: Path):
    Vault.create(tmp_path / "keys", token)
    where = {"blobs": tmp_path / "blobs", "keys": tmp_path / "keys", "token": token}
    store = Store.open(sqlite_database_url, **where)
    opened(store, a_record())
    deposited(store, an_entry())

    store.vault.make_master(at=NOW)
    assert list(rotation.wrap_all(store)) == [rotation.Step(1, 1)]
    rotation.retire(store, "t0001", at=NOW + rotation.GRACE)
    store.close()

    again = Store.open(sqlite_database_url, **where)
    with again.begin() as tx:
        record = tx.records.of(PERSON)
        assert record is not None
        assert tx.inside(record).entries() == (an_entry(),)
    again.close()


def test_a_retired_master_key_is_gone_from_the_token(token: Token, tmp_path: Path):
    vault = Vault.create(tmp_path / "keys", token)
    _, master, wrapped = vault.new_key("rec-1")
    vault.make_master(at=NOW)

    vault.destroy_master(master, at=NOW)

    assert Vault(tmp_path / "keys", token).masters == ("t0002",)
    with pytest.raises(StorageUnavailable, match="its master key is not here"):
        vault.open_key("rec-1", master, wrapped)
