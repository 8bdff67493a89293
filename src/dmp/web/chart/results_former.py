"""What a line of a corrected report was before, in the words of the page (BIO-1)."""

from dataclasses import dataclass, replace

from dmp.services.biology.lines import Line
from dmp.services.biology.marks import Mark
from dmp.services.biology.readings import Reading
from dmp.services.biology.units import Units
from dmp.services.chart import Evidence, evidence_of
from dmp.services.panel import Words
from dmp.web.chart.figures import day_words, hour_words
from dmp.web.chart.results_words import FLAGS, as_received
from dmp.web.days import day_of

CHANGES = frozenset({Mark.CORRECTED, Mark.ADDED})


@dataclass(frozen=True)
class FormerView:
    """A line as the version before had it: its value, and of the rest what was otherwise."""

    value: str
    """Empty where it was the same, and something else was not."""
    flag: Words
    bounds: str
    comment: str
    taken: str
    """Day and hour of the specimen."""
    version: str
    """Day of that version."""
    source: Evidence


def former_of(line: Line, units: Units, *, english: bool) -> FormerView | None:
    """What a line was, where it was corrected; beside its value, only what is otherwise now."""
    return former_of_reading(line.corrected, units, english=english)


def former_of_reading(now: Reading | None, units: Units, *, english: bool) -> FormerView | None:
    """The same of one reading."""
    reading = now.former if now is not None else None
    if now is None or reading is None:
        return None
    whole = as_it_was(reading, units, english=english)
    otherwise = replace(
        whole,
        flag=whole.flag if reading.flag is not now.flag else ("", ""),
        bounds=whole.bounds if reading.bounds_words != now.bounds_words else "",
        comment=whole.comment if whole.comment != now.fact.comment.strip() else "",
        taken=whole.taken if reading.when != now.when else "",
    )
    alone = otherwise.flag[0] or otherwise.bounds or otherwise.comment or otherwise.taken
    return replace(otherwise, value="") if alone and reading.words == now.words else otherwise


def as_it_was(reading: Reading, units: Units, *, english: bool) -> FormerView:
    """All that a line of a former version said."""
    return FormerView(
        value=as_received(reading.words, units, english=english) or "–",
        flag=FLAGS[reading.flag],
        bounds=reading.bounds_words,
        comment=reading.fact.comment.strip(),
        taken=f"{day_words(reading.when)} {hour_words(reading.when)}".strip(),
        version=day_of(reading.sheet.entry.creation_time),
        source=evidence_of(reading.sheet),
    )
