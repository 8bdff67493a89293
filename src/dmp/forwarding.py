"""Traces sent on to a repository of audits, as ATNA messages over TLS (xds-wire 10.2).

The tree of traces is the queue: a trace is durable before its act is answered,
so nothing can be lost on the way; what was sent is a count kept in the
database, moved on only once the other side has closed the connection in good
order. After a failure the last batch is sent again: at least once, in order.
"""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select, update

from dmp.audit.atna import Source, messages
from dmp.audit.syslog import frame, line
from dmp.audit.trace import Trace
from dmp.record.patient import PatientId
from dmp.store import schema
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store, Tx

BATCH = 500
PATIENCE = 10.0
"""Seconds for the other side to answer."""


@dataclass(frozen=True)
class Repository:
    """Where audits go; the service shows its own certificate there."""

    host: str
    port: int
    authorities: Path
    certificate: Path
    private_key: Path

    def tls(self) -> ssl.SSLContext:
        """TLS 1.2 or better, both sides proved."""
        context = ssl.create_default_context(cafile=str(self.authorities))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.private_key)
        # A repository that hangs up without a farewell has not taken what was sent: OpenSSL must say so.
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        return context


@dataclass(frozen=True)
class Forwarding:
    """The traces of one store, on their way to one repository."""

    store: Store
    repository: Repository
    source: Source

    @property
    def target(self) -> str:
        """The name under which the database keeps what was sent."""
        return f"{self.repository.host}:{self.repository.port}"

    def forward(self) -> int:
        """Send what is in the tree and was not sent yet; returns how many traces.

        Raises:
            OSError: the repository does not answer, or is not who it should be.
        """
        total = 0
        while count := self._forward_some():
            total += count
        return total

    def _forward_some(self) -> int:
        sent, leaves = self._waiting()
        if not leaves:
            return 0
        self._send(b"".join(self._frames(leaves)))
        self._note(sent, leaves[-1][0] + 1)
        return len(leaves)

    def _waiting(self) -> tuple[int | None, list[tuple[int, str, str]]]:
        """How many were sent (None: never any), and the next leaves: sequence, record, trace."""
        table, leaf = schema.forwarding.c, schema.leaf.c
        with self.store.connection() as connection:
            sent = connection.scalar(select(table.sent).where(table.target == self.target))
            query = select(leaf.sequence, leaf.record, leaf.trace).where(leaf.sequence >= (sent or 0))
            rows = connection.execute(query.order_by(leaf.sequence).limit(BATCH)).all()
        return sent, [(row.sequence, row.record, row.trace) for row in rows]

    def _note(self, before: int | None, sent: int) -> None:
        table = schema.forwarding
        with self.store.connection() as connection:
            if before is None:
                connection.execute(insert(table), {"target": self.target, "sent": sent})
            else:
                mine = (table.c.target == self.target, table.c.sent <= sent)
                connection.execute(update(table).where(*mine).values(sent=sent))

    def _frames(self, leaves: list[tuple[int, str, str]]) -> Iterator[bytes]:
        with self.store.begin() as tx:
            for _, record, name in leaves:
                told = self._opened(tx, record, name)
                if told is None:
                    continue
                trace, patient = told
                for message in messages(trace, patient, self.source):
                    whole = line(message, at=trace.at, host=self.source.id, process=str(os.getpid()))
                    yield frame(whole)

    @staticmethod
    def _opened(tx: Tx, record: str, name: str) -> tuple[Trace, PatientId | None] | None:
        """The trace and whose it is; None when the record was destroyed, and its texts with it."""
        patient = None
        if record != NO_RECORD:
            known = tx.records.find(record)
            if known is None:
                return None
            patient = known.identifiers[0] if known.identifiers else None
        return tx.traces.one(record, name), patient

    def _send(self, octets: bytes) -> None:
        """Send, then part in good order: only who has read everything answers the farewell."""
        where = (self.repository.host, self.repository.port)
        with (
            closing(socket.create_connection(where, timeout=PATIENCE)) as plain,
            self.repository.tls().wrap_socket(plain, server_hostname=self.repository.host) as secure,
        ):
            secure.sendall(octets)
            secure.unwrap()


def forward_if_possible(forwarding: Forwarding) -> str:
    """Forward, for a job that comes again: what went wrong, in one word, or nothing."""
    try:
        forwarding.forward()
    except Exception as error:  # a process edge: one failure must not end the forwarding for ever
        return type(error).__name__
    return ""
