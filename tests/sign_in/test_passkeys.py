"""Passkeys, with a device of a few lines in the place of a browser (security 9.1)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from webauthn.helpers import bytes_to_base64url

from device_builders import Device
from dmp.record.account import Account
from dmp.record.notice import Address, Channel
from dmp.record.patient import PatientId
from dmp.sign_in.passkeys import MOST, Passkeys, account_named
from dmp.sign_in.refusal import ProofRefused, Why
from dmp.sign_in.sign_in import Proof

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOST, ORIGIN = "portail.example.fr", "https://portail.example.fr"
PASSKEYS = Passkeys(HOST, ORIGIN)
PERSON = PatientId("279035121518989", "1.2.250.1.213.1.4.10")
MAIL = Address(Channel.EMAIL, "anne@example.org")
ACCOUNT = Account("5d1f0a52-1111-4222-8333-444455556666", PERSON, "Anne TEST", "anne", password="x", channels=(MAIL,))
SECRET, OTHER_SECRET = "5e" * 32, "5f" * 32


def registered(device: Device, account: Account = ACCOUNT, name: str = "Téléphone") -> Account:
    challenge = PASSKEYS.registration(account, secret=SECRET, at=AT)
    return PASSKEYS.registered(account, challenge.kept, device.register(challenge.shown), name=name, at=AT)


def a_device(**changed) -> Device:
    return Device(**{"origin": ORIGIN, "rp_id": HOST, **changed})


def test_a_key_is_registered_under_the_name_that_its_owner_gives_it():
    device = a_device()

    account = registered(device, name="  Téléphone  de \n Anne ")

    assert account.version == 2
    (key,) = account.passkeys
    assert (key.id, key.name, key.count, key.since) == (bytes_to_base64url(device.id), "Téléphone de Anne", 0, AT)


def test_the_options_ask_for_verification_and_tell_no_more_than_they_must():
    options = json.loads(PASSKEYS.registration(ACCOUNT, secret=SECRET, at=AT).shown)

    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["attestation"] == "none"
    assert options["rp"]["id"] == HOST
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert PERSON.number not in json.dumps(options)


def test_a_registered_key_opens_the_account_and_its_count_is_kept():
    device = a_device()
    account = registered(device)
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)

    answer = device.sign(challenge.shown)
    proven = PASSKEYS.proves(account, challenge.kept, answer, at=AT)

    assert account_named(answer) == ACCOUNT.id
    assert proven is not None
    assert proven.proof is Proof.PASSKEY
    assert proven.account is not None
    assert [key.count for key in proven.account.passkeys] == [1]
    assert proven.account.version == account.version


def test_the_challenge_is_the_same_for_everybody():
    account = registered(a_device())
    for at in (AT, AT + timedelta(days=1)):
        known, unknown = (PASSKEYS.challenge(each, secret=SECRET, at=at) for each in (account, None))
        assert known == unknown
    assert json.loads(known.shown).get("allowCredentials", []) == []


def test_a_device_without_count_is_taken_again_and_again():
    device = a_device(counts=False)
    account = registered(device)
    for secret in (SECRET, OTHER_SECRET):
        challenge = PASSKEYS.challenge(None, secret=secret, at=AT)
        proven = PASSKEYS.proves(account, challenge.kept, device.sign(challenge.shown), at=AT)
        assert proven is not None
        assert proven.account == account


def test_an_answer_to_another_challenge_is_refused():
    device = a_device()
    account = registered(device)
    answer = device.sign(PASSKEYS.challenge(None, secret=OTHER_SECRET, at=AT).shown)

    assert PASSKEYS.proves(account, PASSKEYS.challenge(None, secret=SECRET, at=AT).kept, answer, at=AT) is None


def test_a_late_answer_is_refused():
    device = a_device()
    account = registered(device)
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)
    answer = device.sign(challenge.shown)

    assert PASSKEYS.proves(account, challenge.kept, answer, at=AT + timedelta(minutes=3)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://portail.example.fr.evil.example"},
        {"origin": "http://portail.example.fr"},
        {"rp_id": "evil.example"},
        {"verified": False},
    ],
    ids=["another origin", "in clear", "another service", "user not verified"],
)
def test_a_signature_for_another_page_or_without_its_user_is_refused(changed):
    device = a_device()
    account = registered(device)
    for name, value in changed.items():
        setattr(device, name, value)
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)

    assert PASSKEYS.proves(account, challenge.kept, device.sign(challenge.shown), at=AT) is None


@pytest.mark.parametrize(
    "changed",
    [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"verified": False}],
    ids=["another origin", "another service", "user not verified"],
)
def test_a_registration_for_another_page_or_without_its_user_is_refused(changed):
    with pytest.raises(ProofRefused) as refused:
        registered(a_device(**changed))
    assert refused.value.why is Why.PASSKEY


def test_a_copied_key_is_found_by_its_count():
    device = a_device()
    account = registered(device)
    key = replace(account.passkeys[0], count=5)
    device.count = 4
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)

    assert (
        PASSKEYS.proves(replace(account, passkeys=(key,)), challenge.kept, device.sign(challenge.shown), at=AT) is None
    )


def test_the_key_of_somebody_else_is_refused():
    mine, other = a_device(), a_device()
    account = registered(mine)
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)
    other.user = mine.user

    assert PASSKEYS.proves(account, challenge.kept, other.sign(challenge.shown), at=AT) is None


def test_a_key_that_says_it_is_of_another_account_is_refused():
    device = a_device()
    account = registered(device)
    device.user = b"another account"
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)

    assert PASSKEYS.proves(account, challenge.kept, device.sign(challenge.shown), at=AT) is None


def test_an_answer_to_a_registration_proves_nothing_and_the_other_way_round():
    device = a_device()
    account = registered(device)
    registration = PASSKEYS.registration(account, secret=SECRET, at=AT)
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)

    assert PASSKEYS.proves(account, registration.kept, device.sign(registration.shown), at=AT) is None
    assert PASSKEYS.proves(account, challenge.kept, device.sign(challenge.shown, kind="webauthn.create"), at=AT) is None
    with pytest.raises(ProofRefused):
        PASSKEYS.registered(ACCOUNT, challenge.kept, device.register(registration.shown), name="", at=AT)


@pytest.mark.parametrize("handle", [b"a\0b", b"\xff", "\u2028".encode()])
def test_what_no_id_holds_names_no_account(handle: bytes):
    said = {"response": {"userHandle": bytes_to_base64url(handle)}}
    assert account_named(json.dumps(said)) == "?"


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", "null", '{"id": 3}', "{" * 10_000, '{"a":"' + "x" * 20_000 + '"}', '{"response": []}']
)
def test_what_is_no_answer_proves_nothing_and_never_breaks(answer):
    account = registered(a_device())
    challenge = PASSKEYS.challenge(None, secret=SECRET, at=AT)

    assert PASSKEYS.proves(account, challenge.kept, answer, at=AT) is None
    assert PASSKEYS.proves(account, "not what we kept", answer, at=AT) is None
    assert PASSKEYS.proves(None, challenge.kept, answer, at=AT) is None
    with pytest.raises(ProofRefused):
        PASSKEYS.registered(account, challenge.kept, answer, name="", at=AT)


@pytest.mark.parametrize("where", ["clientDataJSON", "attestationObject"])
def test_a_registration_with_one_octet_changed_anywhere_never_breaks(where):
    challenge = PASSKEYS.registration(ACCOUNT, secret=SECRET, at=AT)
    answer = json.loads(a_device().register(challenge.shown))
    whole = answer["response"][where]
    for place in range(0, len(whole), 3):
        answer["response"][where] = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
        try:
            PASSKEYS.registered(ACCOUNT, challenge.kept, json.dumps(answer), name="", at=AT)
        except ProofRefused:
            continue


def test_the_same_key_is_not_registered_twice_nor_one_too_many():
    device = a_device()
    account = registered(device)
    with pytest.raises(ProofRefused):
        registered(device, account)
    full = replace(account, passkeys=tuple(replace(account.passkeys[0], id=f"k{rank}") for rank in range(MOST)))
    with pytest.raises(ProofRefused):
        registered(a_device(id=b"one more"), full)


def test_one_of_several_keys_is_removed_by_its_id():
    account = registered(a_device(id=b"two"), registered(a_device(id=b"one")), name="")

    assert [key.name for key in account.passkeys] == ["Téléphone", "Clé 2"]
    left = PASSKEYS.removed(account, bytes_to_base64url(b"one"))
    assert [key.id for key in left.passkeys] == [bytes_to_base64url(b"two")]
    assert left.version == account.version + 1
    assert PASSKEYS.removed(left, "no such key") == left


def test_the_last_means_cannot_be_removed():
    account = replace(registered(a_device()), password="", channels=())
    with pytest.raises(ProofRefused) as refused:
        PASSKEYS.removed(account, account.passkeys[0].id)
    assert refused.value.why is Why.LAST_MEANS
