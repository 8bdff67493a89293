"""What the documents of a chart say about a programme: examinations with their outcome, and what was set aside."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from dmp.record.entry import DocumentEntry
from dmp.record.facts import Fact, Observation, Procedure, Result
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import day_of_care, first_day
from dmp.services.screening.programmes import Outcome, Programme, Role, Test

CCAM = frozenset({"1.2.250.1.213.2.5", "1.2.250.1.215.300.1"})
LOINC = frozenset({"2.16.840.1.113883.6.1"})
NABM = frozenset({"1.2.250.1.213.2.7"})
_WITHDRAWN = frozenset({"nullified", "cancelled", "aborted"})
_WEIGHT = (Outcome.UNKNOWN, Outcome.NOT_INTERPRETABLE, Outcome.NEGATIVE, Outcome.POSITIVE)
_ROLES = tuple(Role)


@dataclass(frozen=True)
class Exam:
    """An examination, on its day, and the documents that tell of it."""

    test: Test
    day: date
    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class SetAside:
    """What was found and could not count; `reason` is `no-day`, `future` or `before-birth`."""

    reason: str
    written: str
    evidence: Evidence


@dataclass(frozen=True)
class Told:
    """Everything that the documents say about one programme."""

    exams: tuple[Exam, ...]
    """In the order of their days; those of one day by their role."""
    set_aside: tuple[SetAside, ...]


def told_of(programme: Programme, chart: Chart, same_days: int) -> Told:
    """The examinations of a programme in a chart; what two documents say of one is one, within so many days."""
    found: list[Exam] = []
    aside: list[SetAside] = []
    for sheet in chart.sheets:
        for exam, digits in _in_sheet(programme, sheet):
            why = _wrong(exam.day, chart)
            if why:
                aside.append(SetAside(why, digits, exam.evidence[0]))
            else:
                found.append(exam)
    found.sort(key=partial(_order, programme))
    return Told(tuple(_folded(found, same_days)), tuple(aside))


def _order(programme: Programme, exam: Exam) -> tuple[date, int, bool, int]:
    """Day by day; on one day a positive test before the one that sorts it out, and the test of reference last."""
    place = programme.tests.index(exam.test)
    return exam.day, _ROLES.index(exam.test.role), exam.outcome is not Outcome.POSITIVE, -place


_NO_DAY = date.min
"""Of an examination whose document has no day: it is set aside."""


def _wrong(day: date, chart: Chart) -> str:
    if day == _NO_DAY:
        return "no-day"
    if day > chart.today:
        return "future"
    birth = chart.person.birth
    return "before-birth" if birth is not None and day < birth else ""


def _in_sheet(programme: Programme, sheet: Sheet) -> Iterator[tuple[Exam, str]]:
    """What facts say, else what the metadata say; the format of a document speaks where nothing else does."""
    by_format = [test for test in programme.tests if sheet.entry.format_code.code in test.formats]
    said: set[str] = set()
    for test in programme.tests:
        for exam, digits in _in_facts(programme, test, sheet):
            said.add(test.id)
            yield exam, digits
    if by_format and said:
        return
    for test in by_format or programme.tests:
        if test.id not in said and (by_format or _in_metadata(test, sheet.entry)):
            yield _exam(test, sheet, "", _silent(test))


def _in_metadata(test: Test, entry: DocumentEntry) -> bool:
    if entry.type_code.code in test.types:
        return True
    return any(_names(test, code.code, code.system) for code in entry.event_codes)


def _names(test: Test, code: str, system: str) -> bool:
    """Whether a code of an act is one of the test."""
    ways = ((test.ccam, CCAM), (test.loinc, LOINC), (test.nabm, NABM))
    return code in test.acts or any(code in codes and system in systems for codes, systems in ways)


def _in_facts(programme: Programme, test: Test, sheet: Sheet) -> Iterator[tuple[Exam, str]]:
    for fact in (*sheet.facts.results, *sheet.facts.observations):
        if fact.status not in _WITHDRAWN and fact.mood == "EVN" and fact.is_present and _values(test, fact):
            yield _exam(test, sheet, fact.start, _outcome(programme, test, fact), fact)
    for fact in sheet.facts.procedures:
        if _done(fact) and any(_names(test, code, system) for code, system in fact.concept.codes()):
            yield _exam(test, sheet, fact.start, _silent(test), fact)


def _values(test: Test, fact: Fact) -> bool:
    return any(code in test.values for code, _ in fact.concept.codes())


def _done(fact: Procedure) -> bool:
    return fact.mood == "EVN" and fact.is_present and fact.status not in _WITHDRAWN


def _silent(test: Test) -> Outcome:
    return Outcome.NEGATIVE if test.without_result else Outcome.UNKNOWN


def _exam(test: Test, sheet: Sheet, start: str, outcome: Outcome, fact: Fact | None = None) -> tuple[Exam, str]:
    """With the digits of its day; a fact that says no day has that of its document."""
    day = first_day(start) if start else day_of_care(sheet.entry)
    return Exam(test, day or _NO_DAY, outcome, (evidence_of(sheet, fact),)), start or sheet.entry.service_start


def _outcome(programme: Programme, test: Test, fact: Result | Observation) -> Outcome:
    """By its coded value, else by its interpretation, else by its quantity; nothing yet while it is not final."""
    if fact.status == "active":
        return Outcome.UNKNOWN
    codes = (*(code for code, _ in fact.value.codes()), *fact.interpretation)
    known = [programme.outcomes[code] for code in codes if code in programme.outcomes]
    if known:
        return max(known, key=_WEIGHT.index)
    return _measured(test, fact)


def _measured(test: Test, fact: Result | Observation) -> Outcome:
    number = fact.quantity.number
    bound = next((one.positive_from for one in test.thresholds if fact.quantity.unit in one.units), None)
    if number is None or bound is None or number < 0:
        return Outcome.UNKNOWN
    return _compared(number, Decimal(bound), fact.quantity.comparator)


_COMPARED: dict[str, Callable[[Decimal, Decimal], Outcome]] = {
    "": lambda number, bound: Outcome.POSITIVE if number >= bound else Outcome.NEGATIVE,
    "<": lambda number, bound: Outcome.NEGATIVE if number <= bound else Outcome.UNKNOWN,
    "<=": lambda number, bound: Outcome.NEGATIVE if number < bound else Outcome.UNKNOWN,
    ">": lambda number, bound: Outcome.POSITIVE if number >= bound else Outcome.UNKNOWN,
    ">=": lambda number, bound: Outcome.POSITIVE if number >= bound else Outcome.UNKNOWN,
}


def _compared(number: Decimal, bound: Decimal, comparator: str) -> Outcome:
    """`<5` of a bound of 30 is negative; `<50` says nothing."""
    compare = _COMPARED.get(comparator)
    return Outcome.UNKNOWN if compare is None else compare(number, bound)


def _folded(exams: Iterable[Exam], same_days: int) -> Iterator[Exam]:
    """One of several that are the same examination: the graver outcome, and all the documents."""
    kept: list[Exam] = []
    for exam in exams:
        place = next((place for place, one in enumerate(kept) if _same(one, exam, same_days)), None)
        if place is None:
            kept.append(exam)
        else:
            kept[place] = _joined(kept[place], exam)
    yield from kept


def _same(one: Exam, other: Exam, days: int) -> bool:
    return one.test.counts_as == other.test.counts_as and abs((one.day - other.day).days) <= days


def _joined(one: Exam, other: Exam) -> Exam:
    graver = max(one.outcome, other.outcome, key=_WEIGHT.index)
    known = {each.uuid for each in one.evidence}
    more = tuple(each for each in other.evidence if each.uuid not in known)
    return replace(one, outcome=graver, evidence=(*one.evidence, *more))
