"""What the watch sees in days of work, rule by rule (security 10); one odd act alone is no alert."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from dmp.record.actor import Mode
from dmp.record.alert import AlertKind
from dmp.record.verb import Verb
from dmp.watch.alarm import Finding
from dmp.watch.fact import Fact, Tie
from dmp.watch.round import Round
from dmp.watch.rules import read_rules, shipped

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DOCTOR, PLACE = "899900000101", "1750000001"


def a_read(at: datetime, record: str, **changes) -> Fact:
    known = {"person": DOCTOR, "verb": Verb.READ, "profession": "10", "structure": PLACE, "software": "s1"}
    return Fact(**{**known, "at": at, "record": record, **changes})


def a_deposit(at: datetime, record: str, **changes) -> Fact:
    return a_read(at, record, **{"verb": Verb.SUBMIT, **changes})


def day_of_work(day: int, *, patients: int = 15, linked: bool = True, first: int = 0, **changes) -> Iterable[Fact]:
    """Patients whom he saw before, one every twenty minutes."""
    for number in range(first, first + patients):
        at = MONDAY + timedelta(days=day, minutes=20 * (number - first))
        if linked and day == 0:
            yield a_deposit(at - timedelta(days=30), f"rec-{number}")
        yield a_read(at, f"rec-{number}", **changes)


def experienced(days: int = 6) -> Round:
    """Somebody who has worked for some days, of whom much is known."""
    turn = Round(shipped(), {}.get)
    for day in range(days):
        watch(turn, day_of_work(day))
    assert turn.findings == {}
    return turn


def watch(turn: Round, facts: Iterable[Fact]) -> Round:
    for fact in facts:
        turn.see(fact)
    return turn


def the_rules(turn: Round) -> set[str]:
    """The rules of the signs of the doctor."""
    return {sign.rule for sign in turn.people[DOCTOR].signs}


def findings(turn: Round) -> list[Finding]:
    return list(turn.findings.values())


def test_ordinary_days_show_no_sign():
    turn = watch(experienced(), day_of_work(6))
    assert the_rules(turn) == set()


def test_many_more_patients_than_usual_are_a_sign_and_with_strangers_an_alert():
    turn = watch(experienced(), day_of_work(6, patients=60, linked=False, first=500))
    (found,) = findings(turn)
    assert {"patients-in-a-day", "without-link"} <= {reason.rule for reason in found.reasons}
    assert (found.kind, found.subject, found.profession) == (AlertKind.PERSON, DOCTOR, "10")
    assert "d'habitude" in found.reasons[0].french
    assert "usually" in found.reasons[0].english


def test_strangers_every_day_are_found_though_each_day_is_small():
    turn = experienced()
    for day in (6, 7, 8):
        watch(turn, day_of_work(day, patients=20, linked=False, first=1000 * day))
    (found,) = findings(turn)
    assert [(reason.rule, reason.score) for reason in found.reasons] == [("without-link", 105)]


def test_a_deposit_by_the_structure_makes_its_readers_no_strangers():
    turn = experienced()
    software = {"person": "declared", "verb": Verb.SUBMIT}
    watch(turn, (a_read(MONDAY + timedelta(days=5), f"rec-{n}", **software) for n in range(2000, 2020)))
    watch(turn, day_of_work(6, patients=20, linked=False, first=2000))
    assert "without-link" not in the_rules(turn)


@pytest.mark.parametrize("tie", [Tie.ATTENDING, Tie.INVITED])
def test_the_attending_doctor_and_whom_the_holder_let_in_are_no_strangers(tie: Tie):
    turn = watch(experienced(), day_of_work(6, patients=20, linked=False, first=2000, ties=frozenset({tie})))
    assert "without-link" not in the_rules(turn)


@pytest.mark.parametrize("tie", [Tie.SAME_NAME, Tie.COLLEAGUE, Tie.FLAGGED])
def test_a_relative_a_colleague_or_somebody_exposed_is_a_sign_and_no_alert_alone(tie: Tie):
    turn = watch(experienced(), [a_read(MONDAY + timedelta(days=6), "rec-x", ties=frozenset({tie}))])
    assert the_rules(turn) == {tie.value}
    assert findings(turn) == []


def test_one_record_that_is_all_of_these_is_one_act_and_no_alert():
    ties = frozenset({Tie.SAME_NAME, Tie.COLLEAGUE, Tie.FLAGGED})
    turn = watch(experienced(), [a_read(MONDAY + timedelta(days=6), "rec-x", ties=ties)])
    assert len(the_rules(turn)) == 3
    assert findings(turn) == []


def test_a_relative_who_is_cared_for_is_no_sign():
    at = MONDAY + timedelta(days=6)
    ties = frozenset({Tie.SAME_NAME})
    turn = watch(experienced(), [a_deposit(at - timedelta(days=2), "rec-x"), a_read(at, "rec-x", ties=ties)])
    assert "same-name" not in the_rules(turn)


def test_several_readers_of_one_record_are_an_alert_when_one_is_near():
    turn = experienced()
    at = MONDAY + timedelta(days=6)
    readers = [a_read(at, "rec-known", person=f"p{n}", structure=f"s{n}") for n in range(5)]
    watch(turn, readers)
    assert findings(turn) == []
    near = a_read(at, "rec-known", person="p9", structure="s9", ties=frozenset({Tie.SAME_NAME}))
    (found,) = findings(watch(turn, [near]))
    assert (found.kind, found.subject, found.records) == (AlertKind.RECORD, "rec-known", ("rec-known",))


def test_a_stolen_account_is_found_by_night_place_and_order():
    turn, night = experienced(), MONDAY.replace(hour=22) + timedelta(days=6)
    changes = {"software": "elsewhere"}
    watch(
        turn,
        (a_read(night + timedelta(minutes=n), f"rec-{3000 + n}", rank=10**12 + 50 * n, **changes) for n in range(12)),
    )
    (found,) = findings(turn)
    assert {"night", "new-place", "sequential"} <= {reason.rule for reason in found.reasons}


def test_who_works_at_night_does_not_surprise():
    turn = Round(shipped(), {}.get)
    for day in range(7):
        night = MONDAY.replace(hour=22) + timedelta(days=day)
        watch(turn, (a_read(night + timedelta(minutes=n), f"rec-{day}-{n}") for n in range(8)))
    assert "night" not in the_rules(turn)


def test_the_glass_broken_every_day_is_found_on_the_second():
    turn = experienced()
    for day in (6, 7):
        glass = {"mode": Mode.BREAK_GLASS, "linked": False, "first": 4000 + 100 * day}
        watch(turn, day_of_work(day, patients=5, **glass))
    (found,) = findings(turn)
    assert found.reasons[0].rule == "break-glass"


def test_refusals_and_tests_of_nobody_are_counted_by_actor():
    turn, at = experienced(), MONDAY + timedelta(days=6)
    watch(turn, (a_read(at + timedelta(seconds=n), f"rec-{n}", refused=True) for n in range(15)))
    watch(turn, (a_read(at + timedelta(minutes=n), "", verb=Verb.TEST_RECORD) for n in range(20)))
    assert the_rules(turn) == {"denials", "unknown-people"}
    assert findings(turn)


def test_a_call_centre_knows_nobody_and_is_no_sign():
    dispatch = {"mode": Mode.EMERGENCY_DISPATCH, "linked": False, "first": 5000}
    turn = watch(experienced(), day_of_work(6, patients=30, **dispatch))
    assert "without-link" not in the_rules(turn)


def test_what_is_remembered_between_rounds_changes_nothing():
    days = [list(day_of_work(day)) for day in range(6)]
    days += [list(day_of_work(day, patients=20, linked=False, first=1000 * day)) for day in (6, 7, 8)]
    kept: dict[str, bytes] = {}
    found: dict[str, Finding] = {}
    for facts in days:
        turn = watch(Round(shipped(), kept.get), facts)
        kept |= {name: packed for name, packed, _ in turn.kept()}
        found |= turn.findings
    at_once = watch(Round(shipped(), {}.get), (fact for facts in days for fact in facts))
    assert found == at_once.findings


def test_an_alert_is_not_raised_again_for_the_same_week():
    turn = experienced()
    for day in range(6, 12):
        watch(turn, day_of_work(day, patients=20, linked=False, first=1000 * day))
    assert len(findings(turn)) == 1


def test_a_replayed_assertion_is_told_by_itself():
    turn = Round(shipped(), {}.get)
    turn.see_replay("trace-1")
    (found,) = findings(turn)
    assert (found.kind, found.subject) == (AlertKind.REPLAY, "")


def test_every_rule_has_its_source_and_whole_words():
    for rule in shipped().rules.values():
        assert rule.source
        for text in (rule.french, rule.english):
            told = text.format(count="3", usual="1")
            assert told.endswith(".")
            assert "{" not in told


def test_a_table_without_a_number_is_refused():
    with pytest.raises(TypeError, match="cap"):
        read_rules("threshold = 1\ndays = 7\nhistory = 28\n[a]\nweight = 1\n")
