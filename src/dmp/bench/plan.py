"""What a run is made of: how many callers, for how long, over which records."""

from dataclasses import dataclass
from enum import StrEnum

HOLDERS = ("doctor", "doctor3", "biologist")
"""Who calls, in turn over the connections: three doctors with cards whose keys are RSA, as in the field."""


class Act(StrEnum):
    """What is measured."""

    SUBMIT = "submit"
    """ITI-41: a lot of one document, signed."""
    SEARCH = "search"
    """ITI-18: FindDocuments over one record, full metadata."""
    READ = "read"
    """ITI-43: one document."""


@dataclass(frozen=True)
class Plan:
    """A run; `database_url` is a URL, or `postgresql` for a temporary server."""

    database_url: str = "postgresql"
    clients: int = 16
    seconds: float = 20.0
    warm_up: float = 2.0
    """Seconds of load before what counts."""
    records: int = 2000
    documents: int = 20
    """In each record before the run."""
    own_octets: int = 4
    """How many of them have a blob of their own, which reads ask for; the others share the first one's."""
    size: int = 50_000
    """Octets of a document, to within two."""
    workers: int = 2
    submissions: int = 8000
    """Lots made before the run: it ends early when they are used up."""
    seed: int = 2026
    profiled: bool = False


@dataclass(frozen=True)
class Mix:
    """The stream of a busy hour, in calls a second: France in 2025, seven openings for each document."""

    submissions: float = 75.0
    searches: float = 520.0
    reads: float = 520.0

    @property
    def rates(self) -> dict[Act, float]:
        """By act."""
        return {Act.SUBMIT: self.submissions, Act.SEARCH: self.searches, Act.READ: self.reads}
