"""Codes of an authenticator application (security 9.1)."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp.record.account import Account
from dmp.record.notice import Address, Channel
from dmp.record.patient import PatientId
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof
from dmp.sign_in.totp import Totp

SHARED = base64.b32encode(b"12345678901234567890").decode()
"""The secret of the test vectors of RFC 6238."""
AT = datetime.fromtimestamp(1111111109, UTC)
CODE, STEP = "081804", 37037036
"""Its code at that time, the last six digits of the vector, and their step."""
PERSON = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
MAIL = Address(Channel.EMAIL, "anne@example.org")
ACCOUNT = Account("an-account", PERSON, "Anne TEST", "anne", password="a hash", channels=(MAIL,))
TOTP = Totp()


def with_totp(**changed) -> Account:
    return replace(ACCOUNT, totp=SHARED, **changed)


def test_the_code_of_the_published_vector_is_taken():
    proven = TOTP.proves(with_totp(), "", CODE, at=AT)

    assert proven is not None
    assert proven.proof is Proof.TOTP
    assert proven.account == with_totp(totp_step=STEP)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_code_of_a_neighbouring_step_is_taken(steps):
    assert TOTP.proves(with_totp(), "", CODE, at=AT + steps * timedelta(seconds=30)) is not None


@pytest.mark.parametrize("steps", [2, 3, 1000])
def test_the_code_of_a_farther_step_is_refused(steps):
    assert TOTP.proves(with_totp(), "", CODE, at=AT + steps * timedelta(seconds=30)) is None


def test_no_code_serves_twice():
    once = TOTP.proves(with_totp(), "", CODE, at=AT)
    assert once is not None
    assert once.account is not None

    assert TOTP.proves(once.account, "", CODE, at=AT) is None


def test_the_code_before_the_last_one_used_is_refused():
    assert TOTP.proves(with_totp(totp_step=STEP + 1), "", CODE, at=AT) is None


@pytest.mark.parametrize("code", ["", "081805", "08180", "0818044", "०८१८०४", "abcdef", "081 80", "08180\n"])
def test_what_is_not_the_code_is_refused(code):
    assert TOTP.proves(with_totp(), "", code, at=AT) is None


def test_a_code_typed_in_two_groups_is_taken():
    assert TOTP.proves(with_totp(), "", "081 804", at=AT) is not None


def test_who_has_no_secret_proves_nothing():
    assert not TOTP.offered(ACCOUNT)
    assert TOTP.proves(ACCOUNT, "", CODE, at=AT) is None
    assert TOTP.proves(None, "", CODE, at=AT) is None


def test_an_enrolment_gives_a_secret_its_address_and_its_picture():
    proposed = TOTP.enrolment(ACCOUNT, secret="5e" * 32)

    assert len(base64.b32decode(proposed.secret)) == 20
    assert proposed.address.startswith("otpauth://totp/Dossier%20m%C3%A9dical%20partag%C3%A9:anne?")
    assert f"secret={proposed.secret}" in proposed.address
    assert proposed.picture.startswith("<svg ")
    assert "style" not in proposed.picture
    assert "script" not in proposed.picture


def test_another_random_secret_gives_another_shared_one():
    assert TOTP.enrolment(ACCOUNT, secret="5e" * 32).secret != TOTP.enrolment(ACCOUNT, secret="5f" * 32).secret


def test_one_code_confirms_an_enrolment_and_is_used():
    confirmed = TOTP.confirmed(ACCOUNT, SHARED, CODE, at=AT)

    assert confirmed == replace(ACCOUNT, totp=SHARED, totp_step=STEP, version=2)
    assert TOTP.proves(confirmed, "", CODE, at=AT) is None


def test_an_enrolment_is_not_confirmed_by_a_wrong_code():
    with pytest.raises(ProofRefused) as refused:
        TOTP.confirmed(ACCOUNT, SHARED, "000000", at=AT)
    assert refused.value.why is Why.WRONG_CODE


@pytest.mark.parametrize("shared", ["", "not base32!", "ABC"])
def test_an_enrolment_of_what_is_no_secret_is_refused(shared):
    with pytest.raises(ProofRefused):
        TOTP.confirmed(ACCOUNT, shared, CODE, at=AT)


def test_the_application_can_be_removed_while_codes_still_come_by_mail():
    assert TOTP.removed(with_totp(totp_step=7)) == replace(ACCOUNT, version=2)


def test_the_last_means_cannot_be_removed():
    with pytest.raises(ProofRefused) as refused:
        TOTP.removed(with_totp(channels=()))
    assert refused.value.why is Why.LAST_MEANS
