"""Certificates and revocation lists of the test PKI, in memory (profile: `wire.vihf.certificates`)."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import CertificatePoliciesOID, ExtendedKeyUsageOID, NameOID

from dmp.sandbox.people import Person
from dmp.wire.vihf.certificates import TEST_MARKER, TEST_PROFILES, HolderKind, Use

AUTHORITY_LIFE = timedelta(days=20 * 365)
HOLDER_LIFE = timedelta(days=5 * 365)
SERVER_LIFE = timedelta(days=800)
CRL_LIFE = timedelta(days=30)
BACKDATED = timedelta(days=1)
"""Certificates begin a day early, for clocks that are late."""

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Span:
    """When a certificate is valid."""

    begins: datetime
    ends: datetime

    @staticmethod
    def of(life: timedelta, at: datetime) -> "Span":
        """From a little before now, for so long."""
        return Span(at - BACKDATED, at + life)


@dataclass(frozen=True)
class Authority:
    """Who signs: certificate and key."""

    certificate: x509.Certificate
    key: Key

    @property
    def identifier(self) -> x509.AuthorityKeyIdentifier:
        """The extension that points to this authority."""
        found = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)


def rsa_key() -> rsa.RSAPrivateKey:
    """A fresh RSA key of 2048 bits."""
    return rsa.generate_private_key(65537, 2048)


def ec_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def make_authority(name: str, *, key: Key, at: datetime, above: Authority | None = None) -> Authority:
    """A root when nothing is above it, else an authority that signs holders only."""
    subject = _name(("DMP TEST", NameOID.ORGANIZATION_NAME), (f"DMP TEST {name.upper()} CA", NameOID.COMMON_NAME))
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(above.certificate.subject if above else subject)
    )
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(at - AUTHORITY_LIFE).not_valid_after(at + AUTHORITY_LIFE)
    constraints = x509.BasicConstraints(ca=True, path_length=0 if above else 1)
    builder = builder.add_extension(constraints, critical=True)
    builder = builder.add_extension(_usage(signs=False, certifies=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    policies = _policies(CertificatePoliciesOID.ANY_POLICY.dotted_string, TEST_MARKER)
    builder = builder.add_extension(policies, critical=False)
    if above is not None:
        builder = builder.add_extension(above.identifier, critical=False)
    return Authority(builder.sign(above.key if above else key, hashes.SHA256()), key)


def holder_certificate(person: Person, use: Use, *, public_key: Key, by: Authority, span: Span) -> x509.Certificate:
    """The authentication or signature certificate of a holder."""
    profile = next(each for each in TEST_PROFILES if (each.kind, each.use) == (person.kind, use))
    extensions: list[x509.ExtensionType] = [_policies(profile.policy, TEST_MARKER)]
    if use is Use.AUTHENTICATION:
        extensions.append(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]))
    usage = _usage(repudiable=use is Use.AUTHENTICATION)
    return leaf(_subject(person), public_key, usage=usage, extensions=extensions, by=by, span=span)


def server_names(server_name: str) -> x509.SubjectAlternativeName:
    """The names of the server: the one asked for, localhost and the loopback addresses."""
    found: list[x509.GeneralName] = []
    for name in dict.fromkeys((server_name, "localhost", "127.0.0.1", "::1")):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return x509.SubjectAlternativeName(found)


def server_certificate(server_name: str, *, public_key: Key, by: Authority, at: datetime) -> x509.Certificate:
    """The TLS certificate of the service."""
    subject = _name(("DMP TEST", NameOID.ORGANIZATION_NAME), (server_name, NameOID.COMMON_NAME))
    extensions = [server_names(server_name), x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])]
    usage = _usage(enciphers=True)
    return leaf(subject, public_key, usage=usage, extensions=extensions, by=by, span=Span.of(SERVER_LIFE, at))


def leaf(
    subject: x509.Name,
    public_key: Key,
    *,
    usage: x509.KeyUsage,
    extensions: Iterable[x509.ExtensionType],
    by: Authority,
    span: Span,
) -> x509.Certificate:
    """Any certificate that is not an authority's."""
    public = public_key.public_key()
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(by.certificate.subject)
    builder = builder.public_key(public).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(span.begins).not_valid_after(span.ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    builder = builder.add_extension(by.identifier, critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(by.key, hashes.SHA256())


def revocation_list(by: Authority, serials: Iterable[int], *, at: datetime) -> x509.CertificateRevocationList:
    """The serial numbers that an authority takes back, as of now."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
    builder = builder.last_update(at).next_update(at + CRL_LIFE)
    builder = builder.add_extension(by.identifier, critical=False)
    builder = builder.add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
    for serial in sorted(serials):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(by.key, hashes.SHA256())


def _name(*attributes: tuple[str, x509.ObjectIdentifier]) -> x509.Name:
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")
    return x509.Name([country, *(x509.NameAttribute(oid, value) for value, oid in attributes)])


def _subject(person: Person) -> x509.Name:
    """The names of the French cards, with TEST for the département."""
    named = [(NameOID.COUNTRY_NAME, "FR"), (NameOID.STATE_OR_PROVINCE_NAME, "TEST")]
    if person.kind is not HolderKind.PERSON:
        named.append((NameOID.ORGANIZATION_NAME, person.structure_name))
        named.append((NameOID.ORGANIZATIONAL_UNIT_NAME, person.structure))
    if person.title:
        named.append((NameOID.TITLE, person.title))
    single = [x509.RelativeDistinguishedName([x509.NameAttribute(oid, value)]) for oid, value in named]
    if person.kind is HolderKind.STRUCTURE:
        last = [x509.NameAttribute(NameOID.COMMON_NAME, f"DMP TEST {person.name}")]
    else:
        last = [
            x509.NameAttribute(NameOID.COMMON_NAME, person.national_id),
            x509.NameAttribute(NameOID.SURNAME, person.family),
            x509.NameAttribute(NameOID.GIVEN_NAME, person.given),
        ]
    return x509.Name([*single, x509.RelativeDistinguishedName(last)])


def _policies(*oids: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids])


def _usage(
    *, signs: bool = True, repudiable: bool = True, enciphers: bool = False, certifies: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=not repudiable,
        key_encipherment=enciphers,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )
