"""What who runs a service sees of it («exploitation»): figures and states, nobody's name and nothing of a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dmp.record.alert import Alert


@dataclass(frozen=True)
class ServiceState:
    """The service at one moment. `parts` says of each part of the storage whether it works."""

    at: datetime
    release: str
    profile: str
    production: bool
    parts: Mapping[str, bool]
    workers: int
    """Processes that should answer."""
    alive: int
    """Processes that do; 0 where nobody counts them."""
    jobs: Mapping[str, int]
    """How many there are in each state."""
    late: int
    """Jobs that are due and that nobody has taken for five minutes."""
    traces_waiting: int
    sealed: datetime | None
    alerts: int
    cases: int
    cases_overdue: int
    rules: "RulesHealth"

    @property
    def works(self) -> bool:
        """Everything that an act needs is there."""
        return all(self.parts.values())


@dataclass(frozen=True)
class HeadLine:
    """One signed head of the tree of traces, in hexadecimal; `sound` when its signature and its place hold."""

    size: int
    at: datetime
    root: str
    signature: str
    sound: bool


@dataclass(frozen=True)
class WaitingCases:
    """The emergency accesses of one structure that nobody has reviewed (ADR 27)."""

    structure: str
    waiting: int
    overdue: int
    oldest_hours: int


@dataclass(frozen=True)
class TableLine:
    """A table of rights or of codes: what it says of itself, and how sure its lines are."""

    name: str
    version: str
    source: str
    lines: int
    reconstructed: int = 0
    """Cells that were put together again from partial texts."""
    replaced: bool = False
    """By one of the operator of this installation."""


@dataclass(frozen=True)
class Tables:
    """All of them; `policy` is how the traces name the tables of rights."""

    policy: str
    rights: tuple[TableLine, ...]
    codes: tuple[TableLine, ...]


def without_records(alert: Alert) -> "AlertLine":
    """An alert as the pages tell it."""
    return AlertLine(
        alert.id,
        alert.kind,
        alert.at,
        alert.score,
        person=alert.person,
        profession=alert.profession,
        structure=alert.structure,
        reasons=tuple((reason.rule, reason.score, reason.french, reason.english) for reason in alert.reasons),
        records=len(alert.records),
        due=alert.due,
        closed_at=alert.closed_at,
        closed_by=alert.closed_by,
        conclusion=alert.conclusion,
    )


@dataclass(frozen=True)
class AlertLine:
    """An alert without the pseudonyms of records, nor the words of a patient: `records` is how many."""

    id: str
    kind: str
    at: datetime
    score: int
    person: str = ""
    profession: str = ""
    structure: str = ""
    reasons: tuple[tuple[str, int, str, str], ...] = ()
    """Rule, score, and the sentence in French and in English."""
    records: int = 0
    due: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    conclusion: str = ""


@dataclass(frozen=True)
class RuleFileLine:
    """A file of rules: what it says of itself, whose it is, how many of its rows have which mark."""

    name: str
    version: str
    since: date | None
    sources: tuple[str, str]
    """In French and in English; empty where each row tells its own."""
    own: bool
    recalled: int
    confirmed: int
    decided: int


@dataclass(frozen=True)
class RuleSetLine:
    """Rules in force together; `governs` in French and in English, `since` of an operator's own."""

    name: str
    governs: tuple[str, str]
    since: datetime | None
    files: tuple[RuleFileLine, ...]
    left_out: bool = False
    """The operator gave a file of it, and this release does not read it any more: its own are in force."""

    @property
    def own(self) -> bool:
        """Whether the operator gave a file of it."""
        return any(one.own for one in self.files)


@dataclass(frozen=True)
class RefusalLine:
    """What is wrong with a file: the line or entry, the reason."""

    file: str
    place: str
    reason: str


@dataclass(frozen=True)
class RuleRefusal:
    """A folder that was refused after the last one that was taken."""

    at: datetime
    faults: tuple[RefusalLine, ...]


@dataclass(frozen=True)
class RulesHealth:
    """What of the operator's rules is not followed: of those that are kept, and of the folder that was given last."""

    unread: tuple[RefusalLine, ...] = ()
    """What of the edition that should be in force cannot be read: sets of it, or all of it."""
    opens: bool = True
    """Whether that edition opens at all."""
    refusal: RuleRefusal | None = None


@dataclass(frozen=True)
class RulesTold:
    """The rules in force, what of them is not followed, and whether the folder of the settings says something else."""

    sets: tuple[RuleSetLine, ...]
    health: RulesHealth = RulesHealth()
    waiting: bool = False
    faults: tuple[RefusalLine, ...] = ()
    """What is wrong with what waits there."""


@dataclass(frozen=True)
class UnreadLine:
    """Documents of a type that could not be read; `count` is 0 where there are too few to say how many."""

    kind: str
    reason: str
    count: int
    last: date
