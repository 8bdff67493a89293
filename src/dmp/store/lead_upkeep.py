"""Give records the leads that they lack: those opened, or changed, by a release that knew none (`store/leads.py`)."""

from collections.abc import Iterator

from sqlalchemy import select

from dmp.record.errors import StorageUnavailable
from dmp.store import schema
from dmp.store.tx import Store

AT_ONCE = 500
"""Keys that are read at a time."""


def complete_leads(store: Store) -> int:
    """Add what is missing, record by record, while the service runs; returns how many records lacked something.

    A record that does not open is left to `check`, which tells of it.

    Raises:
        StorageUnavailable: the database cannot be used now.
    """
    return sum(_complete(store, key) for key in _keys(store))


def _keys(store: Store) -> Iterator[str]:
    table, after = schema.record.c, ""
    while True:
        query = select(table.record).where(table.record > after).order_by(table.record).limit(AT_ONCE)
        with store.connection() as connection:
            keys = list(connection.execute(query).scalars())
        if not keys:
            return
        yield from keys
        after = keys[-1]


def _complete(store: Store, key: str) -> bool:
    """Held, so that no act changes the record between the look and the writing."""
    with store.begin(held=True) as tx:
        try:
            record = tx.records.find(key)
        except StorageUnavailable:
            return False
        return record is not None and tx.leads.complete(record)
