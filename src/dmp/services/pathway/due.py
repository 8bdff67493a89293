"""What is due and not planned by anybody: tests of screening and vaccines, now or on a day to come (PW-6).

By the rules of their own services, from the same chart: what the holder keeps
for himself changes it for him alone.
"""

from collections.abc import Iterator

from dmp.services.chart import Chart, Evidence
from dmp.services.pathway.planned import Planned
from dmp.services.screening import state as screening
from dmp.services.screening.loading import RULES
from dmp.services.screening.programmes import Programmes
from dmp.services.screening.status import statuses
from dmp.services.vaccination import states as vaccination
from dmp.services.vaccination.calendar import Kind
from dmp.services.vaccination.doses import SERVICE_NAME
from dmp.services.vaccination.evaluate import evaluate

SCREENING, VACCINATION = "screening", SERVICE_NAME
_TESTS_NOW = screening.REMINDED
_TESTS_TO_COME = frozenset(
    {
        screening.State.NORMAL,
        screening.State.CLOSED,
        screening.State.DONE,
        screening.State.PENDING,
        screening.State.DUE,
        screening.State.NOT_INTERPRETABLE,
    }
)
_VACCINES_NOW = frozenset(vaccination.TO_DO)
_VACCINES_TO_COME = frozenset(
    {
        vaccination.State.UPCOMING,
        vaccination.State.UP_TO_DATE,
        vaccination.State.PROBABLY_UP_TO_DATE,
        vaccination.State.NOT_ELIGIBLE_YET,
        vaccination.State.OUT_OF_SEASON,
    }
)


def due_of(chart: Chart) -> tuple[Planned, ...]:
    """What the rules in force say is due, from what the viewer may see; what has no day to come is due now."""
    return (*tests_due(chart, chart.rules.of(RULES)), *_vaccines(chart))


def tests_due(chart: Chart, rules: Programmes) -> Iterator[Planned]:
    """The next test of each programme."""
    for status in statuses(chart, rules):
        to_come = status.due is not None and status.due > status.today
        if status.state in (_TESTS_TO_COME if to_come else _TESTS_NOW) and status.step:
            label, test = status.programme.label, status.programme.test(status.step).label
            yield Planned(
                title=f"Dépistage : {label.french} ({test.french})",
                kind=SCREENING,
                code=status.programme.id,
                day=status.due if to_come else None,
                written="",
                evidence=status.evidence,
                english=f"Screening: {label.english} ({test.english})",
                now=not to_come,
            )


def _vaccines(chart: Chart) -> Iterator[Planned]:
    """The next dose of each rule; what only gathers others is left out."""
    for status in evaluate(chart).statuses:
        to_come = status.recommended is not None and status.recommended > chart.today
        states = _VACCINES_TO_COME if to_come else _VACCINES_NOW
        if status.state in states and status.rule.kind is not Kind.OBLIGATION:
            french, english = status.rule.label
            yield Planned(
                title=f"Vaccin : {french}",
                kind=VACCINATION,
                code=status.id,
                day=status.recommended if to_come else None,
                written="",
                evidence=tuple(_evidence(status)),
                english=f"Vaccine: {english}",
                now=not to_come,
            )


def _evidence(status: vaccination.Status) -> Iterator[Evidence]:
    """The documents of its doses, once each."""
    yield from {one.uuid: one for dose in status.doses for one in dose.evidence}.values()
