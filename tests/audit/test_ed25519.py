"""The signature check of the stand-alone verifier: vectors of RFC 8032, an independent library, strictness."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_builders import KEY, public
from dmp.audit.verify_traces import ORDER, P, decode, encode, is_signed

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc_are_signed_and_nothing_next_to_them(key, message, signature):
    octets, signed = bytes.fromhex(message), bytes.fromhex(signature)
    assert is_signed(bytes.fromhex(key), octets, signed)
    assert not is_signed(bytes.fromhex(key), octets + b"x", signed)
    for place in range(0, 512, 37):
        flipped = (int.from_bytes(signed, "little") ^ 1 << place).to_bytes(64, "little")
        assert not is_signed(bytes.fromhex(key), octets, flipped)


def test_signatures_of_the_library_are_accepted_and_those_of_another_key_or_message_are_not():
    rng = random.Random(8032)  # noqa: S311
    for _ in range(40):
        key, message = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32)), rng.randbytes(rng.randrange(300))
        signature = key.sign(message)
        assert is_signed(public(key), message, signature)
        assert not is_signed(public(KEY), message, signature)
        assert not is_signed(public(key), message + b"\x00", signature)


def test_a_signature_with_s_beyond_the_order_is_a_second_spelling_and_is_refused():
    signature = KEY.sign(b"m")
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert is_signed(public(KEY), b"m", signature)
    assert not is_signed(public(KEY), b"m", signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("key", SMALL_ORDER)
def test_a_key_of_small_order_signs_nothing(key):
    neutral_signature = bytes.fromhex(SMALL_ORDER[0]) + bytes(32)
    for message in (b"", b"m", b"n", b"o"):
        assert not is_signed(bytes.fromhex(key), message, neutral_signature)


def test_points_in_another_spelling_or_off_the_curve_are_no_points():
    assert decode((P + 1).to_bytes(32, "little")) is None
    assert decode((1 | 1 << 255).to_bytes(32, "little")) is None
    assert decode((2).to_bytes(32, "little")) is None
    point = decode(public(KEY))
    assert point is not None
    assert encode(point) == public(KEY)


def test_keys_and_signatures_of_another_length_are_refused():
    signature = KEY.sign(b"m")
    assert not is_signed(public(KEY)[:31], b"m", signature)
    assert not is_signed(public(KEY), b"m", signature[:63])
    assert not is_signed(public(KEY), b"m", signature + b"\x00")
