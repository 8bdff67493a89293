"""Uses of an emergency mode («cas d'urgence»): who opened one record in which mode, why, and what the review found.

A case is one person, in one mode, on one record, for 24 hours at most (AR-9);
the structure reviews it within 72 hours of its beginning (security 8).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dmp.record.actor import Caller, Facility, FacilitySoftware, Mode, Professional, facility_of, person_id

LASTS = timedelta(hours=24)
"""How long acts belong to one case; the next one begins another (AR-9)."""
REVIEW_WITHIN = timedelta(hours=72)
"""After it the operator is told that nobody reviewed the case (security 8)."""
LONGEST_WORDS = 1000
MOST_REASONS = 10
"""Different reasons that one case keeps; each act has its own in its trace."""


class CaseState(StrEnum):
    """Whether the structure has reviewed a case («revue»)."""

    OPEN = "open"
    LATE = "late"
    """Not within its time: the operator has been told."""
    REVIEWED = "reviewed"


class Finding(StrEnum):
    """What a review came to."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


@dataclass(frozen=True)
class Review:
    """What the structure found, by one whom it designated; written once."""

    by: str
    at: datetime
    finding: Finding
    words: str


@dataclass(frozen=True)
class Case:
    """One use of an emergency mode; `record` is a pseudonym, `person` a national or local id.

    What was done in the secret connection of a minor is a case of its own:
    the other one, with its numbers, is as if there were none (AR-21).
    """

    id: str
    record: str
    mode: Mode
    person: str
    name: str
    profession: str
    """Of a professional; the role that a structure's software tells."""
    structure: str
    began: datetime
    last: datetime
    """The newest act."""
    reasons: tuple[str, ...] = ()
    """The different reasons given, in their order."""
    secret: bool = False
    acts: int = 1
    state: CaseState = CaseState.OPEN
    review: Review | None = None

    @property
    def ends(self) -> datetime:
        """From then on, an act begins another case."""
        return self.began + LASTS

    @property
    def due(self) -> datetime:
        """Until when it is to be reviewed."""
        return self.began + REVIEW_WITHIN

    def overdue(self, at: datetime) -> bool:
        """Nobody reviewed it in time."""
        return self.review is None and at >= self.due

    def takes(self, other: "Case") -> bool:
        """Tell whether an act, told as the case that it would begin, belongs to this one.

        Never to one that was reviewed: what came later would pass for reviewed.
        """
        ours = (self.record, self.mode, self.person, self.structure, self.secret)
        theirs = (other.record, other.mode, other.person, other.structure, other.secret)
        return ours == theirs and self.state is CaseState.OPEN and other.began < self.ends

    def joined_by(self, other: "Case") -> "Case":
        """This case with one act more."""
        reasons = tuple(dict.fromkeys((*self.reasons, *other.reasons)))[:MOST_REASONS]
        return replace(self, acts=self.acts + 1, last=max(self.last, other.last), reasons=reasons)


def case_of(caller: Caller, record: str, at: datetime, *, id: str) -> Case:  # noqa: A002
    """The case that an act begins, unless one goes on."""
    match caller.actor:
        case Professional(name=name, profession=profession):
            pass
        case FacilitySoftware(user_name=name, role=profession):
            pass
        case _:
            name = profession = ""
    facility = facility_of(caller.actor) or Facility("")
    reasons = (caller.reason.strip(),) if caller.reason.strip() else ()
    return Case(
        id=id,
        record=record,
        mode=caller.mode,
        person=person_id(caller.actor),
        name=name,
        profession=profession,
        structure=facility.id,
        began=at,
        last=at,
        reasons=reasons,
        secret=caller.secret,
    )
