"""The vaccination calendar («calendrier des vaccinations»): rules as values, read from a dated file by `loading`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from dmp.services.tables import Mark
from dmp.services.vaccination.spans import NO_TIME, Span

OLDEST = Span(months=12 * 130)
Words = tuple[str, str]
"""French, English."""


class Kind(StrEnum):
    """How a rule reckons."""

    SERIES = "series"
    """Doses one after another; a single booster at an age is a series of one that ignores earlier doses."""
    FIXED = "fixed"
    """A booster at fixed ages, which a recent dose moves to the next one."""
    SEASON = "season"
    """A dose in each campaign."""
    PREGNANCY = "pregnancy"
    """A dose in each pregnancy, by weeks of amenorrhoea."""
    RENEWAL = "renewal"
    """A dose when the last one is too old."""
    REPLACEMENT = "replacement"
    """A dose of one product, at a distance from doses of others."""
    OBLIGATION = "obligation"
    """No dose of its own: the state of other rules, for whom they bind."""


class Live(StrEnum):
    """Whether a vaccine is live, and how it is given: only two injected ones must keep their distance (DEC-69)."""

    NO = "no"
    INJECTED = "injected"
    ORAL = "oral"
    NASAL = "nasal"


@dataclass(frozen=True)
class Antigen:
    """What a dose protects from («valence»)."""

    id: str
    label: Words


@dataclass(frozen=True)
class Condition:
    """A condition that rules ask about: told by its holder, or inferred from a coded problem.

    `codes` are beginnings of codes by system. `past`: a disease that is over still counts.
    """

    id: str
    label: Words
    codes: Mapping[str, tuple[str, ...]]
    past: bool = False


@dataclass(frozen=True)
class Season:
    """A campaign that comes back each year; `start` and `end` are (month, day), `dates` those of single years."""

    id: str
    label: Words
    start: tuple[int, int]
    end: tuple[int, int]
    counts_from: tuple[int, int]
    """From this day on, a dose is one of the campaign to come."""
    dates: Mapping[int, tuple[date, date]] = field(default_factory=dict[int, tuple[date, date]])

    def campaign(self, today: date) -> "Campaign":
        """The campaign that doses of this day count for."""
        year = today.year if today >= self._from(today.year) else today.year - 1
        return self.of(year)

    def of(self, year: int) -> "Campaign":
        """The campaign that begins in a year."""
        start, end = self.dates.get(year, (date(year, *self.start), self._end(year)))
        return Campaign(f"{self.id}-{year}", start, end, min(start, self._from(year)), self._from(year + 1), year)

    def _from(self, year: int) -> date:
        return date(year, *self.counts_from)

    def _end(self, year: int) -> date:
        return date(year + (self.end < self.start), *self.end)


@dataclass(frozen=True)
class Campaign:
    """One of them; doses count from `counts_from`, and before `counts_until`."""

    id: str
    start: date
    end: date
    counts_from: date
    counts_until: date
    year: int


@dataclass(frozen=True)
class Group:
    """Whom a rule is for; several conditions mean any of them (DEC-69). `until` is the age from which it is not."""

    min_age: Span = NO_TIME
    until: Span | None = None
    sex: str = ""
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Closing:
    """The age from which a rule is closed, for whom has one of the conditions, if there are any, from a day on."""

    until: Span
    any_of: tuple[str, ...] = ()
    since: date | None = None


@dataclass(frozen=True)
class Step:
    """One dose of a scheme. `interval` and `min_interval` are from the dose before."""

    age: Span | None = None
    min_age: Span = NO_TIME
    window: Span | None = None
    """Due until this age (DEC-64)."""
    until: Span | None = None
    """Closed from this age on."""
    interval: Span | None = None
    min_interval: Span | None = None
    window_interval: Span | None = None
    """Due until so long after the dose before."""
    sooner: Span | None = None
    """The minimal interval for whom has one of `sooner_if`."""
    sooner_if: tuple[str, ...] = ()
    first_before: Span | None = None
    """Only for whom got the first dose before this age."""


@dataclass(frozen=True)
class Scheme:
    """The doses of who began at an age, with a product, under conditions; `catch_up` («rattrapage»)."""

    steps: tuple[Step, ...]
    catch_up: bool = False
    since: Span = NO_TIME
    until: Span | None = None
    antigens: tuple[str, ...] = ()
    product: str = ""
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wait:
    """A distance to keep from a dose of something else, or from the day of a condition."""

    interval: Span
    antigens: tuple[str, ...] = ()
    condition: str = ""


@dataclass(frozen=True)
class Earlier:
    """Earlier products, all of them or any other, and how long after the last the replacement comes."""

    products: tuple[str, ...]
    interval: Span


@dataclass(frozen=True)
class Rule:
    """A line of the calendar. Dates `since` and `until` say when it holds; what has no use for a kind is empty."""

    id: str
    kind: Kind
    label: Words
    antigens: tuple[str, ...]
    mark: Mark
    source: str
    since: date
    until: date | None = None
    note: Words = ("", "")
    live: Live = Live.NO
    optional: bool = False
    """May be offered: never due, never reminded of."""
    born_from: date | None = None
    born_before: date | None = None
    groups: tuple[Group, ...] = (Group(),)
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    concerns_from: Span | None = None
    """Of no concern to whom is younger: another rule has him."""
    start_since: Span | None = None
    start_until: Span | None = None
    """For whom began, or is today, at an age from `start_since` and below `start_until`."""
    ignore_before: Span | None = None
    """Doses before this age only measure the interval of the first step."""
    after: str = ""
    """A rule that must be complete first."""
    closings: tuple[Closing, ...] = ()
    antigen_until: Mapping[str, Span] = field(default_factory=dict[str, Span])
    schemes: tuple[Scheme, ...] = ()
    repeat: Span | None = None
    waits: tuple[Wait, ...] = ()
    after_uncounted: Span | None = None
    contraindicated: tuple[str, ...] = ()
    immune_by: tuple[str, ...] = ()
    ahead: Span | None = None
    ages: tuple[Span, ...] = ()
    every: Span | None = None
    """After the last of `ages`, or since the last dose of a renewal."""
    recent: Span | None = None
    """A dose so long before a fixed age moves it to the next one."""
    recent_without: tuple[str, ...] = ()
    """Only a dose without these moves it; one with them drops them."""
    season: str = ""
    interval: Span | None = None
    shorter: Span | None = None
    shorter_for: tuple[Group, ...] = ()
    first_ever_until: Span | None = None
    """Two doses in the first campaign of whom is younger."""
    once: bool = False
    weeks_from: Span = NO_TIME
    weeks_until: Span = NO_TIME
    counts_from: Span = NO_TIME
    completes: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    other_earlier: Span | None = None
    rules: tuple[str, ...] = ()

    @cached_property
    def fixed_ages(self) -> tuple[Span, ...]:
        """`ages`, and what comes `every` so often after the last of them, up to the oldest age there is."""
        if self.every is None or not self.ages:
            return self.ages
        last, every = self.ages[-1], self.every
        months = range(last.months + every.months, OLDEST.months, max(every.months, 1))
        return (*self.ages, *(Span(one, last.days) for one in months))

    def holds(self, today: date) -> bool:
        """Whether the rule is in force."""
        return self.since <= today and (self.until is None or today < self.until)


@dataclass(frozen=True)
class Duty:
    """Whom rules bind by law («obligation vaccinale»), from a day on."""

    rules: tuple[str, ...]
    since: date
    source: str
    born_from: date | None = None
    born_before: date | None = None
    until: Span | None = None
    """Up to this age."""
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbers:
    """What holds for all rules."""

    tolerance: Span
    """Earlier than a minimal age or interval, and it still counts (DEC-62)."""
    upcoming: Span
    grace_infant: Span
    grace_child: Span
    grace_adult: Span
    after_uncounted: Span
    live_interval: Span
    unknown_from: Span
    """From this age on, no fact at all is no answer (DEC-65)."""
    ahead: Span
    """What begins later is not listed."""
    closed_for: Span
    """What closed longer ago, with no dose, is not listed."""
    pregnancy: Span
    due_date: Span
    """From the last period to the estimated day of birth."""


@dataclass(frozen=True)
class Calendar:
    """A whole rule set («jeu de règles»), valid from a day."""

    id: str
    version: str
    title: Words
    source: str
    since: date
    until: date | None
    numbers: Numbers
    antigens: Mapping[str, Antigen]
    conditions: Mapping[str, Condition]
    seasons: Mapping[str, Season]
    duties: tuple[Duty, ...]
    rules: tuple[Rule, ...]
    anaphylaxis: frozenset[str] = frozenset()
    """Codes of reactions, and criticalities, that make an allergy a contraindication."""
    resolved: frozenset[str] = frozenset()
    """Codes of a problem that is over."""

    def covers(self, today: date) -> bool:
        """Whether the set is valid on a day."""
        return self.since <= today and (self.until is None or today < self.until)

    def nearest(self, today: date) -> date:
        """A day, or the nearest one that the set covers: out of date, it answers as on its last day (DEC-67)."""
        last = self.until - timedelta(days=1) if self.until is not None else today
        return max(min(today, last), self.since)

    @cached_property
    def ages(self) -> frozenset[Span]:
        """Every age on which a rule begins or ceases to concern somebody."""
        found = {self.numbers.unknown_from}
        for rule in self.rules:
            own = (rule.concerns_from, rule.start_since, rule.start_until, rule.ignore_before, rule.first_ever_until)
            found.update(age for age in own if age is not None)
            found.update(rule.antigen_until.values())
            found.update(one.until for one in rule.closings)
            found.update(rule.fixed_ages)
            found.update(_ends(rule.groups), _ends(rule.shorter_for), _ends(rule.schemes))
        return frozenset(found - {NO_TIME})

    @property
    def name(self) -> str:
        """What a reminder says of the set that it came from."""
        return f"{self.id} {self.version}"


def _ends(parts: "Iterable[Group | Scheme]") -> Iterable[Span]:
    """The ages from which and until which something holds."""
    for one in parts:
        yield one.min_age if isinstance(one, Group) else one.since
        if one.until is not None:
            yield one.until


def calendar_on(today: date, calendars: Iterable[Calendar]) -> Calendar:
    """The set of a day; where none covers it, the latest earlier one, else the first of all (DEC-67).

    Raises:
        ValueError: there is none at all.
    """
    ordered = sorted(calendars, key=lambda one: one.since)
    if not ordered:
        raise ValueError("no calendar")
    begun = [one for one in ordered if one.since <= today]
    return begun[-1] if begun else ordered[0]
