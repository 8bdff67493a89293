"""What who runs a service sees of it, on its pages and on the command line: read here, of a store, and of nobody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from sqlalchemy import select

from dmp import __version__
from dmp.access import inventory
from dmp.audit.heads import FIRST, SignedHead, TreeHead
from dmp.audit.trace import Outcome
from dmp.gate import Gate
from dmp.readiness import CaseFigures, TraceFigures, parts
from dmp.record.actor import Operator
from dmp.record.alert import AlertState
from dmp.record.emergency import REVIEW_WITHIN
from dmp.record.job import JobLine, JobState
from dmp.record.oversight import (
    AlertLine,
    HeadLine,
    RulesTold,
    ServiceState,
    Tables,
    UnreadLine,
    WaitingCases,
    without_records,
)
from dmp.record.visit import Clearance
from dmp.ruling import health_of, lines_of, unread_of
from dmp.settings import Settings
from dmp.store import schema
from dmp.store.cases import WAITING
from dmp.store.jobs import Jobs
from dmp.store.packing import instant
from dmp.store.tx import Store
from dmp.web import metrics
from dmp.workers import worker_count

LATE = timedelta(minutes=5)
"""A job that was due before, and that nobody has taken, waits for somebody to look."""
MOST = 200
"""Lines of one page."""
HEADS = 20
JOB_RETRIED = "job-retried"
"""How the traces call it: no act on a record."""


@dataclass(frozen=True)
class Overseeing:
    """One service, as who runs it sees it."""

    store: Store
    settings: Settings
    gate: Gate
    clock: Callable[[], datetime]

    def state(self) -> ServiceState:
        """How the service is now."""
        at, jobs = self.clock(), Jobs(self.store)
        works = {part.value: is_there for part, is_there in parts(self.store, at)}
        waiting, sealed = TraceFigures(self.store, self.clock).looked_up()
        cases, overdue = CaseFigures(self.store, self.clock).looked_up()
        with self.store.begin() as tx:
            alerts = sum(1 for _ in tx.alerts.listed(AlertState.OPEN))
        return ServiceState(
            at,
            __version__,
            self.settings.profile,
            self.settings.production,
            works,
            workers=worker_count(self.settings),
            alive=metrics.alive(),
            jobs={state.value: count for state, count in jobs.counts().items()},
            late=jobs.late(at - LATE),
            traces_waiting=waiting,
            sealed=sealed,
            alerts=alerts,
            cases=cases,
            cases_overdue=overdue,
            rules=health_of(self.store),
        )

    def jobs(self, state: JobState) -> tuple[JobLine, ...]:
        """The jobs in a state, those due first at the head."""
        return tuple(Jobs(self.store).listed(state, most=MOST))

    def retry(self, job: str, operator: str) -> None:
        """Have a dead job tried again; it leaves a trace.

        Raises:
            IncompleteRequest: no dead job has this id.
        """
        at = self.clock()
        Jobs(self.store).retry(job, at)
        self.gate.note_sign_in(JOB_RETRIED, Outcome.DONE, Operator(operator), at, by=(job,))

    def heads(self) -> tuple[HeadLine, ...]:
        """The newest heads of the tree of traces, each checked: its signature, and that it names the one before."""
        query = select(schema.head).order_by(schema.head.c.size.desc()).limit(HEADS + 1)
        with self.store.connection() as connection:
            rows = connection.execute(query).all()
        signed = [
            SignedHead(TreeHead(row.size, bytes(row.root), instant(row.at), bytes(row.previous)), bytes(row.signature))
            for row in rows
        ]
        befores = [each.head.digest for each in signed[1:]] + ([FIRST] if len(signed) <= HEADS else [])
        return tuple(self._line(each, before) for each, before in zip(signed[:HEADS], befores, strict=False))

    def alerts(self, state: AlertState) -> tuple[AlertLine, ...]:
        """The alerts in a state, the newest first, without what they know of records."""
        with self.store.begin() as tx:
            found = sorted(tx.alerts.listed(state), key=lambda alert: alert.at, reverse=True)
        return tuple(without_records(alert) for alert in found[:MOST])

    def clearances(self) -> tuple[Clearance, ...]:
        """Whose reading operators decided on, and whose account is stopped."""
        with self.store.begin() as tx:
            return tuple(tx.clearances.all())

    def emergencies(self) -> tuple[WaitingCases, ...]:
        """Each structure whose emergency accesses wait for their review."""
        return tuple(waiting_cases(self.store, self.clock()))

    def tables(self) -> Tables:
        """The tables of rights in force, and those of codes."""
        return Tables(self.gate.policy.version, inventory.rights(self.settings.rights), inventory.codes())

    def rules(self) -> RulesTold:
        """The rules of services in force, whose they are, what was refused."""
        return lines_of(self.store, self.gate.rules(), self.settings.rules)

    def unread(self) -> tuple[UnreadLine, ...]:
        """Documents that could not be read whole, by kind and reason."""
        return unread_of(self.store)

    def _line(self, signed: SignedHead, before: bytes) -> HeadLine:
        head = signed.head
        try:
            self.store.vault.heads.public_key().verify(signed.signature, head.octets())
            sound = head.previous == before
        except InvalidSignature:
            sound = False
        return HeadLine(head.size, head.at, head.root.hex(), signed.signature.hex(), sound)


def waiting_cases(store: Store, at: datetime) -> Iterator[WaitingCases]:
    """The emergency accesses that nobody has reviewed, by structure: no record, no person."""
    with store.begin() as tx:
        found = [case for state in WAITING for case in tx.cases.waiting(state, due_before=at + REVIEW_WITHIN)]
    for structure in sorted({case.structure for case in found}):
        cases = [case for case in found if case.structure == structure]
        oldest = int((at - min(case.began for case in cases)).total_seconds() // 3600)
        yield WaitingCases(structure, len(cases), sum(case.overdue(at) for case in cases), oldest)
