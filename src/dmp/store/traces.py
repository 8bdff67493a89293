"""Traces, written with the act they tell and readable with the key of the record alone (security 11)."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from dmp.audit.export import Disclosure
from dmp.audit.trace import Trace
from dmp.audit.tree import commitment
from dmp.store import statements
from dmp.store.at_hand import Made
from dmp.store.lane import Batch, Lane
from dmp.store.records import Records
from dmp.store.vault import Seal, Vault

NO_RECORD = "00000000-0000-0000-0000-000000000000"
"""Where the traces go that concern no record: refused calls, unknown persons."""
SALT = 32
_Value = TypeVar("_Value")
_read = msgspec.json.Decoder(Trace).decode
"""A text that our seal opens is one that we wrote: its spelling is checked where it is proven (`Trace.read`)."""


class Traces:
    """The traces inside one transaction."""

    def __init__(self, lane: Lane, batch: Batch, vault: Vault, records: Records):
        """Read on a lane, write into a batch; `records` holds the seals of the records met."""
        self._lane = lane
        self._batch = batch
        self._vault = vault
        self._records = records
        self._made: dict[tuple[str, Callable[..., Any]], tuple[Any, ...]] = {}
        """Of each record, as it was when this transaction first asked."""

    def append(self, trace: Trace) -> None:
        """Write one trace and queue its commitment for the tree."""
        record, salt, text = trace.record or NO_RECORD, secrets.token_bytes(SALT), trace.text()
        committed = commitment(salt, text)
        sealed = self._seal(record).close("trace", trace.id, salt + text)
        row = {"record": record, "id": trace.id, "commitment": committed, "sealed": sealed}
        self._batch.add(statements.ADD_TRACE, row)
        self._batch.add(statements.QUEUE_TRACE, {"record": record, "trace": trace.id, "commitment": committed})

    def of(self, record: str) -> Iterator[Trace]:
        """The traces of one record, in order of arrival."""
        for name, _, sealed in self.rows(record):
            yield _read(self.opened(record, name, sealed).text)

    def made(self, record: str, make: Callable[[Trace], _Value]) -> tuple[_Value, ...]:
        """What is made of each trace of a record, in order of arrival; of those at hand it is not made again.

        Traces are only added: as long as there are as many up to the last one
        at hand, they are the same.
        """
        if (record, make) in self._made:
            return self._made[record, make]
        opened = self._records.held(record).opened
        known = opened.made.get(make) or Made()
        rows = self._lane.read(statements.TRACES_AFTER, key=record, last=known.last)
        if rows[0][0] != len(known.values):
            known = Made()
            rows = self._lane.read(statements.TRACES_AFTER, key=record, last=known.last)
        new = tuple([make(_read(self.opened(record, name, sealed).text)) for _, name, sealed in rows if name])
        if new:
            opened.made[make] = known = Made(rows[-1][1], (*known.values, *new))
            self._records.keep(record)
        self._made[record, make] = known.values
        return known.values

    def newest(self, record: str, most: int) -> Iterator[Trace]:
        """The newest traces of a record, from the last one backwards."""
        for name, sealed in self._lane.read(statements.NEWEST_TRACES, key=record, most=most):
            yield _read(self.opened(record, name, sealed).text)

    def one(self, record: str, name: str) -> Trace:
        """One trace of a record met in this transaction, or of none.

        Raises:
            LookupError: it is not there.
        """
        return Trace.read(self.disclosed(record, name).text)

    def disclosed(self, record: str, name: str) -> Disclosure:
        """The text and the salt of one trace, as `one`.

        Raises:
            LookupError: it is not there.
        """
        rows = self._lane.read(statements.READ_TRACE, key=record, named=name)
        if not rows:
            raise LookupError("no trace has this name")
        return self.opened(record, name, rows[0][0])

    def rows(self, record: str) -> Iterator[tuple[str, bytes, bytes]]:
        """Id, commitment and sealed text of the traces of one record, in order of arrival."""
        for name, committed, sealed in self._lane.read(statements.READ_TRACES, key=record):
            yield name, bytes(committed), bytes(sealed)

    def opened(self, record: str, name: str, sealed: bytes) -> Disclosure:
        """Open a trace: its salt and its text."""
        text = self._seal(record).open("trace", name, sealed)
        return Disclosure(text[:SALT], text[SALT:])

    def _seal(self, record: str) -> Seal:
        return self._vault.service if record == NO_RECORD else self._records.seal(record)
