"""The queue of jobs: one table of the same database, from which each worker takes one job at a time.

A worker holds a job by a lease. One that dies loses it when the lease is over,
and another takes the job: each is done at least once, and tried a bounded
number of times. What a worker says of a job whose lease another has taken
counts for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, Update, and_, delete, func, select, update

from dmp.record.errors import IncompleteRequest
from dmp.record.job import Job, JobKind, JobLine, JobState
from dmp.store import schema
from dmp.store.outbox import SEALED_AS
from dmp.store.packing import instant, microseconds
from dmp.store.tx import Store

LEASE = timedelta(minutes=5)
"""How long a worker holds a job: longer than any may take, the time-outs of its network added up."""
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
"""A failed job waits four times longer each time: 1 minute to 6 hours, about 16 hours in all."""
KEPT_DONE, KEPT_DEAD = timedelta(days=30), timedelta(days=365)
"""What is over is forgotten after this; until then, the same thing is not done again."""
LOST = "worker-lost"

_job = schema.job.c


@dataclass(frozen=True)
class Jobs:
    """The queue of one store, for a worker who does jobs of these kinds."""

    store: Store
    kinds: tuple[JobKind, ...] = tuple(JobKind)

    def take(self, worker: str, at: datetime) -> Job | None:
        """Take the job that has been due for longest, with a lease; None when nothing is due.

        One that was tried too often, its last worker dead, is dead too.
        """
        with self.store.connection() as connection:
            row = self._next(connection, at)
            while row is not None and row.attempts >= MOST_ATTEMPTS:
                connection.execute(_ended(JobState.DEAD, LOST, at).where(_job.id == row.id))
                row = self._next(connection, at)
            if row is None:
                return None
            lease, attempts = at + LEASE, row.attempts + 1
            held = {"lease": microseconds(lease), "worker": worker, "attempts": attempts}
            connection.execute(update(schema.job).where(_job.id == row.id).values(**held))
        return Job(row.id, JobKind(row.kind), row.record, attempts, worker, lease, self._opened(row))

    def end(self, job: Job, said: str, at: datetime) -> bool:
        """Write that a job is done, and what came of it; false when it is no longer this worker's."""
        return self._write(job, _ended(JobState.DONE, said, at).values(sealed=b""))

    def fail(self, job: Job, said: str, at: datetime, *, again: bool = True) -> JobState | None:
        """Write that a job failed: it waits for its next attempt, or is dead; None when no longer this worker's."""
        if again and job.attempts < MOST_ATTEMPTS:
            state, change = JobState.WAITING, {"due": microseconds(at + wait_after(job.attempts))}
        else:
            state, change = JobState.DEAD, {"due": microseconds(at)}
        values = {"state": state, "said": said, "lease": 0, "worker": "", **change}
        return state if self._write(job, update(schema.job).values(**values)) else None

    def counts(self) -> dict[JobState, int]:
        """How many there are in each state."""
        query = select(_job.state, func.count()).group_by(_job.state)
        with self.store.connection() as connection:
            found = {JobState(state): count for state, count in connection.execute(query)}
        return {state: found.get(state, 0) for state in JobState}

    def late(self, at: datetime) -> int:
        """How many were due by then and that nobody has taken."""
        moment = microseconds(at)
        query = select(func.count()).where(_job.state == JobState.WAITING, _job.due <= moment, _job.lease <= moment)
        with self.store.connection() as connection:
            return connection.execute(query).scalar_one()

    def listed(self, *states: JobState, most: int | None = None) -> Iterator[JobLine]:
        """The jobs in these states, those due first at the head; `most` of them, or all."""
        columns = (_job.id, _job.kind, _job.state, _job.due, _job.attempts, _job.said)
        query = select(*columns).where(_job.state.in_(states)).order_by(_job.due, _job.id).limit(most)
        with self.store.connection() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            yield JobLine(row.id, row.kind, JobState(row.state), instant(row.due), row.attempts, row.said)

    def record_of(self, name: str) -> str:
        """The key of the record that a message is about, sent or not.

        Raises:
            IncompleteRequest: no message has this id, or it was sent too long ago.
        """
        query = select(_job.record).where(_job.id == name, _job.kind == JobKind.NOTICE)
        with self.store.connection() as connection:
            found = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise IncompleteRequest("no message has this id", element="ID")
        return found

    def retry(self, name: str, at: datetime) -> None:
        """Have a dead job tried again, as often as a new one.

        Raises:
            IncompleteRequest: no dead job has this id.
        """
        which = and_(_job.id == name, _job.state == JobState.DEAD)
        values = {"state": JobState.WAITING, "attempts": 0, "due": microseconds(at), "lease": 0, "worker": ""}
        with self.store.connection() as connection:
            if not connection.execute(update(schema.job).where(which).values(**values)).rowcount:
                raise IncompleteRequest("no dead job has this id", element="ID")

    def forget(self, at: datetime) -> int:
        """Forget what has been over for long; gives how many."""
        forgotten = 0
        with self.store.connection() as connection:
            for state, kept in ((JobState.DONE, KEPT_DONE), (JobState.DEAD, KEPT_DEAD)):
                old = and_(_job.state == state, _job.due < microseconds(at - kept))
                forgotten += connection.execute(delete(schema.job).where(old)).rowcount
        return forgotten

    def _next(self, connection: Connection, at: datetime) -> Row[tuple[object, ...]] | None:
        """The job to take, held for this transaction; those that others are taking are passed over."""
        now = microseconds(at)
        due = (_job.state == JobState.WAITING, _job.due <= now, _job.lease <= now, _job.kind.in_(self.kinds))
        query = select(schema.job).where(*due).order_by(_job.due, _job.id).limit(1)
        return connection.execute(query.with_for_update(skip_locked=True)).one_or_none()

    def _write(self, job: Job, change: Update) -> bool:
        mine = (_job.id == job.id, _job.state == JobState.WAITING)
        mine += (_job.worker == job.worker, _job.attempts == job.attempts)
        with self.store.connection() as connection:
            return bool(connection.execute(change.where(*mine)).rowcount)

    def _opened(self, row: Row[tuple[object, ...]]) -> bytes | None:
        with self.store.begin() as tx:
            if tx.records.find(row.record) is None:
                return None
            return tx.records.seal(row.record).open(SEALED_AS, row.id, bytes(row.sealed))


def wait_after(attempts: int) -> timedelta:
    """How long a job waits after its n-th failure."""
    return min(FIRST_WAIT * 4 ** (attempts - 1), LONGEST_WAIT)


def _ended(state: JobState, said: str, at: datetime) -> Update:
    return update(schema.job).values(state=state, said=said, due=microseconds(at), lease=0, worker="")
