"""How many patients somebody read on one day: what the hard brake looks at (security 10)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Day:
    """The reading of one person on one French day, when one more record is asked for.

    `others` counts the patients read so far, and is None when this one is
    among them, or when nothing is counted. `approved_until` is when a second
    approval ends. An account that was `stopped` stays so until two operators
    let it go on.
    """

    others: int | None = None
    approved_until: datetime | None = None
    stopped: bool = False

    def approved(self, at: datetime) -> bool:
        """Two operators let this person read more, now."""
        return self.approved_until is not None and at < self.approved_until


NOT_COUNTED = Day()
"""Of who is not counted, and of an act that reads nothing."""


@dataclass(frozen=True)
class Clearance:
    """What two operators decide of one person: a first one proposes, another confirms («seconde approbation»)."""

    person: str
    until: datetime | None = None
    """Until when he may read more patients a day than his profession does."""
    stopped: datetime | None = None
    """When his account was stopped; None when it is not."""
    proposed_until: datetime | None = None
    proposed_by: str = ""
    reason: str = ""
