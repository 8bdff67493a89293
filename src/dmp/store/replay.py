"""Assertions and messages already used, shared by all the workers (DEC-50, xds-wire 1.4-8 and 8.4-12)."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from dmp.store import schema
from dmp.store.packing import microseconds
from dmp.store.vault import Vault


class Replays:
    """What was seen inside its window of validity."""

    def __init__(self, connection: Connection, vault: Vault):
        """Work on one connection."""
        self._connection = connection
        self._vault = vault

    def first_or_same(self, name: str, *, content: str, holder: str, until: datetime) -> bool:
        """Remember `name`; false when it was already seen with other content or from another holder."""
        token = self._vault.digest(name)
        mine = (self._vault.digest(content), self._vault.digest(holder))
        query = select(schema.seen.c.content, schema.seen.c.holder).where(schema.seen.c.token == token)
        row = self._connection.execute(query).one_or_none()
        if row is not None:
            return (bytes(row.content), bytes(row.holder)) == mine
        values = {"token": token, "content": mine[0], "holder": mine[1], "until": microseconds(until)}
        self._connection.execute(insert(schema.seen), values)
        return True

    def first(self, name: str, *, until: datetime) -> bool:
        """Remember `name`; false when it was already seen at all."""
        token = self._vault.digest(name)
        query = select(schema.seen.c.token).where(schema.seen.c.token == token)
        if self._connection.execute(query).one_or_none() is not None:
            return False
        values = {"token": token, "content": b"", "holder": b"", "until": microseconds(until)}
        self._connection.execute(insert(schema.seen), values)
        return True

    def forget(self, *, before: datetime) -> int:
        """Drop what is past its window; returns how many."""
        done = self._connection.execute(delete(schema.seen).where(schema.seen.c.until < microseconds(before)))
        return done.rowcount
