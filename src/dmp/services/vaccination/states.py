"""What the evaluation says: states, why, and by which doses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from dmp.services.vaccination.calendar import Calendar, Campaign, Group, Numbers, Rule
from dmp.services.vaccination.conditions import Flag, Flags
from dmp.services.vaccination.doses import Dose, History
from dmp.services.vaccination.spans import Span


class State(StrEnum):
    """The state of a rule for a person (DEC-60, vaccination 1.2)."""

    OVERDUE = "overdue"
    DUE = "due"
    UPCOMING = "upcoming"
    MAY_BE_OFFERED = "may_be_offered"
    UP_TO_DATE = "up_to_date"
    PROBABLY_UP_TO_DATE = "probably_up_to_date"
    """It rests on a declared dose (VA-3)."""
    COMPLETE = "complete"
    NOT_ELIGIBLE_YET = "not_eligible_yet"
    OUT_OF_SEASON = "out_of_season"
    CONTRAINDICATED = "contraindicated"
    REFUSED = "refused"
    IMMUNE = "immune_by_disease"
    CLOSED = "closed"
    UNKNOWN = "unknown"


TO_DO = (State.OVERDUE, State.DUE)
OPEN = frozenset({State.OVERDUE, State.DUE, State.UPCOMING, State.MAY_BE_OFFERED, State.OUT_OF_SEASON})
"""States that a contraindication or a refusal takes the place of."""


class Why(StrEnum):
    """A reason; pages have the sentences."""

    TOO_YOUNG = "too-young"
    TOO_SOON = "too-soon"
    AFTER_UNCOUNTED = "after-uncounted"
    LIVE_SPACING = "live-spacing"
    TOO_LATE = "too-late"
    WAIT = "wait"
    CATCH_UP = "catch-up"
    MOVED = "moved"
    SERIES_FIRST = "series-first"
    NO_FACT = "no-fact"
    NO_BIRTH = "no-birth"
    NO_WEEKS = "no-weeks"
    CONDITION = "condition"
    ALLERGY = "allergy"
    REFUSED = "refused"
    DECLINED = "declined"
    DECLARED = "declared"
    UNDATED = "undated"
    OTHER_RULE = "other-rule"
    TWO_DOSES = "two-doses"


@dataclass(frozen=True)
class Reason:
    """One reason, with its day, what it names (an age, a condition, a rule), and the dose that it is about."""

    why: Why
    day: date | None = None
    about: str = ""
    words: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Uncounted:
    """A dose that does not count for some antigens of a rule, and why (VA-7)."""

    dose: Dose
    antigens: tuple[str, ...]
    rule: str
    reason: Reason


@dataclass(frozen=True)
class Outlook:
    """Where a person stands in a rule for one antigen, and what comes next: no step when all is done.

    `last_due` is the last day of the window, before any grace.
    """

    counted: tuple[Dose, ...] = ()
    uncounted: tuple[Uncounted, ...] = ()
    step: int = 0
    steps: int = 0
    catch_up: bool = False
    earliest: date | None = None
    recommended: date | None = None
    last_due: date | None = None
    closes: date | None = None
    """The first day on which it is closed."""
    reasons: tuple[Reason, ...] = ()
    begun: bool = False
    """A dose of the antigen is there, counted or not, or one that another rule counts."""

    def is_closed(self, today: date) -> bool:
        """Whether it is too late."""
        return self.closes is not None and today >= self.closes


@dataclass(frozen=True)
class Status:
    """The state of one rule, with all that it rests on (SV-5)."""

    rule: Rule
    state: State
    key: str = ""
    """Names the step among all those of the rule, for a reminder: the number of the dose, the campaign."""
    step: int = 0
    steps: int = 0
    catch_up: bool = False
    antigens: tuple[str, ...] = ()
    """What the next dose is for."""
    earliest: date | None = None
    recommended: date | None = None
    overdue_from: date | None = None
    closes: date | None = None
    doses: tuple[Dose, ...] = ()
    uncounted: tuple[Uncounted, ...] = ()
    reasons: tuple[Reason, ...] = ()
    flags: tuple[Flag, ...] = ()
    mandatory: bool = False
    campaign: Campaign | None = None

    @property
    def id(self) -> str:
        """The id of its rule."""
        return self.rule.id


@dataclass(frozen=True)
class Case:
    """Who is looked at, as rules see him. `birth` is known."""

    birth: date
    sex: str
    today: date
    flags: Flags
    history: History
    calendar: Calendar
    allergies: Mapping[str, Reason]
    """By antigen: a vaccine that the person must not have."""

    @property
    def numbers(self) -> Numbers:
        """What holds for all rules."""
        return self.calendar.numbers

    def at(self, age: Span) -> date:
        """The day of an age."""
        day = self._days.get(age)
        if day is None:
            day = self._days[age] = age.after(self.birth)
        return day

    def has_any(self, flags: tuple[str, ...]) -> bool:
        """Whether one of these conditions is there."""
        return any(one in self.flags for one in flags)

    def tolerated(self, day: date) -> date:
        """The first day that still counts as this one (DEC-62)."""
        return self.numbers.tolerance.before(day)

    def grace_after(self, recommended: date) -> Span:
        """How long after its day a dose is due, by the age on that day (DEC-69)."""
        if recommended < self.at(Span(months=24)):
            return self.numbers.grace_infant
        return self.numbers.grace_child if recommended < self.at(Span(months=216)) else self.numbers.grace_adult

    def entry(self, group: Group) -> date | None:
        """The day from which a group is met; None when it is not, or no longer on that day or today."""
        if group.sex and group.sex != self.sex:
            return None
        if group.until is not None and self.today >= self.at(group.until):
            return None
        began = self.at(group.min_age)
        if not group.any_of:
            return began
        days = [max(began, flag.since or flag.told) for one in group.any_of if (flag := self.flags.get(one))]
        return min(days, default=None)

    def doses_of(self, antigen: str) -> tuple[Dose, ...]:
        """Doses of an antigen, by day."""
        return self._by_antigen.get(antigen, ())

    @cached_property
    def _days(self) -> dict[Span, date]:
        return {}

    @cached_property
    def _by_antigen(self) -> Mapping[str, tuple[Dose, ...]]:
        found: dict[str, list[Dose]] = {}
        for dose in self.history.doses:
            for antigen in dose.antigens:
                found.setdefault(antigen, []).append(dose)
        return {antigen: tuple(doses) for antigen, doses in found.items()}
