"""What a choice of the holder about vaccinations may be about, in words: a rule, a disease, a condition, a vaccine."""

from dmp.services.panel import Words, same
from dmp.services.rule_set import Rules
from dmp.services.vaccination.rulebook import RULES
from dmp.services.vaccination.valences import NO_VALENCE


def subject_named(subject: str, rules: Rules) -> Words | None:
    """Its label, in the calendar that has it, the newest first; None for what no calendar and no table knows."""
    book = rules.of(RULES)
    for calendar in sorted(book.calendars, key=lambda each: each.since, reverse=True):
        rule = next((one for one in calendar.rules if one.id == subject), None)
        known = rule or calendar.conditions.get(subject) or calendar.antigens.get(subject)
        if known is not None:
            return known.label
    valence = book.valences.named(subject)
    return None if valence is NO_VALENCE else same(valence.label)
