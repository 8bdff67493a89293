"""Organised screening and prevention appointments («dépistages organisés»): where somebody stands, and why."""

from datetime import date

from dmp.services.chart import Chart, Reminders
from dmp.services.rule_set import Rules
from dmp.services.screening.findings import reminders
from dmp.services.screening.loading import RULES
from dmp.services.service import Service

READS = ("results", "observations", "procedures", "problems", "family")


def due(chart: Chart) -> Reminders:
    """Reminders by the programmes in force."""
    return reminders(chart, chart.rules.of(RULES))


def version(today: date, rules: Rules) -> str:  # noqa: ARG001 - one set of programmes, whatever the day
    """That of the programmes in force."""
    return rules.of(RULES).version


TITLE = ("Dépistages", "Screening")
SERVICE = Service("screening", "depistages", TITLE, READS, reminders=due, version=version, sets=(RULES,))
