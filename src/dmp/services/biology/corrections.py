"""Corrected reports (BIO-1, DEC-85): what became of each line, against the version whose place a report takes.

Only versions that the viewer may read are compared (`Chart.replaced`): to who
may not read the former one, a corrected report is a report like any other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.services.biology.lines import same_value
from dmp.services.biology.marks import Mark
from dmp.services.biology.readings import Doubt, Reading
from dmp.services.chart import Evidence, Sheet

MOST_COMPARED = 50
"""Readings of one test and minute that are compared two by two: a document that has more of them is no report."""
_NO_RESULT = frozenset({Doubt.NOT_DONE, Doubt.CANCELLED, Doubt.DENIED})
Place = tuple[str, ...]


@dataclass(frozen=True)
class Removed:
    """A result of the former version that the corrected report does not have any more: never a value of today."""

    former: Reading
    report: Evidence
    """The corrected one."""


def in_force(sheets: Iterable[Sheet]) -> list[Sheet]:
    """The newest version of each report."""
    newest: dict[str, Sheet] = {}
    for sheet in sheets:
        chain = sheet.entry.chain or sheet.uuid
        known = newest.get(chain)
        if sheet.entry.status is EntryStatus.APPROVED and (known is None or _age(known.entry) < _age(sheet.entry)):
            newest[chain] = sheet
    return list(newest.values())


def _age(entry: DocumentEntry) -> tuple[float, str, str]:
    deposit = entry.deposit.at.timestamp() if entry.deposit else 0.0
    return (deposit, entry.creation_time, entry.uuid)


def can_be_compared(*versions: Sheet) -> bool:
    """Whether they say their results in entries, all of which could be read: else what lacks was not removed."""
    return all(one.facts.results and not one.facts.failures for one in versions)


def of_corrected_report(readings: Iterable[Reading]) -> list[Reading]:
    """The lines of a corrected report that cannot be compared with the former one: each says so."""
    return [one._replace(corrected=Mark.OF_CORRECTED_REPORT) for one in readings]


def compared(readings: Iterable[Reading], former: Iterable[Reading]) -> tuple[list[Reading], list[Reading]]:
    """The lines of a corrected report, each with what became of it; then those of the former one that are gone.

    A line is looked for at its test and minute first, then at its test alone:
    the day of a specimen may be what was corrected.
    """
    there = _Waiting(former, _place)
    told = [(one, there.has_same(one)) for one in readings]
    before = [None if unchanged else there.next(one) for one, unchanged in told]
    elsewhere = _Waiting(there.left, _test)
    lines = [
        one if unchanged else _changed(one, was or elsewhere.next(one))
        for (one, unchanged), was in zip(told, before, strict=True)
    ]
    return lines, [one for one in elsewhere.left if one.doubt not in _NO_RESULT]


class _Waiting:
    """Lines of a former version for which nothing was found yet; each is found once."""

    def __init__(self, lines: Iterable[Reading], place: Callable[[Reading], Place]):
        self._place = place
        self._lines: dict[Place, list[Reading]] = {}
        for one in lines:
            self._lines.setdefault(place(one), []).append(one)

    def has_same(self, reading: Reading) -> bool:
        """Whether one of that place says all the same."""
        lines = self._lines.get(self._place(reading), [])
        found = next((at for at, one in enumerate(lines[:MOST_COMPARED]) if _says_the_same(reading, one)), None)
        if found is not None:
            del lines[found]
        return found is not None

    def next(self, reading: Reading) -> Reading | None:
        """The next one of that place."""
        lines = self._lines.get(self._place(reading))
        return lines.pop(0) if lines else None

    @property
    def left(self) -> list[Reading]:
        """Those for which nothing was found."""
        return [one for lines in self._lines.values() for one in lines]


def _test(reading: Reading) -> Place:
    """What was measured; of an antibiogram, with its germ."""
    isolate = reading.fact.isolate
    return (reading.key, isolate.code or isolate.words)


def _place(reading: Reading) -> Place:
    return (*_test(reading), reading.when)


def _says_the_same(one: Reading, other: Reading) -> bool:
    return (
        same_value(one, other)
        and (one.doubt, one.flag) == (other.doubt, other.flag)
        and (one.bounds_words, one.fact.comment.strip()) == (other.bounds_words, other.fact.comment.strip())
    )


def _changed(reading: Reading, before: Reading | None) -> Reading:
    """A line that is not as it was; what was only asked for before is new."""
    if before is None or before.doubt is Doubt.NOT_DONE:
        return reading._replace(corrected=Mark.ADDED)
    return reading._replace(corrected=Mark.CORRECTED, former=before)
