"""Work out what a holder is to be reminded of, and leave one message that says nothing of it (RM-1 to RM-10).

The service acts for the holder, on what he may read: a reminder can betray no
document that is hidden from him, nor, of a minor, from who represents him.
What is due is shown in the space, where the page works it out anew; outside,
one message says that something waits there. The day of a look depends on what
was seen at the last one, never on what was put into the record since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from dmp.actions.action import NOTHING, Ask, Listing, Scope, Turn
from dmp.actions.open_chart import chart_of, in_force
from dmp.notices.recipients import addresses_of, notice_of, reached_by
from dmp.record.actor import Automaton, Caller
from dmp.record.choice import Reminded
from dmp.record.dtm import PARIS
from dmp.record.notice import Address, Frequency, NoticeKind
from dmp.record.record import Record
from dmp.record.verb import Verb
from dmp.services import SERVICES
from dmp.services.chart import Finding, Person
from dmp.services.reminders import News, news, remembered, shown
from dmp.services.rule_set import SHIPPED, Rules
from dmp.services.service import Service, nothing_due
from dmp.store.tx import Tx

JOB = Caller(Automaton("health-reminders"))
"""Who works it out, without being asked."""
KEPT = "reminded"
"""Id of what is remembered, in the own space of the holder."""
EVERY = timedelta(days=7)
"""From one look to the next, where no rule names an earlier day."""
RESTING = timedelta(days=30)
"""From one look to the next at a record in which nobody is reminded, for now."""
SPREAD = 30
"""Days over which new rules are told of, so that nobody sends to everybody on one day (RM-10)."""
OPENS, SHUTS = time(8), time(20)
"""French times within which messages leave, whenever they are worked out."""
OWN_LOGIN, MAJORITY = 16, 18
"""Ages from which a minor who has a login is reminded beside who represents him, until he is of age (RM-5)."""


class Reminding(StrEnum):
    """What a look came to."""

    TOLD = "told"
    NOTHING_NEW = "nothing-new"
    UNASKED = "unasked"
    """The holder wants no messages (RM-1): his space alone shows what is due."""
    LATER = "later"
    """The rules are new to this record: what they ask for is told on a day of its own."""
    OVER = "over"
    """The holder is dead, or another record absorbed this one (RM-7)."""


@dataclass(frozen=True)
class RemindOfHealth:
    """A look at one record, by its key, with these services."""

    record: str
    services: tuple[Service, ...] = SERVICES

    verb = Verb.REMIND
    about = NOTHING

    def scope(self, tx: Tx) -> Scope:
        """The record, and the right to read each document in force."""
        record = tx.records.find(self.record)
        if record is None or _is_over(record):
            return Scope(record, (Ask(self.verb),))
        entries = in_force(tx.inside(record).entries_but_signatures())
        return Scope(record, (Ask(self.verb),), listings=(Listing(Verb.READ, tuple(entries)),))

    def apply(self, turn: Turn) -> Reminding:
        """Leave a message for what is new, and the day of the next look."""
        record, today = turn.known_record, turn.today
        rules = mark_of(self.services, today, turn.rules)
        if _is_over(record):
            turn.tx.looks.again(self.record, today + RESTING)
            return Reminding.OVER
        wait = days_to_wait(self.record, today)
        if _wants_messages(record) and wait and turn.tx.looks.rules(self.record) != rules:
            turn.tx.looks.again(self.record, today + timedelta(days=wait))
            return Reminding.LATER
        return self._look(turn, today, rules)

    def _look(self, turn: Turn, today: date, rules: str) -> Reminding:
        record, reminding = turn.known_record, [each for each in self.services if each.reminders is not nothing_due]
        kinds = {kind for service in reminding for kind in service.reads}
        personal = turn.tx.personal
        chart = replace(
            chart_of(turn, sorted(kinds)), choices=personal.choices(record), invitations=personal.invitations(record)
        )
        if chart.unread:
            # Nobody is told that something is due because what says that it was done does not open.
            turn.tx.looks.again(self.record, today + EVERY)
            return Reminding.NOTHING_NEW
        said = [service.reminders(chart) for service in reminding]
        found, told = [one for each in said for one in each.found], personal.reminded(record)
        asked, before = _wants_messages(record), personal.shown(record)
        what = news(found, told, today) if asked else News()
        now = shown(found, before, today)
        if what.new:
            _tell(turn, what, chart.person)
            told = remembered(told, what.new, found, today)
        if what.new or now != before:
            personal.put(record, Reminded(KEPT, tuple(told), now))
        days = (day for day in (what.wait, *(each.next_day for each in said)) if day is not None and day > today)
        turn.tx.looks.again(self.record, min((today + EVERY, *days)), rules=rules)
        if not asked:
            return Reminding.UNASKED
        return Reminding.TOLD if what.new else Reminding.NOTHING_NEW


def mark_of(services: Iterable[Service], today: date, rules: Rules = SHIPPED) -> str:
    """What tells the rules of a day from others; those of an operator by what they say, whatever their version."""
    versions = [f"{service.name} {service.version(today, rules)}" for service in services]
    reminding = (service for service in services if service.reminders is not nothing_due)
    versions += [own for service in reminding if (own := rules.mark(service.sets))]
    return sha256("\n".join(versions).encode()).hexdigest()[:16]


def days_to_wait(record: str, today: date) -> int:
    """The days until that of a record: each of the `SPREAD` days after a change of the rules is that of some."""
    own = int.from_bytes(sha256(record.encode()).digest()[:4], "big")
    return (own - today.toordinal()) % SPREAD


def leaving(at: datetime) -> datetime:
    """When a message that is worked out now may leave: nobody is woken up."""
    local = at.astimezone(PARIS)
    if OPENS <= local.time() < SHUTS:
        return at
    day = local.date() + timedelta(days=local.time() >= SHUTS)
    return datetime.combine(day, OPENS, PARIS)


def _is_over(record: Record) -> bool:
    """Nobody is reminded any more (RM-7)."""
    return record.deceased or bool(record.merged_into)


def _wants_messages(record: Record) -> bool:
    """Else his space alone shows what is due (RM-1)."""
    return record.notices.frequency is not Frequency.NONE


def _tell(turn: Turn, what: News, person: Person) -> None:
    """One message for all that is new on a day, which says nothing of it (RM-2)."""
    record, at = turn.known_record, leaving(turn.at)
    for notice in notice_of(record, NoticeKind.HEALTH_REMINDER, _named(what.new), turn.at):
        people = (*notice.people, *_minor_himself(turn, person))
        turn.tx.outbox.tell(record.key, replace(notice, people=people), at=at)


def _minor_himself(turn: Turn, person: Person) -> Sequence[tuple[Address, ...]]:
    """The addresses of a minor of 16 or more who has a login (RM-5)."""
    record, age = turn.known_record, person.age(turn.today)
    if age is None or not OWN_LOGIN <= age < MAJORITY:
        return ()
    accounts = (turn.tx.accounts.of_person(patient) for patient in record.identifiers)
    if not any(account is not None and not account.closed for account in accounts):
        return ()
    return (reached_by(record, addresses_of(record.contact, record.notices.channel)),)


def _named(new: Iterable[Finding]) -> str:
    """What names the message of these findings: two workers who leave it at once leave one."""
    keys = sorted("\t".join((one.service, one.rule, one.step, one.stage)) for one in new)
    return sha256("\n".join(keys).encode()).hexdigest()
