"""Accounts, sealed: found by login or by person through keyed hashes, one for each person."""

import msgspec
from sqlalchemy import bindparam, case, delete, literal_column, null, select, update

from dmp.record.account import Account, plain_login
from dmp.record.patient import PatientId
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import pack
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "account"

_unpack = msgspec.msgpack.Decoder(Account).decode
_account = schema.account.c
_COLUMNS = (_account.id, _account.revision, _account.sealed)
_token = bindparam("token")
FIND_BY_LOGIN = Prepared(select(*_COLUMNS).where(_account.login == _token))
FIND_BY_PERSON = Prepared(select(*_COLUMNS).where(_account.person == _token))
READ_ACCOUNT = Prepared(select(*_COLUMNS).where(_account.id == bindparam("key")))
ADD_ACCOUNT = into(schema.account)
_federated = schema.federated.c
FIND_FEDERATED = Prepared(select(_federated.account).where(_federated.token == _token))
ADD_FEDERATED = into(schema.federated)
DROP_FEDERATED = Prepared(delete(schema.federated).where(_federated.token == bindparam("dropped")))
# As for records (`store/statements.py`): who comes second sets nothing into a column that must be set.
CHANGE_ACCOUNT = Prepared(
    update(schema.account)
    .where(_account.id == bindparam("key"))
    .values(
        revision=case((_account.revision == bindparam("seen"), _account.revision + literal_column("1")), else_=null()),
        login=bindparam("new_login"),
        sealed=bindparam("new_sealed"),
    )
)


class Accounts:
    """The accounts inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._revisions: dict[str, int] = {}
        self._bound: dict[str, tuple[str, ...]] = {}

    def of_login(self, login: str) -> Account | None:
        """The account that somebody names when he signs in; closed ones too."""
        return self._found(FIND_BY_LOGIN, token=self._login(login))

    def of_person(self, person: PatientId) -> Account | None:
        """The account of a person."""
        return self._found(FIND_BY_PERSON, token=self._vault.person(person))

    def of_federated(self, name: str) -> Account | None:
        """The account that an identity of a provider was bound to (`Account.federated`)."""
        rows = self._lane.read(FIND_FEDERATED, token=self._federated(name))
        return self.one(rows[0][0]) if rows else None

    def one(self, key: str) -> Account | None:
        """The account of an id."""
        return self._found(READ_ACCOUNT, key=key)

    def add(self, account: Account) -> None:
        """Add one; two at once for one person or with one login end as a conflict at the commit."""
        row = {
            "id": account.id,
            "login": self._login(account.login),
            "person": self._vault.person(account.person),
            "revision": 1,
            "sealed": self._sealed(account),
        }
        self._batch.add(ADD_ACCOUNT, row)
        self._bind(account)

    def change(self, account: Account) -> None:
        """Write an account that was read in this transaction; a change of another one in between is a conflict."""
        row = {
            "key": account.id,
            "seen": self._revisions[account.id],
            "new_login": self._login(account.login),
            "new_sealed": self._sealed(account),
        }
        self._batch.add(CHANGE_ACCOUNT, row)
        self._bind(account)

    def _bind(self, account: Account) -> None:
        """Keep the way from each identity to the account; one that is bound to another ends as a conflict."""
        before, after = self._bound.get(account.id, ()), account.federated
        for name in set(before) - set(after):
            self._batch.add(DROP_FEDERATED, {"dropped": self._federated(name)})
        for name in set(after) - set(before):
            self._batch.add(ADD_FEDERATED, {"token": self._federated(name), "account": account.id})
        self._bound[account.id] = after

    def _found(self, statement: Prepared, **values: object) -> Account | None:
        rows = self._lane.read(statement, **values)
        if not rows:
            return None
        key, revision, sealed = rows[0]
        self._revisions[key] = revision
        account = _unpack(self._vault.service.open(SEALED_AS, key, bytes(sealed)))
        self._bound[key] = account.federated
        return account

    def _sealed(self, account: Account) -> bytes:
        return self._vault.service.close(SEALED_AS, account.id, pack(account))

    def _federated(self, name: str) -> bytes:
        return self._vault.digest(f"federated {name}")

    def _login(self, login: str) -> bytes:
        return self._vault.digest(f"login {plain_login(login)}")
