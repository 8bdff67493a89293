"""Take what is due, do it, say what came of it; what breaks is tried again later."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dmp.record.errors import StorageUnavailable
from dmp.record.job import Job, JobKind, JobState

AT_ONCE = 200
"""Jobs of one turn at most, so that a turn ends."""
LONGEST = 64
"""Characters of a word for the operator."""
ERASED = "erased"
"""The record was destroyed: what was to be said of it is gone."""


class Failed(Exception):
    """A job could not be done now; `said` is one word for the operator, `again` whether it is worth another try.

    `gone` tells that the other side knows of no such address, and will not take its messages later either (RM-7).
    """

    def __init__(self, said: str, *, again: bool = True, gone: bool = False):
        super().__init__(said)
        self.said = said
        self.again = again and not gone
        self.gone = gone


class Queue(Protocol):
    """Where jobs wait (`store/jobs.py`)."""

    def take(self, worker: str, at: datetime) -> Job | None:
        """The next job, with a lease."""
        ...

    def end(self, job: Job, said: str, at: datetime) -> bool:
        """It is done."""
        ...

    def fail(self, job: Job, said: str, at: datetime, *, again: bool = True) -> JobState | None:
        """It is not."""
        ...


Handler = Callable[[Job, bytes], str]
"""Does a job, given its payload; gives what came of it, in one word that tells nothing of anybody."""


@dataclass(frozen=True)
class Runner:
    """One worker on the queue."""

    queue: Queue
    handlers: Mapping[JobKind, Handler]
    worker: str
    clock: Callable[[], datetime]

    def run_due(self) -> Counter[str]:
        """Do what is due, up to `AT_ONCE` jobs; gives how many came to what, dead ones as `dead: WORD`.

        Raises:
            StorageUnavailable: the queue cannot be used now; what was taken is another's when its lease is over.
        """
        outcomes: Counter[str] = Counter()
        for _ in range(AT_ONCE):
            job = self.queue.take(self.worker, self.clock())
            if job is None:
                break
            outcomes[self._run(job)] += 1
        return outcomes

    def _run(self, job: Job) -> str:
        try:
            said = ERASED if job.payload is None else self.handlers[job.kind](job, job.payload)
        except Failed as failure:
            return self._failed(job, failure)
        except StorageUnavailable:
            return self._failed(job, Failed("storage-unavailable"))
        except Exception as error:  # a process edge: one job that breaks must not stop the others
            return self._failed(job, Failed(type(error).__name__[:LONGEST]))
        return said if self.queue.end(job, said, self.clock()) else "lease-lost"

    def _failed(self, job: Job, failure: Failed) -> str:
        state = self.queue.fail(job, failure.said, self.clock(), again=failure.again)
        if state is None:
            return "lease-lost"
        return f"{'dead' if state is JobState.DEAD else 'failed'}: {failure.said}"


def is_trouble(said: str) -> bool:
    """Tell whether what came of a job is a failure, for good or for now."""
    return said.startswith(("dead: ", "failed: "))
