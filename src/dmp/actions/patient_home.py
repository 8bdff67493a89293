"""The first page of a patient (PT-4): what is new, who came, what waits for him; by one act and one trace.

It composes what other acts read, under the same rights. Documents are those
that the viewer may find, accesses those lines of the history that he may see;
whoever has no right to the history is told of no access. What waits is told to
the holder alone, since others might learn from it what he keeps to himself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dmp.actions.acting_for import Part, part_of
from dmp.actions.action import NOTHING, Ask, Listing, Scope, Turn
from dmp.actions.open_chart import OWN
from dmp.actions.reach import stopped_of
from dmp.actions.search_directory import described
from dmp.actions.shown import asks_about, asks_about_folders, current_versions
from dmp.actions.view_log import acts_on, name_doer
from dmp.record.account import Account
from dmp.record.actor import Holder, person_id
from dmp.record.announcement import shown_to_patient
from dmp.record.choice import HealthChoice, Shown
from dmp.record.codes import Code
from dmp.record.dtm import PARIS
from dmp.record.entry import DocumentEntry, EntryStatus, unique_key
from dmp.record.history import DoerKind, Ending, LogLine, TracedAct
from dmp.record.invitation import Invitation
from dmp.record.patient import PatientId
from dmp.record.record import RecordState
from dmp.record.verb import Verb
from dmp.services import screening
from dmp.services.reminders import is_answered
from dmp.store.entries import RecordContents
from dmp.store.tx import Tx

FIRST_VISIT = timedelta(days=30)
"""What counts as new to who was never here."""
EMERGENCIES, QUESTIONS, ENDING = timedelta(days=90), timedelta(days=90), timedelta(days=30)
"""How long an emergency access stands out, how far back answers are looked for, and how soon an end is told of."""
MOST_CAME = 4
AT_ONCE = 8
"""Acts of one person that are looked at together for one that may be told of."""
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_COMERS = (DoerKind.PROFESSIONAL, DoerKind.STAFF, DoerKind.SOFTWARE)
_LOOKED_FOR = (Verb.RELEASE, Verb.CHOOSE_FOR_EMERGENCIES, Verb.ASK_ABOUT_ACCESS)
"""What is done seldom, and is looked for however long ago it was."""
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
    ADDRESS = "address"
    """One of his addresses takes no messages any more (RM-7)."""
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
    reminded: frozenset[str] = frozenset()
    """The services that have a new reminder, by name (RM-1)."""
    invited: bool = False
    """The national insurer invited him to a screening, lately (SC-5)."""


@dataclass(frozen=True)
class ReadHome:
    """The first page, for a session that began at `began`: what he did before it was another visit."""

    patient: PatientId
    began: datetime

    verb = Verb.FIND
    about = NOTHING

    DOORS = (
        Verb.VIEW_LOG,
        Verb.AUTHORISE_OTHER,
        Verb.LIST_PEOPLE,
        Verb.CHOOSE_FOR_EMERGENCIES,
        Verb.LEAVE_DELEGATION,
        OWN,
    )

    def scope(self, tx: Tx) -> Scope:
        """The record, its documents and its acts; which doors are open is asked too, and stops nothing."""
        record = tx.records.of(self.patient)
        doors = [Ask(verb, optional=True) for verb in self.DOORS]
        if record is None:
            return Scope(None, (Ask(self.verb), *doors))
        contents, acts = tx.inside(record), acts_on(tx, record)
        documents = contents.entries_but_signatures()
        signed = _asks_about_signatures(acts, documents, contents)
        held = asks_about_folders(self.verb, contents.folders())
        # Whoever has a home may search; the mere reference, which some professionals have alone, need not be asked too.
        listed = (Listing(self.verb, documents),)
        return Scope(record, (Ask(self.verb), *doors, *signed, *held), listings=listed, tells=True)

    def apply(self, turn: Turn) -> Home:
        """Put it together from what the viewer may see."""
        actor, record = turn.caller.actor, turn.known_record
        holder, me = turn.beside.holder_alone, person_id(actor)
        acts = acts_on(turn.tx, record)
        lines = turn.tell(_seldom(acts, began=self.began))
        own = [line.at for line in lines if line.act is not None and _is_visit(line.act, me, holder=holder)]
        previous = max((at for at in own if at < self.began), default=None)
        came = _comers(turn, acts) if Verb.VIEW_LOG in turn.rights else []
        alarms = [line for line in came if _is_alarm(line.act, turn.at)]
        reminded, invited = _health(turn, min(previous or turn.at, turn.at - FIRST_VISIT))
        return Home(
            part=None if holder else part_of(me, record, turn.at),
            rights=turn.rights,
            previous=previous,
            fresh=tuple(_fresh(turn, lines, previous or turn.at - FIRST_VISIT)),
            came=_named(turn, [line for line in came if line not in alarms][:MOST_CAME]),
            emergencies=_named(turn, alarms),
            waiting=tuple(_waiting(turn, lines, previous)) if holder and record.state is RecordState.ACTIVE else (),
            hides_everything=record.hide_everything and Verb.CHOOSE_FOR_EMERGENCIES in turn.rights,
            reminded=reminded,
            invited=invited,
        )


def _health(turn: Turn, since: datetime) -> tuple[frozenset[str], bool]:
    """What was found due and what the insurer wrote since then, and was not answered; for who keeps the profile.

    What is due was worked out by the service itself, from what he may read (`actions/remind.py`).
    """
    if OWN not in turn.rights:
        return frozenset(), False
    record, personal, first = turn.known_record, turn.tx.personal, since.astimezone(PARIS).date()
    choices = personal.choices(record)
    lately = [one for one in personal.shown(record) if one.day >= first and not is_answered(one, choices)]
    letters = (one for one in personal.invitations(record) if one.received >= since)
    return frozenset(one.service for one in lately), any(not _is_answered(one, choices) for one in letters)


def _is_answered(letter: Invitation, choices: Iterable[HealthChoice]) -> bool:
    day = letter.received.astimezone(PARIS).date()
    return is_answered(Shown(screening.SERVICE.name, letter.programme, "", "", day), choices)


def _seldom(acts: Iterable[TracedAct], *, began: datetime) -> list[TracedAct]:
    """The acts that are looked for however old they are, those asked about, and the last visit of each before now."""
    asked_about = {name for act in acts if act.verb == Verb.ASK_ABOUT_ACCESS for name in act.names}
    visits: dict[tuple[str, str, bool], TracedAct] = {}
    found: list[TracedAct] = []
    for act in acts:
        if act.verb in _LOOKED_FOR or act.id in asked_about:
            found.append(act)
        elif act.verb == Verb.FIND and act.at < began:
            visits[act.doer.kind, act.doer.person, act.secret] = act
    return [*found, *visits.values()]


def _asks_about_signatures(
    acts: Iterable[TracedAct], documents: tuple[DocumentEntry, ...], contents: RecordContents
) -> Iterable[Ask]:
    """Signatures stand for their lots in the lines of acts that name no document itself; no others are asked about."""
    since: dict[str, datetime] = {}
    for entry in documents:
        at = entry.deposit.at if entry.deposit is not None else _EVER
        for name in (entry.uuid, entry.logical_id, unique_key(entry.unique_id)):
            since[name] = min(at, since.get(name, at))
    names = {name for act in acts if act.names and not _names_one(act, since) for name in act.names}
    return asks_about(Verb.FIND, contents.signatures_called(names), contents.lot_of) if names else ()


def _names_one(act: TracedAct, since: Mapping[str, datetime]) -> bool:
    """Tell whether an act names a document that was there by then, by any of its names."""
    known = any(since.get(name, _NEVER) <= act.at for name in act.names)
    return known or any(since.get(unique_key(name), _NEVER) <= act.at for name in act.names)


def _is_visit(act: TracedAct, me: str, *, holder: bool) -> bool:
    kind = DoerKind.HOLDER if holder else DoerKind.REPRESENTATIVE
    return act.verb == Verb.FIND and act.doer.kind == kind and (holder or act.doer.person == me)


def _came(act: TracedAct) -> bool:
    return act.doer.kind in _COMERS and act.ending is Ending.DONE and act.verb not in _IN_PASSING


def _is_alarm(act: TracedAct | None, at: datetime) -> bool:
    return act is not None and act.mode != "normal" and act.at > at - EMERGENCIES


def _comers(turn: Turn, acts: Iterable[TracedAct]) -> list[LogLine]:
    """The last access of each person and structure that went through and that the viewer may see, newest first.

    Looked for from the last one of each backwards, so many at a time that
    those few of which he may not know do not show in the time that it takes.
    """
    waiting: dict[tuple[str, str, str, bool], list[TracedAct]] = {}
    for act in sorted(filter(_came, acts), key=lambda act: act.at):
        who = (act.doer.person, act.doer.structure, act.mode, _is_alarm(act, turn.at))
        waiting.setdefault(who, []).append(act)
    found: list[LogLine] = []
    while waiting:
        told = turn.tell([act for those in waiting.values() for act in those[-AT_ONCE:]])
        lines = {line.act.id: line for line in told if line.act is not None}
        for who, those in list(waiting.items()):
            last = next((lines[act.id] for act in reversed(those[-AT_ONCE:]) if act.id in lines), None)
            found += [last] if last is not None else []
            waiting[who] = those[:-AT_ONCE] if last is None else []
        waiting = {who: those for who, those in waiting.items() if those}
    return sorted(found, key=lambda line: line.at, reverse=True)


def _named(turn: Turn, lines: Iterable[LogLine]) -> tuple[LogLine, ...]:
    """Lines with the names that the directory has."""
    directory = turn.tx.directory
    named = ((line, name_doer(line.act.doer, directory)) for line in lines if line.act is not None)
    return tuple(replace(line, act=replace(line.act, doer=doer)) for line, doer in named if line.act is not None)


def _fresh(turn: Turn, lines: Iterable[LogLine], since: datetime) -> Iterator[Fresh]:
    """The documents in force that came in, or were shown to him, since then; not those that he put in himself."""
    documents = [entry for entry in turn.entries if not entry.is_signature and entry.class_code.code]
    shown = {
        document.id
        for line in lines
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


def _waiting(turn: Turn, lines: tuple[LogLine, ...], previous: datetime | None) -> Iterator[Waiting]:
    record, at = turn.known_record, turn.at
    chose = Verb.CHOOSE_FOR_EMERGENCIES
    if not any(line.act and line.act.verb == chose and line.act.ending is Ending.DONE for line in lines):
        yield Waiting(Wait.EMERGENCY_CHOICES)
    for role in record.attending:
        if not role.confirmed and role.doctor not in record.blocked:
            yield Waiting(Wait.ATTENDING, described(turn.tx.directory, role.doctor).name, role.since)
    yield from _answers(turn, lines, previous or at - QUESTIONS)
    for each in record.delegates:
        if each.holds(at) and each.until < at + ENDING:
            yield Waiting(Wait.DELEGATE_ENDS, each.name, each.until)
    if stopped_of(record):
        yield Waiting(Wait.ADDRESS)
    actor = turn.caller.actor
    account = turn.tx.accounts.of_person(actor.patient) if isinstance(actor, Holder) else None
    if account is not None and _has_one_means(account):
        yield Waiting(Wait.SIGN_IN)


def _answers(turn: Turn, lines: tuple[LogLine, ...], since: datetime) -> Iterator[Waiting]:
    """The questions answered since then; looked for only where he asked some lately."""
    asking = [line.act for line in lines if line.act is not None and line.act.verb == Verb.ASK_ABOUT_ACCESS]
    if not any(act.at > turn.at - QUESTIONS for act in asking):
        return
    for line in lines:
        if line.act is None or not line.act.doer.structure:
            continue
        question = turn.tx.questions.about(line.act.id)
        if question is not None and question.answered_at is not None and question.answered_at > since:
            place = described(turn.tx.directory, line.act.doer.structure).name
            yield Waiting(Wait.ANSWER, line.act.doer.structure_name or place, question.answered_at)


def _has_one_means(account: Account) -> bool:
    return not account.passkeys and not account.totp and len(account.channels) < 2
