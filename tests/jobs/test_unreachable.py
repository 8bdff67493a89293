"""An address that is none: noted when the other side says so for good, left alone until somebody confirms it (RM-7)."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from dmp.actions.consult_record import ReadIdentity
from dmp.actions.reach import CorrectAddress
from dmp.actions.record_life import ChangeIdentity, CloseRecord
from dmp.actions.remind import Reminding
from dmp.gate import Gate
from dmp.jobs.delivery import Delivery, Sender
from dmp.jobs.mail import Mail, MailServer, is_gone
from dmp.jobs.refusals import Refusals
from dmp.jobs.runner import Failed, Runner
from dmp.notices.words import Words, words_of
from dmp.record.actor import Caller, Holder, Operator
from dmp.record.errors import DmpError, IncompleteRequest
from dmp.record.job import JobKind
from dmp.record.management import Device, IdentityChange, MessageHeader, MessageId, PartialTraits
from dmp.record.notice import Address, Channel, MailSecurity, NoticeKind, Unreachable
from dmp.record.patient import Contact
from dmp.record.record import ClosingReason, Record
from dmp.store import schema
from dmp.store.jobs import Jobs
from dmp.store.tx import Store
from notice_builders import MAIL, MOBILE, a_childs_record, a_doctor_calling, a_reachable_record, in_glass, mail_box
from reminding_builders import House as Night
from reminding_builders import a_finding, a_service, a_told_record
from rights_builders import POLICY
from store_builders import NOW, PERSON, opened

DAY = timedelta(days=1)
BY_MAIL, BY_SMS = Address(Channel.EMAIL, MAIL), Address(Channel.SMS, MOBILE)
GONE = Unreachable(BY_MAIL, ("m1", "m2"), NOW)
MOTHER = Address(Channel.EMAIL, "mere@example.org")


@dataclass
class Box:
    """A channel that says of some addresses that they are none, or that it has trouble now."""

    none: frozenset[str] = frozenset()
    away: bool = False
    taken: list[str] = field(default_factory=list)

    def send(self, address: str, words: Words, *, name: str) -> None:  # noqa: ARG002 - as a channel has them
        if self.away:
            raise Failed("away")
        if address in self.none:
            raise Failed("recipient-refused-550", gone=True)
        self.taken.append(address)


@dataclass
class House:
    """A service that sends, its clock in our hands."""

    store: Store
    senders: dict[Channel, Sender]
    at: datetime = NOW

    def perform(self, caller: Caller, action):
        gate = Gate(self.store, POLICY, new_id=lambda: str(uuid.uuid4()), release="test")
        return gate.perform(caller, action, self.at)

    def run(self) -> dict[str, int]:
        delivery = Delivery(self.senders, "", Refusals(self.perform).note)
        handlers = {JobKind.NOTICE: delivery.deliver}
        return dict(Runner(Jobs(self.store, tuple(handlers)), handlers, "w1", lambda: self.at).run_due())

    def emergency(self, day: int) -> dict[str, int]:
        """Something that is always told, on a day of its own."""
        self.at = NOW + day * DAY
        self.perform(in_glass(), ReadIdentity(PERSON))
        return self.run()

    @property
    def record(self) -> Record:
        with self.store.begin() as tx:
            return tx.records.get("rec-1")

    def change(self, **changes) -> None:
        with self.store.begin() as tx:
            tx.records.change(replace(tx.records.get("rec-1"), **changes), at=self.at)


def at_home(store: Store, **how) -> tuple[House, Box, Box]:
    mail, sms = Box(**how), Box()
    opened(store, a_reachable_record())
    return House(store, {Channel.EMAIL: mail, Channel.SMS: sms}), mail, sms


# -- what a server means


@pytest.mark.parametrize(
    ("code", "text", "gone"),
    [
        (550, b"5.1.1 No such user", True),
        (550, b"no such user", False),
        (550, b"relay not permitted", False),
        (550, b"5.1.8 the sender's domain is none", False),
        (556, b"5.1.10 this domain takes no mail", True),
        (553, b"5.1.3 bad address", True),
        (550, b"5.2.1 mailbox disabled", True),
        (552, b"5.2.2 mailbox full", False),
        (550, b"5.2.2 mailbox full", False),
        (550, b"5.7.1 blocked by our policy", False),
        (554, b"refused", False),
        (451, b"4.1.1 later", False),
        (451, b"5.1.1 a server that contradicts itself", False),
        (550, b"\xff\x00 5.1.1", False),
    ],
)
def test_a_server_that_knows_nobody_of_that_name_is_told_from_one_that_does_not_want_us(code, text, gone):
    assert is_gone(code, text) is gone


def test_a_mail_server_tells_of_an_address_that_is_none():
    with mail_box(refuses_recipient=550) as box, pytest.raises(Failed) as failure:
        mail = Mail(MailServer("localhost", box.port, security=MailSecurity.NONE), "dmp@hopital.example", lambda: NOW)
        mail.send(MAIL, words_of(NoticeKind.EMERGENCY_ACCESS), name="1")
    assert (failure.value.gone, failure.value.again) == (True, False)


# -- what the service does of it


def test_the_message_goes_by_the_next_channel_and_the_address_is_noted(store: Store):
    house, mail, sms = at_home(store, none=frozenset({MAIL}))
    assert house.emergency(1) == {"sent": 1}
    assert (mail.taken, sms.taken) == ([], [MOBILE])
    (noted,) = house.record.unreachable
    assert (noted.address, noted.stopped) == (BY_MAIL, False)


def test_one_refusal_is_not_certain_two_messages_are(store: Store):
    house, _, sms = at_home(store, none=frozenset({MAIL}))
    house.emergency(1)
    house.emergency(2)
    (noted,) = house.record.unreachable
    assert noted.stopped
    house.emergency(3)
    assert sms.taken == [MOBILE] * 3
    assert house.record.unreachable == (noted,)


def test_the_same_message_refused_twice_counts_once(store: Store):
    house, *_ = at_home(store)
    refusals = Refusals(house.perform)
    for _ in range(3):
        refusals.note("rec-1", BY_MAIL, "one")
    assert not house.record.unreachable[0].stopped


def test_trouble_for_a_while_stops_nothing_and_is_tried_again(store: Store):
    house, mail, _ = at_home(store, away=True)
    assert house.emergency(1) == {"failed: away": 1}
    assert house.record.unreachable == ()
    mail.away, house.at = False, house.at + DAY
    assert house.run() == {"sent": 1}
    assert mail.taken == [MAIL]


def test_what_is_always_told_is_tried_all_the_same_where_no_address_is_left(store: Store):
    house, mail, _ = at_home(store)
    house.change(unreachable=(GONE,), contact=Contact(telecoms=(("", f"mailto:{MAIL}"),)))
    assert house.emergency(1) == {"sent": 1}
    assert mail.taken == [MAIL]


def test_a_noted_address_says_nothing_in_the_trace_and_leaves_one(store: Store):
    house, *_ = at_home(store)
    Refusals(house.perform).note("rec-1", BY_MAIL, "one")
    with store.begin() as tx:
        tx.records.get("rec-1")
        (trace,) = [one for one in tx.traces.of("rec-1") if one.verb == "TD1.3b"]
    assert MAIL not in f"{trace}"


@pytest.mark.parametrize("address", [Address(Channel.EMAIL, "x@example.org"), Address(Channel.SMS, "+33600000000")])
def test_an_address_that_is_not_theirs_is_not_noted(store: Store, address: Address):
    house, *_ = at_home(store)
    Refusals(house.perform).note("rec-1", address, "one")
    assert house.record.unreachable == ()


def test_that_of_a_parent_is_noted_in_the_record_of_the_child_and_the_other_parent_is_still_told(store: Store):
    opened(store, a_childs_record())
    mail, sms = Box(none=frozenset({MOTHER.to})), Box()
    house = House(store, {Channel.EMAIL: mail, Channel.SMS: sms})
    for day in (1, 2, 3):
        house.emergency(day)
    (noted,) = house.record.unreachable
    assert (noted.address, noted.stopped) == (MOTHER, True)
    assert len(sms.taken) == 3


def test_of_a_closed_record_nothing_is_noted(store: Store):
    house, *_ = at_home(store)
    house.perform(Caller(Operator("desk")), CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST))
    Refusals(house.perform).note("rec-1", BY_MAIL, "one")
    Refusals(house.perform).note("no-record", BY_MAIL, "one")
    assert house.record.unreachable == ()


def test_a_message_that_comes_back_later_is_found_by_its_id_alone(store: Store):
    house, *_ = at_home(store)
    house.emergency(1)
    with store.connection() as connection:
        (name,) = connection.execute(select(schema.job.c.id).where(schema.job.c.kind == JobKind.NOTICE)).scalars()
    assert Jobs(store).record_of(name) == "rec-1"
    for unknown in ("", "nobody", name[:-1]):
        with pytest.raises(IncompleteRequest):
            Jobs(store).record_of(unknown)


# -- reminders (RM-7): none to a blocked channel


@pytest.mark.parametrize(("telecoms", "told"), [((("", f"mailto:{MAIL}"),), b"[]"), (None, b"sms")])
def test_no_reminder_leaves_for_an_address_that_was_stopped(store: Store, telecoms, told: bytes):
    contact = {} if telecoms is None else {"contact": Contact(telecoms=telecoms)}
    opened(store, a_told_record(unreachable=(GONE,), **contact))
    night = Night(store, services=(a_service(a_finding()),))
    night.settle()
    assert night.look() is Reminding.TOLD
    (payload,) = night.payloads()
    assert told in payload
    assert MAIL.encode() not in payload


# -- taken up again


def confirm(house: House, *, instead: int | None = None, place: int = 0, seen: int = 1, caller=None) -> None:
    house.perform(caller or Caller(Holder(PERSON), patient=PERSON), CorrectAddress(PERSON, place, seen, instead))


def test_the_holder_says_that_it_is_right_and_it_is_used_again(store: Store):
    house, mail, _ = at_home(store)
    house.change(unreachable=(GONE,))
    confirm(house)
    assert house.record.unreachable == ()
    house.emergency(1)
    assert mail.taken == [MAIL]


@pytest.mark.parametrize(
    ("place", "seen", "instead"), [(1, 1, None), (0, 2, None), (-1, 1, None), (0, 1, 0), (0, 1, -1)]
)
def test_an_address_that_was_not_seen_changes_nothing(store: Store, place: int, seen: int, instead: int | None):
    house, *_ = at_home(store)
    house.change(unreachable=(GONE,))
    with pytest.raises(IncompleteRequest):
        confirm(house, place=place, seen=seen, instead=instead)
    assert house.record.unreachable == (GONE,)


@pytest.mark.parametrize("caller", [a_doctor_calling(patient=PERSON), Caller(Holder(replace(PERSON, number="1")))])
def test_nobody_else_takes_it_up_again(store: Store, caller: Caller):
    house, *_ = at_home(store)
    house.change(unreachable=(GONE,))
    with pytest.raises(DmpError):
        confirm(house, caller=caller)
    assert house.record.unreachable == (GONE,)


def test_addresses_that_are_told_anew_at_the_desk_are_used_again(store: Store):
    house, *_ = at_home(store)
    house.change(unreachable=(GONE,))
    header = MessageHeader(MessageId("x"), "", Device("", "dmp"))
    told = IdentityChange(header, (PERSON,), PartialTraits(), telecoms=(("", f"mailto:{MAIL}"),))
    house.perform(Caller(Operator("desk")), ChangeIdentity(PERSON, told))
    assert house.record.unreachable == ()


def test_what_is_certain_grows_no_more():
    assert GONE.refused("m3", NOW + DAY) == GONE
