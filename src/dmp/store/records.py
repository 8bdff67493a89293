"""Records: found by any identifier of the person, one per person (LC-1)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from dmp.record.patient import PatientId
from dmp.record.record import Record
from dmp.store import dialect, schema
from dmp.store.packing import microseconds, pack, unpack_record
from dmp.store.vault import Seal, Vault


class Records:
    """The records inside one transaction; remembers the seal of each it met."""

    def __init__(self, connection: Connection, vault: Vault):
        """Work on one connection."""
        self._connection = connection
        self._vault = vault
        self._seals: dict[str, Seal] = {}

    def of(self, patient: PatientId) -> Record | None:
        """Find and hold the record of a person, whatever identifier of theirs is given; None when there is none."""
        token = self._vault.person(patient)
        query = select(schema.identifier.c.record).where(schema.identifier.c.token == token)
        key = self._connection.execute(query).scalar_one_or_none()
        return None if key is None else self.get(key)

    def get(self, key: str) -> Record:
        """Read and hold one record by its key."""
        query = (
            select(schema.record.c.sealed, schema.record_key.c.master, schema.record_key.c.wrapped)
            .join(schema.record_key, schema.record_key.c.record == schema.record.c.record)
            .where(schema.record.c.record == key, schema.record_key.c.record == key)
        )
        row = self._connection.execute(dialect.locked(query, self._connection.dialect.name)).one()
        self._seals[key] = self._vault.open_key(key, row.master, row.wrapped)
        return unpack_record(self._seals[key].open("record", key, row.sealed))

    def seal(self, key: str) -> Seal:
        """The seal of a record already met in this transaction."""
        return self._seals[key]

    def add(self, record: Record) -> None:
        """Insert a new record with its own key and all its identifiers.

        A clash on an identifier fails the transaction: one record per person.
        """
        seal, master, wrapped = self._vault.new_key(record.key)
        self._seals[record.key] = seal
        self._connection.execute(
            insert(schema.record_key), {"record": record.key, "master": master, "wrapped": wrapped}
        )
        self._connection.execute(
            insert(schema.record),
            {
                "record": record.key,
                "state": record.state,
                "version": record.version,
                "sealed": seal.close("record", record.key, pack(record)),
            },
        )
        tokens = [{"token": self._vault.person(patient), "record": record.key} for patient in record.identifiers]
        self._connection.execute(insert(schema.identifier), tokens)

    def change(self, record: Record, *, at: datetime) -> Record:
        """Write the next version of a record and keep the one before (xds-wire 9.3: each change is versioned)."""
        seal, changed = self.seal(record.key), replace(record, version=record.version + 1)
        before = select(schema.record.c.record, schema.record.c.version, schema.record.c.sealed).where(
            schema.record.c.record == record.key
        )
        old = self._connection.execute(before).one()
        self._connection.execute(
            insert(schema.record_history),
            {"record": record.key, "version": old.version, "at": microseconds(at), "sealed": old.sealed},
        )
        self._connection.execute(
            update(schema.record)
            .where(schema.record.c.record == record.key)
            .values(
                state=changed.state,
                version=changed.version,
                sealed=seal.close("record", record.key, pack(changed)),
            )
        )
        return changed
