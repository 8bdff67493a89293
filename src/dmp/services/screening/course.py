"""What happened in a programme, examination after examination: from a test to its second reading and its work-up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from dmp.services.days import months_after
from dmp.services.screening.evidence import Exam
from dmp.services.screening.programmes import Outcome, Programme, Role

_LONGEST_ROUND = 12
"""Months after a test in which a second reading or a work-up still belongs to it."""


@dataclass(frozen=True)
class Round:
    """One test and what came of it («tour de dépistage»)."""

    first: Exam
    outcome: Outcome
    second: Exam | None = None
    positive_since: date | None = None
    """Since when a work-up is to be expected; None where nothing positive was found."""
    work_up: tuple[Exam, ...] = ()
    closed: date | None = None
    """The day on which the work-up ended the matter."""
    control: date | None = None
    """When a control is due after it."""

    @property
    def is_open(self) -> bool:
        """Whether something positive waits for the end of its work-up."""
        return self.outcome is Outcome.POSITIVE and self.closed is None

    @property
    def awaits_second_reading(self) -> bool:
        """Whether the first reading is all there is."""
        settled = self.second is not None or self.outcome is Outcome.POSITIVE or self.closed is not None
        return self.first.test.needs_second_reading and not settled

    @property
    def counts(self) -> bool:
        """Whether an interval may be counted from it."""
        return self.closed is not None or self.outcome in (Outcome.NEGATIVE, Outcome.UNKNOWN)

    @property
    def exams(self) -> tuple[Exam, ...]:
        """All its examinations, in order."""
        return (self.first, *((self.second,) if self.second is not None else ()), *self.work_up)


@dataclass(frozen=True)
class Course:
    """The rounds of a programme, oldest first; `postponed` is until when a normal work-up stands for the test."""

    rounds: tuple[Round, ...] = ()
    postponed: date | None = None
    postponed_by: Exam | None = None

    @property
    def last(self) -> Round | None:
        """The newest round."""
        return self.rounds[-1] if self.rounds else None


def course_of(programme: Programme, exams: Iterable[Exam]) -> Course:
    """Go through the examinations in the order of their days."""
    course = Course()
    for exam in exams:
        course = _postponed(_STEPS[exam.test.role](programme, course, exam), exam)
    return course


def _postponed(course: Course, exam: Exam) -> Course:
    if not exam.test.postpones_months:
        return course
    until = months_after(exam.day, exam.test.postpones_months)
    return replace(course, postponed=until, postponed_by=exam)


def _primary(programme: Programme, course: Course, exam: Exam) -> Course:
    """A test begins a round, unless it sorts out the positive one that is open, or may not close it."""
    last = course.last
    if last is not None and last.is_open:
        if last.first.test.counts_as in exam.test.triages:
            return _with_last(course, _triaged(last, exam))
        if programme.positive_stays_open:
            return course
    since = exam.day if exam.outcome is Outcome.POSITIVE else None
    return replace(course, rounds=(*course.rounds, Round(exam, exam.outcome, positive_since=since)))


def _triaged(last: Round, exam: Exam) -> Round:
    """A normal triage closes until the control; a positive one waits for what comes next, from its own day."""
    if exam.outcome is Outcome.POSITIVE:
        return replace(last, second=exam, positive_since=exam.day)
    if exam.outcome is not Outcome.NEGATIVE:
        return replace(last, work_up=(*last.work_up, exam))
    control = months_after(last.first.day, exam.test.control_months)
    return replace(last, work_up=(*last.work_up, exam), closed=exam.day, control=control)


def _second_reading(_programme: Programme, course: Course, exam: Exam) -> Course:
    last = _recent(course, exam)
    if last is None:
        return _alone(course, exam)
    if exam.outcome is Outcome.POSITIVE:
        return _with_last(course, replace(last, second=exam, outcome=Outcome.POSITIVE, positive_since=exam.day))
    settled = Outcome.NEGATIVE if last.outcome is Outcome.UNKNOWN else last.outcome
    outcome = settled if exam.outcome is Outcome.NEGATIVE else last.outcome
    return _with_last(course, replace(last, second=exam, outcome=outcome))


def _work_up(_programme: Programme, course: Course, exam: Exam) -> Course:
    last = _recent(course, exam)
    if last is None:
        return _alone(course, exam)
    done = replace(last, work_up=(*last.work_up, exam))
    if exam.outcome is Outcome.POSITIVE:
        since = last.positive_since or exam.day
        return _with_last(course, replace(done, outcome=Outcome.POSITIVE, positive_since=since))
    if exam.outcome is Outcome.NEGATIVE or (exam.test.closes and last.is_open):
        return _with_last(course, replace(done, closed=exam.day))
    return _with_last(course, done) if last.is_open else course


_STEPS = {Role.PRIMARY: _primary, Role.SECOND_READING: _second_reading, Role.WORK_UP: _work_up}


def _recent(course: Course, exam: Exam) -> Round | None:
    """The round to which it belongs: the newest, while it is open or not too old."""
    last = course.last
    if last is None or last.is_open:
        return last
    return last if exam.day <= months_after(last.first.day, _LONGEST_ROUND) else None


def _alone(course: Course, exam: Exam) -> Course:
    """What came after a test that is not to be seen: it proves the test, where it can."""
    if not exam.test.stands_alone:
        return course
    since = exam.day if exam.outcome is Outcome.POSITIVE else None
    work_up = (exam,) if exam.test.role is Role.WORK_UP else ()
    begun = Round(exam, exam.outcome, second=exam, positive_since=since, work_up=work_up)
    return replace(course, rounds=(*course.rounds, begun))


def _with_last(course: Course, last: Round) -> Course:
    return replace(course, rounds=(*course.rounds[:-1], last))
