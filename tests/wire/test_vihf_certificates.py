"""Certificates, trust and revocation lists on their own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from saml_world import AT, World, a_certificate, the_world

from dmp.record.errors import AssertionRefused, DmpCode
from dmp.sandbox import issuing
from dmp.wire.vihf import certificates
from dmp.wire.vihf.certificates import TEST_ARC, CertificateProfile, Holder, HolderKind, Use
from dmp.wire.vihf.names import parse
from dmp.wire.vihf.revocation import Crls

NATIONAL_POLICY = "1.2.250.1.999.1"


@pytest.fixture
def world() -> World:
    return the_world()


def read(world: World, holder: str, use: Use) -> Holder:
    pair = world.holders[holder].auth if use is Use.AUTHENTICATION else world.holders[holder].sign
    return certificates.check(pair.load_certificate(), use, trust=world.trust, crls=world.crls, at=AT)


@pytest.mark.parametrize("use", Use)
def test_a_card_names_a_person_and_no_structure(world: World, use: Use):
    holder = read(world, "doctor", use)

    assert (holder.kind, holder.national_id, holder.structure_ids, holder.use) == (
        HolderKind.PERSON,
        "899900000011",
        (),
        use,
    )
    assert holder.name == "Claire ARNOUX-TEST"


def test_a_staff_card_names_an_employee_and_his_structure(world: World):
    holder = read(world, "secretary", Use.SIGNATURE)

    assert (holder.kind, holder.national_id) == (HolderKind.STAFF, "3990000028/1001")
    assert holder.structure_ids == ("1990000028",)


def test_a_structure_is_named_by_its_national_id(world: World):
    holder = read(world, "hospital", Use.AUTHENTICATION)

    assert (holder.kind, holder.national_id) == (HolderKind.STRUCTURE, "1990000028")
    assert holder.name == "Centre hospitalier Test de Valbonne"


def test_both_certificates_of_a_holder_have_one_key_and_those_of_two_holders_two(world: World):
    doctor = read(world, "doctor", Use.SIGNATURE)

    assert doctor.same(read(world, "doctor", Use.AUTHENTICATION))
    assert doctor.key == read(world, "doctor", Use.AUTHENTICATION).key
    assert not doctor.same(read(world, "nurse", Use.AUTHENTICATION))
    assert not read(world, "secretary", Use.SIGNATURE).same(read(world, "hospital", Use.AUTHENTICATION))


def test_two_employees_with_one_number_in_two_structures_are_two_people():
    one = Holder(HolderKind.STAFF, "12", ("1990000028",), Use.SIGNATURE, parse("CN=12"))

    assert not one.same(replace(one, structure_ids=("1990000036",)))


def test_a_production_takes_the_policies_that_it_is_given_and_no_test_marker(world: World):
    made = a_certificate(world, Use.SIGNATURE, policies=(NATIONAL_POLICY,)).certificate
    profile = CertificateProfile(NATIONAL_POLICY, HolderKind.PERSON, Use.SIGNATURE)
    unmarked = replace(world.trust, sandbox=False, test_marker="1.2.3", profiles=(profile,))

    holder = certificates.check(made, Use.SIGNATURE, trust=unmarked, crls=world.crls, at=AT)
    assert holder.national_id == "899900000011"

    marked = replace(unmarked, test_marker=f"{TEST_ARC}.1")
    with pytest.raises(AssertionRefused, match="a test certificate in production"):
        certificates.check(made, Use.SIGNATURE, trust=marked, crls=world.crls, at=AT)


def test_without_anchors_nobody_is_trusted(world: World):
    certificate = world.holders["doctor"].auth.load_certificate()
    nobody = replace(world.trust, anchors=())
    with pytest.raises(AssertionRefused) as refusal:
        certificates.check(certificate, Use.AUTHENTICATION, trust=nobody, crls=world.crls, at=AT)

    assert refusal.value.answer is DmpCode.INVALID_CERTIFICATE


def test_the_newest_list_of_an_issuer_counts_whatever_the_order(world: World):
    root = world.authority("root")
    old = issuing.revocation_list(root, [7], at=AT - timedelta(days=3)).public_bytes(Encoding.DER)
    new = issuing.revocation_list(root, [8], at=AT).public_bytes(Encoding.PEM)

    for files in ((old, new), (new, old)):
        (only,) = Crls.read(files, world.trust.authorities).lists
        assert only.serials == frozenset({8})


def test_a_list_that_no_authority_signed_is_refused(world: World):
    stranger = issuing.make_authority("root", key=issuing.ec_key(), at=AT)
    forged = issuing.revocation_list(stranger, [], at=AT).public_bytes(Encoding.DER)
    with pytest.raises(ValueError, match="not signed by a configured authority"):
        Crls.read([forged], world.trust.authorities)


def test_a_list_signed_by_a_holder_is_refused(world: World):
    pair = world.holders["doctor"].sign
    doctor = issuing.Authority(pair.load_certificate(), pair.load_key())
    forged = issuing.revocation_list(doctor, [], at=AT).public_bytes(Encoding.DER)
    with pytest.raises(ValueError, match="not signed by a configured authority"):
        Crls.read([forged], (*world.trust.authorities, doctor.certificate))


def test_a_partial_list_is_refused(world: World):
    root = world.authority("root")
    builder = x509.CertificateRevocationListBuilder().issuer_name(root.certificate.subject)
    builder = builder.last_update(AT).next_update(AT + timedelta(days=1))
    builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
    delta = builder.sign(root.key, SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(ValueError, match="partial"):
        Crls.read([delta], world.trust.authorities)


def test_what_is_no_list_is_refused(world: World):
    for octets in (b"", b"x", b"-----BEGIN X509 CRL-----"):
        with pytest.raises(ValueError):
            Crls.read([octets], world.trust.authorities)
