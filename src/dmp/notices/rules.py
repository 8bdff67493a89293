"""What an act makes known to people, at once or on a later day (PT-9, AR-1, AR-9, AR-19, AR-21, DEC-1)."""

from collections.abc import Iterator
from datetime import datetime

from dmp.access.announcement import notice_due, shown_to_patient
from dmp.notices.recipients import notice_of
from dmp.record.actor import Caller, Mode, Professional, facility_of, person_id
from dmp.record.dtm import PARIS
from dmp.record.notice import Notice, NoticeKind, Timer, TimerKind
from dmp.record.record import Record


def notices_of(before: Record, after: Record, caller: Caller, at: datetime) -> Iterator[Notice]:
    """What is told at once of an act that was done; nothing of a secret connection (AR-21)."""
    if caller.secret:
        return
    if caller.mode is not Mode.NORMAL:
        yield from notice_of(after, NoticeKind.EMERGENCY_ACCESS, _session(caller, at), at)
    if after.attending != before.attending and isinstance(caller.actor, Professional):
        known = {role.doctor for role in before.attending}
        for role in after.attending:
            if role.doctor not in known:
                about = f"{role.doctor} {role.since.isoformat()}"
                yield from notice_of(after, NoticeKind.ATTENDING_DECLARED, about, at)


def timers_of(before: Record, after: Record, caller: Caller, at: datetime) -> Iterator[Timer]:
    """What an act makes worth another look on a later day."""
    if after.visibility != before.visibility:
        yield from _announcements(before, after)
    if after.authorisations != before.authorisations and not caller.secret:
        known = {(given.subject, given.until) for given in before.authorisations}
        for given in after.authorisations:
            if given.until > at and (given.subject, given.until) not in known:
                yield Timer(TimerKind.AUTHORISATION, given.subject, due=given.until)


def _announcements(before: Record, after: Record) -> Iterator[Timer]:
    """One for each chain newly hidden from its patient, or hidden since another day (AR-19, DEC-24)."""
    for chain, hidden in after.visibility.items():
        since, earlier = hidden.hidden_from_patient_since, before.visibility.get(chain)
        if since is not None and (earlier is None or earlier.hidden_from_patient_since != since):
            yield Timer(TimerKind.ANNOUNCEMENT, chain, due=notice_due(since), over=shown_to_patient(since))


def _session(caller: Caller, at: datetime) -> str:
    """One message a day of one caller in one mode: a session, at most 24 hours, makes many acts (AR-9)."""
    facility = facility_of(caller.actor)
    where = facility.id if facility else ""
    return f"{caller.mode} {person_id(caller.actor)} {where} {at.astimezone(PARIS).date()}"
