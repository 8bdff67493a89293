"""The two shelves of a record: a list reads the first alone, and the rest comes when it is asked for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from dmp.record.entry import SIGNATURE_TYPE
from dmp.store import schema
from dmp.store.lane import Lane
from dmp.store.pages import OTHERS
from dmp.store.tx import Conflict, Store
from store_builders import PERSON, SOMEBODY_ELSE, a_record, an_entry, another_record, deposited, opened, uuid

DOCUMENT = an_entry(1)
SIGNATURE = an_entry(2, type_code=replace(DOCUMENT.type_code, code=SIGNATURE_TYPE))


@pytest.fixture
def filled(store: Store) -> Store:
    """A record with one signed lot, and somebody else's record."""
    opened(store, a_record(), another_record())
    deposited(store, DOCUMENT, SIGNATURE)
    return store


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """The statements that read or write pages, as they are sent."""
    sent: list[str] = []
    Lane.notice = lambda told, _values: sent.append(told) if "page" in told else None
    try:
        yield sent
    finally:
        Lane.notice = None


def numbers(store: Store) -> list[int]:
    with store.connection() as connection:
        return sorted(connection.scalars(select(schema.page.c.number).where(schema.page.c.record == "rec-1")))


def test_the_entries_that_lists_show_stand_before_everything_else(filled: Store):
    assert numbers(filled) == [1, OTHERS]


def test_a_list_of_entries_reads_the_first_shelf_alone(filled: Store, queries: list[str]):
    with filled.begin() as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        assert [entry.uuid for entry in tx.inside(record).entries_but_signatures()] == [uuid(1)]

    assert len(queries) == 1
    assert f"page.number < {OTHERS}" in queries[0]


def test_what_else_the_record_holds_comes_when_it_is_asked_for(filled: Store, queries: list[str]):
    with filled.begin() as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        contents = tx.inside(record)
        contents.entries_but_signatures()
        assert [entry.uuid for entry in contents.entries()] == [uuid(1), uuid(2)]
        assert [lot.uuid for lot in contents.lots()] == [uuid(1001)]
        assert [entry.uuid for entry in contents.entries_but_signatures()] == [uuid(1)]

    assert len(queries) == 2
    assert f"page.number >= {OTHERS}" in queries[1]


def test_a_deposit_after_a_list_keeps_everything(filled: Store):
    with filled.begin() as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        contents = tx.inside(record)
        contents.put(replace(contents.entries_but_signatures()[0], title="Autre titre"))

    with filled.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        assert [entry.title for entry in contents.entries()] == ["Autre titre", SIGNATURE.title]
        assert [lot.uuid for lot in contents.lots()] == [uuid(1001)]
        assert contents.read_document(uuid(2)) == contents.read_document(uuid(1))


def test_the_two_shelves_are_of_one_moment(filled: Store):
    with filled.begin() as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        deposited(filled, an_entry(3), number=2)
        with pytest.raises(Conflict):
            tx.inside(record).lots()


def test_another_record_changes_nothing_between_them(filled: Store):
    with filled.begin() as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        deposited(filled, an_entry(3), number=2, patient=SOMEBODY_ELSE)
        assert [lot.uuid for lot in tx.inside(record).lots()] == [uuid(1001)]


def test_an_entry_that_becomes_a_signature_leaves_the_lists(filled: Store):
    with filled.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        contents.put(replace(DOCUMENT, type_code=SIGNATURE.type_code))

    with filled.begin() as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        assert tx.inside(record).entries_but_signatures() == ()
        assert [entry.uuid for entry in tx.inside(record).entries()] == [uuid(1), uuid(2)]


def test_a_signature_that_becomes_a_document_is_listed(filled: Store):
    with filled.begin() as tx:
        contents = tx.inside(tx.records.get("rec-1"))
        contents.put(replace(SIGNATURE, type_code=DOCUMENT.type_code))

    with filled.begin() as tx:
        record = tx.records.of(PERSON, listed_only=True)
        assert record is not None
        assert [entry.uuid for entry in tx.inside(record).entries_but_signatures()] == [uuid(1), uuid(2)]
