"""What the watch found, as the operator sees and ends it; never what a record holds (security 10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from dmp.actions.clear_reading import ConfirmClearance, ProposeClearance
from dmp.actions.close_alert import CloseAlert
from dmp.desk.installation import Installation, named_operator
from dmp.main import now, refuse_identity
from dmp.overseeing import waiting_cases
from dmp.record.alert import Alert, AlertKind, AlertState
from dmp.record.dtm import PARIS
from dmp.record.errors import RecordNotFound
from dmp.record.ins import read_ins
from dmp.watching import Watching, flag

SHOWN = 12
"""Records that a page of an alert names, by pseudonym."""


@dataclass(frozen=True)
class Lookout(Installation):
    """The watch of one installation."""

    def listed(self, state: AlertState) -> Iterator[str]:
        """One line for each alert, the newest first."""
        with self._store() as store, store.begin() as tx:
            alerts = sorted(tx.alerts.listed(state), key=lambda alert: alert.at, reverse=True)
            for alert in alerts:
                about = alert.person or next(iter(alert.records), alert.structure or "-")
                rules = ", ".join(reason.rule for reason in alert.reasons) or _waiting(alert)
                yield f"{alert.id}  {_paris(alert.at)}  {alert.kind:<8}  {alert.score:>4}  {about}  {rules}"

    def shown(self, name: str) -> Iterator[str]:
        """One alert with its reasons, in both languages."""
        with self._store() as store, store.begin() as tx:
            yield from _told(tx.alerts.one(name))

    def close(self, name: str, *, operator: str, reason: str) -> str:
        """Say that somebody has looked, and what came of it."""
        self._perform(CloseAlert(name), named_operator(operator, reason))
        return "dmp: the alert is closed"

    def emergencies(self) -> Iterator[str]:
        """One line for each structure whose emergency accesses wait for their review: no record, no person."""
        with self._store() as store:
            for told in waiting_cases(store, now()):
                counts = f"{told.waiting} to review, {told.overdue} overdue, the oldest {told.oldest_hours} h old"
                yield f"{told.structure or '-'}  {counts}"

    def run(self) -> str:
        """Look at what is new, now."""
        with self._store() as store:
            return f"dmp: {Watching(store).watch(now())} alerts raised"

    def flag(self, ins: str, *, exposed: bool) -> str:
        """Say that somebody is exposed to curiosity, or no more."""
        patient = read_ins(ins, production=self.settings.production)
        refuse_identity(self.settings, patient)
        with self._store() as store:
            with store.begin() as tx:
                record = tx.records.of(patient)
            if record is None:
                raise RecordNotFound("no record for this person")
            flag(store, record.key, exposed=exposed)
        return "dmp: flagged" if exposed else "dmp: not flagged any more"

    def approve(self, person: str, *, until: datetime | None, operator: str, reason: str) -> str:
        """Propose that somebody may read more, or that a stopped account goes on; else the end of today."""
        end = until or datetime.combine(now().astimezone(PARIS).date() + timedelta(days=1), time(), PARIS)
        self._perform(ProposeClearance(person, end), named_operator(operator, reason))
        return "dmp: proposed; another operator confirms it"

    def confirm(self, person: str, *, operator: str, reason: str) -> str:
        """Confirm it."""
        until = self._perform(ConfirmClearance(person), named_operator(operator, reason))
        return f"dmp: in force until {_paris(until)}, on every worker within a minute"

    def clearances(self) -> Iterator[str]:
        """Whose reading two operators decided on, and whose account is stopped."""
        with self._store() as store, store.begin() as tx:
            for known in tx.clearances.all():
                parts = [
                    f"stopped since {_paris(known.stopped)}" if known.stopped else "",
                    f"approved until {_paris(known.until)}" if known.until else "",
                    f"proposed by {known.proposed_by} until {_paris(known.proposed_until)}"
                    if known.proposed_until
                    else "",
                ]
                yield f"{known.person}  {'; '.join(filter(None, parts))}"


def _told(alert: Alert) -> Iterator[str]:
    yield f"{alert.id}  {alert.kind}, {alert.state}, score {alert.score}, raised {_paris(alert.at)}"
    if alert.kind is AlertKind.EMERGENCY:
        yield f"structure {alert.structure}: `dmp emergency list`"
    if alert.kind is not AlertKind.RECORD and alert.person:
        yield f"person {alert.person}, profession {alert.profession or '-'}, structure {alert.structure or '-'}"
    for reason in alert.reasons:
        yield f"  {reason.score:>4}  {reason.rule}: {reason.french}"
        yield f"        {reason.english}"
    for record in alert.records[:SHOWN]:
        yield f"  record {record}"
    if len(alert.records) > SHOWN:
        yield f"  and {len(alert.records) - SHOWN} more records"
    if alert.closed_at is not None:
        yield f"closed {_paris(alert.closed_at)} by {alert.closed_by}: {alert.conclusion}"


def _waiting(alert: Alert) -> str:
    if alert.due is None:
        return ""
    return (
        f"to be answered by {alert.structure}, {'OVERDUE since' if now() >= alert.due else 'until'} {_paris(alert.due)}"
    )


def _paris(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%Y-%m-%d %H:%M}"
