"""Reminders of a pregnancy, an age, a kidney function: one sentence each, no dosing data (cda-and-services 4.8)."""

from collections.abc import Iterator
from datetime import timedelta

from dmp.record.facts import Observation, Pregnancy, Result
from dmp.services.chart import Evidence, evidence_of
from dmp.services.days import day_of_care, first_day
from dmp.services.medicines.alert import Alert, AlertKind, Situation
from dmp.services.medicines.alert_rules import Reminder, When
from dmp.services.medicines.days import last_day


def reminders(situation: Situation) -> Iterator[Alert]:
    """Each that applies, when there is a medicine at all."""
    if not situation.looked_at:
        return
    for each in situation.rules.reminders:
        holds, evidence = _holds(each, situation)
        if holds:
            yield Alert(
                kind=AlertKind.REMINDER,
                rule=f"reminder.{each.id}",
                version=situation.rules.version,
                data=each.since,
                medicines=(),
                french=each.french,
                english=each.english,
                evidence=evidence,
                mark=each.mark,
            )


def _holds(each: Reminder, situation: Situation) -> tuple[bool, tuple[Evidence, ...]]:
    age = situation.chart.person.age(situation.chart.today)
    match each.when:
        case When.YOUNGER:
            return age is not None and age < each.years, ()
        case When.OLDER:
            return age is not None and age >= each.years, ()
        case When.KIDNEY:
            return _kidney(situation)
        case _:
            return _state(situation, each.when)


def _state(situation: Situation, when: When) -> tuple[bool, tuple[Evidence, ...]]:
    """The newest word about a pregnancy or a breastfeeding, if it is recent."""
    told = sorted(_words_about(situation, when), key=lambda pair: pair[0], reverse=True)
    if not told:
        return False, ()
    _, says_yes, evidence = told[0]
    return says_yes, (evidence,) if says_yes else ()


def _words_about(situation: Situation, when: When) -> Iterator[tuple[str, bool, Evidence]]:
    codes, chart = situation.rules.codes, situation.chart
    oldest = chart.today - timedelta(days=situation.rules.pregnancy_days)
    for sheet in chart.sheets:
        day = day_of_care(sheet.entry)
        if day is None or day < oldest:
            continue
        for fact in (*sheet.facts.pregnancies, *sheet.facts.observations):
            if fact.concept.code in codes[when]:
                yield sheet.entry.creation_time, fact.is_present and _is_yes(fact, situation), evidence_of(sheet)
        for problem in sheet.facts.problems if when is When.PREGNANT else ():
            code = problem.concept.code.split(".")[0]
            if code in codes["pregnant_problems"]:
                ended = (last_day(problem.end) or chart.today) < chart.today
                yield sheet.entry.creation_time, problem.is_present and not ended, evidence_of(sheet)


def _is_yes(fact: Pregnancy | Observation, situation: Situation) -> bool:
    said = {fact.value.code, fact.value.words.strip().casefold(), fact.quantity.value}
    return not said.isdisjoint(situation.rules.codes["yes"])


def _kidney(situation: Situation) -> tuple[bool, tuple[Evidence, ...]]:
    """The newest eGFR of the last two years, in the one unit that is known."""
    found: list[tuple[str, Result, Evidence]] = []
    oldest = situation.chart.today - timedelta(days=situation.rules.egfr_days)
    for sheet in situation.chart.sheets:
        for fact in sheet.facts.results:
            day = first_day(fact.start) or day_of_care(sheet.entry)
            if fact.concept.code in situation.rules.codes["egfr"] and day is not None and day >= oldest:
                found.append((f"{day:%Y%m%d}{fact.start[8:]}", fact, evidence_of(sheet, fact)))
    if not found:
        return False, ()
    _, newest, evidence = max(found, key=lambda each: each[0])
    low = newest.quantity.number
    is_low = low is not None and 0 < low < situation.parameters.kidney and newest.quantity.unit.startswith("mL/min")
    return is_low, (evidence,) if is_low else ()
