"""Who may read more patients a day than his profession does, and whose account is stopped (security 10)."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.sql.expression import bindparam

from dmp.record.visit import Clearance
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import microseconds, pack
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "clearance"

_unpack = msgspec.msgpack.Decoder(Clearance).decode
_table = schema.clearance
_mine = _table.c.token == bindparam("person")
READ_CLEARANCE = Prepared(select(_table.c.sealed).where(_mine))
LIST_CLEARANCES = Prepared(select(_table.c.token, _table.c.sealed).order_by(_table.c.token))
DROP_CLEARANCE = Prepared(delete(_table).where(_mine), alone=True)
ADD_CLEARANCE = into(_table)


def clearance_token(vault: Vault, person: str) -> bytes:
    """Keyed hash by which what was decided of a person is found."""
    return vault.digest(f"clearance {person}")


class Clearances:
    """What operators decided of persons, inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def of(self, person: str) -> Clearance:
        """What was decided of a person; nothing, of most."""
        token = clearance_token(self._vault, person)
        rows = self._lane.read(READ_CLEARANCE, person=token)
        return self._opened(token, rows[0][0]) if rows else Clearance(person)

    def all(self) -> Iterator[Clearance]:
        """Everybody of whom something was decided."""
        for token, sealed in self._lane.read(LIST_CLEARANCES):
            yield self._opened(bytes(token), sealed)

    def set(self, clearance: Clearance) -> None:
        """Write what is decided now; workers that remember the former decision go on with it for a minute."""
        token = clearance_token(self._vault, clearance.person)
        row = {
            "token": token,
            "until": microseconds(clearance.until) if clearance.until else 0,
            "stopped": microseconds(clearance.stopped) if clearance.stopped else 0,
            "sealed": self._vault.service.close(SEALED_AS, token.hex(), pack(clearance)),
        }
        self._batch.add(DROP_CLEARANCE, {"person": token})
        self._batch.add(ADD_CLEARANCE, row)

    def _opened(self, token: bytes, sealed: bytes) -> Clearance:
        return _unpack(self._vault.service.open(SEALED_AS, token.hex(), bytes(sealed)))
