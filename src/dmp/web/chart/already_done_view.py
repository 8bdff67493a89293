"""Already done, in words: the small panel beside a prescription, and how an examination is named for it (IMG-8)."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp.services.chart import Chart, Evidence
from dmp.services.panel import Words
from dmp.services.pathway.already_done import AlreadyDone, Wanted, already_done
from dmp.services.pathway.comparing import RULES, Comparable
from dmp.web.days import day


@dataclass(frozen=True)
class DoneLine:
    """A comparable examination."""

    day: str
    title: str
    recent: bool
    evidence: Evidence


@dataclass(frozen=True)
class AlreadyDoneView:
    """The small panel beside a prescription."""

    words: Words
    months: int
    recent: bool
    lines: tuple[DoneLine, ...]


def already_done_view(found: AlreadyDone) -> AlreadyDoneView:
    """In words: when, what, where."""
    lines = (
        DoneLine(day(one.day) if one.day is not None else "", one.title, one.recent, one.evidence) for one in found.done
    )
    return AlreadyDoneView(found.label.pair, found.months, found.recent, tuple(lines))


@dataclass(frozen=True)
class Exam:
    """An examination that one may ask about; `value` is what an address says."""

    value: str
    words: Words


@dataclass(frozen=True)
class ExamsView:
    """The question «already done?»: what may be asked about, what was, and the answer."""

    exams: tuple[Exam, ...]
    regions: tuple[Exam, ...]
    exam: str = ""
    region: str = ""
    found: AlreadyDoneView | None = None


def exams_view(chart: Chart, asked: Callable[[str], str], table: Comparable | None = None) -> ExamsView:
    """The groups of the table and its modalities; a region goes with a modality."""
    used = table or chart.rules.of(RULES)
    groups = tuple(Exam(group.id, group.label.pair) for group in used.groups)
    modalities = {ident: words.pair for ident, words in used.modalities.values()}
    exams = (*groups, *(Exam(f"image:{ident}", words) for ident, words in modalities.items()))
    regions = tuple(Exam(code, words.pair) for code, (words, _) in used.regions.items())
    exam, region = asked("exam"), asked("region")
    wanted = _wanted(exam, region, used)
    found = already_done_view(already_done(chart, wanted, used)) if wanted is not None else None
    return ExamsView(exams, regions, exam, region, found)


def _wanted(exam: str, region: str, table: Comparable) -> Wanted | None:
    """What an address names; None where it names nothing of the table."""
    group = next((one for one in table.groups if one.id == exam), None)
    if group is not None:
        code, system = min(group.codes)
        return Wanted(code, system)
    modality = next((code for code, (ident, _) in table.modalities.items() if f"image:{ident}" == exam), "")
    return Wanted(modality=modality, region=region if region in table.regions else "") if modality else None
