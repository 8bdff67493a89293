"""The certificate that a front server sends along, believed beside the secret alone."""

from urllib.parse import quote

import pytest

from dmp.web.peer import FrontPeer, Stranger

SECRET = b"s" * 40
PEM = b"-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"
SENT = quote(PEM).encode()
KNOWN, VERIFIED, CERTIFICATE = (
    (b"x-dmp-front-secret", SECRET),
    (b"x-dmp-client-verified", b"SUCCESS"),
    (b"x-dmp-client-certificate", SENT),
)


def test_the_certificate_is_given_and_its_headers_go_no_further():
    headers = [(b"host", b"h"), KNOWN, VERIFIED, CERTIFICATE]
    assert FrontPeer(SECRET).certificate(headers) == b"\x00\x01\x02"
    assert headers == [(b"host", b"h")]


def test_each_request_of_a_connection_has_a_caller_of_its_own():
    peer = FrontPeer(SECRET)
    assert peer.certificate([KNOWN, VERIFIED, CERTIFICATE]) == b"\x00\x01\x02"
    other = (CERTIFICATE[0], SENT.replace(b"AAEC", b"AAED"))
    assert peer.certificate([KNOWN, VERIFIED, other]) == b"\x00\x01\x03"
    assert peer.certificate([KNOWN]) == b""


@pytest.mark.parametrize("verified", [b"NONE", b"FAILED:expired", b"", b"success"])
def test_a_certificate_that_was_not_verified_is_none(verified: bytes):
    assert FrontPeer(SECRET).certificate([KNOWN, (VERIFIED[0], verified), CERTIFICATE]) == b""


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [VERIFIED, CERTIFICATE],
        [(KNOWN[0], b""), VERIFIED, CERTIFICATE],
        [(KNOWN[0], SECRET[:-1]), VERIFIED, CERTIFICATE],
        [(KNOWN[0], SECRET), (KNOWN[0], SECRET), VERIFIED, CERTIFICATE],
        [KNOWN, VERIFIED, CERTIFICATE, (CERTIFICATE[0], b"other")],
        [KNOWN, VERIFIED, (VERIFIED[0], b"NONE"), CERTIFICATE],
        [KNOWN, VERIFIED, (CERTIFICATE[0], b"odd")],
        [KNOWN, VERIFIED],
        [KNOWN, VERIFIED, (CERTIFICATE[0], b"%ff%fe")],
    ],
)
def test_what_the_front_server_did_not_write_is_a_stranger(headers: list[tuple[bytes, bytes]]):
    with pytest.raises(Stranger):
        FrontPeer(SECRET).certificate(list(headers))
