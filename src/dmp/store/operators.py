"""Those who run the service («exploitants»), sealed: by name, with the passkeys that they sign in with."""

import msgspec
from sqlalchemy import bindparam, delete, select

from dmp.record.account import OperatorAccount
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import pack
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "operator"

_unpack = msgspec.msgpack.Decoder(OperatorAccount).decode
_table = schema.operator
_his = _table.c.token == bindparam("of_name")
READ_OPERATOR = Prepared(select(_table.c.token, _table.c.sealed).where(_his))
HOLD_OPERATOR = Prepared(select(_table.c.token, _table.c.sealed).where(_his).with_for_update())
LIST_OPERATORS = Prepared(select(_table.c.token, _table.c.sealed).order_by(_table.c.token))
DROP_OPERATOR = Prepared(delete(_table).where(_his), alone=True)
ADD_OPERATOR = into(_table)


class Operators:
    """The operators inside one transaction; it is held where one is read to be written: who was removed stays so."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def one(self, name: str) -> OperatorAccount | None:
        """By name."""
        wanted = HOLD_OPERATOR if self._lane.held else READ_OPERATOR
        rows = self._lane.read(wanted, of_name=self._token(name))
        return self._opened(*rows[0]) if rows else None

    def all(self) -> tuple[OperatorAccount, ...]:
        """All of them, by name."""
        found = (self._opened(*row) for row in self._lane.read(LIST_OPERATORS))
        return tuple(sorted(found, key=lambda operator: operator.name))

    def set(self, operator: OperatorAccount) -> None:
        """Write one, in the place of what was known of him."""
        token = self._token(operator.name)
        self._batch.add(DROP_OPERATOR, {"of_name": token})
        sealed = self._vault.service.close(SEALED_AS, token.hex(), pack(operator))
        self._batch.add(ADD_OPERATOR, {"token": token, "sealed": sealed})

    def drop(self, name: str) -> None:
        """Forget one."""
        self._batch.add(DROP_OPERATOR, {"of_name": self._token(name)})

    def _token(self, name: str) -> bytes:
        return self._vault.digest(f"operator {name}")

    def _opened(self, token: bytes, sealed: bytes) -> OperatorAccount:
        return _unpack(self._vault.service.open(SEALED_AS, bytes(token).hex(), bytes(sealed)))
