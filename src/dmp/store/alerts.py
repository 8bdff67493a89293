"""Alerts, sealed with the key of the service: raised once, read by the operator, closed by name (security 10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, cast, exists, insert, literal_column, select, update

from dmp.record.alert import Alert, AlertState
from dmp.record.errors import IncompleteRequest
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import microseconds, pack
from dmp.store.statements import Prepared
from dmp.store.vault import Vault

SEALED_AS = "alert"
AT_ONCE = 500
"""Alerts of one list."""
NAME = 18
"""Octets of the keyed hash that names an alert of which there is only one."""

_unpack = msgspec.msgpack.Decoder(Alert).decode
_alert = schema.alert
_COLUMNS = ("id", "at", "state", "sealed")
_GIVEN = select(*(cast(bindparam(name), _alert.c[name].type).label(name) for name in _COLUMNS))
ADD_ALERT = Prepared(
    insert(_alert).from_select(
        _COLUMNS, _GIVEN.where(~exists().where(_alert.c.id == cast(bindparam("id"), _alert.c.id.type)))
    )
)
"""Add one that is not there; of two acts that add it at once, the second is run again."""
CHANGE_ALERT = Prepared(
    update(_alert)
    .where(_alert.c.id == bindparam("named"), _alert.c.state == bindparam("seen"))
    .values(state=bindparam("new_state"), sealed=bindparam("new_sealed"))
)
READ_ALERT = Prepared(select(_alert.c.id, _alert.c.sealed).where(_alert.c.id == bindparam("named")))
LIST_ALERTS = Prepared(
    select(_alert.c.id, _alert.c.sealed)
    .where(_alert.c.state == bindparam("wanted"), _alert.c.at >= bindparam("since"))
    .order_by(_alert.c.at.desc(), _alert.c.id)
    .limit(literal_column("1000"))
    .offset(literal_column("0"))
)
LIST_OLD_ALERTS = Prepared(
    select(_alert.c.id, _alert.c.sealed)
    .where(_alert.c.state == bindparam("wanted"), _alert.c.at <= bindparam("until"))
    .order_by(_alert.c.at, _alert.c.id)
    .limit(literal_column("1000"))
    .offset(literal_column("0"))
)


class Alerts:
    """The alerts inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def name(self, about: str) -> str:
        """The id of the one alert about something: raised again, it changes nothing."""
        return self._vault.digest(f"alert {about}")[:NAME].hex()

    def raise_(self, alert: Alert) -> None:
        """Add an alert, unless one of its id is there."""
        row = {"id": alert.id, "at": microseconds(alert.at), "state": alert.state, "sealed": self._sealed(alert)}
        self._batch.add(ADD_ALERT, row)

    def raise_new(self, alert: Alert) -> None:
        """Add an alert that was not there.

        Raises:
            IncompleteRequest: it was.
        """
        if self.find(alert.id) is not None:
            raise IncompleteRequest("this was asked already", element="access")
        self.raise_(alert)

    def one(self, name: str) -> Alert:
        """One alert.

        Raises:
            IncompleteRequest: none has this id.
        """
        found = self.find(name)
        if found is None:
            raise IncompleteRequest("no alert has this id", element="ID")
        return found

    def find(self, name: str) -> Alert | None:
        """One alert; None when none has this id."""
        rows = self._lane.read(READ_ALERT, named=name)
        return self._opened(*rows[0]) if rows else None

    def listed(self, state: AlertState, *, since: datetime | None = None) -> Iterator[Alert]:
        """The alerts in a state, the newest first, 1,000 at most."""
        earliest = microseconds(since) if since else 0
        for name, sealed in self._lane.read(LIST_ALERTS, wanted=state, since=earliest):
            yield self._opened(name, sealed)

    def left_open(self, *, until: datetime) -> Iterator[Alert]:
        """The open alerts that were raised until then, the oldest first, 1,000 at most."""
        for name, sealed in self._lane.read(LIST_OLD_ALERTS, wanted=AlertState.OPEN, until=microseconds(until)):
            yield self._opened(name, sealed)

    def change(self, alert: Alert) -> None:
        """Write more signs into an open alert."""
        self._write(alert, AlertState.OPEN)

    def close(self, alert: Alert, *, by: str, conclusion: str, at: datetime) -> Alert:
        """Say that somebody has looked.

        Raises:
            IncompleteRequest: it is closed already.
        """
        if alert.state is AlertState.CLOSED:
            raise IncompleteRequest("this alert is closed", element="ID")
        closed = replace(alert, state=AlertState.CLOSED, closed_at=at, closed_by=by, conclusion=conclusion)
        self._write(closed, AlertState.OPEN)
        return closed

    def _write(self, alert: Alert, seen: AlertState) -> None:
        row = {"named": alert.id, "seen": seen, "new_state": alert.state, "new_sealed": self._sealed(alert)}
        self._batch.add(CHANGE_ALERT, row)

    def _sealed(self, alert: Alert) -> bytes:
        return self._vault.service.close(SEALED_AS, alert.id, pack(alert))

    def _opened(self, name: str, sealed: bytes) -> Alert:
        return _unpack(self._vault.service.open(SEALED_AS, name, bytes(sealed)))
