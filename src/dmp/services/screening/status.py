"""Where somebody stands in a programme today, with dates and reasons (vaccination-screening 2.2; DEC-75, DEC-76)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.dtm import PARIS
from dmp.record.patient import Sex
from dmp.services.chart import Chart, Person
from dmp.services.days import birthday, days_after, months_after
from dmp.services.screening.course import Course, Round, course_of
from dmp.services.screening.evidence import told_of
from dmp.services.screening.exclusions import chosen, exclusions_of
from dmp.services.screening.index import index_of
from dmp.services.screening.programmes import Outcome, Phase, Programme, Programmes
from dmp.services.screening.state import REFUSABLE, REMINDED, State, Status, Why


def statuses(chart: Chart, rules: Programmes) -> tuple[Status, ...]:
    """One for each programme, from what the viewer may see; nothing about a dead person."""
    if chart.person.deceased:
        return ()
    index = index_of(chart)
    looks = (_look(programme, index.narrowed(programme), rules) for programme in rules.programmes)
    return tuple(look.status() for look in looks)


def _look(programme: Programme, chart: Chart, rules: Programmes) -> "_Look":
    told = told_of(programme, chart, rules.same_exam_days)
    blank = Status(
        programme,
        State.NOT_ELIGIBLE,
        chart.today,
        rules.version,
        exams=told.exams[::-1],
        exclusions=exclusions_of(programme, chart),
        set_aside=told.set_aside,
    )
    return _Look(programme, chart, rules, course_of(programme, told.exams), blank)


@dataclass(frozen=True)
class _Look:
    """One programme looked at for one chart; `blank` is the status before anything is concluded."""

    programme: Programme
    chart: Chart
    rules: Programmes
    course: Course
    blank: Status

    @property
    def today(self) -> date:
        return self.chart.today

    def status(self) -> Status:
        """The first of these that has something to say."""
        out = self._not_for_this_person()
        if out is not None and not self._work_up_open:
            return out
        return self._excluded() or self._open() or self._asked()

    @property
    def _work_up_open(self) -> bool:
        """A positive result outlives the ages of the programme."""
        return self.course.last is not None and self.course.last.is_open

    def _not_for_this_person(self) -> Status | None:
        birth = self.chart.person.birth
        suits, why = _suits(self.programme, self.chart)
        if suits is False:
            return self._say(State.NOT_ELIGIBLE, why)
        if birth is None:
            return self._say(State.UNKNOWN, Why.NO_BIRTH)
        if _phase_on(self.programme, birth, self.today) is None:
            coming = _next_phase(self.programme, birth, self.today)
            if coming is None:
                return self._say(State.NOT_ELIGIBLE, Why.TOO_OLD)
            return replace(self._say(State.NOT_ELIGIBLE, Why.TOO_YOUNG), due=birthday(birth, coming.from_age))
        return self._say(State.UNKNOWN, why) if suits is None else None

    def _say(self, state: State, *reasons: Why) -> Status:
        return replace(self.blank, state=state, reasons=reasons)

    def _excluded(self) -> Status | None:
        """For good by a document or the holder; an open work-up goes before all but a cancer under care."""
        for found in self.blank.exclusions:
            if not found.excludes or (self._work_up_open and not found.leaves):
                continue
            return replace(self._say(State.EXCLUDED, Why.EXCLUSION), until=found.until)
        return None

    def _open(self) -> Status | None:
        last = self.course.last
        if last is None or not last.is_open:
            return None
        since = last.positive_since or last.first.day
        late = not last.work_up and (self.today - since).days >= self.rules.work_up_days
        reasons = (Why.NO_WORK_UP_SEEN,) if late else ()
        return replace(self._say(State.WORK_UP, *reasons), since=since)

    def _asked(self) -> Status:
        """What is to be done next, or what was; then what the person says of it."""
        computed = self._postponed() or self._timed(self._next())
        if computed.state not in REFUSABLE:
            return computed
        refused = next(self._about(ChoiceKind.DECLINED), None)
        if refused is not None:
            return replace(computed, state=State.DECLINED, refused=refused, until=refused.until, since=_day(refused))
        return self._declared(computed)

    def _about(self, kind: ChoiceKind) -> Iterator[HealthChoice]:
        return (choice for choice in chosen(self.chart, kind, self.today) if choice.subject == self.programme.id)

    def _postponed(self) -> Status | None:
        """A full colonoscopy stands for the test for five years."""
        until = self.course.postponed
        if until is None or until <= self.today:
            return None
        by = self.course.postponed_by
        since, due = (by.day if by is not None else None), self._within(until)
        status = replace(self._say(State.EXCLUDED, Why.POSTPONED), until=until, since=since, due=due)
        return replace(status, step=self._step(due)) if due is not None else status

    def _next(self) -> Status:
        """The state before today is looked at: what the last round gave, and the day of the next test."""
        last = self.course.last
        if last is None or self._belongs_to_a_former_age(last):
            return self._first()
        if last.control is not None:
            return self._after(last, State.CLOSED, last.control, Why.CONTROL)
        if last.outcome is Outcome.NOT_INTERPRETABLE:
            again = months_after(last.first.day, last.first.test.repeat_months)
            return self._after(last, State.NOT_INTERPRETABLE, again, Why.NEW_TEST)
        due = self._interval(last)
        if last.awaits_second_reading:
            waited = (self.today - last.first.day).days > self.rules.second_reading_days
            return self._after(last, State.PENDING, due, *((Why.SECOND_READING_LATE,) if waited else ()))
        if last.closed is not None:
            return self._after(last, State.CLOSED, due)
        state = State.NORMAL if last.outcome is Outcome.NEGATIVE else State.DONE
        return self._after(last, state, due)

    def _belongs_to_a_former_age(self, last: Round) -> bool:
        """What is once at each age begins anew at the next one."""
        return not self._phase.gaps and last.first.day < birthday(self._birth, self._phase.from_age)

    def _first(self) -> Status:
        phase = self._phase
        due = max(birthday(self._birth, phase.from_age), self.course.postponed or date.min)
        why = Why.NEVER_SEEN if phase.gaps else Why.ONCE
        return replace(self._say(State.ELIGIBLE, why), due=due, step=phase.test)

    def _after(self, last: Round, state: State, due: date | None, *reasons: Why) -> Status:
        within = self._within(due)
        if due is not None and within is None:
            reasons = (*reasons, Why.LAST_TEST)
        status = replace(self._say(state, *reasons), since=last.first.day, due=within)
        return replace(status, step=self._step(within)) if within is not None else status

    @property
    def _birth(self) -> date:
        return self.chart.person.birth or self.today

    @property
    def _phase(self) -> Phase:
        return _phase_on(self.programme, self._birth, self.today) or self.programme.phases[-1]

    def _step(self, due: date) -> str:
        """The test of the age on which it is due, and at the earliest of the age today."""
        phase = _phase_on(self.programme, self._birth, max(due, self.today))
        return phase.test if phase is not None else self._phase.test

    def _within(self, due: date | None) -> date | None:
        """Nothing is due after the last birthday of the programme."""
        last = self.programme.phases[-1].until_age
        return due if due is not None and due < birthday(self._birth, last) else None

    def _interval(self, last: Round) -> date:
        """When the next test is due after the last round that counts, in the phase of today."""
        phase, test = self._phase, last.first.test.counts_as
        start = birthday(self._birth, phase.from_age)
        if not phase.gaps:
            coming = _next_phase(self.programme, self._birth, self.today)
            return birthday(self._birth, coming.from_age) if coming is not None else date.max
        if test != phase.test:
            months = phase.after_others.get(test)
            due = start if months is None else months_after(last.first.day, months)
        else:
            number = sum(one.first.test.counts_as == test and one.counts for one in self.course.rounds)
            due = months_after(last.first.day, phase.gaps[min(max(number, 1), len(phase.gaps)) - 1])
        return max(due, self.course.postponed or due, start)

    def _timed(self, status: Status) -> Status:
        """Due from some days before, overdue long after; a first test that nobody has seen stays `eligible`."""
        due = status.due
        if due is None or status.state is State.ELIGIBLE or not self._phase.gaps:
            return self._invited(status)
        if self.today < days_after(due, -self.rules.due_before_days):
            return status
        if status.state is State.NOT_INTERPRETABLE and self.today <= days_after(due, self.rules.overdue_after_days):
            return self._invited(status)
        late = self.today > days_after(due, self.rules.overdue_after_days)
        reasons = tuple(why for why in status.reasons if why is not Why.SECOND_READING_LATE)
        if self._within(months_after(due, self._phase.gaps[-1])) is None:
            reasons = (*reasons, Why.LAST_TIME)
        return self._invited(replace(status, state=State.OVERDUE if late else State.DUE, reasons=reasons))

    def _invited(self, status: Status) -> Status:
        """A letter that came after the last test; what is late stays late."""
        letters = (one for one in self.chart.invitations if one.programme == self.programme.id)
        after = self.course.last.first.day if self.course.last is not None else date.min
        invited = max((one.day for one in letters if after < one.day <= self.today), default=None)
        if status.state not in REMINDED or invited is None:
            return status
        if status.state not in (State.ELIGIBLE, State.DUE):
            return replace(status, invited=invited)
        return replace(status, state=State.INVITED, since=invited, invited=invited)

    def _declared(self, status: Status) -> Status:
        """A statement stops reminders for some months, and is never as strong as a document (SC-3)."""
        declared = max(self._about(ChoiceKind.DONE), key=lambda choice: choice.written, default=None)
        if declared is None:
            return status
        done, said = declared.day or _day(declared), _day(declared)
        seen = self.course.last.first.day if self.course.last is not None else date.min
        if done > self.today or done <= seen or months_after(done, self._longest) <= self.today:
            return status
        until = months_after(said, self.rules.declared_months)
        if until <= self.today:
            return replace(status, reasons=(*status.reasons, Why.DECLARED_LAPSED), declared=declared)
        return replace(
            status, state=State.DECLARED, reasons=(Why.DECLARED_ONLY,), declared=declared, since=done, until=until
        )

    @property
    def _longest(self) -> int:
        """Months after which a test is too old to matter."""
        return self._phase.gaps[-1] if self._phase.gaps else (self._phase.until_age - self._phase.from_age) * 12


def _day(choice: HealthChoice) -> date:
    return choice.written.astimezone(PARIS).date()


def _suits(programme: Programme, chart: Chart) -> tuple[bool | None, Why]:
    """Whether the programme is for this person: by the organ where it is known, else by sex; None when not known."""
    said = {choice.subject for choice in chosen(chart, ChoiceKind.CONDITION, chart.today)}
    if programme.organ and programme.organ in said:
        return True, Why.ORGAN_SAID
    if programme.organ and f"NO_{programme.organ}" in said:
        return False, Why.ORGAN_SAID
    return _by_sex(programme, chart.person)


def _by_sex(programme: Programme, person: Person) -> tuple[bool | None, Why]:
    if person.sex in programme.sexes:
        return True, Why.OTHER_SEX
    return (None, Why.NO_SEX) if person.sex is Sex.UNDETERMINED else (False, Why.OTHER_SEX)


def _phase_on(programme: Programme, birth: date, day: date) -> Phase | None:
    """From the birthday to the day before another one (SC-1)."""
    found = (one for one in programme.phases if birthday(birth, one.from_age) <= day < birthday(birth, one.until_age))
    return next(found, None)


def _next_phase(programme: Programme, birth: date, day: date) -> Phase | None:
    return next((phase for phase in programme.phases if birthday(birth, phase.from_age) > day), None)
