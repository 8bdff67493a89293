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
        table, wrapped_key = schema.record.c, schema.record_key.c
        query = (
            select(table.version, table.sealed, wrapped_key.master, wrapped_key.wrapped)
            .join(schema.record_key, wrapped_key.record == table.record)
            .where(table.record == key, wrapped_key.record == key)
        )
        held = dialect.locked(query, self._connection.dialect.name, of=schema.record)
        row = self._connection.execute(held).one()
        self._seals[key] = self._vault.open_key(key, row.master, row.wrapped)
        return unpack_record(self._seals[key].open("record", _sealed_name(key, row.version), row.sealed))

    def seal(self, key: str) -> Seal:
        """The seal of a record already met in this transaction."""
        return self._seals[key]

    def add(self, record: Record) -> None:
        """Insert a new record with its own key and all its identifiers.

        A clash on an identifier fails the transaction: one record per person.
        """
        # In one order for everybody: two transactions that open the same person's record cannot deadlock.
        tokens = sorted({self._vault.person(patient) for patient in record.identifiers})
        self._connection.execute(
            insert(schema.identifier), [{"token": token, "record": record.key} for token in tokens]
        )
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
                "sealed": _close(seal, record),
            },
        )

    def change(self, record: Record, *, at: datetime) -> Record:
        """Write the next version of a record and keep the one before (xds-wire 9.3: each change is versioned).

        `record` must come from the version that is there: an act that changes
        twice passes on what the first change gave, or the transaction fails.
        """
        table, changed = schema.record.c, replace(record, version=record.version + 1)
        this_version = (table.record == record.key, table.version == record.version)
        sealed = self._connection.execute(select(table.sealed).where(*this_version)).scalar_one()
        self._connection.execute(
            insert(schema.record_history),
            {"record": record.key, "version": record.version, "at": microseconds(at), "sealed": sealed},
        )
        self._connection.execute(
            update(schema.record)
            .where(*this_version)
            .values(state=changed.state, version=changed.version, sealed=_close(self.seal(record.key), changed))
        )
        return changed


def _close(seal: Seal, record: Record) -> bytes:
    return seal.close("record", _sealed_name(record.key, record.version), pack(record))


def _sealed_name(key: str, version: int) -> str:
    """A version is sealed as itself, so that an older one cannot stand in for it (security 12.1)."""
    return f"{key} {version}"
