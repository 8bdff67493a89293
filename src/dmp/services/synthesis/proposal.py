"""The proposal of a medical summary («proposition de synthèse», VSM-3): what a doctor may write down, line by line.

Nothing is chosen for him. Whatever the former summary told is proposed again,
since the new one replaces it, then what other documents tell since.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from dmp.record.dtm import PARIS, lowest
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.facts import Device, Fact, Medication, PrescriptionLine, Problem
from dmp.record.hl7text import Xcn
from dmp.services.chart import Chart, Evidence, Sheet
from dmp.services.days import digits_of_care, first_day
from dmp.services.folding import Fold
from dmp.services.panel import Words, same
from dmp.services.synthesis.blocks import is_active
from dmp.services.synthesis.folds import folds_of
from dmp.services.words import day_words

SYNTHESIS = "SYNTH"
"""Type of a medical summary («synthèse»)."""
SUMMARIES = frozenset({SYNTHESIS, "60591-5"})
"""Types of documents that sum a patient up: the older form of the same, and the international one."""
YEARLY = 365
"""Days after which the summary of the attending doctor is overdue (VSM-2; L.1111-15: once a year)."""


@dataclass(frozen=True)
class Proposed:
    """A line that may be written down; `key` names it in a form, whatever else the record holds."""

    key: str
    fact: Fact
    what: Words
    day: str
    told: str
    """The day of the care that the document tells of, whenever it came."""
    beside: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    masked: bool
    """It comes from a document that is masked: writing it down shows it to whoever reads the summary."""
    kept: bool
    """The former summary told it."""


@dataclass(frozen=True)
class Part:
    """A section of the summary with what may stand in it. `none_known` has the words of the statement of absence."""

    name: str
    title: Words
    lines: tuple[Proposed, ...]
    none_known: Words = ("", "")


@dataclass(frozen=True)
class Proposal:
    """Everything that may be written down; `last` is the summary that it goes on from."""

    parts: tuple[Part, ...]
    last: DocumentEntry | None = None
    unread: tuple[Sheet, ...] = ()
    """What the service cannot use for now, of whatever day."""
    beside: tuple[Sheet, ...] = ()
    """What has no structure and came since: to be read, and written down by hand (SV-4)."""

    def chosen(self, keys: Iterable[str]) -> tuple[Proposed, ...]:
        """The lines of these keys, in the order of the sections.

        Raises:
            LookupError: a key is of no line: the record changed meanwhile.
        """
        wanted = set(keys)
        found = tuple(line for part in self.parts for line in part.lines if line.key in wanted)
        if len(found) < len(wanted):
            raise LookupError("a line is no longer there")
        return found


def proposal(chart: Chart) -> Proposal:
    """What the documents of a chart tell since the last summary, with what that one told."""
    last = last_summary(chart)
    since = _since(chart, last)
    problems = list(folds_of(since, "problems"))
    parts = (
        Part(
            "problems",
            ("Pathologies en cours", "Current problems"),
            _lines("problems", (_current(fold) for fold in problems if is_active(fold))),
            ("Aucun problème connu", "No known problem"),
        ),
        Part(
            "history",
            ("Antécédents médicaux", "Medical history"),
            _lines("history", (_past(fold) for fold in problems if not is_active(fold))),
        ),
        Part(
            "procedures",
            ("Actes et interventions", "Acts and operations"),
            _lines("procedures", folds_of(since, "procedures", lambda fact: fact.is_present and fact.mood == "EVN")),
            ("Aucun acte connu", "No known act"),
        ),
        Part(
            "allergies",
            ("Allergies et intolérances", "Allergies and intolerances"),
            _lines("allergies", folds_of(since, "allergies")),
            ("Aucune allergie connue", "No known allergy"),
        ),
        Part("lifestyle", ("Mode de vie", "Lifestyle"), _lines("lifestyle", folds_of(since, "lifestyle"))),
        Part("family", ("Antécédents familiaux", "Family history"), _lines("family", _relatives(since))),
        Part(
            "devices",
            ("Dispositifs et implants, en points de vigilance", "Devices and implants, as points to watch"),
            _lines("devices", folds_of(since, "devices", lambda fact: fact.is_present and fact.mood == "EVN")),
        ),
        Part(
            "medications",
            ("Traitements au long cours", "Long-term treatments"),
            _lines("medications", going_on(since)),
            ("Aucun traitement connu", "No known treatment"),
        ),
    )
    beside = tuple(sheet for sheet in since.sheets if sheet.facts.is_empty)
    return Proposal(tuple(_marked(part, last) for part in parts), last, chart.unread, beside)


def last_summary(chart: Chart) -> DocumentEntry | None:
    """The newest summary in force that the viewer may read, whoever wrote it."""
    return max(_summaries(chart), key=_made, default=None)


def former_of(chart: Chart, doctor: str) -> DocumentEntry | None:
    """The summary in force of one doctor, which his new one replaces (VSM-1)."""
    own = (entry for entry in _summaries(chart) if entry.type_code.code == SYNTHESIS and is_by(entry, doctor))
    return max(own, key=_made, default=None)


@dataclass(frozen=True)
class Overdue:
    """How long ago the attending doctor wrote a summary; `last` is None when there is none of his."""

    last: date | None


def overdue(chart: Chart, doctor: str) -> Overdue | None:
    """Whether the attending doctor, who looks at his own chart, is late with his yearly summary (VSM-2).

    None when he is not. For nobody else: `doctor` is the viewer, who is the attending doctor.
    """
    own = [entry for entry in _summaries(chart) if is_by(entry, doctor)]
    last = max((lowest(_made(entry)).astimezone(PARIS).date() for entry in own if _made(entry)), default=None)
    late = last is None or (chart.today - last).days > YEARLY
    return Overdue(last) if late else None


def is_by(entry: DocumentEntry, doctor: str) -> bool:
    """Whether a doctor is among the authors of a document."""
    return any(Xcn.parse(author.person).id == doctor for author in entry.authors if author.person)


# -- what is proposed


def _summaries(chart: Chart) -> Iterator[DocumentEntry]:
    for sheet in chart.sheets:
        if sheet.entry.type_code.code in SUMMARIES and sheet.entry.status is EntryStatus.APPROVED:
            yield sheet.entry


def _made(entry: DocumentEntry) -> str:
    return entry.creation_time


def _since(chart: Chart, last: DocumentEntry | None) -> Chart:
    """The chart without what was there when the last summary was written, but that summary itself.

    An old letter that came later was not there, whatever its day.
    """
    if last is None:
        return chart
    kept = [sheet for sheet in chart.sheets if sheet.uuid == last.uuid or _came_after(sheet.entry, last)]
    return replace(chart, sheets=tuple(kept))


def _came_after(entry: DocumentEntry, last: DocumentEntry) -> bool:
    """Whether a document was put in, or made, after another."""
    if entry.deposit is not None and last.deposit is not None and entry.deposit.at > last.deposit.at:
        return True
    return _made(entry) > _made(last)


def _current(fold: Fold[Problem]) -> Fold[Problem]:
    """As a current problem, wherever the document told it."""
    return replace(fold, lead=replace(fold.lead, history=False))


def _past(fold: Fold[Problem]) -> Fold[Problem]:
    return replace(fold, lead=replace(fold.lead, history=True))


def _relatives(chart: Chart) -> Iterator[Fold[Any]]:
    """What relatives had; not the figures of another person."""
    return folds_of(chart, "family", lambda fact: fact.is_present and not fact.value.words and not fact.quantity.value)


def going_on(chart: Chart) -> Iterator[Fold[Any]]:
    """Treatments that go on today, told as such or prescribed: one line for each medicine."""
    told = list(_merged(chart, "medications")) + list(_merged(chart, "prescriptions"))
    known: set[object] = set()
    for key, fold in told:
        if key not in known:
            known.add(key)
            yield fold


def _merged(chart: Chart, kind: str) -> Iterator[tuple[object, Fold[Any]]]:
    for fold in folds_of(chart, kind, lambda fact: fact.is_present and _goes_on(fact, chart.today)):
        treatment = as_treatment(fold.lead)
        yield (treatment.concept.words.casefold(), treatment.route.code), replace(fold, lead=treatment)


def _goes_on(fact: Medication, today: date) -> bool:
    end = first_day(fact.end) if fact.end else None
    return fact.concept.words != "" and (end is None or end >= today)


def as_treatment(fact: Medication) -> Medication:
    """A line of a prescription as the treatment that it is."""
    if not isinstance(fact, PrescriptionLine):
        return replace(fact, mood="EVN")
    told: dict[str, Any] = {field.name: getattr(fact, field.name) for field in fields(Medication)}
    told["mood"] = "EVN"
    return Medication(**told)


def _lines(section: str, folds: Iterable[Fold[Any]]) -> tuple[Proposed, ...]:
    return tuple(_line(section, fold) for fold in folds if fold.lead.concept.words or section == "allergies")


def _line(section: str, fold: Fold[Any]) -> Proposed:
    sheet, lead = fold.all[0][0], fold.lead
    return Proposed(
        key=_key(section, sheet, fold.all[0][1]),
        fact=lead,
        what=same(_words(lead)),
        day=day_words(lead.start),
        told=day_words(digits_of_care(sheet.entry)),
        beside=tuple(part for part in _beside(lead) if part),
        evidence=fold.evidence,
        masked=sheet.entry.visibility.masked,
        kept=False,
    )


def _key(section: str, sheet: Sheet, fact: Fact) -> str:
    told = "|".join((section, sheet.entry.unique_id, fact.source.path, fact.source.ident, fact.concept.words))
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def _words(fact: Any) -> str:
    agent = getattr(fact, "agent", None)
    relative = getattr(fact, "relative", None)
    told = agent.words if agent is not None and agent.words else fact.concept.words
    return f"{told} ({relative.words})" if relative is not None and relative.words else told


def _beside(fact: Any) -> Iterator[str]:
    """What else the line would say."""
    yield getattr(fact, "schedule", "")
    yield ", ".join(one.words for one in getattr(fact, "reactions", ()))
    yield getattr(fact, "severity", "")
    yield getattr(fact, "laterality", "")
    value, quantity = getattr(fact, "value", None), getattr(fact, "quantity", None)
    yield value.words if value is not None else ""
    if quantity is not None and not isinstance(fact, Device):
        yield f"{quantity.value} {quantity.unit}".strip().replace(".", ",")
    if fact.end:
        yield f"→ {day_words(fact.end)}"
    yield fact.comment


def _marked(part: Part, last: DocumentEntry | None) -> Part:
    """With what the last summary told, which comes first."""
    if last is None:
        return part
    marked = [replace(line, kept=any(one.uuid == last.uuid for one in line.evidence)) for line in part.lines]
    return replace(part, lines=tuple(sorted(marked, key=lambda line: not line.kept)))
