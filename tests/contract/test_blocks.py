"""What a search of twenty documents costs the database, in blocks of 8 KiB: it must not grow with the service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from dmp.record.entry import SIGNATURE_TYPE
from dmp.record.patient import PatientId
from dmp.store.lane import Lane
from dmp.store.tx import Store
from store_builders import NIR, a_record, an_entry, deposit

MOST = 12
"""Issue 3: blocks per search of 20 documents."""
DOCUMENTS = 20


@contextmanager
def read_statements() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Every query that a lane sends."""
    sent: list[tuple[str, dict[str, Any]]] = []
    Lane.notice = lambda told, values: sent.append((told, dict(values)))
    try:
        yield sent
    finally:
        Lane.notice = None


def blocks(store: Store, statement: str, values: dict[str, Any]) -> int:
    """Blocks that a query touches, found in memory or read from the disk."""
    with store.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        driver.execute(explain, values)  # a connection reads where each index begins once
        (plan,) = driver.execute(explain, values).fetchone() or ([],)
        top = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
        return top["Shared Hit Blocks"] + top["Shared Read Blocks"]


def person(number: int) -> PatientId:
    return PatientId(f"1990175{number:08d}", NIR)


def filled(store: Store, number: int, *, signed: bool) -> None:
    """A record of twenty lots of one document each, with or without the signature of each lot."""
    with store.begin() as tx:
        tx.records.add(a_record(key=f"rec-{number:05d}", identifiers=(person(number),)))
    for lot in range(1, DOCUMENTS + 1):
        with store.begin() as tx:
            contents = tx.inside(tx.records.get(f"rec-{number:05d}"))
            document = an_entry(lot, unique_id=f"2.25.{number}000{lot}9182736455463728190")
            signature = an_entry(lot + 500, type_code=replace(document.type_code, code=SIGNATURE_TYPE))
            deposit(contents, *((document, signature) if signed else (document,)), number=lot)


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned lots", "signed lots"])
def test_a_search_of_twenty_documents_touches_few_blocks(postgresql_store: Store, tmp_path: Path, signed: bool):
    """Also in a process that has never met the person, with indexes of two levels."""
    store = postgresql_store
    for number in range(3):
        filled(store, number, signed=signed)
    a_population(store, 20_000)

    url = store.engine.url.render_as_string(hide_password=False)
    fresh = Store.open(url, blobs=tmp_path / "blobs", keys=tmp_path / "keys")
    with fresh.begin() as tx, read_statements() as sent:
        record = tx.records.of(person(1))
        assert record is not None
        assert len(tx.inside(record).entries_but_signatures()) == DOCUMENTS
    fresh.close()

    assert len(sent) == 2
    touched = [blocks(store, *statement) for statement in sent]
    assert sum(touched) <= MOST, touched


def a_population(store: Store, count: int) -> None:
    """Other people's records around these, as rows alone."""
    with store.engine.begin() as connection:
        for statement in (
            "INSERT INTO record SELECT 'other-' || n, 'ACTIF', 1, 1, '0001', '\\x00', decode(repeat('ab', 600), 'hex') "
            "FROM generate_series(1, :count) n",
            "INSERT INTO page SELECT 'other-' || n, p, decode(repeat('cd', 3000), 'hex') "
            "FROM generate_series(1, :count / 10) n, generate_series(1, 3) p",
            "INSERT INTO identifier SELECT sha256(n::text::bytea), 'other-' || n FROM generate_series(1, :count) n",
        ):
            connection.execute(text(statement), {"count": count})
    with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM (ANALYZE, INDEX_CLEANUP ON)"))  # as autovacuum does once enough has changed
