"""Conditions of a person that rules ask about («terrain»): from what he tells, from coded problems, from pregnancies.

What comes from a problem is labelled as inferred. What does not stand in the
chart is never taken as absent, nor as present.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.facts import Pregnancy, Problem
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.vaccination.calendar import Calendar, Condition
from dmp.services.vaccination.doses import SERVICE_NAME, read_day

PREGNANT = "PREGNANT"
LAST_PERIOD = "8665-2"
DUE_DATE = "11778-8"
STATUS_CODES = frozenset({"11449-6", "82810-3"})
OUTCOME = "63893-2"
"""«Issue de la grossesse»: it is over."""
TERM_LEEWAY = timedelta(weeks=4)
"""Between what a last period and a day of birth told together may differ (decided): an ultrasound dates anew."""
PREGNANT_VALUES = frozenset({"77386006"})
"""Pregnancy status: «grossesse en cours» (SNOMED CT)."""


@dataclass(frozen=True)
class Flag:
    """One condition. `since`: from when on, if that is known; for a pregnancy, the first day of the last period."""

    id: str
    label: tuple[str, str]
    since: date | None
    inferred: bool
    told: date
    """When it was told: what a rule takes where `since` is unknown."""
    evidence: Evidence | None = None
    words: str = ""
    """The words of the problem that it was inferred from."""


Flags = Mapping[str, Flag]


def flags_of(chart: Chart, calendar: Calendar) -> Flags:
    """What a person tells goes before what is inferred, and he may say that an inference is wrong."""
    wrong = {
        choice.subject
        for choice in chart.chosen(SERVICE_NAME)
        if choice.kind is ChoiceKind.EXCLUDED and (choice.until is None or choice.until >= chart.today)
    }
    flags: dict[str, Flag] = {flag.id: flag for flag in _inferred(chart, calendar) if flag.id not in wrong}
    flags.update((flag.id, flag) for flag in _from_choices(chart, calendar))
    pregnant = flags.get(PREGNANT)
    if pregnant is not None and not _still(pregnant, chart.today, calendar):
        del flags[PREGNANT]
    return flags


def _from_choices(chart: Chart, calendar: Calendar) -> Iterator[Flag]:
    for choice in chart.chosen(SERVICE_NAME):
        condition = calendar.conditions.get(choice.subject)
        over = choice.until is not None and choice.until < chart.today
        begun = choice.day is None or choice.day <= chart.today
        if choice.kind is ChoiceKind.CONDITION and condition is not None and begun and not over:
            told = min(choice.written.date(), chart.today)
            since = choice.day or _begun_before(choice, calendar)
            yield Flag(condition.id, condition.label, since, inferred=False, told=told)


def _begun_before(choice: HealthChoice, calendar: Calendar) -> date | None:
    """The last period reckoned back from the day of birth that was told, where the period itself was not."""
    if choice.subject != PREGNANT or choice.until is None:
        return None
    return calendar.numbers.due_date.before(choice.until)


def doubt_about(subject: str, day: date | None, until: date | None, today: date, calendar: Calendar) -> str:
    """Which of the days that somebody tells of a condition cannot be right, «day» or «until»; empty for none.

    A pregnancy begins with its last period, no longer ago than one lasts, and ends on the day of birth that is awaited.
    """
    if day is not None and day > today:
        return "day"
    if until is not None and (until < today or (day is not None and until <= day)):
        return "until"
    if subject != PREGNANT:
        return ""
    if day is not None and not _recent(day, today, calendar):
        return "day"
    begun = calendar.numbers.due_date.before(until) if until is not None else None
    if begun is not None and (begun > today or abs((day or begun) - begun) > TERM_LEEWAY):
        return "until"
    return ""


def _inferred(chart: Chart, calendar: Calendar) -> Iterator[Flag]:
    for sheet, fact in chart.of("problems"):
        if not isinstance(fact, Problem) or not fact.is_present or fact.mood not in {"", "EVN"}:
            continue
        over = fact.clinical_status in calendar.resolved
        codes = tuple(fact.concept.codes())
        day, _ = read_day(fact.start)
        for condition in calendar.conditions.values():
            if (condition.past or not over) and _matches(condition, codes):
                evidence = evidence_of(sheet, fact)
                since = day if day is None or day <= chart.today else None
                told = since or chart.today
                yield Flag(condition.id, condition.label, since, True, told, evidence, fact.concept.words)
    yield from _pregnancies(chart, calendar)


def _matches(condition: Condition, codes: tuple[tuple[str, str], ...]) -> bool:
    return any(
        code == begin or (code.startswith(begin) and not begin.isdigit())
        for code, system in codes
        for begin in condition.codes.get(system, ())
    )


def _pregnancies(chart: Chart, calendar: Calendar) -> Iterator[Flag]:
    """What documents tell of a pregnancy, the newest last, which wins: charts stand newest first."""
    condition = calendar.conditions.get(PREGNANT)
    if condition is None:
        return
    found = [
        (sheet, fact) for sheet, fact in chart.of("pregnancies") if isinstance(fact, Pregnancy) and fact.is_present
    ]
    found.reverse()
    ends = (_told(sheet, fact) for sheet, fact in found if fact.concept.code == OUTCOME)
    over = max((day for day in ends if day is not None), default=None)
    ranked = sorted(found, key=lambda pair: pair[1].concept.code == LAST_PERIOD)
    for sheet, fact in ranked:
        told = _told(sheet, fact)
        since = _last_period(fact, calendar)
        running = fact.concept.code in STATUS_CODES and fact.value.code in PREGNANT_VALUES
        begun = since or (told if running else None)
        if over is not None and begun is not None and begun <= over:
            continue
        if begun is not None and begun <= chart.today and _recent(begun, chart.today, calendar):
            evidence = evidence_of(sheet, fact)
            yield Flag(PREGNANT, condition.label, since, True, told or begun, evidence, fact.concept.words)


def _told(sheet: Sheet, fact: Pregnancy) -> date | None:
    """The day of what is told, else that of its document."""
    return read_day(fact.start)[0] or read_day(sheet.entry.service_start[:8])[0]


def _last_period(fact: Pregnancy, calendar: Calendar) -> date | None:
    """The first day of the last period, told itself or reckoned back from the estimated day of birth."""
    texts = (fact.value.code, fact.value.text, fact.value.display, fact.quantity.value, fact.start)
    day = next((found for found, _ in map(read_day, texts) if found is not None), None)
    if day is not None and fact.concept.code == DUE_DATE:
        return calendar.numbers.due_date.before(day) if day.year > 1 else None
    return day if fact.concept.code == LAST_PERIOD else None


def _still(flag: Flag, today: date, calendar: Calendar) -> bool:
    return _recent(flag.since or flag.told, today, calendar)


def _recent(day: date, today: date, calendar: Calendar) -> bool:
    return today - day <= timedelta(days=calendar.numbers.pregnancy.days)
