"""What who runs the service sees and does here: its health, what waits, alerts, the brake (security 10, 11).

Nothing of a record is on any of these pages, not even its pseudonym: what is
shown was read without it (`record.oversight`), what is done goes through the gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from dmp.actions.action import Action, Result
from dmp.actions.clear_reading import ConfirmClearance, ProposeClearance
from dmp.actions.close_alert import CloseAlert
from dmp.record.alert import AlertKind, AlertState
from dmp.record.errors import IncompleteRequest
from dmp.record.job import JobLine, JobState
from dmp.record.nomenclature import Nomenclature, value_set
from dmp.record.oversight import AlertLine, HeadLine, RulesTold, ServiceState, Tables, UnreadLine, WaitingCases
from dmp.record.visit import Clearance
from dmp.web.days import after, day, moment
from dmp.web.portal.callers import caller_of
from dmp.web.portal.page import Answer, Needs, Page, PageRoute, Redirect, Visit
from dmp.web.portal.places import OPERATOR

JOBS, ALERTS, BRAKES, EMERGENCIES, TRACES, TABLES, RULES, UNREAD = (
    f"{OPERATOR}/{name}"
    for name in ("taches", "alertes", "freins", "urgences", "traces", "tables", "regles", "lectures")
)
LONGEST_REASON = 500
_CONFIRM = "confirm"
Thing = TypeVar("Thing")


class Oversight(Protocol):
    """One service, as `overseeing.Overseeing` reads it."""

    def state(self) -> ServiceState:
        """How the service is now."""
        ...

    def jobs(self, state: JobState) -> tuple[JobLine, ...]:
        """The jobs in a state."""
        ...

    def retry(self, job: str, operator: str) -> None:
        """Have a dead job tried again."""
        ...

    def heads(self) -> tuple[HeadLine, ...]:
        """The newest heads."""
        ...

    def alerts(self, state: AlertState) -> tuple[AlertLine, ...]:
        """The alerts in a state."""
        ...

    def clearances(self) -> tuple[Clearance, ...]:
        """Whose reading was decided on."""
        ...

    def emergencies(self) -> tuple[WaitingCases, ...]:
        """What waits for its review."""
        ...

    def tables(self) -> Tables:
        """The tables in force."""
        ...

    def rules(self) -> RulesTold:
        """The rules of services in force."""
        ...

    def unread(self) -> tuple[UnreadLine, ...]:
        """Documents that could not be read whole."""
        ...


@dataclass(frozen=True)
class Shown(Generic[Thing]):
    """What a page shows, and how it tells a moment."""

    of: Thing
    closable: frozenset[str] = frozenset()
    """The alerts that an operator ends."""
    closed: bool = False

    def when(self, at: datetime | None) -> str:
        """Day and hour in France; empty for never."""
        return moment(at) if at is not None else ""

    def version(self, told: str) -> str:
        """A version; one that is a day, as days are written in France."""
        try:
            return day(date.fromisoformat(told))
        except ValueError:
            return told

    def on(self, at: date | None) -> str:
        """The day alone; empty for none."""
        return day(at) if at is not None else ""


@dataclass(frozen=True)
class OperatorPages:
    """The pages of one service."""

    oversight: Oversight

    @property
    def routes(self) -> tuple[PageRoute, ...]:
        """Their addresses."""
        needs = Needs.OPERATOR
        return (
            PageRoute(OPERATOR, self._state, needs=needs),
            PageRoute(JOBS, self._jobs, self._retry, needs),
            PageRoute(ALERTS, self._alerts, self._close, needs),
            PageRoute(BRAKES, self._brakes, self._decide, needs),
            PageRoute(EMERGENCIES, self._emergencies, needs=needs),
            PageRoute(TRACES, self._traces, needs=needs),
            PageRoute(TABLES, self._tables, needs=needs),
            PageRoute(RULES, self._rules, needs=needs),
            PageRoute(UNREAD, self._unread, needs=needs),
        )

    def _state(self, _visit: Visit) -> Answer:
        return Page("operator/state.html", ("État du service", "State of the service"), Shown(self.oversight.state()))

    # -- jobs

    def _jobs(self, _visit: Visit) -> Page:
        found = {state.value: self.oversight.jobs(state) for state in (JobState.DEAD, JobState.WAITING)}
        return Page("operator/jobs.html", ("Tâches", "Jobs"), Shown(found))

    def _retry(self, visit: Visit) -> Answer:
        try:
            self.oversight.retry(visit.form.line("job"), visit.signed_in.operator)
        except IncompleteRequest:
            told = visit.says("Cette tâche n’est plus en échec.", "This job is not dead any more.")
            return _wrong(self._jobs(visit), {"": told})
        return Redirect(JOBS)

    # -- alerts

    def _alerts(self, visit: Visit) -> Page:
        state = AlertState.CLOSED if visit.asked("etat") == AlertState.CLOSED else AlertState.OPEN
        alerts = self.oversight.alerts(state)
        closable = frozenset(one.id for one in alerts if one.kind != AlertKind.QUESTION and one.closed_at is None)
        view = Shown(alerts, closable, closed=state is AlertState.CLOSED)
        return Page("operator/alerts.html", ("Alertes", "Alerts"), view)

    def _close(self, visit: Visit) -> Answer:
        alert, reason = visit.form.line("alert"), visit.form.line("reason")
        if wrong := _reason_wrong(visit, reason):
            return _wrong(self._alerts(visit), {f"reason-{alert}": wrong})
        try:
            _perform(visit, CloseAlert(alert), reason)
        except IncompleteRequest:
            told = visit.says(
                "Cette alerte est déjà close, ou c’est à une structure d’y répondre.",
                "This alert is closed already, or a structure is to answer it.",
            )
            return _wrong(self._alerts(visit), {"": told})
        return Redirect(ALERTS)

    # -- the brake

    def _brakes(self, _visit: Visit) -> Page:
        title = ("Freins et secondes approbations", "Brakes and second approvals")
        return Page("operator/brakes.html", title, Shown(self.oversight.clearances()))

    def _decide(self, visit: Visit) -> Answer:
        """Propose, or confirm what another operator proposed."""
        return self._confirm(visit) if visit.form.line("act") == _CONFIRM else self._propose(visit)

    def _propose(self, visit: Visit) -> Answer:
        person, reason, until = visit.form.line("person"), visit.form.line("reason"), _end_of(visit.form.line("until"))
        errors: dict[str, str] = {}
        if not person or len(person) > 64:
            errors["person"] = visit.says(
                "Écrivez l’identifiant national de la personne.", "Write the national id of the person."
            )
        if until is None:
            errors["until"] = visit.says(
                "Écrivez le dernier jour, comme 31/01/2026.", "Write the last day, as 31/01/2026."
            )
        if wrong := _reason_wrong(visit, reason):
            errors["reason"] = wrong
        if errors or until is None:
            return _wrong(self._brakes(visit), errors)
        try:
            _perform(visit, ProposeClearance(person, until), reason)
        except IncompleteRequest:
            told = visit.says("Choisissez un jour à venir, avant un mois.", "Choose a day to come, within a month.")
            return _wrong(self._brakes(visit), {"until": told})
        return Redirect(BRAKES)

    def _confirm(self, visit: Visit) -> Answer:
        person, reason = visit.form.line("person"), visit.form.line("reason")
        if wrong := _reason_wrong(visit, reason):
            return _wrong(self._brakes(visit), {f"reason-{person}": wrong})
        try:
            _perform(visit, ConfirmClearance(person), reason)
        except IncompleteRequest:
            told = visit.says(
                "Rien n’a été fait : un autre exploitant que celui qui propose confirme, et à temps.",
                "Nothing was done: another operator than who proposed confirms, while the proposal holds.",
            )
            return _wrong(self._brakes(visit), {"": told})
        return Redirect(BRAKES)

    # -- what is only read

    def _emergencies(self, _visit: Visit) -> Answer:
        title = ("Accès en urgence à relire", "Emergency accesses to review")
        return Page("operator/emergencies.html", title, Shown(self.oversight.emergencies()))

    def _traces(self, _visit: Visit) -> Answer:
        return Page("operator/traces.html", ("Arbre des traces", "Tree of traces"), Shown(self.oversight.heads()))

    def _tables(self, _visit: Visit) -> Answer:
        return Page("operator/tables.html", ("Tables de droits et de codes", "Tables"), Shown(self.oversight.tables()))

    def _rules(self, _visit: Visit) -> Answer:
        return Page("operator/rules.html", ("Règles des services", "Rules of services"), Shown(self.oversight.rules()))

    def _unread(self, _visit: Visit) -> Answer:
        title = ("Documents dont la lecture a échoué", "Documents whose reading failed")
        types = value_set(Nomenclature.DOCUMENT_TYPES)
        lines = tuple((types.label(one.kind) or one.kind, one) for one in self.oversight.unread())
        return Page("operator/unread.html", title, Shown(lines))


def _perform(visit: Visit, action: Action[Result], reason: str) -> Result:
    """Act as this operator, for a reason that the trace keeps."""
    return visit.portal.perform(replace(caller_of(visit.signed_in), reason=reason), action)


def _reason_wrong(visit: Visit, reason: str) -> str:
    if reason and len(reason) <= LONGEST_REASON:
        return ""
    return visit.says(
        f"Écrivez pourquoi, en {LONGEST_REASON} caractères au plus : la trace le garde.",
        f"Write why, in {LONGEST_REASON} characters at most: the trace keeps it.",
    )


def _wrong(page: Page, errors: Mapping[str, str]) -> Page:
    return replace(page, status=422, errors=errors)


def _end_of(day: str) -> datetime | None:
    """The end of a day in France; None when it is no day."""
    try:
        return after(day)
    except ValueError:
        return None
