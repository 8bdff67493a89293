"""From the act to the message: break-glass, announcement, end of an authorisation; whatever breaks on the way."""

import json
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dmp.actions.authorise import Authorise, BecomeAttending, Renounce
from dmp.actions.choose_notices import ChooseNotices
from dmp.actions.consult_record import ReadIdentity
from dmp.actions.record_life import CloseRecord, ReopenRecord
from dmp.audit.trace import Outcome
from dmp.gate import Gate
from dmp.jobs.delivery import Delivery, Sender
from dmp.jobs.mail import Mail, MailServer
from dmp.jobs.refusals import Refusals
from dmp.jobs.runner import Failed, Runner
from dmp.jobs.sms import FileSms
from dmp.jobs.timers import Timers
from dmp.notices.rules import timers_of
from dmp.notices.words import Words, words_of
from dmp.record.actor import Caller, Holder, Operator
from dmp.record.entry import EntryStatus
from dmp.record.errors import AccessRefused, RecordNotFound
from dmp.record.job import JobKind, JobState
from dmp.record.notice import Channel, Frequency, MailSecurity, NoticeKind, NoticeWishes
from dmp.record.patient import Contact
from dmp.record.record import ClosingReason, Oppositions, Record
from dmp.record.visibility import Visibility
from dmp.store import schema
from dmp.store.jobs import LEASE, MOST_ATTEMPTS, Jobs
from dmp.store.outbox import next_digest
from dmp.store.tx import Store
from notice_builders import MAIL, a_childs_record, a_doctor_calling, a_reachable_record, in_glass, mail_box
from rights_builders import POLICY
from store_builders import NOW, PERSON, an_entry, deposited, opened
from store_builders import uuid as uuid_of

DAY = timedelta(days=1)


@dataclass
class Post:
    """A channel that keeps what it is given, and can be told to break."""

    taken: list[tuple[str, Words, str]] = field(default_factory=list)
    breaks: int = 0
    after: Callable[[], None] = lambda: None
    """Done once a message is taken, before anybody knows."""

    def send(self, address: str, words: Words, *, name: str) -> None:
        if self.breaks:
            self.breaks -= 1
            raise Failed("away")
        self.taken.append((address, words, name))
        self.after()


class PowerCut(BaseException):
    """The process ends here."""


