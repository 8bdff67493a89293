"""Who may know of a prescription that has a number, and act on it (RX-1 to RX-8, AR-17, AR-21)."""

from dataclasses import replace

import pytest

from dmp.access import prescription_rules as rules
from dmp.record.entry import EntryStatus, unique_key
from dmp.record.prescription import Execution
from dmp.record.visibility import Visibility
from prescription_builders import a_prescription, an_execution
from rights_builders import (
    ADMINISTRATOR,
    HOLDER,
    HOSPITAL,
    MOTHER,
    OPERATOR,
    SERVICE,
    a_doctor,
    a_document,
    a_hospital,
    a_professional,
    a_secretary,
)

PHARMACIST = a_professional("899900000901", profession="21")
NURSE = a_professional()
NOT_IN_PERSON = (a_hospital(role="21"), a_secretary(), HOLDER, MOTHER, OPERATOR, ADMINISTRATOR, SERVICE)
MASKED, SECRET = Visibility(masked=True), Visibility(hidden_from_guardians=True)
PAPER = a_document()


def prescribed(**changes):
    return a_prescription(document=PAPER.unique_id, **changes)


@pytest.mark.parametrize("actor", NOT_IN_PERSON, ids=lambda actor: type(actor).__name__)
def test_nobody_but_a_professional_himself_prescribes_delivers_or_wrote_anything(actor):
    mine = prescribed(prescriber=getattr(actor, "id", ""), executions=(delivery(pharmacist="1"),))

    assert rules.in_person(actor) is None
    assert not (rules.prescribes(actor) or rules.dispenses(actor))
    assert not (rules.wrote(actor, mine) or rules.delivered_of(actor, mine))


@pytest.mark.parametrize(
    ("profession", "prescribes", "dispenses"),
    [("10", True, False), ("40", True, False), ("50", True, False), ("21", False, True), ("60", False, False)],
)
def test_doctors_dentists_and_midwives_prescribe_and_pharmacists_deliver(profession, prescribes, dispenses):
    who = a_professional(profession=profession)

    assert rules.in_person(who) is who
    assert (rules.prescribes(who), rules.dispenses(who)) == (prescribes, dispenses)


@pytest.mark.parametrize(
    ("prescription", "papers", "secret"),
    [
        (prescribed(), (PAPER,), False),
        (prescribed(), (), False),
        (prescribed(secret=True), (PAPER,), True),
        (prescribed(secret=True), (), True),
        (prescribed(), (a_document(masked=True),), False),
        (prescribed(), (PAPER, replace(PAPER, visibility=SECRET)), True),
    ],
)
def test_a_secret_is_what_was_taken_in_secret_or_whose_document_is_hidden_from_representatives(
    prescription, papers, secret
):
    assert rules.is_secret(prescription, papers) is secret
    assert rules.hides_its_delivery(prescription, papers).hidden_from_guardians is secret


def test_a_delivery_is_masked_with_its_prescription():
    masked = replace(PAPER, visibility=MASKED)
    assert rules.hides_its_delivery(prescribed(), (masked,)) == MASKED
    assert rules.hides_its_delivery(prescribed(), (PAPER,)) == Visibility()


@pytest.mark.parametrize(
    ("kept", "papers"),
    [
        (prescribed(), ()),
        (prescribed(secret=True), (PAPER,)),
        (replace(prescribed(), document=""), (PAPER,)),
        (replace(prescribed(), document="2.25.404"), (PAPER,)),
        (prescribed(), (replace(PAPER, visibility=SECRET),)),
        *((prescribed(), (replace(PAPER, status=status),)) for status in EntryStatus if status != EntryStatus.APPROVED),
    ],
)
def test_at_the_counter_nothing_is_told_but_what_the_pharmacist_reads_in_force_and_keeps_from_no_parent(kept, papers):
    beside = prescribed()
    assert list(rules.told_at_the_counter((kept,), papers)) == []
    assert list(rules.told_at_the_counter((beside, kept), (PAPER,)))[:1] == [beside]


@pytest.mark.parametrize(
    ("actor", "prescription", "unseen", "told"),
    [
        (HOLDER, prescribed(), (), True),
        (HOLDER, prescribed(secret=True), (), True),
        (HOLDER, prescribed(), (PAPER,), False),
        (MOTHER, prescribed(), (), True),
        (MOTHER, prescribed(secret=True), (), False),
        (MOTHER, replace(prescribed(secret=True), document=""), (PAPER,), False),
        (MOTHER, prescribed(), (PAPER,), False),
        (a_doctor(), prescribed(prescriber=a_doctor().id), (PAPER,), True),
        (a_doctor(), prescribed(prescriber="899900000102"), (), False),
        (PHARMACIST, prescribed(), (), False),
    ],
)
def test_of_a_list_the_holder_has_his_own_a_professional_what_he_wrote_and_nobody_what_would_tell_of_a_document(
    actor, prescription, unseen, told
):
    assert rules.is_told_of(actor, prescription, {unique_key(each.unique_id) for each in unseen}) is told


def delivery(pharmacist: str = "", pharmacy: str = "") -> Execution:
    return an_execution(pharmacist=pharmacist, pharmacy=pharmacy)


@pytest.mark.parametrize(
    ("done", "knows"),
    [
        ((), False),
        ((delivery(PHARMACIST.id),), True),
        ((delivery("899900000902", PHARMACIST.facility.id),), True),
        ((delivery("899900000902", HOSPITAL),), False),
        ((delivery("899900000902", HOSPITAL), delivery(PHARMACIST.id, HOSPITAL)), True),
    ],
)
def test_a_pharmacist_knows_what_he_or_his_pharmacy_delivered_and_of_no_other_pharmacy(done, knows):
    assert rules.delivered_of(PHARMACIST, prescribed(executions=done)) is knows


def test_who_wrote_it_is_told_by_his_national_id():
    mine = prescribed(prescriber=a_doctor().id)
    assert rules.wrote(a_doctor(), mine)
    assert not rules.wrote(NURSE, mine)
