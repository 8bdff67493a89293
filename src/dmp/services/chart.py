"""The chart: everything that a service may know of a record, already filtered for the person who asks (house 2, SV-3).

A service reads nothing itself. What a document says that the viewer may not
read is not in the chart, so that no count, gap, alert or reminder can tell of
it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from dmp.record.choice import HealthChoice
from dmp.record.entry import DocumentEntry
from dmp.record.facts import Fact, Facts
from dmp.record.hl7text import Xcn
from dmp.record.invitation import Invitation
from dmp.record.patient import Sex
from dmp.services.rule_set import SHIPPED, Rules

Kind = TypeVar("Kind", bound=Fact)


@dataclass(frozen=True)
class Person:
    """Whose chart it is; `birth` is None where the record does not know a whole date (never guessed, ID-2)."""

    sex: Sex = Sex.UNDETERMINED
    birth: date | None = None
    deceased: bool = False

    def age(self, on: date) -> int | None:
        """Completed years; None without a date of birth, or before it. Born on 29 February: a year older on 1 March."""
        if self.birth is None or on < self.birth:
            return None
        return on.year - self.birth.year - ((on.month, on.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True)
class Sheet:
    """A document of the chart («feuillet»), and what it says; without structure, `facts` is empty (SV-4)."""

    entry: DocumentEntry
    facts: Facts = field(default_factory=Facts)

    @property
    def uuid(self) -> str:
        """The entryUUID of the document."""
        return self.entry.uuid

    @cached_property
    def evidence(self) -> "Evidence":
        """The document as where something comes from."""
        entry, author = self.entry, next(iter(self.entry.authors), None)
        return Evidence(
            uuid=entry.uuid,
            title=entry.title or entry.type_code.display or entry.type_code.code,
            day=entry.service_start or entry.creation_time,
            author=Xcn.parse(author.person).name if author is not None else "",
        )

    @property
    def is_unread(self) -> bool:
        """What was kept of it is damaged: it says nothing until it is read again, which is no silence."""
        return any(not failure.path for failure in self.facts.failures)


@dataclass(frozen=True)
class Chart:
    """Documents newest first by the time of the act, with what the holder chose, as its viewer may know them.

    `complete` tells that the viewer is the holder, or who represents him and
    keeps his profile: for anybody else the page says "from what you can see".
    """

    person: Person
    today: date
    sheets: tuple[Sheet, ...] = ()
    choices: tuple[HealthChoice, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    """What the national insurer invited the holder to (SC-5)."""
    complete: bool = False
    attending: bool = False
    """The viewer is the attending doctor whom the holder confirmed, and not in an emergency (VSM-2)."""
    replaced: tuple[Sheet, ...] = ()
    """The last version before each document of the chart, where the viewer may read it too: for a service that
    `compares`. It says nothing that counts; `of` and `unread` leave it out (SV-2)."""
    rules: Rules = SHIPPED
    """The rules in force: those of the operator, else those of this release."""

    def of(self, kind: str) -> Iterator[tuple[Sheet, Fact]]:
        """Every fact of a kind (a field of `Facts`), each with its document."""
        return ((sheet, fact) for sheet in self.sheets for fact in getattr(sheet.facts, kind))

    @property
    def unread(self) -> tuple[Sheet, ...]:
        """Documents that have to be read themselves."""
        return tuple([sheet for sheet in self.sheets if sheet.is_unread])

    def chosen(self, service: str) -> tuple[HealthChoice, ...]:
        """What was chosen about one service."""
        return tuple(choice for choice in self.choices if choice.service == service)


@dataclass(frozen=True)
class Evidence:
    """Where something that is shown comes from: one click away (SV-2, SV-5)."""

    uuid: str
    """entryUUID of the document."""
    title: str
    day: str
    """HL7 digits of the act."""
    author: str = ""
    section: str = ""


@dataclass(frozen=True)
class Finding:
    """What a rule concluded, for a reminder, with what it rests on (SV-5).

    The key `(service, rule, step, stage)` is unique for a record: nobody is
    reminded twice of the same thing (RM-9).
    """

    service: str
    rule: str
    step: str
    stage: str
    due: date
    version: str
    """Of the rule set."""
    folded: tuple[str, ...] = ()
    """What two rules may both be about, antigens for example: folded by these and the day (RM-8)."""
    evidence: tuple[str, ...] = ()
    """entryUUIDs."""
    outside: bool = True
    """A message says that something waits in the space; else the space alone shows it (RM-3)."""


@dataclass(frozen=True)
class Reminders:
    """What a service would have somebody reminded of today, and the next day on which that may be more.

    Without a `next_day`, the days of the person change nothing; what his documents say may, on any day.
    """

    found: tuple[Finding, ...] = ()
    next_day: date | None = None


def evidence_of(sheet: Sheet, fact: Fact | None = None) -> Evidence:
    """A document as where something comes from; `fact` gives the day and the section, else the document does."""
    told = sheet.evidence
    if fact is None:
        return told
    return Evidence(told.uuid, told.title, fact.start or told.day, told.author, fact.source.section)
