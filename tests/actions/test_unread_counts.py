"""Documents whose reading failed: counted as they arrive, and anew by a whole reading; a type, a reason, no record."""

import uuid
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from dmp.actions import submission_writing
from dmp.documents.said import Said
from dmp.gate import Gate
from dmp.projecting import project
from dmp.record.actor import Caller
from dmp.record.facts import Facts, Failure, Unread
from dmp.store import schema
from dmp.store.projections import Projection, pack_facts
from dmp.store.rebuild import rebuild
from dmp.store.tx import Store
from dmp.store.unread import unread_of
from own_pages_builders import DOCTOR
from rights_builders import POLICY
from search_builders import a_deposit, a_letter
from store_builders import NOW, PERSON, a_record, an_entry, opened

BROKEN = Facts(failures=(Failure("/ClinicalDocument/entry[1]", "DUPONT Jean: no number"), Failure("", "not readable")))


def deposit(store: Store, octets: bytes, number: int = 1) -> None:
    opened(store, a_record())
    gate = Gate(store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
    gate.perform(Caller(DOCTOR, patient=PERSON), a_deposit(octets, number), NOW)


def counts(store: Store) -> dict[str, int]:
    with store.begin() as tx:
        return {one.reason: one.count for one in tx.unread.counts()}


def test_reasons_are_words_of_ours_and_hold_nothing_of_the_document():
    assert BROKEN.unread == {Unread.ENTRIES, Unread.DOCUMENT}
    assert Facts(failures=(Failure("", "more than 2000 facts: the others are left out"),)).unread == {Unread.TOO_MANY}
    assert Facts().unread == frozenset()


def test_a_document_counts_once_for_each_reason_and_a_scan_does_not():
    several, kind = Facts(failures=BROKEN.failures * 5), an_entry(1).type_code.code
    assert unread_of(an_entry(1, mime_type="text/xml"), several) == {(kind, "entries"): 1, (kind, "document"): 1}
    assert unread_of(an_entry(1, mime_type="application/pdf"), several) == {}


def test_a_sound_document_counts_for_nothing(store: Store):
    deposit(store, a_letter("Bonjour"))
    assert counts(store) == {}


def test_a_whole_reading_counts_what_it_could_not_read_and_names_no_record(store: Store):
    deposit(store, a_letter("Bonjour"))
    rebuilt = rebuild(store, lambda _octets: Projection(pack_facts(BROKEN)))
    assert {reason for _, reason in rebuilt.unread} == {"entries", "document"}
    assert set(rebuilt.unread.values()) == {1}
    assert rebuild(store, project).unread == {}
    with store.begin() as tx:
        tx.unread.replace(rebuilt.unread, NOW.date())
    with store.connection() as connection:
        rows = connection.execute(select(schema.unread)).all()
    assert "rec-1" not in repr(rows)
    assert "DUPONT" not in repr(rows)
    assert counts(store) == {"entries": 1, "document": 1}


def test_what_arrives_and_cannot_be_read_is_counted(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(submission_writing, "Said", lambda: Said(BROKEN))
    opened(store, a_record())
    gate = Gate(store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
    unsaid = a_deposit(a_letter("Bonjour"), 1)
    gate.perform(Caller(DOCTOR, patient=PERSON), replace(unsaid, examined=replace(unsaid.examined, said={})), NOW)
    assert counts(store) == {"entries": 1, "document": 1}


def test_the_order_of_few_documents_does_not_tell_how_many_they_are(sqlite_store: Store):
    with sqlite_store.begin() as tx:
        tx.unread.add({("a", "document"): 2, ("b", "document"): 9, ("c", "document"): 40}, date(2026, 1, 5))
    with sqlite_store.begin() as tx:
        assert [(one.kind, one.shown) for one in tx.unread.counts()] == [("c", 40), ("a", 0), ("b", 0)]
