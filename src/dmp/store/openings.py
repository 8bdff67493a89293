"""Records to come, and who opposed them (LC-5): no record has them, so they are sealed with a key of the service.

A notice is found by the keyed hash of its person, and is gone once the record
is open. Of an opposition, a keyed hash and a date are all that is kept.
"""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, literal_column, select, update

from dmp.record.opening import Informed, opening_due
from dmp.record.patient import PatientId
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import instant, microseconds, pack
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "informed"
WAITING, REFUSED = "waiting", "refused"
AT_ONCE = 200
"""Records opened in one turn at most, so that a turn ends."""

_unpack = msgspec.msgpack.Decoder(Informed).decode
_informed, _opponent = schema.informed.c, schema.opponent.c
_token = bindparam("named")
FIND_INFORMED = Prepared(select(_informed.sealed).where(_informed.token == _token))
FIND_DUE = Prepared(
    select(_informed.token)
    .where(_informed.state == bindparam("waiting"), _informed.due <= bindparam("by"))
    .order_by(_informed.due, _informed.token)
    .limit(literal_column(str(AT_ONCE)))
    .offset(literal_column("0"))
)
COUNT_INFORMED = Prepared(
    select(_informed.state, _informed.said, func.count()).group_by(_informed.state, _informed.said)
)
DROP_INFORMED = Prepared(delete(schema.informed).where(_informed.token == _token), alone=True)
ADD_INFORMED = into(schema.informed)
REFUSE_INFORMED = Prepared(
    update(schema.informed)
    .where(_informed.token == _token)
    .values(state=bindparam("new_state"), said=bindparam("new_said"))
)
FIND_OPPONENT = Prepared(select(_opponent.at).where(_opponent.token == _token))
ADD_OPPONENT = into(schema.opponent)
DROP_OPPONENT = Prepared(delete(schema.opponent).where(_opponent.token == _token))


class Openings:
    """Notices sent, and oppositions, inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def note(self, informed: Informed) -> None:
        """Keep that a person was told; one already there is replaced, so that a file can be loaded again."""
        token = self._vault.person(informed.patient)
        self._batch.add(DROP_INFORMED, {"named": token})
        sealed = self._vault.service.close(SEALED_AS, token.hex(), pack(informed))
        due = microseconds(opening_due(informed.told))
        self._batch.add(ADD_INFORMED, {"token": token, "due": due, "state": WAITING, "said": "", "sealed": sealed})

    def due(self, by: datetime) -> list[bytes]:
        """Whose time to oppose is over, those first told at the head; `AT_ONCE` of them."""
        rows = self._lane.read(FIND_DUE, waiting=WAITING, by=microseconds(by))
        return [bytes(token) for (token,) in rows]

    def get(self, token: bytes) -> Informed | None:
        """Who was told, by his token; None when the record was opened meanwhile."""
        rows = self._lane.read(FIND_INFORMED, named=token)
        if not rows:
            return None
        return _unpack(self._vault.service.open(SEALED_AS, token.hex(), bytes(rows[0][0])))

    def done(self, token: bytes) -> None:
        """Nothing is left to open."""
        self._batch.add(DROP_INFORMED, {"named": token})

    def refuse(self, token: bytes, said: str) -> None:
        """It cannot be opened as it was told, and is not tried again until it is loaded anew."""
        self._batch.add(REFUSE_INFORMED, {"named": token, "new_state": REFUSED, "new_said": said})

    def counts(self) -> list[tuple[str, str, int]]:
        """How many wait, and how many could not be opened, by what was said; nothing of anybody."""
        return sorted((state, said, count) for state, said, count in self._lane.read(COUNT_INFORMED))

    def oppose(self, patient: PatientId, at: datetime) -> None:
        """Write that a person opposes, once; two at once end as a conflict."""
        if self.opposed(patient) is None:
            self._batch.add(ADD_OPPONENT, {"token": self._vault.person(patient), "at": microseconds(at)})

    def opposed(self, patient: PatientId) -> datetime | None:
        """Since when a person opposes; None when he does not."""
        rows = self._lane.read(FIND_OPPONENT, named=self._vault.person(patient))
        return instant(rows[0][0]) if rows else None

    def lift(self, patient: PatientId) -> None:
        """A person who opposed has a record opened after all."""
        self._batch.add(DROP_OPPONENT, {"named": self._vault.person(patient)})
