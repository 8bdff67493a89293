"""What documents say is fetched of those alone that the act decided on: a hidden row would cost time (security 7)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dmp.actions.open_chart import OpenChart
from dmp.actions.search_texts import SearchTexts
from dmp.gate import Gate
from dmp.main import new_id
from dmp.record.actor import Caller, Holder
from dmp.record.facts import Concept, Facts, Problem, Source
from dmp.record.visibility import Visibility
from dmp.store import statements
from dmp.store.lane import Lane
from dmp.store.projections import Projection, pack_facts
from dmp.store.tx import Store
from rights_builders import POLICY
from store_builders import NOW, PERSON, a_record, an_entry, deposit, opened, uuid

PATIENT = Caller(Holder(PERSON), patient=PERSON)
SAID = Facts(problems=(Problem(Source(), Concept("E11.9", "2.16.840.1.113883.6.3")),))
SHOWN, HIDDEN = 1, 2


@pytest.fixture
def gate(store: Store) -> Gate:
    """Two documents that say something; of one its holder learns nothing yet."""
    opened(store, a_record())
    with store.begin() as tx:
        for number in (SHOWN, HIDDEN):
            contents = tx.inside(tx.records.of(PERSON))
            deposit(contents, an_entry(number), number=number)
            projection = Projection(pack_facts(SAID), b"packed")
            tx.projections.keep("rec-1", contents.document_of(uuid(number)), projection)
        record = tx.records.of(PERSON)
        hidden = {uuid(HIDDEN): Visibility(hidden_from_patient_since=NOW)}
        tx.records.change(replace(record, visibility=hidden), at=NOW)
    return Gate(store, POLICY, new_id=new_id, release="test")


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[str]]:
    """The documents whose rows came from the database."""
    names: set[str] = set()
    read = Lane.read

    def watching(self: Lane, statement: statements.Prepared, **values: Any) -> list[Any]:
        rows = read(self, statement, **values)
        if statement in (statements.READ_FACTS, statements.READ_TERMS, statements.READ_PROJECTIONS):
            names.update(row[0] for row in rows)
        return rows

    monkeypatch.setattr(Lane, "read", watching)
    return lambda: names


def document(gate: Gate, number: int) -> str:
    with gate.store.begin() as tx:
        return tx.inside(tx.records.of(PERSON)).document_of(uuid(number))


@pytest.mark.parametrize("act", [OpenChart(PERSON), SearchTexts(PERSON)])
def test_no_row_of_a_hidden_document_is_fetched(gate: Gate, fetched: Callable[[], set[str]], act):
    gate.perform(PATIENT, act, NOW)

    assert fetched() == {document(gate, SHOWN)}


@pytest.mark.parametrize("act", [OpenChart(PERSON), SearchTexts(PERSON)])
def test_rows_of_all_that_may_be_read_are_fetched(gate: Gate, fetched: Callable[[], set[str]], act):
    with gate.store.begin() as tx:
        tx.records.change(replace(tx.records.of(PERSON), visibility={}), at=NOW)

    gate.perform(PATIENT, act, NOW)

    assert fetched() == {document(gate, SHOWN), document(gate, HIDDEN)}
