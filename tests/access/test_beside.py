"""Who is told of what stands beside the documents of a record (AR-21, AR-24, DEC-1, DEC-20, SC-5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.access.beside import AnswersBeside
from dmp.access.question import Question
from dmp.record.actor import Mode
from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.verb import Verb
from dmp.record.visibility import Visibility
from rights_builders import (
    DOCTOR,
    DOCTOR_2,
    HOLDER,
    MOTHER,
    NOW,
    OPERATOR,
    SERVICE,
    a_doctor,
    a_hospital,
    a_professional,
    a_record,
    a_secretary,
    attended_by,
    calling,
)

EVERYBODY = (HOLDER, MOTHER, SERVICE, OPERATOR, a_doctor(), a_professional(), a_secretary(), a_hospital())
ADULT, CHILD = (IdentityTraits("FICTIF", "LOU", "LOU", birth, Sex.FEMALE) for birth in ("1979-03-28", "2015-03-28"))


def answers(actor, record=None, mode: Mode = Mode.NORMAL) -> AnswersBeside:
    return AnswersBeside(Question(calling(actor, mode), Verb.FIND, record or a_record(), None, NOW))


def named(actor) -> str:
    return type(actor).__name__


@pytest.mark.parametrize("actor", EVERYBODY, ids=named)
def test_what_is_the_holders_own_affair_is_told_to_him_alone(actor):
    assert answers(actor).holder_alone is (actor is HOLDER)


@pytest.mark.parametrize("actor", EVERYBODY, ids=named)
def test_what_stood_before_is_told_to_anybody_but_a_representative(actor):
    assert answers(actor).told_what_stood is (actor is not MOTHER)


@pytest.mark.parametrize("actor", EVERYBODY, ids=named)
def test_letters_of_the_insurer_are_told_to_who_reads_the_chart_unless_the_holder_hides_everything(actor):
    hiding = answers(actor, a_record(hide_everything=True))

    assert answers(actor).invitations(keeps_profile=False)
    assert not hiding.invitations(keeps_profile=False)
    assert hiding.invitations(keeps_profile=True)


def test_what_was_chosen_is_told_whole_to_who_keeps_the_profile_and_else_as_far_as_it_is_shared():
    own, shared = (
        HealthChoice(f"c{told}", "screening", ChoiceKind.DECLINED, "colorectal", NOW, shared=told)
        for told in (False, True)
    )
    assert answers(HOLDER).choices((own, shared), keeps_profile=True) == (own, shared)
    assert answers(a_doctor()).choices((own, shared), keeps_profile=False) == (shared,)


@pytest.mark.parametrize(
    ("doctor", "mode", "confirmed", "attends"),
    [
        (DOCTOR, Mode.NORMAL, True, True),
        (DOCTOR, Mode.NORMAL, False, False),
        (DOCTOR, Mode.BREAK_GLASS, True, False),
        (DOCTOR, Mode.EMERGENCY_DISPATCH, True, False),
        (DOCTOR_2, Mode.NORMAL, True, False),
    ],
)
def test_tasks_are_for_the_confirmed_attending_doctor_at_his_ordinary_work(doctor, mode, confirmed, attends):
    record = a_record(attending=attended_by(DOCTOR, confirmed=confirmed))
    assert answers(a_doctor(doctor), record, mode).attends is attends


@pytest.mark.parametrize("actor", [HOLDER, MOTHER, SERVICE, a_secretary(), a_hospital()], ids=named)
def test_nobody_else_attends(actor):
    assert not answers(actor, a_record(attending=attended_by(DOCTOR))).attends


SINCE = NOW - timedelta(days=20)


@pytest.mark.parametrize(
    ("hidden", "traits", "told"),
    [
        (Visibility(hidden_from_patient_since=SINCE), ADULT, True),
        (Visibility(hidden_from_patient_since=SINCE), CHILD, True),
        (Visibility(hidden_from_patient_since=SINCE, hidden_from_guardians=True), ADULT, True),
        (Visibility(hidden_from_patient_since=SINCE, hidden_from_guardians=True), CHILD, False),
        (Visibility(hidden_from_guardians=True), ADULT, False),
        (Visibility(), ADULT, False),
    ],
)
def test_nobody_is_told_that_a_secret_of_a_minor_waits_to_be_announced(hidden, traits, told):
    assert answers(SERVICE, replace(a_record(), traits=traits)).waits_to_be_announced(hidden) is told
