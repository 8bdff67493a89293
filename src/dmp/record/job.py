"""Jobs («tâches»): what is to be done later, at least once, by whichever worker comes first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobKind(StrEnum):
    """Who can do it; what it says of a record is sealed."""

    NOTICE = "notice"
    """Send one message to one person."""
    TIMER = "timer"
    """Look at a record again: what at, is sealed."""
    WORDS = "words"
    """Read the words of the PDF files of a document: which one, is sealed."""


class JobState(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"
    """Tried too often, or not worth another try: an operator looks at it («dmp job list»)."""


@dataclass(frozen=True)
class Job:
    """A job that a worker holds, until `lease`; `attempts` counts this one.

    `payload` is what its kind needs, opened; None when the record was
    destroyed, and what was to be said of it with it.
    """

    id: str
    kind: JobKind
    record: str
    attempts: int
    worker: str
    lease: datetime
    payload: bytes | None


@dataclass(frozen=True)
class JobLine:
    """A job as an operator sees it: nothing of anybody, nor of which record."""

    id: str
    kind: str
    state: JobState
    due: datetime
    attempts: int
    said: str
    """What came of it last, in one word."""
