"""How a medicine is taken («posologie»): in words, in steps, and in units a day where that is told (cda 3.3)."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from dmp.record.facts import Ceiling, DoseStep, Quantity, Rhythm
from dmp.record.rhythm import times_a_day
from dmp.wire.cda.entries.place import Place
from dmp.wire.cda.entries.values import interval, quantity, single
from dmp.wire.cda.tree import Branch, every, one

STEP = "1.2.250.1.213.1.1.3.83.1"
"""A step of a posology that changes («dosage progressif»)."""


class Posology(NamedTuple):
    """What is told of the intake."""

    dose: Quantity = Quantity()
    schedule: str = ""
    per_day: str = ""
    steps: tuple[DoseStep, ...] = ()


def posology(branch: Branch, place: Place, *, dated: bool = False) -> Posology:
    """Read the dose and rhythm of an administration at a place, and of its steps where it has some.

    `dated` says that the days of the whole are those of its posology: a treatment tells its own.
    """
    read = (_part(branch, place, dated=dated), *(_part(found, place, dated=True) for found in _steps(branch)))
    parts = [part for part in read if part != DoseStep()]
    said = [words for words in map(schedule_of, parts) if words]
    doses = list(dict.fromkeys(part.dose for part in parts if part.dose != Quantity()))
    daily = {_per_day(part) for part in parts if schedule_of(part) or part.dose != Quantity()}
    return Posology(
        dose=doses[0] if len(doses) == 1 else Quantity(),
        schedule="; ".join(dict.fromkeys(said)),
        per_day=daily.pop() if len(daily) == 1 else "",
        # One dose, or words, without a time tell no more than the dose and the schedule do.
        steps=tuple(parts) if len(parts) > 1 or any(_is_timed(part) for part in parts) else (),
    )


def ceiling(branch: Branch) -> Ceiling:
    """The most that may be taken («dose maximale»), where it is told in amounts."""
    most = quantity(one(branch, "maxDoseQuantity/numerator"))
    return Ceiling(most, quantity(one(branch, "maxDoseQuantity/denominator"))) if most.value else Ceiling()


def schedule_of(step: DoseStep) -> str:
    """A step in words: those of its author, else its amounts."""
    said = (_dose_words(step), *(_rhythm_words(found) for found in step.rhythms))
    return ", ".join(words for words in said if words).replace(", /", " /")


def _is_timed(step: DoseStep) -> bool:
    return bool(step.rhythms or step.start or step.length.value)


def _steps(branch: Branch) -> Iterator[Branch]:
    for found in every(branch, "entryRelationship/substanceAdministration"):
        if any(template.get("root") == STEP for template in every(found, "templateId")):
            yield found


def _part(branch: Branch, place: Place, *, dated: bool) -> DoseStep:
    """One administration alone."""
    written = one(branch, "doseQuantity")
    dose = _dose(quantity(written))
    times = every(branch, "effectiveTime")
    inside = [part for found in times for part in every(found, "comp")]
    start, end, length = _when((*times, *inside) if dated else inside)
    return DoseStep(
        dose=dose,
        words="" if written is None else _words_beside(written, place),
        rhythms=tuple(_rhythm(found, place) for found in _rhythms(times)),
        start=start,
        end=end,
        length=length,
    )


def _dose(found: Quantity) -> Quantity:
    """The amount of a dose: an interval without upper end, or whose ends are the same, is one amount."""
    return Quantity(found.value, found.unit) if found.comparator == ">=" else single(found)


def _when(times: Iterable[Branch]) -> tuple[str, str, Quantity]:
    """The days of a step: the first of its times that tells some."""
    for found in times:
        start, end = interval(found)
        length = Quantity() if end else quantity(one(found, "width"))
        if start or end or length.value:
            return start, end, length
    return "", "", Quantity()


def _rhythms(times: Sequence[Branch]) -> Iterator[Branch]:
    """The parts of effectiveTime that tell a period or an event of the day."""
    for found in times:
        for part in (found, *every(found, "comp")):
            if every(part, "period") or every(part, "event"):
                yield part


def _rhythm(part: Branch, place: Place) -> Rhythm:
    length, event = one(part, "period"), one(part, "event")
    return Rhythm(
        period=quantity(length),
        event="" if event is None else event.get("code"),
        words="" if length is None else _own_words(length, place),
    )


def _words_beside(written: Branch, place: Place) -> str:
    """What the author wrote beside a dose."""
    ends = [_own_words(end, place) for name in ("low", "high") for end in every(written, name)]
    return " - ".join(dict.fromkeys(end for end in ends if end)) or _own_words(written, place)


def _dose_words(step: DoseStep) -> str:
    dose = step.dose
    if step.words or dose == Quantity():
        return step.words
    return f"{dose.value or f'{dose.low} - {dose.high}'} {dose.unit}".strip()


def _rhythm_words(found: Rhythm) -> str:
    if found.event:
        return found.event
    return found.words or f"/ {found.period.value} {found.period.unit}".rstrip(" /")


def _own_words(branch: Branch, place: Place) -> str:
    """What the author wrote beside an amount."""
    return place.reading.words.of(one(branch, "translation/originalText"))


def _per_day(step: DoseStep) -> str:
    """Units a day: one dose of one amount, each period or at each event; empty when it cannot be told.

    A dose in milligrams says nothing of units: which of them hold it is not guessed.
    """
    dose = step.dose
    counted = dose.unit in {"", "1"} or dose.unit.startswith("{")
    if dose.number is None or dose.comparator or not step.rhythms or not counted:
        return ""
    times = [times_a_day(found) for found in step.rhythms]
    known = [found for found in times if found is not None]
    return "" if len(known) < len(times) else _plain(dose.number * sum(known, Decimal(0)))


def _plain(number: Decimal) -> str:
    """Decimal text without exponent, in three places at most; empty when it is none to speak of."""
    if not Decimal(0) < number < Decimal(100_000):
        return ""
    return f"{number.quantize(Decimal('0.001')):f}".rstrip("0").rstrip(".")
