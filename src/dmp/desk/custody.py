"""Keys and the end of records, as the operator commands them (security 12, LC-11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from typing_extensions import override

from dmp.actions.action import Action, Result
from dmp.actions.destroy_record import DestroyRecord, ListDueRecords, destroy_due
from dmp.audit.erasure import SignedErasure
from dmp.desk.installation import Installation
from dmp.main import build_gate, now
from dmp.record.actor import Caller, Operator
from dmp.record.errors import RecordNotFound
from dmp.record.retention import Ground
from dmp.store import erasure, rotation
from dmp.store.receipts import receipt_of
from dmp.store.sealing import seal_traces
from dmp.store.tx import Store

SHOWN = 16
"""Hexadecimal digits of a keyed hash that a list shows: enough to tell people apart."""


@dataclass(frozen=True)
class Custody(Installation):
    """The keys of one installation, and what may be destroyed with them."""

    caller: Caller

    # -- keys

    def masters(self) -> Iterator[str]:
        """The master keys, and how many records each one wraps."""
        with self._store() as store:
            counts, ids = rotation.use(store), store.vault.masters
            for master in ids:
                made = store.vault.made_at(master)
                since = f", made {made:%Y-%m-%d %H:%M}" if made else ""
                newest = ", wraps new records" if master == ids[-1] else ""
                yield f"dmp: {master}: {counts.get(master, 0)} records{since}{newest}"

    def rotate(self) -> Iterator[str]:
        """Make a master key and wrap every record with it; one that was begun is ended first."""
        with self._store() as store:
            left = rotation.behind(store)
            if left:
                yield f"dmp: going on with {store.vault.current}: {left} records left"
            else:
                yield f"dmp: {store.vault.make_master(at=now())} wraps new records from now on"
            for step in rotation.wrap_all(store):
                yield f"dmp: {step.done} of {step.of} records"
            former = ", ".join(store.vault.masters[:-1])
            if former:
                minutes = rotation.GRACE // timedelta(minutes=1)
                yield f"dmp: done; in {minutes} minutes, `dmp keys retire` destroys what is no longer used: {former}"

    def retire(self, master: str) -> str:
        """Destroy a master key that nothing needs."""
        with self._store() as store:
            rotation.retire(store, master, at=now())
        return f"dmp: {master} is destroyed; what it wrapped in older backups opens no more"

    # -- the end of records

    def due(self, by: date) -> Iterator[str]:
        """The closed records that may be destroyed on that day: date, keyed hash of the identifier, record."""
        for due in self._perform(ListDueRecords(by)):
            held = "  held by a legal hold" if due.held else ""
            asked = f"  asked by its holder on {due.asked}" if due.asked is not None else ""
            yield f"{due.day}  {due.person.hex()[:SHOWN]}  {due.record}{held}{asked}"

    def destroy_due(self) -> Iterator[str]:
        """Destroy all that is due, as the job does every night."""
        with self._store() as store:
            gate = build_gate(store, self.settings)

            def perform(caller: Caller, action: Action[Result]) -> Result:
                return gate.perform(caller, action, now())

            for signed in destroy_due(perform, today=now().date()):
                yield _told(signed)
            self._leave_nothing(store)

    def destroy(self, ins: str, *, by: str, confirmed_by: str, ground: Ground) -> str:
        """Destroy one record, by two operators."""
        action = DestroyRecord(self._patient(ins), confirmed_by, ground)
        with self._store() as store:
            caller = Caller(Operator(by))
            signed = build_gate(store, self.settings).perform(caller, action, datetime.now(UTC))
            self._leave_nothing(store)
        return _told(signed)

    def certificate(self, name: str, into: Path | None) -> Iterator[str]:
        """Tell the certificates of a person or of a record, and write the newest with its proof."""
        with self._store() as store:
            seal_traces(store, now())
            found = self._certificates(store, name)
            yield from map(_told, found)
            if into is not None:
                with into.open("wb") as file:
                    file.writelines(receipt_of(store, found[-1], at=now()))

    def _certificates(self, store: Store, name: str) -> list[SignedErasure]:
        with store.begin() as tx:
            found = list(tx.erasures.get(name)) or list(tx.erasures.of(self._patient(name)))
        if not found:
            raise RecordNotFound("no record of this person was destroyed")
        return sorted(found, key=lambda signed: signed.certificate.at)

    def _leave_nothing(self, store: Store) -> None:
        seal_traces(store, now())
        erasure.scrub(store)

    @property
    @override
    def _caller(self) -> Caller:
        return self.caller


def _told(signed: SignedErasure) -> str:
    certificate = signed.certificate
    counts = certificate.counts
    return (
        f"dmp: record {certificate.record} destroyed on {certificate.at:%Y-%m-%d} by {certificate.by}, "
        f"confirmed by {certificate.confirmed_by}: {counts.documents} documents; certificate {certificate.id}"
    )
