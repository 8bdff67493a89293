"""A new master key while the service runs: the key of each record is wrapped again, nothing else (security 12.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select, update

from dmp.record.errors import IncompleteRequest
from dmp.store import schema
from dmp.store.tx import Store

AT_ONCE = 500
"""Records of one transaction: their rows are held for some ten milliseconds."""
GRACE = timedelta(minutes=5)
"""How long a running service may go on wrapping with a master key that is no longer the newest, with much to spare."""

_record = schema.record.c
# A record that was created, destroyed or wrapped again meanwhile has other octets there, and is left alone.
_WRAP_AGAIN = (
    update(schema.record)
    .where(_record.record == bindparam("key"), _record.wrapped == bindparam("old"))
    .values(master=bindparam("new_master"), wrapped=bindparam("new_wrapped"))
)


@dataclass(frozen=True)
class Step:
    """How far a rotation is: records wrapped again, of how many that there were to do when it began."""

    done: int
    of: int


def use(store: Store) -> dict[str, int]:
    """How many records each master key wraps."""
    query = select(_record.master, func.count().label("records")).where(_record.master != "").group_by(_record.master)
    with store.connection() as connection:
        return {row.master: row.records for row in connection.execute(query)}


def behind(store: Store) -> int:
    """How many records are wrapped with another master key than the newest."""
    with store.connection() as connection:
        return _count(connection, _behind(store.vault.current))


def wrap_all(store: Store) -> Iterator[Step]:
    """Wrap the keys of all records with the newest master key, in batches; tells how far it is after each.

    It may be stopped anywhere and begun again: what is done stays done.

    Raises:
        StorageUnavailable: the database or the master keys cannot be used now.
    """
    done, total, after = 0, behind(store), ""
    while True:
        with store.connection() as connection:
            rows = connection.execute(_next(store.vault.current, after)).all()
            if not rows:
                return
            connection.execute(_WRAP_AGAIN, [_again(store, row) for row in rows])
        done, after = done + len(rows), rows[-1].record
        yield Step(done, max(total, done))


def retire(store: Store, master: str, *, at: datetime) -> None:
    """Destroy a master key that wraps nothing any more: what a copy of an older database holds opens no more either.

    Raises:
        IncompleteRequest: it is the newest one, it is not here, a record is still wrapped with it, or the
            newest one is so new that a running service may not know it yet.
        StorageUnavailable: the database or the master keys cannot be used now.
    """
    newest = store.vault.masters[-1]
    made = store.vault.made_at(newest)
    if made is not None and at < made + GRACE:
        minutes = GRACE // timedelta(minutes=1)
        raise IncompleteRequest(f"the newest master key is not {minutes} minutes old yet: wait", element="ID")
    with store.connection() as connection:
        left = _count(connection, _record.master == master)
    if left:
        raise IncompleteRequest(f"{left} records are wrapped with it: run `dmp keys rotate`", element="ID")
    store.vault.destroy_master(master, at=at)


def _next(newest: str, after: str) -> Select[*tuple[Any, ...]]:
    query = select(_record.record, _record.master, _record.wrapped)
    return query.where(_behind(newest), _record.record > after).order_by(_record.record).limit(AT_ONCE)


def _behind(newest: str) -> ColumnElement[bool]:
    """Of a destroyed record, nothing is wrapped any more."""
    return _record.master.not_in((newest, ""))


def _again(store: Store, row: Row[*tuple[Any, ...]]) -> dict[str, object]:
    old = bytes(row.wrapped)
    master, wrapped = store.vault.rewrapped(row.record, row.master, old)
    return {"key": row.record, "old": old, "new_master": master, "new_wrapped": wrapped}


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(schema.record).where(which)).scalar_one()
