"""Rules that are not asked from a standpoint would not hold there: what is left out changes no answer."""

from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from dmp.access import plan
from dmp.access.decide import (
    DEPOSIT_REFUSALS,
    DOCUMENT_REFUSALS,
    GRANTS,
    NO_RECORD,
    RECORD_REFUSALS,
    WANTING,
    decide,
    decide_each,
)
from dmp.access.plan import worth_asking
from dmp.access.policy import Policy, Switches, load_policy
from dmp.access.question import Question
from dmp.assure.matrix_space import COLUMNS, PRODUCTS, Scene, drawn
from dmp.assure.matrix_values import AT, REGULATION_CENTRE, caller, document, record_for, structure_of
from dmp.assure.oracle.situation import Given, Kind, Paper, Person, Standing
from dmp.record.verb import Verb
from dmp.record.visit import NOT_COUNTED, Day

SHIPPED = load_policy(regulation_centres=[REGULATION_CENTRE])
SWITCHED = load_policy(
    regulation_centres=[REGULATION_CENTRE],
    switches=Switches(every_professional_releases=True, occupational_doctor_reads=True, record_management=False),
)


def scenes(step: int) -> list[Scene]:
    """Some of every product of the matrix, and draws of them all."""
    some = [scene for product in PRODUCTS.values() for scene in islice(product(), 0, None, step)]
    return [*some, *drawn(Random("plan"), 3_000, COLUMNS)]  # noqa: S311 - replayed, no secret


def questions(scene: Scene) -> list[Question]:
    record, who = record_for(scene.standing, scene.person), caller(scene.person)
    papers = [document(paper, structure_of(scene.person)) for paper in scene.papers[:6]]
    return [Question(who, verb, record, entry, AT) for verb in scene.verbs for entry in (papers or [None])]


def rules_of(question: Question) -> tuple[plan.Rule, ...]:
    """Those that `decide` asks, or leaves out."""
    inside = DEPOSIT_REFUSALS if question.verb is Verb.SUBMIT else DOCUMENT_REFUSALS
    return (*RECORD_REFUSALS, *(inside if question.entry else ()), *GRANTS, *WANTING)


DAYS = (NOT_COUNTED, Day(), Day(3), Day(100_000), Day(stopped=True))


@pytest.mark.parametrize("policy", [SHIPPED, SWITCHED], ids=["shipped", "switched"])
def test_a_rule_that_is_left_out_would_not_hold(policy: Policy):
    left_out = 0
    for scene in scenes(397):
        for asked_about in questions(scene):
            question = replace(asked_about, day=DAYS[left_out % len(DAYS)])
            rules = rules_of(question)
            asked = worth_asking(rules, question, policy)
            for rule in rules:
                if rule not in asked:
                    left_out += 1
                    assert not rule(question, policy), (rule, question)
    assert left_out > 100_000


def test_the_same_question_has_the_same_answer_whoever_asked_before():
    """Plans are kept by standpoint: a fresh policy, which has none, answers alike."""
    for scene in scenes(1_999):
        for question in questions(scene):
            assert decide(question, SHIPPED) == decide(replace(question), replace(SHIPPED))


@pytest.mark.parametrize("policy", [SHIPPED, SWITCHED], ids=["shipped", "switched"])
def test_a_rule_that_looks_at_the_standpoint_alone_holds_for_all_who_share_it(policy: Policy):
    answers: dict[tuple[int, Verb, plan.Rule], bool] = {}
    shared = 0
    kept = []
    for scene in scenes(397):
        for question in questions(scene):
            plans = plan.plans_for(question, policy)
            kept.append(plans)
            for rule in plan.OF_THE_STANDPOINT:
                key = (id(plans), question.verb, rule)
                shared += key in answers
                assert answers.setdefault(key, rule(question, policy)) is rule(question, policy), (rule, question)
    assert shared > 100_000


def test_a_rule_that_is_asked_answers_alike_whatever_the_verb():
    """What refused an act refuses a search too, if the search asks it at all; what did not grant does not grant."""
    compared = 0
    for scene in scenes(397):
        for question in questions(scene):
            rules = rules_of(question)
            for verb in (Verb.FIND, Verb.FIND_REFERENCE):
                search = question.asking(verb)
                both = set(worth_asking(rules, question, SHIPPED)) & set(worth_asking(rules, search, SHIPPED))
                for rule in both:
                    compared += 1
                    assert rule(question, SHIPPED) == rule(search, SHIPPED), (rule, question)
    assert compared > 100_000


@pytest.mark.parametrize("policy", [SHIPPED, SWITCHED], ids=["shipped", "switched"])
def test_a_refusal_conceals_exactly_what_no_search_would_have_found(policy: Policy):
    told = {True: 0, False: 0}
    for scene in scenes(397):
        for question in questions(scene):
            answer = decide(question, policy)
            if answer.allowed or question.entry is None or question.verb is Verb.SUBMIT or answer.rule in NO_RECORD:
                continue
            searches = (replace(question, verb=verb) for verb in (Verb.FIND, Verb.FIND_REFERENCE))
            searching = question.verb in (Verb.FIND, Verb.FIND_REFERENCE)
            found = not searching and any(decide(search, policy).allowed for search in searches)
            assert answer.conceal is not found, (answer, question)
            told[found] += 1
    assert min(told.values()) > 300


def test_a_list_is_answered_as_its_documents_one_by_one():
    for scene in scenes(1_999):
        record, who = record_for(scene.standing, scene.person), caller(scene.person)
        papers = [document(paper, structure_of(scene.person)) for paper in scene.papers]
        for verb in scene.verbs:
            together = decide_each(Question(who, verb, record, None, AT), papers, SHIPPED)
            assert together == [decide(Question(who, verb, record, entry, AT), SHIPPED) for entry in papers]


def test_an_altered_policy_makes_its_plans_anew():
    assert SHIPPED.plans
    assert replace(SHIPPED).plans == {}


def asks(profession: str, sector: str) -> Question:
    person = Person(Kind.PROFESSIONAL, profession, sector=sector)
    return Question(caller(person), Verb.READ, record_for(Standing(given=Given.TO_HIM), person), document(Paper()), AT)


def test_a_plan_serves_one_profession_and_sector():
    policy = replace(SHIPPED)
    asked = [("60", "SA07"), ("60", "SA09"), ("999", "SA07"), ("60", "SA07")]
    answers = [decide(asks(profession, sector), policy).rule for profession, sector in asked]
    assert answers == ["valid-authorisation", "sector-shut-out", "unknown-profession", "valid-authorisation"]


def test_callers_of_any_profession_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(plan, "KEPT", 5)
    policy = replace(SHIPPED)
    for number in range(20):
        assert decide(asks(f"unknown {number}", "SA07"), policy).rule == "unknown-profession"
        assert 1 <= len(policy.plans) <= 5
