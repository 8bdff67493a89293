"""Who is told of what, when, and how often (PT-9, AR-1, AR-9, AR-19, AR-21, DEC-1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.notices.recipients import majority_notices, majority_timers, notice_of, people_told
from dmp.notices.rules import notices_of, timers_of
from dmp.record.actor import Caller, Holder, Mode
from dmp.record.notice import (
    ALWAYS_TOLD,
    Address,
    Channel,
    Frequency,
    NoticeKind,
    NoticeWishes,
    Timer,
    TimerKind,
)
from dmp.record.patient import Contact, PatientId
from dmp.record.people import Delegate, DelegateScope
from dmp.record.record import Attending, Authorisation
from dmp.record.visibility import Visibility
from notice_builders import MAIL, MOBILE, a_childs_record, a_doctor_calling, a_reachable_record, in_glass
from store_builders import NOW, PERSON

RECORD = a_reachable_record()
EMAIL, SMS = Address(Channel.EMAIL, MAIL), Address(Channel.SMS, MOBILE)


def kinds(before, after, caller, at=NOW) -> list[NoticeKind]:
    return [notice.kind for notice in notices_of(before, after, caller, at)]


# -- what is told at once


@pytest.mark.parametrize("mode", [Mode.BREAK_GLASS, Mode.EMERGENCY_DISPATCH])
@pytest.mark.parametrize("frequency", Frequency)
def test_an_access_in_an_emergency_mode_is_always_told_at_once(mode, frequency):
    record = replace(RECORD, notices=NoticeWishes(frequency))

    (notice,) = notices_of(record, record, in_glass(mode=mode), NOW)

    assert (notice.kind, notice.frequency) == (NoticeKind.EMERGENCY_ACCESS, Frequency.IMMEDIATE)
    assert notice.people == ((EMAIL, SMS),)


def test_an_ordinary_act_is_not_told():
    assert kinds(RECORD, RECORD, a_doctor_calling()) == []


def test_a_session_is_told_once_another_doctor_or_day_again():
    def about(caller: Caller, at: datetime = NOW) -> str:
        (notice,) = notices_of(RECORD, RECORD, caller, at)
        return notice.about

    assert about(in_glass()) == about(in_glass(reason="autre"), NOW + timedelta(hours=2))
    others = (in_glass("899900000999"), in_glass(mode=Mode.EMERGENCY_DISPATCH))
    assert len({about(in_glass()), *map(about, others), about(in_glass(), NOW + timedelta(days=1))}) == 4


def test_the_day_of_a_session_is_the_french_one():
    before_midnight = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    (one,) = notices_of(RECORD, RECORD, in_glass(), before_midnight)
    (other,) = notices_of(RECORD, RECORD, in_glass(), before_midnight + timedelta(minutes=1))
    assert one.about != other.about


def test_a_secret_connection_is_told_to_nobody():
    child = a_childs_record()
    assert kinds(child, child, in_glass(secret=True)) == []
    assert kinds(child, child, in_glass()) == [NoticeKind.EMERGENCY_ACCESS]


def test_a_declared_attending_doctor_is_told_and_his_confirmation_is_not():
    declared = replace(RECORD, attending=(Attending("899900000101", NOW),))
    confirmed = replace(declared, attending=(replace(declared.attending[0], confirmed=True),))

    assert kinds(RECORD, declared, a_doctor_calling()) == [NoticeKind.ATTENDING_DECLARED]
    assert kinds(declared, confirmed, Caller(Holder(PERSON))) == []
    assert kinds(declared, RECORD, a_doctor_calling()) == []


# -- how often


def test_what_need_not_be_told_is_told_as_often_as_it_was_asked_for():
    def told(frequency: Frequency) -> list[Frequency]:
        record = replace(RECORD, notices=NoticeWishes(frequency))
        return [n.frequency for n in notice_of(record, NoticeKind.AUTHORISATION_ENDED, "x", NOW)]

    assert told(Frequency.NONE) == []
    assert told(Frequency.DAILY) == [Frequency.DAILY]
    assert told(Frequency.IMMEDIATE) == [Frequency.IMMEDIATE]
    assert RECORD.notices.frequency is Frequency.NONE, "it is opt-in"


def test_what_the_law_has_told():
    assert set(NoticeKind) - ALWAYS_TOLD == {
        NoticeKind.AUTHORISATION_ENDED,
        NoticeKind.FIRST_ACCESS,
        NoticeKind.NEW_DOCUMENT,
        NoticeKind.ATTENDING_CHANGED,
        NoticeKind.BLOCKED_ATTEMPT,
        NoticeKind.DELEGATE_ACTED,
        NoticeKind.HEALTH_REMINDER,
    }


# -- to whom


def test_a_minor_is_told_through_his_representatives_each_apart():
    assert people_told(a_childs_record(), NOW.date()) == (
        (Address(Channel.EMAIL, "mere@example.org"),),
        (Address(Channel.SMS, "+33698765432"),),
    )


def test_who_comes_of_age_is_told_himself_from_that_day():
    record = a_childs_record()
    assert (EMAIL, SMS) not in people_told(record, datetime(2033, 3, 27, tzinfo=UTC).date())
    assert people_told(record, datetime(2033, 3, 28, tzinfo=UTC).date()) == ((EMAIL, SMS),)


def test_nobody_is_told_of_a_dead_person():
    assert people_told(replace(RECORD, deceased=True), NOW.date()) == ()


def test_the_channel_that_was_chosen_comes_first():
    record = replace(RECORD, notices=NoticeWishes(channel=Channel.SMS))
    assert people_told(record, NOW.date()) == ((SMS, EMAIL),)


@pytest.mark.parametrize(
    "told",
    [
        "tel:0145678900",
        "tel:112",
        "mailto:anne",
        "mailto:anne@example.org\r\nBcc: all@example.org",
        "mailto:anne@example.org,bob@example.org",
        "mailto:Anne <anne@example.org>",
        "mailto:a b@example.org",
        "mailto:anne@exämple.org",
        "https://example.org",
        "",
    ],
)
def test_what_no_message_can_be_sent_to_is_left_out(told):
    record = replace(RECORD, contact=Contact(telecoms=(("", told),)))
    assert people_told(record, NOW.date()) == ((),)


@pytest.mark.parametrize(
    ("use", "told", "number"),
    [
        ("MC", "tel:06.12.34.56.78", "+33612345678"),
        ("", "tel:+33 7 12 34 56 78", "+33712345678"),
        ("", "tel:0033612345678", "+33612345678"),
        ("MC", "tel:+32 470 12 34 56", "+32470123456"),
    ],
)
def test_mobile_numbers_are_told_with_their_country(use, told, number):
    record = replace(RECORD, contact=Contact(telecoms=((use, told),)))
    assert people_told(record, NOW.date()) == ((Address(Channel.SMS, number),),)


# -- days to come back


def test_a_document_newly_hidden_from_its_patient_is_looked_at_after_a_fortnight():
    hidden = replace(RECORD, visibility={"chain-1": Visibility(hidden_from_patient_since=NOW)})
    month_later = datetime(2026, 12, 22, 9, 30, tzinfo=UTC)

    timers = list(timers_of(RECORD, hidden, a_doctor_calling(), NOW))

    expected = Timer(TimerKind.ANNOUNCEMENT, "chain-1", due=NOW + timedelta(days=14), over=month_later)
    assert timers == [expected]
    assert list(timers_of(hidden, hidden, a_doctor_calling(), NOW)) == []
    masked = replace(RECORD, visibility={"chain-1": Visibility(masked=True)})
    assert list(timers_of(RECORD, masked, a_doctor_calling(), NOW)) == []


def test_an_authorisation_given_or_renewed_is_looked_at_on_its_last_day():
    end = NOW + timedelta(days=365)
    given = Authorisation("899900000101", NOW, end, "899900000101")
    authorised, caller = replace(RECORD, authorisations=(given,)), a_doctor_calling()
    renewed = replace(RECORD, authorisations=(replace(given, until=end + timedelta(days=9)),))
    given_up = replace(RECORD, authorisations=(replace(given, until=NOW),))

    assert list(timers_of(RECORD, authorised, caller, NOW)) == [Timer(TimerKind.AUTHORISATION, given.subject, due=end)]
    (later,) = timers_of(authorised, renewed, caller, NOW)
    assert later.due == end + timedelta(days=9)
    assert list(timers_of(authorised, given_up, caller, NOW)) == []
    assert list(timers_of(RECORD, authorised, replace(caller, secret=True), NOW)) == []


# -- the people around the holder


def test_the_day_a_minor_comes_of_age_is_looked_at_and_no_other():
    record = a_childs_record(traits=replace(a_childs_record().traits, birth_date="2009-03-15"))
    day = Timer(TimerKind.MAJORITY, "", due=datetime(2027, 3, 14, 23, tzinfo=UTC))
    assert list(majority_timers(record, NOW)) == [day]
    assert list(majority_timers(record, day.due)) == []
    assert list(majority_timers(RECORD, NOW)) == []
    assert list(timers_of(record, replace(record, hide_everything=True), a_doctor_calling(), NOW)) == [day]
    assert list(timers_of(record, record, a_doctor_calling(), NOW)) == []


def test_on_that_day_the_holder_is_told_and_each_of_his_parents_apart():
    of_age = a_childs_record(traits=replace(a_childs_record().traits, birth_date="2008-11-22"))
    told = {notice.kind: notice.people for notice in majority_notices(of_age, NOW)}
    assert told == {
        NoticeKind.CAME_OF_AGE: ((EMAIL, SMS),),
        NoticeKind.PARENTS_LEAVE: (
            (Address(Channel.EMAIL, "mere@example.org"),),
            (Address(Channel.SMS, "+33698765432"),),
        ),
    }
    assert [one.people for one in majority_notices(replace(of_age, deceased=True), NOW)] == [()]


def test_a_delegate_who_was_named_is_told_whatever_the_holder_wishes_and_one_who_left_is_not():
    delegate = Delegate(PatientId("1", "1.2"), "X", DelegateScope.READ, NOW, NOW + timedelta(days=1))
    named = replace(RECORD, delegates=(delegate,))
    assert kinds(RECORD, named, Caller(Holder(PERSON))) == [NoticeKind.DELEGATE_NAMED]
    assert kinds(named, replace(RECORD, delegates=(replace(delegate, until=NOW),)), Caller(Holder(PERSON))) == []
