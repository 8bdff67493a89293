"""Look at a record again on its day, through the gate as any other act."""

from dataclasses import dataclass

import msgspec

from dmp.actions.action import Perform
from dmp.actions.tell_when_due import JOB, TellWhenDue
from dmp.record.errors import AccessRefused, RecordClosed, RecordNotFound
from dmp.record.job import Job
from dmp.record.notice import Timer

REFUSED = "refused"
"""A rule stands against it now: the record was destroyed since the job was taken, for one."""


@dataclass(frozen=True)
class Timers:
    """What is done of timers, through the gate."""

    perform: Perform

    def look(self, job: Job, payload: bytes) -> str:
        """Look at what the timer is about, and tell the holder if there is something to tell."""
        timer = msgspec.json.decode(payload, type=Timer)
        try:
            return self.perform(JOB, TellWhenDue(job.record, timer))
        except (AccessRefused, RecordClosed, RecordNotFound):
            return REFUSED
