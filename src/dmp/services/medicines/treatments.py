"""One list of treatments, of all that is prescribed, delivered, listed and declared (cda-and-services 4.1, 4.8).

A treatment is current when its end is to come or not told, and either the
newest summary or letter lists it, or a prescription covers today, or what was
delivered lasts until today and 30 days more (DEC-92). All that is concluded
comes from the chart alone: what its viewer may not read changes nothing here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.record.facts import Stated
from dmp.services.chart import Chart, Evidence, Sheet, evidence_of
from dmp.services.days import days_after, months_after
from dmp.services.medicines import changes
from dmp.services.medicines.changes import Change
from dmp.services.medicines.deliveries import Delivery, deliveries_of, lines_of
from dmp.services.medicines.grouping import Group, grouped
from dmp.services.medicines.lines import Followed, LineState, Tie, Tied, followed, tied
from dmp.services.medicines.parameters import RULES, Parameters
from dmp.services.medicines.product import Product
from dmp.services.medicines.sayings import Saying, Source, differs, dose_words, end_of, is_about_none, sayings_of
from dmp.services.medicines.supply import Supply, supply_of
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.words import posology_words


class Basis(StrEnum):
    """Why a treatment is current."""

    LISTED = "listed"
    COVERED = "covered"
    DELIVERED = "delivered"


class Mark(StrEnum):
    """What is said beside a treatment."""

    NOT_COLLECTED = "not_collected"
    DISPENSED_UNKNOWN = "dispensed_unknown"
    """Delivered without a prescription that the viewer may see."""
    DISPENSED_NOT_LISTED = "dispensed_not_listed"
    """Delivered again and again, and in no summary."""
    TO_BE_LINKED = "to_be_linked"
    DOSES_DIFFER = "doses_differ"
    LONG_TERM = "long_term"
    """Prescribed within a long-term illness («ALD»)."""
    AS_NEEDED = "as_needed"
    SUBSTITUTED = "substituted"


@dataclass(frozen=True)
class Dose:
    """A posology, and where it is written."""

    words: str
    source: Source
    evidence: Evidence


@dataclass(frozen=True)
class Treatment:
    """One medicine of the list."""

    product: Product
    bases: tuple[Basis, ...]
    """Why it is current; none when it is not."""
    stopped: bool
    """Said to be stopped, or not to be taken, by the last who spoke of it."""
    since: date | None
    until: date | None
    """The last day that somebody told."""
    doses: tuple[Dose, ...]
    """The one to show first; more where sources disagree."""
    sources: tuple[Source, ...]
    last_delivery: date | None
    supplied_until: date | None
    supply: Supply
    """Of the last delivery."""
    marks: frozenset[Mark]
    changes: tuple[Change, ...]
    """The newest first."""
    lines: tuple[Followed, ...]
    deliveries: tuple[Delivery, ...]
    ties: tuple[Tie, ...]
    """How each delivery was tied to a line."""
    evidence: tuple[Evidence, ...]

    @property
    def is_current(self) -> bool:
        """Whether it is taken today, as far as the documents tell."""
        return bool(self.bases)


@dataclass(frozen=True)
class MedicineList:
    """Everything: current treatments first, then the others, each by name."""

    treatments: tuple[Treatment, ...]
    deliveries: tuple[Delivery, ...]
    """All of them, the oldest first: `deliveries.shown_deliveries` tells which still show."""
    unlinked: tuple[Tied, ...]
    """For which several lines would do (DEC-93)."""
    unstructured: tuple[Sheet, ...]
    """Prescriptions, deliveries and summaries without one coded line (SV-4)."""
    stated_none: tuple[Evidence, ...]
    """Documents that say that no treatment is taken (SV-8)."""
    version: str

    @property
    def current(self) -> tuple[Treatment, ...]:
        """What is taken today."""
        return tuple(each for each in self.treatments if each.is_current)


def reconciled(chart: Chart, thesaurus: Thesaurus | None = None, parameters: Parameters | None = None) -> MedicineList:
    """The list of a chart."""
    known = parameters or chart.rules.of(RULES)
    lines, deliveries = lines_of(chart, thesaurus), deliveries_of(chart, thesaurus)
    ties = tied(lines, deliveries, known)
    follows = followed(lines, ties, chart.today, known)
    newest, former = _statements(chart, known)
    view = _View(chart.today, known, newest, former, _declaration(chart, known))
    groups = grouped(sayings_of(chart, lines, thesaurus, known), ties, follows)
    treatments = sorted(
        (view.treatment(group) for group in groups),
        key=lambda one: (not one.is_current, one.product.label.casefold(), one.since or date.min),
    )
    return MedicineList(
        treatments=tuple(treatments),
        deliveries=deliveries,
        unlinked=tuple(tie for tie in ties if tie.tie is Tie.TO_BE_LINKED),
        unstructured=tuple(_unstructured(chart, known)),
        stated_none=tuple(_stated_none(chart)),
        version=known.version,
    )


def _statements(chart: Chart, parameters: Parameters) -> tuple[Sheet | None, Sheet | None]:
    """The newest document that lists treatments as a whole, and the one before it."""
    found = [
        sheet
        for sheet in chart.sheets
        if parameters.is_of("statements", sheet.entry.type_code.code) and sheet.facts.medications
    ][:2]
    return (found[0] if found else None, found[1] if len(found) > 1 else None)


def _declaration(chart: Chart, parameters: Parameters) -> Sheet | None:
    """The newest document in which the holder tells treatments."""
    told = (sheet for sheet in chart.sheets if parameters.is_of("declared", sheet.entry.type_code.code))
    return next((sheet for sheet in told if sheet.facts.medications), None)


def _unstructured(chart: Chart, parameters: Parameters) -> Iterator[Sheet]:
    kinds = ("prescriptions", "dispensations", "declared")
    for sheet in chart.sheets:
        facts = sheet.facts
        if facts.prescriptions or facts.dispensations or facts.medications:
            continue
        if any(parameters.is_of(kind, sheet.entry.type_code.code) for kind in kinds):
            yield sheet


def _stated_none(chart: Chart) -> Iterator[Evidence]:
    for sheet in chart.sheets:
        for fact in sheet.facts.medications:
            if is_about_none(fact) and fact.stated is Stated.ABSENT:
                yield evidence_of(sheet, fact)


@dataclass(frozen=True)
class _View:
    """What every treatment is looked at with."""

    today: date
    parameters: Parameters
    newest: Sheet | None
    former: Sheet | None
    declaration: Sheet | None

    def treatment(self, group: Group) -> Treatment:
        """One group of sayings and deliveries, concluded."""
        last = group.last_dated_delivery
        supply = self._supply(group, last)
        supplied = None if last is None or last.day is None else days_after(last.day, supply.days or 0)
        stopped = self._is_stopped(group)
        bases = () if stopped else tuple(self._bases(group, supply))
        doses = tuple(self._doses(group))
        return Treatment(
            product=group.product,
            bases=bases,
            stopped=stopped,
            since=group.since,
            until=self._until(group),
            doses=doses,
            sources=tuple(group.sources()),
            last_delivery=last.day if last else None,
            supplied_until=supplied if supply.days is not None else None,
            supply=supply,
            marks=frozenset(self._marks(group, doses)),
            changes=changes.of_group(group, self.today, self.parameters, newest=self.newest, former=self.former),
            lines=group.lines,
            deliveries=group.deliveries,
            ties=tuple(tie.tie for tie in group.ties),
            evidence=_evidence(group),
        )

    def _bases(self, group: Group, supply: Supply) -> Iterator[Basis]:
        if any(self._lists(said) for said in group.sayings):
            yield Basis.LISTED
        if any(self._covers(each) for each in group.lines):
            yield Basis.COVERED
        if self._is_supplied(group, supply):
            yield Basis.DELIVERED

    def _lists(self, said: Saying) -> bool:
        standing = {sheet.uuid for sheet in (self.newest, self.declaration) if sheet is not None}
        if said.sheet.uuid not in standing or said.line is not None or not said.goes_on:
            return False
        return not self._says_stop(said) and self._open(said)

    def _open(self, said: Saying) -> bool:
        end = end_of(said, self.parameters)
        return end is None or end >= self.today

    def _covers(self, each: Followed) -> bool:
        said = Saying(Source.PRESCRIBED, each.line.sheet, each.line.fact, each.line.product, each.line.day, each.line)
        start, end = said.start or said.day, end_of(said, self.parameters)
        if each.state in (LineState.STOPPED, LineState.EXPIRED) or start is None or start > self.today:
            return False
        if end is not None:
            return end >= self.today
        # Of unknown end: as long as something of it may be delivered.
        return each.state is not LineState.DISPENSED

    def _is_supplied(self, group: Group, supply: Supply) -> bool:
        last = group.last_dated_delivery
        if last is None or last.day is None or last.day > self.today:
            return False
        line = group.line_of(last)
        if line is not None and line.fact.end and not self._open_line(group, last):
            return False
        if supply.days is None:
            return days_after(last.day, self.parameters.delivered_within) >= self.today
        return days_after(last.day, supply.days + self.parameters.grace) >= self.today

    def _open_line(self, group: Group, delivery: Delivery) -> bool:
        line = group.line_of(delivery)
        told = (said for said in group.sayings if said.line is line)
        return all(self._open(said) for said in told)

    def _supply(self, group: Group, last: Delivery | None) -> Supply:
        if last is None:
            return Supply(None)
        line = group.line_of(last)
        told = (last.fact.per_day, line.fact.per_day if line else "", *(said.fact.per_day for said in group.sayings))
        return supply_of(last.fact, next((each for each in told if each), ""), self.parameters)

    def _is_stopped(self, group: Group) -> bool:
        """By the last who spoke of it, unless it was delivered on a later day."""
        spoken = next((said for said in group.sayings if said.goes_on), None)
        if spoken is None or not self._says_stop(spoken):
            return False
        last = group.last_dated_delivery
        return last is None or last.day is None or spoken.day is None or last.day <= spoken.day

    def _says_stop(self, said: Saying) -> bool:
        return said.is_stopped or said.fact.status in self.parameters.stopped

    def _until(self, group: Group) -> date | None:
        ends = (end_of(said, self.parameters) for said in group.sayings if said.goes_on)
        return next(ends, None)

    def _doses(self, group: Group) -> Iterator[Dose]:
        """The posology to show; then those of sources that are valid today too and say something else."""
        told = [said for said in group.sayings if said.goes_on and dose_words(said.fact)]
        told.sort(key=lambda said: (said.source is Source.DECLARED, not said.fact.per_day, _newest_first(said)))
        newest_line = next((said.sheet.uuid for said in told if said.line), "")
        last = group.last_dated_delivery
        if not told and last is not None and last.fact.schedule:
            yield Dose(posology_words(last.fact.schedule), Source.DISPENSED, evidence_of(last.sheet, last.fact))
        for number, said in enumerate(told):
            live = self._lists(said) or (said.line is not None and said.sheet.uuid == newest_line)
            if number == 0 or (live and self._open(said) and differs(told[0].fact, said.fact)):
                yield Dose(dose_words(said.fact), said.source, evidence_of(said.sheet, said.fact))

    def _marks(self, group: Group, doses: tuple[Dose, ...]) -> Iterator[Mark]:
        if any(each.state is LineState.NOT_COLLECTED for each in group.lines):
            yield Mark.NOT_COLLECTED
        if any(tie.tie is Tie.UNKNOWN for tie in group.ties):
            yield Mark.DISPENSED_UNKNOWN
        if any(tie.tie is Tie.TO_BE_LINKED for tie in group.ties):
            yield Mark.TO_BE_LINKED
        if self._is_regular(group):
            yield Mark.DISPENSED_NOT_LISTED
        if len(doses) > 1:
            yield Mark.DOSES_DIFFER
        if any(each.line.fact.long_term_illness for each in group.lines):
            yield Mark.LONG_TERM
        if group.sayings and group.sayings[0].fact.as_needed:
            yield Mark.AS_NEEDED
        if any(each.substituted for each in group.lines):
            yield Mark.SUBSTITUTED

    def _is_regular(self, group: Group) -> bool:
        """Delivered on three days of six months, and no summary says so."""
        if any(said.source is Source.LISTED and said.goes_on for said in group.sayings):
            return False
        since = months_after(self.today, -self.parameters.regular_months)
        days = {one.day for one in group.deliveries if one.day is not None and since <= one.day <= self.today}
        return len(days) >= self.parameters.regular


def _newest_first(said: Saying) -> int:
    return -(said.day or date.min).toordinal()


def _evidence(group: Group) -> tuple[Evidence, ...]:
    """Every document that speaks of it, once, the newest first."""
    told: Iterable[Evidence] = (
        *(evidence_of(said.sheet, said.fact) for said in group.sayings),
        *(evidence_of(sheet, one.fact) for one in group.deliveries for sheet in one.sheets),
    )
    once = {each.uuid: each for each in reversed(list(told))}
    return tuple(sorted(once.values(), key=lambda each: each.day, reverse=True))
