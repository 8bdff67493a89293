"""What a recommendation must be to be called new («nouvelle recommandation», RM-10): not the calendar, the rule."""

from dataclasses import replace
from datetime import date, timedelta

from dmp.services.tables import Mark
from dmp.services.vaccination.calendar import Rule
from dmp.services.vaccination.rulebook import Rulebook

NEW_FOR = timedelta(days=180)
"""Days within which it is called new (decided): two rounds of reminders."""


def is_new(rule: Rule, book: Rulebook, today: date) -> bool:
    """Whether a rule of the day's calendar asks for something that the calendar before it did not ask for."""
    calendar = book.on(today)
    if calendar.since < rule.since <= today < rule.since + NEW_FOR:
        return True
    if today >= calendar.since + NEW_FOR:
        return False
    former = book.on(calendar.since - timedelta(days=1))
    return former is not calendar and all(_asked(rule) != _asked(one) for one in former.rules)


def _asked(rule: Rule) -> Rule:
    """What a rule asks for: a new day, source or wording makes no new recommendation."""
    return replace(rule, since=date.min, source="", mark=Mark.DECIDED, label=("", ""), note=("", ""))
