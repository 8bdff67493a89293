"""How many blocks of the database a search reads: its very statements, explained."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

from psycopg import Connection, connect

from dmp.actions.find_documents import SearchRecord
from dmp.bench.installation import Ground
from dmp.client.credentials import Credentials
from dmp.main import build_gate
from dmp.record.actor import Caller
from dmp.record.criteria import DocumentCriteria
from dmp.record.entry import EntryStatus
from dmp.record.patient import PatientId
from dmp.record.query import FindDocuments, StoredQuery
from dmp.store.lane import Lane, Values


@dataclass(frozen=True)
class Blocks:
    """Blocks of 8 KiB that one search reads, wherever they lie; the record is looked up by its INS too."""

    average: float
    most: int
    statements: int


def blocks_of_searches(ground: Ground, patients: Iterable[PatientId], caller: Credentials) -> Blocks:
    """Search each record once, in process, through the gate; then explain what was sent."""
    store, counted, asked = ground.store(), list[int](), 0
    gate = build_gate(store, ground.settings)
    try:
        with connect(ground.settings.database_url, autocommit=True) as connection:
            for patient in patients:
                criteria = DocumentCriteria(patient, frozenset({EntryStatus.APPROVED}))
                action = SearchRecord(patient, StoredQuery(FindDocuments(criteria)))
                with _noted() as sent:
                    gate.perform(Caller(caller.professional, patient=patient), action, datetime.now(UTC))
                questions = [(text, values) for text, values in sent if text.startswith("SELECT")]
                counted.append(sum(_blocks(connection, text, values) for text, values in questions))
                asked = max(asked, len(questions))
    finally:
        store.close()
    return Blocks(fmean(counted), max(counted), asked)


@contextmanager
def _noted() -> Iterator[list[tuple[str, Values]]]:
    """What is sent to the database meanwhile."""
    sent: list[tuple[str, Values]] = []
    Lane.notice = lambda text, values: sent.append((text, values))
    try:
        yield sent
    finally:
        Lane.notice = None


def _blocks(connection: Connection[Any], text: str, values: Values) -> int:
    question = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}".encode()
    told = connection.execute(question, dict(values)).fetchone()
    assert told is not None  # noqa: S101
    plan = told[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
