"""What follows from where somebody stands: reminders to the holder (SC-6), tasks for the attending doctor (SC-8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dmp.record.choice import ChoiceKind
from dmp.services.chart import Chart, Finding, Reminders
from dmp.services.days import days_after, months_after
from dmp.services.screening.exclusions import SERVICE, chosen
from dmp.services.screening.programmes import Programmes
from dmp.services.screening.state import REMINDED, Status, Why
from dmp.services.screening.status import statuses

ENOUGH = timedelta(days=30)
"""After an invitation of the insurer, a reminder of ours would say the same again (RM-8, DEC-70)."""


class TaskKind(StrEnum):
    """What the attending doctor is asked to look at."""

    NO_WORK_UP = "no-work-up"
    NO_SECOND_READING = "no-second-reading"


_KINDS = {Why.NO_WORK_UP_SEEN: TaskKind.NO_WORK_UP, Why.SECOND_READING_LATE: TaskKind.NO_SECOND_READING}


@dataclass(frozen=True)
class Task:
    """A task for the attending doctor, made from what he himself may read; for nobody else (SC-8)."""

    kind: TaskKind
    programme: str
    rule: str
    version: str
    since: date
    evidence: tuple[str, ...]
    """entryUUIDs."""


def findings(chart: Chart, rules: Programmes) -> tuple[Finding, ...]:
    """The reminder of each programme that the day has reached, the newest one only: no one is told twice at once."""
    return reminders(chart, rules).found


def reminders(chart: Chart, rules: Programmes) -> Reminders:
    """The same, with the day of the next ones."""
    put_off = {choice.subject: choice.until for choice in chosen(chart, ChoiceKind.SNOOZED, chart.today)}
    every = () if "" in put_off else statuses(chart, rules)
    due = (status for status in every if status.programme.id not in put_off)
    found = tuple(one for status in due for one in _reminder(status, rules))
    turns = [*put_off.values(), *(day for status in every for day in _turns(status, rules))]
    return Reminders(found, min((day for day in turns if day is not None and day > chart.today), default=None))


def _turns(status: Status, rules: Programmes) -> Iterator[date | None]:
    """The days on which a reminder of a programme may come, or come back."""
    yield status.until
    if status.due is not None:
        yield from _days(status.due, rules).values()


def _days(due: date, rules: Programmes) -> dict[str, date]:
    return {stage.name: months_after(days_after(due, stage.days), stage.months) for stage in rules.stages}


def _reminder(status: Status, rules: Programmes) -> Iterator[Finding]:
    if status.due is None or status.state not in REMINDED:
        return
    days = _days(status.due, rules)
    reached = [name for name, day in days.items() if day <= status.today]
    if reached:
        stage = max(reached, key=lambda name: days[name])
        yield Finding(
            service=SERVICE,
            rule=status.programme.rule,
            step=f"{status.step} {status.due.isoformat()}",
            stage=stage,
            due=status.due,
            version=status.version,
            folded=(status.programme.id,),
            evidence=tuple(each.uuid for each in status.evidence),
            outside=not _is_doubled(status, days[stage]),
        )


def _is_doubled(status: Status, day: date) -> bool:
    """Whether the insurer's own letter says what the reminder of a day would: the space alone shows it."""
    return status.invited is not None and day <= status.invited + ENOUGH


def tasks(chart: Chart, rules: Programmes) -> tuple[Task, ...]:
    """What a doctor is asked to look at, from his own chart of the record."""
    return tuple(task for status in statuses(chart, rules) for task in tasks_of(status))


def tasks_of(status: Status) -> Iterator[Task]:
    """A positive result without any work-up, a second reading that did not come."""
    for why, kind in _KINDS.items():
        if why in status.reasons and status.since is not None:
            programme, documents = status.programme, tuple(each.uuid for each in status.evidence)
            yield Task(kind, programme.id, programme.rule, status.version, status.since, documents)
