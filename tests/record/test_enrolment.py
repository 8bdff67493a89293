"""What a person is handed to sign in, and the addresses that codes can be sent to."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp.record.enrolment import PASSWORD_LETTERS, Enrolment, new_enrolment, read_address
from dmp.record.notice import Address, Channel

EMAIL, SMS = Channel.EMAIL, Channel.SMS


def an_enrolment(seed: int = 7) -> Enrolment:
    return new_enrolment(random.Random(seed).choice, lambda text: f"hash of {len(text)}")  # noqa: S311


def test_a_password_is_twenty_letters_that_cannot_be_taken_for_others():
    password = an_enrolment().password
    assert len(password) == 20
    assert set(password) <= set(PASSWORD_LETTERS)
    assert not set("01lio") & set(PASSWORD_LETTERS)
    assert len(PASSWORD_LETTERS) ** 20 > 2**99


def test_a_login_can_be_read_aloud_and_two_are_never_alike():
    logins = {an_enrolment(seed).login for seed in range(2000)}
    assert len(logins) == 2000
    assert all(re.fullmatch(r"([bdfjklmnrtv][aiou]){2}(-([bdfjklmnrtv][aiou]){2}){3}", login) for login in logins)


def test_only_the_hash_of_the_password_is_meant_to_be_kept_and_neither_is_ever_printed():
    enrolment = an_enrolment()
    assert enrolment.hash == "hash of 20"
    assert enrolment.password not in repr(enrolment)
    assert enrolment.hash not in repr(enrolment)


@pytest.mark.parametrize(
    ("channel", "said", "to"),
    [
        (EMAIL, "anne.fictif@example.org", "anne.fictif@example.org"),
        (EMAIL, "  a+b@c.example ", "a+b@c.example"),
        (SMS, "06 12 34 56 78", "+33612345678"),
        (SMS, "+33 7.12-34-56-78", "+33712345678"),
        (SMS, "0033612345678", "+33612345678"),
        (SMS, "+32 470 12 34 56", "+32470123456"),
    ],
)
def test_an_address_is_read_as_people_write_it(channel, said, to):
    assert read_address(channel, said) == Address(channel, to)


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        (EMAIL, ""),
        (EMAIL, "anne"),
        (EMAIL, "anne@example"),
        (EMAIL, "anne@example.org\nBcc: x@example.org"),
        (EMAIL, "Anne <anne@example.org>"),
        (EMAIL, "a@example.org, b@example.org"),
        (EMAIL, f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}"),
        (EMAIL, "0612345678"),
        (SMS, "01 42 00 00 00"),
        (SMS, "+33 1 42 00 00 00"),
        (SMS, "06123"),
        (SMS, "3615"),
        (SMS, "+0612345678"),
        (SMS, "anne@example.org"),
        (SMS, "٠٦١٢٣٤٥٦٧٨"),
    ],
)
def test_what_no_message_can_be_sent_to_is_no_address(channel, said):
    assert read_address(channel, said) is None


@given(st.sampled_from(Channel), st.text(max_size=60))
def test_whatever_is_written_is_an_address_or_none_and_reads_again_as_itself(channel, said):
    address = read_address(channel, said)
    if address is not None:
        assert read_address(channel, address.to) == address
        assert address.to.isascii()
        assert not set(address.to) & set("\r\n,;<>")