@dataclass
class House:
    """A service on a store, with a clock that is set by hand."""

    store: Store
    senders: dict[Channel, Sender]
    at: datetime = NOW

    def perform(self, caller: Caller, action):
        gate = Gate(self.store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
        return gate.perform(caller, action, self.at)

    def runner(self, worker: str = "w1") -> Runner:
        handlers = {
            JobKind.NOTICE: Delivery(self.senders, "https://dmp.example.org", Refusals(self.perform).note).deliver,
            JobKind.TIMER: Timers(self.perform).look,
        }
        return Runner(Jobs(self.store), handlers, worker=worker, clock=lambda: self.at)

    def run(self, at: datetime | None = None) -> dict[str, int]:
        self.at = at or self.at
        total: Counter[str] = Counter()
        while turn := self.runner().run_due():
            total.update(turn)
        return dict(total)

    def change(self, change: Callable[[Record], Record]) -> None:
        with self.store.begin() as tx:
            tx.records.change(change(tx.records.get("rec-1")), at=self.at)

    def jobs(self) -> list:
        with self.store.connection() as connection:
            return list(connection.execute(select(schema.job)))

    def traces(self) -> list:
        with self.store.begin() as tx:
            tx.records.get("rec-1")
            return list(tx.traces.of("rec-1"))


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def house(store: Store, post: Post) -> House:
    opened(store, a_reachable_record())
    return House(store, {Channel.EMAIL: post, Channel.SMS: post})


def texts(post: Post) -> list[str]:
    """Which texts were sent, by what they say."""
    known = {words_of(kind, "https://dmp.example.org").sms: str(kind) for kind in (*NoticeKind, "daily")}
    return [known[words.sms] for _, words, _ in post.taken]


READ = ReadIdentity(PERSON)


# -- break-glass


def test_breaking_the_glass_is_told_to_the_holder_once_for_a_session(house: House, post: Post):
    for _ in range(3):
        house.perform(in_glass(), READ)

    assert house.run() == {"sent": 1}
    assert [address for address, _, _ in post.taken] == [MAIL]
    assert texts(post) == ["emergency-access"]
    house.perform(in_glass(), READ)
    house.perform(in_glass("899900000999"), READ)
    assert house.run() == {"sent": 1}


def test_whatever_the_holder_wishes(house: House, post: Post):
    house.perform(Caller(Holder(PERSON)), ChooseNotices(PERSON, NoticeWishes(Frequency.NONE, Channel.SMS)))
    house.perform(in_glass(), READ)

    assert house.run() == {"sent": 1}
    assert [address for address, _, _ in post.taken] == ["+33612345678"]


def test_an_access_that_was_refused_is_not_told(house: House):
    house.change(lambda record: replace(record, oppositions=Oppositions(break_glass=True)))
    with pytest.raises(AccessRefused):
        house.perform(in_glass(), READ)
    assert house.jobs() == []


def test_an_act_that_breaks_tells_nothing(house: House):
    class Breaking(ReadIdentity):
        def apply(self, turn):
            super().apply(turn)
            raise RecordNotFound("broken in the middle")

    with pytest.raises(RecordNotFound):
        house.perform(in_glass(), Breaking(PERSON))

    assert house.jobs() == []
    assert [trace.outcome for trace in house.traces()] == [Outcome.REFUSED]


def test_the_other_accesses_are_not_told(house: House):
    house.perform(a_doctor_calling(), READ)
    assert house.jobs() == []


def test_a_person_without_a_channel_is_told_nothing_and_the_job_says_so(house: House, post: Post):
    house.change(lambda record: replace(record, contact=Contact(telecoms=(("H", "tel:0145678900"),))))
    house.perform(in_glass(), READ)

    assert house.run() == {"no-channel": 1}
    assert [(line.state, line.said) for line in Jobs(house.store).listed(JobState.DONE)] == [("done", "no-channel")]
    assert post.taken == []


def test_a_channel_that_the_service_has_not_is_told_apart(house: House, post: Post):
    house.senders = {}
    house.perform(in_glass(), READ)
    assert house.run() == {"channel-not-set": 1}

    house.senders = {Channel.SMS: post}
    house.perform(in_glass("899900000999"), READ)
    assert house.run() == {"sent": 1}
    assert [address for address, _, _ in post.taken] == ["+33612345678"]


def test_delivery_leaves_no_trace_and_a_look_at_the_record_leaves_one(house: House):
    house.perform(a_doctor_calling(), Authorise(PERSON))
    house.perform(in_glass(), READ)
    house.run()
    assert len(house.traces()) == 2

    house.run(NOW + 365 * DAY)

    (look,) = (trace for trace in house.traces() if trace.transaction == "TellWhenDue")
    assert (look.who.person, look.outcome, len(house.traces())) == ("notice-job", Outcome.DONE, 3)


def test_the_attending_doctor_who_declares_himself_is_told(house: House, post: Post):
    house.perform(a_doctor_calling(), Authorise(PERSON))
    house.perform(a_doctor_calling(), BecomeAttending(PERSON))
    house.run()
    assert texts(post) == ["attending-declared"]


# -- what breaks on the way


def test_a_crash_between_sending_and_marking_sends_again_with_the_same_id_a_bounded_number_of_times(
    house: House, post: Post
):
    def cut() -> None:
        raise PowerCut

    post.after = cut
    house.perform(in_glass(), READ)
    for _ in range(MOST_ATTEMPTS + 3):
        try:
            house.run()
        except PowerCut:
            house.at += LEASE

    assert len(post.taken) == MOST_ATTEMPTS
    assert len({name for _, _, name in post.taken}) == 1
    assert [line.said for line in Jobs(house.store).listed(JobState.DEAD)] == ["worker-lost"]


def test_one_crash_sends_twice_at_most_and_marks_it(house: House, post: Post):
    def cut() -> None:
        post.after = lambda: None
        raise PowerCut

    post.after = cut
    house.perform(in_glass(), READ)
    with pytest.raises(PowerCut):
        house.run()
    assert house.run() == {}, "the one who died holds it"

    assert house.run(NOW + LEASE) == {"sent": 1}
    assert house.run(NOW + DAY) == {}
    assert len(post.taken) == 2


def test_a_channel_that_is_away_is_tried_again(house: House, post: Post):
    post.breaks = 2
    house.perform(in_glass(), READ)

    assert house.run() == {"failed: away": 1}
    assert house.run(NOW + timedelta(minutes=1)) == {"failed: away": 1}
    assert house.run(NOW + timedelta(minutes=5)) == {"sent": 1}
    assert len(post.taken) == 1


def test_a_job_that_breaks_stops_no_other(house: House, post: Post):
    house.perform(in_glass(), READ)
    house.perform(in_glass("899900000999"), READ)

    def break_once() -> None:
        post.after = lambda: None
        raise ZeroDivisionError

    post.after = break_once
    assert house.run() == {"failed: ZeroDivisionError": 1, "sent": 1}


def test_who_lost_his_lease_marks_nothing(house: House, post: Post):
    def be_slow() -> None:
        house.at += LEASE
        post.after = lambda: None
        assert house.runner("w2").run_due() == {"sent": 1}

    post.after = be_slow
    house.perform(in_glass(), READ)

    assert house.runner("w1").run_due() == {"lease-lost": 1}


# -- the announcement timer


def hide(house: House, **how) -> None:
    deposited(house.store, an_entry())
    with house.store.begin() as tx:
        record = tx.records.get("rec-1")
        before = record
        hidden = {"hidden_from_patient_since": house.at, **how}
        changed = tx.records.change(replace(record, visibility={uuid_of(1): Visibility(**hidden)}), at=house.at)
        tx.outbox.remind("rec-1", timers_of(before, changed, a_doctor_calling(), house.at))


def test_a_document_that_still_waits_to_be_announced_after_a_fortnight_is_told_of(house: House, post: Post):
    hide(house)

    assert house.run(NOW + 14 * DAY - timedelta(seconds=1)) == {}
    assert house.run(NOW + 14 * DAY) == {"told": 1, "sent": 1}
    assert texts(post) == ["announcement"]
    assert house.run(NOW + 40 * DAY) == {}


def shown(house: House) -> None:
    house.change(lambda record: replace(record, visibility={}))


def deleted(house: House) -> None:
    with house.store.begin() as tx:
        tx.inside(tx.records.get("rec-1")).set_status(uuid_of(1), EntryStatus.DELETED)


@pytest.mark.parametrize("over", [shown, deleted])
def test_a_document_announced_or_deleted_meanwhile_is_not_told_of(house: House, post: Post, over):
    hide(house)
    over(house)
    assert house.run(NOW + 14 * DAY) == {"over": 1}
    assert post.taken == []


def test_a_document_that_has_become_visible_by_itself_is_not_told_of(house: House):
    hide(house)
    assert house.run(NOW + 31 * DAY) == {"over": 1}


def test_a_secret_of_a_minor_is_not_told_to_his_representatives(store: Store, post: Post):
    opened(store, a_childs_record())
    house = House(store, {Channel.EMAIL: post, Channel.SMS: post})
    hide(house, hidden_from_guardians=True)
    assert house.run(NOW + 14 * DAY) == {"over": 1}


def test_a_closed_record_is_not_looked_at(house: House, post: Post):
    hide(house)
    house.perform(Caller(Operator("desk")), CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST))
    assert house.run(NOW + 14 * DAY) == {"sent": 1, "closed": 1}
    assert texts(post) == ["record-closed"]
    assert [trace.outcome for trace in house.traces() if trace.verb == "TD0.2"] == [Outcome.DONE]


