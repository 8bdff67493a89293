"""The hard brake as a decision: numbers of the table, second approval, stopped account (security 10)."""

from datetime import timedelta
from importlib.resources import files

import pytest

from dmp.access.brakes import COUNTED, read_brakes
from dmp.access.decide import decide
from dmp.access.policy import load_policy
from dmp.access.question import Decision, Question
from dmp.access.table import InvalidPolicy
from dmp.record.verb import Verb
from dmp.record.visit import Day
from rights_builders import HOLDER, NOW, POLICY, a_doctor, a_document, a_record, calling

TABLE = files("dmp.access").joinpath("brakes.csv").read_text(encoding="utf-8")


def answer(day: Day, *, actor=None, verb: Verb = Verb.READ, entry=None, policy=POLICY) -> Decision:
    return decide(Question(calling(actor or a_doctor()), verb, a_record(), entry, NOW, day=day), policy)


@pytest.mark.parametrize(
    ("others", "rule"),
    [
        (None, "valid-authorisation"),
        (0, "valid-authorisation"),
        (298, "valid-authorisation"),
        (299, "too-many-patients-today"),
        (998, "too-many-patients-today"),
        (999, "account-stopped"),
    ],
)
def test_the_three_hundredth_patient_waits_for_approval_and_the_thousandth_stops_the_account(others, rule):
    assert answer(Day(others)).rule == rule


def test_an_approval_holds_until_its_end_and_never_beyond_the_second_number():
    assert answer(Day(500, NOW + timedelta(seconds=1))).allowed
    assert answer(Day(500, NOW)).rule == "too-many-patients-today"
    assert answer(Day(999, NOW + timedelta(days=1))).rule == "account-stopped"


def test_a_stopped_account_reads_nobody_not_even_whom_it_read_today():
    assert answer(Day(None, stopped=True)).rule == "account-stopped"


def test_the_refusal_is_the_same_for_every_document_and_hides_none():
    hidden, shown = a_document(masked=True), a_document()
    answers = [answer(Day(400), entry=entry) for entry in (hidden, shown)]
    assert {(told.allowed, told.rule) for told in answers} == {(False, "too-many-patients-today")}


def test_other_refusals_come_first_and_the_holder_is_never_counted():
    closed = decide(Question(calling(a_doctor()), Verb.READ, None, None, NOW, day=Day(400)), POLICY)
    assert closed.rule == "no-such-record"
    assert answer(Day(400), actor=HOLDER).allowed


def test_one_number_for_all_takes_the_place_of_the_table():
    policy = load_policy(daily_patients=30)
    rules = [answer(Day(others), policy=policy).rule for others in (28, 29, 99)]
    assert rules == ["valid-authorisation", "too-many-patients-today", "account-stopped"]


def test_what_tells_something_of_a_record_counts_and_the_existence_test_does_not():
    assert {Verb.FIND, Verb.FIND_REFERENCE, Verb.READ, Verb.READ_IDENTITY} <= COUNTED
    assert not {Verb.TEST_RECORD, Verb.SUBMIT, Verb.LIST_RECORDS} & COUNTED


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",,300,1000", ",,300,300", "larger"),
        (",,300,1000", ",,many,1000", "numbers"),
        (",centre_15,600", ",centre_16,600", "mode"),
        ("\n,,300,1000,security 10,confirmed", "", "everybody"),
        (",,300,1000,security 10,", ",,300,1000,,", "source"),
    ],
)
def test_a_wrong_line_is_refused(old, new, told):
    assert old in TABLE
    with pytest.raises(InvalidPolicy, match=told):
        read_brakes(TABLE.replace(old, new))
