"""Why the last calls to a sandbox were refused: what the traces hold and the wire does not say (DEC-118)."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from dmp.audit.trace import Outcome, Trace
from dmp.desk.operations import Operations
from dmp.main import open_store
from dmp.store import schema
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Store


def why(folder: Path, *, last: int) -> list[str]:
    """The refused and failed calls, oldest first, a line each.

    Only a sandbox answers this: its people are fictional, and its keys lie in its folder.
    """
    store = open_store(Operations.at(folder).settings)
    try:
        traces = sorted(_refused(store), key=lambda trace: trace.at)
    finally:
        store.close()
    return [_line(trace) for trace in traces[-last:]]


def _refused(store: Store) -> Iterator[Trace]:
    with store.connection() as connection:
        records = connection.execute(select(schema.trace.c.record).distinct()).scalars().all()
    with store.begin() as tx:
        for record in records:
            if record != NO_RECORD:
                tx.records.get(record)
            yield from (trace for trace in tx.traces.of(record) if trace.outcome is not Outcome.DONE)


def _line(trace: Trace) -> str:
    because = "; ".join(part for part in (*trace.rules, trace.detail.removeprefix("refused: ")) if part)
    who = f"{trace.who.person or 'nobody known'} ({trace.who.via or trace.who.kind or 'no assertion accepted'})"
    return f"{trace.at:%H:%M:%S} UTC  {trace.verb or 'unread'}  {who}  {trace.outcome}: {because}"
