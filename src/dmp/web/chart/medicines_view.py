"""Medicines as pages show them: what is taken, what changed, what waits, what to talk about (RX-7, SV-6).

All of it is made of the chart of whoever looks; what he may not read is
neither listed, nor counted, nor hinted at (RX-8).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from dmp.services.chart import Chart, Evidence, evidence_of
from dmp.services.medicines.alert_rules import AlertRules
from dmp.services.medicines.changes import Change
from dmp.services.medicines.checks import checked
from dmp.services.medicines.deliveries import Delivery, shown_deliveries
from dmp.services.medicines.discharge import StayCompared, compared
from dmp.services.medicines.lines import Followed, LineState
from dmp.services.medicines.parameters import RULES, Parameters
from dmp.services.medicines.sayings import quantity_words
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.medicines.treatments import MedicineList, Treatment, reconciled
from dmp.services.panel import Words, same
from dmp.web.chart.medicines_alerts import AlertView, alert_views
from dmp.web.chart.medicines_words import (
    BASES,
    CHANGES,
    LEFT_OUT,
    MARKS,
    NO_NAME,
    OUTCOMES,
    SOURCES,
    STATES,
    WARNINGS,
)
from dmp.web.chart.room import Room
from dmp.web.days import day
from dmp.web.portal.page import Visit

TEMPLATE = "chart/medicines.html"
_OPEN = (LineState.PRESCRIBED, LineState.NOT_COLLECTED, LineState.PARTLY_DISPENSED)


@dataclass(frozen=True)
class DoseView:
    """A posology and who says so."""

    words: str
    source: Words
    evidence: Evidence


@dataclass(frozen=True)
class MedicineView:
    """A medicine of the list."""

    name: Words
    substances: str
    doses: tuple[DoseView, ...]
    since: str
    until: str
    sources: tuple[Words, ...]
    reasons: tuple[Words, ...]
    """Why it is taken to be current."""
    state: Words
    last_delivery: str
    supplied: Words
    marks: tuple[tuple[Words, bool], ...]
    """Each with whether it asks for something."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class ChangeView:
    """Something that changed on a day."""

    day: str
    name: Words
    kind: Words
    before: str
    after: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class LineView:
    """A line that waits at the pharmacy."""

    name: Words
    state: Words
    until: str
    left: str
    renewable: bool
    evidence: Evidence


@dataclass(frozen=True)
class StayRow:
    """A medicine over a stay; `-` where it is not told."""

    name: str
    before: str
    during: str
    after: str
    outcome: Words


@dataclass(frozen=True)
class StayView:
    """What a stay changed."""

    admitted: str
    left: str
    rows: tuple[StayRow, ...]
    before_from_letter: bool
    letter: Evidence


@dataclass(frozen=True)
class DeliveryView:
    """A delivery of the history."""

    day: str
    name: Words
    quantity: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class MedicinesView:
    """The whole page."""

    current: tuple[MedicineView, ...]
    former: tuple[MedicineView, ...]
    changes: tuple[ChangeView, ...]
    to_collect: tuple[LineView, ...]
    alerts: tuple[AlertView, ...]
    stay: StayView | None
    deliveries: tuple[DeliveryView, ...]
    unlinked: tuple[DeliveryView, ...]
    unstructured: tuple[Evidence, ...]
    stated_none: tuple[Evidence, ...]
    months: int
    holder: bool
    version: str
    data: Words
    """Of which day the data of the checks are."""
    data_old: bool
    recalled: bool
    prescribes: bool = False
    """Who looks prescribes medicines: a way leads there."""


def view(
    chart: Chart,
    thesaurus: Thesaurus | None = None,
    *,
    parameters: Parameters | None = None,
    rules: AlertRules | None = None,
) -> MedicinesView:
    """From the chart of whoever looks: the holder in plain words, professionals with levels and rules."""
    known = parameters or chart.rules.of(RULES)
    found = reconciled(chart, thesaurus, known)
    alerts = checked(chart, found, thesaurus=thesaurus, rules=rules, parameters=known)
    shown = shown_deliveries(found.deliveries, today=chart.today, holder=chart.complete, parameters=known)
    stay = compared(chart, thesaurus, known)
    return MedicinesView(
        current=tuple(_medicine(each, chart.today) for each in found.current),
        former=tuple(_medicine(each, chart.today) for each in found.treatments if not each.is_current),
        changes=tuple(_changes(found)),
        to_collect=tuple(_to_collect(found)),
        alerts=tuple(alert_views(alerts, holder=chart.complete)),
        stay=None if stay is None else _stay(stay),
        deliveries=tuple(map(_delivery, shown)),
        unlinked=tuple(_delivery(tie.delivery) for tie in found.unlinked),
        unstructured=tuple(map(evidence_of, found.unstructured)),
        stated_none=found.stated_none,
        months=known.changes,
        holder=chart.complete,
        version=found.version,
        data=data_words(thesaurus),
        data_old=thesaurus is not None and thesaurus.is_old(chart.today, known.old_data),
        recalled=bool(known.recalled),
    )


