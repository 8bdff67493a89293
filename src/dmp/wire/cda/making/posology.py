"""How a medicine is taken («posologie»), in words and in amounts, so that it is read back as it was told (cda 3.3).

Where its steps are told, each is written in its own amounts and times; else
the rhythm is that which gives the units a day.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from dmp.record.facts import Ceiling, DoseStep, Quantity, Rhythm, decimal
from dmp.wire.cda.entries.posology import STEP
from dmp.wire.cda.entries.values import time
from dmp.wire.cda.making.concepts import pointer
from dmp.wire.cda.making.entries import completed, related
from dmp.wire.cda.making.labels import by_code
from dmp.wire.cda.making.narrative import printed, told_day
from dmp.wire.cda.making.pen import Line, Pen
from dmp.wire.cda.making.tree import Node, amount, cda, is_amount, is_number, original_text, templates, typed

DOSE = "Posologie"
CHANGING = "1.3.6.1.4.1.19376.1.5.3.1.4.8"
"""Template of an administration whose dose changes by steps («dosage progressif»)."""
UNCHANGING = "1.3.6.1.4.1.19376.1.5.3.1.4.7.1"
"""Template of one whose dose does not change."""
_HOURS = {"h": 1, "d": 24, "wk": 168, "mo": 720}
_LENGTHS = {"h": 24, "d": 31, "wk": 12, "mo": 12}
"""Hours in a unit, and how many of it a rhythm may be."""
_MOST = 100_000
_SAID = {
    "h": ("toutes les heures", "toutes les {} heures"),
    "d": ("1 fois par jour", "tous les {} jours"),
    "wk": ("1 fois par semaine", "toutes les {} semaines"),
    "mo": ("1 fois par mois", "tous les {} mois"),
}
_UNITS = {"h": ("heure", "heures"), "d": ("jour", "jours"), "wk": ("semaine", "semaines"), "mo": ("mois", "mois")}
_SPLITS = (", ", " / ")


class Intake(NamedTuple):
    """What is told of the intake, as of a fact."""

    dose: Quantity
    schedule: str
    per_day: str
    steps: tuple[DoseStep, ...] = ()


def intake(told: Intake, line: Line) -> tuple[Node | None, Node | None]:
    """The rhythm (an effectiveTime) and the amount of a dose (a doseQuantity), each when it is told.

    Several steps stand beside: see `steps`. Without any, words of a dose
    and of a rhythm stand where each is; a posology in one phrase stands whole
    beside the dose.
    """
    if told.steps:
        return _step(told.steps[0], line) if len(told.steps) == 1 else (None, None)
    every = period(told.dose, told.per_day)
    if every is None:
        return None, _dose(told.dose, told.schedule, line)
    dose, rhythm = _split(told, every)
    amount_of_dose = _dose(told.dose, dose, line)
    # A posology that stands whole beside the dose tells its rhythm too.
    whole = bool(dose) and dose == told.schedule
    return _rhythm(every, rhythm, line, silent=whole), amount_of_dose


def _split(told: Intake, every: tuple[str, str]) -> tuple[str, str]:
    """The words of the dose, and those of its rhythm; empty where the amounts say the same by themselves."""
    automatic = f"{told.dose.value} {told.dose.unit}".strip(), f"/ {every[0]} {every[1]}"
    if told.schedule in ("", " ".join(automatic)):
        return "", ""
    for sign in _SPLITS:
        dose, found, rhythm = told.schedule.partition(sign)
        if found and "; " not in told.schedule:
            words = rhythm if sign == ", " else f"/ {rhythm}"
            return ("" if dose == automatic[0] else dose), ("" if words == automatic[1] else words)
    return told.schedule, ""


def _dose(dose: Quantity, words: str, line: Line) -> Node | None:
    """One amount as an interval whose ends are the same, as French models ask; else an interval, else words."""
    if not is_amount(dose):
        return _in_words(words, line) if words else None
    if words:
        name = line.say(DOSE, words, "dose")
    else:
        line.add(DOSE, printed(dose))
        name = ""
    ends = ((side, value) for side, value in _ends(dose) if value)
    return cda("doseQuantity", *(_bound(side, value, dose, name) for side, value in ends))


def _ends(dose: Quantity) -> tuple[tuple[str, str], ...]:
    if dose.comparator:
        return (("high" if dose.comparator.startswith("<") else "low", dose.value),)
    return ("low", dose.value or dose.low), ("high", dose.value or dose.high)


def _bound(side: str, value: str, dose: Quantity, name: str) -> Node:
    inclusive = "false" if dose.comparator in {"<", ">"} else ""
    words = cda("translation", original_text(name)) if name else None
    return amount(side, value, dose.unit, words, inclusive=inclusive)


def _in_words(words: str, line: Line) -> Node:
    name = line.say(DOSE, words, "dose")
    return cda("doseQuantity", cda("translation", original_text(name)), nullFlavor="UNK")


def _rhythm(every: tuple[str, str], words: str, line: Line, *, silent: bool) -> Node:
    """How often: in the words that were told, else in plain ones unless the words of the dose say it."""
    if not words and silent:
        return _periodic(cda("effectiveTime", operator="A"), amount("period", *every))
    return _timed(cda("effectiveTime", operator="A"), Rhythm(Quantity(*every), words=words), line)


def _periodic(node: Node, length: Node) -> Node:
    node.append(length)
    return typed(node, "PIVL_TS")


def _timed(node: Node, rhythm: Rhythm, line: Line) -> Node:
    """A rhythm into its element: a period, or an event of the day."""
    event = by_code("timing", rhythm.event)
    if event is not None:
        line.add(DOSE, event.display)
        node.append(cda("event", code=event.code))
        return typed(node, "EIVL_TS")
    length, said = rhythm.period, rhythm.words or rhythm.event
    name = line.say(DOSE, said, "rhythm") if said else ""
    words = cda("translation", original_text(name)) if name else None
    if not is_number(length.value):
        return _periodic(node, cda("period", words, nullFlavor="UNK"))
    if not name:
        line.add(DOSE, _often(length.value, length.unit))
    return _periodic(node, amount("period", length.value, length.unit, words))


def _often(count: str, unit: str) -> str:
    """A period as people say it."""
    once, many = _SAID.get(unit, (f"1 fois par {unit}", f"1 fois pour {{}} {unit}"))
    return once if count == "1" else many.format(count.replace(".", ","))


# -- steps


def _step(step: DoseStep, line: Line) -> tuple[Node | None, Node | None]:
    """When and how much: one rhythm alone, or with its days and others in one expression."""
    dose = _dose(step.dose, step.words, line)
    days = _days(step, line)
    if days is None and len(step.rhythms) == 1:
        return _timed(cda("effectiveTime", operator="A"), step.rhythms[0], line), dose
    if not step.rhythms:
        return days, dose
    parts = [_timed(cda("comp", operator="A"), rhythm, line) for rhythm in step.rhythms]
    if days is not None:
        days.tag = parts[0].tag
        parts.insert(0, days)
    return typed(cda("effectiveTime", *parts, operator="A"), "SXPR_TS"), dose


def _days(step: DoseStep, line: Line) -> Node | None:
    """From when on, and until when or how long, as a time of its own."""
    start, end = time(step.start), time(step.end)
    lasting = is_number(step.length.value) and not end
    if not (start or end or lasting):
        return None
    line.add(DOSE, f"à partir du {told_day(start)}" if start else "")
    line.add(DOSE, f"jusqu’au {told_day(end)}" if end else "")
    line.add(DOSE, f"pendant {_length(step.length)}" if lasting else "")
    low = cda("low", value=start) if start else cda("low", nullFlavor="UNK")
    width = amount("width", step.length.value, step.length.unit) if lasting else None
    last = cda("high", value=end) if end else width
    return typed(cda("effectiveTime", low, last, operator="A"), "IVL_TS")


def steps(pen: Pen, told: tuple[DoseStep, ...], line: Line, mood: str) -> list[Node]:
    """The steps of a posology that changes, in their order; nothing where there are not several."""
    return [_one_of(pen, step, number, line, mood) for number, step in enumerate(told, 1)] if len(told) > 1 else []


def _one_of(pen: Pen, step: DoseStep, number: int, line: Line, mood: str) -> Node:
    """One step («FR-Traitement-prescrit-subordonnée»): of the product of the whole."""
    name = line.say(DOSE, f"Palier {number} :", "step")
    rhythm, dose = _step(step, line)
    nothing = cda("manufacturedMaterial", cda("code", nullFlavor="NA"), cda("name", nullFlavor="NA"))
    administration = cda(
        "substanceAdministration",
        *templates(STEP),
        pen.own_id("step", line.name, str(number)),
        pointer(name),
        completed(),
        rhythm,
        dose,
        cda("consumable", cda("manufacturedProduct", nothing)),
        classCode="SBADM",
        moodCode=mood,
    )
    return related("COMP", cda("sequenceNumber", value=str(number)), administration)


def at_most(ceiling: Ceiling, line: Line) -> Node | None:
    """The most that may be taken in a time («dose maximale»)."""
    if not is_number(ceiling.dose.value):
        return None
    timed = is_number(ceiling.period.value)
    line.add(DOSE, f"au plus {printed(ceiling.dose)}" + (f" {_within(ceiling.period)}" if timed else ""))
    period_ = amount("denominator", ceiling.period.value, ceiling.period.unit) if timed else None
    return cda(
        "maxDoseQuantity",
        amount("numerator", ceiling.dose.value, ceiling.dose.unit),
        period_ if period_ is not None else cda("denominator", nullFlavor="UNK"),
    )


def _within(length: Quantity) -> str:
    said = {"h": "par heure", "d": "par jour", "wk": "par semaine", "mo": "par mois"}
    return said.get(length.unit, "") if length.value == "1" and length.unit in said else f"pour {_length(length)}"


def _length(length: Quantity) -> str:
    """A time as people say it."""
    one, many = _UNITS.get(length.unit, (length.unit, length.unit))
    return f"{length.value.replace('.', ',')} {one if length.value == '1' else many}".strip()


# -- the rhythm that gives some units a day


def period(dose: Quantity, per_day: str) -> tuple[str, str] | None:
    """How long between two doses, told so that it gives that many units a day; None when no length does."""
    number, daily = dose.number, decimal(per_day)
    if number is None or daily is None or dose.comparator or not is_number(dose.value):
        return None
    if not (0 < number < _MOST and 0 < daily < _MOST):
        return None
    return next((found for found in _candidates(number, daily) if _gives(found, number, daily)), None)


def _candidates(dose: Decimal, daily: Decimal) -> Iterator[tuple[str, str]]:
    """Lengths that people say first, then that which divides the day."""
    yield "1", "d"
    for unit, most in _LENGTHS.items():
        yield from ((str(count), unit) for count in range(1, most + 1))
    yield f"{(24 * dose / daily).quantize(Decimal('0.001')):f}", "h"


def _gives(length: tuple[str, str], dose: Decimal, daily: Decimal) -> bool:
    hours = Decimal(length[0]) * _HOURS[length[1]]
    thousandth = Decimal("0.001")
    return hours > 0 and (dose * 24 / hours).quantize(thousandth) == daily.quantize(thousandth)
