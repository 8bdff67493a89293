"""From a lead to the records it proposes: keyed hashes, written with each record (TD0.4, TD0.5, security 12.3).

Whatever writes a record writes its leads with it (`store/records.py`), so that
no act can forget them.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from dmp.record.leads import leads_of
from dmp.record.record import Record, RecordState
from dmp.store import schema, statements
from dmp.store.lane import Batch, Lane, Row
from dmp.store.vault import Vault

_AT_ONCE = statements.LEADS_AT_ONCE
_LENGTH = 16
"""Octets of a token, as those of `places`."""


class Leads:
    """Look-ups; they tell keys of records, never what is in them."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault):
        """Read on a lane, write into a batch."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._read: dict[tuple[bytes, ...], frozenset[str]] = {}

    def records_of(self, leads: Iterable[str]) -> list[str]:
        """The keys of the records that any of these leads to, each once, in order."""
        tokens = tuple(sorted({lead_token(self._vault, lead) for lead in leads}))
        return sorted(self._records_of(tokens))

    def complete(self, record: Record) -> bool:
        """Add the leads that a record lacks; tell whether it lacked any."""
        tokens = sorted(_tokens(self._vault, record))
        missing = [token for token in tokens if record.key not in self._records_of((token,))]
        self._batch.add(statements.ADD_LEAD, *({"token": token, "record": record.key} for token in missing))
        return bool(missing)

    def _records_of(self, tokens: tuple[bytes, ...]) -> frozenset[str]:
        """Asked for once: what an act was told while it looked is what it goes on with."""
        if tokens not in self._read:
            parts = (tokens[first : first + _AT_ONCE] for first in range(0, len(tokens), _AT_ONCE))
            self._read[tokens] = frozenset(key for part in parts for (key,) in self._looked_up(part))
        return self._read[tokens]

    def _looked_up(self, tokens: tuple[bytes, ...]) -> list[Row]:
        """One statement, which has so many places: the last token fills those that are left."""
        values = {f"token_{n}": tokens[min(n, len(tokens) - 1)] for n in range(_AT_ONCE)}
        return self._lane.read(statements.FIND_LEADS, **values)


def write_leads(batch: Batch, vault: Vault, *, before: Record | None, after: Record) -> None:
    """Add the leads that a record has from now on, and drop those that it has no more."""
    told, now = leads_of(before) if before else frozenset(), leads_of(after)
    old, new = _hashed(vault, told - now), _hashed(vault, now - told)
    # In one order for everybody: two transactions that write the same rows cannot deadlock.
    batch.add(statements.DROP_LEAD, *({"token": token, "key": after.key} for token in sorted(old)))
    batch.add(statements.ADD_LEAD, *({"token": token, "record": after.key} for token in sorted(new)))


def drop_leads(batch: Batch, vault: Vault, record: Record) -> None:
    """Drop every lead that a record may have, whatever its state."""
    tokens = _tokens(vault, replace(record, state=RecordState.ACTIVE))
    batch.add(statements.DROP_LEAD, *({"token": token, "key": record.key} for token in sorted(tokens)))


def missing_leads(connection: Connection, vault: Vault, record: Record) -> frozenset[bytes]:
    """The tokens that should lead to a record and do not."""
    table, tokens = schema.lead.c, _tokens(vault, record)
    query = select(table.token).where(table.token.in_(tokens), table.record == record.key)
    return tokens - {bytes(row.token) for row in connection.execute(query)}


def lead_token(vault: Vault, lead: str) -> bytes:
    """Keyed hash by which a lead is looked up."""
    return vault.digest(f"lead {lead}")[:_LENGTH]


def _tokens(vault: Vault, record: Record) -> frozenset[bytes]:
    return _hashed(vault, leads_of(record))


def _hashed(vault: Vault, leads: Iterable[str]) -> frozenset[bytes]:
    return frozenset(lead_token(vault, lead) for lead in leads)
