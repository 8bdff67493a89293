"""What stands beside the documents of a full copy, as tables: read by people as a page, by machines as JSON (LC-14).

One table for each part, so that both say the same.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dmp.actions.copied import CopiedSpace
from dmp.actions.copy_record import CopyTaken
from dmp.record.age import coming_of_age
from dmp.record.dtm import PARIS
from dmp.services.medicines.cycle import cycle_of
from dmp.services.rule_set import Rules
from dmp.web.days import day
from dmp.web.patient import copied_rows as rows
from dmp.web.patient import copied_words as words
from dmp.web.patient.copied_cells import Row


@dataclass(frozen=True)
class Table:
    """One part: its name and the names of its columns for machines, their words for people."""

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class CopiedView:
    """The page of the tables, to be opened away from the portal."""

    whose: str
    at: datetime
    tables: tuple[Table, ...]

    @property
    def on(self) -> str:
        """The day of the copy, in France."""
        return day(self.at)


Part = tuple[str, Iterable[Row]]


def tables_of(taken: CopyTaken) -> tuple[Table, ...]:
    """Every part that the copy holds; of one that its taker may not see, nothing."""
    return tuple(Table(name, *words.TABLES[name], tuple(found)) for name, found in _parts(taken))


def _parts(taken: CopyTaken) -> Iterator[Part]:
    beside = taken.beside
    if beside.identity is not None:
        yield "identity", rows.identity(beside.identity)
    if beside.space is not None:
        yield from _of_space(beside.space, taken.rules)
    if beside.reminded is not None:
        yield "reminders", (rows.reminder(one, taken.rules) for one in beside.reminded)
    yield from _of_prescriptions(taken)
    if beside.professionals is not None:
        yield "professionals", rows.professionals(beside.professionals)
    if beside.people is not None:
        yield "people", rows.people(beside.people, minor=_is_minor(taken))
    if beside.wishes is not None:
        yield "emergencies", rows.wishes(beside.wishes)
    if beside.settings is not None:
        yield "settings", rows.settings(beside.settings)
    if beside.questions is not None:
        yield "questions", map(rows.question, beside.questions)
    if beside.notes is not None:
        yield "notes", map(rows.note, beside.notes)


def _is_minor(taken: CopyTaken) -> bool:
    """As the page of who acts for somebody tells it: until his majority is known to have come."""
    majority = coming_of_age(taken.traits.birth_date) if taken.traits is not None else None
    return majority is None or taken.at < majority


def _of_space(space: CopiedSpace, rules: Rules) -> Iterator[Part]:
    yield "profile", map(rows.profile_line, space.lines)
    yield "measures", map(rows.measure, space.readings)
    yield "choices", (rows.choice(one, rules) for one in space.choices)
    yield "invitations", (rows.invitation(one, rules) for one in space.invitations)


def _of_prescriptions(taken: CopyTaken) -> Iterator[Part]:
    today, cycle, known = taken.at.astimezone(PARIS).date(), cycle_of(taken.rules), taken.beside.prescriptions
    yield "prescriptions", (row for each in known for row in rows.lines(each, today, cycle))
    yield "deliveries", (rows.delivery(each, done) for each in known for done in each.executions)


def as_json(tables: Iterable[Table], taken: CopyTaken) -> bytes:
    """The same for machines: a list of objects for each part."""
    parts = {
        table.name: [
            {column: cell.value for (column, _), cell in zip(table.columns, row, strict=True)} for row in table.rows
        ]
        for table in tables
    }
    whole = {"version": 1, "language": "fr", "at": taken.at.isoformat(), "parts": parts}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()
