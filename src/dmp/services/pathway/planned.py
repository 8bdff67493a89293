"""What is planned («à venir»): what documents ask for or foresee, and what other services say is due (PW-6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dmp.record.facts import Fact
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import first_day

KINDS = ("plan", "encounters", "procedures", "immunizations")
"""Kinds of facts that may be planned."""
_PLANNED = frozenset({"INT", "ARQ", "PRMS", "APT", "PRP", "RQO"})
_OVER = frozenset({"cancelled", "aborted", "nullified", "suspended"})


@dataclass(frozen=True)
class Planned:
    """Something to come, or that was to come; `day` is None where no day is told."""

    title: str
    kind: str
    """The kind of fact, or the name of the service that says so."""
    code: str
    day: date | None
    written: str
    """The digits of the day, as the document has them."""
    evidence: tuple[Evidence, ...]
    english: str = ""
    """The title in English, where it is ours and not a document's."""
    now: bool = False
    """It is due today; it then has no day."""

    @property
    def documents(self) -> frozenset[str]:
        """The entryUUIDs that say it."""
        return frozenset(each.uuid for each in self.evidence)


def planned_of(chart: Chart) -> tuple[Planned, ...]:
    """Everything that documents plan, in the order of its days, what has none last; the same thing once."""
    found: dict[tuple[str, str, str], Planned] = {}
    for sheet in chart.sheets:
        for one in _in_sheet(sheet):
            found.setdefault((one.code or one.title, one.kind, one.written), one)
    return tuple(sorted(found.values(), key=lambda one: (one.day is None, one.day or date.max, one.title)))


def to_come(planned: tuple[Planned, ...], today: date) -> tuple[Planned, ...]:
    """What stands right of today, and what has no day that can be read."""
    return tuple(one for one in planned if one.day is None or one.day >= today)


def _in_sheet(sheet: Sheet) -> Iterator[Planned]:
    for kind in KINDS:
        for fact in getattr(sheet.facts, kind):
            if _is_planned(fact) and fact.concept.words:
                day = first_day(fact.start)
                code, evidence = fact.concept.code, (evidence_of(sheet, fact),)
                yield Planned(fact.concept.words, kind, code, day, fact.start, evidence)


def _is_planned(fact: Fact) -> bool:
    return fact.mood in _PLANNED and fact.is_present and fact.status not in _OVER
