"""What was expected after a stay and is not to be seen, and long silences: only from what the viewer may see (SV-3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from dmp.record.facts import Result
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import day_of_care, days_after, first_day, months_after
from dmp.services.pathway.events import Event
from dmp.services.pathway.planned import Planned
from dmp.services.pathway.rules import Expectation, Expected, Rules
from dmp.services.pathway.stays import Stay


@dataclass(frozen=True)
class Missing:
    """Something to ask about; `what` is in the words of a document, where one announced it."""

    rule: Expected
    day: date
    what: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Gap:
    """A time without anything to be seen («période sans document»)."""

    start: date
    end: date


def missing_of(
    chart: Chart, rules: Rules, events: tuple[Event, ...], stays: tuple[Stay, ...], planned: tuple[Planned, ...]
) -> tuple[Missing, ...]:
    """What each rule does not find, newest first."""
    found: list[Missing] = []
    for rule in rules.expected:
        match rule.kind:
            case Expectation.DOCUMENT:
                found += _no_document(rule, chart, stays)
            case Expectation.RESULT:
                found += _no_result(rule, chart, stays)
            case Expectation.PLAN:
                found += _no_visit(rule, chart, events, stays, planned)
    return tuple(sorted(found, key=lambda one: (one.day, one.rule.id, one.what), reverse=True))


def gaps_of(events: tuple[Event, ...], rules: Rules) -> tuple[Gap, ...]:
    """The newest long silences between two events."""
    days = sorted({day for event in events for day in (event.day, event.end) if day is not None})
    gaps = [Gap(before, after) for before, after in pairwise(days) if months_after(before, rules.gap_months) <= after]
    return tuple(gaps[::-1][: rules.most_gaps])


def _is_time(rule: Expected, day: date, today: date) -> bool:
    """Whether it should be there, and is not too old to be asked about."""
    return rule.after_days <= (today - day).days <= rule.until_days


def _no_document(rule: Expected, chart: Chart, stays: tuple[Stay, ...]) -> Iterator[Missing]:
    """After a stay of a night or more: a document of these types in it, or of its structure soon after."""
    letters = [sheet for sheet in chart.sheets if sheet.entry.type_code.code in rule.types]
    for stay in stays:
        if stay.end == stay.start or not _is_time(rule, stay.end, chart.today):
            continue
        if not any(sheet.uuid in stay.documents or _follows(sheet, stay, rule) for sheet in letters):
            yield Missing(rule, stay.end, stay.structure, stay.evidence)


def _follows(sheet: Sheet, stay: Stay, rule: Expected) -> bool:
    """A letter within the window, whoever it is from: a wrong silence is better than a wrong reproach."""
    day = day_of_care(sheet.entry)
    return day is not None and stay.start <= day <= days_after(stay.end, rule.window_days)


def _no_result(rule: Expected, chart: Chart, stays: tuple[Stay, ...]) -> Iterator[Missing]:
    """A result that a document of a stay announces («active»), and that no later one gives."""
    documents = {uuid for stay in stays for uuid in stay.documents}
    given = [(sheet.uuid, fact) for sheet in chart.sheets for fact in sheet.facts.results if fact.status != "active"]
    for sheet in chart.sheets:
        day = day_of_care(sheet.entry)
        if sheet.uuid not in documents or day is None or not _is_time(rule, day, chart.today):
            continue
        for fact in sheet.facts.results:
            awaited = fact.status == "active" and fact.concept.code
            if awaited and not any(uuid != sheet.uuid and _gives(other, fact, day, rule) for uuid, other in given):
                yield Missing(rule, day, fact.concept.words, (evidence_of(sheet, fact),))


def _gives(other: Result, awaited: Result, day: date, rule: Expected) -> bool:
    when = first_day(other.start)
    same = bool(set(other.concept.codes()) & set(awaited.concept.codes()))
    return same and when is not None and abs((when - day).days) <= rule.window_days


def _no_visit(
    rule: Expected, chart: Chart, events: tuple[Event, ...], stays: tuple[Stay, ...], planned: tuple[Planned, ...]
) -> Iterator[Missing]:
    """What a document of a stay planned for a day that is past, with nothing to be seen around that day."""
    documents = {uuid for stay in stays for uuid in stay.documents}
    for one in planned:
        if one.day is None or not one.documents & documents or not _is_time(rule, one.day, chart.today):
            continue
        around = (
            event
            for event in events
            if event.lane in rule.lanes
            and event.day is not None
            and abs((event.day - one.day).days) <= rule.window_days
        )
        if not any(one.documents.isdisjoint({each.uuid for each in event.evidence}) for event in around):
            yield Missing(rule, one.day, one.title, one.evidence)
