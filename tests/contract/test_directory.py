"""The directory: who exists, who is active, who works where."""

import pytest

from dmp.record.listed import Listed
from dmp.store.tx import Store

CLINIC = Listed("structure", "499900012345001", "CLINIQUE DU PORT", parent="499900012345000", sector="SA01")
DOCTOR = Listed("professional", "899900012345", "ANNE DUPONT", profession="10", know_hows=("SM26", "SM54"))
RETIRED = Listed("professional", "899900054321", "PAUL DURAND", active=False)


@pytest.fixture
def listed(store: Store) -> Store:
    with store.begin() as tx:
        tx.directory.load([CLINIC, DOCTOR, RETIRED], [(DOCTOR.id, CLINIC.id)])
    return store


def test_what_was_loaded_is_found_active_or_not(listed: Store):
    with listed.begin() as tx:
        assert tx.directory.structure(CLINIC.id) == CLINIC
        assert tx.directory.professional(DOCTOR.id) == DOCTOR
        assert tx.directory.professional(RETIRED.id) == RETIRED


def test_a_structure_is_not_a_professional(listed: Store):
    with listed.begin() as tx:
        assert tx.directory.professional(CLINIC.id) is None
        assert tx.directory.structure(DOCTOR.id) is None
        assert tx.directory.structure("499900099999999") is None


def test_only_a_link_that_was_loaded_links(listed: Store):
    with listed.begin() as tx:
        assert tx.directory.linked(DOCTOR.id, CLINIC.id)
        assert not tx.directory.linked(RETIRED.id, CLINIC.id)
        assert not tx.directory.linked(CLINIC.id, DOCTOR.id)


def test_loading_again_replaces_the_line_and_keeps_the_links(listed: Store):
    renamed = Listed("professional", DOCTOR.id, "ANNE DUPONT-MARTIN", active=False)

    with listed.begin() as tx:
        tx.directory.load([renamed], [(DOCTOR.id, CLINIC.id)])

    with listed.begin() as tx:
        assert tx.directory.professional(DOCTOR.id) == renamed
        assert tx.directory.structure(CLINIC.id) == CLINIC
        assert tx.directory.linked(DOCTOR.id, CLINIC.id)


def test_a_line_is_read_as_the_operator_writes_it():
    told = {"id": DOCTOR.id, "name": DOCTOR.name, "profession": "10", "know_hows": ["SM26", "SM54"]}

    assert Listed.read("professional", told) == DOCTOR
    assert Listed.read("professional", {"id": RETIRED.id, "name": RETIRED.name, "active": False}) == RETIRED


@pytest.mark.parametrize(
    "told", [{"id": "8"}, {"id": "8", "name": "A", "job": "10"}, {"id": "8", "name": "A", "know_hows": "SM26"}]
)
def test_a_line_of_another_form_is_refused(told: dict[str, object]):
    with pytest.raises(TypeError):
        Listed.read("professional", told)


def test_a_name_is_found_by_what_its_words_begin_with_whatever_the_accents(store: Store):
    named = [
        Listed("professional", "899900000001", "Hélène DUPONT-MARTIN", profession="60"),
        Listed("professional", "899900000002", "Anne DUPONTEL"),
        Listed("professional", "899900000003", "Paul DUPONT", active=False),
        Listed("structure", "1750000001", "Clinique Dupont"),
    ]
    with store.begin() as tx:
        tx.directory.load(named, [])
    with store.begin() as tx:
        found = tx.directory.named
        assert [line.id for line in found("professional", ("DUPONT",))] == ["899900000002", "899900000001"]
        assert found("professional", ("HELENE", "MARTIN")) == [named[0]]
        assert found("professional", ("DUPONTELLE",)) == found("professional", ("UPONT",)) == []
        assert found("professional", ("MARTIN", "ANNE")) == found("professional", ()) == []
        assert [line.name for line in found("structure", ("DUP",))] == ["Clinique Dupont"]


def test_a_line_that_is_loaded_again_is_found_by_its_new_name_alone(listed: Store):
    with listed.begin() as tx:
        tx.directory.load([Listed("professional", DOCTOR.id, "ANNE MARTIN")], [])
    with listed.begin() as tx:
        assert tx.directory.named("professional", ("DUPONT",)) == []
        assert [line.id for line in tx.directory.named("professional", ("MARTIN",))] == [DOCTOR.id]
