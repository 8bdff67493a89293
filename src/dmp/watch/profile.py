"""What the watch remembers of one person: the day at hand, and in numbers the days of work before it.

Bounded: a day holds no more patients than the hard brake lets through, the
past is a line of numbers for each of 28 days, signs are kept for a week.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median

LEARNT = 5
"""Days of work after which a person is compared with himself; before, with his profession."""
LEARNT_OF_MANY = 20
"""Days of work, of anybody, after which a profession is something to compare with."""
MOST_PLACES = 16
LONG = 2000
"""Days that a profession remembers, more or less: then each new one weighs as much as it did until then."""


@dataclass
class Numbers:
    """A day in numbers."""

    patients: float = 0
    hour: float = 0
    """Patients of its busiest hour."""
    unlinked: float = 0
    """Patients whom nothing links to the reader."""
    night: float = 0
    documents: float = 0
    glass: float = 0
    denials: float = 0
    unknown: float = 0
    """Existence tests of persons without a record."""


@dataclass
class Crowd:
    """The mean day of a profession."""

    days: int = 0
    mean: Numbers = field(default_factory=Numbers)

    def add(self, day: Numbers) -> None:
        """One more day of somebody."""
        self.days = min(self.days + 1, LONG)
        for name, value in vars(day).items():
            before = getattr(self.mean, name)
            setattr(self.mean, name, before + (value - before) / self.days)


@dataclass
class Sign:
    """Something odd on one day; `record` is the only one that it is about, when there is only one."""

    rule: str
    day: date
    strength: int
    count: float
    usual: float = 0.0
    record: str = ""


@dataclass
class Today:
    """The day at hand."""

    day: date
    records: dict[str, bool] = field(default_factory=dict[str, bool])
    """Those read, and whether something links them to the reader."""
    hour: int = -1
    in_hour: set[str] = field(default_factory=set[str])
    best_hour: int = 0
    night: set[str] = field(default_factory=set[str])
    glass: set[str] = field(default_factory=set[str])
    away: set[str] = field(default_factory=set[str])
    """Read from a place that was not known."""
    same_name: set[str] = field(default_factory=set[str])
    colleague: set[str] = field(default_factory=set[str])
    flagged: set[str] = field(default_factory=set[str])
    documents: int = 0
    denials: int = 0
    unknown: int = 0
    moves: int = 0
    up: int = 1
    down: int = 1
    """Records in a row in the order of their identifiers, or against it."""
    run: int = 1
    """The longest such row."""

    @property
    def unlinked(self) -> list[str]:
        """The records that nothing links to the reader, in the order in which they were read."""
        return [record for record, linked in self.records.items() if not linked]

    def numbers(self) -> Numbers:
        """What stays of the day."""
        return Numbers(
            patients=len(self.records),
            hour=self.best_hour,
            unlinked=len(self.unlinked),
            night=len(self.night),
            documents=self.documents,
            glass=len(self.glass),
            denials=self.denials,
            unknown=self.unknown,
        )


@dataclass
class Profile:
    """One person."""

    person: str
    today: Today
    profession: str = ""
    structure: str = ""
    history: list[Numbers] = field(default_factory=list[Numbers])
    """The last days of work, the newest at the end."""
    places: dict[str, date] = field(default_factory=dict[str, date])
    place: str = ""
    last_structure: str = ""
    last_at: datetime | None = None
    record: str = ""
    rank: int = 0
    """The last record that was read, and where its identifier stands."""
    lasts: dict[date, int] = field(default_factory=dict[date, int])
    """Records whose last reading is this person's and without a link, by day."""
    signs: list[Sign] = field(default_factory=list[Sign])
    alerted: date | None = None
    alert: str = ""
    alert_score: int = 0

    def usual(self, of: str, crowd: Crowd) -> float | None:
        """What a number is on a median day of his, else on a mean one of his profession; None: nobody can say."""
        if len(self.history) >= LEARNT:
            return median(getattr(day, of) for day in self.history)
        return getattr(crowd.mean, of) if crowd.days >= LEARNT_OF_MANY else None

    @property
    def known(self) -> bool:
        """There is a past to compare with."""
        return len(self.history) >= LEARNT

    def turn_to(self, day: date, crowd: Crowd, *, history: int) -> None:
        """Begin another day; a day without reading is none of work."""
        numbers = self.today.numbers()
        if numbers.patients:
            self.history = [*self.history, numbers][-history:]
            crowd.add(numbers)
        if self.place:
            self.places[self.place] = self.today.day
            newest = sorted(self.places.items(), key=lambda known: known[1])[-MOST_PLACES:]
            self.places = dict(newest)
        self.today = Today(day)


@dataclass
class Reader:
    """Somebody without a care link who read a record; `near` when he has the holder's name, or is a colleague."""

    person: str
    day: date
    near: bool = False


@dataclass
class Notes:
    """What the watch remembers of one record, under its pseudonym."""

    depositors: dict[str, date] = field(default_factory=dict[str, date])
    """Persons and structures who put something into it."""
    readers: list[Reader] = field(default_factory=list[Reader])
    """Those of the last days without a link."""
    last: str = ""
    last_day: date | None = None
    """Whose its last reading is, when nothing links him."""
    flagged: bool = False
    alerted: date | None = None
    alert: str = ""
    alert_score: int = 0