def test_what_came_due_while_a_record_was_closed_is_told_when_it_is_open_again(house: House, post: Post):
    hide(house)
    desk = Caller(Operator("desk"))
    house.perform(desk, CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST))
    house.run(NOW + 14 * DAY)
    house.at = NOW + 20 * DAY
    house.perform(desk, ReopenRecord(PERSON, house.at))

    assert house.run() == {"told": 1, "sent": 2}
    assert sorted(texts(post)) == ["announcement", "record-closed", "record-opened"]


# -- the end of an authorisation


def choose(house: House, frequency: Frequency) -> None:
    house.perform(Caller(Holder(PERSON)), ChooseNotices(PERSON, NoticeWishes(frequency)))


def test_the_end_of_an_authorisation_is_told_to_who_asked_for_it(house: House, post: Post):
    choose(house, Frequency.IMMEDIATE)
    house.perform(a_doctor_calling(), Authorise(PERSON))

    assert house.run(NOW + 365 * DAY) == {"told": 1, "sent": 1}
    assert texts(post) == ["authorisation-ended"]


def test_and_to_nobody_else(house: House, post: Post):
    house.perform(a_doctor_calling(), Authorise(PERSON))
    assert house.run(NOW + 365 * DAY) == {"not-wanted": 1}
    assert post.taken == []


def test_one_that_was_renewed_or_given_up_has_no_end_to_tell(house: House, post: Post):
    choose(house, Frequency.IMMEDIATE)
    house.perform(a_doctor_calling(), Authorise(PERSON))
    house.perform(a_doctor_calling("899900000999"), Authorise(PERSON))
    house.at += DAY
    house.perform(a_doctor_calling(), Authorise(PERSON))
    house.perform(a_doctor_calling("899900000999"), Renounce(PERSON))

    assert house.run(NOW + 365 * DAY) == {"over": 2}
    assert house.run(NOW + 366 * DAY) == {"told": 1, "sent": 1}


def test_ends_of_one_day_make_one_message_to_who_wants_one_a_day(house: House, post: Post):
    choose(house, Frequency.DAILY)
    for person in ("899900000101", "899900000999"):
        house.perform(a_doctor_calling(person), Authorise(PERSON))

    assert house.run(NOW + 365 * DAY) == {"told": 2}
    assert house.run(next_digest(NOW + 365 * DAY)) == {"sent": 1}
    assert texts(post) == ["daily"]


# -- the whole way


def test_a_notice_goes_out_by_mail_and_by_sms(store: Store, tmp_path: Path):
    opened(store, a_childs_record())
    with mail_box() as box:
        mail = Mail(MailServer("localhost", box.port, MailSecurity.NONE), "dmp@hopital.example", lambda: NOW)
        house = House(store, {Channel.EMAIL: mail, Channel.SMS: FileSms(tmp_path / "sms")})
        house.perform(in_glass(), READ)
        assert house.run() == {"sent": 2}

    ((to, message),) = box.taken
    assert to == "mere@example.org"
    assert "Un accès exceptionnel à votre dossier vient d'avoir lieu." in message.get_content()
    (line,) = (tmp_path / "sms").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["to"] == "+33698765432"
