"""What an act makes known to people, at once or on a later day (PT-9, AR-1, AR-9, AR-19, AR-21, DEC-1)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from dmp.access.representation import delegate_called
from dmp.notices.recipients import majority_timers, notice_of
from dmp.record.actor import Caller, Holder, Mode, Professional, Representative, facility_of, person_id
from dmp.record.age import is_minor
from dmp.record.announcement import notice_due, shown_to_patient
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry
from dmp.record.notice import Frequency, Notice, NoticeKind, Timer, TimerKind
from dmp.record.record import Record, RecordState
from dmp.record.verb import Verb

DIRECTIVES = "EXPPAT_3"
"""Type of advance directives (functional 5.1)."""
REMINDED_EVERY = timedelta(days=365)
"""As long as an authorisation lasts: in a copy of the database, nobody tells one day of the other."""
READING = (Verb.FIND, Verb.READ)
"""What is told as an access; a test of existence or one's own reference is none."""


def notices_of(before: Record, after: Record, caller: Caller, at: datetime) -> Iterator[Notice]:
    """What is told at once of an act that was done; nothing of a secret connection (AR-21)."""
    if caller.secret:
        return
    if caller.mode is not Mode.NORMAL:
        yield from notice_of(after, NoticeKind.EMERGENCY_ACCESS, _session(caller, at), at)
    if after.attending != before.attending:
        yield from _attending(before, after, caller, at)
    if after.state is not before.state and not after.deceased:
        kind = _LIFE.get(after.state)
        if kind is not None:
            yield from notice_of(after, kind, at.isoformat(), at)
    known = {(each.person, each.since) for each in before.delegates}
    for each in after.delegates:
        if (each.person, each.since) not in known:
            yield from notice_of(after, NoticeKind.DELEGATE_NAMED, f"{each.person.number} {each.since.isoformat()}", at)
    if isinstance(caller.actor, Representative) and delegate_called(caller.actor.id, before, at) is not None:
        yield from notice_of(after, NoticeKind.DELEGATE_ACTED, f"{caller.actor.id} {_day(at)}", at)


def opened(record: Record, at: datetime) -> Iterator[Notice]:
    """A record is there: told to who can be reached, which at that moment few can."""
    for notice in notice_of(record, NoticeKind.RECORD_OPENED, at.isoformat(), at):
        if any(notice.people):
            yield notice


def first_access(record: Record, verb: Verb, caller: Caller, at: datetime) -> Iterator[Notice]:
    """A professional reads, in normal mode: whether it is for the first time, the store knows (`about` is who).

    Asked at every act: a holder who did not ask for it must cost nothing.
    """
    if record.notices.frequency is Frequency.NONE or verb not in READING:
        return
    if isinstance(caller.actor, Professional) and caller.mode is Mode.NORMAL and not caller.secret:
        yield from notice_of(record, NoticeKind.FIRST_ACCESS, caller.actor.id, at)


def blocked_attempt(record: Record, rule: str, caller: Caller, at: datetime) -> Iterator[Notice]:
    """Somebody blocked was refused: once a day for each (PT-9)."""
    if rule == "blocked-by-the-holder" and not caller.secret:
        yield from notice_of(record, NoticeKind.BLOCKED_ATTEMPT, f"{person_id(caller.actor)} {_day(at)}", at)


def new_documents(
    record: Record, lot: str, entries: Iterable[DocumentEntry], caller: Caller, at: datetime
) -> Iterator[Notice]:
    """A lot of somebody else brought a document that the people told may know of (AR-19, AR-21, DEC-12, DEC-30)."""
    if record.notices.frequency is Frequency.NONE or caller.secret or isinstance(caller.actor, Holder):
        return
    minor = record.traits is not None and is_minor(record.traits.birth_date, at.astimezone(PARIS).date())
    if any(_may_be_told(record, entry, at, to_guardians=minor) for entry in entries):
        yield from notice_of(record, NoticeKind.NEW_DOCUMENT, lot, at)


def directives_timers(entries: Iterable[DocumentEntry], at: datetime) -> Iterator[Timer]:
    """Advance directives that come in: their author is reminded of them each year (L.1111-11, PT-7)."""
    for entry in entries:
        if entry.type_code.code == DIRECTIVES and entry.chain:
            yield Timer(TimerKind.DIRECTIVES, entry.chain, due=at + REMINDED_EVERY)


def timers_of(before: Record, after: Record, caller: Caller, at: datetime) -> Iterator[Timer]:
    """What an act makes worth another look on a later day."""
    if after is not before:
        yield from majority_timers(after, at)
    if after.visibility != before.visibility:
        yield from _announcements(before, after)
    if before.state is RecordState.CLOSED and after.state is RecordState.ACTIVE:
        yield from _missed_while_closed(after, at)
    if after.authorisations != before.authorisations and not caller.secret:
        known = {(given.subject, given.until) for given in before.authorisations}
        for given in after.authorisations:
            if given.until > at and (given.subject, given.until) not in known:
                yield Timer(TimerKind.AUTHORISATION, given.subject, due=given.until)


_LIFE = {RecordState.CLOSED: NoticeKind.RECORD_CLOSED, RecordState.ACTIVE: NoticeKind.RECORD_OPENED}


def _attending(before: Record, after: Record, caller: Caller, at: datetime) -> Iterator[Notice]:
    """A doctor who declares himself is told in any case (DEC-1); what others change, to who asked for it."""
    known = {role.doctor for role in before.attending}
    declared = [role for role in after.attending if role.doctor not in known]
    if isinstance(caller.actor, Professional):
        for role in declared:
            about = f"{role.doctor} {role.since.isoformat()}"
            yield from notice_of(after, NoticeKind.ATTENDING_DECLARED, about, at)
    if not declared and not isinstance(caller.actor, Holder):
        yield from notice_of(after, NoticeKind.ATTENDING_CHANGED, at.isoformat(), at)


def _may_be_told(record: Record, entry: DocumentEntry, at: datetime, *, to_guardians: bool) -> bool:
    if entry.is_signature:
        return False
    marks = record.visibility.get(entry.chain, entry.visibility).strictest(entry.visibility)
    since = marks.hidden_from_patient_since
    if since is not None and at < shown_to_patient(since):
        return False
    return not (to_guardians and marks.hidden_from_guardians)


def _missed_while_closed(record: Record, at: datetime) -> Iterator[Timer]:
    """What came due while nobody could read it, and is still hidden: looked at now (AR-19, LC-12)."""
    for chain, hidden in record.visibility.items():
        since = hidden.hidden_from_patient_since
        if since is not None and notice_due(since) <= at < shown_to_patient(since):
            yield Timer(TimerKind.ANNOUNCEMENT, chain, due=at, over=shown_to_patient(since))


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
    return f"{caller.mode} {person_id(caller.actor)} {where} {_day(at)}"


def _day(at: datetime) -> str:
    return at.astimezone(PARIS).date().isoformat()
