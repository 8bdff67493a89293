"""Alerts («alertes»): what the watch found in the traces, with its reasons, until somebody has looked (security 10)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertKind(StrEnum):
    """What an alert is about."""

    PERSON = "person"
    """How somebody reads."""
    RECORD = "record"
    """How one record is read, by several."""
    BRAKE = "brake"
    """Somebody met the hard brake."""
    REPLAY = "replay"
    """One assertion came from two places (DEC-50)."""
    QUESTION = "question"
    """A patient asks a structure about one access («question du patient»)."""
    EMERGENCY = "emergency"
    """A structure did not review its emergency accesses in time («revue»)."""


class AlertState(StrEnum):
    """Whether somebody has looked."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Reason:
    """One sign, in words for people; numbers only, nobody's name and nothing of a record."""

    rule: str
    score: int
    french: str
    english: str


@dataclass(frozen=True)
class Alert:
    """What was found.

    `person` is a national id, empty where the alert is about nobody in
    particular; `records` are pseudonyms of records, the newest first.
    """

    id: str
    kind: AlertKind
    at: datetime
    person: str = ""
    profession: str = ""
    structure: str = ""
    reasons: tuple[Reason, ...] = ()
    records: tuple[str, ...] = ()
    state: AlertState = AlertState.OPEN
    closed_at: datetime | None = None
    closed_by: str = ""
    conclusion: str = ""
    """Why it was closed, in the words of who closed it."""
    due: datetime | None = None
    """Until when a question is to be answered."""
    words: bytes = b""
    """What a patient asked and was answered, sealed with the key of the record."""

    @property
    def score(self) -> int:
        """All the signs together."""
        return sum(reason.score for reason in self.reasons)


class Check(StrEnum):
    """What the patient is told of an access («vérifié»): whether somebody of the service has looked at it."""

    NONE = "none"
    """Nobody has; whether somebody will is not told, since who is looked at might hear of it."""
    CHECKED = "checked"
    """Somebody has, after the access."""


def check_of(access: datetime, checked: datetime | None) -> Check:
    """What is told of an access, when the reading of its person was last checked then (`tx.watching.checked`)."""
    return Check.CHECKED if checked is not None and access <= checked else Check.NONE
