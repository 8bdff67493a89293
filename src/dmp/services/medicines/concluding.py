"""One group of sayings and deliveries, concluded: is it taken, since when, how much, how long does it last (DEC-92).

A treatment is current when its end is to come or not told, and either the
newest summary or letter lists it, or a prescription covers today, or what was
delivered lasts until today and 30 days more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dmp.record.facts import Ceiling, Dispensation, Medication
from dmp.services.chart import Evidence, Sheet, evidence_of
from dmp.services.days import days_after, months_after
from dmp.services.medicines import changes
from dmp.services.medicines.deliveries import Delivery, Line
from dmp.services.medicines.grouping import Group
from dmp.services.medicines.intake import Intake, first_day_of_steps
from dmp.services.medicines.lines import Followed, LineState, Tie
from dmp.services.medicines.parameters import Parameters
from dmp.services.medicines.sayings import Saying, Source, differs, dose_words, end_of
from dmp.services.medicines.supply import Supply, supply_of
from dmp.services.medicines.treatment import Basis, Dose, Mark, Treatment
from dmp.services.words import posology_words


@dataclass(frozen=True)
class Conclusions:
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
        days = 0 if supply.days is None else supply.days + self.parameters.grace
        if supply.days is None or supply.at_least:
            days = max(days, self.parameters.delivered_within)
        return days_after(last.day, days) >= self.today

    def _open_line(self, group: Group, delivery: Delivery) -> bool:
        line = group.line_of(delivery)
        told = (said for said in group.sayings if said.line is line)
        return all(self._open(said) for said in told)

    def _supply(self, group: Group, last: Delivery | None) -> Supply:
        if last is None:
            return Supply(None)
        return supply_of(last.fact, intake_of(group, last), self.parameters, last.day)

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


def intake_of(group: Group, delivery: Delivery) -> Intake:
    """How what was handed out is taken: as the delivery tells it, else its line, else what was said last."""
    line = group.line_of(delivery)
    said: list[Medication] = [*([line.fact] if line is not None else []), *(each.fact for each in group.sayings)]
    told = next((each for each in (delivery.fact, *said) if each.per_day or each.steps), None)
    about = _about(told, said)
    steps = told.steps if told is not None else ()
    mine = told is delivery.fact or (line is not None and told is line.fact)
    return Intake(
        per_day=told.per_day if told is not None else "",
        steps=steps,
        ceiling=about.ceiling if about is not None else Ceiling(),
        as_needed=about is not None and about.as_needed,
        begun=first_day_of_steps(steps) or (_begun(group, delivery, line) if mine else None),
    )


def _about(told: Medication | Dispensation | None, said: list[Medication]) -> Medication | None:
    """What says whether it is taken as needed, and up to what: a delivery tells neither, its line or a list does."""
    if isinstance(told, Medication):
        return told
    if told is None:
        return next((each for each in said if each.ceiling != Ceiling()), None)
    return said[0] if said else None


def _begun(group: Group, delivery: Delivery, line: Line | None) -> date | None:
    """The day of the first delivery for the same line; of a renewed one, nobody tells whether its steps begin anew."""
    days = [tie.delivery.day for tie in group.ties if tie.delivery.day is not None and tie.line is line]
    first = min(days, default=None)
    if first == delivery.day:
        return first
    return first if line is not None and line.fact.repeats == 0 else None


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
