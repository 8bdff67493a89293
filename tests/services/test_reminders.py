"""What of all that is due is news: folded, told once, never two of a rule within 30 days (RM-8, RM-9, DEC-70)."""

from datetime import timedelta

import pytest

from dmp.record.choice import Told
from dmp.services.chart import Finding
from dmp.services.reminders import MOST_TOLD, events, news, remembered
from reminding_builders import AT_45, a_finding

DAY = timedelta(days=1)


def told(one: Finding, days_ago: int = 100) -> Told:
    return Told(one.service, one.rule, one.step, one.stage, AT_45 - days_ago * DAY)


def new(found: list[Finding], *known: Told) -> list[str]:
    return [one.rule for one in news(found, known, AT_45).new]


def test_what_two_rules_say_of_one_thing_on_one_day_is_one_event():
    a, b, c = (a_finding(rule, folded=folded) for rule, folded in (("A", ("D", "T")), ("B", ("T", "P")), ("C", ("Z",))))
    assert events([a, b, c]) == [(a, b), (c,)]
    later = a_finding("B", folded=("T",), due=AT_45 + DAY)
    assert events([a, later]) == [(a,), (later,)]


def test_rules_that_share_nothing_are_two_events_even_without_words_for_it():
    assert len(events([a_finding("A", folded=()), a_finding("B", folded=())])) == 2


def test_what_was_told_is_no_news_and_what_was_not_is():
    a, b = a_finding("A"), a_finding("B")
    assert new([a, b]) == ["A", "B"]
    assert new([a, b], told(a)) == ["B"]
    assert new([a, b], told(a), told(b)) == []


@pytest.mark.parametrize("changed", [{"stage": "overdue"}, {"step": "2"}, {"service": "other"}])
def test_another_stage_step_or_service_is_news(changed: dict):
    assert new([a_finding("A", **changed)], told(a_finding("A"))) == ["A"]


def test_an_event_that_one_rule_told_is_not_told_by_another_at_the_same_stage():
    a, b = a_finding("A", folded=("T",)), a_finding("B", folded=("T",))
    assert new([a, b], told(a)) == []
    assert new([a_finding("A", stage="overdue", folded=("T",)), b], told(a), told(b)) == ["A", "B"]


@pytest.mark.parametrize(("days", "tells"), [(0, False), (29, False), (30, True)])
def test_of_one_rule_nothing_within_thirty_days(days: int, tells: bool):
    known = told(a_finding("A"), days)
    what = news([a_finding("A", stage="overdue")], [known], AT_45)
    assert bool(what.new) is tells
    assert what.wait == (None if tells else known.day + 30 * DAY)


def test_what_the_space_alone_shows_is_no_news():
    assert new([a_finding("A", outside=False)]) == []


def test_what_is_due_still_is_never_forgotten_and_the_oldest_goes_first():
    past = [told(a_finding(f"old-{n}"), n + 1) for n in range(MOST_TOLD + 50)]
    still = a_finding("old-349")
    kept = remembered(past, [a_finding("A")], [still, a_finding("A")], AT_45)
    assert len(kept) == MOST_TOLD
    assert {"old-349", "A", "old-0"} <= {one.rule for one in kept}
    assert "old-348" not in {one.rule for one in kept}


def test_what_is_told_twice_keeps_its_first_day():
    a = a_finding("A")
    assert remembered([told(a, 50)], [a], [a], AT_45) == (told(a, 50),)
