"""What an administrator removed stays removed in a database that is older than the removal."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from dmp.access.policy import load_policy
from dmp.actions.remove_documents import RemoveDocuments
from dmp.actions.remove_metadata import RemoveMetadata
from dmp.gate import Gate
from dmp.record.actor import Administrator, Caller
from dmp.record.entry import Deposit
from dmp.record.errors import StorageUnavailable
from dmp.record.verb import Verb
from dmp.store import removal
from dmp.store.check import check
from dmp.store.entries import RecordContents
from dmp.store.keys.journal import Fate, Line
from dmp.store.removals import Removal, announced
from dmp.store.tx import Store
from kept_builders import LATER, deposit_of, filled, key, octets, older, patient
from store_builders import NOW, an_entry, uuid
from xds_builders import Octets

ADMINISTRATOR = Caller(Administrator("00B1042220999", "Adminer"), patient=patient(0), reason="Dossier 42")
LAST = 3
"""The last entry of the first record: nothing but its lot leads to it."""
ITS_OBJECTS = (uuid(LAST), uuid(12_000 + LAST))


@pytest.fixture
def gate(store: Store) -> Gate:
    """Three records of four documents each."""
    numbers = count(1)
    filled(store)
    return Gate(store, load_policy(), new_id=lambda: f"00000000-0000-7000-8000-{next(numbers):012d}", release="test")


def inside(store: Store, number: int = 0) -> RecordContents:
    with store.begin() as tx:
        contents = tx.inside(tx.records.get(key(number)))
        contents.entries()  # the pages are read while the transaction lasts
        return contents


def remove_documents(gate: Gate) -> None:
    gate.perform(ADMINISTRATOR, RemoveDocuments(patient(0), (an_entry(LAST).unique_id,)), LATER)


def remove_metadata(gate: Gate) -> None:
    gate.perform(ADMINISTRATOR, RemoveMetadata(patient(0), ITS_OBJECTS), LATER)


def test_octets_that_were_removed_since_are_removed_again_with_a_trace(gate: Gate):
    store = gate.store
    with older(store):
        remove_documents(gate)
        kept = {stored.name for stored in store.blobs.names()}
    assert inside(store).has_document(uuid(LAST))

    assert (removal.replay(store, store.vault.journal.lines()), removal.settle(store)) == (1, 0)

    assert not inside(store).has_document(uuid(LAST))
    assert {stored.name for stored in store.blobs.names()} == kept
    assert check(store, read_blobs=True).faults == []
    with store.begin() as tx:
        tx.records.get(key(0))
        (trace,) = [trace for trace in tx.traces.of(key(0)) if trace.verb == Verb.REMOVE_DOCUMENTS]
    assert (trace.at, trace.who.kind, trace.who.person) == (LATER, "operator", "restore")


def test_metadata_that_was_removed_since_is_removed_again_and_its_octets_wait(gate: Gate):
    store = gate.store
    with older(store):
        remove_metadata(gate)

    assert (removal.settle(store), removal.settle(store)) == (2, 0)

    assert inside(store).taken(ITS_OBJECTS) == frozenset()
    with store.begin() as tx:
        assert list(tx.records.get(key(0)).unlisted) == [an_entry(LAST).unique_id]
    assert check(store, read_blobs=True).faults == []


def test_both_one_after_the_other_leave_nothing(gate: Gate):
    store = gate.store
    with older(store):
        remove_metadata(gate)
        remove_documents(gate)

    assert removal.settle(store) == 3

    with store.begin() as tx:
        assert tx.records.get(key(0)).unlisted == {}
    assert len(inside(store).documents()) == 3
    assert check(store, read_blobs=True).faults == []


def test_the_journal_tells_neither_what_was_removed_nor_of_whom(gate: Gate, tmp_path: Path):
    name = inside(gate.store).document_of(uuid(LAST))
    remove_documents(gate)

    written = (tmp_path / "keys/journal.jsonl").read_text()

    first, second = map(json.loads, written.splitlines())
    assert (first["fate"], set(first)) == ("removing", {"at", "fate", "key", "sealed"})
    assert (second["fate"], set(second)) == ("removed", {"at", "fate", "key"})
    assert first["key"] == second["key"]
    for word in (name, key(0), uuid(LAST), an_entry(LAST).unique_id, patient(0).number):
        assert word not in written
        assert word.encode().hex() not in written


def test_an_act_that_was_undone_removes_nothing_later(gate: Gate):
    store = gate.store
    with pytest.raises(RuntimeError), store.begin() as tx:
        removal.remove(tx, tx.records.get(key(0)), ITS_OBJECTS, named="undone", at=LATER)
        raise RuntimeError

    assert removal.settle(store) == 0
    assert inside(store).taken(ITS_OBJECTS) == frozenset(ITS_OBJECTS)
    assert [line.fate for line in store.vault.journal.lines()] == [Fate.REMOVING]


def test_an_announcement_alone_removes_nothing(gate: Gate):
    store = gate.store
    store.vault.journal.append(announced(store.vault, Removal(key(0), ITS_OBJECTS), named="undone", at=LATER))

    assert (removal.settle(store), removal.replay(store, store.vault.journal.lines())) == (0, 0)

    assert inside(store).taken(ITS_OBJECTS) == frozenset(ITS_OBJECTS)
    assert [line.fate for line in store.vault.journal.lines()] == [Fate.REMOVING]


def test_what_a_crash_kept_the_journal_from_learning_is_learnt_at_the_next_start(gate: Gate, tmp_path: Path):
    store, journal = gate.store, tmp_path / "keys/journal.jsonl"
    with older(store):
        remove_documents(gate)
        journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
        assert removal.settle(store) == 0
        assert [line.fate for line in store.vault.journal.lines()] == [Fate.REMOVING, Fate.REMOVED]

    assert removal.settle(store) == 1


def test_a_record_that_is_not_there_does_not_make_an_undone_act_look_done(gate: Gate):
    store = gate.store
    line = announced(store.vault, Removal("rec-of-nobody", ITS_OBJECTS), named="undone", at=LATER)
    store.vault.journal.append(line)

    removal.settle(store)

    assert [line.fate for line in store.vault.journal.lines()] == [Fate.REMOVING]


def test_an_entry_that_was_registered_again_under_its_id_stays(gate: Gate):
    store = gate.store
    remove_metadata(gate)
    remove_documents(gate)
    since = LATER + timedelta(hours=1)
    with store.begin() as tx:
        contents = tx.inside(tx.records.get(key(0)))
        content = Octets(octets(77))
        again = an_entry(
            LAST,
            deposit=Deposit(since, "p", "s", "DIRECTE"),
            hash=content.sha1,
            size=content.size,
        )
        contents.add_entry(again, lot=uuid(500_000), document=contents.add_document(content))
        tx.traces.append(replace(deposit_of(key(0), again, number=77), at=since))

    assert removal.settle(store) == 0

    assert inside(store).taken([uuid(LAST)]) == {uuid(LAST)}


def test_what_was_merged_since_is_removed_from_the_record_that_held_it(gate: Gate):
    store = gate.store
    line = announced(store.vault, Removal(key(1), ITS_OBJECTS), named="merged", at=LATER)
    store.vault.journal.append(line, Line(LATER, Fate.REMOVED, "merged"))

    assert removal.settle(store) == 2

    assert inside(store).taken(ITS_OBJECTS) == frozenset()


def test_who_can_write_in_the_journal_removes_nothing_with_it(gate: Gate):
    store = gate.store
    genuine = announced(store.vault, Removal(key(0), ITS_OBJECTS), named="genuine", at=LATER)
    forged = replace(genuine, key="forged")
    with pytest.raises(StorageUnavailable, match="a sealed removal does not open"):
        removal.replay(store, [forged, Line(LATER, Fate.REMOVED, "forged")])
    assert inside(store).taken(ITS_OBJECTS) == frozenset(ITS_OBJECTS)


def test_a_removal_that_the_journal_cannot_take_is_not_made(gate: Gate, tmp_path: Path):
    (tmp_path / "keys/journal.jsonl").mkdir()

    with pytest.raises(StorageUnavailable, match="the journal of the keys cannot be written"):
        remove_documents(gate)

    assert inside(gate.store).has_document(uuid(LAST))


def test_a_removal_of_which_the_database_has_nothing_is_passed_over(gate: Gate):
    store = gate.store
    line = announced(store.vault, Removal("rec-of-nobody", (uuid(777),)), named="gone", at=NOW)
    store.vault.journal.append(line, Line(NOW, Fate.REMOVED, "gone"))

    assert removal.settle(store) == 0
