"""Let somebody read more patients than a day holds («seconde approbation»): one operator proposes, another confirms.

It gives a stopped account back too (security 10). Both acts are traced; what
was decided is in force on every worker within a minute.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dmp.actions.action import Ask, Scope, Turn
from dmp.record.actor import person_id
from dmp.record.errors import IncompleteRequest
from dmp.record.verb import Verb
from dmp.store.tx import Tx

LONGEST = timedelta(days=31)
"""Nobody is let through for longer at once."""


@dataclass(frozen=True)
class ProposeClearance:
    """A first operator asks: `person` may read more until then; the reason is the caller's."""

    person: str
    until: datetime

    verb = Verb.PROPOSE_CLEARANCE

    @property
    def about(self) -> tuple[str, ...]:
        """Whom it is about."""
        return (self.person,)

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> None:
        """Write the proposal; a new one takes the place of the one before.

        Raises:
            IncompleteRequest: the end is past, or too far.
        """
        if not turn.at < self.until <= turn.at + LONGEST:
            told = f"the end must come after now, and within {LONGEST // timedelta(days=1)} days"
            raise IncompleteRequest(told, element="until")
        known, by = turn.tx.clearances.of(self.person), person_id(turn.caller.actor)
        proposed = replace(known, proposed_until=self.until, proposed_by=by, reason=turn.caller.reason)
        turn.tx.clearances.set(proposed)


@dataclass(frozen=True)
class ConfirmClearance:
    """Another operator confirms what was proposed."""

    person: str

    verb = Verb.CONFIRM_CLEARANCE

    @property
    def about(self) -> tuple[str, ...]:
        """Whom it is about."""
        return (self.person,)

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> datetime:
        """Put it in force; gives until when.

        Raises:
            IncompleteRequest: nobody proposed it, he did so himself, or it is over.
        """
        known = turn.tx.clearances.of(self.person)
        if known.proposed_until is None or known.proposed_until <= turn.at:
            raise IncompleteRequest("nobody proposed this, or it is over", element="person")
        if known.proposed_by.casefold() == person_id(turn.caller.actor).casefold():
            raise IncompleteRequest("another operator confirms it", element="operator")
        until = known.proposed_until
        turn.tx.clearances.set(replace(known, until=until, stopped=None, proposed_until=None, proposed_by=""))
        return until
