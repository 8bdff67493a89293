"""The hard brake at the door: what somebody read today goes into the question, what he is let read is counted.

`access.brake_rules` decides; this counts in the transaction of the act, and
leaves an alert, once a day, when the answer was no (security 10).
"""

from dataclasses import replace
from datetime import datetime

from dmp.access.brakes import COUNTED
from dmp.access.policy import Policy
from dmp.actions.action import Scope
from dmp.record.actor import Actor, Authentication, Caller, Staff, facility_of, person_id
from dmp.record.alert import Alert, AlertKind
from dmp.record.dtm import PARIS
from dmp.record.visit import NOT_COUNTED, Day
from dmp.store.tx import Tx
from dmp.watch.words import reason

STOPPED, TOO_MANY = "account-stopped", "too-many-patients-today"
PER_COUNT = 300
"""A worker counts anew after each visit, or, where the brake is set higher, after one in so many of the brake."""


def day_of(tx: Tx, caller: Caller, scope: Scope, at: datetime, policy: Policy) -> Day:
    """What the caller read today, when this act would tell him something of a record."""
    brake = policy.brakes.of(caller)
    if brake is None or scope.record is None or scope.asks[0].verb not in COUNTED:
        return NOT_COUNTED
    slack = max(1, brake.approval // PER_COUNT)
    return tx.visits.day(reader_name(caller.actor), scope.record.key, at, slack=slack)


def reader_name(actor: Actor) -> str:
    """Under which name his patients are counted, and an approval is asked for.

    An employee whom his structure vouches for (AIR) has a number of that
    structure alone: elsewhere somebody else has the same one.
    """
    if isinstance(actor, Staff) and actor.via is Authentication.REINFORCED:
        return f"{actor.facility.id}/{actor.id}"
    return person_id(actor)


def settle(tx: Tx, caller: Caller, scope: Scope, day: Day, at: datetime, *, refused_by: str) -> None:
    """Count the patient; or, when the act was refused, free the place, and tell the operator if it was by the brake."""
    if scope.record is None or day is NOT_COUNTED:
        return
    person = reader_name(caller.actor)
    if not refused_by:
        tx.visits.begin(person, scope.record.key, at)
        return
    tx.visits.drop(person, scope.record.key, at)
    if refused_by not in (STOPPED, TOO_MANY):
        return
    if refused_by == STOPPED and not day.stopped:
        tx.clearances.set(replace(tx.clearances.of(person), stopped=at, until=None))
    tx.alerts.raise_(_alert(tx, caller, refused_by, day, at))


def _alert(tx: Tx, caller: Caller, rule: str, day: Day, at: datetime) -> Alert:
    person, facility = reader_name(caller.actor), facility_of(caller.actor)
    return Alert(
        id=tx.alerts.name(f"{rule} {person} {at.astimezone(PARIS).date().isoformat()}"),
        kind=AlertKind.BRAKE,
        at=at,
        person=person,
        profession=getattr(caller.actor, "profession", ""),
        structure=facility.id if facility else "",
        reasons=(reason(rule, score=100, count=(day.others or 0)),),
    )
