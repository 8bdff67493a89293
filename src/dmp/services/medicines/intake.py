"""How fast a medicine is taken, as far as documents tell it in amounts: in one way, or in steps in turn («paliers»).

What is told only in part is not guessed: steps without their times, a dose at
«meals», two rhythms of which one holds the other. The answer is then why not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dmp.record.facts import Ceiling, DoseStep, Quantity, Rhythm, decimal
from dmp.record.rhythm import times_a_day
from dmp.services.days import days_after, first_day, months_after

MOST, LEAST = Decimal(1_000_000), Decimal("0.000001")
"""Between these a number is one that somebody meant."""
_SYSTEM = (
    "kg",
    "g",
    "mg",
    "ug",
    "mcg",
    "ng",
    "L",
    "l",
    "dL",
    "dl",
    "cL",
    "cl",
    "mL",
    "ml",
    "uL",
    "mol",
    "mmol",
    "umol",
)
MEASURES = frozenset((*_SYSTEM, "meq", "cm2", "kBq", "MBq", "[iU]", "[IU]", "IU", "UI", "m[iU]", "k[iU]", "M[iU]"))
"""Units that measure; any other one counts what is taken: tablets, puffs, sachets."""
_AT_MEALS = frozenset({"C", "AC", "IC", "PC"})
"""HL7 TimingEvent: at meals, of which nobody tells how many there are."""
_LONGEST_STEP = Decimal(1000)


class Unclear(StrEnum):
    """Why what is told of the intake gives no pace."""

    AMOUNT = "dose-unclear"
    STEPS = "steps-unclear"
    ABOVE_MOST = "dose-above-most"


@dataclass(frozen=True)
class Pace:
    """What is taken in a day, at least and at most; `unit` is a measure (mg, mL), or empty for what is counted."""

    least: Decimal
    most: Decimal
    unit: str = ""


@dataclass(frozen=True)
class Phase:
    """A pace, and for how many days; None: until somebody says otherwise."""

    pace: Pace
    days: int | None = None


@dataclass(frozen=True)
class Intake:
    """What the documents of a treatment tell of its intake."""

    per_day: str = ""
    steps: tuple[DoseStep, ...] = ()
    ceiling: Ceiling = Ceiling()
    as_needed: bool = False
    begun: date | None = None
    """The day on which its steps began; None where nobody can tell."""


def measure_of(unit: str) -> str:
    """A unit as amounts are compared by: a measure as it is, nothing for what is counted."""
    return unit.strip() if unit.strip() in MEASURES else ""


def phases_of(intake: Intake) -> tuple[Phase, ...] | Unclear:
    """The paces of an intake in turn, from the day on which it began; none where nothing is told in amounts."""
    if len(intake.steps) > 1:
        return _in_turn(intake.steps, intake.begun)
    if intake.steps and _has_amount(intake.steps[0]):
        pace = _pace_of(intake.steps[0])
        return Unclear.AMOUNT if pace is None else (Phase(pace),)
    number = _sound(decimal(intake.per_day))
    return () if number is None else (Phase(Pace(number, number)),)


def most_of(ceiling: Ceiling) -> Pace | None:
    """The most that may be taken in a day («dose maximale»); None where it is not told so."""
    times = times_a_day(Rhythm(ceiling.period))
    number = ceiling.dose.number
    if times is None or number is None or ceiling.dose.comparator:
        return None
    most = _sound(number * times)
    return None if most is None else Pace(most, most, measure_of(ceiling.dose.unit))


def last_day_of_steps(steps: tuple[DoseStep, ...], begun: date | None) -> date | None:
    """The last day of a posology whose steps tell how long it goes on; None where they do not."""
    spans = _spans(steps, begun)
    if not spans:
        return None
    first, days = spans[-1]
    return None if days is None else days_after(first, days - 1)


def first_day_of_steps(steps: tuple[DoseStep, ...]) -> date | None:
    """The day that the first step tells for itself."""
    return _whole_day(steps[0].start) if steps else None


def _in_turn(steps: tuple[DoseStep, ...], begun: date | None) -> tuple[Phase, ...] | Unclear:
    spans = _spans(steps, begun)
    if spans is None:
        return Unclear.STEPS
    phases: list[Phase] = []
    on = spans[0][0]
    for step, (first, days) in zip(steps, spans, strict=True):
        pace = _pace_of(step)
        if pace is None:
            return Unclear.AMOUNT
        if first > on:
            phases.append(Phase(Pace(Decimal(0), Decimal(0), pace.unit), (first - on).days))
        phases.append(Phase(pace, days))
        on = days_after(first, days or 0)
    return tuple(phases)


def _spans(steps: tuple[DoseStep, ...], begun: date | None) -> list[tuple[date, int | None]] | None:
    """First day and days of each step; None where that is not told of all, or where one begins within another."""
    spans: list[tuple[date, int | None]] = []
    on = begun
    for number, step in enumerate(steps):
        told = _whole_day(step.start)
        first = told or on
        if first is None or (step.start and told is None) or (spans and on is not None and first < on):
            return None
        days = _days_of(step, first, steps[number + 1] if number + 1 < len(steps) else None)
        if days is None and number + 1 < len(steps):
            return None
        spans.append((first, days))
        on = days_after(first, days or 0)
    return spans


def _days_of(step: DoseStep, first: date, following: DoseStep | None) -> int | None:
    if step.end:
        end = _whole_day(step.end)
        return (end - first).days + 1 if end is not None and end >= first else None
    if step.length.value:
        return _length(step.length, first)
    start = _whole_day(following.start) if following is not None else None
    return (start - first).days if start is not None and start > first else None


def _length(told: Quantity, first: date) -> int | None:
    number = told.number
    if number is None or told.comparator or not 0 < number <= _LONGEST_STEP or number % 1 != 0:
        return None
    match told.unit:
        case "d":
            return int(number)
        case "wk":
            return int(number) * 7
        case "mo":
            return (months_after(first, int(number)) - first).days
        case _:
            return None


def _whole_day(digits: str) -> date | None:
    """A day that is told to the day."""
    return first_day(digits) if len(digits) >= 8 else None


def _has_amount(step: DoseStep) -> bool:
    return bool(step.dose.value or step.dose.low or step.dose.high)


def _pace_of(step: DoseStep) -> Pace | None:
    low, high = (decimal(text) for text in (step.dose.low or step.dose.value, step.dose.high or step.dose.value))
    times = _times(step.rhythms)
    if step.dose.comparator or low is None or high is None or times is None:
        return None
    least, most = _sound(low * times) if low else Decimal(0), _sound(high * times)
    if least is None or most is None or least > most:
        return None
    return Pace(least, most, measure_of(step.dose.unit))


def _times(rhythms: tuple[Rhythm, ...]) -> Decimal | None:
    """Times a day: of one period, or of events of the day; both together may say the same thing twice."""
    if not rhythms or (len(rhythms) > 1 and not all(each.event for each in rhythms)):
        return None
    if any(each.event in _AT_MEALS for each in rhythms):
        return None
    times = list(_known(rhythms))
    return sum(times, Decimal(0)) if len(times) == len(rhythms) else None


def _known(rhythms: tuple[Rhythm, ...]) -> Iterator[Decimal]:
    for each in rhythms:
        if (times := times_a_day(each)) is not None and times > 0:
            yield times


def _sound(number: Decimal | None) -> Decimal | None:
    return number if number is not None and LEAST <= number <= MOST else None
