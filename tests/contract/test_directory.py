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
