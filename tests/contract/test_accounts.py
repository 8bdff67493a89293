"""Accounts, on both engines: one for each person, sealed, found by login or person, kept through keys and backups."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dmp.record.account import Account, Passkey
from dmp.record.errors import StorageUnavailable
from dmp.record.notice import Address, Channel
from dmp.store import rotation, schema
from dmp.store.backup import backup
from dmp.store.restore import restore
from dmp.store.tx import Conflict, Store
from dmp.store.vault import Vault
from store_builders import NOW, PERSON, SOMEBODY_ELSE, Rendezvous, a_record, at_once, opened
from stores import fresh_database, opened_store

MAIL = Address(Channel.EMAIL, "anne.fictif@example.org")
WHOLE = Account(
    id="account-1",
    person=PERSON,
    name="Anne FICTIF",
    login="bado-kiru-mafo-tilu",
    password="$argon2id$v=19$m=19456,t=2,p=1$c2Vs$aGFzaA",
    temporary=True,
    temporary_until=NOW + timedelta(weeks=6),
    channels=(MAIL, Address(Channel.SMS, "+33600000000")),
    totp="JBSWY3DPEHPK3PXP",
    totp_step=59_000_000,
    passkeys=(Passkey("aWQ", "a2V5", 3, "Téléphone", NOW),),
    federated=("franceconnect abc",),
    version=4,
)


@pytest.fixture
def second_database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Another empty service on the same engine."""
    if engine_name == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'second.db')}"
        return
    server, template = request.getfixturevalue("postgresql_url"), request.getfixturevalue("postgresql_template")
    with fresh_database(server, template=template) as url:
        yield url


def add(store: Store, *accounts: Account) -> None:
    with store.begin() as tx:
        for account in accounts:
            tx.accounts.add(account)


def kept(store: Store, account: Account = WHOLE) -> Account | None:
    with store.begin() as tx:
        return tx.accounts.one(account.id)


def change(store: Store, account: Account) -> None:
    with store.begin() as tx:
        assert tx.accounts.one(account.id) is not None
        tx.accounts.change(account)


def test_an_account_comes_back_whole_by_login_by_person_and_by_id(store: Store):
    add(store, WHOLE)
    with store.begin() as tx:
        assert tx.accounts.of_login(WHOLE.login) == WHOLE
        assert tx.accounts.of_person(PERSON) == WHOLE
        assert tx.accounts.one("account-1") == WHOLE


@pytest.mark.parametrize("typed", ["BADO-KIRU-MAFO-TILU", "  bado-kiru-mafo-tilu ", "ｂado-kiru-mafo-tilu"])
def test_a_login_is_found_however_a_keyboard_types_it(store: Store, typed):
    add(store, WHOLE)
    with store.begin() as tx:
        assert tx.accounts.of_login(typed) == WHOLE


def test_nobody_has_none(store: Store):
    add(store, WHOLE)
    with store.begin() as tx:
        assert tx.accounts.of_login("bado-kiru-mafo-tila") is None
        assert tx.accounts.of_person(SOMEBODY_ELSE) is None
        assert tx.accounts.one("account-2") is None


@pytest.mark.parametrize(
    "second", [replace(WHOLE, id="account-2", login="another"), replace(WHOLE, id="account-2", person=SOMEBODY_ELSE)]
)
def test_a_person_has_one_account_and_a_login_one_person(store: Store, second):
    add(store, WHOLE)
    with pytest.raises(Conflict):
        add(store, second)
    assert kept(store, second) is None
    assert kept(store) == WHOLE


def test_of_two_creations_at_once_one_is_a_conflict(store: Store):
    meeting = Rendezvous(seconds=20)

    def create(name: str) -> None:
        with store.begin() as tx:
            assert tx.accounts.of_person(PERSON) is None
            meeting.wait()
            tx.accounts.add(replace(WHOLE, id=name, login=name))

    outcomes = at_once(lambda: create("account-1"), lambda: create("account-2"))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    with store.connection() as connection:
        assert len(connection.execute(select(schema.account.c.id)).all()) == 1


def test_an_old_login_opens_nothing_once_it_was_renewed(store: Store):
    add(store, WHOLE)
    change(store, replace(WHOLE, login="novo-login", version=5))
    with store.begin() as tx:
        assert tx.accounts.of_login(WHOLE.login) is None
        found = tx.accounts.of_login("novo-login")
    assert found == replace(WHOLE, login="novo-login", version=5)


def test_a_change_that_met_another_one_is_a_conflict_and_loses_nothing(store: Store):
    add(store, WHOLE)
    with pytest.raises(Conflict), store.begin() as tx:
        read = tx.accounts.of_person(PERSON)
        assert read is not None
        change(store, replace(WHOLE, totp_step=59_000_001))
        tx.accounts.change(replace(read, channels=()))
    assert kept(store) == replace(WHOLE, totp_step=59_000_001)


def test_nothing_of_anybody_is_in_clear_in_a_row(store: Store):
    add(store, WHOLE)
    with store.connection() as connection:
        (row,) = connection.execute(select(schema.account))
    told = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
    for word in ("Anne", "FICTIF", PERSON.number, "bado", "argon2id", "example.org", "33600000000", "JBSW", "a2V5"):
        assert word.encode() not in told


def test_a_row_put_in_the_place_of_another_does_not_open(store: Store):
    other = replace(WHOLE, id="account-2", person=SOMEBODY_ELSE, login="another", federated=())
    add(store, WHOLE, other)
    table = schema.account
    with store.connection() as connection:
        sealed = connection.scalar(select(table.c.sealed).where(table.c.id == "account-2"))
        connection.execute(table.update().where(table.c.id == "account-1").values(sealed=sealed))
    with pytest.raises(StorageUnavailable):
        kept(store)
    assert kept(store, other) == other


def test_a_rotation_of_the_keys_leaves_accounts_readable(store: Store, tmp_path: Path):
    opened(store, a_record())
    add(store, WHOLE)
    store.vault.make_master(at=NOW)
    assert len(list(rotation.wrap_all(store))) == 1
    rotation.retire(store, "0001", at=NOW + timedelta(hours=1))

    store.vault = Vault(tmp_path / "keys")
    with store.begin() as tx:
        assert tx.accounts.of_login(WHOLE.login) == WHOLE


def test_a_backup_brings_accounts_back_and_they_go_on_being_changed(store: Store, tmp_path: Path, second_database_url):
    opened(store, a_record())
    add(store, WHOLE)
    backup(store, tmp_path / "taken", keys=tmp_path / "keys", at=NOW)
    store.close()

    shutil.copytree(tmp_path / "keys", tmp_path / "elsewhere" / "keys")
    with opened_store(second_database_url, tmp_path / "elsewhere") as other:
        restore(other, tmp_path / "taken", keys=tmp_path / "keys")
        assert kept(other) == WHOLE
        change(other, replace(WHOLE, version=5))
        assert kept(other) == replace(WHOLE, version=5)
