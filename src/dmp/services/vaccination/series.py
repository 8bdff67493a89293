"""Doses one after another: which count, which scheme they follow, and when the next one comes (vaccination 1.2).

Nothing is ever restarted: a late series goes on where it stopped (VA-6).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from dmp.services.vaccination.calendar import Live, Rule, Scheme, Step
from dmp.services.vaccination.doses import Dose
from dmp.services.vaccination.spans import NO_TIME, Span
from dmp.services.vaccination.states import Case, Outlook, Reason, Uncounted, Why


def series(rule: Rule, case: Case, antigen: str, entry: date) -> Outlook:
    """Where a person stands in a series for an antigen; `entry` is the day on which he came to be concerned.

    What does not count names no antigen: those with the same doses and schemes share one answer.
    """
    doses = case.doses_of(antigen)
    former = tuple(dose for dose in doses if _is_former(rule, case, dose))
    own = doses[len(former) :]
    start = _start(rule, case, antigen, own)
    last = former[-1].day if former else None
    walks = [_Walk(rule, case, scheme, [], [], last) for scheme in _schemes(rule, case, antigen, *start)]
    found = [_follow(walk, own, entry) for walk in walks]
    if not found:
        ends = (case.at(one.until) for one in rule.schemes if one.until is not None)
        return Outlook(begun=bool(doses), step=1, steps=1, closes=max(ends, default=case.birth))
    done = [one for one in found if not one.step]
    return replace((done or found)[0], begun=bool(doses))


def _is_former(rule: Rule, case: Case, dose: Dose) -> bool:
    return rule.ignore_before is not None and dose.day < case.tolerated(case.at(rule.ignore_before))


def _start(rule: Rule, case: Case, antigen: str, doses: tuple[Dose, ...]) -> tuple[date, frozenset[str]]:
    """The day on which the series began, with its product; today where it has not."""
    for dose in doses:
        for scheme in _schemes(rule, case, antigen, dose.day, dose.products):
            if dose.day >= case.tolerated(case.at(scheme.steps[0].min_age)):
                return dose.day, dose.products
    return case.today, frozenset()


def begun_on(rule: Rule, case: Case) -> date:
    """The day of the first dose of a rule that was not too early for any scheme, or today."""
    least = min((case.tolerated(case.at(scheme.steps[0].min_age)) for scheme in rule.schemes), default=case.birth)
    doses = (dose.day for antigen in rule.antigens for dose in case.doses_of(antigen))
    return min((day for day in doses if day >= least), default=case.today)


def _schemes(rule: Rule, case: Case, antigen: str, day: date, products: frozenset[str]) -> Iterator[Scheme]:
    for scheme in rule.schemes:
        begins = day >= case.at(scheme.since) and (scheme.until is None or day < case.at(scheme.until))
        fits = (not scheme.antigens or antigen in scheme.antigens) and (
            not scheme.product or scheme.product in products
        )
        if begins and fits and (not scheme.any_of or case.has_any(scheme.any_of)):
            yield scheme


@dataclass
class _Walk:
    """Doses that were counted so far, and the last ones of each sort."""

    rule: Rule
    case: Case
    scheme: Scheme
    counted: list[Dose]
    uncounted: list[Uncounted]
    last: date | None
    last_uncounted: date | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that are for this person."""
        first = self.counted[0].day if self.counted else self.case.today
        return tuple(
            step for step in self.scheme.steps if step.first_before is None or first < self.case.at(step.first_before)
        )

    def take(self, dose: Dose) -> None:
        """Count a dose, or say why not."""
        reason = self.refusal(dose)
        if reason is None:
            self.counted.append(dose)
            self.last = dose.day
        else:
            self.uncounted.append(Uncounted(dose, (), self.rule.id, reason))
            if self.rule.ignore_before is not None and not self.counted:
                self.last = dose.day  # no booster, but a dose that the booster keeps its distance from
            else:
                self.last_uncounted = dose.day

    def refusal(self, dose: Dose) -> Reason | None:
        """Why a dose does not count."""
        number = len(self.counted)
        if number >= len(self.steps):
            return None
        step = self.steps[number]
        late = step.until is not None and dose.day >= self.case.at(step.until)
        if late and step.until is not None:
            return Reason(Why.TOO_LATE, dose.day, step.until.text)
        early = (reason for reason, least in self._limits(step, dose) if dose.day < self.case.tolerated(least))
        return next(early, None)

    def _limits(self, step: Step, dose: Dose) -> Iterator[tuple[Reason, date]]:
        """The days that a dose may not come before, with what is said when it does."""
        case = self.case
        yield Reason(Why.TOO_YOUNG, dose.day, step.min_age.text), case.at(step.min_age)
        if self.last is not None:
            least = _least(step, case)
            yield Reason(Why.TOO_SOON, self.last, least.text), least.after(self.last)
        if self.last_uncounted is not None:
            apart = _after_uncounted(self.rule, case)
            yield Reason(Why.AFTER_UNCOUNTED, self.last_uncounted, apart.text), apart.after(self.last_uncounted)
        other = _live_before(self.rule, case, dose.day)
        if other is not None:
            spacing = case.numbers.live_interval
            yield Reason(Why.LIVE_SPACING, other, spacing.text), spacing.after(other)


