"""Reading by the id of an entry asks as much about what is not there as about what is."""

import pytest

from dmp.actions.read_entry import OpenDocument, ReadEntry
from dmp.record.verb import Verb
from dmp.store.tx import Store
from store_builders import PERSON, SOMEBODY_ELSE, a_record, an_entry, deposited, opened, uuid
from xds_builders import a_signature

UNKNOWN = uuid(99)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    opened(sqlite_store, a_record())
    deposited(sqlite_store, an_entry(1), an_entry(2), a_signature(uuid=uuid(3), logical_id=uuid(3), chain=uuid(3)))
    return sqlite_store


@pytest.mark.parametrize("action", [ReadEntry, OpenDocument])
def test_an_unknown_document_is_asked_about_as_a_known_one(store, action):
    with store.begin() as tx:
        known, unknown = (action(PERSON, one).scope(tx).asks for one in (uuid(2), UNKNOWN))

    assert [(ask.verb, ask.optional, bool(ask.entry)) for ask in known] == [
        (ask.verb, ask.optional, bool(ask.entry)) for ask in unknown
    ]
    assert [(ask.absent, ask.named) for ask in (known[1], unknown[1])] == [(False, uuid(2)), (True, UNKNOWN)]


def test_the_record_is_asked_about_first(store):
    with store.begin() as tx:
        first, second = ReadEntry(PERSON, uuid(1)).scope(tx).asks

    assert (first.verb, first.entry) == (Verb.READ, None)
    assert (second.verb, second.optional) == (Verb.READ, False)


def test_a_signature_goes_with_its_lot(store):
    with store.begin() as tx:
        _, ask = ReadEntry(PERSON, uuid(3)).scope(tx).asks

    assert {entry.uuid for entry in ask.lot} == {uuid(1), uuid(2)}


def test_what_is_around_a_document_is_asked_about_without_signatures(store):
    with store.begin() as tx:
        _, _, *others = OpenDocument(PERSON, uuid(1)).scope(tx).asks

    assert {(ask.verb, ask.entry.uuid, ask.optional, ask.named) for ask in others if ask.entry} == {
        (Verb.FIND, uuid(1), True, ""),
        (Verb.FIND, uuid(2), True, ""),
    }


@pytest.mark.parametrize("action", [ReadEntry, OpenDocument])
def test_nobody_has_no_record(store, action):
    with store.begin() as tx:
        scope = action(SOMEBODY_ELSE, uuid(1)).scope(tx)

    assert scope.record is None
    assert [ask.verb for ask in scope.asks] == [Verb.READ]
