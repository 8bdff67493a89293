"""Who hands out accounts, and who moves where their codes go (PT-2, PT-3, PT-18, LC-8, LC-15, LC-16)."""

from dataclasses import replace

import pytest

from dmp.access.decide import decide
from dmp.access.policy import Switches, load_policy
from dmp.access.question import Decision, Question
from dmp.record.actor import Actor, Authentication, Mode
from dmp.record.patient import IdentityTraits, Sex
from dmp.record.record import RecordState
from dmp.record.verb import Verb
from rights_builders import (
    DOCTOR,
    HOLDER,
    HOSPITAL,
    MOTHER,
    NOW,
    NURSE,
    OPERATOR,
    POLICY,
    a_doctor,
    a_hospital,
    a_professional,
    a_record,
    a_secretary,
    ask,
    calling,
    given,
)

HANDED_OUT = (Verb.CREATE_ACCOUNT, Verb.CHANGE_CHANNEL, Verb.RENEW_ACCOUNT)
ACCOUNTS = (*HANDED_OUT, Verb.CLOSE_ACCOUNT)
AIR = Authentication.REINFORCED


def born(date: str):
    return a_record(traits=IdentityTraits("FICTIF", "ANNE", "ANNE", date, Sex.FEMALE))


def without_record(actor: Actor, verb: Verb) -> Decision:
    return decide(Question(calling(actor), verb, None, None, NOW), POLICY)


@pytest.mark.parametrize("verb", HANDED_OUT)
def test_who_is_let_in_hands_out_an_account_in_person(verb):
    for actor in (a_doctor(), a_professional(), a_doctor(via=AIR)):
        assert ask(calling(actor), verb).rule == "valid-authorisation"
        assert ask(calling(actor), verb, record=a_record(authorisations=())).rule == "no-authorisation"
    lapsed = a_record(authorisations=(given(DOCTOR, days=-1),))
    assert ask(calling(a_doctor()), verb, record=lapsed).rule == "authorisation-expired"


@pytest.mark.parametrize("verb", HANDED_OUT)
def test_the_reception_does_where_its_structure_was_let_in(verb):
    here = a_record(authorisations=(given(HOSPITAL),))
    for reception in (a_secretary(), a_secretary(via=AIR)):
        assert ask(calling(reception), verb, record=here).rule == "reception-of-an-authorised-structure"
        assert not ask(calling(reception), verb).allowed
        assert not ask(calling(reception), verb, record=a_record(authorisations=(given(HOSPITAL, days=-1),))).allowed


@pytest.mark.parametrize("verb", HANDED_OUT)
def test_software_alone_emergencies_and_the_blocked_do_not(verb):
    here = a_record(authorisations=(given(HOSPITAL), given(DOCTOR)))
    assert ask(calling(a_hospital()), verb, record=here).rule == "outside-matrix"
    assert ask(calling(a_doctor(), Mode.BREAK_GLASS), verb, record=here).rule == "outside-matrix"
    blocked = replace(here, blocked=frozenset({DOCTOR, HOSPITAL}))
    assert ask(calling(a_doctor()), verb, record=blocked).rule == "blocked-by-the-holder"
    assert ask(calling(a_secretary()), verb, record=blocked).rule == "blocked-by-the-holder"


def test_the_holder_moves_his_own_codes_and_hands_out_nothing():
    allowed = {verb for verb in ACCOUNTS if ask(calling(HOLDER), verb).allowed}
    assert allowed == {Verb.CHANGE_CHANNEL}
    assert not any(ask(calling(MOTHER), verb).allowed for verb in ACCOUNTS)


def test_the_desk_does_for_who_holds_a_record_a_closed_one_or_none():
    for verb in ACCOUNTS:
        for decision in (
            ask(calling(OPERATOR), verb),
            ask(calling(OPERATOR), verb, record=a_record(state=RecordState.CLOSED)),
            without_record(OPERATOR, verb),
        ):
            assert decision.rule == "operator-of-the-service"


@pytest.mark.parametrize("verb", HANDED_OUT)
def test_without_an_open_record_nobody_else_does(verb):
    for actor in (a_doctor(), a_secretary()):
        assert without_record(actor, verb).rule == "no-such-record"
        assert ask(calling(actor), verb, record=a_record(state=RecordState.CLOSED)).rule == "record-closed"


@pytest.mark.parametrize("verb", HANDED_OUT)
def test_a_record_of_the_health_space_has_its_accounts_there(verb):
    record = a_record(linked_to_portal=True)
    assert ask(calling(a_doctor()), verb, record=record).rule == "linked-to-the-portal"
    assert ask(calling(OPERATOR), verb, record=record).allowed


@pytest.mark.parametrize("verb", HANDED_OUT)
@pytest.mark.parametrize(("date", "minor"), [("2008-03-02", False), ("2008-03-03", True), ("2008", True), ("", False)])
def test_a_minor_has_no_account_until_the_day_he_is_eighteen(verb, date, minor):
    for actor in (a_doctor(), OPERATOR):
        decision = ask(calling(actor), verb, record=born(date))
        assert (decision.rule == "account-of-a-minor") is minor
        assert decision.allowed is not minor


def test_nobody_signs_in_as_the_dead_and_the_account_can_be_closed():
    dead = a_record(deceased=True)
    for verb in HANDED_OUT:
        assert ask(calling(OPERATOR), verb, record=dead).rule == "account-of-the-deceased"
        assert not ask(calling(a_doctor()), verb, record=dead).allowed
    assert ask(calling(OPERATOR), Verb.CLOSE_ACCOUNT, record=dead).allowed


def test_it_goes_with_record_management_which_can_be_switched_off():
    policy = load_policy(switches=Switches(record_management=False))
    for verb in HANDED_OUT:
        assert ask(calling(a_professional(NURSE)), verb, policy=policy).rule == "record-management-switched-off"
        assert ask(calling(OPERATOR), verb, policy=policy).allowed
