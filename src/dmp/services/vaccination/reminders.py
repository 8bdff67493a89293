"""What a reminder would be about today, and at which stage («rappels», RM-3, RM-4, RM-7, RM-8, RM-10; DEC-70).

Pure: the job that sends keeps who was told what, never tells twice of a rule
within 30 days, and folds what two rules say of one antigen. Names of stages are kept in
stores and never change.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from dmp.record.choice import ChoiceKind
from dmp.services.chart import Chart, Finding, Reminders
from dmp.services.rule_set import Rules
from dmp.services.vaccination.calendar import Campaign, Kind
from dmp.services.vaccination.conditions import PREGNANT
from dmp.services.vaccination.doses import SERVICE_NAME, history_of
from dmp.services.vaccination.evaluate import Situation, evaluate
from dmp.services.vaccination.overruling import is_about
from dmp.services.vaccination.rulebook import RULES, Rulebook
from dmp.services.vaccination.states import State, Status

AGAIN_DAYS = 90
AGAIN_TIMES = 3
SPREAD_DAYS = 60
"""What a new rule makes overdue at once is told over so many days (RM-10)."""
LONGEST_DAYS = 365
"""Nobody is left without a look for longer: what begins far away is not in the statuses."""


class Stage(StrEnum):
    """When somebody is reminded (RM-3)."""

    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"
    AGAIN_1 = "again-1"
    AGAIN_2 = "again-2"
    AGAIN_3 = "again-3"
    SEASON_START = "season-start"
    SEASON_MIDWAY = "season-midway"
    NEW = "new"
    """A new recommendation, for whom it would make late at once."""


_AGAIN = (Stage.AGAIN_1, Stage.AGAIN_2, Stage.AGAIN_3)


def findings(chart: Chart, rules: Rulebook | None = None) -> tuple[Finding, ...]:
    """The stage that each reminder has reached, one for each rule at most, in the order of the calendar.

    The same every day until the next stage: whoever sends it keeps the key,
    and folds what two rules say of the same antigen (`services/reminders.py`).
    """
    return reminders(chart, rules).found


def version(today: date, rules: Rules) -> str:
    """The calendar of a day."""
    return rules.of(RULES).on(today).name


def reminders(chart: Chart, rules: Rulebook | None = None) -> Reminders:
    """The findings, with the day of the next ones."""
    book = rules or chart.rules.of(RULES)
    if chart.person.deceased:
        return Reminders()
    if _is_silent(chart, book):
        return Reminders(next_day=chart.today + timedelta(days=LONGEST_DAYS))
    situation = evaluate(chart, book)
    turns = [day for status in situation.statuses for day in _turns(status, chart, situation)]
    turns += _other_turns(chart, situation)
    ends = [choice.until for choice in chart.chosen(SERVICE_NAME) if choice.until is not None]
    turns += [*ends, *(day + timedelta(days=1) for day in ends)]
    later = min((day for day in turns if day > chart.today), default=None)
    return Reminders(_findings(chart, situation, book), later)


def _is_silent(chart: Chart, book: Rulebook) -> bool:
    """Whether nothing can come of it: no birth, or nothing at all known of somebody who is no baby any more (DEC-65).

    So it is for most records: they cost a tenth of the time.
    """
    birth, calendar = chart.person.birth, book.on(chart.today)
    if birth is None:
        return True
    old = chart.today >= calendar.numbers.unknown_from.after(birth)
    return old and history_of(chart, calendar, book.valences).is_silent


def _other_turns(chart: Chart, situation: Situation) -> Iterator[date]:
    """Days on which rules may begin or cease to concern the person: an age of the calendar, a birth, a year at most."""
    yield chart.today + timedelta(days=LONGEST_DAYS)
    if any(dose.day == chart.today for dose in situation.history.doses):
        yield chart.today + timedelta(days=1)  # a live vaccine keeps others away from the day after on
    birth, pregnant = chart.person.birth, situation.flags.get(PREGNANT)
    if birth is not None and situation.knows_birth:
        yield from (age.after(birth) for age in situation.calendar.ages)
    if pregnant is not None:
        last = situation.calendar.numbers.pregnancy.after(pregnant.since or pregnant.told)
        yield last + timedelta(days=1)


def _turns(status: Status, chart: Chart, situation: Situation) -> Iterator[date]:
    """The days on which a reminder of a rule may reach a stage, or the rule be for the person."""
    day = status.recommended
    if day is None or status.rule.kind is Kind.OBLIGATION:
        return
    yield from (day, situation.calendar.numbers.upcoming.before(day))
    if status.campaign is not None:
        yield _middle(day, status.campaign)
    late = status.overdue_from + timedelta(days=1) if status.overdue_from is not None else None
    for first in (late, _announced(status, chart)):
        if first is not None:
            yield from (first + timedelta(days=times * AGAIN_DAYS) for times in range(AGAIN_TIMES + 1))


def _findings(chart: Chart, situation: Situation, book: Rulebook) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for status in situation.statuses:
        if status.rule.kind is Kind.OBLIGATION or _is_put_off(status, chart, situation, book):
            continue
        stage = stage_of(status, chart)
        if stage is not None and status.recommended is not None:
            found.append(_finding(status, stage, status.recommended, situation))
    return tuple(found)


def stage_of(status: Status, chart: Chart) -> Stage | None:
    """The stage that was reached; None before the first, and for what nobody is reminded of."""
    if status.state not in {State.UPCOMING, State.DUE, State.OVERDUE} or status.recommended is None:
        return None
    if status.rule.kind is Kind.SEASON:
        return _seasonal(status, chart.today)
    spread = _announced(status, chart)
    if spread is not None:
        return _from(spread, Stage.NEW, chart.today)
    if status.state is State.OVERDUE and status.overdue_from is not None:
        return _from(status.overdue_from + timedelta(days=1), Stage.OVERDUE, chart.today)
    return Stage.DUE if status.state is State.DUE else Stage.SOON


def _from(first: date, stage: Stage, today: date) -> Stage | None:
    """A stage on its day, then again every 90 days, three times; the last one stays."""
    times = (today - first).days // AGAIN_DAYS
    if times < 0:
        return None
    return stage if times == 0 else _AGAIN[min(times, AGAIN_TIMES) - 1]


def _seasonal(status: Status, today: date) -> Stage | None:
    if status.state is not State.DUE or status.campaign is None or status.recommended is None:
        return None
    middle = _middle(status.recommended, status.campaign)
    return Stage.SEASON_MIDWAY if today >= middle else Stage.SEASON_START


def _middle(start: date, campaign: Campaign) -> date:
    return start + (campaign.end - start) / 2


def _announced(status: Status, chart: Chart) -> date | None:
    """The day on which a recommendation that is newer than its day is told; spread by the day of birth."""
    birth = chart.person.birth
    if birth is None or status.overdue_from is None or status.overdue_from >= status.rule.since:
        return None
    return status.rule.since + timedelta(days=birth.toordinal() % SPREAD_DAYS)


def _is_put_off(status: Status, chart: Chart, situation: Situation, book: Rulebook) -> bool:
    return any(
        choice.kind is ChoiceKind.SNOOZED
        and (choice.until is None or choice.until > chart.today)
        and is_about(choice.subject, status, situation.calendar, book.valences)
        for choice in chart.chosen(SERVICE_NAME)
    )


def _finding(status: Status, stage: Stage, due: date, situation: Situation) -> Finding:
    uuids = (one.uuid for dose in status.doses for one in dose.evidence)
    flags = (flag.evidence.uuid for flag in status.flags if flag.evidence is not None)
    return Finding(
        service=SERVICE_NAME,
        rule=status.id,
        step=status.key,
        stage=stage.value,
        due=due,
        version=situation.calendar.name,
        folded=tuple(sorted(status.antigens)),
        evidence=tuple(dict.fromkeys((*uuids, *flags))),
        outside=stage is not Stage.SOON,
    )
