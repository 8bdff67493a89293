"""The papers of a search: those that the caller may read, and nothing of any other is opened."""

import uuid
from datetime import timedelta

import pytest

from dmp.actions.open_chart import OpenChart
from dmp.actions.search_texts import Searchable, SearchTexts
from dmp.gate import Gate
from dmp.projecting import project
from dmp.record.actor import Actor, Caller, Holder
from dmp.record.entry import Deposit, EntryStatus
from dmp.record.errors import AccessRefused, RecordNotFound
from dmp.record.record import Authorisation
from dmp.record.visibility import Visibility
from dmp.services.lookup.terms import NO_TERMS
from dmp.store.projections import Projection, Projections
from dmp.store.rebuild import rebuild
from dmp.store.tx import Store
from own_pages_builders import CABINET, DOCTOR, NURSE
from rights_builders import POLICY
from search_builders import a_letter
from store_builders import NOW, PERSON, a_record, an_entry, deposited, opened
from store_builders import uuid as uuid_of
from xds_builders import Octets

MASKED = an_entry(1, deposit=Deposit(NOW, NURSE.id, CABINET.id, "DIRECTE"), authors=())
SHOWN = an_entry(2, deposit=Deposit(NOW, DOCTOR.id, CABINET.id, "DIRECTE"), service_start="20250101")
GIVEN = Authorisation(DOCTOR.id, NOW, NOW + timedelta(days=300), DOCTOR.id)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    opened(sqlite_store, a_record(authorisations=(GIVEN,), visibility={MASKED.chain: Visibility(masked=True)}))
    for number, entry in enumerate((MASKED, SHOWN), start=1):
        letter = Octets(a_letter(f"Lettre {'drepanocytose' if entry is MASKED else 'grippe'}", number))
        deposited(sqlite_store, entry, number=number, content=letter)
    rebuild(sqlite_store, project)
    return sqlite_store


def searchable(store: Store, actor: Actor = DOCTOR) -> Searchable:
    gate = Gate(store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
    return gate.perform(Caller(actor, patient=PERSON), SearchTexts(PERSON), NOW)


def test_the_holder_gets_a_paper_of_each_of_his_documents_newest_first(store: Store):
    found = searchable(store, Holder(PERSON))

    assert [paper.uuid for paper in found.papers] == [uuid_of(1), uuid_of(2)]
    assert list(found.papers[0].terms.starting("drepano"))
    assert found.chart.complete


def test_a_professional_gets_nothing_of_what_is_masked(store: Store):
    found = searchable(store)

    assert [paper.uuid for paper in found.papers] == [uuid_of(2)]
    assert not found.chart.complete


def test_the_terms_of_what_may_not_be_read_are_not_opened(store: Store, monkeypatch):
    asked: list[str] = []
    terms = Projections.terms

    def watched(self, key: str, documents):
        asked.extend(documents)
        return terms(self, key, documents)

    monkeypatch.setattr(Projections, "terms", watched)
    searchable(store)

    with store.begin() as tx:
        hidden = tx.inside(tx.records.of(PERSON)).document_of(uuid_of(1))
    assert len(asked) == 1
    assert hidden not in asked


def test_it_asks_for_what_a_chart_asks(store: Store):
    with store.begin() as tx:
        assert SearchTexts(PERSON).scope(tx) == OpenChart(PERSON, ()).scope(tx)


def test_what_is_not_in_force_is_not_searched(store: Store):
    with store.begin() as tx:
        tx.inside(tx.records.of(PERSON)).set_status(uuid_of(2), EntryStatus.ARCHIVED)

    assert searchable(store).papers == ()


def test_a_stranger_gets_nothing(store: Store):
    with pytest.raises(AccessRefused):
        searchable(store, NURSE)


def test_a_person_without_record_is_told_what_he_is_told_of_a_chart(sqlite_store: Store):
    with pytest.raises((AccessRefused, RecordNotFound)):
        searchable(sqlite_store)


def test_terms_that_this_release_cannot_open_are_none_until_they_are_made_again(store: Store):
    with store.begin() as tx:
        record = tx.records.of(PERSON)
        document = tx.inside(record).document_of(uuid_of(2))
        tx.projections.renew(record.key, document, Projection(b"", b"of another making"))

    assert [paper.terms for paper in searchable(store).papers] == [NO_TERMS]


def test_the_act_holds_no_words():
    assert repr(SearchTexts(PERSON)) == f"SearchTexts(patient={PERSON!r})"
    assert SearchTexts(PERSON).about == ()
