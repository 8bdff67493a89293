"""Sessions: how long a proof holds, for which browser (security 9.6)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.record.account import Account
from dmp.record.actor import Mode, Professional, Staff
from dmp.record.dtm import PARIS
from dmp.record.patient import PatientId
from dmp.sign_in.sign_in import Proof

IDLE_PATIENT = timedelta(minutes=15)
IDLE_PROFESSIONAL = timedelta(minutes=10)
LONGEST = timedelta(hours=8)
WRITTEN_EVERY = timedelta(seconds=30)
"""A session that is used is written so often, not at each page: it then ends so much earlier at most."""
MANDATE = timedelta(minutes=30)
"""How long a desk acts at most for somebody who stands before it."""


@dataclass(frozen=True)
class Mandate:
    """That a desk acts for a person who is present and asks for it («mandat», PT-18): since when, until when.

    `name` and `birth_date` are those that she showed (a partial ISO text): no
    act is for anybody else.
    """

    since: datetime
    until: datetime
    name: str
    birth_date: str

    @property
    def begins(self) -> str:
        """The hour, in France."""
        return f"{self.since.astimezone(PARIS):%H:%M}"

    @property
    def ends(self) -> str:
        """The hour, in France."""
        return f"{self.until.astimezone(PARIS):%H:%M}"


@dataclass(frozen=True)
class Session:
    """One person, signed in with one browser.

    `number` names it in lists and traces, and opens nothing. A patient has an
    `account` (or, vouched for by a provider, his `person` alone); a
    professional is whoever was proved. `version` is that of the account when
    he signed in. `mode` is how a professional looks at `patient`'s record.
    """

    number: str
    since: datetime
    seen: datetime
    proofs: tuple[Proof, ...]
    account: str = ""
    version: int = 0
    person: PatientId | None = None
    name: str = ""
    professional: Professional | None = None
    staff: Staff | None = None
    """An employee at a desk, proved by the card of the structure (CPE)."""
    operator: str = ""
    """Who runs the service, by the name of the account of his."""
    browser: str = ""
    """What the browser says of itself, in a few words, for the list of one's own sessions."""
    mode: Mode = Mode.NORMAL
    reason: str = ""
    """Why a professional opened it in a mode that is not normal."""
    patient: PatientId | None = None
    """Whose record a professional, or somebody who acts for another, has open."""
    patient_called: str = ""
    """How that person is named on each page: name, birth date, sex; nobody must take one record for another."""
    leave: str = ""
    """Where the browser goes at the end, so that the session at an identity provider ends too."""
    secret: bool = False
    """The secret connection of a minor («connexion secrète»)."""
    mandate: Mandate | None = None
    """By which a desk has `patient` before it."""

    @property
    def idle(self) -> timedelta:
        """How long nothing may happen."""
        at_work = self.professional is not None or self.staff is not None or bool(self.operator)
        return IDLE_PROFESSIONAL if at_work else IDLE_PATIENT

    @property
    def until(self) -> datetime:
        """When it ends if nothing more happens."""
        return min(self.seen + self.idle, self.since + LONGEST)

    def holds_in_time(self, at: datetime) -> bool:
        """Whether it is not over.

        A clock that stands before what the session has seen was put back: how
        long ago that was, nobody knows, so the session is over.
        """
        return self.seen - timedelta(seconds=2) <= at < self.until

    def holds(self, account: Account | None, at: datetime) -> bool:
        """Whether it is one still: in its time, and of an account whose means of proof are those it was opened with."""
        if not self.holds_in_time(at):
            return False
        return not self.account or (account is not None and not account.closed and account.version == self.version)

    def as_of(self, at: datetime) -> "Session":
        """The same now: with a mandate that is over, nobody's record is open any more."""
        if self.mandate is None or self.mandate.since <= at < self.mandate.until:
            return self
        return self.closed

    @property
    def closed(self) -> "Session":
        """The same with no record open, or one's own."""
        return replace(self, patient=None, patient_called="", mode=Mode.NORMAL, reason="", secret=False, mandate=None)

    def used(self, at: datetime) -> "Session":
        """The same, seen now."""
        return replace(self, seen=at) if at - self.seen >= WRITTEN_EVERY else self
