"""From a chart to the state of every vaccination that concerns the person, with reasons and evidence (1.2, DEC-60)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dmp.services.chart import Chart
from dmp.services.vaccination.calendar import Calendar, Duty, Kind, Rule
from dmp.services.vaccination.conditions import Flags, flags_of
from dmp.services.vaccination.doses import History, history_of
from dmp.services.vaccination.occasions import pregnancy, season
from dmp.services.vaccination.overruling import overruled, severe_allergies
from dmp.services.vaccination.rulebook import RULES, Rulebook
from dmp.services.vaccination.series import begun_on
from dmp.services.vaccination.standing import merged, outlooks
from dmp.services.vaccination.states import Case, Reason, State, Status, Uncounted, Why

_FIRST_YEAR = 1850
"""A birth before it is a slip of the pen."""
_WORST = (
    State.OVERDUE,
    State.DUE,
    State.CONTRAINDICATED,
    State.REFUSED,
    State.UNKNOWN,
    State.UPCOMING,
    State.PROBABLY_UP_TO_DATE,
    State.NOT_ELIGIBLE_YET,
    State.UP_TO_DATE,
    State.IMMUNE,
    State.COMPLETE,
)


@dataclass(frozen=True)
class Situation:
    """All of it, by the calendar that was used; `current` is false where that calendar may be out of date (DEC-67)."""

    calendar: Calendar
    current: bool
    statuses: tuple[Status, ...]
    history: History
    flags: Flags
    uncounted: tuple[Uncounted, ...] = ()
    """Doses that count for no rule, for some antigens (VA-7)."""
    silent: bool = False
    """Nothing at all is known of vaccines, and the person is old enough for that to be no answer (DEC-65)."""
    knows_birth: bool = True

    def status(self, rule: str) -> Status | None:
        """That of one rule, if it concerns the person."""
        return next((one for one in self.statuses if one.id == rule), None)


def evaluate(chart: Chart, rules: Rulebook | None = None) -> Situation:
    """Evaluate what the chart tells, as of its day; pure, and only from what is in the chart."""
    book = rules or chart.rules.of(RULES)
    calendar = book.on(chart.today)
    history = history_of(chart, calendar, book.valences)
    flags = flags_of(chart, calendar)
    situation = Situation(calendar, calendar.covers(chart.today), (), history, flags)
    birth = chart.person.birth
    if birth is None or birth > chart.today or birth.year < _FIRST_YEAR:
        return replace(situation, knows_birth=False)
    allergies = severe_allergies(chart, calendar, book.valences)
    case = Case(birth, chart.person.sex.value, chart.today, flags, history, calendar, allergies)
    silent = history.is_silent and chart.today >= case.at(calendar.numbers.unknown_from)
    statuses = [one for one in _softened(case) if _is_listed(one, case)]
    told = [overruled(one, case, chart, book.valences, silent=silent) for one in statuses]
    listed = tuple(_with_obligations(told, case))
    return replace(situation, statuses=listed, uncounted=_uncounted(statuses), silent=silent)


def _softened(case: Case) -> list[Status]:
    """Statuses; what rests on a declared dose is only probably up to date (VA-3)."""
    soft = _statuses(case)
    if not any(dose.declared for dose in case.history.doses):
        return soft
    firm_doses = tuple(dose for dose in case.history.doses if not dose.declared)
    firm = {one.id: one for one in _statuses(replace(case, history=replace(case.history, doses=firm_doses)))}
    return [_soft(firm.get(one.id), one) for one in soft]


def _soft(firm: Status | None, soft: Status) -> Status:
    done = (State.COMPLETE, State.UP_TO_DATE)
    if firm is not None and (firm.state in done or (firm.state, firm.key) == (soft.state, soft.key)):
        return firm if firm.state in done else soft
    reasons = (*soft.reasons, Reason(Why.DECLARED))
    if soft.state in done:
        return replace(soft, state=State.PROBABLY_UP_TO_DATE, reasons=reasons)
    return replace(soft, reasons=reasons)


def _statuses(case: Case) -> list[Status]:
    found: dict[str, Status] = {}
    for rule in case.calendar.rules:
        if rule.kind is not Kind.OBLIGATION and rule.holds(case.calendar.nearest(case.today)):
            status = _status(rule, case, found)
            if status is not None:
                found[rule.id] = status
    return list(found.values())


def _status(rule: Rule, case: Case, others: Mapping[str, Status]) -> Status | None:
    """The state of a rule by ages, doses and days alone; None when it does not concern the person."""
    entry = _entry(rule, case)
    if entry is None:
        return None
    status = _reckoned(rule, case, entry)
    if status is None:
        return None
    status = _after(status, others.get(rule.after))
    if status.step and any(flag in case.flags for flag in rule.immune_by) and status.state is not State.CLOSED:
        status = replace(status, state=State.IMMUNE)
    if rule.optional and status.state in {State.UPCOMING, State.DUE, State.OVERDUE}:
        status = replace(status, state=State.MAY_BE_OFFERED)
    used = {name for name in _names(rule, case) if name in case.flags}
    flags, mandatory = tuple(case.flags[name] for name in sorted(used)), _is_mandatory(rule, case)
    return replace(status, flags=flags, mandatory=mandatory) if flags or mandatory else status


def _names(rule: Rule, case: Case) -> Iterator[str]:
    """Conditions that a status may rest on: not those of a group, where age alone is enough."""
    yield from (*rule.any_of, *rule.immune_by)
    entries = [(group, case.entry(group)) for group in rule.groups]
    if not any(day is not None and day <= case.today and not group.any_of for group, day in entries):
        for group in rule.groups:
            yield from group.any_of
    if rule.kind is Kind.PREGNANCY:
        yield "PREGNANT"


def _entry(rule: Rule, case: Case) -> date | None:
    """The day from which a rule concerns the person; None when it does not."""
    if not _is_born_for(rule, case) or (rule.any_of and not case.has_any(rule.any_of)) or case.has_any(rule.none_of):
        return None
    days = [day for group in rule.groups if (day := case.entry(group)) is not None]
    told = [flag.since or flag.told for name in rule.any_of if (flag := case.flags.get(name)) is not None]
    return max(min(days), min(told, default=case.birth), case.birth) if days else None


def _is_born_for(rule: Rule, case: Case) -> bool:
    """Whether a rule is for people of that birth and age, by when they began where that matters."""
    if rule.born_from is not None and case.birth < rule.born_from:
        return False
    if rule.born_before is not None and case.birth >= rule.born_before:
        return False
    if rule.concerns_from is not None and case.today < case.at(rule.concerns_from):
        return False
    if rule.start_since is None and rule.start_until is None:
        return True
    begun = begun_on(rule, case)
    early = rule.start_since is not None and begun < case.at(rule.start_since)
    late = rule.start_until is not None and begun >= case.at(rule.start_until)
    return not early and not late


def _reckoned(rule: Rule, case: Case, entry: date) -> Status | None:
    if rule.kind is Kind.SEASON:
        return season(rule, case, entry)
    if rule.kind is Kind.PREGNANCY:
        return pregnancy(rule, case)
    return merged(rule, case, outlooks(rule, case, entry))


def _after(status: Status, first: Status | None) -> Status:
    """A booster waits for the first series of its antigens."""
    if first is None or first.state is State.COMPLETE or not status.step:
        return status
    if set(first.antigens).isdisjoint(status.antigens):
        return status
    reason = Reason(Why.SERIES_FIRST, about=first.id, words=first.rule.label)
    return replace(status, state=State.NOT_ELIGIBLE_YET, reasons=(*status.reasons, reason), overdue_from=None)


def _is_mandatory(rule: Rule, case: Case) -> bool:
    return any(_binds(duty, case) for duty in case.calendar.duties if rule.id in duty.rules)


def _binds(duty: Duty, case: Case) -> bool:
    born = (duty.born_from is None or case.birth >= duty.born_from) and (
        duty.born_before is None or case.birth < duty.born_before
    )
    young = duty.until is None or case.today < case.at(duty.until)
    return born and young and duty.since <= case.today and (not duty.any_of or case.has_any(duty.any_of))


def _with_obligations(statuses: list[Status], case: Case) -> Iterator[Status]:
    """The statuses in the order of the calendar, with those that only gather others."""
    found = {one.id: one for one in statuses}
    for rule in case.calendar.rules:
        if rule.kind is not Kind.OBLIGATION:
            if rule.id in found:
                yield found[rule.id]
            continue
        parts = [found[name] for name in rule.rules if name in found]
        if (
            parts
            and rule.holds(case.calendar.nearest(case.today))
            and (entry := _entry(rule, case)) is not None
            and entry <= case.today
        ):
            worst = min(parts, key=lambda one: _WORST.index(one.state) if one.state in _WORST else len(_WORST))
            reasons = tuple(Reason(Why.OTHER_RULE, one.recommended, one.id, one.rule.label) for one in parts)
            yield Status(
                rule, worst.state, recommended=worst.recommended, reasons=reasons, mandatory=_is_mandatory(rule, case)
            )


def _is_listed(status: Status, case: Case) -> bool:
    """Not what is far away, nor what was closed long ago."""
    numbers = case.numbers
    if status.state is State.CLOSED:
        return status.closes is None or case.today < numbers.closed_for.after(status.closes)
    far = (status.rule.ahead or numbers.ahead).after(case.today)
    distant = status.recommended is not None and status.recommended > far
    waiting = status.state in {State.NOT_ELIGIBLE_YET, State.UP_TO_DATE, State.OUT_OF_SEASON}
    return not (distant and waiting)


def _uncounted(statuses: Iterable[Status]) -> tuple[Uncounted, ...]:
    """Doses that one rule does not count for an antigen, and no other counts for it either."""
    statuses = list(statuses)
    counted = {(id(dose), name) for one in statuses for dose in one.doses for name in one.rule.antigens}
    found: dict[tuple[int, tuple[str, ...]], Uncounted] = {}
    for one in (one for status in statuses for one in status.uncounted):
        left = tuple(name for name in one.antigens if (id(one.dose), name) not in counted)
        if left:
            found.setdefault((id(one.dose), left), replace(one, antigens=left))
    return tuple(sorted(found.values(), key=lambda one: one.dose.day))
