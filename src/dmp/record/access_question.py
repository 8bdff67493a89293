"""A question of a patient about one access («question sur un accès»), and what the structure answers (PT-12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ANSWER_WITHIN = timedelta(days=15)
"""After it the operator is told that nobody answered; decided: half of the month of article 12.3 of the GDPR."""
LONGEST_TEXT = 1000


@dataclass(frozen=True)
class AccessQuestion:
    """What was asked of `structure` about the access that `trace` tells, and by whom it was answered.

    `accessed_at`, `person` and `person_name` say which access it is to those who
    answer: they see neither the history nor the record.
    """

    id: str
    record: str
    trace: str
    at: datetime
    accessed_at: datetime
    structure: str
    person: str
    """Who had access."""
    person_name: str
    """Empty where neither his assertion nor the directory names him."""
    asked: str
    due: datetime
    answered_at: datetime | None = None
    answered_by: str = ""
    answer: str = ""

    def overdue(self, at: datetime) -> bool:
        """Nobody answered in time."""
        return self.answered_at is None and at >= self.due
