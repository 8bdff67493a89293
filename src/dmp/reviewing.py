"""Emergencies that nobody reviewed in time: the operator is told, once, with no name and no record (security 8)."""

from datetime import datetime

from dmp.record.alert import Alert, AlertKind, Reason
from dmp.record.dtm import PARIS
from dmp.record.emergency import Case, CaseState
from dmp.store.tx import Conflict, Store, Tx

FRENCH = "Des accès en urgence attendent leur revue depuis plus de 72 heures."
ENGLISH = "Emergency accesses have waited for their review for more than 72 hours."


def tell_late(store: Store, at: datetime) -> int:
    """Mark the cases that are overdue, and alert the operator of their structures; returns how many are new.

    Each is a transaction of its own: one that meets another act waits for the next round.
    """
    with store.begin() as tx:
        overdue = list(tx.cases.waiting(CaseState.OPEN, due_before=at))
    return sum(_told(store, case, at) for case in overdue)


def _told(store: Store, seen: Case, at: datetime) -> bool:
    try:
        with store.begin() as tx:
            case = tx.cases.one(seen.record, seen.id)
            if case.state is not CaseState.OPEN:
                return False
            tx.cases.mark_late(case)
            tx.alerts.raise_(_alert(tx, case, at))
    except Conflict:
        return False
    return True


def _alert(tx: Tx, case: Case, at: datetime) -> Alert:
    """One for each structure and day on which its cases came due."""
    day = case.due.astimezone(PARIS).date().isoformat()
    return Alert(
        id=tx.alerts.name(f"emergency-not-reviewed {case.structure} {day}"),
        kind=AlertKind.EMERGENCY,
        at=at,
        structure=case.structure,
        reasons=(Reason("emergency-not-reviewed", 0, FRENCH, ENGLISH),),
    )
