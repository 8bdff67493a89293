"""What the watch keeps between two rounds: how far it has read, and what it remembers of persons and records.

Each round is one transaction. The position moves only from where the round
found it: of two workers that read the same traces, one is undone as a whole.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import bindparam, case, delete, literal_column, null, select, update

from dmp.store import schema
from dmp.store.lane import Batch, Lane, Values
from dmp.store.packing import microseconds, pack
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

TARGET = "watch"
"""The name under which the table of forwarding keeps how many leaves of the tree the watch has read."""
SEALED_AS = "profile"
FLAGGED = "flagged"
FOR_GOOD = datetime(9000, 1, 1, tzinfo=UTC)

KEPT_CHECKED = timedelta(days=3 * 365)
"""How long the patient reads «checked»: as long as the law keeps what it is about (security 11.1)."""

_unpack_instant = msgspec.msgpack.Decoder(datetime).decode
_unpack_flagged = msgspec.msgpack.Decoder(frozenset[str]).decode

_leaf, _position, _profile = schema.leaf.c, schema.forwarding.c, schema.profile.c
READ_POSITION = Prepared(select(_position.sent).where(_position.target == bindparam("named")))
ADD_POSITION = into(schema.forwarding)
# As for records (`store/statements.py`): who comes second sets nothing into a column that must be set.
MOVE_POSITION = Prepared(
    update(schema.forwarding)
    .where(_position.target == bindparam("named"))
    .values(
        sent=case((_position.sent == bindparam("seen"), bindparam("new_sent", type_=_position.sent.type)), else_=null())
    )
)
READ_LEAVES = Prepared(
    select(_leaf.sequence, _leaf.record, _leaf.trace)
    .where(_leaf.sequence >= bindparam("first"))
    .order_by(_leaf.sequence)
    .limit(literal_column("500"))
    .offset(literal_column("0"))
)
READ_PROFILE = Prepared(select(_profile.sealed).where(_profile.token == bindparam("token")))
ADD_PROFILE = into(schema.profile)
CHANGE_PROFILE = Prepared(
    update(schema.profile)
    .where(_profile.token == bindparam("token_of_it"))
    .values(until=bindparam("new_until"), sealed=bindparam("new_sealed"))
)
FORGET_PROFILES = Prepared(delete(schema.profile).where(_profile.until < bindparam("before")))


class Watching:
    """The notes of the watch inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._there: set[bytes] = set()
        self._flagged: frozenset[str] | None = None

    def position(self) -> int | None:
        """How many leaves were read; None before the first round."""
        rows = self._lane.read(READ_POSITION, named=TARGET)
        return rows[0][0] if rows else None

    def leaves(self, first: int) -> list[tuple[int, str, str]]:
        """The next leaves, 500 at most: sequence, record, trace."""
        return [(sequence, record, trace) for sequence, record, trace in self._lane.read(READ_LEAVES, first=first)]

    def move(self, seen: int | None, to: int) -> None:
        """Say how far this round has read; another round that did so first undoes this one."""
        if seen is None:
            self._batch.add(ADD_POSITION, {"target": TARGET, "sent": to})
        else:
            self._batch.add(MOVE_POSITION, {"named": TARGET, "seen": seen, "new_sent": to})

    def profile(self, of: str) -> bytes | None:
        """What is remembered of a person or of a record, packed; None when nothing is."""
        token = self._token(of)
        rows = self._lane.read(READ_PROFILE, token=token)
        if not rows:
            return None
        self._there.add(token)
        return self._vault.service.open(SEALED_AS, token.hex(), bytes(rows[0][0]))

    def keep(self, profiles: Iterable[tuple[str, bytes, datetime]]) -> None:
        """Remember what was asked for in this transaction: of what, packed, until when."""
        new: list[Values] = []
        old: list[Values] = []
        for token, packed, until in self._hashed(profiles):
            sealed, ends = self._vault.service.close(SEALED_AS, token.hex(), packed), microseconds(until)
            if token in self._there:
                old.append({"token_of_it": token, "new_until": ends, "new_sealed": sealed})
            else:
                new.append({"token": token, "until": ends, "sealed": sealed})
        self._batch.add(ADD_PROFILE, *new)
        self._batch.add(CHANGE_PROFILE, *old)

    def flagged(self) -> frozenset[str]:
        """The records of persons who are exposed to curiosity, by pseudonym."""
        if self._flagged is None:
            packed = self.profile(FLAGGED)
            self._flagged = frozenset() if packed is None else _unpack_flagged(packed)
        return self._flagged

    def set_flagged(self, records: Iterable[str]) -> None:
        """Write who is; `flagged` was asked before."""
        self._flagged = frozenset(records)
        self.keep([(FLAGGED, pack(sorted(self._flagged)), FOR_GOOD)])

    def mark_checked(self, record: str, person: str, at: datetime) -> None:
        """Write that somebody looked at how a person, or everybody when empty, read a record until then."""
        name = f"checked {record} {person}"
        self.profile(name)
        self.keep([(name, pack(at), at + KEPT_CHECKED)])

    def checked(self, record: str, person: str) -> datetime | None:
        """Until when the accesses of a person to a record were looked at; None when they were not."""
        packed = (self.profile(f"checked {record} {whom}") for whom in (person, ""))
        return max((_unpack_instant(octets) for octets in packed if octets is not None), default=None)

    def forget(self, *, before: datetime) -> None:
        """Drop what is past its time."""
        self._batch.add(FORGET_PROFILES, {"before": microseconds(before)})

    def _hashed(self, profiles: Iterable[tuple[str, bytes, datetime]]) -> Iterator[tuple[bytes, bytes, datetime]]:
        for of, packed, until in profiles:
            yield self._token(of), packed, until

    def _token(self, of: str) -> bytes:
        return self._vault.digest(f"watch {of}")
