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
from dmp.services.medicines.discharge import compared
from dmp.services.medicines.lines import Followed, LineState
from dmp.services.medicines.parameters import RULES, Parameters
from dmp.services.medicines.sayings import quantity_words
from dmp.services.medicines.thesaurus import Thesaurus
from dmp.services.medicines.treatment import MedicineList
from dmp.services.medicines.treatments import reconciled
from dmp.services.panel import Words
from dmp.web.chart.medicines_alerts import AlertView, alert_views, data_words, old_words
from dmp.web.chart.medicines_rows import MedicineView, day_of, medicine_view, name_of
from dmp.web.chart.medicines_stay import StayView, stay_view
from dmp.web.chart.medicines_words import CHANGES, STATES
from dmp.web.chart.prescription_view import amount
from dmp.web.chart.room import Room
from dmp.web.portal.page import Visit

TEMPLATE = "chart/medicines.html"
_OPEN = (LineState.PRESCRIBED, LineState.NOT_COLLECTED, LineState.PARTLY_DISPENSED)


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
    data_old: Words | None
    """That they are older than they should be."""
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
        current=tuple(medicine_view(each, chart.today) for each in found.current),
        former=tuple(medicine_view(each, chart.today) for each in found.treatments if not each.is_current),
        changes=tuple(_changes(found)),
        to_collect=tuple(_to_collect(found)),
        alerts=tuple(alert_views(alerts, holder=chart.complete)),
        stay=None if stay is None else stay_view(stay),
        deliveries=tuple(map(_delivery, shown)),
        unlinked=tuple(_delivery(tie.delivery) for tie in found.unlinked),
        unstructured=tuple(map(evidence_of, found.unstructured)),
        stated_none=found.stated_none,
        months=known.changes,
        holder=chart.complete,
        version=found.version,
        data=data_words(thesaurus),
        data_old=old_words(known.old_data) if thesaurus and thesaurus.is_old(chart.today, known.old_data) else None,
        recalled=bool(known.recalled),
    )


def taken(chart: Chart, thesaurus: Thesaurus | None = None) -> tuple[tuple[MedicineView, ...], tuple[Evidence, ...]]:
    """What is taken today, and the documents that say that nothing is: the rest of the page is not worked out."""
    found = reconciled(chart, thesaurus)
    return tuple(medicine_view(each, chart.today) for each in found.current), found.stated_none


def _changes(found: MedicineList) -> Iterator[ChangeView]:
    told: list[tuple[Change, str]] = [
        (change, each.product.label) for each in found.treatments for change in each.changes
    ]
    for change, label in sorted(told, key=lambda pair: (pair[0].day, pair[1]), reverse=True):
        yield ChangeView(
            day_of(change.day), name_of(label), CHANGES[change.kind], change.before, change.after, change.evidence
        )


def _to_collect(found: MedicineList) -> Iterator[LineView]:
    lines: Iterable[Followed] = (line for each in found.treatments for line in each.lines)
    for each in sorted(lines, key=lambda line: line.until or date.max):
        if each.state in _OPEN:
            left = "" if each.left is None else amount(each.left, each.line.fact.quantity.unit)
            yield LineView(
                name_of(each.line.product.label),
                STATES[each.state],
                day_of(each.until),
                left,
                each.renewable,
                evidence_of(each.line.sheet, each.line.fact),
            )


def _delivery(each: Delivery) -> DeliveryView:
    words = day_of(each.day) or each.fact.start
    evidence = tuple(evidence_of(sheet, each.fact) for sheet in each.sheets)
    return DeliveryView(words, name_of(each.product.label), quantity_words(each.fact.quantity), evidence)


def made(chart: Chart, visit: Visit, _room: Room) -> MedicinesView:
    """The body of the page, for the frame of the chart."""
    who = visit.signed_in.professional
    return replace(view(chart, visit.portal.medicines), prescribes=who is not None and who.prescribes)
