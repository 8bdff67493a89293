"""What the holder tells or chooses about the services of his record: his own, and a professional's only if he says so.

A dose that he declares, a vaccine or a screening that he does not want, a
reminder that he puts off, a risk that he names: kept in his own space
(`store/personal.py`), like his profile, and never a document by itself.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LONGEST_REASON = 300
MOST_CHOICES = 300


class ChoiceKind(StrEnum):
    """What is told."""

    DONE = "done"
    """A dose given, a test done: declared, with its day; never as strong as a document (VA-3, SC-3)."""
    DECLINED = "declined"
    """Not wanted (RM-4, SC-10); can always be taken back."""
    SNOOZED = "snoozed"
    """Reminders put off `until` a day; without one they are stopped, and nothing is refused (RM-4)."""
    CONDITION = "condition"
    """A condition or a risk that the rules ask about: `subject` is its flag."""
    EXCLUDED = "excluded"
    """An exclusion from a programme, by its code, for good or `until` a day."""


@dataclass(frozen=True)
class Told:
    """One thing that the holder was reminded of, and on which day; the first four are its key (RM-9)."""

    service: str
    rule: str
    step: str
    stage: str
    day: date


@dataclass(frozen=True)
class Shown(Told):
    """Something that is due, and the day from which on his space shows it; `about` is what a choice may call it."""

    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reminded:
    """What messages reminded the holder of, and what his space shows: kept there."""

    id: str
    told: tuple[Told, ...] = ()
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class HealthChoice:
    """One of them: `service` and `subject` name what it is about (a rule, an antigen, a programme, a flag)."""

    id: str
    service: str
    kind: ChoiceKind
    subject: str
    written: datetime
    day: date | None = None
    until: date | None = None
    reason: str = ""
    shared: bool = False
    """The holder lets professionals who may read his record know of it."""
