"""Close an alert of the watch («clore une alerte»): who looked, and what came of it."""

from dataclasses import dataclass

from dmp.actions.action import Ask, Scope, Turn
from dmp.record.actor import person_id
from dmp.record.alert import Alert, AlertKind
from dmp.record.errors import IncompleteRequest
from dmp.record.verb import Verb
from dmp.store.tx import Tx


@dataclass(frozen=True)
class CloseAlert:
    """The caller has looked; his reason is the conclusion. From then on the patients concerned read «checked»."""

    alert: str

    verb = Verb.CLOSE_ALERT

    @property
    def about(self) -> tuple[str, ...]:
        """The alert."""
        return (self.alert,)

    def scope(self, tx: Tx) -> Scope:  # noqa: ARG002 - an act of no record
        """No record."""
        return Scope(None, (Ask(self.verb),))

    def apply(self, turn: Turn) -> Alert:
        """Write it.

        Raises:
            IncompleteRequest: no alert has this id, it is closed, or it is a question, which its structure answers.
        """
        alert = turn.tx.alerts.one(self.alert)
        if alert.kind is AlertKind.QUESTION:
            raise IncompleteRequest("a question is answered by the structure that it was put to", element="ID")
        by, conclusion = person_id(turn.caller.actor), turn.caller.reason
        for record in alert.records:
            turn.tx.watching.mark_checked(record, alert.person, turn.at)
        return turn.tx.alerts.close(alert, by=by, conclusion=conclusion, at=turn.at)
