"""Signing in, on both engines: what proves somebody, what does not, how often one may try, and how long it holds."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from dmp.record.account import Passkey
from dmp.record.patient import PatientId
from dmp.sign_in.limits import ALARM
from dmp.sign_in.passwords import hash_password
from dmp.sign_in.reception import Browser, Happened, Said
from dmp.sign_in.sign_in import Proof, Proven, Step
from dmp.sign_in.steps import Kind
from dmp.store.tx import Store
from reception_builders import ACCOUNT, HOME, LOGIN, NUMBER, PASSWORD, Desk, desk_over
from store_builders import NOW

NEW = "quatre girafes sous la pluie"


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    with desk_over(store) as desk:
        yield desk


def test_a_password_and_then_a_code_open_a_session(desk: Desk):
    begun = desk.begin()
    assert (begun.said, begun.step) == (Said.NEXT, Step.CODE)
    assert desk.reception.desk.one(begun.secret) is None

    done = desk.reception.answer(begun.secret, desk.code, HOME)

    session = desk.reception.desk.one(done.secret)
    assert session is not None
    assert (session.account, session.name, session.browser) == ("a1", "Ana Exemple", "Firefox · Linux")
    assert [event.happened for event in desk.events] == [Happened.SIGNED_IN]


def test_whoever_names_nobody_is_answered_like_whoever_has_the_wrong_password(desk: Desk):
    assert desk.reception.password("nobody", PASSWORD, HOME) == desk.reception.password(LOGIN, "wrong", HOME)
    desk.change(closed=True)
    assert desk.begin() == desk.reception.password("nobody", PASSWORD, HOME)
    assert desk.sent == []


def test_a_code_serves_once(desk: Desk):
    begun = desk.begin()
    assert desk.reception.answer(begun.secret, desk.code, HOME).said is Said.DONE
    assert desk.reception.answer(begun.secret, desk.code, HOME).said is Said.OVER


def test_a_code_is_over_after_three_minutes(desk: Desk):
    begun = desk.begin()
    desk.later(minutes=3)
    assert desk.reception.answer(begun.secret, desk.code, HOME).said is Said.WRONG


def test_a_clock_that_is_put_back_prolongs_neither_code_nor_session(desk: Desk):
    begun = desk.begin()
    desk.later(hours=-1)
    assert desk.reception.answer(begun.secret, desk.code, HOME).said is not Said.DONE

    desk.later(hours=1)
    session = desk.signed_in()
    desk.later(hours=-1)
    assert desk.reception.desk.one(session.secret) is None


def test_a_code_is_worth_nothing_in_another_browser(desk: Desk):
    first, first_code = desk.begin(), desk.code
    second = desk.begin()
    assert first_code != desk.code
    assert desk.reception.answer(second.secret, first_code, HOME).said is Said.WRONG
    assert desk.reception.answer("0" * 64, first_code, HOME).said is Said.OVER
    assert desk.reception.answer(first.secret, first_code, HOME).said is Said.DONE


def test_a_code_is_guessed_at_five_times_at_most(desk: Desk):
    begun = desk.begin()
    said = [desk.reception.answer(begun.secret, desk.wrong_code, HOME).said for _ in range(5)]
    assert said == [Said.WRONG] * 4 + [Said.OVER]
    assert desk.reception.answer(begun.secret, desk.code, HOME).said is Said.OVER


def test_another_code_takes_the_place_of_the_first_and_gives_no_new_tries(desk: Desk):
    begun, first = desk.begin(), desk.code
    for _ in range(4):
        desk.reception.answer(begun.secret, desk.wrong_code, HOME)
    assert desk.reception.again(Kind.SIGN_IN, begun.secret).said is Said.NEXT
    assert desk.code != first
    assert desk.reception.answer(begun.secret, first, HOME).said is Said.OVER
    assert desk.reception.answer(begun.secret, desk.code, HOME).said is Said.OVER


def test_guesses_made_at_once_all_count(desk: Desk):
    begun = desk.begin()
    guesses = [f"{(int(desk.code) + n) % 10**6:06}" for n in range(1, 9)]
    with ThreadPoolExecutor(3) as threads:
        said = list(threads.map(lambda guess: desk.reception.answer(begun.secret, guess, HOME).said, guesses))
    assert said.count(Said.WRONG) == 4
    assert Said.DONE not in said


def test_right_answers_made_at_once_open_one_session(desk: Desk):
    begun = desk.begin()
    with ThreadPoolExecutor(3) as threads:
        said = list(threads.map(lambda _: desk.reception.answer(begun.secret, desk.code, HOME).said, range(3)))
    assert said.count(Said.DONE) == 1


def test_five_failures_make_one_wait_longer_each_time_and_a_quarter_of_an_hour_at_most(desk: Desk):
    waits = []
    for _ in range(12):
        reply = desk.reception.password(LOGIN, "wrong", HOME)
        if reply.said is Said.WAIT:
            waits.append(reply.wait)
            desk.later(seconds=reply.wait)
    assert waits[:3] == [31, 61, 121]
    for _ in range(8):
        desk.later(minutes=15, seconds=1)
        assert desk.reception.password(LOGIN, "wrong", HOME).said is Said.WRONG
    desk.later(minutes=15, seconds=1)
    assert desk.begin().said is Said.NEXT


def test_who_waits_is_not_heard_even_with_the_right_password(desk: Desk):
    for _ in range(5):
        desk.reception.password(LOGIN, "wrong", HOME)
    assert desk.begin().said is Said.WAIT
    desk.later(seconds=31)
    assert desk.begin().said is Said.NEXT


def test_somebody_unknown_waits_as_long(desk: Desk):
    def replies(login: str, browser: Browser) -> list[object]:
        return [desk.reception.password(login, "wrong", browser) for _ in range(7)]

    assert replies("nobody", Browser("192.0.2.8")) == replies(LOGIN, Browser("198.51.100.8"))


def test_a_stranger_who_fails_on_purpose_does_not_keep_out_a_browser_that_is_known(desk: Desk):
    known = replace(HOME, known=desk.signed_in().known)
    stranger = Browser("203.0.113.7")
    for _ in range(6):
        desk.reception.password(LOGIN, "wrong", stranger)
    assert desk.reception.password(LOGIN, PASSWORD, stranger).said is Said.WAIT
    assert desk.begin(known).said is Said.NEXT


@pytest.mark.parametrize("written", ["BADO-KIRU", "ｂado-kiru", "bado-ｋiru", f"bado-kiru{' ' * 200}x"])
def test_a_login_written_otherwise_is_counted_under_the_same_name(desk: Desk, written: str):
    for _ in range(5):
        assert desk.reception.password(written, "wrong", HOME).said is Said.WRONG
    assert desk.begin().said is Said.WAIT
    assert desk.recovery.ask(written, NUMBER, HOME).said is Said.NEXT
    assert len(desk.sent) == 1


def test_a_stranger_without_the_password_uses_up_neither_the_codes_nor_the_answers_of_a_sign_in(desk: Desk):
    for number in range(5):
        stranger = Browser(f"203.0.113.{number}")
        asked = desk.recovery.ask(LOGIN, "1", stranger)
        assert desk.recovery.choose(asked.secret, "000000", NEW, stranger).said is Said.WRONG
    assert desk.recovery.ask(LOGIN, "1", Browser("203.0.113.9")).said is Said.WAIT
    assert desk.reception.answer(desk.begin().secret, desk.code, HOME).said is Said.DONE


def test_a_stranger_who_asks_for_recoveries_does_not_keep_out_a_browser_that_is_known(desk: Desk):
    known = replace(HOME, known=desk.signed_in().known)
    for number in range(6):
        desk.recovery.ask(LOGIN, NUMBER, Browser(f"203.0.113.{number}"))
    asked = desk.recovery.ask(LOGIN, NUMBER, known)
    assert desk.recovery.choose(asked.secret, desk.code, NEW, known).said is Said.DONE


@pytest.mark.parametrize("changed", [{"version": 2}, {"closed": True}])
def test_a_sign_in_and_a_recovery_under_way_end_when_the_means_change(desk: Desk, changed: dict[str, object]):
    begun, code = desk.begin(), desk.code
    recovering = desk.recovery.ask(LOGIN, NUMBER, HOME)
    desk.change(**changed)
    assert desk.reception.answer(begun.secret, code, HOME).said is Said.OVER
    assert desk.reception.again(Kind.SIGN_IN, begun.secret).said is Said.OVER
    assert desk.recovery.choose(recovering.secret, desk.code, NEW, HOME).said is Said.OVER


def test_who_proved_an_old_temporary_password_does_not_choose_the_one_after_a_new_one(desk: Desk):
    soon = desk.now + timedelta(weeks=6)
    desk.change(temporary=True, temporary_until=soon)
    asked = desk.reception.answer(desk.begin().secret, desk.code, HOME)
    assert asked.step is Step.CHANGE_PASSWORD
    desk.change(password=hash_password("un autre provisoire"), version=2)
    assert desk.reception.choose_password(asked.secret, NEW, HOME).said is Said.OVER


def test_answers_to_what_nobody_began_are_counted_and_cost_no_hash(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desk.pool, "hash", lambda _: pytest.fail("hashed"))
    said = [desk.recovery.choose("0" * 64, "000000", NEW, HOME).said for _ in range(10)]
    said += [desk.reception.answer("0" * 64, "000000", HOME).said for _ in range(11)]
    assert said == [Said.OVER] * 20 + [Said.WAIT]
    assert desk.recovery.choose("0" * 64, "000000", NEW, HOME).said is Said.WAIT
    assert len(desk.events) == 20


def test_a_proof_that_was_read_a_while_ago_takes_nothing_back(desk: Desk):
    desk.change(passkeys=(Passkey("k1", "key", 1, "", NOW),))
    stale = desk.account()
    desk.change(totp="JBSWY3DPEHPK3PXP", totp_step=7)
    assert desk.reception.proved(Proven(Proof.PROVIDER, account=stale), HOME).said is Said.DONE
    counted = replace(stale, passkeys=(Passkey("k1", "key", 2, "", NOW),))
    assert desk.reception.proved(Proven(Proof.PASSKEY, account=counted), HOME).said is Said.DONE
    assert (desk.account().totp_step, desk.account().passkeys[0].count) == (7, 2)


def test_an_address_that_tries_many_accounts_waits(desk: Desk):
    said = [desk.reception.password(f"login-{n}", "wrong", HOME).said for n in range(21)]
    assert said == [Said.WRONG] * 20 + [Said.WAIT]
    assert desk.begin(Browser("198.51.100.4")).said is Said.NEXT


def test_fifty_failures_in_a_minute_raise_one_alarm(desk: Desk):
    desk.now = desk.now.replace(second=0)
    for n in range(ALARM + 5):
        desk.reception.password(f"login-{n}", "wrong", Browser(f"10.{n}.0.1"))
    assert [event.happened for event in desk.events].count(Happened.ALARM) == 1


def test_a_temporary_password_leads_to_one_of_ones_own(desk: Desk):
    desk.change(temporary=True, temporary_until=desk.now + timedelta(weeks=6))
    begun = desk.begin()
    asked = desk.reception.answer(begun.secret, desk.code, HOME)
    assert (asked.said, asked.step) == (Said.NEXT, Step.CHANGE_PASSWORD)
    assert desk.reception.desk.one(asked.secret) is None

    assert desk.reception.choose_password(asked.secret, PASSWORD, HOME).why == "same"
    assert desk.reception.choose_password(asked.secret, "motdepasse2026", HOME).why == "common"
    assert desk.reception.choose_password(begun.secret, NEW, HOME).said is Said.OVER
    done = desk.reception.choose_password(asked.secret, NEW, HOME)

    assert desk.reception.desk.one(done.secret) is not None
    assert (desk.account().temporary, desk.account().version) == (False, 2)
    assert desk.begin().said is Said.WRONG
    assert desk.reception.password(LOGIN, NEW, HOME).said is Said.NEXT


def test_a_temporary_password_is_over_after_its_time(desk: Desk):
    desk.change(temporary=True, temporary_until=desk.now + timedelta(weeks=6))
    desk.later(weeks=6)
    assert desk.begin().said is Said.WRONG


def test_a_session_ends_after_a_quarter_of_an_hour_of_nothing_and_after_eight_hours(desk: Desk):
    secret = desk.signed_in().secret
    for _ in range(48):
        desk.later(minutes=9, seconds=59)
        assert desk.reception.desk.one(secret) is not None
    desk.later(minutes=2)
    assert desk.reception.desk.one(secret) is None

    again = desk.signed_in().secret
    desk.later(minutes=15)
    assert desk.reception.desk.one(again) is None


def test_a_session_ends_when_its_account_proves_itself_otherwise(desk: Desk):
    secret = desk.signed_in().secret
    desk.change(version=2)
    assert desk.reception.desk.one(secret) is None


def test_signing_out_ends_a_session_wherever_its_cookie_was_copied_to(desk: Desk):
    secret = desk.signed_in().secret
    desk.reception.signed_out(secret)
    assert desk.reception.desk.one(secret) is None
    assert desk.events[-1].happened is Happened.SIGNED_OUT


def test_ones_own_sessions_are_listed_and_ended_and_nobody_elses(desk: Desk):
    first, second = desk.signed_in().secret, desk.signed_in(Browser("192.0.2.2", "Safari · iPhone")).secret
    mine = desk.reception.desk.one(first)
    other = desk.reception.desk.one(second)
    assert mine is not None
    assert other is not None
    assert {one.number for one in desk.reception.desk.all_of(mine)} == {mine.number, other.number}

    stranger = replace(mine, account="a2")
    assert not desk.reception.desk.end_number(stranger, other.number)
    assert desk.reception.desk.end_number(mine, other.number)
    assert desk.reception.desk.one(second) is None
    assert desk.reception.desk.one(first) is not None


def test_another_mode_is_another_session(desk: Desk):
    secret = desk.signed_in().secret
    session = desk.reception.desk.one(secret)
    assert session is not None
    child = PatientId("1", "1.2")
    renewed = desk.reception.desk.renewed(secret, replace(session, patient=child))
    assert desk.reception.desk.one(secret) is None
    found = desk.reception.desk.one(renewed)
    assert found is not None
    assert found.patient == child
    assert desk.reception.desk.renewed(secret, session) == "", "it has ended"


def test_a_forgotten_password_is_replaced_by_code_and_number_and_ends_every_session(desk: Desk):
    secret = desk.signed_in().secret
    asked = desk.recovery.ask(LOGIN, "2 79 03 51 215 189 89", HOME)
    assert asked.said is Said.NEXT
    assert desk.recovery.choose(asked.secret, desk.wrong_code, NEW, HOME).said is Said.WRONG
    assert desk.recovery.choose(asked.secret, desk.code, "court", HOME).why == "short"
    assert desk.recovery.choose(asked.secret, desk.code, NEW, HOME).said is Said.DONE

    assert desk.reception.desk.one(secret) is None
    assert desk.begin().said is Said.WRONG
    assert desk.reception.password(LOGIN, NEW, HOME).said is Said.NEXT
    assert desk.recovery.choose(asked.secret, desk.code, NEW, HOME).said is Said.OVER


def test_recovery_answers_alike_whoever_is_named(desk: Desk):
    replies = [
        desk.recovery.ask(LOGIN, NUMBER, Browser("192.0.2.9")),
        desk.recovery.ask("nobody", NUMBER, Browser("198.51.100.9")),
        desk.recovery.ask(LOGIN, "179035121518989", Browser("203.0.113.9")),
    ]
    assert len(desk.sent) == 1
    assert {(reply.said, reply.step, len(reply.secret)) for reply in replies} == {(Said.NEXT, Step.CODE, 64)}
    wrong = [desk.recovery.choose(reply.secret, desk.wrong_code, NEW, HOME).said for reply in replies]
    assert wrong == [Said.WRONG] * 3
    assert desk.recovery.choose(replies[1].secret, desk.code, NEW, HOME).said is Said.WRONG


def test_the_code_of_a_recovery_signs_nobody_in_and_the_other_way_round(desk: Desk):
    recovering = desk.recovery.ask(LOGIN, NUMBER, HOME)
    assert desk.reception.answer(recovering.secret, desk.code, HOME).said is Said.OVER
    begun = desk.begin()
    assert desk.recovery.choose(begun.secret, desk.code, NEW, HOME).said is Said.OVER


def test_what_is_over_is_forgotten(desk: Desk):
    secret = desk.signed_in().secret
    desk.later(days=200)
    desk.store.forget_tickets(desk.now)
    with desk.store.begin() as tx:
        assert tx.tickets.one("session", secret) is None
        assert tx.tallies.of(f"account {LOGIN}") is None


def test_the_database_holds_neither_secret_nor_login_nor_code(desk: Desk):
    secret = desk.signed_in().secret
    with desk.store.connection() as connection:
        rows = [
            b"".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
            for table in ("ticket", "tally", "account")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        ]
    assert rows
    for told in (secret, LOGIN, NUMBER, ACCOUNT.name, desk.code):
        assert not any(told.encode() in row for row in rows)
