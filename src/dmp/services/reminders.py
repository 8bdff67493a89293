"""What of all that is due is news to somebody who was reminded before (RM-8, RM-9, DEC-70)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dmp.record.choice import ChoiceKind, HealthChoice, Shown, Told
from dmp.record.dtm import PARIS
from dmp.services.chart import Finding

LEAST = timedelta(days=30)
"""Never two reminders of one rule within these (DEC-70)."""
MOST_TOLD = 300
"""What is remembered of former reminders, at most; never fewer than what is due now."""

_ANSWERS = (ChoiceKind.DONE, ChoiceKind.DECLINED, ChoiceKind.SNOOZED)
Event = tuple[Finding, ...]
"""What several rules say of one thing: the same day, something in common in `folded`."""


@dataclass(frozen=True)
class News:
    """What somebody is to be told of now, and the first day on which more of it may be told."""

    new: tuple[Finding, ...] = ()
    wait: date | None = None


def news(found: Iterable[Finding], told: Collection[Told], today: date) -> News:
    """What was not told before; of a rule that was told lately, later.

    All the rules of an event are told with it: none of them tells it again.
    """
    known = {(one.service, one.rule, one.step, one.stage) for one in told}
    last: dict[tuple[str, str], date] = {}
    for one in told:
        last[one.service, one.rule] = max(one.day, last.get((one.service, one.rule), one.day))
    new, waits = list[Finding](), list[date]()
    for event in events(finding for finding in found if finding.outside):
        if not _is_new(event, known):
            continue
        days = [last[rule] + LEAST for one in event if (rule := (one.service, one.rule)) in last]
        if max(days, default=today) > today:
            waits.append(max(days))
        else:
            new.extend(event)
    return News(tuple(new), min(waits, default=None))


def events(found: Iterable[Finding]) -> list[Event]:
    """The findings, those about one thing together (RM-8), in their order."""
    gathered: list[Event] = []
    for one in found:
        place = next((number for number, event in enumerate(gathered) if _is_of(event, one)), None)
        if place is None:
            gathered.append((one,))
        else:
            gathered[place] += (one,)
    return gathered


def remembered(told: Sequence[Told], new: Iterable[Finding], found: Iterable[Finding], today: date) -> tuple[Told, ...]:
    """What was told, with what is told now; what is due still is never forgotten, of the rest the newest is kept."""
    every = {_key(one): one for one in told}
    for each in new:
        every.setdefault(_key(each), Told(each.service, each.rule, each.step, each.stage, today))
    due = {_key(each) for each in found}
    rest = sorted((one for key, one in every.items() if key not in due), key=lambda one: one.day)
    still = [one for key, one in every.items() if key in due]
    return (*rest[-max(MOST_TOLD - len(still), 1) :], *still)


def shown(found: Iterable[Finding], before: Iterable[Shown], today: date) -> tuple[Shown, ...]:
    """What the space shows of what is due: since the day on which it came up, at each stage anew (RM-1, RM-3)."""
    days = {_key(one): one.day for one in before}
    return tuple(
        Shown(each.service, each.rule, each.step, each.stage, days.get(_key(each), today), each.folded)
        for each in found
    )


def is_answered(one: Shown, choices: Iterable[HealthChoice]) -> bool:
    """Whether the holder answered it since: done elsewhere, not wanted, later or never again (RM-4)."""
    return any(
        choice.service == one.service
        and choice.kind in _ANSWERS
        and choice.subject in ("", one.rule, *one.about)
        and choice.written.astimezone(PARIS).date() >= one.day
        for choice in choices
    )


def _is_new(event: Event, known: Collection[tuple[str, str, str, str]]) -> bool:
    """Whether a stage was reached at which no rule of the event was told."""
    stages = {one.stage for one in event if _key(one) in known}
    return any(one.stage not in stages for one in event)


def _is_of(event: Event, one: Finding) -> bool:
    return any(one.due == other.due and not set(one.folded).isdisjoint(other.folded) for other in event)


def _key(one: Finding | Told) -> tuple[str, str, str, str]:
    return (one.service, one.rule, one.step, one.stage)
