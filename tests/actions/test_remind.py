"""A look at one record: what it tells, to whom, when, and that it tells nothing of it (RM-1 to RM-10, DEC-70)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from dmp.actions.merge_records import ConfirmMerge, ProposeMerge
from dmp.actions.record_life import CloseRecord
from dmp.actions.remind import SPREAD, Reminding, days_to_wait, leaving
from dmp.notices.words import words_of
from dmp.record.account import Account
from dmp.record.actor import Caller, Operator
from dmp.record.choice import ChoiceKind, HealthChoice
from dmp.record.dtm import PARIS
from dmp.record.errors import DmpError, RecordClosed
from dmp.record.facts import Facts
from dmp.record.notice import Frequency, NoticeKind, NoticeWishes
from dmp.record.patient import Contact, Sex
from dmp.record.record import ClosingReason, Record
from dmp.record.visibility import Visibility
from dmp.services import vaccination
from dmp.services.service import Service
from dmp.services.vaccination.reminders import findings
from dmp.store.projections import Projection, pack_facts
from dmp.store.tx import Store
from notice_builders import PARENTS, TELECOMS
from reminding_builders import (
    AT_45,
    SEEN,
    WANTED,
    House,
    a_finding,
    a_service,
    a_told_record,
    born,
    morning,
    says,
)
from store_builders import PERSON, SOMEBODY_ELSE, opened, uuid
from vaccination_builders import a_chart, a_choice, a_dose

VACCINES = (vaccination.SERVICE,)
NEXT_WEEK = AT_45 + timedelta(days=7)
HPV = Facts(immunizations=(a_dose("20241001", "hpv"),))


@pytest.fixture
def house(store: Store) -> House:
    """A record of somebody who comes to be 45 today; only the vaccines are looked at."""
    opened(store, a_told_record())
    says(store, SEEN)
    house = House(store, services=VACCINES)
    house.settle()
    return house


def change(store: Store, how: Callable[[Record], Record], key: str = "rec-1") -> None:
    with store.begin() as tx:
        tx.records.change(how(tx.records.get(key)), at=morning(AT_45))


def choose(house: House, *choices: HealthChoice) -> None:
    with house.store.begin() as tx:
        for choice in choices:
            tx.personal.put(tx.records.get("rec-1"), choice)


# -- what does not open


def test_nobody_is_told_that_something_is_due_while_a_document_does_not_open(house: House):
    with house.store.begin() as tx:
        (document,) = tx.inside(tx.records.get("rec-1")).documents_of([uuid(1)]).values()
        tx.projections.renew("rec-1", document, Projection(b"\xff"))
    assert house.look() is Reminding.NOTHING_NEW

    with house.store.begin() as tx:
        tx.records.get("rec-1")
        tx.projections.renew("rec-1", document, Projection(pack_facts(SEEN)))
    assert house.look() is Reminding.TOLD


# -- once


def test_what_is_due_is_told_once_however_often_it_is_looked_at(house: House):
    assert house.look() is Reminding.TOLD
    assert [house.look() for _ in range(3)] == [Reminding.NOTHING_NEW] * 3
    assert len(house.left()) == 1


def test_each_look_leaves_one_trace(house: House):
    before = house.traces()
    house.look()
    house.look()
    assert house.traces() == before + 2


def test_the_stages_come_on_their_days_and_never_twice(house: House):
    assert house.passes(520) == [
        AT_45,
        AT_45 + timedelta(days=181),
        AT_45 + timedelta(days=181 + 90),
        AT_45 + timedelta(days=181 + 180),
        AT_45 + timedelta(days=181 + 270),
    ]


def test_thirty_days_before_the_space_alone_shows_it(house: House):
    house.at = morning(AT_45 - timedelta(days=20))
    chart = a_chart(date(1980, 1, 10), house.at.date(), sex=Sex.MALE)
    assert not any(one.outside for one in findings(replace(chart, sheets=())))
    assert house.look() is Reminding.NOTHING_NEW
    assert house.left() == []


def test_several_things_of_one_day_are_one_message(store: Store):
    opened(store, a_told_record())
    house = House(store, services=(a_service(a_finding("R1"), a_finding("R2")),))
    house.settle()
    assert house.look() is Reminding.TOLD
    assert len(house.left()) == 1


def test_a_holder_without_any_address_keeps_a_message_that_says_so(store: Store):
    opened(store, a_told_record(contact=Contact()))
    house = House(store, services=(a_service(a_finding()),))
    house.settle()
    assert house.look() is Reminding.TOLD
    assert len(house.left()) == 1


# -- never two of a rule within 30 days, nor by two rules


def test_of_one_rule_nothing_is_told_again_within_thirty_days(store: Store):
    opened(store, a_told_record())
    house = House(store, services=(a_service(a_finding(stage="due")),))
    house.settle()
    assert house.look() is Reminding.TOLD
    house.at, house.services = morning(AT_45 + timedelta(days=27)), (a_service(a_finding(stage="overdue")),)
    house.settle()
    assert house.look() is Reminding.NOTHING_NEW
    assert house.day_of() == AT_45 + timedelta(days=30)
    house.at = morning(house.day_of())
    assert house.look() is Reminding.TOLD


def test_what_another_rule_told_of_the_same_thing_is_not_told_again(store: Store):
    opened(store, a_told_record())
    first, second = (a_finding(rule, folded=("T",)) for rule in ("R1", "R2"))
    house = House(store, services=(a_service(first),))
    house.settle()
    assert house.look() is Reminding.TOLD
    house.services = (a_service(first, second),)
    assert house.look() is Reminding.NOTHING_NEW
    house.services = (a_service(first, second, a_finding("R3", folded=("Z",))),)
    assert house.look() is Reminding.TOLD


# -- to whom (RM-1, RM-5)


def test_who_wants_no_message_gets_none_and_his_space_shows_it(house: House):
    change(house.store, lambda record: replace(record, notices=NoticeWishes(Frequency.NONE)))
    assert house.look() is Reminding.UNASKED
    assert house.left() == []
    assert house.day_of() == NEXT_WEEK
    chart = a_chart(date(1980, 1, 10), AT_45, sex=Sex.MALE)
    assert findings(chart) == ()
    change(house.store, lambda record: replace(record, notices=WANTED))
    assert house.look() is Reminding.TOLD


def test_the_message_of_a_day_is_one_for_all_that_happened(house: House):
    change(house.store, lambda record: replace(record, notices=NoticeWishes(Frequency.DAILY)))
    house.look()
    assert house.left() == [datetime(2025, 1, 10, 18, tzinfo=PARIS)]


def test_a_childs_reminders_go_to_who_represents_him(store: Store):
    opened(store, a_told_record(traits=born("2015-03-28"), guardians=PARENTS))
    house = House(store, services=(a_service(a_finding()),))
    house.settle()
    house.look()
    said = b" ".join(house.payloads())
    assert b"mere@example.org" in said
    assert b"anne@example.org" not in said


@pytest.mark.parametrize(
    ("birth", "login", "told"), [("2008-03-28", True, 3), ("2008-03-28", False, 2), ("2010-03-28", True, 2)]
)
def test_a_minor_of_sixteen_who_has_a_login_is_told_too(store: Store, birth: str, login: bool, told: int):
    contact = Contact(telecoms=TELECOMS)
    opened(store, a_told_record(traits=born(birth), guardians=PARENTS, contact=contact))
    if login:
        with store.begin() as tx:
            tx.accounts.add(Account("acc-1", PERSON, "Paul Fictif", "paul"))
    house = House(store, services=(a_service(a_finding()),))
    house.settle()
    house.look()
    assert len(house.left()) == told


# -- never of the dead, of a closed record, of one that was absorbed (RM-7)


def test_nobody_is_told_of_the_dead(house: House):
    change(house.store, lambda record: replace(record, deceased=True))
    assert house.look() is Reminding.OVER
    assert house.left() == []
    assert house.day_of() == AT_45 + timedelta(days=30)


def test_nobody_is_told_of_a_closed_record(house: House):
    house.perform(Caller(Operator("desk")), CloseRecord(PERSON, ClosingReason.PATIENT_REQUEST))
    left = house.left()
    with pytest.raises(RecordClosed):
        house.look()
    assert house.run() == {"reminder refused": 1}
    assert house.day_of() == AT_45 + timedelta(days=30)
    assert house.left() == left


def test_of_two_records_that_were_merged_one_reminds_and_what_was_told_counts(house: House):
    opened(house.store, a_told_record(key="rec-2", identifiers=(SOMEBODY_ELSE,)))
    says(house.store, SEEN, 2, patient=SOMEBODY_ELSE)
    house.settle("rec-1", "rec-2")
    assert [house.look("rec-1"), house.look("rec-2")] == [Reminding.TOLD] * 2
    alice, bob = (Caller(Operator(name), reason="x") for name in ("alice", "bob"))
    house.perform(alice, ProposeMerge(PERSON, SOMEBODY_ELSE))
    house.perform(bob, ConfirmMerge(PERSON, SOMEBODY_ELSE))
    before = len(house.left())
    for key in ("rec-1", "rec-2"):
        try:
            assert house.look(key) in (Reminding.NOTHING_NEW, Reminding.OVER)
        except DmpError as error:
            assert isinstance(error, RecordClosed)
    assert len(house.left()) == before


# -- what the holder chose (RM-4)


def test_what_is_put_off_comes_back_on_its_day(house: House):
    until = AT_45 + timedelta(days=40)
    choose(house, a_choice(ChoiceKind.SNOOZED, "A02", AT_45, until=until))
    house.at = morning(AT_45)
    assert house.passes(60) == [until]


@pytest.mark.parametrize("kind", [ChoiceKind.DONE, ChoiceKind.DECLINED])
def test_done_elsewhere_and_not_for_me_end_it(house: House, kind: ChoiceKind):
    choose(house, a_choice(kind, "A02", AT_45))
    house.at = morning(AT_45)
    assert house.passes(60) == []


# -- without a word of it (RM-2)


def test_neither_the_message_nor_what_waits_says_anything_of_it(house: House):
    house.look()
    (payload,) = house.payloads()
    assert b"health-reminder" in payload
    assert not any(word in payload for word in (b"A02", b"vaccin", b"tetra", b"2025"))
    words = words_of(NoticeKind.HEALTH_REMINDER, "https://dmp.example")
    said = f"{words}".lower()
    assert not any(word in said for word in ("vaccin", "dépist", "screen", "dose", "rappel", "âge", "santé"))


# -- two worlds: what is hidden changes neither the message nor its day


@pytest.mark.parametrize("there", [True, False])
def test_what_is_hidden_from_the_holder_changes_neither_message_nor_day(store: Store, there: bool):
    """A booster given last year, not announced yet, or not there at all: the same messages on the same days."""
    opened(store, a_told_record())
    says(store, SEEN)
    if there:
        says(store, Facts(immunizations=(a_dose("20241220", "dtp"),)), 2)
        hidden = Visibility(hidden_from_patient_since=morning(AT_45 - timedelta(days=1)))
        change(store, lambda record: replace(record, visibility={uuid(2): hidden}))
    house = House(store, services=VACCINES)
    house.settle()
    assert house.passes(9) == [AT_45]
    assert house.day_of() == AT_45 + timedelta(days=14)


def test_what_was_announced_counts_from_then_on(store: Store):
    opened(store, a_told_record())
    says(store, SEEN)
    says(store, Facts(immunizations=(a_dose("20241220", "dtp"),)), 2)
    hidden = Visibility(hidden_from_patient_since=morning(AT_45 - timedelta(days=60)))
    change(store, lambda record: replace(record, visibility={uuid(2): hidden}))
    house = House(store, services=VACCINES)
    house.settle()
    assert house.look() is Reminding.NOTHING_NEW


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("birth", ["2012-03-01", ""])
def test_a_secret_vaccine_of_a_minor_makes_no_reminder(store: Store, there: bool, birth: str):
    """With the first dose or without: who represents him is told the same, on the same day (RM-5)."""
    opened(store, a_told_record(traits=born(birth, Sex.FEMALE), guardians=PARENTS))
    if there:
        says(store, HPV)
        change(store, lambda record: replace(record, visibility={uuid(1): Visibility(hidden_from_guardians=True)}))
    seen: list[tuple[str, ...]] = []
    service = replace(vaccination.SERVICE, reminders=watched(vaccination.SERVICE, seen))
    house = House(store, services=(service,))
    house.settle()
    house.look()
    assert seen == [()]


def test_the_same_vaccine_counts_once_it_is_no_secret(store: Store):
    opened(store, a_told_record(traits=born("2012-03-01", Sex.FEMALE), guardians=PARENTS))
    says(store, HPV)
    seen: list[tuple[str, ...]] = []
    house = House(store, services=(replace(vaccination.SERVICE, reminders=watched(vaccination.SERVICE, seen)),))
    house.settle()
    house.look()
    assert seen == [(uuid(1),)]


def watched(service: Service, seen: list[tuple[str, ...]]):
    def reminders(chart):
        seen.append(tuple(sheet.uuid for sheet in chart.sheets))
        return service.reminders(chart)

    return reminders


def test_a_record_without_identity_is_looked_at_and_says_nothing(store: Store):
    opened(store, a_told_record(traits=None))
    says(store, SEEN)
    house = House(store)
    house.settle()
    assert house.look() is Reminding.NOTHING_NEW
    assert house.day_of() == NEXT_WEEK


# -- new rules (RM-10)


def test_new_rules_are_told_on_a_day_of_each_record_within_thirty_days(store: Store):
    keys = [f"rec-{number}" for number in range(1, 40)]
    days = {key: days_to_wait(key, AT_45) for key in keys}
    assert set(days.values()) <= set(range(SPREAD))
    assert len(set(days.values())) > SPREAD / 2
    waiting = next(key for key in keys if days[key] > 7)
    opened(store, a_told_record(key=waiting))
    house = House(store, services=(a_service(a_finding(), rules="v1"),))
    assert house.look(waiting) is Reminding.LATER
    assert house.day_of(waiting) == AT_45 + timedelta(days=days[waiting])
    assert house.left() == []
    house.at = morning(house.day_of(waiting))
    assert house.look(waiting) is Reminding.TOLD
    assert house.look(waiting) is Reminding.NOTHING_NEW

    house.at, house.services = morning(house.day_of(waiting)), (a_service(a_finding("R9"), rules="v2"),)
    assert house.look(waiting) is Reminding.LATER
    assert house.day_of(waiting) <= house.at.date() + timedelta(days=SPREAD)
    house.at = morning(house.day_of(waiting))
    assert house.look(waiting) is Reminding.TOLD


def test_each_record_has_one_day_in_thirty():
    for key in ("rec-1", "rec-2", "018f3f5e-0000-7000-8000-000000000001"):
        days = [day for day in range(SPREAD * 3) if days_to_wait(key, AT_45 + timedelta(days=day)) == 0]
        assert len(days) == 3
        assert days[1] - days[0] == days[2] - days[1] == SPREAD


# -- when


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        (datetime(2025, 1, 10, 2, 30, tzinfo=PARIS), datetime(2025, 1, 10, 8, tzinfo=PARIS)),
        (datetime(2025, 1, 10, 8, tzinfo=PARIS), datetime(2025, 1, 10, 8, tzinfo=PARIS)),
        (datetime(2025, 1, 10, 19, 59, tzinfo=PARIS), datetime(2025, 1, 10, 19, 59, tzinfo=PARIS)),
        (datetime(2025, 1, 10, 20, tzinfo=PARIS), datetime(2025, 1, 11, 8, tzinfo=PARIS)),
        (datetime(2025, 3, 29, 23, tzinfo=PARIS), datetime(2025, 3, 30, 8, tzinfo=PARIS)),
    ],
)
def test_messages_that_are_worked_out_at_night_leave_in_the_morning(at: datetime, leaves: datetime):
    assert leaving(at) == leaves


def test_a_look_comes_back_within_a_week_and_sooner_when_a_rule_says_so(store: Store):
    opened(store, a_told_record())
    house = House(store, services=(a_service(next_day=AT_45 + timedelta(days=3)),))
    house.settle()
    house.look()
    assert house.day_of() == AT_45 + timedelta(days=3)
    house.services = (a_service(next_day=AT_45 + timedelta(days=300)),)
    house.look()
    assert house.day_of() == NEXT_WEEK
    house.services = (a_service(next_day=AT_45),)
    house.look()
    assert house.day_of() == NEXT_WEEK
