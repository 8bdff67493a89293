"""Certificates of people and structures: what we read of them and when we trust them (xds-wire 1.6, 8.4-3).

The names follow the French ones; the purpose of a certificate is told by its
certificate policy, which with the anchors is configuration (`TrustPolicy`).

=========  =====================================================================
holder     subject
=========  =====================================================================
person     `C=FR, T=profession, CN=national id + SN=family + GN=given`; the
           national id («IDNPS») is `8` and the RPPS, e.g. 899900012345
staff      `C=FR, O=structure, OU=structure id, CN=internal id + SN + GN` («CPE»)
structure  `C=FR, O=name, OU=structure id, CN=service`; the structure id
           («IDNST») is `1` and the FINESS, e.g. 1990000123
=========  =====================================================================

Our own test profile puts its policies under `TEST_ARC`, which stands for no
country and no authority: `.1` marks a certificate as a test one, `.2.1` and
`.2.2` are the authentication and signature of a person, `.3.*` of a
structure, `.4.*` of its staff. All certificates have keyUsage
digitalSignature (a signature one may have nonRepudiation instead);
authentication ones have the extended usage clientAuth, signature ones never.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from dmp.record.errors import DmpCode
from dmp.wire.vihf import names
from dmp.wire.vihf.names import DistinguishedName
from dmp.wire.vihf.revocation import Crls
from dmp.wire.vihf.vocabulary import refuse

TEST_ARC = "2.25.255526132813218340395509701408770940782"
TEST_MARKER = f"{TEST_ARC}.1"
MIN_RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")
MAX_INTERMEDIATES = 2

Extension = TypeVar("Extension", bound=x509.ExtensionType)


class HolderKind(StrEnum):
    """Who a certificate names."""

    PERSON = "person"
    STAFF = "staff"
    STRUCTURE = "structure"


class Use(StrEnum):
    """What a certificate is for: the handshake, or signing the assertion."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class CertificateProfile:
    """A certificate policy and what it says of the certificates that carry it."""

    policy: str
    kind: HolderKind
    use: Use


TEST_PROFILES = tuple(
    CertificateProfile(f"{TEST_ARC}.{kind_arc}.{use_arc}", kind, use)
    for kind_arc, kind in ((2, HolderKind.PERSON), (3, HolderKind.STRUCTURE), (4, HolderKind.STAFF))
    for use_arc, use in ((1, Use.AUTHENTICATION), (2, Use.SIGNATURE))
)


@dataclass(frozen=True)
class TrustPolicy:
    """Which certificates count.

    `intermediates` complete the chains, since a message brings one certificate
    only (DEC-53). With `sandbox` a certificate must carry `test_marker`,
    without it none in the chain may.
    """

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    profiles: tuple[CertificateProfile, ...] = TEST_PROFILES
    test_marker: str = TEST_MARKER
    sandbox: bool = False
    crl_max_age: timedelta = timedelta(days=7)
    accept_sha1: bool = False

    @property
    def authorities(self) -> tuple[x509.Certificate, ...]:
        """Anchors and intermediates: those who may sign a revocation list."""
        return self.anchors + self.intermediates


@dataclass(frozen=True)
class Holder:
    """Who a certificate names and what for.

    `national_id` is the id of the person, the internal id of an employee, or
    the id of the structure; `structure_ids` those of the structures named.
    """

    kind: HolderKind
    national_id: str
    structure_ids: tuple[str, ...]
    use: Use
    subject: DistinguishedName

    @property
    def name(self) -> str:
        """Given and family name, or the name of the structure."""
        if self.kind is HolderKind.STRUCTURE:
            return self.subject.one(names.ORGANIZATION)
        return f"{self.subject.one(names.GIVEN_NAME)} {self.subject.one(names.SURNAME)}".strip()

    @property
    def key(self) -> str:
        """One text per holder whatever the certificate, for comparisons (DEC-50)."""
        where = "" if self.kind is HolderKind.PERSON else "|".join(sorted(self.structure_ids))
        return f"{self.kind}:{self.national_id}@{where}"

    def same(self, other: "Holder") -> bool:
        """Tell whether two certificates belong to one holder: same person, or same structure (xds-wire 8.4-4)."""
        if self.kind is not other.kind:
            return False
        if self.kind is HolderKind.STRUCTURE:
            return bool(set(self.structure_ids) & set(other.structure_ids))
        return self.key == other.key


