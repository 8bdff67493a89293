"""The watch on a store: new traces are read with the keys of their records, what is odd becomes an alert (security 10).

The tree of traces is the queue, as for a repository of audits: each round
takes up where the last one ended, some hundred traces at a time, so that a
service that stood still catches up in bounded memory. Any number of workers
may try: the position moves in the transaction of the round, and of two rounds
over the same traces one is undone.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from dmp.audit.trace import Trace
from dmp.record.alert import Alert, AlertKind, AlertState
from dmp.record.record import Record
from dmp.store.traces import NO_RECORD
from dmp.store.tx import Conflict, Store, Tx
from dmp.watch.alarm import Finding
from dmp.watch.reading import NO_STAFF, Staff, fact_of, is_replay
from dmp.watch.round import Round
from dmp.watch.rules import Rules, shipped

MOST_STRUCTURES = 500
"""Structures whose staff a process remembers, for the comparison of names."""


@dataclass
class Watching:
    """The watch of one store."""

    store: Store
    rules: Rules = field(default_factory=shipped)
    _staff: OrderedDict[str, Staff] = field(default_factory=OrderedDict[str, Staff])

    def watch(self, at: datetime) -> int:
        """Read all that came since the last time; returns how many alerts were raised.

        Raises:
            StorageUnavailable: what was not read waits for the next time.
        """
        raised = 0
        try:
            while (found := self._round(at)) is not None:
                raised += found
        except Conflict:  # another worker is doing it
            return raised
        finally:
            self._staff.clear()
        return raised

    def overdue(self, at: datetime) -> int:
        """How many questions of patients a structure did not answer in time.

        Raises:
            StorageUnavailable: they are counted the next time.
        """
        with self.store.begin() as tx:
            return tx.questions.overdue(at)

    def _round(self, at: datetime) -> int | None:
        """Read some; None when there was nothing."""
        with self.store.begin() as tx:
            seen = tx.watching.position()
            leaves = tx.watching.leaves(seen or 0)
            if not leaves:
                return None
            turn = Round(self.rules, tx.watching.profile)
            for _, record, name in leaves:
                self._see(tx, turn, record, name)
            raised = sum(_raise(tx, finding, at) for finding in turn.findings.values())
            tx.watching.keep(turn.kept())
            tx.watching.move(seen, leaves[-1][0] + 1)
        return raised

    def _see(self, tx: Tx, turn: Round, key: str, name: str) -> None:
        """Read one trace; that of a record that was destroyed went with its key."""
        record = None if key == NO_RECORD else tx.records.find(key, listed_only=True)
        if record is None and key != NO_RECORD:
            return
        trace = tx.traces.one(key, name)
        if is_replay(trace):
            turn.see_replay(trace.id)
        fact = fact_of(trace, record, staff=self._colleagues(tx, trace, record), flagged=_flagged(tx, record))
        if fact is not None:
            turn.see(fact)

    def _colleagues(self, tx: Tx, trace: Trace, record: Record | None) -> Staff:
        structure = trace.who.structure
        if record is None or not structure:
            return NO_STAFF
        if structure not in self._staff:
            self._staff[structure] = Staff.of(tx.directory.names_in(structure))
            if len(self._staff) > MOST_STRUCTURES:
                self._staff.popitem(last=False)
        return self._staff[structure]


def _flagged(tx: Tx, record: Record | None) -> bool:
    return record is not None and record.key in tx.watching.flagged()


def _raise(tx: Tx, finding: Finding, at: datetime) -> bool:
    """Add an alert, or say more in the one that is open; tell whether it is new."""
    name = tx.alerts.name(finding.name)
    known = tx.alerts.find(name)
    if known is not None:
        if known.state is AlertState.OPEN:
            records = tuple(dict.fromkeys((*finding.records, *known.records)))
            tx.alerts.change(replace(known, reasons=finding.reasons, records=records))
        return False
    alert = Alert(
        id=name,
        kind=finding.kind,
        at=at,
        person=finding.subject if finding.kind is AlertKind.PERSON else "",
        profession=finding.profession,
        structure=finding.structure,
        reasons=finding.reasons,
        records=finding.records,
    )
    tx.alerts.raise_(alert)
    return True


def flag(store: Store, record: str, *, exposed: bool) -> None:
    """Say that somebody is exposed to curiosity, or no more: a public figure, a colleague, a case in the news."""
    with store.begin() as tx:
        kept = set(tx.watching.flagged())
        (kept.add if exposed else kept.discard)(record)
        tx.watching.set_flagged(kept)


def listed(store: Store, state: AlertState, *, since: datetime | None = None) -> Iterator[Alert]:
    """The alerts in a state, the newest first."""
    with store.begin() as tx:
        yield from tx.alerts.listed(state, since=since)
