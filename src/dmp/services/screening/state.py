"""The states of a programme for one person, the reasons that go with them, and what they rest on (SV-5)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp.record.choice import HealthChoice
from dmp.services.chart import Evidence
from dmp.services.screening.evidence import Exam, SetAside
from dmp.services.screening.exclusions import Found
from dmp.services.screening.programmes import Programme


class State(StrEnum):
    """The states of 2.2, with those that DEC-75 adds."""

    UNKNOWN = "unknown"
    """The record does not know the date of birth, or whether the programme is for this person."""
    NOT_ELIGIBLE = "not_eligible"
    ELIGIBLE = "eligible"
    INVITED = "invited"
    DECLARED = "declared"
    DONE = "done"
    """A document tells that it was done; its result is in its words alone."""
    PENDING = "pending"
    """The second reading is awaited."""
    NORMAL = "normal"
    NOT_INTERPRETABLE = "not_interpretable"
    WORK_UP = "work_up"
    """Positive, its work-up under way."""
    CLOSED = "closed"
    """The work-up found nothing grave."""
    DUE = "due"
    OVERDUE = "overdue"
    DECLINED = "declined"
    EXCLUDED = "excluded"


REFUSABLE = frozenset(
    {State.ELIGIBLE, State.INVITED, State.DUE, State.OVERDUE, State.NOT_INTERPRETABLE, State.DECLARED}
)
"""The states in which a refusal, or a statement that it was done, changes something."""


REMINDED = frozenset({State.ELIGIBLE, State.INVITED, State.DUE, State.OVERDUE, State.NOT_INTERPRETABLE})
"""The states in which a reminder may go out: never about a result (SC-7), nor after a statement or a refusal."""


class Why(StrEnum):
    """Reasons that a page says in words."""

    NO_BIRTH = "no-birth"
    NO_SEX = "no-sex"
    TOO_YOUNG = "too-young"
    TOO_OLD = "too-old"
    OTHER_SEX = "other-sex"
    ORGAN_SAID = "organ-said"
    NEVER_SEEN = "never-seen"
    LAST_TEST = "last-test"
    LAST_TIME = "last-time"
    CONTROL = "control"
    NEW_TEST = "new-test"
    SECOND_READING_LATE = "second-reading-late"
    NO_WORK_UP_SEEN = "no-work-up-seen"
    DECLARED_LAPSED = "declared-lapsed"
    DECLARED_ONLY = "declared-only"
    EXCLUSION = "exclusion"
    POSTPONED = "postponed"
    ONCE = "once"


@dataclass(frozen=True)
class Status:
    """Where somebody stands in one programme, as of `today`, and what that rests on (SV-5)."""

    programme: Programme
    state: State
    today: date
    version: str
    reasons: tuple[Why, ...] = ()
    due: date | None = None
    """When the next test is due."""
    step: str = ""
    """Which test that is."""
    until: date | None = None
    """Where an exclusion or a refusal ends; until when a statement of the person counts."""
    since: date | None = None
    """The day of what decides: the test, the positive result, the statement, the invitation."""
    exams: tuple[Exam, ...] = ()
    """Newest first."""
    exclusions: tuple[Found, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    invited: date | None = None
    """The last invitation of the national insurer since the last test (SC-5)."""
    declared: HealthChoice | None = None
    refused: HealthChoice | None = None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every document that it rests on, once, newest first."""
        told = [each for exam in self.exams for each in exam.evidence]
        told += [each for found in self.exclusions for each in found.evidence]
        return tuple({each.uuid: each for each in told}.values())

    @property
    def concerns(self) -> bool:
        """Whether there is anything to show of it."""
        return self.state is not State.NOT_ELIGIBLE or bool(self.exams)