def check(certificate: x509.Certificate, use: Use, *, trust: TrustPolicy, crls: Crls, at: datetime) -> Holder:
    """Trust a certificate for one use at one time, and read its holder.

    Raises:
        AssertionRefused: `DMPInvalidCertificate`; the reason begins with the use and names the check.
    """
    chain = _chain(certificate, use, trust=trust, at=at)
    try:
        holder = _holder(certificate, use, trust=trust)
        _usages(certificate, use)
        _marker(chain, use, trust=trust)
    except ValueError:
        _invalid(use, "its extensions cannot be read")
    for link in chain[:-1]:
        crls.check(link, at=at, max_age=trust.crl_max_age)
    return holder


def _invalid(use: Use, what: str) -> NoReturn:
    refuse(f"{use} certificate: {what}", DmpCode.INVALID_CERTIFICATE)


def _chain(
    certificate: x509.Certificate, use: Use, *, trust: TrustPolicy, at: datetime
) -> tuple[x509.Certificate, ...]:
    """Leaf to anchor; the library checks signatures, dates, path length and key sizes (stack 6).

    Its leaf policy wants a subjectAltName, which cards do not have: the leaf
    is checked here instead.
    """
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        _invalid(use, "outside its period of validity")
    if not _strong(certificate):
        _invalid(use, f"the key is weaker than RSA {MIN_RSA_BITS} or P-256")
    leaf, authority = ExtensionPolicy.permit_all(), ExtensionPolicy.webpki_defaults_ca()
    try:
        builder = PolicyBuilder().store(Store(list(trust.anchors))).time(at).max_chain_depth(MAX_INTERMEDIATES)
        verifier = builder.extension_policies(ca_policy=authority, ee_policy=leaf).build_client_verifier()
        return tuple(verifier.verify(certificate, list(trust.intermediates)).chain)
    except (VerificationError, ValueError):
        _invalid(use, "no chain to a configured anchor")


def _strong(certificate: x509.Certificate) -> bool:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= MIN_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _policies(certificate: x509.Certificate) -> frozenset[str]:
    found = _extension(certificate, x509.CertificatePolicies)
    return frozenset(policy.policy_identifier.dotted_string for policy in found or ())


def _holder(certificate: x509.Certificate, use: Use, *, trust: TrustPolicy) -> Holder:
    policies = _policies(certificate)
    profiles = [profile for profile in trust.profiles if profile.policy in policies]
    if not profiles:
        _invalid(use, "no certificate policy that we take")
    if len(profiles) > 1:
        _invalid(use, "several certificate policies contradict each other")
    profile = profiles[0]
    if profile.use is not use:
        _invalid(use, f"its policy is for {profile.use}")
    subject = names.of_certificate(certificate.subject)
    units = subject.values(names.ORGANIZATIONAL_UNIT)
    national = units[0] if profile.kind is HolderKind.STRUCTURE and units else subject.one(names.COMMON_NAME)
    if not national or (profile.kind is not HolderKind.PERSON and not units):
        _invalid(use, "the subject does not name its holder")
    return Holder(profile.kind, national, units, use, subject)


def _usages(certificate: x509.Certificate, use: Use) -> None:
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        _invalid(use, "it is the certificate of an authority")
    usage = _extension(certificate, x509.KeyUsage)
    signs = usage is not None and (usage.digital_signature or (use is Use.SIGNATURE and usage.content_commitment))
    if not signs:
        _invalid(use, "keyUsage does not allow it")
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    client = extended is not None and x509.ExtendedKeyUsageOID.CLIENT_AUTH in extended
    if client is not (use is Use.AUTHENTICATION):
        _invalid(use, "extendedKeyUsage does not fit")


def _marker(chain: tuple[x509.Certificate, ...], use: Use, *, trust: TrustPolicy) -> None:
    """Keep test certificates out of a production, and others out of a sandbox."""
    if trust.sandbox and trust.test_marker not in _policies(chain[0]):
        _invalid(use, "a sandbox takes test certificates only")
    if not trust.sandbox and any(trust.test_marker in _policies(link) for link in chain):
        _invalid(use, "a test certificate in production")