def _follow(walk: _Walk, own: tuple[Dose, ...], entry: date) -> Outlook:
    scheme, rule = walk.scheme, walk.rule
    for dose in own:
        walk.take(dose)
    outlook = Outlook(counted=tuple(walk.counted), uncounted=tuple(walk.uncounted), catch_up=scheme.catch_up)
    number, steps = len(walk.counted), walk.steps
    if number < len(steps):
        return _next(replace(outlook, step=number + 1, steps=len(steps)), walk, steps[number], entry)
    if rule.repeat is not None and walk.last is not None:
        return _next(replace(outlook, step=number + 1, steps=0), walk, Step(interval=rule.repeat), entry)
    return replace(outlook, steps=len(steps))


def _next(outlook: Outlook, walk: _Walk, step: Step, entry: date) -> Outlook:
    """The days of the next step: recommended, earliest, last of its window, closing (1.2-4)."""
    case, last = walk.case, walk.last
    waits = _waits(walk)
    least = [case.at(step.min_age), *(day for _, day in waits)]
    concerned = step.age is None or (_is_conditional(walk.rule) and not walk.counted)
    wanted = [entry] if concerned else []
    if last is not None and not (outlook.step == 1 and step.min_interval is None):
        least.append(_least(step, case).after(last))
        wanted.append((step.interval or step.min_interval or NO_TIME).after(last))
    if step.age is not None:
        wanted.append(case.at(step.age))
    earliest = max(least)
    recommended = max(earliest, *wanted) if wanted else earliest
    windows = [case.at(step.window)] if step.window is not None else []
    if step.window_interval is not None and last is not None:
        windows.append(step.window_interval.after(last))
    closes = [case.at(step.until)] if step.until is not None else []
    return replace(
        outlook,
        earliest=earliest,
        recommended=recommended,
        last_due=max([recommended, *windows]),
        closes=min(closes, default=None),
        reasons=tuple(reason for reason, day in waits if day > case.today),
    )


def _is_conditional(rule: Rule) -> bool:
    """Whether a rule concerns people because of something else than their age."""
    return bool(rule.any_of) or any(group.any_of for group in rule.groups)


def _waits(walk: _Walk) -> list[tuple[Reason, date]]:
    """Distances to keep from what was not counted, from other live vaccines, from a disease."""
    case, rule = walk.case, walk.rule
    found: list[tuple[Reason, date]] = []
    if walk.last_uncounted is not None and (walk.last is None or walk.last_uncounted >= walk.last):
        after = _after_uncounted(rule, case)
        found.append((Reason(Why.AFTER_UNCOUNTED, walk.last_uncounted, after.text), after.after(walk.last_uncounted)))
    other = _live_before(rule, case, case.today)
    if other is not None:
        spacing = case.numbers.live_interval
        found.append((Reason(Why.LIVE_SPACING, other, spacing.text), spacing.after(other)))
    for wait in rule.waits:
        days = [dose.day for antigen in wait.antigens for dose in case.doses_of(antigen)]
        flag = case.flags.get(wait.condition)
        if flag is not None and flag.since is not None:
            days.append(flag.since)
        if days:
            found.append((Reason(Why.WAIT, max(days), wait.interval.text), wait.interval.after(max(days))))
    return found


def _live_before(rule: Rule, case: Case, day: date) -> date | None:
    """The last injected live vaccine of another kind before a day: "same day or four weeks" (DEC-69)."""
    if rule.live is not Live.INJECTED:
        return None
    return max(
        (
            dose.day
            for dose in case.history.doses
            if dose.live is Live.INJECTED and dose.day < day and dose.antigens.isdisjoint(rule.antigens)
        ),
        default=None,
    )


def _least(step: Step, case: Case) -> Span:
    if step.sooner is not None and case.has_any(step.sooner_if):
        return step.sooner
    return step.min_interval or NO_TIME


def _after_uncounted(rule: Rule, case: Case) -> Span:
    return rule.after_uncounted or case.numbers.after_uncounted
