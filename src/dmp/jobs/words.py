"""Read the PDF files of a document, whose words a deposit does not wait for."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from dmp.jobs.runner import Failed
from dmp.record.job import Job


@dataclass(frozen=True)
class Outcome:
    """What came of a document: `said` in one word, `failure` why one of its files was not read, if so.

    `again` tells whether another try may do better. What could be read is kept in any case.
    """

    said: str
    failure: str = ""
    again: bool = False


Read = Callable[[str, str], Outcome]
"""Reads a document again, by the key of its record and its name there."""


@dataclass(frozen=True)
class WordsOfFiles:
    """What is done of them: no record is shown to anybody, so that no right is asked."""

    read: Read

    def do(self, job: Job, payload: bytes) -> str:
        """Read one document; doing it twice gives the same.

        Raises:
            Failed: a file of it cannot be read.
        """
        outcome = self.read(job.record, msgspec.json.decode(payload, type=str))
        if outcome.failure:
            raise Failed(outcome.failure, again=outcome.again)
        return outcome.said
