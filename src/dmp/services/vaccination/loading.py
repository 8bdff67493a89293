"""From the file of a calendar to its values, checked whole: a broken file is refused with the place and the reason."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from dmp.services.tables import BrokenTable
from dmp.services.vaccination.calendar import Antigen, Calendar, Condition, Duty, Numbers, Season
from dmp.services.vaccination.entries import CalendarEntry
from dmp.services.vaccination.rule_loading import Known, read_rule

_DAY = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
Named = TypeVar("Named", Antigen, Condition, Season)


def read_calendar(text: str, file: str) -> Calendar:
    """Read a calendar.

    Raises:
        BrokenTable: it is no TOML, a key is missing, unknown or of another type, an age is none, a name is unknown.
    """
    return _calendar(CalendarEntry.whole(text, file), text)


def _calendar(entry: CalendarEntry, text: str) -> Calendar:
    antigens = _named(entry, "antigens", text, _antigen)
    conditions = _named(entry, "conditions", text, _condition)
    seasons = _named(entry, "seasons", text, _season)
    parameters = entry.part("parameters")
    known = Known(antigens, conditions, seasons, {name: parameters.day(name) for name in parameters.names})
    rules = tuple(read_rule(one, known) for one in _numbered(entry, "rules", text))
    names = {rule.id: rule for rule in rules}
    if len(names) < len(rules):
        raise entry.broken("two rules have the same id")
    for rule in rules:
        for other in (*rule.rules, rule.after):
            if other and other not in names:
                raise BrokenTable(entry.file, _place("rules", rule.id, text), f"unknown rule {other}")
    calendar = Calendar(
        id=entry.text("id"),
        version=entry.text("version"),
        title=entry.note("title"),
        source=entry.text("source"),
        since=entry.day("from"),
        until=entry.day_or_none("until"),
        numbers=_numbers(entry.part("numbers")),
        antigens=antigens,
        conditions=conditions,
        seasons=seasons,
        duties=tuple(_duty(one, known, names) for one in entry.parts("duties", "duties")),
        rules=rules,
        anaphylaxis=frozenset(entry.texts("anaphylaxis")),
        resolved=frozenset(entry.texts("resolved")),
    )
    entry.done()
    if calendar.until is not None and calendar.until <= calendar.since:
        raise entry.broken("until is not after from")
    return calendar


def _named(entry: CalendarEntry, key: str, text: str, read: Callable[[CalendarEntry], Named]) -> Mapping[str, Named]:
    found: dict[str, Named] = {}
    for one in _numbered(entry, key, text):
        value = read(one)
        one.done()
        if value.id in found:
            raise one.broken("stands twice")
        found[value.id] = value
    return found


def _numbered(entry: CalendarEntry, key: str, text: str) -> list[CalendarEntry]:
    """The tables of a list, each placed by its id and the line of it."""
    found = list(entry.parts(key, key))
    for one in found:
        one.place = _place(key, one.text("id", "") or one.place, text)
    return found


def _place(key: str, ident: str, text: str) -> str:
    wanted = re.compile(rf'^\s*(?:\{{\s*)?id\s*=\s*"{re.escape(ident)}"')
    lines = (number for number, line in enumerate(text.splitlines(), 1) if wanted.match(line))
    line = next(lines, None)
    return f"{key} {ident}" + (f" (line {line})" if line else "")


def _antigen(entry: CalendarEntry) -> Antigen:
    return Antigen(entry.text("id"), entry.label())


def _condition(entry: CalendarEntry) -> Condition:
    codes = entry.part("codes")
    found = {system: codes.texts(system) for system in codes.names}
    return Condition(entry.text("id"), entry.label(), found, entry.flag("past"))


def _season(entry: CalendarEntry) -> Season:
    start, end = _month_and_day(entry, "start"), _month_and_day(entry, "end")
    dates: dict[int, tuple[date, date]] = {}
    for one in entry.parts("campaigns", "campaign"):
        begins, ends = one.day("start"), one.day("end")
        if ends < begins:
            raise one.broken("ends before it begins")
        dates[begins.year] = (begins, ends)
        one.done()
    counts = _month_and_day(entry, "counts_from") if entry.has("counts_from") else start
    return Season(entry.text("id"), entry.label(), start, end, counts, dates)


def _month_and_day(entry: CalendarEntry, key: str) -> tuple[int, int]:
    text = entry.text(key)
    found = _DAY.fullmatch(text)
    try:
        month, day = (int(found[1]), int(found[2])) if found else (0, 0)
        date(2023, month, day)
    except ValueError:
        raise entry.broken(f"{key}: {text!r} is no month and day, as 10-15") from None
    return month, day


def _numbers(entry: CalendarEntry) -> Numbers:
    names = [name for name in Numbers.__dataclass_fields__ if not entry.has(name)]
    if names:
        raise entry.broken(f"{', '.join(names)} missing")
    numbers = Numbers(**{name: entry.span(name) for name in Numbers.__dataclass_fields__})
    entry.done()
    return numbers


def _duty(entry: CalendarEntry, known: Known, rules: Mapping[str, object]) -> Duty:
    duty = Duty(
        rules=entry.known("rules", rules, "rule"),
        since=entry.day("from"),
        source=entry.text("source"),
        born_from=entry.day_or_none("born_from"),
        born_before=entry.day_or_none("born_before"),
        until=entry.span_or_none("until"),
        any_of=entry.known("any_of", known.conditions, "condition"),
    )
    entry.done()
    return duty
