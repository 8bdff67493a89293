"""What a clinical service is: a name, what it reads, what it shows, and what it concludes for reminders (house 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dmp.services.chart import Chart, Reminders
from dmp.services.panel import Panel, Words
from dmp.services.rule_set import Rules, RuleSet


def no_panels(chart: Chart) -> tuple[Panel, ...]:  # noqa: ARG001
    """For a service that has a page of its own."""
    return ()


def nothing_due(chart: Chart) -> Reminders:  # noqa: ARG001
    """For a service that reminds of nothing."""
    return Reminders()


def no_version(today: date, rules: Rules) -> str:  # noqa: ARG001
    """For a service that works by no dated rules."""
    return ""


@dataclass(frozen=True)
class Service:
    """A service, as the house knows it: listed in `services.SERVICES`, which switches it on.

    `slug` is the last part of the address of its page. `reads` are kinds of
    facts (`record.facts.KINDS`): nothing else is opened for it. A service
    without a page of its own in `web/chart` is shown by its `panels`.
    """

    name: str
    slug: str
    title: Words
    reads: tuple[str, ...]
    panels: Callable[[Chart], tuple[Panel, ...]] = no_panels
    reminders: Callable[[Chart], Reminders] = nothing_due
    version: Callable[[date, Rules], str] = no_version
    """The version of the rules that it works by on a day: new ones are told of little by little (RM-10)."""
    sets: tuple[RuleSet[object], ...] = ()
    """The rules that an operator may replace (`rule_set`)."""
    compares: bool = False
    """Its page shows what changed since the version of a document before (`Chart.replaced`)."""
