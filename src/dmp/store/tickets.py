"""Tickets («jetons») of those who sign in: sessions, one-time codes, links, browsers that are known.

A ticket is found by a secret that its bearer alone holds: the database has a
keyed hash of it, and the content sealed. What counts the tries must be read in
a held transaction: two guesses at once are then two tries.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from dmp.record.account import Ticket
from dmp.store import schema
from dmp.store.lane import Batch, Lane
from dmp.store.packing import instant, microseconds
from dmp.store.statements import Prepared, into
from dmp.store.vault import Vault

SEALED_AS = "ticket"

_ticket = schema.ticket.c
_token = bindparam("key")
_COLUMNS = (_ticket.token, _ticket.until, _ticket.tries, _ticket.sealed)
READ_TICKET = Prepared(select(*_COLUMNS).where(_ticket.token == _token))
HOLD_TICKET = Prepared(select(*_COLUMNS).where(_ticket.token == _token).with_for_update())
LIST_TICKETS = Prepared(select(*_COLUMNS).where(_ticket.account == bindparam("of_account")).order_by(_ticket.until))
ADD_TICKET = into(schema.ticket)
CHANGE_TICKET = Prepared(
    update(schema.ticket)
    .where(_ticket.token == _token)
    .values(until=bindparam("new_until"), tries=bindparam("new_tries"), sealed=bindparam("new_sealed"))
)
DROP_TICKET = Prepared(delete(schema.ticket).where(_ticket.token == _token))
DROP_TICKETS = Prepared(delete(schema.ticket).where(_ticket.account == bindparam("of_account")))
FORGET_TICKETS = Prepared(delete(schema.ticket).where(_ticket.until < bindparam("before")))


class Tickets:
    """The tickets inside one transaction. `kind` parts them: the secret of a code opens no session."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault

    def add(self, kind: str, secret: str, *, account: str, until: datetime, content: bytes) -> None:
        """Add one, of an account or of nobody's (empty)."""
        token = self._vault.digest(f"ticket {kind} {secret}")
        row = {
            "token": token,
            "account": self._of(kind, account),
            "until": microseconds(until),
            "tries": 0,
            "sealed": self._sealed(token, content),
        }
        self._batch.add(ADD_TICKET, row)

    def one(self, kind: str, secret: str) -> Ticket | None:
        """The one of a secret, over or not; nobody else reads it meanwhile when the transaction is held."""
        wanted = HOLD_TICKET if self._lane.held else READ_TICKET
        rows = self._lane.read(wanted, key=self._vault.digest(f"ticket {kind} {secret}"))
        return self._read(rows[0]) if rows else None

    def all_of(self, kind: str, account: str) -> tuple[Ticket, ...]:
        """Those of one account, the one that ends first at the beginning."""
        return tuple(self._read(row) for row in self._lane.read(LIST_TICKETS, of_account=self._of(kind, account)))

    def change(self, ticket: Ticket) -> None:
        """Write one that was found here, with another end, count or content."""
        row = {
            "key": ticket.token,
            "new_until": microseconds(ticket.until),
            "new_tries": ticket.tries,
            "new_sealed": self._sealed(ticket.token, ticket.content),
        }
        self._batch.add(CHANGE_TICKET, row)

    def drop(self, ticket: Ticket) -> None:
        """Forget one: whoever comes with its secret is a stranger."""
        self._batch.add(DROP_TICKET, {"key": ticket.token})

    def drop_all_of(self, kind: str, account: str) -> None:
        """Forget those of one account."""
        self._batch.add(DROP_TICKETS, {"of_account": self._of(kind, account)})

    def forget(self, *, before: datetime) -> None:
        """Drop what was over by then."""
        self._batch.add(FORGET_TICKETS, {"before": microseconds(before)})

    def _of(self, kind: str, account: str) -> bytes:
        return self._vault.digest(f"ticket of {kind} {account}")

    def _sealed(self, token: bytes, content: bytes) -> bytes:
        return self._vault.service.close(SEALED_AS, token.hex(), content)

    def _read(self, row: tuple[Any, ...]) -> Ticket:
        token, until, tries, sealed = row
        content = self._vault.service.open(SEALED_AS, bytes(token).hex(), bytes(sealed))
        return Ticket(bytes(token), instant(until), tries, content)
