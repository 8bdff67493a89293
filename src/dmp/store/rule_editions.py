"""The rules that operators gave («éditions»): what is in force on every worker and machine, what was, what was refused.

The files are kept whole, sealed: nobody who writes in the database alone
changes what people are told. The newest one that was taken is in force.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import bindparam, func, literal_column, select

from dmp.record.errors import StorageUnavailable
from dmp.record.oversight import RefusalLine
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import instant, microseconds, pack
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "rule edition"


class UnreadableEdition(StorageUnavailable):
    """An edition is there and does not open: altered, damaged, or kept by a release with another form of it."""

    def __init__(self, number: int):
        """Name the edition by its number alone: what its row says is not believed."""
        super().__init__(f"the rules kept as edition {number} do not open: altered, damaged, or of another release")
        self.number = number


class EditionState(StrEnum):
    """What became of a folder of rules."""

    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True)
class Said:
    """What is sealed of an edition: by whom, and its files, or what is wrong with them."""

    by: str
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    refusals: tuple[RefusalLine, ...] = ()


@dataclass(frozen=True)
class KeptEdition:
    """A folder of rules as it was given."""

    number: int
    at: datetime
    state: EditionState
    digest: str
    said: Said = field(repr=False)


EditionRow = tuple[int, int, str, str, bytes]
"""The columns of `rule_edition`: number, time, state, digest, what is sealed."""
_unpack = msgspec.msgpack.Decoder(Said).decode
_table = schema.rule_edition
_TAKEN = literal_column(f"'{EditionState.TAKEN.value}'")
_all = (_table.c.number, _table.c.at, _table.c.state, _table.c.digest, _table.c.sealed)
_newest = select(func.max(_table.c.number))
NEWEST = Prepared(select(*_all).where(_table.c.number == _newest.scalar_subquery()))
NEWEST_OF_STATE = Prepared(
    select(*_all).where(_table.c.number == _newest.where(_table.c.state == bindparam("wanted")).scalar_subquery())
)
NEWEST_NUMBER = Prepared(_newest)
IN_FORCE = Prepared(_newest.where(_table.c.state == _TAKEN))
WAS_TAKEN = Prepared(select(_table.c.number).where(_table.c.state == _TAKEN, _table.c.digest == bindparam("wanted")))
ADD_EDITION = into(_table)


class RuleEditions:
    """The editions inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def number(self) -> int:
        """That of the edition in force, which each worker asks every minute; 0 for none."""
        rows = self._lane.read(IN_FORCE)
        return rows[0][0] or 0

    def newest(self, state: EditionState | None = None) -> KeptEdition | None:
        """The newest one, in a state or in any.

        Raises:
            UnreadableEdition: it does not open.
        """
        rows = self._lane.read(NEWEST) if state is None else self._lane.read(NEWEST_OF_STATE, wanted=state.value)
        return next(self._opened(rows), None)

    def was_taken(self, digest: str) -> bool:
        """Whether these very files were in force before, or are."""
        return bool(self._lane.read(WAS_TAKEN, wanted=digest))

    def add(self, state: EditionState, digest: str, said: Said, at: datetime) -> None:
        """Keep one; of two that come at once, one meets a conflict, and looks again."""
        rows = self._lane.read(NEWEST_NUMBER)
        number = (rows[0][0] or 0) + 1
        sealed = self._vault.service.close(SEALED_AS, _name(number, state, digest), pack(said))
        row = {"number": number, "at": microseconds(at), "state": state.value, "digest": digest, "sealed": sealed}
        self._batch.add(ADD_EDITION, row)

    def _opened(self, rows: list[EditionRow]) -> Iterator[KeptEdition]:
        for row in rows:
            yield edition_of(self._vault, row)


def edition_of(vault: Vault, row: EditionRow) -> KeptEdition:
    """An edition from the columns of its row.

    Raises:
        UnreadableEdition: it does not open.
    """
    number, at, state, digest, sealed = row
    try:
        opened = vault.service.open(SEALED_AS, _name(number, state, digest), bytes(sealed))
        return KeptEdition(number, instant(at), EditionState(state), digest, _unpack(opened))
    except (StorageUnavailable, ValueError, OverflowError) as error:  # what is no edition is a ValueError too
        raise UnreadableEdition(number) from error


def _name(number: int, state: str, digest: str) -> str:
    """What a row is sealed to: none can be put in the place of another, nor be called taken."""
    return f"{number} {state} {digest}"
