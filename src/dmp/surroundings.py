"""What the gate does around an act: care teams looked up before; people told, an emergency noted after (AR-3, PT-9)."""

from dataclasses import replace
from datetime import datetime

from dmp.notices.rules import blocked_attempt, first_access, notices_of, timers_of
from dmp.record.actor import Caller, Mode, Professional
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.store.tx import Tx


def in_his_teams(tx: Tx, caller: Caller, record: Record | None, at: datetime) -> Caller:
    """The caller with the care teams that he is in today, where any cares for the holder (AR-3, DEC-26)."""
    actor = caller.actor
    if record is None or not record.care or not isinstance(actor, Professional):
        return caller
    return replace(caller, teams=tx.directory.teams_of(actor.id, actor.facility.id, at))


def have_people_told(tx: Tx, before: Record, verb: Verb, caller: Caller, at: datetime) -> None:
    """Leave notices, and days to come back, in the transaction of the act that makes them due (PT-9)."""
    after = tx.records.held(before.key).record
    for notice in first_access(after, verb, caller, at):
        if tx.readers.is_new(after.key, notice.about):
            tx.outbox.tell(after.key, notice, at=at)
    if after is before and caller.mode is Mode.NORMAL:
        return
    for notice in notices_of(before, after, caller, at):
        tx.outbox.tell(before.key, notice, at=at)
    tx.outbox.remind(before.key, timers_of(before, after, caller, at))


def have_refusal_told(tx: Tx, record: Record | None, rule: str, caller: Caller, at: datetime) -> None:
    """The attempt of somebody blocked is told to the holder who asked for it (PT-9)."""
    if record is not None:
        for notice in blocked_attempt(record, rule, caller, at):
            tx.outbox.tell(record.key, notice, at=at)


def keep_case(tx: Tx, record: Record, caller: Caller, at: datetime) -> None:
    """Count an act in an emergency mode, in its own transaction: the ledger is always complete (AR-11)."""
    if caller.mode is not Mode.NORMAL:
        tx.cases.note(caller, record.key, at)
