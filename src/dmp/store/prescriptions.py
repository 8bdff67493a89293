"""Prescriptions that have a number: a row for each, sealed with the key of its record, found by the number alone.

A keyed hash of the number leads to the record (`place`) and names the row:
nothing in the database tells who has a prescription, nor what became of it.
Each change says that the record changed: of two pharmacies at once, one is run
again on what the other left (RX-4). Prescriptions stand as traces do: those of
a record that was absorbed stay with it, those of one that was destroyed go.
"""

from collections.abc import Iterator

import msgspec
from sqlalchemy import bindparam, delete, select, update

from dmp.record.errors import StorageUnavailable
from dmp.record.prescription import Prescription
from dmp.record.record import Record
from dmp.store import schema, statements
from dmp.store.lane import Batch, Lane
from dmp.store.packing import pack
from dmp.store.places import Places, place_token
from dmp.store.records import Records
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "prescription"
_row = schema.prescription
_columns = (_row.c.id, _row.c.version, _row.c.sealed)
ADD_PRESCRIPTION = into(_row)
CHANGE_PRESCRIPTION = Prepared(
    update(_row)
    .where(_row.c.record == bindparam("key"), _row.c.id == bindparam("named"))
    .values(version=bindparam("new_version"), sealed=bindparam("new_sealed"))
)
READ_PRESCRIPTION = Prepared(
    select(*_columns).where(_row.c.record == bindparam("key"), _row.c.id == bindparam("named"))
)
READ_PRESCRIPTIONS = Prepared(select(*_columns).where(_row.c.record == bindparam("key")).order_by(_row.c.id))
DROP_PRESCRIPTIONS = Prepared(delete(_row).where(_row.c.record == bindparam("key")))

_unpack = msgspec.msgpack.Decoder(Prescription).decode


class Prescriptions:
    """The prescriptions inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault, *, records: Records, places: Places):
        """Read on a lane, write into a batch; `records` holds the seals, `places` the way from a number."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._records = records
        self._places = places
        self._known: dict[str, tuple[Prescription, ...]] = {}

    def home(self, number: str) -> Record | None:
        """The record that a prescription stands with, by its number; None when there is none."""
        key = self._places.record_of(_place(number))
        return None if key is None else self._records.find(key)

    def one(self, number: str) -> Prescription | None:
        """A prescription by its number."""
        home = self.home(number)
        if home is None:
            return None
        rows = self._lane.read(READ_PRESCRIPTION, key=home.key, named=self._name(number))
        return next((found for found, _ in self._opened(home.key, rows)), None)

    def of(self, record: Record) -> tuple[Prescription, ...]:
        """All those of a record and of the records that it absorbed, the newest first."""
        found = [
            prescription
            for key in record.history
            if self._records.find(key) is not None
            for prescription in self._inside(key)
        ]
        return tuple(sorted(found, key=lambda each: (each.written, each.id), reverse=True))

    def kept(self, key: str) -> Iterator[tuple[str, bool | None]]:
        """The names of the rows of a record, and whether the number of each leads to it; None for one that is damaged.

        For who checks the store: a page would show none of them where one is damaged.
        """
        for row in self._lane.read(READ_PRESCRIPTIONS, key=key):
            try:
                ((found, _),) = self._opened(key, [row])
            except (StorageUnavailable, msgspec.DecodeError):
                yield row[0], None
            else:
                leads_there = self._places.record_of(_place(found.number)) == key
                yield row[0], leads_there and self._name(found.number) == row[0]

    def add(self, record: Record, prescription: Prescription) -> None:
        """Keep a new one in a record already met; a number that exists fails the transaction."""
        self._records.touch(record.key)
        name = self._name(prescription.number)
        self._places.note(_place(prescription.number), record.key)
        sealed = self._closed(record.key, name, 1, prescription)
        self._batch.add(ADD_PRESCRIPTION, {"record": record.key, "id": name, "version": 1, "sealed": sealed})

    def change(self, prescription: Prescription) -> None:
        """Write one anew.

        Raises:
            LookupError: there is none of this number.
        """
        home = self.home(prescription.number)
        name = self._name(prescription.number)
        rows = None if home is None else self._lane.read(READ_PRESCRIPTION, key=home.key, named=name)
        if home is None or not rows:
            raise LookupError("no prescription has this number")
        self._records.touch(home.key)
        version = rows[0][1] + 1
        sealed = self._closed(home.key, name, version, prescription)
        values = {"key": home.key, "named": name, "new_version": version, "new_sealed": sealed}
        self._batch.add(CHANGE_PRESCRIPTION, values)

    def _inside(self, key: str) -> tuple[Prescription, ...]:
        """Those of one record, read and opened once: an act asks for them to be decided, and again to be told."""
        if key not in self._known:
            rows = self._lane.read(READ_PRESCRIPTIONS, key=key)
            self._known[key] = tuple(found for found, _ in self._opened(key, rows))
        return self._known[key]

    def _name(self, number: str) -> str:
        return place_token(self._vault, _place(number)).hex()

    def _closed(self, key: str, name: str, version: int, prescription: Prescription) -> bytes:
        return self._records.seal(key).close(SEALED_AS, _sealed_name(name, version), pack(prescription))

    def _opened(self, key: str, rows: list[tuple[str, int, bytes]]) -> Iterator[tuple[Prescription, int]]:
        seal = self._records.seal(key) if rows else None
        for name, version, sealed in rows:
            if seal is not None:
                yield _unpack(seal.open(SEALED_AS, _sealed_name(name, version), bytes(sealed))), version


def _place(number: str) -> str:
    return f"prescription {number}"


def _sealed_name(name: str, version: int) -> str:
    """Sealed with its version: what was written before a delivery cannot stand in for what came after."""
    return f"{name} {version}"


def drop_prescriptions(lane: Lane, batch: Batch, record: str) -> None:
    """Forget the prescriptions of a record that is destroyed, and the way to them."""
    for name, _, _ in lane.read(READ_PRESCRIPTIONS, key=record):
        batch.add(statements.DROP_PLACE, {"token": bytes.fromhex(name), "key": record})
    batch.add(DROP_PRESCRIPTIONS, {"key": record})
