"""Questions of patients about accesses, beside the alerts: words sealed with the key of the record (security 10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import msgspec

from dmp.record.access_question import ANSWER_WITHIN, AccessQuestion
from dmp.record.alert import Alert, AlertKind, AlertState
from dmp.store.alerts import Alerts
from dmp.store.packing import pack
from dmp.store.records import Records

SEALED_AS = "access-question"
CLOSED_BY_ANSWER = "answered"

_unpack = msgspec.msgpack.Decoder(AccessQuestion).decode


class Questions:
    """The questions inside one transaction: each is an alert of its own kind, open until it is answered."""

    def __init__(self, alerts: Alerts, records: Records):
        """Work beside the alerts; `records` holds the seals."""
        self._alerts = alerts
        self._records = records

    def name(self, access: str) -> str:
        """The id of the one question about an access."""
        return self._alerts.name(f"question {access}")

    def ask(self, question: AccessQuestion) -> None:
        """Add one, to be answered.

        Raises:
            IncompleteRequest: it was asked.
        """
        self._alerts.raise_new(self._as_alert(question))

    def about(self, access: str) -> AccessQuestion | None:
        """The question about an access; None when none was asked."""
        return self.one(self.name(access))

    def one(self, name: str) -> AccessQuestion | None:
        """A question; None when there is none of this id, or its record was destroyed."""
        alert = self._alerts.find(name)
        return None if alert is None or alert.kind is not AlertKind.QUESTION else self._opened(alert)

    def open_to(self, structure: str) -> Iterator[AccessQuestion]:
        """The open questions to a structure."""
        for alert in list(self._alerts.listed(AlertState.OPEN)):
            if alert.kind is AlertKind.QUESTION and alert.structure == structure:
                question = self._opened(alert)
                if question is not None:
                    yield question

    def overdue(self, at: datetime) -> int:
        """How many questions nobody answered in time, of the records that are there."""
        waiting = self._alerts.left_open(until=at - ANSWER_WITHIN)
        records = (alert.records[0] for alert in list(waiting) if alert.kind is AlertKind.QUESTION)
        return sum(self._records.find(record, listed_only=True) is not None for record in records)

    def answer(self, question: AccessQuestion) -> None:
        """Write the answer; the question is closed by it."""
        known = self._alerts.one(question.id)
        answered = replace(known, words=self._as_alert(question).words)
        at = question.answered_at or question.at
        self._alerts.close(answered, by=question.answered_by, conclusion=CLOSED_BY_ANSWER, at=at)

    def _as_alert(self, question: AccessQuestion) -> Alert:
        seal = self._records.seal(question.record)
        return Alert(
            question.id,
            AlertKind.QUESTION,
            question.at,
            person=question.person,
            structure=question.structure,
            records=(question.record,),
            due=question.due,
            words=seal.close(SEALED_AS, question.id, pack(question)),
        )

    def _opened(self, alert: Alert) -> AccessQuestion | None:
        (record,) = alert.records
        if self._records.find(record) is None:
            return None
        return _unpack(self._records.seal(record).open(SEALED_AS, alert.id, alert.words))
