"""A quiet population: 100 professionals at work for 20 days, and the people they care for (T-DETECT).

Seeded. What makes a real month uneven is there: weekdays, Wednesdays and
Saturdays of some, weeks of leave, a day twice as busy, new patients, second
practices, on-call nights, the glass broken where it should be, namesakes,
colleagues as patients, software that asks before consent is declared.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from dmp.record.actor import Mode
from dmp.record.dtm import PARIS
from dmp.record.verb import Verb

FIRST_DAY = date(2026, 3, 2)
"""A Monday."""
DAYS = 20
"""Of the calendar, so that the quiet of two week-ends is in it; three weeks but a day."""
BEFORE = 90
"""Days before the first one on which people were already cared for."""
FAMILIES = 400
GP, NURSE, PHARMACIST, SPECIALIST, WARD, EMERGENCY, DISPATCHER, PHYSIO = range(8)


@dataclass(frozen=True)
class Habit:
    """How one kind of professional works."""

    profession: str
    count: int
    patients: tuple[int, int]
    """On a day of work, from the quietest to the busiest."""
    panel: int
    """People whom he knows."""
    new: float
    """Of his patients of a day, those whom he does not."""
    feeds: float
    """Of them, those whose record he writes into, mostly after having read it."""
    hours: tuple[int, int]
    structure: int = 1
    """How many work in one structure."""
    nights: float = 0.0
    """Of his days of work, those that are nights."""
    glass: float = 0.0
    """Of his new patients, those for whom he breaks the glass."""
    saturdays: float = 0.0
    documents: tuple[int, int] = (0, 3)


HABITS = {
    GP: Habit("10", 40, (14, 30), 150, 0.08, 0.35, (8, 19), 2, saturdays=0.4),
    NURSE: Habit("60", 15, (12, 26), 45, 0.04, 0.15, (7, 19), 3, saturdays=0.7, documents=(0, 1)),
    PHARMACIST: Habit("21", 12, (18, 45), 350, 0.15, 0.25, (9, 19), 3, saturdays=0.8, documents=(0, 1)),
    SPECIALIST: Habit("10", 13, (10, 22), 60, 0.6, 0.85, (9, 18), 1, documents=(1, 5)),
    WARD: Habit("10", 10, (8, 18), 40, 0.3, 0.7, (8, 18), 10, nights=0.18, documents=(1, 6)),
    EMERGENCY: Habit("10", 4, (8, 20), 10, 0.95, 0.8, (8, 20), 14, nights=0.4, glass=0.06, documents=(1, 5)),
    DISPATCHER: Habit("10", 2, (35, 70), 5, 1.0, 0.0, (8, 20), 2, nights=0.5, documents=(0, 1)),
    PHYSIO: Habit("70", 4, (10, 18), 30, 0.05, 0.1, (8, 19), 1),
}


@dataclass(frozen=True)
class Patient:
    """Somebody who is cared for; `birth` and `order` make the identifier."""

    number: int
    family: str
    given: str
    nir: str
    attending: str = ""

    @property
    def key(self) -> str:
        """The pseudonym of the record."""
        return f"rec-{self.number:06d}"


@dataclass(frozen=True)
class Worker:
    """A professional; `elsewhere` is a second practice, on some weekday."""

    kind: int
    id: str
    name: str
    structure: str
    software: str
    panel: tuple[int, ...]
    pace: float
    leave: frozenset[date]
    elsewhere: str = ""
    elsewhere_on: int = -1

    @property
    def habit(self) -> Habit:
        """How he works."""
        return HABITS[self.kind]


@dataclass(frozen=True, order=True)
class Act:
    """One act, as a trace will tell it."""

    at: datetime
    worker: str
    verb: str
    patient: int
    """Number of the patient; -1 for a person without a record."""
    structure: str = ""
    software: str = ""
    mode: str = Mode.NORMAL.value
    refused: bool = False
    documents: int = 0


@dataclass(frozen=True)
class Town:
    """Everybody."""

    patients: tuple[Patient, ...]
    workers: tuple[Worker, ...]
    dice: Random = field(compare=False)

    def of(self, kind: int) -> list[Worker]:
        """Those of one kind."""
        return [worker for worker in self.workers if worker.kind == kind]

    def stranger_to(self, worker: Worker, dice: Random) -> Patient:
        """Somebody whom he never met."""
        while True:
            patient = dice.choice(self.patients)
            if patient.number not in worker.panel:
                return patient


def town(seed: int, *, people: int = 6000) -> Town:
    """Draw everybody."""
    dice = Random(f"town {seed}")  # noqa: S311 - choices that must be replayed, no secret
    families = [f"NOM{number:03d}-FICTIF" for number in range(FAMILIES)]
    workers = tuple(_workers(dice, families, people))
    doctors = {number: worker.id for worker in workers if worker.kind == GP for number in worker.panel}
    numbers = _identifiers(dice, people)
    staff = [worker.name.split() for worker in workers]
    patients: list[Patient] = []
    for number in range(people):
        family, given = dice.choice(families), f"Prenom{dice.randrange(60)}"
        if number % 97 == 0:  # health workers fall ill too
            given, family = staff[(number // 97) % len(staff)]
        attending = doctors.get(number, "") if dice.random() < 0.7 else ""
        patients.append(Patient(number, family, given, numbers[number], attending))
    return Town(tuple(patients), workers, dice)


def _identifiers(dice: Random, people: int) -> list[str]:
    """Identifiers of invented people: order numbers from 900 on, the test root; a village has neighbours in it."""
    found: set[str] = set()
    while len(found) < people:
        place = (
            f"{dice.choice((1, 2))}{dice.randrange(20, 100):02d}{dice.randrange(1, 13):02d}{dice.randrange(1, 95):02d}"
        )
        found.add(f"{place}{dice.randrange(1, 400):03d}{dice.randrange(900, 1000):03d}")
    return dice.sample(sorted(found), people)


def _workers(dice: Random, families: list[str], people: int) -> Iterator[Worker]:
    rank = 0
    for kind, habit in HABITS.items():
        for number in range(habit.count):
            rank += 1
            structure = f"1{99_0000_000 + kind * 1000 + number // habit.structure}"
            if kind in (WARD, EMERGENCY):
                structure = f"1{99_0000_000 + WARD * 1000}"  # one hospital
            away = dice.random() < 0.1
            yield Worker(
                kind,
                f"8999{rank:08d}",
                f"Soignant{rank} {dice.choice(families)}",
                structure,
                f"logiciel-{structure[-5:]}-{number % 2}",
                tuple(dice.sample(range(people), habit.panel)),
                dice.uniform(0.8, 1.2),
                _leave(dice),
                f"1{99_0000_000 + 9000 + number}" if away else "",
                dice.randrange(5) if away else -1,
            )


def _leave(dice: Random) -> frozenset[date]:
    """A week off for one in eight, some days for others."""
    if dice.random() < 0.12:
        start = FIRST_DAY + timedelta(days=7 * dice.randrange(3))
        return frozenset(start + timedelta(days=day) for day in range(7))
    return frozenset(FIRST_DAY + timedelta(days=day) for day in range(DAYS) if dice.random() < 0.08)


def past(who: Town, seed: int) -> Iterator[Act]:
    """What was put into records before the first day: it is what links most patients to those who care for them."""
    dice = Random(f"past {seed}")  # noqa: S311
    for worker in who.workers:
        for patient in worker.panel:
            if dice.random() < 0.85:
                day = FIRST_DAY - timedelta(days=dice.randrange(1, BEFORE))
                at = datetime.combine(day, time(dice.randrange(9, 18), dice.randrange(60), dice.randrange(60)), PARIS)
                yield _act(worker, at, Verb.SUBMIT, patient)


def quiet(who: Town, seed: int) -> Iterator[Act]:
    """Twenty days of ordinary work."""
    dice = Random(f"quiet {seed}")  # noqa: S311
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        for worker in who.workers:
            if works(worker, day, dice):
                yield from working_day(who, worker, day, dice)


def works(worker: Worker, day: date, dice: Random) -> bool:
    """Whether he works on that day."""
    if day in worker.leave:
        return False
    habit, weekday = worker.habit, day.weekday()
    if habit.nights or worker.kind == NURSE:  # duty rosters know no week-end
        return dice.random() < 0.62
    if weekday == 6:
        return False
    return dice.random() < (habit.saturdays if weekday == 5 else 0.6 if weekday == 2 and worker.kind == GP else 0.97)


def working_day(who: Town, worker: Worker, day: date, dice: Random) -> Iterator[Act]:
    """One day, or one night, of one professional."""
    habit = worker.habit
    busy = 1.6 if dice.random() < 0.04 else 1.0
    count = round(dice.randint(*habit.patients) * worker.pace * busy)
    night = dice.random() < habit.nights
    if night:
        count = max(3, count // 2) if worker.kind == WARD else count
        begin, length = datetime.combine(day, time(19), PARIS), 11 * 3600
    else:
        first, last = habit.hours
        begin, length = datetime.combine(day, time(first), PARIS), (last - first) * 3600
    there = bool(worker.elsewhere) and day.weekday() == worker.elsewhere_on
    for second in sorted(dice.randrange(length) for _ in range(count)):
        known = dice.random() >= habit.new
        patient = dice.choice(worker.panel) if known else who.stranger_to(worker, dice).number
        yield from consultation(worker, begin + timedelta(seconds=second), patient, dice, known=known, there=there)


def consultation(
    worker: Worker, at: datetime, patient: int, dice: Random, *, known: bool, there: bool
) -> Iterator[Act]:
    """What is done in the record of one patient."""
    habit = worker.habit
    mode = Mode.NORMAL.value
    if worker.kind == DISPATCHER:
        mode = Mode.EMERGENCY_DISPATCH.value
    elif not known and dice.random() < habit.glass:
        mode = Mode.BREAK_GLASS.value

    def act(seconds: int, verb: Verb, *, refused: bool = False, documents: int = 0, person: int = patient) -> Act:
        when = at + timedelta(seconds=seconds)
        return _act(worker, when, verb, person, mode=mode, refused=refused, documents=documents, there=there)

    if worker.kind == PHARMACIST and dice.random() < 0.3:
        yield act(0, Verb.TEST_RECORD, person=-1)  # the next one in the queue has no record
    if not known and mode == Mode.NORMAL and dice.random() < 0.35:
        yield act(5, Verb.FIND, refused=True)
    if not known and mode == Mode.NORMAL:
        yield act(20, Verb.AUTHORISE)
    yield act(30, Verb.FIND)
    documents = dice.randint(*habit.documents)
    if documents:
        yield act(60, Verb.READ, documents=documents)
    if dice.random() < habit.feeds:
        yield act(dice.randrange(240, 1200), Verb.SUBMIT, documents=1)


def _act(
    worker: Worker,
    at: datetime,
    verb: Verb,
    patient: int,
    *,
    mode: str = Mode.NORMAL.value,
    refused: bool = False,
    documents: int = 0,
    there: bool = False,
) -> Act:
    structure = worker.elsewhere if there else worker.structure
    software = f"{worker.software}-bis" if there else worker.software
    return Act(at.astimezone(UTC), worker.id, verb.value, patient, structure, software, mode, refused, documents)
