"""The claim on doors: what it counts as told or opened, and that its tricks open nothing."""

import pytest

from dmp.assure.browser import Phones, an_account
from dmp.assure.claim import Counter, Tally
from dmp.assure.doors import CLAIM, judge, most
from dmp.assure.doors_codes import attack
from dmp.assure.doors_named import AUC, KINDS, Answers
from dmp.assure.doors_tricks import try_all
from dmp.sandbox.population import people
from sandboxes import Sandbox

GOOD = Tally(
    {"probes of each sort": 1000, "codes attacked": 100, "tricks": 16, "honest sign-ins": 7},
    {**{f"{AUC}, sign-in, {kind}": 0.51 for kind in KINDS}, "guesses heard of one code": 5},
)


def test_the_claim_holds_when_nothing_was_told_nor_opened():
    assert all(figure.held for figure in judge(GOOD))


@pytest.mark.parametrize(
    "worse",
    [
        Tally({"opened": 1}),
        Tally({"other answer": 1}),
        Tally({}, {f"{AUC}, sign-in, existing": 0.56}),
        Tally({}, {"guesses heard of one code": 6}),
    ],
)
def test_whatever_is_told_or_opened_breaks_it(worse: Tally):
    assert not all(figure.held for figure in judge(GOOD + worse))


def test_a_claim_without_honest_sign_ins_shows_nothing():
    nobody = Tally({**GOOD.sums, "honest sign-ins": 0}, GOOD.worst)
    assert not all(figure.held for figure in judge(nobody))


def test_few_probes_are_given_what_chance_makes_of_them():
    assert most(1000) == 0.55
    assert 0.61 < most(200) < 0.62
    assert CLAIM.count >= 1000


def test_an_answer_that_differs_is_counted_and_a_slower_one_shows():
    counter = Counter()
    answers = Answers("sign-in", counter)
    for number in range(20):
        answers.note("existing", "no", 2.0 + number / 100)
        answers.note("unknown", "no", 1.0 + number / 100)
    answers.note("unknown", "no such account", 1.0)
    answers.told()
    tally = counter.tally()
    assert tally["other answer"] == 1
    assert tally[f"{AUC}, sign-in, existing or unknown"] == 1.0


def test_codes_and_tricks_open_nothing(strict: Sandbox):
    persons = people(77, 4)
    accounts = [an_account(strict.settings, one.patient, 3000 + rank) for rank, one in enumerate(persons)]
    counter, phones = Counter(), Phones(strict.folder)
    attack(strict.contract, phones, accounts[:2], counter)
    try_all(strict.contract, phones, accounts[2], accounts[3], counter)
    tally = counter.tally()
    assert tally.notes == ()
    assert (tally["codes attacked"], tally["guesses heard of one code"]) == (2, 5)
    assert (tally["tricks"], tally["honest sign-ins"]) == (15, 7)
