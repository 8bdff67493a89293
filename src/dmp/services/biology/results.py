"""Results of every report, grouped by analyte across laboratories: one point for one specimen, with its sources.

Nothing is merged silently (cda-and-services 3.4): the same value of the same
minute is one line with several sources; another value of that minute is
another line, and both say so. A corrected report takes the place of the former
one (BIO-1, DEC-85), and what it changed is told (`corrections.py`).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from dmp.services.biology.analytes import Analyte, Knowledge
from dmp.services.biology.corrections import (
    MOST_COMPARED,
    Removed,
    can_be_compared,
    compared,
    in_force,
    of_corrected_report,
)
from dmp.services.biology.cultures import Culture, cultures_of
from dmp.services.biology.lines import Line, law_of, line_of, plain_words, said_in, same_value, unit_of
from dmp.services.biology.marks import Mark
from dmp.services.biology.readings import Doubt, Reading, readings_of
from dmp.services.biology.units import Unit, UnitNotSupported, linear
from dmp.services.chart import Chart, evidence_of
from dmp.services.panel import Words

_NO_VALUE = frozenset({Doubt.NO_DATE, Doubt.FUTURE, Doubt.BEFORE_BIRTH, Doubt.CANCELLED, Doubt.DENIED, Doubt.NOT_DONE})


@dataclass(frozen=True)
class Group:
    """An analyte, or a code that no file knows: every line of it, newest first; those without a day at the end."""

    key: str
    label: Words
    lay: Words
    """What a patient calls it; as `label` where no file says."""
    chapter: str
    unit: Unit | None
    """What its values are in; None where none of them has a unit that is understood."""
    lines: tuple[Line, ...]
    analyte: Analyte | None = None

    @property
    def last(self) -> Line:
        """The newest value that was found on a day that can be: in doubt or not, nothing older stands for it."""
        return next((line for line in self.lines if line.doubt not in _NO_VALUE), self.lines[0])

    @property
    def recalled(self) -> bool:
        """Whether a biologist has still to confirm its line of the file."""
        return self.analyte is not None and self.analyte.mark != "confirmed"


@dataclass(frozen=True)
class Results:
    """What a chart says: groups in the order of the chapters, germs with their antibiograms."""

    groups: tuple[Group, ...]
    cultures: tuple[Culture, ...]
    removed: tuple[Removed, ...]
    """What corrected reports took back."""
    version: str

    def group(self, key: str) -> Group | None:
        """By its key."""
        return next((group for group in self.groups if group.key == key), None)


def results_of(chart: Chart, knowledge: Knowledge, only: str = "") -> Results:
    """Everything that the reports of a chart give. With `only`, the key of an analyte, nothing else is read.

    What the chart has of former versions gives no value: it tells which lines of corrected reports changed.
    """
    span, former = _span(chart), {sheet.entry.chain: sheet for sheet in chart.replaced}
    readings, removed = list[Reading](), list[Removed]()
    for sheet in in_force(chart.sheets):
        found, before = readings_of(sheet, knowledge, span, only), former.get(sheet.entry.chain)
        if before is not None and can_be_compared(sheet, before):
            found, gone = compared(found, readings_of(before, knowledge, span, only))
            removed.extend([Removed(one, evidence_of(sheet)) for one in gone])
        elif before is not None:
            found = of_corrected_report(found)
        readings.extend(found)
    groups, of_germs = dict[str, list[Reading]](), list[Reading]()
    for reading in readings:
        (of_germs if reading.is_of_a_germ else groups.setdefault(reading.key, [])).append(reading)
    made = [_group(key, members, knowledge) for key, members in groups.items()]
    made.sort(key=_place_in(knowledge))
    return Results(tuple(made), tuple(cultures_of(of_germs)), tuple(removed), knowledge.version)


def _span(chart: Chart) -> tuple[str, str]:
    birth = chart.person.birth
    return f"{birth.year:04d}{birth:%m%d}" if birth else "", f"{chart.today:%Y%m%d}"


# -- groups

_SAME_MINUTE = 9
"""How far back the line before is looked for: more values of one minute than that are no series."""


def _group(key: str, readings: list[Reading], knowledge: Knowledge) -> Group:
    analyte, unit = readings[0].analyte, unit_of(readings)
    folded = [line_of(alike, unit) for alike in _folded(readings)]
    lines = _marked(sorted(folded, key=_age, reverse=True))
    newest = max(readings, key=lambda reading: reading.when)
    label = newest.label
    return Group(
        key=key,
        label=label,
        lay=analyte.lay if analyte else label,
        chapter=analyte.chapter if analyte else knowledge.chapter_of(newest.fact.specialty.code),
        unit=unit,
        lines=tuple(lines),
        analyte=analyte,
    )


def _folded(readings: list[Reading]) -> Iterator[list[Reading]]:
    """Readings that are one: the same minute, the same value (DEC-86); what has no day folds with nothing."""
    minutes: dict[str, list[Reading]] = {}
    for reading in readings:
        if reading.when:
            minutes.setdefault(reading.when, []).append(reading)
        else:
            yield [reading]
    for members in minutes.values():
        yield from [members] if len(members) == 1 else _clusters(members)


def _clusters(members: list[Reading]) -> list[list[Reading]]:
    """From the finest print to the coarsest, so that the order of documents changes nothing."""
    ordered = sorted(members, key=_fineness)
    if len(ordered) > MOST_COMPARED:
        return _word_for_word(ordered)
    clusters: list[list[Reading]] = []
    for reading in ordered:
        cluster = next((one for one in clusters if same_value(one[0], reading)), None)
        if cluster is None:
            clusters.append([reading])
        else:
            cluster.append(reading)
    return clusters


def _word_for_word(members: list[Reading]) -> list[list[Reading]]:
    """Those that say the same in the same words."""
    alike: dict[tuple[str, str], list[Reading]] = {}
    for reading in members:
        alike.setdefault((plain_words(reading), reading.fact.quantity.unit), []).append(reading)
    return list(alike.values())


def _fineness(reading: Reading) -> tuple[int, str, str]:
    entry = reading.sheet.entry
    return (-reading.amount.digits if reading.amount is not None else 0, entry.creation_time, entry.uuid)


def _age(line: Line) -> tuple[bool, str, str, str]:
    entry = line.readings[0].sheet.entry
    return (bool(line.when), line.when.ljust(12, "0"), entry.creation_time, entry.uuid)


def _marked(lines: list[Line]) -> list[Line]:
    """Newest first: with what changed since the line before, and where one minute has two values."""
    minutes = Counter([line.when for line in lines if line.when and line.doubt is not Doubt.CANCELLED])
    found, before = list[Line](), list[_Made]()
    for line in reversed(lines):
        marks, when = list[Mark](), line.when
        if minutes[when] > 1 and line.doubt is not Doubt.CANCELLED:
            marks.append(Mark.DISAGREES)
        if line.doubt is None:
            made = _Made(when, line.laboratory, line.method)
            marks.extend(_changes(before, made))
            before.append(made)
        found.append(line._replace(marks=line.marks.union(marks)) if marks else line)
    return found[::-1]


class _Made(NamedTuple):
    """When a value was measured, by whom and how."""

    when: str
    laboratory: str
    method: str


def _changes(before: list[_Made], later: _Made) -> list[Mark]:
    """Against the last one of another minute."""
    earlier = next((one for one in before[: -_SAME_MINUTE - 1 : -1] if one.when < later.when), later)
    changes: list[Mark] = []
    if earlier.laboratory != later.laboratory and earlier.laboratory and later.laboratory:
        changes.append(Mark.OTHER_LABORATORY)
    if earlier.method != later.method and earlier.method and later.method:
        changes.append(Mark.OTHER_METHOD)
    return changes


def _place_in(knowledge: Knowledge) -> Callable[[Group], tuple[int, int, str]]:
    chapters = {chapter.key: at for at, chapter in enumerate(knowledge.chapters)}
    known = {key: at for at, key in enumerate(knowledge.analytes)}
    return lambda group: (chapters[group.chapter], known.get(group.key, len(known)), group.label[0].casefold())


# -- units


def units_of(group: Group) -> tuple[Unit, ...]:
    """The units in which a group can be read: its own, those of its analyte, those that reports used."""
    analyte = group.analyte
    known = (group.unit, *(bridge.unit for bridge in analyte.bridges)) if analyte else (group.unit,)
    used = (one.unit for line in group.lines for one in line.readings if law_of(one, group.unit) is not None)
    found = {(unit.factor, unit.over, unit.under): unit for unit in (*used, *known) if unit is not None}
    first = group.unit
    return tuple(sorted(found.values(), key=lambda unit: (first is None or linear(unit, first) is None, unit.text)))


def in_unit(group: Group, unit: Unit) -> Group:
    """A group in another of its units.

    Raises:
        UnitNotSupported: none of its values converts into that one.
    """
    if all(law_of(one, unit) is None for line in group.lines for one in line.readings):
        raise UnitNotSupported(unit.text)
    return replace(group, unit=unit, lines=tuple(said_in(line, unit) for line in group.lines))
