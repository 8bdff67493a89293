"""The first page of a patient (PT-4): what is new, who came, what waits for him; by one act and one trace.

It composes what other acts read, under the same rights. Documents are those
that the viewer may find, accesses those lines of the history that he may see;
whoever has no right to the history is told of no access. What waits is told to
the holder alone, since others might learn from it what he keeps to himself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dmp.actions.acting_for import Part, part_of
from dmp.actions.action import NOTHING, Ask, Scope, Turn
from dmp.actions.search_directory import described
from dmp.actions.shown import current_versions
from dmp.actions.view_log import ViewLog, name_doer
from dmp.record.account import Account
from dmp.record.actor import Holder, person_id
from dmp.record.announcement import shown_to_patient
from dmp.record.codes import Code
from dmp.record.entry import DocumentEntry, EntryStatus
from dmp.record.history import DoerKind, Ending, LogLine, TracedAct
from dmp.record.patient import PatientId
from dmp.record.record import RecordState
from dmp.record.verb import Verb
from dmp.store.tx import Tx

FIRST_VISIT = timedelta(days=30)
"""What counts as new to who was never here."""
EMERGENCIES, QUESTIONS, ENDING = timedelta(days=90), timedelta(days=90), timedelta(days=30)
"""How long an emergency access stands out, how far back answers are looked for, and how soon an end is told of."""
MOST_CAME = 4
_COMERS = (DoerKind.PROFESSIONAL, DoerKind.STAFF, DoerKind.SOFTWARE)
_IN_PASSING = (Verb.TEST_RECORD, Verb.FIND_REFERENCE, Verb.VIEW_LOG)
"""What tells of nobody who came for the patient: software does it by itself. The history has it."""


class Wait(StrEnum):
    """What waits for the holder."""

    EMERGENCY_CHOICES = "emergency-choices"
    """He never said what he wishes for emergencies (PT-3)."""
    ATTENDING = "attending"
    """A doctor calls himself his attending doctor, and waits to be confirmed (DEC-1)."""
    ANSWER = "answer"
    """A structure answered his question since he was here."""
    DELEGATE_ENDS = "delegate-ends"
    SIGN_IN = "sign-in"
    """One means of signing in beside the password: who loses it is locked out (PT-1)."""


@dataclass(frozen=True)
class Waiting:
    """Something that waits, with the name of whom it is about and a day, where there are any."""

    what: Wait
    who: str = ""
    when: datetime | None = None


@dataclass(frozen=True)
class Fresh:
    """How many documents of one type and class came in."""

    kind: Code
    group: Code
    count: int


@dataclass(frozen=True)
class Home:
    """What the page shows. `part` is what the viewer is to the holder; None for the holder himself.

    `rights` are those of `ReadHome.DOORS` that he has: a page leads nowhere that it is not for him.
    """

    part: Part | None
    rights: frozenset[Verb]
    previous: datetime | None
    fresh: tuple[Fresh, ...]
    came: tuple[LogLine, ...] = ()
    emergencies: tuple[LogLine, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    hides_everything: bool = False


@dataclass(frozen=True)
class ReadHome:
    """The first page, for a session that began at `began`: what he did before it was another visit."""

    patient: PatientId
    began: datetime

    verb = Verb.FIND
    about = NOTHING

    DOORS = (Verb.VIEW_LOG, Verb.AUTHORISE_OTHER, Verb.LIST_PEOPLE, Verb.CHOOSE_FOR_EMERGENCIES, Verb.LEAVE_DELEGATION)

    def scope(self, tx: Tx) -> Scope:
        """The record, its documents and its acts; which doors are open is asked too, and stops nothing."""
        seen = ViewLog(self.patient).scope(tx)
        doors = (Ask(verb, optional=True) for verb in self.DOORS)
        # Whoever has a home may search; the mere reference, which some professionals have alone, need not be asked too.
        known = (ask for ask in seen.asks[1:] if ask.verb is not Verb.FIND_REFERENCE)
        return replace(seen, asks=(Ask(self.verb), *doors, *known), verb=self.verb)

    def apply(self, turn: Turn) -> Home:
        """Put it together from what the viewer may see."""
        actor, record = turn.caller.actor, turn.known_record
        holder, me = isinstance(actor, Holder), person_id(actor)
        own = [line.at for line in turn.lines if line.act is not None and _is_visit(line.act, me, holder=holder)]
        previous = max((at for at in own if at < self.began), default=None)
        lines = _told(turn) if Verb.VIEW_LOG in turn.rights else []
        alarms = [line for line in lines if line.act and line.act.mode != "normal" and line.at > turn.at - EMERGENCIES]
        return Home(
            part=None if holder else part_of(me, record, turn.at),
            rights=turn.rights,
            previous=previous,
            fresh=tuple(_fresh(turn, previous or turn.at - FIRST_VISIT)),
            came=_named(turn, [line for line in lines if line not in alarms], most=MOST_CAME),
            emergencies=_named(turn, alarms, most=len(alarms)),
            waiting=tuple(_waiting(turn, previous)) if holder and record.state is RecordState.ACTIVE else (),
            hides_everything=record.hide_everything and Verb.CHOOSE_FOR_EMERGENCIES in turn.rights,
        )


def _is_visit(act: TracedAct, me: str, *, holder: bool) -> bool:
    kind = DoerKind.HOLDER if holder else DoerKind.REPRESENTATIVE
    return act.verb == Verb.FIND and act.doer.kind == kind and (holder or act.doer.person == me)


def _told(turn: Turn) -> list[LogLine]:
    """The accesses of professionals and structures that went through, newest first."""
    found = [line for line in turn.lines if line.act is not None and _came(line.act)]
    return sorted(found, key=lambda line: line.at, reverse=True)


def _came(act: TracedAct) -> bool:
    return act.doer.kind in _COMERS and act.ending is Ending.DONE and act.verb not in _IN_PASSING


def _named(turn: Turn, lines: Iterable[LogLine], *, most: int) -> tuple[LogLine, ...]:
    """The last line of each person and structure, with the names that the directory has."""
    last: dict[tuple[str, str, str], LogLine] = {}
    for line in lines:
        if line.act is not None:
            last.setdefault((line.act.doer.person, line.act.doer.structure, line.act.mode), line)
    kept = list(last.values())[:most]
    return tuple(
        replace(line, act=replace(line.act, doer=name_doer(line.act.doer, turn.tx.directory)))
        for line in kept
        if line.act is not None
    )


def _fresh(turn: Turn, since: datetime) -> Iterator[Fresh]:
    """The documents in force that came in, or were shown to him, since then; not those that he put in himself."""
    documents = [entry for entry in turn.entries if not entry.is_signature and entry.class_code.code]
    shown = {
        document.id
        for line in turn.lines
        if line.act is not None and line.act.verb == Verb.RELEASE and line.at > since
        for document in line.documents
    }
    first: dict[str, datetime] = {}
    for entry in documents:
        if entry.deposit is not None:
            at = _shown_by(entry, entry.deposit.at)
            first[entry.logical_id] = min(at, first.get(entry.logical_id, at))
    numbers = {person_id(turn.caller.actor)}
    counted: dict[tuple[Code, Code], int] = {}
    for entry in current_versions(documents):
        came = first.get(entry.logical_id)
        own = entry.deposit is not None and entry.deposit.person in numbers
        new = entry.logical_id in shown or (came is not None and came > since)
        if new and not own and entry.status is EntryStatus.APPROVED:
            what = (entry.type_code, entry.class_code)
            counted[what] = counted.get(what, 0) + 1
    for (kind, group), count in sorted(counted.items(), key=lambda one: (-one[1], one[0][0].code, one[0][1].code)):
        yield Fresh(kind, group, count)


def _shown_by(entry: DocumentEntry, deposited: datetime) -> datetime:
    """When he could see it: at its deposit, or when the time to announce it was over (AR-19)."""
    waited = entry.visibility.hidden_from_patient_since
    return deposited if waited is None else max(deposited, shown_to_patient(waited))


def _waiting(turn: Turn, previous: datetime | None) -> Iterator[Waiting]:
    record, at = turn.known_record, turn.at
    chose = Verb.CHOOSE_FOR_EMERGENCIES
    if not any(line.act and line.act.verb == chose and line.act.ending is Ending.DONE for line in turn.lines):
        yield Waiting(Wait.EMERGENCY_CHOICES)
    for role in record.attending:
        if not role.confirmed and role.doctor not in record.blocked:
            yield Waiting(Wait.ATTENDING, described(turn.tx.directory, role.doctor).name, role.since)
    yield from _answers(turn, previous or at - QUESTIONS)
    for each in record.delegates:
        if each.holds(at) and each.until < at + ENDING:
            yield Waiting(Wait.DELEGATE_ENDS, each.name, each.until)
    actor = turn.caller.actor
    account = turn.tx.accounts.of_person(actor.patient) if isinstance(actor, Holder) else None
    if account is not None and _has_one_means(account):
        yield Waiting(Wait.SIGN_IN)


def _answers(turn: Turn, since: datetime) -> Iterator[Waiting]:
    """The questions answered since then; looked for only where he asked some lately."""
    recent = [line for line in turn.lines if line.act is not None and line.at > turn.at - QUESTIONS]
    asked = sum(line.act is not None and line.act.verb == Verb.ASK_ABOUT_ACCESS for line in recent)
    for line in turn.lines if asked else ():
        if line.act is None or not line.act.doer.structure:
            continue
        question = turn.tx.questions.about(line.act.id)
        if question is not None and question.answered_at is not None and question.answered_at > since:
            place = described(turn.tx.directory, line.act.doer.structure).name
            yield Waiting(Wait.ANSWER, line.act.doer.structure_name or place, question.answered_at)


def _has_one_means(account: Account) -> bool:
    return not account.passkeys and not account.totp and len(account.channels) < 2
