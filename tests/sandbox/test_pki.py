"""The test PKI on disk."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from dmp.record.errors import AssertionRefused
from dmp.record.luhn import has_luhn_key
from dmp.sandbox.people import PEOPLE, finess, rpps
from dmp.sandbox.pki import AUTHORITIES, Holders, load_holders, make_pki
from dmp.wire.vihf import certificates
from dmp.wire.vihf.certificates import TEST_MARKER, Use

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DEC_124 = {
    "doctor",
    "doctor2",
    "nurse",
    "pharmacist",
    "biologist",
    "secretary",
    "hospital",
    "laboratory",
    "regulation_centre",
    "insurer",
    "expired",
    "revoked",
    "foreign",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Holders:
    return make_pki(tmp_path_factory.mktemp("pki"), at=AT)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.pem")}


def test_everybody_of_the_contract_is_there_with_two_certificates(made: Holders):
    assert {holder.name for holder in made.all} >= DEC_124 | {"doctor3", "occupational_doctor"}
    assert all(pair.exists for holder in made.all for pair in (holder.auth, holder.sign))


def test_the_first_making_says_all_that_it_made(made: Holders):
    assert made.renewed[0] == "authorities"
    assert set(made.renewed) >= {"server", "doctor auth", "doctor sign", "crl root", "crl persons"}


def test_the_same_folder_is_read_again_and_nothing_is_made_twice(made: Holders):
    before = contents(made.folder)
    again = make_pki(made.folder, at=AT + timedelta(hours=2))

    assert again.renewed == ()
    assert contents(made.folder) == before
    assert again.all == made.all == load_holders(made.folder).all


def test_stale_revocation_lists_are_renewed_and_it_is_said(tmp_path: Path):
    make_pki(tmp_path, at=AT)
    again = make_pki(tmp_path, at=AT + timedelta(days=2))

    assert again.renewed == tuple(f"crl {name}" for name in AUTHORITIES)
    assert {crl.issued_at for crl in again.revocation().lists} == {AT + timedelta(days=2)}


def test_a_lost_key_is_replaced_alone(tmp_path: Path):
    first = make_pki(tmp_path, at=AT)
    first["nurse"].sign.key.unlink()

    assert make_pki(tmp_path, at=AT).renewed == ("nurse sign",)


def test_when_an_authority_is_lost_everything_is_made_again(tmp_path: Path):
    make_pki(tmp_path, at=AT)
    (tmp_path / "ca" / "persons.key.pem").unlink()
    again = make_pki(tmp_path, at=AT)

    assert {"authorities", "doctor sign", "hospital auth", "server"} <= set(again.renewed)
    check(again, "doctor", Use.SIGNATURE)


def test_a_revoked_card_that_is_made_again_is_revoked_again(tmp_path: Path):
    first = make_pki(tmp_path, at=AT)
    first["revoked"].auth.certificate.unlink()
    again = make_pki(tmp_path, at=AT)

    assert again.renewed == ("revoked auth", "crl persons")
    with pytest.raises(AssertionRefused, match="revoked"):
        check(again, "revoked", Use.AUTHENTICATION)


def test_the_server_bears_the_name_it_is_asked_for(tmp_path: Path):
    make_pki(tmp_path, at=AT)
    again = make_pki(tmp_path, at=AT, server_name="dmp.test")
    names = again.server.load_certificate().extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert again.renewed == ("server",)
    assert names.get_values_for_type(x509.DNSName) == ["dmp.test", "localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_a_pki_that_is_not_complete_cannot_be_loaded(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        load_holders(tmp_path)


def test_keys_are_for_their_owner_alone(made: Holders):
    keys = list(made.folder.rglob("*.key.pem"))

    assert len(keys) == 2 * len(PEOPLE) + len(AUTHORITIES) + 1
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def check(made: Holders, name: str, use: Use) -> None:
    holder = made[name]
    pair = holder.auth if use is Use.AUTHENTICATION else holder.sign
    certificates.check(pair.load_certificate(), use, trust=made.trust(), crls=made.revocation(), at=AT)


@pytest.mark.parametrize("use", Use)
@pytest.mark.parametrize("name", [person.name for person in PEOPLE])
def test_every_certificate_is_trusted_but_those_made_to_be_refused(made: Holders, name: str, use: Use):
    reasons = {"expired": "outside its period", "revoked": "is revoked", "foreign": "no chain"}
    if name in reasons:
        with pytest.raises(AssertionRefused, match=reasons[name]):
            check(made, name, use)
    else:
        check(made, name, use)


def test_everything_says_test_in_its_name_and_in_its_policy(made: Holders):
    for path in made.folder.rglob("*.cert.pem"):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert "TEST" in certificate.subject.rfc4514_string()
        assert "TEST" in certificate.issuer.rfc4514_string()
        if path.parent != made.folder:
            policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
            assert TEST_MARKER in [policy.policy_identifier.dotted_string for policy in policies]


def test_keys_are_strong_enough_for_everybody(made: Holders):
    for holder in made.all:
        key = holder.auth.load_key()
        assert isinstance(key, ec.EllipticCurvePrivateKey) or key.key_size == 2048
    assert isinstance(made.server.load_key(), rsa.RSAPrivateKey)


def test_a_holder_is_a_person_or_a_structure_and_has_the_roles_it_may_claim(made: Holders):
    assert [made[name].kind for name in ("doctor", "secretary", "hospital")] == ["person", "person", "structure"]
    assert [(role.code, role.system) for role in made["pharmacist"].person.roles] == [
        ("21", "1.2.250.1.71.1.2.7"),
        ("A", "1.2.250.1.71.4.2.6"),
    ]
    assert [role.code for role in made["secretary"].person.roles] == ["SECRETARIAT_MEDICAL"]


def test_numbers_are_fictional_and_their_keys_hold():
    for person in PEOPLE:
        if person.national_id.startswith("8"):
            assert person.national_id.startswith("8999000")
            assert has_luhn_key(person.national_id[1:])
        if person.structure.startswith("1"):
            assert person.structure.startswith("199") and len(person.structure) == 10
            assert has_luhn_key(person.structure[1:])


@pytest.mark.parametrize(
    ("made_up", "expected"),
    [(rpps(1), "899900000011"), (finess(1), "1990000010")],
)
def test_numbers_never_change(made_up: str, expected: str):
    assert made_up == expected


def test_a_client_and_the_server_shake_hands(tmp_path: Path):
    """Both sides verify the other with nothing but the files, at the time that it is."""
    made = make_pki(tmp_path, at=datetime.now(UTC))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(made.ca))
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_cert_chain(made.server.certificate, made.server.key)
    client = ssl.create_default_context(cafile=str(made.ca))
    client.load_cert_chain(made["doctor"].auth.certificate, made["doctor"].auth.key)

    peer = handshake(client, server)

    assert peer is not None
    assert x509.load_der_x509_certificate(peer) == made["doctor"].auth.load_certificate()


def handshake(client: ssl.SSLContext, server: ssl.SSLContext) -> bytes | None:
    """A TLS handshake in memory, at today's date; returns the certificate that the server saw."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    mine = client.wrap_bio(to_client, to_server, server_hostname="localhost")
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    done: set[ssl.SSLObject] = set()
    for _ in range(10):
        for side in (mine, theirs):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                continue
    assert done == {mine, theirs}
    return theirs.getpeercert(binary_form=True)
