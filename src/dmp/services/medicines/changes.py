"""What changed in a treatment lately: started, dose changed, renewed, stopped, no longer listed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from dmp.services.chart import Evidence, Sheet, evidence_of
from dmp.services.days import day_of_care, months_after
from dmp.services.medicines.grouping import Group
from dmp.services.medicines.parameters import Parameters
from dmp.services.medicines.sayings import Saying, differs, dose_words, end_of


class ChangeKind(StrEnum):
    """What happened."""

    STARTED = "started"
    CHANGED = "changed"
    """Another dose."""
    RENEWED = "renewed"
    STOPPED = "stopped"
    ENDED = "ended"
    """Its last day has passed."""
    NOT_LISTED = "not_listed"
    """In the summary before the newest one, and not in that."""


@dataclass(frozen=True)
class Change:
    """One of them, on a day, with the document that tells it."""

    kind: ChangeKind
    day: date
    before: str = ""
    after: str = ""
    evidence: tuple[Evidence, ...] = ()


def of_group(
    group: Group, today: date, parameters: Parameters, *, newest: Sheet | None, former: Sheet | None
) -> tuple[Change, ...]:
    """What changed in one treatment within the months that the page looks back, the newest first."""
    since = months_after(today, -parameters.changes)
    found = [*_told(group, today, parameters), *_dropped(group, newest, former)]
    recent = (change for change in found if since <= change.day <= today)
    return tuple(sorted(recent, key=lambda change: change.day, reverse=True))


def _told(group: Group, today: date, parameters: Parameters) -> Iterator[Change]:
    told = [said for said in reversed(group.sayings) if said.goes_on]
    first = group.since
    # What was given during a stay alone was not started as a treatment.
    if first is not None and (told or group.deliveries):
        yield Change(ChangeKind.STARTED, first, evidence=_first_evidence(group))
    for before, after in pairwise(told):
        yield from _between(before, after, parameters)
    last = told[-1] if told else None
    if last is None or last.day is None:
        return
    if _stops(last, parameters):
        yield Change(ChangeKind.STOPPED, last.day, before=dose_words(last.fact), evidence=(_evidence(last),))
        return
    end = end_of(last, parameters)
    if end is not None and end < today:
        yield Change(ChangeKind.ENDED, end, before=dose_words(last.fact), evidence=(_evidence(last),))


def _between(before: Saying, after: Saying, parameters: Parameters) -> Iterator[Change]:
    """What a document says otherwise than the one before it; lines of one document are steps of one dose."""
    if after.day is None or before.sheet.uuid == after.sheet.uuid or _stops(after, parameters):
        return
    both = (_evidence(after), _evidence(before))
    if differs(before.fact, after.fact):
        words = dose_words(before.fact), dose_words(after.fact)
        yield Change(ChangeKind.CHANGED, after.day, *words, evidence=both)
    elif before.line is not None and after.line is not None:
        yield Change(ChangeKind.RENEWED, after.day, after=dose_words(after.fact), evidence=both)


def _dropped(group: Group, newest: Sheet | None, former: Sheet | None) -> Iterator[Change]:
    """A summary that no longer lists it: no proof that it was stopped, so the words are not those of a stop."""
    if newest is None or former is None:
        return
    listing = {said.sheet.uuid for said in group.sayings if said.line is None and said.goes_on}
    day = day_of_care(newest.entry)
    if former.uuid in listing and newest.uuid not in listing and day is not None:
        yield Change(ChangeKind.NOT_LISTED, day, evidence=(evidence_of(newest), evidence_of(former)))


def _stops(said: Saying, parameters: Parameters) -> bool:
    return said.is_stopped or said.fact.status in parameters.stopped


def _evidence(said: Saying) -> Evidence:
    return evidence_of(said.sheet, said.fact)


def _first_evidence(group: Group) -> tuple[Evidence, ...]:
    told = [(said.start or said.day or date.max, _evidence(said)) for said in group.sayings]
    told += [(one.day or date.max, evidence_of(one.sheet, one.fact)) for one in group.deliveries]
    return (min(told, key=lambda pair: pair[0])[1],) if told else ()
