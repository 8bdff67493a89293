"""What the holder tells or chooses about the services of his record: kept in his own space, like his profile (RM-4)."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.open_chart import person_of
from dmp.record.choice import LONGEST_REASON, MOST_CHOICES, ChoiceKind, HealthChoice
from dmp.record.errors import IncompleteRequest
from dmp.record.patient import PatientId
from dmp.record.verb import Verb
from dmp.services.days import months_after
from dmp.services.vaccination.conditions import doubt_about
from dmp.services.vaccination.rulebook import RULES
from dmp.store.tx import Tx

EVER = date(1900, 1, 1)
"""Before it, a day is mistyped."""
LONGEST = timedelta(days=3660)
"""Nobody knows the end of a condition that is farther away."""


@dataclass(frozen=True)
class _OwnChoice:
    """An act of the own space. No word of it, and no id, is in a trace."""

    patient: PatientId

    verb = Verb.KEEP_PROFILE
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record alone."""
        return Scope(tx.records.of(self.patient), (Ask(self.verb),))


@dataclass(frozen=True)
class WriteChoice(_OwnChoice):
    """Tell or choose something; what is chosen again of the same kind and subject takes the place of the former."""

    service: str
    kind: ChoiceKind
    subject: str
    day: date | None = field(default=None, repr=False)
    months: int = 0
    """How long it holds; 0 for as long as it is not taken back."""
    reason: str = field(default="", repr=False)
    shared: bool = False
    until: date | None = field(default=None, repr=False)
    """The day on which a condition ends, where that is known; else `months` tell how long it holds."""

    def apply(self, turn: Turn) -> None:
        """Keep it.

        Raises:
            IncompleteRequest: a day that cannot be, too many words, or one choice too many.
        """
        personal, record = turn.tx.personal, turn.known_record
        self._check_days(turn)
        if len(self.reason) > LONGEST_REASON:
            raise IncompleteRequest(f"{LONGEST_REASON} characters at most", element="reason")
        known = personal.choices(record)
        replaced = [former for former in known if self._replaces(former)]
        if len(known) - len(replaced) >= MOST_CHOICES:
            raise IncompleteRequest(f"{MOST_CHOICES} choices at most", element="most")
        for former in replaced:
            personal.remove(record, former.id)
        personal.put(record, self._choice(turn))

    def _check_days(self, turn: Turn) -> None:
        born, today = person_of(turn.known_record).birth or EVER, turn.today
        if self.day is not None and not max(born, EVER) <= self.day <= today:
            raise IncompleteRequest("a day to come, or before birth", element="day")
        if self.until is not None and self.until > today + LONGEST:
            raise IncompleteRequest("a day too far away", element="until")
        if self.kind is not ChoiceKind.CONDITION:
            return
        doubt = doubt_about(self.subject, self.day, self.until, today, turn.rules.of(RULES).on(today))
        if doubt:
            raise IncompleteRequest("a day that cannot be", element=doubt)

    def _replaces(self, former: HealthChoice) -> bool:
        """Doses and tests that were done stand side by side; of anything else the last word counts."""
        same = (former.service, former.kind, former.subject) == (self.service, self.kind, self.subject)
        return same and (self.kind is not ChoiceKind.DONE or former.day == self.day)

    def _choice(self, turn: Turn) -> HealthChoice:
        choice = HealthChoice(turn.new_id(), self.service, self.kind, self.subject, turn.at)
        until = months_after(turn.today, self.months) if self.months else self.until
        return replace(choice, day=self.day, until=until, reason=self.reason.strip(), shared=self.shared)


@dataclass(frozen=True)
class TakeBackChoice(_OwnChoice):
    """Take a choice back (SC-10); of what is not there, nothing is said."""

    name: str

    def apply(self, turn: Turn) -> None:
        """Remove it; a note or a line of the profile is no choice."""
        if any(choice.id == self.name for choice in turn.tx.personal.choices(turn.known_record)):
            turn.tx.personal.remove(turn.known_record, self.name)
