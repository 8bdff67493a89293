"""The facts of a patient summary that is computed from a chart, for who may read it (IPS-FR; VSM-5: never signed)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dmp.record.facts import Facts, Problem
from dmp.services.chart import Chart
from dmp.services.days import first_day
from dmp.services.folding import Fold
from dmp.services.synthesis.blocks import is_active
from dmp.services.synthesis.folds import folds_of
from dmp.services.synthesis.proposal import going_on

READS = (
    "problems",
    "allergies",
    "medications",
    "prescriptions",
    "procedures",
    "devices",
    "immunizations",
    "measurements",
    "results",
    "plan",
    "encounters",
    "family",
    "lifestyle",
    "pregnancies",
    "directives",
    "observations",
)
RECENT = timedelta(days=730)
"""How old results and measures may be (cda-and-services 4.1: 24 months)."""
SECTIONS = frozenset({"44939-7", "47420-5"})
"""Sections whose observations the summary has a place for: adverse effects, functional status."""


def summary_of(chart: Chart) -> Facts:
    """One fact for each thing, the one that leads; a statement of none stays where nothing contradicts it."""
    problems = list(folds_of(chart, "problems"))
    current = [_as(fold, history=False) for fold in problems if is_active(fold)]
    past = [_as(fold, history=True) for fold in problems if not is_active(fold)]
    return Facts(
        problems=(*(current or _stated(chart, "problems")), *past),
        allergies=_leads(folds_of(chart, "allergies")) or _stated(chart, "allergies"),
        medications=_treatments(chart),
        procedures=_leads(folds_of(chart, "procedures")),
        devices=_leads(folds_of(chart, "devices")),
        immunizations=_leads(folds_of(chart, "immunizations", lambda fact: fact.mood == "EVN")),
        measurements=_recent(chart, "measurements"),
        results=_recent(chart, "results"),
        plan=_to_come(chart, "plan"),
        encounters=_to_come(chart, "encounters"),
        family=_leads(folds_of(chart, "family")),
        lifestyle=_leads(folds_of(chart, "lifestyle")),
        pregnancies=_recent(chart, "pregnancies"),
        directives=_leads(folds_of(chart, "directives")),
        observations=_leads(
            folds_of(chart, "observations", lambda fact: fact.is_present and fact.source.section in SECTIONS)
        ),
    )


def _as(fold: Fold[Problem], *, history: bool) -> Problem:
    return replace(fold.lead, history=history)


def _leads(folds: Iterable[Fold[Any]]) -> tuple[Any, ...]:
    return tuple(fold.lead for fold in folds)


def _stated(chart: Chart, kind: str) -> tuple[Any, ...]:
    """The newest statement that there is nothing, or that nothing is known."""
    found = [fact for _, fact in chart.of(kind) if not fact.is_present and not getattr(fact, "history", False)]
    return tuple(found[:1])


def _treatments(chart: Chart) -> tuple[Any, ...]:
    told = _leads(going_on(chart))
    return told or tuple(fact for fact in _stated(chart, "medications") if fact.mood == "EVN")


def _recent(chart: Chart, kind: str) -> tuple[Any, ...]:
    """The newest of each, unless it is old; what has no day is kept."""
    first = chart.today - RECENT
    return tuple(fold.lead for fold in folds_of(chart, kind) if (first_day(fold.lead.start) or chart.today) >= first)


def _to_come(chart: Chart, kind: str) -> tuple[Any, ...]:
    today = chart.today
    planned = folds_of(chart, kind, lambda fact: fact.is_present and fact.mood != "EVN")
    return tuple(fold.lead for fold in planned if (first_day(fold.lead.start) or today) >= today)