def taken(chart: Chart, thesaurus: Thesaurus | None = None) -> tuple[tuple[MedicineView, ...], tuple[Evidence, ...]]:
    """What is taken today, and the documents that say that nothing is: the rest of the page is not worked out."""
    found = reconciled(chart, thesaurus)
    return tuple(_medicine(each, chart.today) for each in found.current), found.stated_none


def _medicine(each: Treatment, today: date) -> MedicineView:
    return MedicineView(
        name=_name(each.product.label),
        substances=", ".join(each.product.names),
        doses=tuple(DoseView(dose.words, SOURCES[dose.source], dose.evidence) for dose in each.doses),
        since=_day(each.since),
        until=_day(each.until),
        sources=tuple(SOURCES[source] for source in each.sources),
        reasons=tuple(BASES[basis] for basis in each.bases),
        state=_state(each, today),
        last_delivery=_day(each.last_delivery),
        supplied=_supplied(each),
        marks=tuple((MARKS[mark], mark in WARNINGS) for mark in MARKS if mark in each.marks),
        evidence=each.evidence,
    )


def _state(each: Treatment, today: date) -> Words:
    if each.is_current:
        return ("En cours", "Current")
    if each.stopped:
        return ("Arrêté", "Stopped")
    if each.since is not None and each.since > today:
        return ("À venir", "To come")
    if each.until is not None and each.until < today:
        return ("Terminé", "Ended")
    return ("Plus en cours, d’après ces documents", "No longer current, from these documents")


def _supplied(each: Treatment) -> Words:
    """How long the last delivery lasts; an estimate says that it is one, and why no more is known."""
    if each.last_delivery is None:
        return same("")
    if each.supplied_until is None:
        why = LEFT_OUT.get(each.supply.left_out, same(""))
        return (f"durée inconnue ({why[0]})", f"length unknown ({why[1]})")
    until = _day(each.supplied_until)
    if each.supply.estimated:
        return (f"jusqu’au {until} environ (estimation)", f"until {until} or so (an estimate)")
    return (f"jusqu’au {until}", f"until {until}")


def _changes(found: MedicineList) -> Iterator[ChangeView]:
    told: list[tuple[Change, str]] = [
        (change, each.product.label) for each in found.treatments for change in each.changes
    ]
    for change, label in sorted(told, key=lambda pair: (pair[0].day, pair[1]), reverse=True):
        yield ChangeView(
            _day(change.day), _name(label), CHANGES[change.kind], change.before, change.after, change.evidence
        )


def _to_collect(found: MedicineList) -> Iterator[LineView]:
    lines: Iterable[Followed] = (line for each in found.treatments for line in each.lines)
    for each in sorted(lines, key=lambda line: line.until or date.max):
        if each.state in _OPEN:
            left = "" if each.left is None else f"{each.left.normalize():f}"
            yield LineView(
                _name(each.line.product.label),
                STATES[each.state],
                _day(each.until),
                left,
                each.renewable,
                evidence_of(each.line.sheet, each.line.fact),
            )


def _delivery(each: Delivery) -> DeliveryView:
    words = _day(each.day) or each.fact.start
    evidence = tuple(evidence_of(sheet, each.fact) for sheet in each.sheets)
    return DeliveryView(words, _name(each.product.label), quantity_words(each.fact.quantity), evidence)


def _stay(stay: StayCompared) -> StayView:
    rows = (
        StayRow(row.product.label, _told(row.before), _told(row.during), _told(row.after), OUTCOMES[row.outcome])
        for row in stay.rows
    )
    return StayView(_day(stay.admitted), _day(stay.left), tuple(rows), stay.before_from_letter, stay.letter)


def _told(words: str | None) -> str:
    """A posology; `-` where the medicine is not told, `?` where it is without a posology."""
    return "-" if words is None else words or "?"


def data_words(thesaurus: Thesaurus | None) -> Words:
    """Of which day the data of the checks are."""
    if thesaurus is None:
        return (
            "Les interactions ne sont pas vérifiées : aucune base de médicaments n’est chargée.",
            "Interactions are not checked: no database of medicines is loaded.",
        )
    origin = thesaurus.origin
    medicines, interactions = day(origin.medicines), day(origin.interactions)
    return (
        f"Base publique des médicaments du {medicines}, thésaurus des interactions de l’ANSM du {interactions}.",
        f"Public database of medicines of {medicines}, thesaurus of interactions of the ANSM of {interactions}.",
    )


def _name(label: str) -> Words:
    return same(label) if label.strip() else NO_NAME


def _day(when: date | None) -> str:
    return "" if when is None else day(when)


def made(chart: Chart, visit: Visit, _room: Room) -> MedicinesView:
    """The body of the page, for the frame of the chart."""
    who = visit.signed_in.professional
    return replace(view(chart, visit.portal.medicines), prescribes=who is not None and who.prescribes)
