"""What a reminder is about, and when (RM-3, RM-4, RM-7, RM-8, RM-10, DEC-70)."""

from datetime import date, timedelta

import pytest

from dmp.record.choice import ChoiceKind
from dmp.services.reminders import events
from dmp.services.rule_set import SHIPPED
from dmp.services.vaccination import READS, SERVICE
from dmp.services.vaccination.reminders import LONGEST_DAYS, SPREAD_DAYS, findings, reminders
from vaccination_builders import a_chart, a_choice, a_dose, a_sheet

HISTORY = a_sheet(a_dose("20000110", "tetra"), a_dose("19810310", "mmr"), a_dose("19820310", "mmr"))
BORN = date(1980, 1, 10)
AT_45 = date(2025, 1, 10)
OVERDUE = AT_45 + timedelta(days=181)


def _stages(today: date, **changes) -> dict[str, str]:
    found = findings(a_chart(BORN, today, HISTORY, **changes))
    return {one.rule: one.stage for one in found}


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2024, 12, 10), None),
        (date(2024, 12, 11), "soon"),
        (date(2025, 1, 9), "soon"),
        (AT_45, "due"),
        (OVERDUE - timedelta(days=1), "due"),
        (OVERDUE, "overdue"),
        (OVERDUE + timedelta(days=89), "overdue"),
        (OVERDUE + timedelta(days=90), "again-1"),
        (OVERDUE + timedelta(days=180), "again-2"),
        (OVERDUE + timedelta(days=270), "again-3"),
        (OVERDUE + timedelta(days=3000), "again-3"),
    ],
)
def test_thirty_days_before_then_due_then_overdue_then_every_ninety_days_three_times(today, stage):
    assert _stages(today).get("A02") == stage


def test_a_finding_says_its_rule_step_day_rule_set_antigens_and_evidence():
    (finding,) = findings(a_chart(BORN, AT_45, HISTORY))
    assert (finding.service, finding.rule, finding.step, finding.due) == ("vaccination", "A02", "45y", AT_45)
    assert finding.version == "fr-calendar 2025.1"
    assert finding.folded == ("D", "P", "T")
    assert finding.evidence == (HISTORY.uuid,)


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2025, 10, 14), None),
        (date(2025, 10, 15), "season-start"),
        (date(2025, 12, 6), "season-start"),
        (date(2025, 12, 8), "season-midway"),
        (date(2026, 1, 31), "season-midway"),
        (date(2026, 2, 1), None),
    ],
)
def test_a_campaign_is_reminded_of_at_its_start_and_mid_way(today, stage):
    chart = a_chart(date(1955, 1, 10), today, HISTORY)
    assert {one.rule: one.stage for one in findings(chart)}.get("A06") == stage


def test_each_campaign_has_a_key_of_its_own():
    keys = [
        [(one.rule, one.step) for one in findings(a_chart(date(1955, 1, 10), date(year, 11, 1), HISTORY))]
        for year in (2025, 2026)
    ]
    assert ("A06", "flu-2025-1") in keys[0]
    assert ("A06", "flu-2026-1") in keys[1]


@pytest.mark.parametrize("subject", ["A02", "D+T+P"])
def test_a_reminder_that_is_put_off_waits_for_its_day(subject):
    choice = a_choice(ChoiceKind.SNOOZED, subject, until=AT_45 + timedelta(days=31))
    assert "A02" not in _stages(AT_45 + timedelta(days=30), choices=(choice,))
    assert "A02" in _stages(AT_45 + timedelta(days=31), choices=(choice,))


def test_done_elsewhere_and_not_for_me_stop_it():
    done = a_choice(ChoiceKind.DONE, "A02", AT_45)
    declined = a_choice(ChoiceKind.DECLINED, "A02")
    for choice in (done, declined):
        assert "A02" not in _stages(date(2025, 2, 1), choices=(choice,))


def test_putting_one_off_leaves_the_others():
    choice = a_choice(ChoiceKind.SNOOZED, "A06", until=date(2026, 1, 1))
    found = findings(a_chart(date(1955, 1, 10), date(2025, 11, 1), HISTORY, choices=(choice,)))
    assert "A07" in {one.rule for one in found}
    assert "A06" not in {one.rule for one in found}


def test_nobody_is_reminded_of_the_dead():
    assert findings(a_chart(BORN, AT_45, HISTORY, deceased=True)) == ()


def test_nobody_is_reminded_where_nothing_is_known():
    assert findings(a_chart(BORN, AT_45)) == ()


def test_the_same_antigen_on_the_same_day_is_one_event():
    on = date(2025, 1, 10)
    flags = (a_choice(ChoiceKind.CONDITION, "COCOON", on, written=on),)
    doses = (a_dose("20110110", "tetra"), a_dose("20120110", "mmr"))
    chart = a_chart(date(2000, 1, 10), on, a_sheet(*doses), choices=flags)
    told = [tuple(one.rule for one in event) for event in events(findings(chart))]
    assert ("A01", "A04") in told


def test_what_a_new_rule_makes_late_is_spread_and_said_to_be_new():
    """Born in 2018, measles was overdue long before the rule set of 2025: told over the first weeks of 2025."""
    days = {}
    for number in range(SPREAD_DAYS):
        born = date(2018, 3, 1) + timedelta(days=number)
        sheet = a_sheet(a_dose("20180701", "hexa"))
        for after in range(SPREAD_DAYS):
            today = date(2025, 1, 1) + timedelta(days=after)
            found = {one.rule: one.stage for one in findings(a_chart(born, today, sheet))}
            if "C05" in found:
                assert found["C05"] == "new"
                days[number] = after
                break
    assert sorted(days.values()) == list(range(SPREAD_DAYS))


def test_somebody_without_any_rule_to_come_is_looked_at_again_within_a_year():
    doses = [a_dose("20180301", "tetra"), a_dose("20080301", "mmr"), a_dose("20090301", "mmr")]
    doses += [a_dose("20190301", "acwy"), a_dose("20190301", "hpv"), a_dose("20191001", "hpv")]
    today = date(2025, 10, 1)
    found = reminders(a_chart(date(2007, 2, 1), today, a_sheet(*doses)))
    assert found.found == ()
    assert today < found.next_day <= today + timedelta(days=LONGEST_DAYS)


def test_the_service_reads_what_its_rules_ask_about():
    assert SERVICE.name == "vaccination"
    assert SERVICE.reads == READS
    assert SERVICE.reminders(a_chart(BORN, AT_45, HISTORY)).found == findings(a_chart(BORN, AT_45, HISTORY))
    assert SERVICE.version(AT_45, SHIPPED) == "fr-calendar 2025.1"
