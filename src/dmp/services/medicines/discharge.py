"""What a stay changed («conciliation», MED-REC): treatments before it, during it and at its end, line by line.

A line that is not in the list at discharge is not said to be stopped: the
letter may have left it out. Whoever reads decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from dmp.record.facts import Medication
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import day_in_france, day_of_care
from dmp.services.medicines.parameters import RULES, Parameters
from dmp.services.medicines.product import Product, product_of
from dmp.services.medicines.sayings import differs, dose_words, is_about_none
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.medicines.treatments import reconciled


class Outcome(StrEnum):
    """What the stay changed, as far as the letter tells."""

    CONTINUED = "continued"
    CHANGED = "changed"
    STARTED = "started"
    NOT_AT_DISCHARGE = "not_at_discharge"
    STAY_ONLY = "stay_only"


@dataclass(frozen=True)
class Row:
    """One medicine: its posology at each time; None where it is not told then."""

    product: Product
    before: str | None
    during: str | None
    after: str | None
    outcome: Outcome


@dataclass(frozen=True)
class StayCompared:
    """A letter of discharge, and what it changed."""

    letter: Evidence
    admitted: date | None
    left: date | None
    rows: tuple[Row, ...]
    before_from_letter: bool
    """Whether the letter itself tells the treatments before; else they are those of the record on that day."""


@dataclass
class _Times:
    product: Product
    before: Medication | str | None = None
    during: Medication | None = None
    after: Medication | None = None


def compared(
    chart: Chart, thesaurus: Thesaurus | None = None, parameters: Parameters | None = None
) -> StayCompared | None:
    """The newest letter of discharge that tells the treatments at the end of the stay; None when there is none."""
    known = parameters or chart.rules.of(RULES)
    for sheet in chart.sheets:
        if known.is_of("discharges", sheet.entry.type_code.code) and _told(sheet, "after", known):
            return _compare(chart, sheet, thesaurus, known)
    return None


def _compare(chart: Chart, letter: Sheet, thesaurus: Thesaurus | None, parameters: Parameters) -> StayCompared:
    admitted = day_in_france(letter.entry.service_start)
    left = day_in_france(letter.entry.service_stop or letter.entry.creation_time)
    before = _told(letter, "before", parameters)
    times: list[_Times] = []
    for fact in before:
        _of(times, product_of(fact, thesaurus)).before = fact
    if not before and admitted is not None:
        for product, words in _known_on(chart, admitted, thesaurus, parameters):
            _of(times, product).before = words
    for fact in _told(letter, "during", parameters):
        _of(times, product_of(fact, thesaurus)).during = fact
    for fact in _told(letter, "after", parameters):
        _of(times, product_of(fact, thesaurus)).after = fact
    rows = sorted((_row(each) for each in times), key=lambda row: row.product.label.casefold())
    return StayCompared(evidence_of(letter), admitted, left, tuple(rows), bool(before))


def _told(letter: Sheet, when: str, parameters: Parameters) -> list[Medication]:
    return [
        fact
        for fact in letter.facts.medications
        if parameters.is_of(when, fact.source.section) and fact.is_present and not is_about_none(fact)
    ]


def _known_on(
    chart: Chart, day: date, thesaurus: Thesaurus | None, parameters: Parameters
) -> Iterable[tuple[Product, str]]:
    """What was current on a day, from the documents of before."""
    earlier = tuple(sheet for sheet in chart.sheets if (of := day_of_care(sheet.entry)) is not None and of < day)
    found = reconciled(replace(chart, today=day, sheets=earlier), thesaurus, parameters)
    return ((each.product, each.doses[0].words if each.doses else "") for each in found.current)


def _of(times: list[_Times], product: Product) -> _Times:
    found = next((each for each in times if each.product.same_medicine(product)), None)
    if found is None:
        found = _Times(product)
        times.append(found)
    return found


def _row(times: _Times) -> Row:
    before, during, after = (_words(each) for each in (times.before, times.during, times.after))
    return Row(times.product, before, during, after, _outcome(times))


def _outcome(times: _Times) -> Outcome:
    if times.after is None:
        return Outcome.STAY_ONLY if times.before is None else Outcome.NOT_AT_DISCHARGE
    if times.before is None:
        return Outcome.STARTED
    return Outcome.CHANGED if _changed(times.before, times.after) else Outcome.CONTINUED


def _changed(before: Medication | str, after: Medication) -> bool:
    if isinstance(before, Medication):
        return differs(before, after)
    told = [" ".join(words.casefold().split()) for words in (before, dose_words(after))]
    return all(told) and told[0] != told[1]


def _words(told: Medication | str | None) -> str | None:
    return dose_words(told) if isinstance(told, Medication) else told
